"""Whether the items of a resolved context fit together: calls with their outputs, reasoning with
what it led to.
"""

from collections.abc import Sequence

from mockserver.api.dialects import OPENAI, Dialect
from mockserver.api.errors import api_error
from mockserver.api.json import Json

__all__ = ["CALL_OUTPUTS", "check_pairing"]

CALL_OUTPUTS = {
    "function_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "computer_call": "computer_call_output",
    "local_shell_call": "local_shell_call_output",
    "shell_call": "shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
    "tool_search_call": "tool_search_output",
}
"""Calls that the client has to answer, and the items that answer them."""

# A tool search that the client runs may be answered like a function.
_CALLS = {
    **{output: (call,) for call, output in CALL_OUTPUTS.items()},
    "function_call_output": ("function_call", "tool_search_call"),
}
_CLIENT_WRITTEN = frozenset(
    {*_CALLS, "mcp_approval_response", "configuration_update", "compaction_trigger"}
)


def check_pairing(items: Sequence[Json], *, start: int = 0, dialect: Dialect = OPENAI) -> None:
    """Check the context of a request: `items[start:]` is its input, what stands before is history.

    Raises the ApiError for the first call without output, output without call, approval without
    request, repeated id, or reasoning item (of the input) without the item that it led to. All have
    `param` "input".
    """
    _check_ids(items)
    _check_outputs(items)
    _check_calls(items)
    if dialect.reasoning_needs_successor:
        _check_reasoning(items, start)


def _check_ids(items: Sequence[Json]) -> None:
    seen: set[str] = set()
    for item in items:
        item_id = item.get("id")
        # A local shell output may carry the id of its call.
        if item_id is None or item.get("type") == "local_shell_call_output":
            continue
        if item_id in seen:
            raise api_error("duplicate_item", id=item_id)
        seen.add(item_id)


def _check_outputs(items: Sequence[Json]) -> None:
    called: set[tuple[str, str]] = set()
    requested: set[str] = set()
    for item in items:
        kind = item.get("type", "message")
        if kind in CALL_OUTPUTS:
            called.update((kind, name) for name in _names(item))
        elif kind == "mcp_approval_request" and "id" in item:
            requested.add(item["id"])
        elif kind == "mcp_approval_response" and item["approval_request_id"] not in requested:
            raise api_error("no_approval_request", id=item["approval_request_id"])
        elif kind in _CALLS:
            names = _names(item)
            if names and called.isdisjoint(_pairs(kind, names)):
                raise api_error("no_tool_call", kind=kind.replace("_", " "), call_id=names[0])


def _check_calls(items: Sequence[Json]) -> None:
    answered: set[tuple[str, str]] = set()
    for item in items:
        if item.get("type") in _CALLS:
            answered.update(_pairs(item["type"], _names(item)))
    for item in items:
        kind = item.get("type", "message")
        if kind not in CALL_OUTPUTS or item.get("async") or item.get("execution") == "server":
            continue
        names = _names(item)
        if names and not any((kind, name) in answered for name in names):
            raise api_error("no_tool_output", kind=kind.replace("_", " "), call_id=names[0])


def _pairs(output: str, names: Sequence[str]) -> set[tuple[str, str]]:
    """The calls, as type and name, that an output of this type and name may answer."""
    return {(call, name) for call in _CALLS[output] for name in names}


def _names(item: Json) -> list[str]:
    """What ties a call to its output: the `call_id`, which is null where the server runs the tool
    itself.
    """
    names = [item["call_id"]] if item.get("call_id") else []
    if item.get("type", "").startswith("local_shell_call") and item.get("id"):
        names.append(item["id"])
    return names


def _check_reasoning(items: Sequence[Json], start: int) -> None:
    for index, item in enumerate(items):
        if index < start or item.get("type") != "reasoning" or not item.get("id"):
            continue
        if index + 1 == len(items) or not _may_follow(items[index + 1]):
            raise api_error("reasoning_without_following", id=item["id"])


def _may_follow(item: Json) -> bool:
    """Whether the model wrote the item. An assistant message without id is somebody's rewriting of
    it.
    """
    kind = item.get("type") or "message"
    if kind == "message":
        return item.get("role") == "assistant" and bool(item.get("id"))
    return kind not in _CLIENT_WRITTEN
