"""The routes of conversations and their items.

https://platform.openai.com/docs/api-reference/conversations
"""

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api.errors import api_error
from mockserver.api.validate import (
    parse_conversation,
    parse_conversation_items,
    parse_conversation_update,
    parse_object,
)
from mockserver.http.call import call_of, read_body
from mockserver.http.paging import page
from mockserver.session.conversation import Conversation


async def create(request: Request) -> Response:
    """`POST /conversations`; an empty body will do."""
    call, raw = call_of(request), await read_body(request)
    body = parse_conversation(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)
    return call.reply(call.session.conversations.create(body, call.session.item).body())


async def retrieve(request: Request) -> Response:
    """`GET /conversations/{id}`."""
    return call_of(request).reply(_conversation(request).body())


async def update(request: Request) -> Response:
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


async def delete(request: Request) -> Response:
    """`DELETE /conversations/{id}`: its items can still be read through its responses."""
    call, conversation = call_of(request), _conversation(request)
    call.session.conversations.remove(conversation.id)
    return call.reply({"id": conversation.id, "object": "conversation.deleted", "deleted": True})


async def create_items(request: Request) -> Response:
    """`POST /conversations/{id}/items`: the list of what was added, in the order given."""
    call, raw = call_of(request), await read_body(request)
    conversation = _conversation(request)
    body = parse_conversation_items(
        raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown
    )
    made = call.session.conversations.add(conversation, body, call.session.item)
    return call.reply(page(made, {"order": "asc"}))


async def list_items(request: Request) -> Response:
    """`GET /conversations/{id}/items`."""
    return call_of(request).reply(page(_conversation(request).items, request.query_params))


async def retrieve_item(request: Request) -> Response:
    """`GET /conversations/{id}/items/{item_id}`."""
    item_id = request.path_params["item_id"]
    item = _conversation(request).item(item_id)
    if item is None:
        raise api_error("conversation_item_not_found", id=item_id)
    return call_of(request).reply(item)


async def delete_item(request: Request) -> Response:
    """`DELETE /conversations/{id}/items/{item_id}`."""
    call, item_id = call_of(request), request.path_params["item_id"]
    _conversation(request).remove(item_id)
    return call.reply({"id": item_id, "object": "conversation.item.deleted", "deleted": True})


def _conversation(request: Request) -> Conversation:
    return call_of(request).session.conversations.find(request.path_params["conversation_id"])
