"""What a request refers to, resolved: the response before it and the items it names by id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mockserver.answer.identity import EPOCH, Identity
from mockserver.protocol.errors import api_error
from mockserver.protocol.ids import ITEM_IDS
from mockserver.protocol.json import Json
from mockserver.protocol.request import CreateRequest
from mockserver.session.store import Stored

_PARTITION = slice(5, 21)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a request stands.

    history: the items before its input. created_at: virtual Unix seconds, not before what it continues.
    partition: the part of ids that a chain shares; None begins a new one.
    """

    history: Sequence[Json] = ()
    created_at: int = EPOCH
    partition: str | None = None


def resolve(request: CreateRequest, lookup: Callable[[str], Stored | None]) -> Context:
    """The context of a request. Raises ApiError 400 `previous_response_not_found`.

    lookup: finds a response that may be continued.
    """
    wanted = request.previous_response_id
    if wanted is None:
        return Context()
    previous = lookup(wanted)
    if previous is None:
        raise api_error("previous_response_not_found", id=wanted)
    response = previous.answer.response
    created_at = response["completed_at"] or response["created_at"]
    return Context(previous.items, created_at, _partition(response["id"]))


def referenced(items: Sequence[Json], lookup: Callable[[str], Json | None]) -> list[Json]:
    """The items with every `item_reference` replaced by what it names. Raises ApiError 404."""
    return [_referenced(item, lookup) if item.get("type") == "item_reference" else item for item in items]


def _referenced(reference: Json, lookup: Callable[[str], Json | None]) -> Json:
    item = lookup(reference["id"])
    if item is None:
        raise api_error("item_not_found", id=reference["id"])
    return item


def with_ids(items: Sequence[Json], identity: Identity) -> list[Json]:
    """Input items as they are stored and listed: each has an id, a message has a status."""
    return [_with_id(item, identity, index) for index, item in enumerate(items)]


def _with_id(item: Json, identity: Identity, index: int) -> Json:
    kind = item["type"]
    prefix = ITEM_IDS[kind].prefix if kind in ITEM_IDS else "item_"
    head = {"id": item.get("id") or identity.id(prefix, f"input {index}"), "type": kind}
    if kind == "message":
        head["status"] = item.get("status") or "completed"
    return {**head, **{key: value for key, value in item.items() if key not in head}}


def _partition(response_id: str) -> str | None:
    return response_id[_PARTITION] if len(response_id) == len("resp_") + 50 else None
