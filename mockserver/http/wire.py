"""The connection below ASGI, for faults that HTTP itself has no words for."""

import contextlib
import socket
import struct
from asyncio import Transport
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

KEY = "mockserver.connection"
"""The extension of a scope that holds its `transport`."""


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, which lets the application reach its connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {KEY: {"transport": self.transport}}


async def drop(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """Close the connection as it is; what was written before leaves first, unless it is reset.

    Raises RuntimeError on a server that does not let its connections be reached.
    """
    transport = _transport(scope)
    if transport is None:
        raise RuntimeError(
            "this server cannot drop connections: run the application with mockserver's own"
        )
    if reset:
        _reset(transport)
    else:
        transport.close()
    await until_gone(receive)


def abort(scope: Scope) -> None:
    """Reset the connection, where the server lets it be reached."""
    transport = _transport(scope)
    if transport is not None:
        _reset(transport)


def is_gone(scope: Scope) -> bool:
    """Whether the connection is known to be over, which the application is told a little later."""
    transport = _transport(scope)
    return transport is not None and transport.is_closing()


def _transport(scope: Scope) -> Transport | None:
    transport: Transport | None = scope.get("extensions", {}).get(KEY, {}).get("transport")
    return transport


async def until_gone(receive: Receive) -> None:
    """Wait until the client, or we, have closed the connection."""
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


def _reset(transport: Transport) -> None:
    """End with a TCP reset: what is still under way may be lost."""
    sock: Any = transport.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
