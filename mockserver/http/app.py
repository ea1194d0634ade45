"""The ASGI application: the routes of the API, each after the sources of its session."""

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from mockserver.api import DIALECTS, ApiError, CreateRequest, api_error, own_error, parse_create
from mockserver.http.call import Call, call_of, read_body
from mockserver.http.connection import is_gone
from mockserver.http.delivery import deliver, replay
from mockserver.http.edge import CONTROL_PREFIX, Edge
from mockserver.http.later_routes import LaterRoutes
from mockserver.http.metrics import Metrics
from mockserver.names import nearest
from mockserver.script import Arrival, without_prefix
from mockserver.session.background import BackgroundRun
from mockserver.session.inquiry import Inquiry
from mockserver.session.opening import Sessions
from mockserver.session.outcome import Outcome
from mockserver.session.sources import RecordedAnswer, UpstreamAnswer
from mockserver.session.worker import AbandonedError

if TYPE_CHECKING:
    from mockserver.http.api_routes import ApiRoute
    from mockserver.http.workers import Board

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("mockserver")

_SERVED = (
    "Do: script it, as in when(method={method!r}, path={path!r}).respond(json=…), in a cassette "
    "`when: {{method: {method}, path: {path}}}` with `http: {{json: …}}`, or record it; or use "
    "what is served: {roots}."
)
_ROOT = (
    "Nothing is served here. Do: point base_url at {url}/v1; the control endpoints are listed "
    "at {url}/__mockserver__."
)
_DOUBLED = (
    "{path} holds a part twice: the client's base URL ends with it, and the client adds it. Do: "
    "take it out of the base URL, so that the path becomes {right}."
)
_SHORT = 16_384


@lru_cache(maxsize=256)
def _parsed_before(
    raw: bytes, dialect: str, strict_models: bool, allow_unknown: bool, deployment: str | None
) -> CreateRequest:
    """A short request, which is parsed once however often it comes: nothing ever changes it."""
    return parse_create(
        raw,
        dialect=DIALECTS[dialect],
        strict_models=strict_models,
        allow_unknown=allow_unknown,
        deployment=deployment,
    )


class App(Starlette):
    """Routes, and handlers of errors. What none of them handles is left to the edge, which answers
    it and tells of it in one line.
    """

    def build_middleware_stack(self) -> ASGIApp:
        return ExceptionMiddleware(self.router, handlers=self.exception_handlers)


def create_app(sessions: Sessions, board: "Board | None" = None) -> Edge:
    """The application that serves these sessions, at `/v1`, at `/openai/v1` and without a
    prefix.

    board: where it and the other workers of its server tell each other how they are.
    """
    metrics = Metrics()
    control = LaterRoutes(partial(_control_routes, sessions, metrics, board), CONTROL_PREFIX)
    routes = [
        control,
        LaterRoutes(_api_routes),
        WebSocketRoute("/responses", partial(_connect, sessions)),
        WebSocketRoute("/{path:path}", partial(_connect_elsewhere, sessions)),
    ]
    not_routed = partial(_not_routed, control)
    app = App(routes=routes, exception_handlers={ApiError: _refuse, HTTPException: not_routed})
    app.router.redirect_slashes = False
    return Edge(app, sessions, metrics, {("http", "POST", "/responses"): create_response})


def _api_routes() -> list[Route]:
    from mockserver.http.api_routes import ROUTES

    return [Route(path, _endpoint(route), methods=[method]) for method, path, route in ROUTES]


def _control_routes(sessions: Sessions, metrics: Metrics, board: "Board | None") -> list[Route]:
    from mockserver.http.control import control_routes

    return control_routes(sessions, metrics, board)


async def _connect(sessions: Sessions, websocket: WebSocket) -> None:
    from mockserver.http.websocket import connect

    await connect(sessions, websocket)


async def _connect_elsewhere(sessions: Sessions, websocket: WebSocket) -> None:
    from mockserver.http.websocket import connect_elsewhere

    await connect_elsewhere(sessions, websocket)


def _endpoint(route: "ApiRoute | None") -> Endpoint:
    """The endpoint of a route."""

    async def endpoint(request: Request) -> Response:
        return await _answer_in_turn(call_of(request), request, route)

    return endpoint


async def create_response(call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    """`POST /responses` without looking for the route."""
    try:
        reply = await _answer_in_turn(call, Request(scope, receive), None)
    except ApiError as refused:
        reply = await call.refuse(refused)
    await reply(scope, receive, send)


async def _answer_in_turn(call: Call, request: Request, route: "ApiRoute | None") -> Response:
    """What answers a request; one that takes long keeps those waiting that come later."""
    await read_body(call, request.receive)
    answer = _answer_or_example if call.settings.examples else _answer
    if not call.is_long:
        return await answer(call, request, route)
    async with call.session.arrivals:
        if is_gone(request.scope):  # While others were computed.
            raise AbandonedError
        return await answer(call, request, route)


async def _answer(call: Call, request: Request, route: "ApiRoute | None") -> Response:
    """What a source of the session answers, or else the route itself."""
    inquired = partial(_inquiry, call, request, route)
    found = await call.ask(await call.compute(inquired) if call.is_long else inquired())
    if isinstance(found, Outcome):
        if call.is_long or found.is_long:
            reply = await call.session.compute(partial(_composed, call, found))
        else:
            reply = deliver(call, found)
        return reply if found.run is None else _Watched(reply, call, found.run)
    if isinstance(found, RecordedAnswer):
        return replay(found.interaction, call.settings.speed)
    if isinstance(found, UpstreamAnswer):
        from mockserver.http.upstream import PassedOn  # Only recording needs it.

        assert call.session.upstream is not None
        return PassedOn(call, call.session.upstream.exchange(found.request))
    assert route is not None, "a create request is answered or refused"
    if call.settings.are_workers_apart:
        from mockserver.http.workers import check_path

        check_path(call.settings, request.scope["path"])
    return await route(call, request)


class _Watched(Response):
    """A reply after which the end of its background response is announced: an application must know
    the id of a response before it hears of its end, so what is not streamed leaves first.
    """

    def __init__(self, reply: Response, call: Call, run: BackgroundRun) -> None:
        self._reply = reply
        self._watch = partial(call.session.webhooks.watch, run)
        self._is_stream = run.answer.request.stream
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_stream:
            await self._watch()
        await self._reply(scope, receive, send)
        if not self._is_stream:
            await self._watch()


def _composed(call: Call, outcome: Outcome) -> Response:
    outcome.prepare()
    return deliver(call, outcome)


async def _answer_or_example(call: Call, request: Request, route: "ApiRoute | None") -> Response:
    from mockserver.http.examples import exampled

    return await exampled(_answer)(call, request, route)


def _inquiry(call: Call, request: Request, route: "ApiRoute | None") -> Inquiry:
    """The request as sources see it; one to create a response is parsed, or refused."""
    inquiry = Inquiry(
        call.method,
        call.target,
        Arrival(call.headers, "http"),
        call.session.dialect,
        call.body or b"",
        received=call.received,
        supply=call.supply,
    )
    if route is not None:
        names = request.path_params
        inquiry.names = [names[key] for key in _IDS if key in names]
        inquiry.is_probe = call.is_probe
        return inquiry
    raw, settings = inquiry.body, call.settings
    try:
        dialect = inquiry.dialect = call.dialect
        rules = settings.strict_models, settings.allow_unknown, call.deployment
        if len(raw) <= _SHORT and DIALECTS.get(dialect.name) is dialect:
            inquiry.request = _parsed_before(raw, dialect.name, *rules)
        else:
            strict_models, allow_unknown, deployment = rules
            inquiry.request = parse_create(
                raw,
                dialect=dialect,
                strict_models=strict_models,
                allow_unknown=allow_unknown,
                deployment=deployment,
            )
    except ApiError as refused:
        inquiry.refusal = refused
        return inquiry
    if settings.are_workers_apart:
        from mockserver.http.workers import check_request

        check_request(settings, inquiry.request)
    if inquiry.request.stream:
        inquiry.arrival = Arrival(call.headers, "sse")
        call.received.transport = "sse"
    call.received.request = inquiry.request
    return inquiry


_IDS = ("response_id", "conversation_id", "item_id")


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return await call_of(request).refuse(error)


async def _not_routed(control: LaterRoutes, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    call = call_of(request)
    path: str = request.scope["path"]
    if path == CONTROL_PREFIX or path.startswith(f"{CONTROL_PREFIX}/"):
        from mockserver.http.control import not_routed

        return await call.refuse(not_routed(call.method, path, control.routes))
    first = "/" + path.split("/")[1]
    if first.startswith("/_") and nearest(first, (CONTROL_PREFIX,)):
        text = f"Nothing is served below {first}; did you mean {CONTROL_PREFIX}?"
        return await call.refuse(own_error(404, text, "mockserver_unknown_endpoint"))

    async def nothing_there(call: Call, request: Request) -> Response:
        return _nothing_there(call, request, error.status_code)

    try:
        await read_body(call, request.receive)
        return await _answer(call, request, nothing_there)
    except ApiError as refused:
        return await call.refuse(refused)


def _undoubled(path: str) -> str | None:
    """The path that was meant where a client adds what its base URL holds already; None where that
    is not so.
    """
    from mockserver.http.api_routes import ROOTS

    rest = without_prefix(path)[0]
    prefix = path[: len(path) - len(rest)]
    again = without_prefix(rest)[0]
    if prefix and again != rest and f"/v1/{again.split('/')[1]}" in ROOTS:
        return prefix + again
    first, second = (*rest.split("/")[1:], "", "")[:2]
    return prefix + rest[len(first) + 1 :] if first and first == second else None


def _nothing_there(call: Call, request: Request, status: int) -> Response:
    """The reply where no route is: the API's own, and advice in the log."""
    from mockserver.http.api_routes import ROOTS

    if call.received.path == "/":
        root = str(request.base_url).rstrip("/") + call.settings.root_path.rstrip("/")
        url = root + call.path.rstrip("/")
        return call.refusal(own_error(404, _ROOT.format(url=url), "mockserver_no_api"))
    method, path = call.method, call.received.path
    right = _undoubled(path)
    if right is not None:
        text = _DOUBLED.format(path=path, right=right)
        error = own_error(404, text, "mockserver_doubled_path")
    else:
        served = _SERVED.format(method=method, path=path, roots=", ".join(ROOTS))
        text = f"nothing is served at {method} {path}. {served}"
        error = api_error(
            "unknown_method" if status == 405 else "unknown_url", method=method, path=path
        )
    advice = f"mockserver: {text}"
    if call.session.logs_misses:
        log.warning("%s", advice)
    is_miss = call.session.sources.on_miss == "fail"
    if is_miss and not (call.is_probe and call.session.upstream is not None):
        call.received.answered("miss", text=advice)
    return call.refusal(error)
