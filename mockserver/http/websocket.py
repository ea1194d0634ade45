"""`GET /responses` with an upgrade: responses over a WebSocket, as the API has them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.websockets import WebSocket, WebSocketDisconnect

from mockserver.api.checks import is_stream_id
from mockserver.api.errors import ApiError, api_error, enumerated
from mockserver.api.json import Json, compact
from mockserver.api.validation import parse_object
from mockserver.http.call import Call, reply_headers
from mockserver.http.connection import abort, has_left, is_gone
from mockserver.http.failures import log_failure
from mockserver.http.lanes import MOST_NAMES, Lanes
from mockserver.http.turns import ClientMessage, Closing, Turns
from mockserver.session.injection import injected_items, not_injected_event
from mockserver.session.opening import Sessions
from mockserver.session.steering import SteerError, failed_event, not_running, steer_items
from mockserver.session.turn import error_event, in_lane
from mockserver.session.worker import LONG, AbandonedError

if TYPE_CHECKING:
    from mockserver.session import UpstreamSource

Interject: TypeAlias = Callable[[Json], Awaitable[None]]

EXPIRED_CODE = 1001
"""What a connection is closed with at the end of its time: clients that reconnect at all do so for
this code.
"""
_LOOK_SECONDS = 1.0
"""How often a connection that is not read from is looked at: is its client still there?"""


async def connect(sessions: Sessions, websocket: WebSocket) -> None:
    """Serve one connection until the client leaves, its time is over, or a fault ends it.

    Where only the upstream can answer, it is asked first whether it takes the connection.
    """
    call: Call = websocket.scope["mockserver.call"]
    upstream = call.session.upstream
    is_live = upstream is not None and upstream.recorder.records
    if upstream is not None and is_live and not call.session.sources.can_answer_locally:
        await websocket.receive()
        await _pass_on(upstream, call, websocket)
        return
    await call.identify()
    try:
        connection = Connection(websocket, call, sessions)
    except ApiError as error:
        await websocket.send_denial_response(call.refusal(error))
        return
    fields = reply_headers(call.request_id).items()
    await websocket.accept(headers=[(name.encode(), value.encode()) for name, value in fields])
    await connection.run()


async def _pass_on(
    upstream: "UpstreamSource", call: Call, websocket: WebSocket, first: str | bytes | None = None
) -> None:
    from mockserver.http.upstream import pass_on_websocket  # Only recording needs it.

    await pass_on_websocket(upstream, call, websocket, first)


async def connect_elsewhere(sessions: Sessions, websocket: WebSocket) -> None:
    """Any other path: nothing to upgrade to, unless it is recorded."""
    call: Call = websocket.scope["mockserver.call"]
    if call.session.upstream is not None:
        await connect(sessions, websocket)
        return
    error = api_error("unknown_url", method=call.method, path=call.path)
    await websocket.send_denial_response(await call.refuse(error))


class Connection:
    """One open WebSocket: what its client sends, and when the turns that it asks for run."""

    def __init__(self, websocket: WebSocket, call: Call, sessions: Sessions) -> None:
        """Raises ApiError 400 when the handshake asks for a dialect that does not exist."""
        self._websocket = websocket
        self._call = call
        self._sessions = sessions
        self._dialect = call.dialect
        self._lanes: Lanes[ClientMessage] = Lanes() if self._dialect.lanes else Lanes(active=1)
        self._turns = Turns(call, self._dialect, self)
        self._interjections: dict[str, Interject] = {}
        """What is done with messages to responses that are under way."""
        if self._dialect.lanes:
            self._interjections["response.inject"] = self._injected
            self._interjections["response.steer"] = self._steered
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._held = 0
        """How many bytes of messages have been taken in whose turn has not come."""
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._closing: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Serve until something ends the connection; nothing of it goes on afterwards."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._call.settings.websocket_seconds, self.close, _EXPIRED)
        self._start(self._read())
        try:
            closing = await self._closing
        finally:
            timer.cancel()
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._call.bodies.give_back(self._held)
        upstream = self._call.session.upstream
        try:
            if closing.passed_on is not None and upstream is not None:
                await _pass_on(upstream, self._call, self._websocket, closing.passed_on)
            else:
                await self._close(closing)
        except WebSocketDisconnect:
            return

    def close(self, closing: Closing) -> None:
        """End the connection, once."""
        if not self._closing.done():
            self._closing.set_result(closing)

    async def send(self, data: bytes) -> None:
        """Send one message. Raises WebSocketDisconnect when the connection is over."""
        if is_gone(self._websocket.scope):
            self.close(Closing())
        if self._closing.done():
            raise WebSocketDisconnect(1006)
        try:
            await self._send(data)
        except WebSocketDisconnect:
            self.close(Closing())
            raise

    async def _send(self, data: bytes) -> None:
        # A fault may have cut a character in two, which no text message can carry.
        await self._websocket.send({"type": "websocket.send", "text": data.decode(errors="ignore")})

    @property
    def shared(self) -> bool:
        """Whether several turns are on their way."""
        return self._lanes.busy > 1

    async def _close(self, closing: Closing) -> None:
        if closing.error is not None:
            await self._send(compact(error_event(closing.error)))
        if closing.code is not None:
            await self._websocket.close(closing.code)
        elif closing.reset:
            abort(self._websocket.scope)
        # Otherwise the server closes the connection without a closing handshake, as soon as this
        # returns.

    async def _read(self) -> None:
        # Until Python 3.12 a cancellation may be lost in what is awaited (asyncio.wait_for).
        while not self._closing.done():
            if not await self._has_place():
                self.close(Closing())
                return
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self.close(Closing())
                return
            try:
                await self._received(message.get("text"), message.get("bytes") or b"")
                if self._call.session.upstream is not None:
                    # Where this goes on with the upstream, what follows is for that to read.
                    await self._turns.decided.wait()
            except (WebSocketDisconnect, AbandonedError):
                return
            except Exception as error:
                log_failure(f"a message to {self._call.path}", error)
                self.close(Closing(code=1011))
                return

    async def _has_place(self) -> bool:
        """Wait until another message may be read; False when the client has left meanwhile.

        What is not read stays in the socket, and its client waits.
        """
        while not self._has_room.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._has_room.wait(), _LOOK_SECONDS)
            if has_left(self._websocket.scope):
                return False
        return True

    async def _received(self, text: str | None, data: bytes) -> None:
        raw = data if text is None else text.encode()
        self._join_session()
        try:
            self._take_in(raw)
        except ApiError as error:
            self._enqueue(ClientMessage(None, refused=error))
            return
        try:
            if text is None:
                raise api_error(
                    "invalid_event", detail="expected a text message, but got a binary one."
                )
            limit = self._call.settings.max_bytes
            if len(raw) > limit:
                raise api_error("body_too_large", got=len(raw), limit=limit)
            if len(raw) > LONG:
                frame = await self._call.session.compute(partial(parse_object, raw))
            else:
                frame = parse_object(raw)
        except ApiError as error:
            self._enqueue(ClientMessage(None, raw=raw, refused=error))
            return
        kind = frame.get("type")
        if not isinstance(kind, str) or kind not in self._interjections:
            self._enqueue(self._asked(frame, raw))
            return
        self._turns.receive(raw).answered("api")
        await self._interjections[kind](frame)
        self._let_go(raw)

    def _join_session(self) -> None:
        """After a reset, go on in the session that has begun anew. Turns under way stay behind, and
        so does what the connection remembers.
        """
        session = self._sessions.get(self._call.session_name)
        if session is not None and session is not self._call.session:
            self._call = replace(self._call, session=session)
            self._turns = Turns(self._call, self._dialect, self)

    def _asked(self, frame: Json, raw: bytes) -> ClientMessage:
        """A frame in its lane, or its refusal."""
        lane = frame.get("stream_id")
        if not self._dialect.lanes:
            frame.pop("stream_id", None)
            lane = None
        elif lane is not None and not is_stream_id(lane):
            return ClientMessage(None, raw=raw, refused=api_error("invalid_stream_id"))
        elif not self._lanes.open(lane):
            limited = api_error("websocket_stream_limit_reached", limit=MOST_NAMES)
            return ClientMessage(None, raw=raw, refused=limited, named=lane)
        refused: ApiError | None = None
        kind = frame.get("type")
        if kind is None:
            refused = api_error("missing_required_parameter", param="type")
        elif kind != "response.create":
            kinds = enumerated(["response.create", *self._interjections])
            refused = api_error("invalid_value", param="type", got=kind, supported=kinds)
        return ClientMessage(lane, frame, raw, refused, lane)

    async def _steered(self, frame: Json) -> None:
        target = frame.get("previous_response_id")
        lane: str | None = None
        try:
            items = steer_items(frame, self._dialect)
            turn = self._turns.known.running.get(frame["previous_response_id"])
            if turn is not None and not turn.ended:
                turn.steer(frame, items)
                return
            status, lane = self._turns.known.finished(frame["previous_response_id"]) or (None, None)
            raise not_running(frame["previous_response_id"], status)
        except SteerError as refused:
            event = failed_event(
                refused, frame.get("input") or [], target if isinstance(target, str) else ""
            )
        await self.send(compact(in_lane(event, lane)))

    async def _injected(self, frame: Json) -> None:
        lane: str | None = None
        try:
            items = injected_items(frame, self._dialect)
            target = frame["response_id"]
            turn = self._turns.known.running.get(target)
            if turn is not None and not turn.ended:
                lane = turn.lane
                turn.inject(items)
                return
            finished = self._turns.known.finished(target)
            lane = finished[1] if finished is not None else None
            event = not_injected_event(target, frame["input"], ended=finished is not None)
        except ApiError as refused:
            event = error_event(refused)
        await self.send(compact(in_lane(event, lane)))

    def _enqueue(self, asked: ClientMessage) -> None:
        self._waiting += 1
        self._look_for_room()
        for each in self._lanes.add(asked.lane, asked):
            self._begin(each)

    def _begin(self, asked: ClientMessage) -> None:
        self._waiting -= 1
        self._let_go(asked.raw)
        if not self._closing.done():
            self._start(self._run(asked))

    def _take_in(self, raw: bytes) -> None:
        """Hold a message until its turn comes. Raises ApiError 503 when too much is held."""
        self._call.bodies.take(len(raw), self._call.settings)
        self._held += len(raw)

    def _let_go(self, raw: bytes) -> None:
        self._call.bodies.give_back(len(raw))
        self._held -= len(raw)
        self._look_for_room()

    def _look_for_room(self) -> None:
        settings = self._call.settings
        is_short = self._waiting < settings.websocket_queue
        if is_short and self._held <= settings.max_bytes:
            self._has_room.set()
        else:
            self._has_room.clear()

    async def _run(self, asked: ClientMessage) -> None:
        try:
            await self._turns.answer(asked)
        except (WebSocketDisconnect, AbandonedError):
            return  # The reader ends the connection.
        except Exception as error:
            log_failure(f"a message to {self._call.path}", error)
            await self._apologise(asked)
        for each in self._lanes.done(asked.lane):
            self._begin(each)

    async def _apologise(self, asked: ClientMessage) -> None:
        failed = api_error("server_error", request_id=self._call.request_id)
        try:
            await self.send(compact(error_event(failed, asked.named)))
        except WebSocketDisconnect:
            return

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_EXPIRED = Closing(error=api_error("websocket_connection_limit_reached"), code=EXPIRED_CODE)
