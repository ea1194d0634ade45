"""One HTTP request as the routes see it: whose it is, by which rules it is judged, and how replies
to it look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from mockserver.api.dialect import DIALECTS, Dialect
from mockserver.api.errors import ApiError, api_error
from mockserver.api.explain import enumerated
from mockserver.api.extension import extended
from mockserver.api.json import Json, pretty
from mockserver.cassettes.interaction import Headers as RecordedHeaders
from mockserver.cassettes.play import Missed, Played
from mockserver.compose.identity import request_id
from mockserver.http.decoding import decoded
from mockserver.http.headers import reply_headers
from mockserver.session.journal import Received
from mockserver.session.session import Session

DIALECT_HEADER = "x-mockserver-dialect"


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for a whole server.

    strict_models: refuse models that the table of models lacks. allow_unknown: ignore parameters
    that the API does not know. api_keys: the keys that are let in; none means that any key will do,
    and no key as well. max_bytes: the longest body of a request. speed: how fast recorded streams
    are replayed; 0 is at once, 1 their own time. websocket_seconds: how long a WebSocket may stay
    open. examples: answer made-up ids with examples.
    """

    strict_models: bool = False
    allow_unknown: bool = False
    api_keys: frozenset[str] = frozenset()
    max_bytes: int = 64 * 1024 * 1024
    speed: float = 0.0
    websocket_seconds: float = 3600.0
    examples: bool = False


@dataclass(slots=True)
class Call:
    """One request on its way. path: as the client wrote it, with every prefix; target: path and
    query.

    received: what the journal holds of it, or would hold.
    """

    session: Session
    settings: Settings
    method: str
    path: str
    headers: Headers
    target: str = ""
    body: bytes | None = None
    received: Received = field(default_factory=Received)
    rules: Dialect | None = None
    """The rules that hold in place of the dialect's, once they are set."""
    _request_id: str = field(default="", init=False)

    @property
    def dialect(self) -> Dialect:
        """The session's dialect, or the one that the request asks for. Raises ApiError 400 for an
        unknown one.
        """
        if self.rules is not None:
            return self.rules
        asked = self.headers.get(DIALECT_HEADER)
        if asked is None:
            return self.session.dialect
        if asked not in DIALECTS:
            raise api_error(
                "invalid_value", param=DIALECT_HEADER, got=asked, supported=enumerated(DIALECTS)
            )
        return DIALECTS[asked]

    @property
    def request_id(self) -> str:
        """The `x-request-id` of the reply: equal requests get different ones, the same in every
        run.
        """
        if not self._request_id:
            about = request_id(self.session.seed, self.method, self.received.path, self.body)
            self._request_id = request_id(about, self.session.occurrence(about.encode()))
        return self._request_id

    def replayed(self) -> Played | Missed | None:
        """What the session's recorded interactions say to this request; None when there are
        none.
        """
        headers: RecordedHeaders = tuple(self.headers.items())
        found = self.session.replay(self.method, self.target, headers, self.body or b"")
        if isinstance(found, Played):
            self.received.answered("recorded", found.interaction.source)
        return found

    def reply(
        self, value: Json, headers: Mapping[str, str] | None = None, status: int = 200
    ) -> Response:
        """A JSON reply."""
        self.received.answered("api")
        shown = extended(value, self.dialect) if status < 400 else value
        return self.json_reply(pretty(shown), headers, status)

    def json_reply(
        self, body: bytes, headers: Mapping[str, str] | None = None, status: int = 200
    ) -> Response:
        """A reply whose body is JSON already."""
        fields = {**reply_headers(self.request_id), **(headers or {})}
        return Response(body, status, fields, "application/json")

    def refusal(self, error: ApiError) -> Response:
        """The reply that an error becomes."""
        self.session.refused(self.received, error)
        return self.reply(error.body(), error.headers, error.status)


def call_of(request: Request) -> Call:
    """What the edge found out about a request."""
    call: Call = request.scope["mockserver.call"]
    return call


async def read_body(request: Request) -> bytes:
    """The body of a request, kept in its call, without its content coding.

    Raises ApiError: 413 as soon as it is longer than the limit, 415 or 400 when it cannot be
    decoded.
    """
    call = call_of(request)
    if call.body is not None:
        return call.body
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > call.settings.max_bytes:
        raise api_error("body_too_large", got=declared, limit=call.settings.max_bytes)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > call.settings.max_bytes:
            raise api_error(
                "body_too_large", got=f"more than {size - 1}", limit=call.settings.max_bytes
            )
        chunks.append(chunk)
    codings = request.headers.get("content-encoding")
    call.body = (
        b"".join(chunks)
        if codings is None
        else decoded(b"".join(chunks), codings, call.settings.max_bytes)
    )
    call.session.journal.read(call.received, call.body)
    return call.body
