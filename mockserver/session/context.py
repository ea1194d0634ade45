"""What a request refers to, resolved: the response before it and the items it names by id."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.api.errors import api_error
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.compose import EPOCH

if TYPE_CHECKING:
    from mockserver.session.conversations import Conversation
    from mockserver.session.store import Stored

_PARTITION = re.compile(r"[a-z]+_([0-9a-f]{16})[0-9a-f]{34}")


@dataclass(frozen=True, slots=True)
class Context:
    """Where a request stands.

    history: the items before its input. created_at: virtual Unix seconds, not before what it
    continues. partition: the part of ids that a chain shares; None begins a new one. conversation:
    the one that the response belongs to.
    """

    history: Sequence[Json] = ()
    created_at: int = EPOCH
    partition: str | None = None
    conversation: "Conversation | None" = None


def resolve(
    request: CreateRequest,
    lookup: "Callable[[str], Stored | None]",
    conversation: "Callable[[str], Conversation]",
) -> Context:
    """The context of a request. Raises ApiError: 400 `previous_response_not_found`, 404 for an
    unknown conversation.

    lookup: finds a response that may be continued. conversation: finds a conversation, or raises.
    """
    if request.conversation_id is not None:
        joined = conversation(request.conversation_id)
        return Context(joined.items, joined.clock, joined.partition, joined)
    wanted = request.previous_response_id
    if wanted is None:
        return Context(partition=_compacted_partition(request.input_items))
    previous = lookup(wanted)
    if previous is None:
        raise api_error("previous_response_not_found", id=wanted)
    response = previous.answer.response
    created_at = response["completed_at"] or response["created_at"]
    return Context(previous.items, created_at, _partition(response["id"]))


def referenced(items: Sequence[Json], lookup: Callable[[str], Json | None]) -> list[Json]:
    """The items with every `item_reference` replaced by what it names. Raises ApiError 404."""
    return [
        _referenced(item, lookup) if item.get("type") == "item_reference" else item
        for item in items
    ]


def _referenced(reference: Json, lookup: Callable[[str], Json | None]) -> Json:
    item = lookup(reference["id"])
    if item is None:
        raise api_error("item_not_found", id=reference["id"])
    return item


def _compacted_partition(items: Sequence[Json]) -> str | None:
    """What follows a compaction goes on in its partition, though it names no response."""
    ids = (item.get("id") for item in reversed(items) if item.get("type") == "compaction")
    return next((_partition(item_id) for item_id in ids if item_id), None)


def _partition(some_id: str) -> str | None:
    """The partition in an id of today's layout."""
    found = _PARTITION.fullmatch(some_id)
    return found[1] if found else None
