"""The control endpoints: scripting and asking the server over HTTP, for tests in any language.

They stand under `/__mockserver__/`, and under `/s/NAME/__mockserver__/` for a session of one's own.
Bodies are JSON, and say so in their content type; `curl --json` does.

    curl localhost:8080/__mockserver__/script --json '["Hello!", {"error": {"status": 429}}]'
    curl localhost:8080/__mockserver__/stubs --json '{"when": {"model": "gpt-5*"}, "reply": "Hi."}'
    curl localhost:8080/__mockserver__/prompts --json '{"pmpt_1": {"instructions": "Be brief."}}'
    curl localhost:8080/__mockserver__/stubs
    curl -X DELETE localhost:8080/__mockserver__/stubs/0
    curl localhost:8080/__mockserver__/cassettes --json '{"path": "cassettes/weather.yaml"}'
    curl -X POST localhost:8080/__mockserver__/cassettes/reload
    curl localhost:8080/__mockserver__/requests?limit=1
    curl localhost:8080/__mockserver__/near-misses --json '{"number": 1}'
    curl localhost:8080/__mockserver__/assert --json '{"input": {"contains": "weather"}}'
    curl localhost:8080/__mockserver__/webhooks --json '{"url": "http://localhost:8000/webhook"}'
    curl localhost:8080/__mockserver__/webhooks
    curl localhost:8080/__mockserver__/verify
    curl -X POST localhost:8080/__mockserver__/reset
    curl localhost:8080/__mockserver__/sessions --json '{"name": "mine", "seed": 7}'
    curl localhost:8080/__mockserver__/sessions
    curl -X DELETE localhost:8080/__mockserver__/sessions/mine

`GET /__mockserver__` lists them all.

What cannot be understood is refused with status 400, in the shape of the API's errors, naming what
is wrong.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mockserver.api.errors import ApiError, own_error
from mockserver.api.json import Json
from mockserver.http.call import Call
from mockserver.http.control_cassettes import cassette_routes, check_places
from mockserver.http.control_chaos import chaos_routes
from mockserver.http.control_journal import journal_routes
from mockserver.http.control_openapi import openapi
from mockserver.http.control_request import (
    control_error,
    control_route,
    described_endpoint,
    method_of,
    object_body,
    refused_value,
    sentence,
)
from mockserver.http.control_script import script_routes
from mockserver.http.control_webhooks import webhook_routes
from mockserver.http.edge import CONTROL_PREFIX, wants_page
from mockserver.http.live import live_routes, page
from mockserver.http.metrics import MEDIA_TYPE, Metrics
from mockserver.http.session_names import NAME
from mockserver.names import describe_unknown
from mockserver.options import OptionError, UnknownOptionError
from mockserver.session.opening import Sessions
from mockserver.session.session import Session
from mockserver.session.state import View
from mockserver.settings import Settings, options_of

if TYPE_CHECKING:
    from mockserver.http.workers import Board

_MOST = 1_000


def control_routes(
    sessions: Sessions, metrics: Metrics, board: "Board | None" = None
) -> list[Route]:
    """The routes, for an application that serves these sessions. board: that of its workers."""

    async def reset(call: Call, request: Request) -> Response:  # noqa: ARG001
        """`POST /reset`: begin the session anew, as it was when it was opened."""
        await sessions.begin_anew(call.session_name)
        return call.reply({"reset": True})

    async def list_sessions(call: Call, request: Request) -> Response:
        """`GET /sessions`: the open sessions; the one without a name is not among them."""
        data = [
            _session(request, name, session, await session.state.begin())
            for name, session in await sessions.all_named()
        ]
        return call.reply({"object": "list", "data": data})

    async def open_session(call: Call, request: Request) -> Response:
        """`POST /sessions`: open a session: `{name, seed, on_miss, cassette, …}`: a name, and the
        options that are to hold there in place of the server's own; none must be given.
        """
        body = await object_body(request, None)
        name = body.pop("name", None)
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            raise refused_value("A name is 1 to 100 letters, digits and '._~-'", "name", name)
        settings = _settings(body, sessions.settings)
        name = name or await sessions.new_name()
        try:
            session = await sessions.open_as(name, body, settings)
        except ValueError as error:
            raise control_error(str(error), "mockserver_invalid_value") from None
        if session is None:
            text = f"The session '{name}' is open already; close it first, or take another name."
            raise own_error(409, text, "mockserver_session_exists", param="name")
        view = await session.state.begin()
        return call.reply(_session(request, name, session, view), status=201)

    async def close_session(call: Call, request: Request) -> Response:
        """`DELETE /sessions/NAME`: close it; its requests are answered no more."""
        name = request.path_params["name"]
        if not await sessions.end(name):
            raise own_error(
                404, f"No session '{name}' is open.", "mockserver_no_session", param="name"
            )
        return call.reply({"name": name, "closed": True})

    async def list_endpoints(call: Call, request: Request) -> Response:
        """`GET /`: this list; in a browser, a page that shows the session at work."""
        if wants_page(request.headers):
            return page()
        return call.reply(
            {
                "object": "list",
                "data": [described_endpoint(route) for route in routes if route.path not in roots],
            }
        )

    async def health(call: Call, request: Request) -> Response:  # noqa: ARG001
        """`GET /health`: 200 as soon as requests are answered; also at /health, /healthz and
        /readyz. Where there are workers, it names all. 503 where the state is shared and away, but
        for /healthz, which tells that the process lives.
        """
        if call.path != "/healthz":
            await sessions.check()
        if board is None:
            return call.reply({"status": "ok"})
        return call.reply({"status": "ok", "workers": board.workers()})

    async def tell_metrics(call: Call, request: Request) -> Response:  # noqa: ARG001
        """`GET /metrics`: requests, tokens, times and memory for Prometheus; also at /metrics."""
        text = metrics.text(sessions)
        return Response(board.all_metrics(text) if board else text, media_type=MEDIA_TYPE)

    async def describe(call: Call, request: Request) -> Response:  # noqa: ARG001
        """`GET /openapi.json`: all this as an OpenAPI document."""
        return call.reply(openapi(route for route in routes if route.path not in roots))

    roots = (CONTROL_PREFIX, f"{CONTROL_PREFIX}/")
    routes = [
        control_route("GET", "", list_endpoints),
        control_route("GET", "/", list_endpoints),
        control_route("GET", "/openapi.json", describe),
        control_route("GET", "/health", health, None),
        control_route("GET", "/metrics", tell_metrics, None),
        *script_routes(),
        *cassette_routes(),
        *chaos_routes(),
        *journal_routes(sessions),
        *live_routes(sessions),
        *webhook_routes(),
        control_route("POST", "/reset", reset),
        control_route("GET", "/sessions", list_sessions),
        control_route("POST", "/sessions", open_session),
        control_route("DELETE", "/sessions/{name}", close_session),
    ]
    return routes


def not_routed(method: str, path: str, routes: Iterable[BaseRoute]) -> ApiError:
    """The refusal of a path or a method that no control endpoint has, with the right ones. path:
    without prefixes.
    """
    known = [
        each
        for each in routes
        if isinstance(each, Route) and each.path.startswith(f"{CONTROL_PREFIX}/")
    ]
    methods = [method_of(each) for each in known if each.path_regex.match(path)]
    if methods:
        text = f"{path} takes {' and '.join(methods)}, not {method}."
        return own_error(405, text, "mockserver_unknown_method")
    paths = {each.path.removeprefix(CONTROL_PREFIX) for each in known} - {"/"}
    text = describe_unknown("control endpoint", path.removeprefix(CONTROL_PREFIX), paths)
    text = f"{sentence(text)} GET {CONTROL_PREFIX} lists them all."
    return own_error(404, text, "mockserver_unknown_endpoint")


def _settings(body: Json, base: Settings) -> Settings:
    """What holds for a session that is opened with this body."""
    try:
        settings = Settings.of("sessions", body, base)
    except UnknownOptionError as error:
        known = ["name", *(option.name for option in options_of("sessions"))]
        text = describe_unknown("key", error.name, known)
        if error.reason:
            text = f"'{error.name}' is no option of a session: {error.reason}"
        raise control_error(sentence(text), "mockserver_unknown_key", error.name) from None
    except OptionError as error:
        rule = f"'{error.name}' must be {error.rule}"
        raise refused_value(rule, error.name, error.value) from None
    if body.get("cassette") is not None:
        check_places(settings.cassette)
    return settings


def _session(request: Request, name: str, session: Session, view: View) -> Json:
    root_path = session.settings.root_path.rstrip("/")
    root = f"{request.url.scheme}://{request.url.netloc}{root_path}"
    return {
        "name": name,
        "base_url": f"{root}/s/{name}/v1",
        "seed": session.seed,
        "dialect": session.dialect.name,
        "on_miss": session.sources.on_miss,
        "requests": len(session.journal),
        "misses": len(session.journal.misses),
        "unused": len(session.sources.left(view)),
        "memory": session.state.kept(),
    }
