"""What a request's scope says, and how a request is refused, alike for HTTP and WebSocket."""

from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.errors import ApiError
from mockserver.cassettes.interaction import FRAMING, Headers


def target_of(scope: Scope) -> str:
    """Path and query as the client wrote them."""
    raw: bytes | None = scope.get("raw_path")
    path = (
        raw.partition(b"?")[0].decode("latin-1")
        if raw
        else quote(scope["path"], safe="/:@!$&'()*+,;=~%")
    )
    query: bytes = scope.get("query_string", b"")
    return f"{path}?{query.decode('latin-1')}" if query else path


def headers_of(scope: Scope) -> Headers:
    """The header fields, in their order."""
    return tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in scope["headers"]
    )


def raw_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Fields to send, without those that belong to another connection."""
    return [
        (n.encode("latin-1"), v.encode("latin-1", "replace"))
        for n, v in headers
        if n not in FRAMING
    ]


def refusal(error: ApiError) -> Response:
    """An error as a reply."""
    return Response(error.raw(), error.status, dict(error.headers), "application/json")


async def deny(reply: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Decline a WebSocket handshake with an HTTP reply, where the server can; else by closing
    it.
    """
    if "websocket.http.response" in scope.get("extensions", {}):
        await reply(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})
