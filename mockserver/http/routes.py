"""The routes of the API: responses, conversations, models, and what only reads a context."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api.checks import check_model
from mockserver.api.errors import ApiError, api_error
from mockserver.api.json import Json
from mockserver.api.models import MODELS, is_known, model_facts
from mockserver.api.requests import CreateRequest
from mockserver.api.responses import RUNNING
from mockserver.api.validation import (
    parse_compact,
    parse_conversation,
    parse_conversation_items,
    parse_conversation_update,
    parse_create,
    parse_input_tokens,
    parse_object,
)
from mockserver.cassettes import Played
from mockserver.http.call import Call, call_of, read_body
from mockserver.http.delivery import deliver, follow, replay
from mockserver.script.conditions import Arrival
from mockserver.session.background import BackgroundRun
from mockserver.session.conversations import Conversation
from mockserver.session.counting import compact_context, count_input
from mockserver.session.store import Stored

DEFAULT_PAGE, MAX_PAGE = 20, 100


def page(items: Sequence[Json], query: Mapping[str, str]) -> Json:
    """The page that a query (`limit`, `order`, `after`) asks of items in the order of their making.

    Newest first unless `order` is `asc`. Raises ApiError 400 for values that the API refuses, and
    for an `after` that is not in the list.
    """
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise api_error("invalid_value", param="order", got=order, supported="'asc' and 'desc'")
    limit = _page_limit(query.get("limit"))
    listed = list(items) if order == "asc" else list(reversed(items))
    after = query.get("after")
    if after:
        listed = listed[_place_of(listed, after) + 1 :]
    shown = listed[:limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "has_more": len(listed) > len(shown),
        "last_id": shown[-1]["id"] if shown else None,
    }


def _page_limit(given: str | None) -> int:
    if given is None:
        return DEFAULT_PAGE
    try:
        limit = int(given)
    except ValueError:
        raise api_error(
            "invalid_type", param="limit", expected="an integer", got="a string"
        ) from None
    if limit > MAX_PAGE:
        raise api_error("integer_above_max_value", param="limit", limit=MAX_PAGE, got=limit)
    if limit < 1:
        raise api_error("integer_below_min_value", param="limit", limit=1, got=limit)
    return limit


def _place_of(items: Sequence[Json], item_id: str) -> int:
    for index, item in enumerate(items):
        if item["id"] == item_id:
            return index
    raise api_error("item_not_found", id=item_id)


_SHORT = 16_384
_parsed_before = lru_cache(maxsize=256)(parse_create)
"""Requests of up to so many bytes are parsed once however often they come. Nothing ever changes a
request.
"""


async def create_response(request: Request) -> Response:
    """`POST /responses`."""
    call, raw = call_of(request), await read_body(request)
    settings, dialect = call.settings, call.dialect
    parse = _parsed_before if len(raw) <= _SHORT else parse_create
    try:
        asked = parse(
            raw,
            dialect=dialect,
            strict_models=settings.strict_models,
            allow_unknown=settings.allow_unknown,
        )
    except ApiError:
        recorded = call.replayed()
        if isinstance(recorded, Played):
            return replay(recorded.interaction, settings.speed)
        raise
    arrival = Arrival(call.headers, "sse" if asked.stream else "http")
    call.received.request, call.received.transport = asked, arrival.transport
    outcome = call.session.answer(
        asked,
        arrival,
        dialect=dialect,
        replay=call.replayed,
        received=call.received,
        strict_models=settings.strict_models,
    )
    return (
        replay(outcome.interaction, settings.speed)
        if isinstance(outcome, Played)
        else deliver(call, outcome)
    )


async def retrieve_response(request: Request) -> Response:
    """`GET /responses/{id}`: the response, or its events once more."""
    call, query = call_of(request), request.query_params
    stored = _stored(call, request)
    run = stored.run
    if query.get("stream") == "true":
        return follow(call, _streamable(stored), starting_after(query))
    return call.reply(stored.answer.body() if run is None else run.poll(_now()))


async def cancel_response(request: Request) -> Response:
    """`POST /responses/{id}/cancel_response`."""
    call = call_of(request)
    run = _stored(call, request).run
    if run is None:
        raise api_error("cancel_synchronous")
    return call.reply(run.cancel(_now()))


async def delete_response(request: Request) -> Response:
    """`DELETE /responses/{id}`."""
    call = call_of(request)
    stored = _stored(call, request)
    if stored.run is not None and stored.run.status(_now()) in RUNNING:
        raise api_error("delete_in_flight")
    response_id = stored.answer.response["id"]
    call.session.store.remove(response_id)
    return call.reply({"id": response_id, "object": "response", "deleted": True})


async def list_input_items(request: Request) -> Response:
    """`GET /responses/{id}/list_input_items`."""
    call = call_of(request)
    return call.reply(page(_stored(call, request).input_items, request.query_params))


def starting_after(query: Mapping[str, str]) -> int:
    """The number of the last event that a follower has seen; -1 when it has seen none. Raises
    ApiError 400.
    """
    given = query.get("starting_after", "-1")
    try:
        return max(int(given), -1)
    except ValueError:
        raise api_error(
            "invalid_type", param="starting_after", expected="an integer", got="a string"
        ) from None


def _streamable(stored: Stored) -> BackgroundRun:
    if stored.run is None:
        raise api_error("not_streamable_background")
    if not stored.answer.request.stream:
        raise api_error("not_streamable_stream")
    return stored.run


def _now() -> float:
    return asyncio.get_running_loop().time()


def _stored(call: Call, request: Request) -> Stored:
    response_id = request.path_params["response_id"]
    stored = call.session.store.get(response_id)
    if stored is None:
        raise api_error("response_not_found", id=response_id)
    return stored


async def count_input_tokens(request: Request) -> Response:
    """`POST /responses/count_input_tokens`."""
    call, raw = call_of(request), await read_body(request)
    body = parse_input_tokens(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)
    return call.reply(count_input(call.session, _as_create(call, body)))


async def compact_input(request: Request) -> Response:
    """`POST /responses/compact_input`."""
    call, raw = call_of(request), await read_body(request)
    body = parse_compact(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)
    if call.dialect.input_required and "input" not in body and "previous_response_id" not in body:
        raise api_error("missing_required_parameter", param="input")
    return call.reply(compact_context(call.session, _as_create(call, body), call.dialect))


def _as_create(call: Call, body: Json) -> CreateRequest:
    """The body as the create request that it would be. Raises ApiError 400 `model_not_found`."""
    if call.settings.strict_models:
        check_model(body)
    return CreateRequest(body)


async def create_conversation(request: Request) -> Response:
    """`POST /conversations`; an empty body will do."""
    call, raw = call_of(request), await read_body(request)
    body = parse_conversation(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)
    return call.reply(call.session.conversations.create(body, call.session.item).body())


async def retrieve_conversation(request: Request) -> Response:
    """`GET /conversations/{id}`."""
    return call_of(request).reply(_conversation(request).body())


async def update_conversation(request: Request) -> Response:
    """`POST /conversations/{id}`: the metadata is replaced; null clears it."""
    call, raw = call_of(request), await read_body(request)
    conversation = _conversation(request)
    cleared = parse_object(raw) == {"metadata": None}
    if cleared:
        conversation.metadata = {}
    else:
        body = parse_conversation_update(
            raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown
        )
        conversation.metadata = body["metadata"]
    return call.reply(conversation.body())


async def delete_conversation(request: Request) -> Response:
    """`DELETE /conversations/{id}`: its items can still be read through its responses."""
    call, conversation = call_of(request), _conversation(request)
    call.session.conversations.remove(conversation.id)
    return call.reply({"id": conversation.id, "object": "conversation.deleted", "deleted": True})


async def create_conversation_items(request: Request) -> Response:
    """`POST /conversations/{id}/items`: the list of what was added, in the order given."""
    call, raw = call_of(request), await read_body(request)
    conversation = _conversation(request)
    body = parse_conversation_items(
        raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown
    )
    made = call.session.conversations.add(conversation, body, call.session.item)
    return call.reply(page(made, {"order": "asc"}))


async def list_conversation_items(request: Request) -> Response:
    """`GET /conversations/{id}/items`."""
    return call_of(request).reply(page(_conversation(request).items, request.query_params))


async def retrieve_conversation_item(request: Request) -> Response:
    """`GET /conversations/{id}/items/{item_id}`."""
    item_id = request.path_params["item_id"]
    item = _conversation(request).item(item_id)
    if item is None:
        raise api_error("conversation_item_not_found", id=item_id)
    return call_of(request).reply(item)


async def delete_conversation_item(request: Request) -> Response:
    """`DELETE /conversations/{id}/items/{item_id}`."""
    call, item_id = call_of(request), request.path_params["item_id"]
    _conversation(request).remove(item_id)
    return call.reply({"id": item_id, "object": "conversation.item.deleted", "deleted": True})


def _conversation(request: Request) -> Conversation:
    return call_of(request).session.conversations.find(request.path_params["conversation_id"])


async def list_models(request: Request) -> Response:
    """`GET /models`."""
    return call_of(request).reply({"object": "list", "data": [_model(name) for name in MODELS]})


async def retrieve_model(request: Request) -> Response:
    """`GET /models/{model}`: any model exists, unless models are strict."""
    call, name = call_of(request), request.path_params["model"]
    if not name:
        raise api_error("unknown_url", method=call.method, path=call.received.path)
    if call.settings.strict_models and not is_known(name):
        raise api_error("model_unknown", model=name)
    return call.reply(_model(name))


async def delete_model(request: Request) -> Response:
    """`DELETE /models/{model}`: only models that somebody fine-tuned can be deleted, and there are
    none.
    """
    raise api_error("model_unknown", model=request.path_params["model"])


def _model(name: str) -> Json:
    facts = model_facts(name)
    return {
        "id": name,
        "object": "model",
        "created": facts.created,
        "owned_by": "system" if facts.known else "mockserver",
    }
