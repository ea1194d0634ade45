"""Every route of the API: method, path, and what answers where no source does."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from mockserver.http import routes as api
from mockserver.http.attachment_routes import ATTACHMENT_ROUTES
from mockserver.http.call import Call
from mockserver.http.container_routes import CONTAINER_ROUTES
from mockserver.http.file_routes import FILE_ROUTES
from mockserver.http.stateless_routes import STATELESS_ROUTES
from mockserver.http.store_routes import STORE_ROUTES

ApiRoute: TypeAlias = Callable[[Call, Request], Awaitable[Response]]

ROUTES: tuple[tuple[str, str, ApiRoute | None], ...] = (
    ("POST", "/responses", None),
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
    (
        "GET",
        "/conversations/{conversation_id}/items/{item_id}",
        api.retrieve_conversation_item,
    ),
    (
        "DELETE",
        "/conversations/{conversation_id}/items/{item_id}",
        api.delete_conversation_item,
    ),
    ("POST", "/traces/ingest", api.ingest_traces),
    ("GET", "/models", api.list_models),
    ("GET", "/models/{model:path}", api.retrieve_model),
    ("DELETE", "/models/{model:path}", api.delete_model),
    *FILE_ROUTES,
    *STORE_ROUTES,
    *ATTACHMENT_ROUTES,
    *CONTAINER_ROUTES,
    *STATELESS_ROUTES,
)
"""Every route of the API: method, path, and what answers where no source does; None is `POST
/responses`, which only the sources answer.
"""
ROOTS = tuple(dict.fromkeys(f"/v1/{path.split('/')[1]}" for _, path, _ in ROUTES))
"""What the paths begin with."""
