"""The ASGI application that stands between a client and the upstream, and records what passes."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.errors import ApiError, own_error
from mockserver.api.json import compact
from mockserver.api.requests import CreateRequest
from mockserver.cassettes import (
    Clock,
    End,
    Exchange,
    Failed,
    Head,
    Missed,
    Part,
    Played,
    Player,
    RecordedRequest,
    Recorder,
    header_value,
)
from mockserver.http.call import decoded, headers_of, raw_headers, refusal, target_of
from mockserver.http.delivery import replay
from mockserver.http.edge import CONTROL_PREFIX
from mockserver.http.recording_socket import converse
from mockserver.http.uvicorn_server import drop
from mockserver.session.journal import By, Received
from mockserver.sse import render_event

log = logging.getLogger("mockserver")

_HEALTH = f"{CONTROL_PREFIX}/health"
_MAX_BODY = 512 * 1024 * 1024


def recording_app(
    recorder: Recorder,
    player: Player | None = None,
    *,
    speed: float = 0.0,
    clock: Clock = time.monotonic,
) -> "RecordingApp":
    """Replay what the player answers; pass on and record the rest, where the recorder's mode has
    it.

    speed: how fast replayed streams go, 0 at once. clock: what the offsets of chunks are measured
    with, in seconds.
    """
    return RecordingApp(recorder, player, speed, clock)


class RecordingApp:
    """An ASGI application for HTTP and WebSocket, at `/v1` and without a prefix."""

    def __init__(
        self, recorder: Recorder, player: Player | None, speed: float, clock: Clock
    ) -> None:
        self.recorder, self.player, self.speed, self.clock = recorder, player, speed, clock
        self.missed: list[Missed] = []
        self.lost = 0  # exchanges broken off by the end of the server
        self.on_found: Callable[[RecordedRequest, Played | None], None] | None = None
        """Called with each request that the cassette answers, or nothing does."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count()

    @property
    def replays(self) -> bool:
        """Whether a cassette is asked before the upstream is."""
        return self.player is not None or not self.recorder.records

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await converse(self, scope, receive, send)

    async def aclose(self, patience: float = 0.0) -> None:
        """Give exchanges under way so many seconds to finish, then break them off, and end all
        connections.
        """
        tasks = set(self._under_way)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self.recorder.upstream.aclose()

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Carry work out to its end, even when the client that asked for it is gone."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if task.cancelled():
            self.lost += 1
        elif (error := task.exception()) is not None:
            log.error("recording failed", exc_info=error)

    def number(self) -> int:
        """The place of a request among all."""
        return next(self._numbers)

    def find(self, request: RecordedRequest) -> Played | None:
        """What the cassette answers; None when the upstream is to be asked. Raises ApiError for a
        miss.
        """
        missed: Missed | None = None
        if self.player is not None:
            request = self.recorder.matched_form(request)
            found = self.player.find(request.method, request.uri, request.headers, request.body)
            if isinstance(found, Played):
                self._found(request, found)
                return found
            missed = found
        if self.recorder.records:
            return None
        if missed is not None:
            self.missed.append(missed)
        self._found(request, None)
        raise _miss(self.recorder, missed)

    def _found(self, request: RecordedRequest, played: Played | None) -> None:
        if self.on_found is not None:
            self.on_found(request, played)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == _HEALTH:
            await Response(b'{\n  "status": "ok"\n}', media_type="application/json")(
                scope, receive, send
            )
            return
        try:
            request = _unpacked(await _request(scope, receive))
            played = self.find(request)
        except ApiError as error:
            _note(scope, "refused", text=error.message)
            await refusal(error)(scope, receive, send)
            return
        if played is not None:
            _note(scope, "recorded", played.interaction.source)
            await replay(played.interaction, self.speed)(scope, receive, send)
            return
        _note(scope, "upstream", self.recorder.upstream.origin)
        exchange = Exchange(self.recorder, request, self.number(), self.clock)
        self.begin(exchange.run())
        await _deliver(exchange, scope, receive, send)


def _note(scope: Scope, by: By, source: str = "", text: str = "") -> None:
    """Tell the journal what answers, where there is one."""
    received: Received | None = scope.get("mockserver.received")
    if received is None:
        return
    if scope["path"].endswith("/responses") and isinstance(received.json, dict):
        received.request = CreateRequest(
            {key: each for key, each in received.json.items() if each is not None}
        )
    received.answered(by, source, text)


async def _deliver(exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
    started = False
    async for step in exchange.steps():
        match step:
            case Head():
                fields = raw_headers(step.headers)
                if step.length is not None:
                    fields.append((b"content-length", str(step.length).encode()))
                await send(
                    {"type": "http.response.start", "status": step.status, "headers": fields}
                )
                started = True
            case Part():
                await send({"type": "http.response.body", "body": step.data, "more_body": True})
            case End():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            case Failed() if not started:
                log.warning("%s %s: %s", exchange.request.method, scope["path"], step.error.message)
                await refusal(step.error)(scope, receive, send)
            case Failed():
                log.warning("%s %s: %s", exchange.request.method, scope["path"], step.error.message)
                if step.between_events:
                    await send(
                        {
                            "type": "http.response.body",
                            "body": _event(step.error),
                            "more_body": True,
                        }
                    )
                await drop(scope, receive, reset=False)


def _event(error: ApiError) -> bytes:
    """The stream's own way to say that it failed."""
    inner = error.body()["error"]
    return render_event("error", compact({"type": "error", "error": inner}))


async def _request(scope: Scope, receive: Receive) -> RecordedRequest:
    chunks: list[bytes] = []
    size = 0
    async for chunk in _body(receive):
        size += len(chunk)
        if size > _MAX_BODY:
            raise ApiError(
                413, f"The request is longer than {_MAX_BODY} bytes.", code="request_too_large"
            )
        chunks.append(chunk)
    return RecordedRequest(
        scope["method"].upper(), target_of(scope), headers_of(scope), b"".join(chunks)
    )


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiError(
                400, "The client left before its request was complete.", code="client_disconnected"
            )
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _unpacked(request: RecordedRequest) -> RecordedRequest:
    """The request with its body as matching and scrubbing need it: uncompressed, or secrets in it
    would go unseen.

    Raises ApiError: 415 for a coding that is not known, 400 when the body is not of it, 413 when it
    holds too much.
    """
    codings = header_value(request.headers, "content-encoding")
    if codings is None:
        return request
    body = decoded(request.body, codings, _MAX_BODY)
    headers = tuple(field for field in request.headers if field[0] != "content-encoding")
    return RecordedRequest(request.method, request.uri, headers, body)


def _miss(recorder: Recorder, found: Missed | None) -> ApiError:
    lines = found.explain() if found is not None else ["mockserver: the cassette answers nothing."]
    lines.append(
        f"Mode {recorder.mode} records nothing into {recorder.path}. Use --mode new_episodes to "
        "add to it."
    )
    return own_error(422, "\n".join(lines), "mockserver_miss")
