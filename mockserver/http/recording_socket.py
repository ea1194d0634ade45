"""A WebSocket conversation between a client and the upstream, recorded in both directions."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.errors import ApiError
from mockserver.api.events import LAST
from mockserver.api.json import compact
from mockserver.cassettes import (
    WEBSOCKET_METHOD,
    CassetteError,
    Clock,
    Interaction,
    Played,
    RecordedRequest,
    RecordedResponse,
    Recorder,
    SocketMessage,
    event_type_of,
    failure,
    keys_of,
    not_written,
)
from mockserver.http.call import deny, headers_of, raw_headers, refusal, target_of
from mockserver.http.delivery import replayed_messages
from mockserver.session.turn import error_event

if TYPE_CHECKING:
    from websockets import Response as Declined
    from websockets.asyncio.client import ClientConnection

log = logging.getLogger("mockserver")

_GONE_AWAY = 1011


class Host(Protocol):
    """What a conversation needs of the application that it belongs to."""

    recorder: Recorder
    clock: Clock
    speed: float

    @property
    def replays(self) -> bool:
        """Whether a cassette is asked before the upstream is."""

    def find(self, request: RecordedRequest) -> Played | None:
        """What the cassette answers. Raises ApiError for a miss."""

    def begin(self, work: Any) -> "asyncio.Task[None]":
        """Carry work out to its end."""

    def number(self) -> int:
        """The place of a request among all."""


async def converse(host: Host, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket: replay its turns where the cassette answers the first one, else pass on
    and record.
    """
    await receive()
    request = RecordedRequest("GET", target_of(scope), headers_of(scope))
    first: str | None = None
    if host.replays:
        await send({"type": "websocket.accept"})
        first = await _replayed(host, request, receive, send)
        if first is None:
            return
    from websockets import InvalidStatus

    try:
        await asyncio.to_thread(host.recorder.ready)
        connection = await host.recorder.upstream.connect(request.uri, request.headers)
    except ApiError as error:
        log.warning("WebSocket %s: %s", scope["path"], error.message)
        await _refuse(refusal(error), error, first is not None, scope, receive, send)
        return
    except InvalidStatus as declined:
        reply = await _declined(host, request, declined.response)
        said = failure(
            "upstream_declined",
            f"The upstream declined the WebSocket with status {reply.status_code}.",
        )
        await _refuse(reply, said, first is not None, scope, receive, send)
        return
    if first is None:
        await send({"type": "websocket.accept"})
    await _Conversation(host, request, connection, send).run(receive, first)


class _Conversation:
    def __init__(
        self, host: Host, request: RecordedRequest, connection: "ClientConnection", send: Send
    ) -> None:
        self._host, self._request, self._connection, self._send = host, request, connection, send
        self._path = request.uri.partition("?")[0]
        self._order = host.number()
        self._start = host.clock()
        self._messages: list[SocketMessage] = []
        self._open = 0  # turns that the upstream has not ended
        self._settled = 0  # messages up to the last moment without an open turn
        self._client_gone = False

    async def run(self, receive: Receive, first: str | None) -> None:
        """Returns when the client is gone; what the upstream still sends is awaited elsewhere."""
        self._host.begin(self._listen())
        if first is not None:
            await self._pass_on(first)
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                break
            await self._pass_on(message.get("text") or message.get("bytes") or "")
        self._client_gone = True
        if not self._open:
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

        cut = False
        try:
            async for data in self._connection:
                self._note("server", data)
                await self._tell(
                    {"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data}
                )
                if self._client_gone and not self._open:
                    break
        except ConnectionClosedError as error:
            cut = error.rcvd is None
        except asyncio.CancelledError:
            # We are told to end: what is finished is kept.
            self._keep(self._messages[: self._settled], False)
            if self._open:
                raise
            return
        except Exception:
            log.exception("recording WebSocket %s failed", self._path)
            cut = True
        await self._connection.close()
        await self._end(cut)

    async def _end(self, cut: bool) -> None:
        error = (
            failure("upstream_disconnected", "The upstream broke off the conversation.")
            if cut
            else None
        )
        try:
            await asyncio.to_thread(self._keep, self._messages, cut)
        except CassetteError as unwritten:
            error = not_written(unwritten)
        if error is not None:
            log.warning("WebSocket %s: %s", self._path, error.message)
            await self._tell({"type": "websocket.send", "text": _event(error)})
        code = self._connection.close_code
        usable = (
            error is None
            and code is not None
            and (1000 <= code < 1004 or code > 1006)
            and code != 1015
        )
        await self._tell({"type": "websocket.close", "code": code if usable else _GONE_AWAY})

    async def _tell(self, message: dict[str, Any]) -> None:
        if not self._client_gone:
            with suppress(OSError, RuntimeError):
                await self._send(message)

    def _note(self, sender: Literal["client", "server"], data: str | bytes) -> None:
        if isinstance(data, bytes):
            log.warning("WebSocket %s: a binary message is passed on, but not recorded", self._path)
            return
        offset = (self._host.clock() - self._start) * 1000
        self._messages.append(SocketMessage(sender, offset, data))
        kind = event_type_of(data)
        if sender == "client" and kind == "response.create":
            self._open += 1
        elif sender == "server" and kind in LAST and self._open:
            self._open -= 1
        if not self._open:
            self._settled = len(self._messages)

    def _keep(self, messages: list[SocketMessage], cut: bool) -> None:
        if not messages:
            return
        response = self._connection.response
        headers = (
            ()
            if response is None
            else tuple((n.lower(), v) for n, v in response.headers.raw_items())
        )
        recorded = RecordedResponse(
            101, "Switching Protocols", headers, b"", cut=cut, messages=tuple(messages)
        )
        _record(self._host.recorder, self._request, recorded, self._order)


def _record(
    recorder: Recorder, request: RecordedRequest, response: RecordedResponse, order: int
) -> None:
    uri = recorder.upstream.url_of(request.uri)
    asked = RecordedRequest("GET", uri, request.headers)
    recorder.keep(Interaction(asked, response), order=order, secrets=keys_of(request.headers))


async def _replayed(
    host: Host, request: RecordedRequest, receive: Receive, send: Send
) -> str | None:
    """Replay turn by turn until the client leaves; returns a first message that is for the upstream
    instead.
    """
    played_before = False
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
        try:
            played = host.find(
                RecordedRequest(WEBSOCKET_METHOD, request.uri, request.headers, text.encode())
            )
            if played is None and not played_before:
                return text
            if played is None:
                raise failure(
                    "mockserver_miss",
                    "This conversation began as a replay and cannot go on live.",
                    status=422,
                )
        except ApiError as error:
            await send({"type": "websocket.send", "text": _event(error)})
            continue
        played_before = True
        async for each in replayed_messages(played.interaction, host.speed):
            await send({"type": "websocket.send", "text": each})


async def _declined(host: Host, request: RecordedRequest, declined: "Declined") -> Response:
    """Record that the upstream declined the handshake, and say so to the client in the same
    words.
    """
    headers = tuple((name.lower(), value) for name, value in declined.headers.raw_items())
    body = declined.body or b""
    recorded = RecordedResponse(declined.status_code, declined.reason_phrase, headers, bytes(body))
    reply = Response(bytes(body), declined.status_code)
    reply.raw_headers = [*raw_headers(headers), (b"content-length", str(len(body)).encode())]
    try:
        await asyncio.to_thread(_record, host.recorder, request, recorded, host.number())
    except CassetteError as error:
        return refusal(not_written(error))
    return reply


async def _refuse(
    reply: Response, error: ApiError, accepted: bool, scope: Scope, receive: Receive, send: Send
) -> None:
    if accepted:
        await send({"type": "websocket.send", "text": _event(error)})
        await send({"type": "websocket.close", "code": _GONE_AWAY})
    else:
        await deny(reply, scope, receive, send)


def _event(error: ApiError) -> str:
    return compact(error_event(error)).decode()
