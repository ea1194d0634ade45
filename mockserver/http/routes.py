"""The routes of the API: responses, what only reads a context, conversations and their items,
models.

Each is asked only where no source of the session answers its request.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import (
    MODELS,
    CreateRequest,
    Json,
    api_error,
    as_items,
    canonical,
    is_known,
    model_facts,
    parse_compact,
    parse_conversation,
    parse_conversation_items,
    parse_conversation_update,
    parse_input_tokens,
    parse_object,
)
from mockserver.api.checks import check_model
from mockserver.api.pairing import check_pairing
from mockserver.compose import EPOCH, compact, measure_prompt
from mockserver.http.call import Call, page, reply_headers, whole_number
from mockserver.http.delivery import follow
from mockserver.session.context import resolve
from mockserver.session.conversations import StoredConversation, with_ids
from mockserver.session.returned_items import resolve_references
from mockserver.session.state import Change, StoredResponse, View, not_found

# Responses: https://platform.openai.com/docs/api-reference/responses


async def retrieve_response(call: Call, request: Request) -> Response:
    """`GET /responses/{id}`: the response, or its events once more."""
    response_id = request.path_params["response_id"]
    is_stream = request.query_params.get("stream") == "true"

    def work(view: View, change: Change) -> tuple[StoredResponse, Json | None]:
        stored = _stored(view, response_id)
        if is_stream:
            return stored, None
        if stored.run is None:
            return stored, stored.answer.body()
        run = stored.run.polled()
        change.stored = replace(stored, run=run)
        return stored, run.body(view.now)

    stored, body = await call.transact(work, None, response_id)
    if body is not None:
        return call.reply(body)
    if stored.run is None:
        raise api_error("not_streamable_background")
    if not stored.answer.request.stream:
        raise api_error("not_streamable_stream")
    return follow(call, stored.run, _starting_after(request.query_params))


async def cancel_response(call: Call, request: Request) -> Response:
    """`POST /responses/{id}/cancel`."""
    response_id = request.path_params["response_id"]

    def work(view: View, change: Change) -> Json:
        stored = _stored(view, response_id)
        if stored.run is None:
            raise api_error("cancel_synchronous")
        run = stored.run.cancelled(view.now)
        change.stored = replace(stored, run=run)
        return run.body(view.now)

    return call.reply(await call.transact(work, None, response_id))


async def delete_response(call: Call, request: Request) -> Response:
    """`DELETE /responses/{id}`."""
    response_id = request.path_params["response_id"]

    def work(view: View, change: Change) -> None:
        run = _stored(view, response_id).run
        if run is not None and run.is_running(view.now):
            raise api_error("delete_in_flight")
        change.deleted = response_id

    await call.transact(work, None, response_id)
    return call.reply({"id": response_id, "object": "response", "deleted": True})


async def list_input_items(call: Call, request: Request) -> Response:
    """`GET /responses/{id}/input_items`."""
    response_id = request.path_params["response_id"]
    stored = await call.transact(lambda view, _: _stored(view, response_id), None, response_id)
    return call.reply(page(stored.input_items, request.query_params))


def _starting_after(query: Mapping[str, str]) -> int:
    """The number of the last event that a follower has seen; -1 when it has seen none. Raises
    ApiError 400.
    """
    return max(whole_number(query, "starting_after", default=-1), -1)


def _stored(view: View, response_id: str) -> StoredResponse:
    stored = view.response(response_id)
    if stored is None:
        raise not_found("response_not_found", response_id, view)
    return stored


# What only reads a context.


async def count_input_tokens(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /responses/input_tokens`: the `usage.input_tokens` that create would report."""
    asked = await call.compute(lambda: _as_create(call, _parsed(call, parse_input_tokens)))

    def work(view: View, _: Change) -> int:
        resolved = resolve(asked, view, call.dialect, call.session.sources.hold)
        return measure_prompt(resolved.request, call.session.tokenizer).tokens

    tokens = await call.transact(work, asked)
    return call.reply({"object": "response.input_tokens", "input_tokens": tokens})


async def compact_input(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /responses/compact`."""
    asked = await call.compute(lambda: _as_create(call, _parsed(call, parse_compact)))

    def work(view: View, change: Change) -> Json:
        resolved = resolve(asked, view, call.dialect, call.session.sources.hold)
        placed, context = resolved.request, resolved.context
        check_pairing(placed.items, start=len(placed.history), dialect=call.dialect)
        identity = call.session.identify(
            b"POST /responses/compact " + canonical(asked.body),
            view,
            change,
            created_at=context.created_at,
            partition=context.partition if asked.previous_response_id else None,
            stored=False,
        )
        return compact(placed, identity, call.session.tokenizer)

    compacted = await call.transact(work, asked)
    return await call.compute(lambda: call.reply(compacted))


def _parsed(call: Call, parse: Callable[..., Json]) -> Json:
    """The body of a request, by the rules that hold for it. Raises ApiError."""
    raw = call.body or b""
    return parse(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)


def _as_create(call: Call, body: Json) -> CreateRequest:
    """The body as the create request that it would be. Raises ApiError 400 `model_not_found`."""
    if call.settings.strict_models:
        check_model(body)
    return CreateRequest(body)


# Conversations: https://platform.openai.com/docs/api-reference/conversations


async def create_conversation(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /conversations`; an empty body will do."""
    body = await call.compute(lambda: _parsed(call, parse_conversation))

    def work(view: View, change: Change) -> Json:
        spelled = b"POST /conversations " + canonical(body)
        identity = call.session.identify(spelled, view, change)
        conversation = StoredConversation(
            identity.dated_id("conv_", "conversation"), EPOCH, body.get("metadata") or {}
        )
        items = resolve_references(as_items(body.get("items") or ()), view)
        added = with_ids(items, identity, dated=True)
        conversation.check_new(added)
        conversation.items = {item["id"]: item for item in added}
        change.conversation = conversation
        return conversation.body()

    return call.reply(await call.transact(work))


async def retrieve_conversation(call: Call, request: Request) -> Response:
    """`GET /conversations/{id}`."""
    conversation_id = request.path_params["conversation_id"]

    def work(view: View, _: Change) -> Json:
        return _conversation(view, conversation_id).body()

    return call.reply(await call.transact(work, None, conversation_id))


async def update_conversation(call: Call, request: Request) -> Response:
    """`POST /conversations/{id}`: the metadata is replaced; null clears it."""
    conversation_id = request.path_params["conversation_id"]

    def work(view: View, change: Change) -> Json:
        conversation = _conversation(view, conversation_id)
        conversation = conversation.with_metadata(_new_metadata(call))
        change.conversation = conversation
        return conversation.body()

    return call.reply(await call.transact(work, None, conversation_id))


def _new_metadata(call: Call) -> dict[str, str]:
    if parse_object(call.body or b"") == {"metadata": None}:
        return {}
    metadata: dict[str, str] = _parsed(call, parse_conversation_update)["metadata"]
    return metadata


async def delete_conversation(call: Call, request: Request) -> Response:
    """`DELETE /conversations/{id}`: its items can still be read through its responses."""
    conversation_id = request.path_params["conversation_id"]

    def work(view: View, change: Change) -> str:
        change.deleted_conversation = _conversation(view, conversation_id).id
        return change.deleted_conversation

    deleted = await call.transact(work, None, conversation_id)
    return call.reply({"id": deleted, "object": "conversation.deleted", "deleted": True})


async def create_conversation_items(call: Call, request: Request) -> Response:
    """`POST /conversations/{id}/items`: the list of what was added, in the order given."""
    conversation_id = request.path_params["conversation_id"]

    def work(view: View, change: Change) -> list[Json]:
        conversation = _conversation(view, conversation_id)
        body = _parsed(call, parse_conversation_items)
        conversation.check_free()
        target = f"POST /conversations/{conversation.id}/items "
        identity = call.session.identify(
            target.encode() + canonical(body),
            view,
            change,
            created_at=conversation.clock,
            partition=conversation.partition,
        )
        items = resolve_references(as_items(body["items"]), view)
        added = with_ids(items, identity, dated=True)
        conversation.check_new(added)
        change.appended = conversation_id, added
        return added

    added = await call.transact(work, None, conversation_id)
    return await call.compute(lambda: call.reply(page(added, {"order": "asc"})))


async def list_conversation_items(call: Call, request: Request) -> Response:
    """`GET /conversations/{id}/items`."""
    conversation_id = request.path_params["conversation_id"]

    def work(view: View, _: Change) -> list[Json]:
        return list(_conversation(view, conversation_id).items.values())

    items = await call.transact(work, None, conversation_id)
    return call.reply(page(items, request.query_params))


async def retrieve_conversation_item(call: Call, request: Request) -> Response:
    """`GET /conversations/{id}/items/{item_id}`."""
    conversation_id = request.path_params["conversation_id"]
    item_id = request.path_params["item_id"]

    def work(view: View, _: Change) -> Json:
        return _item(_conversation(view, conversation_id), item_id)

    return call.reply(await call.transact(work, None, conversation_id))


async def delete_conversation_item(call: Call, request: Request) -> Response:
    """`DELETE /conversations/{id}/items/{item_id}`."""
    conversation_id = request.path_params["conversation_id"]
    item_id = request.path_params["item_id"]

    def work(view: View, change: Change) -> None:
        conversation = _conversation(view, conversation_id)
        _item(conversation, item_id)
        conversation.check_free()
        change.deleted_item = conversation_id, item_id

    await call.transact(work, None, conversation_id)
    return call.reply({"id": item_id, "object": "conversation.item.deleted", "deleted": True})


def _conversation(view: View, conversation_id: str) -> StoredConversation:
    conversation = view.conversation(conversation_id)
    if conversation is None:
        raise not_found("conversation_not_found", conversation_id, view)
    return conversation


def _item(conversation: StoredConversation, item_id: str) -> Json:
    if item_id not in conversation.items:
        raise api_error("conversation_item_not_found", id=item_id)
    return conversation.items[item_id]


# Traces, which the Agents SDKs send.


async def ingest_traces(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /traces/ingest`: taken in, and nothing said."""
    call.received.answered("api")
    return Response(status_code=204, headers=reply_headers(call.request_id))


# Models: https://platform.openai.com/docs/api-reference/models


async def list_models(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET /models`."""
    return call.reply({"object": "list", "data": [_model(name) for name in MODELS]})


async def retrieve_model(call: Call, request: Request) -> Response:
    """`GET /models/{model}`: any model exists, unless models are strict."""
    name = request.path_params["model"]
    if not name:
        raise api_error("unknown_url", method=call.method, path=call.received.path)
    if call.settings.strict_models and not is_known(name):
        raise api_error("model_unknown", model=name)
    return call.reply(_model(name))


async def delete_model(call: Call, request: Request) -> Response:  # noqa: ARG001
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
