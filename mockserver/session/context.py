"""What a request refers to, resolved: the response before it and the items it names by id."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mockserver.answer.identity import EPOCH, Identity
from mockserver.protocol.errors import api_error
from mockserver.protocol.ids import ITEM_IDS
from mockserver.protocol.json import Json
from mockserver.protocol.request import CreateRequest
from mockserver.session.conversation import Conversation
from mockserver.session.store import Stored

_PARTITION = re.compile(r"[a-z]+_([0-9a-f]{16})[0-9a-f]{34}")


@dataclass(frozen=True, slots=True)
class Context:
    """Where a request stands.

    history: the items before its input. created_at: virtual Unix seconds, not before what it continues.
    partition: the part of ids that a chain shares; None begins a new one. conversation: the one that the response
    belongs to.
    """

    history: Sequence[Json] = ()
    created_at: int = EPOCH
    partition: str | None = None
    conversation: Conversation | None = None


def resolve(
    request: CreateRequest, lookup: Callable[[str], Stored | None], conversation: Callable[[str], Conversation]
) -> Context:
    """The context of a request. Raises ApiError: 400 `previous_response_not_found`, 404 for an unknown conversation.

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
    return [_referenced(item, lookup) if item.get("type") == "item_reference" else item for item in items]


def _referenced(reference: Json, lookup: Callable[[str], Json | None]) -> Json:
    item = lookup(reference["id"])
    if item is None:
        raise api_error("item_not_found", id=reference["id"])
    return item


def with_ids(items: Sequence[Json], identity: Identity, *, dated: bool = False) -> list[Json]:
    """Input items as they are stored and listed: each has an id, and a status where its type has one.

    dated: ids in the older layout, as items have that were put into a conversation by themselves.
    """
    make = identity.dated_id if dated else identity.id
    return [
        _with_id(item, lambda prefix, index=index: make(prefix, f"input {index}"))  # type: ignore[misc]
        for index, item in enumerate(items)
        if item["type"] != "compaction_trigger"
    ]


def _with_id(item: Json, make: Callable[[str], str]) -> Json:
    kind = item["type"]
    head = {"id": item.get("id") or make(ITEM_IDS[kind].prefix if kind in ITEM_IDS else "item_"), "type": kind}
    if kind in _WITH_STATUS:
        head["status"] = item.get("status") or "completed"
    rest = {key: item[key] for key in sorted(item) if key not in head and (item[key] is not None or key in _NULLABLE)}
    if kind == "message" and isinstance(rest.get("content"), list):
        rest["content"] = [_part(part) for part in rest["content"]]
    return {**head, **rest}


def _part(part: Json) -> Json:
    """A text part without the nulls that SDKs send when they pass one back."""
    if part.get("type") not in ("input_text", "output_text"):
        return part
    return {key: value for key, value in part.items() if value is not None}


_WITH_STATUS = frozenset(
    (
        *("message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"),
        *("computer_call", "computer_call_output", "local_shell_call", "local_shell_call_output", "shell_call"),
        *("shell_call_output", "apply_patch_call", "apply_patch_call_output", "web_search_call", "file_search_call"),
        *("code_interpreter_call", "image_generation_call", "mcp_call", "tool_search_call", "tool_search_output"),
        *("program_output",),
    )
)
_NULLABLE = frozenset(
    (
        *("approval_request_id", "call_id", "code", "error", "max_output_length", "outputs", "output", "result"),
        *("results", "timeout_ms"),
    )
)


def _compacted_partition(items: Sequence[Json]) -> str | None:
    """What follows a compaction goes on in its partition, though it names no response."""
    ids = (item.get("id") for item in reversed(items) if item.get("type") == "compaction")
    return next((_partition(item_id) for item_id in ids if item_id), None)


def _partition(some_id: str) -> str | None:
    """The partition in an id of today's layout."""
    found = _PARTITION.fullmatch(some_id)
    return found[1] if found else None
