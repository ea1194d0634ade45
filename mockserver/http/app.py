"""The ASGI application: the routes of the API, and errors in its shape for everything else."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from mockserver.api.errors import ApiError, api_error, own_error
from mockserver.cassettes import Played
from mockserver.http import routes as api
from mockserver.http import websocket
from mockserver.http.call import call_of, read_body
from mockserver.http.control import control_routes, not_routed
from mockserver.http.delivery import replay
from mockserver.http.edge import CONTROL_PREFIX, Edge
from mockserver.http.examples import exampled
from mockserver.session.opening import Sessions
from mockserver.settings import Settings

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("mockserver")

_SERVED = (
    "Do: use the Responses API (/v1/responses, /v1/conversations, /v1/models), or record "
    "this request in a cassette."
)


_ROOT = (
    "Nothing is served here. Do: point base_url at {url}/v1; the control endpoints are listed "
    "at {url}/__mockserver__."
)


def create_app(sessions: Sessions, settings: Settings | None = None) -> Edge:
    """The application that serves these sessions, at `/v1`, at `/openai/v1` and without a
    prefix.
    """
    recorded_first: list[tuple[str, str, Endpoint]] = [
        ("GET", "/responses/{response_id}", api.retrieve_response),
        ("DELETE", "/responses/{response_id}", api.delete_response),
        ("POST", "/responses/{response_id}/cancel", api.cancel_response),
        ("GET", "/responses/{response_id}/input_items", api.list_input_items),
        ("POST", "/responses/input_tokens", api.count_input_tokens),
        ("POST", "/responses/compact", api.compact_input),
        ("POST", "/conversations", api.create_conversation),
        ("GET", "/conversations/{conversation_id}", api.retrieve_conversation),
        ("POST", "/conversations/{conversation_id}", api.update_conversation),
        ("DELETE", "/conversations/{conversation_id}", api.delete_conversation),
        ("POST", "/conversations/{conversation_id}/items", api.create_conversation_items),
        ("GET", "/conversations/{conversation_id}/items", api.list_conversation_items),
        ("GET", "/conversations/{conversation_id}/items/{item_id}", api.retrieve_conversation_item),
        (
            "DELETE",
            "/conversations/{conversation_id}/items/{item_id}",
            api.delete_conversation_item,
        ),
        ("GET", "/models", api.list_models),
        ("GET", "/models/{model:path}", api.retrieve_model),
        ("DELETE", "/models/{model:path}", api.delete_model),
    ]
    routes = [
        Route("/responses", exampled(api.create_response), methods=["POST"]),
        *(
            Route(path, _replayable(exampled(endpoint)), methods=[method])
            for method, path, endpoint in recorded_first
        ),
        *control_routes(sessions),
        WebSocketRoute("/responses", websocket.connect),
        WebSocketRoute("/{path:path}", websocket.not_found),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={ApiError: _refused, HTTPException: _not_routed, Exception: _unexpected},
    )
    app.router.redirect_slashes = False
    return Edge(app, sessions, settings or Settings())


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return call_of(request).refusal(error)


async def _not_routed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    call = call_of(request)
    path: str = request.scope["path"]
    if path == CONTROL_PREFIX or path.startswith(f"{CONTROL_PREFIX}/"):
        return call.refusal(not_routed(call.method, path, request.app.routes))
    recorded = await _recorded(request)
    if recorded is not None:
        return recorded
    if call.received.path == "/":
        return call.refusal(
            own_error(
                404,
                _ROOT.format(url=str(request.base_url).rstrip("/") + call.path.rstrip("/")),
                "mockserver_no_api",
            )
        )
    advice = f"mockserver: nothing is served at {call.method} {call.received.path}. {_SERVED}"
    if call.session.logs_misses:
        log.warning("%s", advice)
    if call.session.missing == "fail":
        call.received.answered("miss", text=advice)
    name = "unknown_method" if error.status_code == 405 else "unknown_url"
    return call.refusal(api_error(name, method=call.method, path=call.received.path))


def _replayable(endpoint: Endpoint) -> Endpoint:
    """The endpoint, asked only where no recorded interaction answers."""

    async def endpoint_or_recording(request: Request) -> Response:
        return await _recorded(request) or await endpoint(request)

    return endpoint_or_recording


async def _recorded(request: Request) -> Response | None:
    call = call_of(request)
    if call.session.player is None:
        return None
    await read_body(request)
    played = call.replayed()
    return replay(played.interaction, call.settings.speed) if isinstance(played, Played) else None


async def _unexpected(request: Request, error: Exception) -> Response:
    call = call_of(request)
    log.error("mockserver failed on %s %s", call.method, call.path, exc_info=error)
    return call.refusal(api_error("server_error", request_id=call.request_id))
