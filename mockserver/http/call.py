"""One HTTP request as the routes see it: whose it is, which rules hold, how replies to it and
pages of lists look.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api import (
    DIALECTS,
    ApiError,
    CreateRequest,
    Dialect,
    Json,
    api_error,
    enumerated,
    parse_body,
    pretty,
)
from mockserver.api.extension import add_slugs
from mockserver.api.forms import without_boundary
from mockserver.cassettes import FRAMING_HEADERS, HeaderFields
from mockserver.compose import request_id
from mockserver.http.bodies import Bodies, decoded
from mockserver.http.metrics import Metrics
from mockserver.http.replies import EQUAL_FIELDS, JsonReply, LongReply
from mockserver.session.inquiry import Inquiry
from mockserver.session.received import Received
from mockserver.session.session import Session, SessionAnswer
from mockserver.session.state import Change, Supply, View
from mockserver.session.worker import LONG, is_long
from mockserver.settings import Settings

T = TypeVar("T")

DEFAULT_PAGE = 20
MAX_PAGE = 100
_MOST_DIGITS = 18
"""Digits of the longest number that is read: longer ones are larger than anything there is."""


def reply_headers(request_id: str) -> dict[str, str]:
    """The fields of one reply."""
    return {**EQUAL_FIELDS, "x-request-id": request_id}


def raw_headers(headers: HeaderFields) -> list[tuple[bytes, bytes]]:
    """Fields to send, without those that belong to another connection."""
    return encoded_fields((n, v) for n, v in headers if n not in FRAMING_HEADERS)


def encoded_fields(fields: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Fields as they travel; what a recording has of other characters, in UTF-8."""
    return [(_field_text(name), _field_text(value)) for name, value in fields]


def _field_text(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


async def deny(reply: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Decline a WebSocket handshake with an HTTP reply, where the server can; else by closing
    it.
    """
    if "websocket.http.response" in scope.get("extensions", {}):
        await reply(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})


DIALECT_HEADER = "x-mockserver-dialect"
PROBES = re.compile(
    r"/|/health|/healthz|/ready|/readyz|/readiness|/live|/livez|/liveness|/ping|/status"
    r"|/favicon\.ico|/robots\.txt|/apple-touch-icon.*|/\.well-known/.*"
)
"""Paths below no API that tools ask whether a server is there; browsers ask for some besides."""


@dataclass(slots=True)
class Call:
    """One request on its way.

    Attributes:
        path: as the client wrote it, with every prefix.
        metrics: what the server counts.
        session_name: the name of the session, "" for the one without a name.
        target: path and query as bytes on the wire, without the prefix that names a session.
        received: what the journal holds of it, or would hold.
        request_id: the `x-request-id` of the reply, once it has been identified.
        rules: the rules that hold in place of the dialect's, once they are set.
        deployment: the model that the path names, as Azure has it.
        supply: what stands in for what the session does not hold.
        is_long: whether its body is worked on beside the event loop.
        bodies: what all requests that are on their way hold.
        held: how many bytes of that are this one's.
    """

    session: Session
    method: str
    path: str
    headers: Headers = field(repr=False)
    metrics: Metrics = field(repr=False)
    target: str = ""
    session_name: str = ""
    body: bytes | None = None
    received: Received = field(default_factory=Received)
    request_id: str = ""
    rules: Dialect | None = None
    deployment: str | None = None
    supply: Supply | None = None
    is_long: bool = False
    bodies: Bodies = field(default_factory=Bodies, repr=False)
    held: int = 0

    @property
    def settings(self) -> Settings:
        """What holds for the session."""
        return self.session.settings

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
    def is_probe(self) -> bool:
        """Whether it only asks if a server is there."""
        path = self.received.path
        return self.method in ("GET", "HEAD") and PROBES.fullmatch(path) is not None

    def hold(self, size: int) -> None:
        """Take in so many bytes until the request is over. Raises ApiError 503."""
        self.bodies.take(size, self.settings)
        self.held += size

    def let_go(self) -> None:
        """Hold nothing of the body any more."""
        self.bodies.give_back(self.held)
        self.held = 0

    async def compute(self, work: Callable[[], T]) -> T:
        """What the work returns; it is done beside the event loop where the body is long."""
        return await self.session.compute(work) if self.is_long else work()

    async def ask(self, inquiry: Inquiry) -> SessionAnswer | None:
        """What the session answers; None where the route's own behaviour does. Raises ApiError."""
        about = await self.compute(self._about) if self.is_long else self._about()
        inquiry.number_key = None if self.request_id else _key_of(about)
        try:
            return await self.session.answer(inquiry)
        finally:
            if not self.request_id and inquiry.number_key is None:
                self.request_id = request_id(about, inquiry.number)

    async def identify(self) -> None:
        """Give the reply its `x-request-id`: equal requests get different ones, the same in every
        run.
        """
        if not self.request_id:
            about = await self.compute(self._about)
            try:
                number = await self.session.number(_key_of(about))
            except ApiError:  # The state is away, which knows how often it was asked for.
                number = 0
            self.request_id = request_id(about, number)

    async def transact(
        self, work: Callable[[View, Change], T], request: CreateRequest | None = None, *ids: str
    ) -> T:
        """Do the work of a route: begin, look at the view, say in the change what is left behind,
        commit.
        """
        return await self.session.transact(
            work, request=request, ids=ids, supply=self.supply, is_long=self.is_long
        )

    def parsed(
        self, model: type[object], body: bytes | None = None, *, may_be_empty: bool = False
    ) -> Json:
        """The body by the parameters that a TypedDict describes. Raises ApiError 400.

        body: what stands in for it.
        """
        raw = (body if body is not None else self.body) or (b"{}" if may_be_empty else b"")
        allow_unknown = self.settings.allow_unknown
        return parse_body(raw, model, dialect=self.dialect, allow_unknown=allow_unknown)

    def reply(
        self, value: Json, headers: Mapping[str, str] | None = None, status: int = 200
    ) -> Response:
        """A JSON reply."""
        self.received.answered("api")
        shown = add_slugs(value, self.dialect) if status < 400 else value
        if is_long(shown, LONG):
            fields = {**reply_headers(self.request_id), **(headers or {})}
            return LongReply(shown, status, fields, self.session.compute)
        return self.json_reply(pretty(shown), headers, status)

    def content_reply(self, content: bytes) -> Response:
        """A reply that is the content of a file."""
        self.received.answered("api")
        fields = reply_headers(self.request_id)
        return Response(content, 200, fields, "application/octet-stream")

    def json_reply(
        self, body: bytes, headers: Mapping[str, str] | None = None, status: int = 200
    ) -> Response:
        """A reply whose body is JSON already."""
        if headers is None and status == 200:
            return JsonReply(body, self.request_id)
        fields = {**reply_headers(self.request_id), **(headers or {})}
        return Response(body, status, fields, "application/json")

    async def refuse(self, error: ApiError) -> Response:
        """The reply that an error becomes."""
        await self.identify()
        return self.refusal(error)

    def refusal(self, error: ApiError) -> Response:
        """The same for a call that has been identified."""
        self.session.refused(self.received, error)
        return self.reply(error.body(), error.headers, error.status)

    def _about(self) -> str:
        body = without_boundary(self.body) if self.body else self.body
        return request_id(self.session.seed, self.method, self.received.path, body)


def _key_of(about: str) -> bytes:
    """What the number of a request is counted by: the digest in its description."""
    return bytes.fromhex(about.removeprefix("req_"))


def call_of(request: Request) -> Call:
    """What the edge found out about a request."""
    call: Call = request.scope["mockserver.call"]
    return call


async def read_body(call: Call, receive: Receive) -> bytes:
    """The body of a request, kept in its call, without its content coding.

    Raises ApiError: 413 as soon as it is longer than the limit, 415 or 400 when it cannot be
    decoded, 503 when too much is held already. Raises ClientDisconnect.
    """
    if call.body is not None:
        return call.body
    limit = call.settings.max_bytes
    declared = call.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > _MOST_DIGITS or int(declared) > limit):
        raise api_error("body_too_large", got=declared, limit=limit)
    chunks: list[bytes] = []
    size = 0
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        has_more = message.get("more_body", False)
        size += len(chunk)
        if size > limit:
            raise api_error("body_too_large", got=f"more than {size - 1}", limit=limit)
        call.hold(len(chunk))
        chunks.append(chunk)
    codings = call.headers.get("content-encoding")
    body = b"".join(chunks)
    if codings is not None:
        body = await call.session.compute(partial(decoded, body, codings, limit))
        call.hold(len(body))
    call.body = body
    call.is_long = len(body) > LONG
    call.session.journal.read(call.received, call.body)
    return call.body


def page(
    items: Sequence[Json],
    query: Mapping[str, str],
    *,
    most: int = MAX_PAGE,
    default: int = DEFAULT_PAGE,
) -> Json:
    """The page that a query (`limit`, `order`, `after`, `before`) asks of items in the order of
    their making.

    Newest first unless `order` is `asc`. Raises ApiError 400 for values that the API refuses, and
    for an `after` or `before` that is not in the list. most, default: how long a page may be, and
    is.
    """
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise api_error("invalid_value", param="order", got=order, supported="'asc' and 'desc'")
    limit = _page_limit(query, most, default)
    ordered = list(items) if order == "asc" else list(reversed(items))
    after, before = query.get("after"), query.get("before")
    if after:
        ordered = ordered[_place_of(ordered, after) + 1 :]
    if before:
        ordered = ordered[: _place_of(ordered, before)]
    # Going back, the page is what stands right before.
    data = ordered[-limit:] if before and not after else ordered[:limit]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "has_more": len(ordered) > len(data),
        "last_id": data[-1]["id"] if data else None,
    }


def whole_number(query: Mapping[str, str], name: str, *, default: int) -> int:
    """A number that a query gives. Raises ApiError 400 for what is none."""
    try:
        return int(query.get(name, default))
    except ValueError:
        raise api_error("invalid_type", param=name, expected="an integer", got="a string") from None


def _page_limit(query: Mapping[str, str], most: int, default: int) -> int:
    limit = whole_number(query, "limit", default=default)
    if limit > most:
        raise api_error("integer_above_max_value", param="limit", limit=most, got=limit)
    if limit < 1:
        raise api_error("integer_below_min_value", param="limit", limit=1, got=limit)
    return limit


def _place_of(items: Sequence[Json], item_id: str) -> int:
    for index, item in enumerate(items):
        if item["id"] == item_id:
            return index
    raise api_error("item_not_found", id=item_id)
