"""Replies that are whole when they begin to leave: their heads are bytes, made once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.json import Json
from mockserver.api.json_portions import pretty_portions
from mockserver.http.connection import Sent
from mockserver.lazy import lazy

Compute: TypeAlias = Callable[[Callable[[], bytes]], Awaitable[bytes]]

JSON_TYPE = (b"content-type", b"application/json")
STREAM_TYPE = (b"content-type", b"text/event-stream; charset=utf-8")

REQUESTS_LIMIT = 15_000
TOKENS_LIMIT = 40_000_000

EQUAL_FIELDS = {
    "openai-organization": "org-mockserver",
    "openai-processing-ms": "10",
    "openai-project": "proj_mockserver00000000000000",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": str(REQUESTS_LIMIT),
    "x-ratelimit-limit-tokens": str(TOKENS_LIMIT),
    "x-ratelimit-remaining-requests": str(REQUESTS_LIMIT - 1),
    "x-ratelimit-remaining-tokens": str(TOKENS_LIMIT),
    "x-ratelimit-reset-requests": "4ms",
    "x-ratelimit-reset-tokens": "0s",
}
"""The fields that all replies share."""
_EQUAL = [(name.encode(), value.encode()) for name, value in EQUAL_FIELDS.items()]


def _lines(*fields: tuple[bytes, bytes]) -> bytes:
    return b"".join(b"%b: %b\r\n" % field for field in fields)


_HEAD = b"HTTP/1.1 200 OK\r\n" + _lines(*_EQUAL)
_JSON_TYPE_LINE = _lines(JSON_TYPE)
_STREAM_LINES = _lines(STREAM_TYPE, (b"transfer-encoding", b"chunked"))


def stream_fields(request_id: str) -> list[tuple[bytes, bytes]]:
    """The fields of a stream."""
    return [*_EQUAL, (b"x-request-id", request_id.encode("latin-1")), STREAM_TYPE]


class JsonReply(Response):
    """A JSON body with status 200."""

    background = None
    status_code = 200

    def __init__(self, body: bytes, request_id: str) -> None:
        self.body = body
        self._request_id = request_id.encode("latin-1")

    @lazy
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """Its fields, where they are asked for: most replies leave as bytes."""
        return [
            *_EQUAL,
            (b"x-request-id", self._request_id),
            (b"content-length", b"%d" % len(self.body)),
            JSON_TYPE,
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(send, Sent):
            head = b"%bx-request-id: %b\r\ncontent-length: %d\r\n%b\r\n"
            body = bytes(self.body)
            fields = self._request_id, len(body), _JSON_TYPE_LINE
            if send.whole(scope, 200, head % (_HEAD, *fields) + body):
                return
        await super().__call__(scope, receive, send)


class LongReply(Response):
    """A JSON body that takes long to write, and is written beside the event loop when it is sent.

    compute: does that.
    """

    media_type = "application/json"

    def __init__(
        self, value: Json, status: int, headers: Mapping[str, str], compute: Compute
    ) -> None:
        super().__init__(status_code=status, headers={**headers, "content-length": "0"})
        self._value = value
        self._compute = compute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = await self._compute(lambda: b"".join(pretty_portions(self._value)))
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def send_stream(scope: Scope, send: Send, request_id: str, body: bytes) -> bool:
    """Send a whole stream in one piece; False where it has to leave as messages."""
    if not isinstance(send, Sent):
        return False
    head = b"%bx-request-id: %b\r\n%b\r\n"
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    whole = head % (_HEAD, request_id.encode("latin-1"), _STREAM_LINES) + chunk
    return send.whole(scope, 200, whole)
