"""Passing on: a request, or a WebSocket conversation, between a client and the upstream."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from mockserver.api import ApiError, compact
from mockserver.cassettes import (
    CassetteError,
    Exchange,
    Interaction,
    LiveTurns,
    RecordedRequest,
    RecordedResponse,
    SocketMessage,
    UpstreamEnd,
    UpstreamFailure,
    UpstreamHead,
    UpstreamPart,
    failure,
    keys_of,
    not_written,
)
from mockserver.http.call import Call, deny, raw_headers
from mockserver.http.connection import close_connection, drop
from mockserver.session.turn import error_event
from mockserver.session.upstream import UpstreamSource
from mockserver.sse import render_event

if TYPE_CHECKING:
    from websockets import Response as Declined
    from websockets.asyncio.client import ClientConnection

log = logging.getLogger("mockserver")

_GONE_AWAY = 1011


class PassedOn(Response):
    """The upstream's answer, as it arrives: each part at once, and its end when it is recorded."""

    def __init__(self, call: Call, exchange: Exchange) -> None:
        self._call = call
        self._exchange = exchange
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_started = False
        async for step in self._exchange.steps():
            match step:
                case UpstreamHead():
                    await send(_start(step))
                    is_started = True
                case UpstreamPart():
                    await send(_part(step.data))
                case UpstreamEnd():
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                case UpstreamFailure():
                    self._log(step.error)
                    if not is_started:
                        # The upstream was to answer, and has not: the journal says what does.
                        self._call.received.by = None
                        await self._call.refusal(step.error)(scope, receive, send)
                        continue
                    if step.is_told:
                        await send(_part(_failed_event(step.error)))
                    await drop(scope, receive, reset=False)

    def _log(self, error: ApiError) -> None:
        log.warning("%s %s: %s", self._call.method, self._call.path, error.message)


def _start(head: UpstreamHead) -> Any:
    fields = raw_headers(head.headers)
    if head.length is not None:
        fields.append((b"content-length", str(head.length).encode()))
    return {"type": "http.response.start", "status": head.status, "headers": fields}


def _part(data: bytes) -> Any:
    return {"type": "http.response.body", "body": data, "more_body": True}


def _failed_event(error: ApiError) -> bytes:
    """The stream's own way to say that it failed."""
    inner = error.body()["error"]
    return render_event("error", compact({"type": "error", "error": inner}))


async def pass_on_websocket(
    upstream: UpstreamSource, call: Call, websocket: WebSocket, first: str | bytes | None = None
) -> None:
    """Carry one WebSocket conversation between client and upstream, and record it.

    first: the client's first message, where the connection has been accepted to read it.
    """
    from websockets import InvalidStatus

    headers = tuple(call.headers.items())
    request = RecordedRequest("GET", call.target, headers)
    try:
        await asyncio.to_thread(upstream.recorder.ready)
        connection = await upstream.recorder.upstream.connect(request.uri, request.headers)
    except ApiError as error:
        log.warning("WebSocket %s: %s", call.path, error.message)
        await _refuse(websocket, await call.refuse(error), error, first is not None)
        return
    except InvalidStatus as declined:
        reply = await _declined(upstream, call, request, declined.response)
        status = declined.response.status_code
        said = failure(
            "upstream_declined", f"The upstream declined the WebSocket with status {status}."
        )
        await _refuse(websocket, reply, said, first is not None)
        return
    if first is None:
        await websocket.accept()
    await LiveConversation(upstream, request, connection, websocket).run(first)


class LiveConversation:
    """A WebSocket conversation, recorded in both directions: each turn as soon as it is over,
    before the client has its last event.
    """

    def __init__(
        self,
        upstream: UpstreamSource,
        request: RecordedRequest,
        connection: "ClientConnection",
        websocket: WebSocket,
    ) -> None:
        self._upstream = upstream
        self._request = request
        self._connection = connection
        self._websocket = websocket
        self._path = request.uri.partition("?")[0]
        self._order = upstream.number()
        self._start = upstream.clock()
        self._turns = LiveTurns()
        self._client_gone = False

    async def run(self, first: str | bytes | None) -> None:
        """Returns when the client is gone; what the upstream still sends is awaited elsewhere."""
        self._upstream.begin(self._listen())
        if first is not None:
            await self._pass_on(first)
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                break
            await self._pass_on(message.get("text") or message.get("bytes") or "")
        self._client_gone = True
        if not self._turns.is_open:
            await self._connection.close()

    async def _pass_on(self, data: str | bytes) -> None:
        from websockets import ConnectionClosed

        self._note("client", data)
        with suppress(ConnectionClosed):
            await self._connection.send(data)

    async def _listen(self) -> None:
        """Hand on and keep what the upstream sends, until it or, with no turn open, the client is
        gone.
        """
        from websockets import ConnectionClosedError

        is_cut = False
        try:
            async for data in self._connection:
                finished = self._note("server", data)
                await self._keep(finished)
                kind = "text" if isinstance(data, str) else "bytes"
                await self._tell({"type": "websocket.send", kind: data})
                if self._client_gone and not self._turns.is_open:
                    break
        except ConnectionClosedError as closed:
            is_cut = closed.rcvd is None
        except asyncio.CancelledError:
            # We are told to end: what is finished has been kept.
            if self._turns.is_open:
                raise
            return
        except CassetteError as error:
            await self._apologise(not_written(error))
            return
        except Exception:
            log.exception("recording WebSocket %s failed", self._path)
            is_cut = True
        await self._connection.close()
        await self._end(is_cut)

    async def _end(self, is_cut: bool) -> None:
        """Keep what is not over, and end for the client as it will end on replay."""
        try:
            await self._keep(self._turns.others())
            for messages in self._turns.unfinished():
                await self._keep(messages, is_cut=True)
        except CassetteError as error:
            await self._apologise(not_written(error))
            return
        if is_cut:
            log.warning("WebSocket %s: the upstream broke off the conversation", self._path)
            close_connection(self._websocket.scope)
            return
        code = _usable(self._connection.close_code)
        await self._tell({"type": "websocket.close", "code": code})

    async def _apologise(self, error: ApiError) -> None:
        log.warning("WebSocket %s: %s", self._path, error.message)
        await self._connection.close()
        await self._tell({"type": "websocket.send", "text": _error_text(error)})
        await self._tell({"type": "websocket.close", "code": _GONE_AWAY})

    async def _tell(self, message: dict[str, Any]) -> None:
        if not self._client_gone:
            with suppress(OSError, RuntimeError, WebSocketDisconnect):
                await self._websocket.send(message)

    def _note(
        self, sender: Literal["client", "server"], data: str | bytes
    ) -> tuple[SocketMessage, ...]:
        """Take in a message; returns the messages of the turn that it ends, if it ends one."""
        if isinstance(data, bytes):
            log.warning("WebSocket %s: a binary message is passed on, but not recorded", self._path)
            return ()
        offset = (self._upstream.clock() - self._start) * 1000
        return self._turns.add(SocketMessage(sender, offset, data))

    async def _keep(self, messages: tuple[SocketMessage, ...], *, is_cut: bool = False) -> None:
        """Record a turn, also when we are told to end meanwhile."""
        if messages:
            await asyncio.shield(asyncio.to_thread(self._write, messages, is_cut))

    def _write(self, messages: tuple[SocketMessage, ...], is_cut: bool) -> None:
        response = self._connection.response
        fields = response.headers.raw_items() if response is not None else ()
        recorded = RecordedResponse(
            101,
            "Switching Protocols",
            tuple((name.lower(), value) for name, value in fields),
            b"",
            cut=is_cut,
            messages=messages,
        )
        _record(self._upstream, self._request, recorded, self._order)


def _usable(code: int | None) -> int:
    """The upstream's close code, or ours where it has none that may be sent."""
    if code is None or not (1000 <= code < 1004 or code > 1006) or code == 1015:
        return _GONE_AWAY
    return code


def _record(
    upstream: UpstreamSource, request: RecordedRequest, response: RecordedResponse, order: int
) -> None:
    recorder = upstream.recorder
    uri = recorder.upstream.url_of(request.uri)
    asked = RecordedRequest("GET", uri, request.headers)
    recorder.keep(Interaction(asked, response), order=order, secrets=keys_of(request.headers))


async def _declined(
    upstream: UpstreamSource, call: Call, request: RecordedRequest, declined: "Declined"
) -> Response:
    """Record that the upstream declined the handshake, and say so to the client in the same
    words.
    """
    headers = tuple((name.lower(), value) for name, value in declined.headers.raw_items())
    body = bytes(declined.body or b"")
    recorded = RecordedResponse(declined.status_code, declined.reason_phrase, headers, body)
    reply = Response(body, declined.status_code)
    reply.raw_headers = [*raw_headers(headers), (b"content-length", str(len(body)).encode())]
    try:
        await asyncio.to_thread(_record, upstream, request, recorded, upstream.number())
    except CassetteError as error:
        return await call.refuse(not_written(error))
    return reply


async def _refuse(
    websocket: WebSocket, reply: Response, error: ApiError, is_accepted: bool
) -> None:
    if is_accepted:
        await websocket.send({"type": "websocket.send", "text": _error_text(error)})
        await websocket.send({"type": "websocket.close", "code": _GONE_AWAY})
    else:
        await deny(reply, websocket.scope, websocket.receive, websocket.send)


def _error_text(error: ApiError) -> str:
    return compact(error_event(error)).decode()
