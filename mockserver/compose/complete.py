"""Items as an author wrote them, completed to what the API sends.

An item that has an `id` is taken to be a copy of a real one: it keeps all it has, in its order, and
gets only what no client can do without. Any other item is an abbreviation: it gets every key that
the API sends today, in wire order.
"""

import base64
import copy
import json
from collections.abc import Callable, Iterable
from typing import Any

from mockserver.api.ids import item_prefix
from mockserver.api.json import Json
from mockserver.compose.identity import Identity
from mockserver.compose.picture import png


def complete_items(output: Iterable[Any], identity: Identity) -> list[Json]:
    """The output items of a reply: strings become assistant messages, abbreviations become whole
    items.
    """
    items: list[Json] = []
    for index, given in enumerate(output):
        item = {"type": "message", "content": given} if isinstance(given, str) else dict(given)
        item.setdefault("type", "message")
        calls = [earlier["call_id"] for earlier in items if earlier.get("call_id")]
        items.append(_complete(item, _Maker(identity, index, calls[-1] if calls else None)))
    return items


def output_text(text: str, **fields: Any) -> Json:
    """A content part of an assistant message, in wire order."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text, **fields}


class _Maker:
    """Makes what an abbreviation leaves out, for the item at one position of one reply."""

    def __init__(self, identity: Identity, index: int, last_call: str | None) -> None:
        self.identity, self.index, self._last_call = identity, index, last_call

    def call_id(self) -> str:
        return self.identity.call_id(self.index)

    def answered_call(self) -> str:
        """The call that an output item answers: the one before it in the reply, if there is one."""
        return self._last_call or self.call_id()

    def container(self) -> str:
        return self.identity.short_id("cntr_", "container")

    def token(self) -> str:
        return self.identity.token(self.index)

    def picture(self) -> str:
        return base64.b64encode(png(self.identity.seed + self.index)).decode()


def _complete(item: Json, make: _Maker) -> Json:
    kind = item["type"]
    verbatim = "id" in item
    for key, default in _DEFAULTS.get(kind, {}).items():
        if key not in item:
            item[key] = default(make) if callable(default) else copy.copy(default)
    if not verbatim:
        item["id"] = make.identity.id(item_prefix(kind), make.index)
        item.update({key: value for key, value in _MODERN.get(kind, {}).items() if key not in item})
        item.update({key: shape(item[key]) for key, shape in _SPELLED_OUT.get(kind, {}).items()})
    for key, normalise in _SHAPES.get(kind, {}).items():
        if key in item and not (verbatim and _copied(item[key])):
            item[key] = normalise(item[key])
    return item if verbatim else _in_wire_order(item)


def _in_wire_order(item: Json) -> Json:
    """`id`, `type` and `status` first, the other keys by the alphabet."""
    first = [key for key in ("id", "type", "status") if key in item]
    return {key: item[key] for key in (*first, *sorted(item.keys() - set(first)))}


def _encoded(value: Any) -> str:
    """Arguments may be written as an object; the API sends the JSON text of it."""
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    )


def _content(value: Any) -> list[Json]:
    parts = value if isinstance(value, list) else [value]
    return [_part({"text": part} if isinstance(part, str) else dict(part)) for part in parts]


def _copied(value: Any) -> bool:
    """Whether content is copied from a real message, which may be older than `logprobs`."""
    return isinstance(value, list) and all(
        isinstance(part, dict) and "annotations" in part for part in value
    )


def _part(part: Json) -> Json:
    if part.get("type", "refusal" if "refusal" in part else "output_text") == "refusal":
        return {"type": "refusal", **part}
    if part.get("type", "output_text") != "output_text":
        return part
    whole = {**output_text(part.get("text", "")), **part}
    whole["annotations"] = [
        _annotation(dict(each), len(whole["text"])) for each in whole["annotations"]
    ]
    return whole


def _annotation(annotation: Json, length: int) -> Json:
    """A citation without a place covers the whole text."""
    place: Json = {}
    if annotation.get("type") in ("url_citation", "container_file_citation"):
        place = {"start_index": 0, "end_index": length}
    elif annotation.get("type") in ("file_citation", "file_path"):
        place = {"index": length}
    return {**annotation, **{key: value for key, value in place.items() if key not in annotation}}


def _texts(kind: str) -> Callable[[Any], list[Json]]:
    """A normaliser of lists of one kind of text parts, which may be written as strings."""

    def normalise(value: Any) -> list[Json]:
        parts = value if isinstance(value, list) else [value]
        return [
            {"type": kind, "text": part} if isinstance(part, str) else {"type": kind, **part}
            for part in parts
        ]

    return normalise


def _search_action(value: Any) -> Any:
    action = {"query": value} if isinstance(value, str) else value
    if not isinstance(action, dict) or "type" in action:
        return action
    query = action.get("query") or next(iter(action.get("queries") or [""]))
    return {"type": "search", "queries": [query], "query": query, **action}


def _filled(**defaults: Any) -> Callable[[Any], Any]:
    """A normaliser of objects: keys that are missing get their default."""

    def normalise(value: Any) -> Any:
        return {**defaults, **value} if isinstance(value, dict) else value

    return normalise


def _shell_outputs(value: Any) -> Any:
    results = value if isinstance(value, list) else [value]
    default = {"outcome": {"type": "exit", "exit_code": 0}, "stderr": "", "stdout": ""}
    return [
        {**default, **({"stdout": result} if isinstance(result, str) else result)}
        for result in results
    ]


def _tool_error(value: Any) -> Any:
    """The error of a tool may be written as its message."""
    if not isinstance(value, str):
        return value
    return {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": value}]}


_COMPLETED = {"status": "completed"}
_CALL: Json = {**_COMPLETED, "call_id": _Maker.call_id}
_OUTPUT: Json = {**_COMPLETED, "call_id": _Maker.answered_call}

_DEFAULTS: dict[str, Json] = {
    "message": {**_COMPLETED, "content": [], "role": "assistant"},
    "reasoning": {"summary": []},
    "function_call": {**_CALL, "arguments": "{}"},
    "custom_tool_call": {**_CALL, "input": ""},
    "web_search_call": _COMPLETED,
    "file_search_call": {**_COMPLETED, "queries": [], "results": None},
    "code_interpreter_call": {
        **_COMPLETED,
        "code": "",
        "container_id": _Maker.container,
        "outputs": None,
    },
    "image_generation_call": {**_COMPLETED, "result": _Maker.picture},
    "computer_call": {**_CALL, "pending_safety_checks": []},
    "mcp_list_tools": {"tools": []},
    "mcp_call": {
        **_COMPLETED,
        "approval_request_id": None,
        "arguments": "{}",
        "error": None,
        "output": None,
    },
    "mcp_approval_request": {"arguments": "{}"},
    "local_shell_call": _CALL,
    "shell_call": _CALL,
    "shell_call_output": {**_OUTPUT, "max_output_length": None, "output": []},
    "apply_patch_call": _CALL,
    "apply_patch_call_output": _OUTPUT,
    "tool_search_call": {**_COMPLETED, "arguments": {}, "call_id": None, "execution": "server"},
    "tool_search_output": {**_COMPLETED, "call_id": None, "execution": "server", "tools": []},
    "additional_tools": {"role": "developer", "tools": []},
    "program": {"call_id": _Maker.call_id, "code": "", "fingerprint": _Maker.token},
    "program_output": {**_OUTPUT, "result": ""},
    "compaction": {"encrypted_content": _Maker.token},
    "function_call_output": {**_OUTPUT, "output": ""},
    "custom_tool_call_output": {**_OUTPUT, "output": ""},
    "computer_call_output": _OUTPUT,
    "local_shell_call_output": {**_COMPLETED, "output": ""},
}
"""What clients cannot do without, by item type; a function makes the value from the reply's
identity.
"""

_MODERN: dict[str, Json] = {
    "reasoning": {"content": []},
    "shell_call": {"environment": {"type": "local"}},
    "web_search_call": {"action": {"type": "search", "queries": [""], "query": ""}},
    "image_generation_call": {
        "action": "generate",
        "background": "opaque",
        "output_format": "png",
        "quality": "medium",
        "revised_prompt": "",
        "size": "1024x1024",
    },
}
"""What the API sends today, though earlier recordings lack it."""

_SHAPES: dict[str, dict[str, Callable[[Any], Any]]] = {
    "message": {"content": _content},
    "reasoning": {"summary": _texts("summary_text"), "content": _texts("reasoning_text")},
    "function_call": {"arguments": _encoded},
    "custom_tool_call": {"input": _encoded},
    "mcp_call": {"arguments": _encoded},
    "mcp_approval_request": {"arguments": _encoded},
    "function_call_output": {
        "output": lambda value: value if isinstance(value, list) else _encoded(value)
    },
    "web_search_call": {"action": _search_action},
    "local_shell_call": {"action": _filled(type="exec", command=[], env={})},
    "shell_call": {"action": _filled(commands=[], max_output_length=None, timeout_ms=None)},
    "shell_call_output": {"output": _shell_outputs},
}
"""How values may be abbreviated, by item type and key."""

_SPELLED_OUT: dict[str, dict[str, Callable[[Any], Any]]] = {"mcp_call": {"error": _tool_error}}
"""The same, but only where nothing is copied: recordings older than today's form keep theirs."""
