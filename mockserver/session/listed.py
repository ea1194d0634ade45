"""Input items as they are stored and listed."""

from collections.abc import Callable, Sequence

from mockserver.api.ids import item_prefix
from mockserver.api.json import Json
from mockserver.compose.identity import Identity


def with_ids(items: Sequence[Json], identity: Identity, *, dated: bool = False) -> list[Json]:
    """Input items as they are stored and listed: each has an id, and a status where its type has
    one.

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
    head = {"id": item.get("id") or make(item_prefix(kind)), "type": kind}
    if kind in _WITH_STATUS:
        head["status"] = item.get("status") or "completed"
    rest = {
        key: item[key]
        for key in sorted(item)
        if key not in head and (item[key] is not None or key in _NULLABLE)
    }
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
        *(
            "message",
            "function_call",
            "function_call_output",
            "custom_tool_call",
            "custom_tool_call_output",
        ),
        *(
            "computer_call",
            "computer_call_output",
            "local_shell_call",
            "local_shell_call_output",
            "shell_call",
        ),
        *(
            "shell_call_output",
            "apply_patch_call",
            "apply_patch_call_output",
            "web_search_call",
            "file_search_call",
        ),
        *(
            "code_interpreter_call",
            "image_generation_call",
            "mcp_call",
            "tool_search_call",
            "tool_search_output",
        ),
        *("program_output",),
    )
)
_NULLABLE = frozenset(
    (
        *(
            "approval_request_id",
            "call_id",
            "code",
            "error",
            "max_output_length",
            "outputs",
            "output",
            "result",
        ),
        *("results", "timeout_ms"),
    )
)
