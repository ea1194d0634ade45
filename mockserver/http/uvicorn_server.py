"""The server as a process or a thread, and all that reaches below uvicorn's public interface."""

import asyncio
import contextlib
import errno
import os
import socket
import sys
from asyncio import Transport
from collections.abc import Awaitable, Callable
from functools import cache
from http import HTTPStatus
from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.api.errors import ApiError
from mockserver.http.certificate import Certificate
from mockserver.http.connection import KEY, GatheredWrites
from mockserver.settings import Settings


class _Config(uvicorn.Config):
    """uvicorn's settings, with ours."""

    def __init__(self, app: ASGIApp, settings: Settings, **options: Any) -> None:
        super().__init__(app, **options)
        self.settings = settings


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, which lets the application reach its connection, and bounds requests."""

    _deadline: float | None = None
    """When the request must have arrived that is under way."""
    _timer: asyncio.TimerHandle | None = None
    _is_in_head = True
    _head_bytes = 0
    _extensions: dict[str, dict[Any, Any]]
    """What the application reaches of its connection."""

    def __init__(self, config: _Config, *arguments: Any, **more: Any) -> None:
        super().__init__(config, *arguments, **more)
        self._limits = config.settings

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._extensions = {KEY: {"transport": transport, "write_whole": self._write_whole}}
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._extensions = {}  # It holds this, which shall not wait for the collector of cycles.
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.max_header_size * 1024 or self._has_many_headers:
                self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
        self._is_in_head = True
        self._head_bytes = 0
        self._await_request()

    def send_400_response(self, msg: str) -> None:
        if self._is_in_head and self._has_many_headers:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def on_headers_complete(self) -> None:
        if self._has_many_headers:
            raise ValueError("too many headers")
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def _await_request(self) -> None:
        self._deadline = self.loop.time() + self._limits.request_seconds
        if self._timer is None:
            self._timer = self.loop.call_at(self._deadline, self._look_at_deadline)

    def _stop_waiting(self) -> None:
        self._deadline = None  # The timer stays: one a request would cost more than to look.

    def _look_at_deadline(self) -> None:
        self._timer = None
        if self._deadline is None:
            return
        if self.loop.time() < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._look_at_deadline)
        elif self.flow.read_paused:  # It waits for us.
            self._await_request()
        else:
            self._refuse(408, _TOO_SLOW.format(self._limits.request_seconds))

    def _write_whole(self, send: Send, data: bytes) -> bool:
        """Send a whole reply, head and body, in one piece; False where it cannot leave at once, or
        somebody between the application and the connection wants to see its messages.
        """
        cycle = self.cycle
        # Where requests came one on top of the other, it may be a later one's.
        is_own = cycle is not None and send == cycle.send
        if not is_own or cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
            return False
        cycle.response_started = True
        cycle.transport.write(data)
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True

    @property
    def _has_many_headers(self) -> bool:
        return len(self.headers or ()) > self._limits.max_header_lines

    def _refuse_head(self) -> None:
        limits = self._limits
        self._refuse(431, _TOO_LARGE.format(limits.max_header_size, limits.max_header_lines))

    def _refuse(self, status: int, message: str) -> None:
        """End the connection with an error, unless an answer has begun."""
        self._stop_waiting()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = ApiError(status, message).raw()
            reason = HTTPStatus(status).phrase
            head = (
                f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        self.transport.close()


_TOO_LARGE = (
    "The head of the request is too long: more than {} KiB or {} headers. "
    "Do: send fewer, or raise --max-header-size or --max-header-lines."
)
_TOO_SLOW = (
    "The request did not arrive whole within {:g} seconds. "
    "Do: send it at once, or raise --request-seconds."
)


def _open_websocket(**arguments: Any) -> asyncio.Protocol:
    """The protocol of a connection that becomes a WebSocket."""
    return _websocket_protocol()(**arguments)


@cache
def _websocket_protocol() -> Callable[..., asyncio.Protocol]:
    """uvicorn's WebSocket, which lets the application reach its connection.

    It is imported when the first one is opened: no other server waits for it.
    """
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
    from websockets.http11 import Request

    class WebSocketProtocol(WebSocketsSansIOProtocol):
        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(cast(Transport, GatheredWrites(transport, self.loop)))

        def keepalive_timeout(self) -> None:
            if self.read_paused:
                # The answer to the ping may stand behind what the application has not read yet.
                self.pong_timer = None
                self.pending_ping_payload = None
                self.schedule_ping()
            else:
                super().keepalive_timeout()

        def handle_connect(self, event: Request) -> None:
            super().handle_connect(event)
            if self.handshake_initiated and not self.handshake_complete:
                self.scope["extensions"][KEY] = {"transport": self.transport}

    return WebSocketProtocol


WEBSOCKET_MAX_BYTES = 128 * 1024 * 1024
_BACKLOG = 2048
_GRACE_SECONDS = 0.25
_POLL_SECONDS = 0.002


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; port 0 takes a free one. Raises OSError when it cannot
    be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        sock = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise OSError(f"cannot listen at {host}, port {port}: {_reason(error)}") from None
    # asyncio sets this on sockets of its own making alone; without it every second write waits 40
    # ms for an ACK.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def sockets_of_workers(sock: socket.socket, number: int) -> list[socket.socket]:
    """What each of so many workers listens at: on Linux a socket of its own, among which the system
    deals out the connections; elsewhere all at this one, where the quickest takes most of them.

    It has been bound alone, so that nobody else listens at the port; only then it shares it with
    others of the same user.
    """
    sockets = [sock] * number
    if not sys.platform.startswith("linux"):  # macOS gives all to the newest of such sockets.
        return sockets
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        for place in range(1, number):
            own = socket.create_server(
                sock.getsockname(), family=sock.family, backlog=_BACKLOG, reuse_port=True
            )
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sockets[place] = own
    except OSError:  # Not every kernel and sandbox lets sockets share a port.
        for own in set(sockets) - {sock}:
            own.close()
        return [sock] * number
    return sockets


def url_of(sock: socket.socket, scheme: str = "http") -> str:
    """The URL at which a listening socket is reached, without a path."""
    host, port = sock.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _reason(error: OSError) -> str:
    """Why a socket cannot be had, and what to do about it."""
    if error.errno == errno.EADDRINUSE:
        return (
            "another program listens there. Stop it, or choose another one: --port 0 takes any "
            "that is free."
        )
    if error.errno == errno.EACCES:
        return "that needs more rights. Choose a port from 1024 upwards."
    said = (
        os.strerror(error.errno)
        if error.errno is not None and error.errno > 0
        else str(error.args[-1])
    )
    return f"{said.partition(' (while')[0]}. Give the address of an interface of this machine."


class StoppedError(BaseException):
    """The server ends, whatever is computed."""


class UvicornServer(uvicorn.Server):
    """uvicorn, which says when it has started, and ends as soon as it is told to."""

    def __init__(
        self,
        app: ASGIApp,
        on_ready: Callable[[], None],
        on_signal: Callable[[], None] = lambda: None,
        on_heard: Callable[[], None] = lambda: None,
        certificate: Certificate | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._leave: Callable[[], Awaitable[None]] | None = getattr(app, "leave", None)
        """What the application does when it serves no more."""
        super().__init__(
            _Config(
                self._ending_quietly(app),
                settings or Settings(),
                http=Protocol,
                ws=cast(type[asyncio.Protocol], _open_websocket),
                ws_max_size=WEBSOCKET_MAX_BYTES,
                lifespan="off",
                log_config=None,
                access_log=False,
                date_header=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=75,
                ssl_certfile=certificate.file if certificate is not None else None,
                ssl_keyfile=certificate.key_file if certificate is not None else None,
            )
        )
        self._on_ready = on_ready
        self._on_signal = on_signal
        self._on_heard = on_heard
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    def _ending_quietly(self, app: ASGIApp) -> ASGIApp:
        """What is cancelled because the server ends is no failure of the application, as uvicorn
        would report it.
        """

        async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except (asyncio.CancelledError, StoppedError):
                if not self.should_exit:
                    raise

        return quiet

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self._on_ready()

    async def main_loop(self) -> None:
        """Until the end; uvicorn itself would look for it ten times a second."""
        if self._ended is not None and not self.should_exit:
            await self._ended.wait()
        self._on_heard()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way finish, for a quarter of a second; uvicorn itself waits even when
        nothing is.
        """
        for closing in (*self.servers, *(sockets or ())):
            closing.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._until_idle(_GRACE_SECONDS)
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                # Whoever answers on it ends, as when a client hangs up.
                connection.transport.abort()
        await self._until_idle(_GRACE_SECONDS / 2)
        for task in self.server_state.tasks:
            task.cancel()
        if self._leave is not None:
            await self._leave()

    async def _until_idle(self, seconds: float) -> None:
        """Wait until nothing is under way, for so long at most."""
        loop, state = asyncio.get_running_loop(), self.server_state
        deadline = loop.time() + seconds
        while state.connections or state.tasks:
            if loop.time() >= deadline:
                return
            await asyncio.sleep(_POLL_SECONDS)  # uvicorn has no event for it.

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_signal()
        super().handle_exit(sig, frame)
        self.end()

    def end(self) -> None:
        """End soon; from any thread, and from a signal's handler."""
        self.should_exit = True
        if self._loop is not None and self._ended is not None:
            with contextlib.suppress(RuntimeError):  # The loop is closed: it has ended already.
                self._loop.call_soon_threadsafe(self._ended.set)
