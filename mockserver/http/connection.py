"""The connection below a request: whether its client is still there, and how it is ended."""

import contextlib
import select
import socket
import struct
from asyncio import AbstractEventLoop, Transport
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from mockserver.session.received import Received

KEY = "mockserver.connection"
"""The extension of a scope that holds its `transport`, and `write_whole`, which sends a reply in
one piece if it can.
"""


class GatheredWrites:
    """A transport that sends together what is written in one turn of the event loop."""

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: Any) -> None:
        """Send bytes, soon."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(bytes(data))

    def _flush(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()

    def close(self) -> None:
        """Close the connection, once what was written has left."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self._flush()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Whether the connection is over, or about to be: asked for each message."""
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Sent:
    """Sends, and remembers how far it has come. The journal gets to know the status of a reply.

    Attributes:
        start: the message that began the reply, or accepted the WebSocket.
        is_over: whether the last message has left.
    """

    def __init__(self, send: Send, received: Received) -> None:
        self._send = send
        self._received = received
        self.start: Message | None = None
        self.is_over = False

    async def __call__(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self._received.status = message["status"]
        await self._send(message)
        if kind == "websocket.send":
            return
        if kind in ("http.response.start", "websocket.accept"):
            self.start = message
        elif kind.endswith(".body"):
            self.is_over = not message.get("more_body", False)
        elif kind == "websocket.close":
            self.is_over = True

    def whole(self, scope: Scope, status: int, data: bytes) -> bool:
        """Send a reply in one piece, head and body; False where it has to leave as messages."""
        write = scope.get("extensions", {}).get(KEY, {}).get("write_whole")
        if write is None:
            return False
        self._received.status = status
        self.is_over = write(self._send, data)
        return self.is_over


def without_whole_writes(scope: Scope) -> Scope:
    """A scope whose replies leave as messages."""
    extensions = scope.get("extensions", {})
    if KEY not in extensions:
        return scope
    reached = {**extensions[KEY]}
    reached.pop("write_whole", None)
    return {**scope, "extensions": {**extensions, KEY: reached}}


async def drop(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Close the connection as it is; what was written before leaves first, unless it is reset.

    Raises RuntimeError on a server that does not let its connections be reached.
    """
    transport = _transport_of(scope)
    if transport is None:
        raise RuntimeError(
            "this server cannot drop connections: run the application with mockserver's own"
        )
    if reset:
        _reset_connection(transport)
    else:
        transport.close()
    await until_gone(receive)


def close_connection(scope: Scope) -> None:
    """Close the connection as it is, without a word, where the server lets it be reached."""
    transport = _transport_of(scope)
    if transport is not None:
        transport.close()


def abort(scope: Scope) -> None:
    """Reset the connection, where the server lets it be reached."""
    transport = _transport_of(scope)
    if transport is not None:
        _reset_connection(transport)


def is_gone(scope: Scope) -> bool:
    """Whether the connection is known to be over, which the application is told a little later."""
    transport = _transport_of(scope)
    return transport is not None and transport.is_closing()


def has_left(scope: Scope) -> bool:
    """Whether the client has closed its end, which nobody sees who does not read.

    Where the system does not tell (Windows), that is seen when the next ping fails.
    """
    if is_gone(scope):
        return True
    transport = _transport_of(scope)
    sock: Any = transport.get_extra_info("socket") if transport is not None else None
    if sock is None or not hasattr(select, "poll"):
        return False
    ended: int = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)
    poll = select.poll()
    poll.register(sock.fileno(), ended)
    return any(event & ended for _, event in poll.poll(0))


def _transport_of(scope: Scope) -> Transport | None:
    transport: Transport | None = scope.get("extensions", {}).get(KEY, {}).get("transport")
    return transport


async def until_gone(receive: Receive) -> None:
    """Wait until the client, or we, have closed the connection."""
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


def _reset_connection(transport: Transport) -> None:
    """End with a TCP reset: what is still under way may be lost."""
    sock: Any = transport.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
