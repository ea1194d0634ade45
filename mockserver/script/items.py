"""The output of a reply as authors write it: strings, abbreviated items, and items copied whole.

An item with an `id` is taken as it is, whatever it holds: recordings are copied in whole. Any other item is an
abbreviation, whose keys must be those of its type.
"""

from collections.abc import Mapping
from typing import Any

from mockserver.protocol.json import Json
from mockserver.script.errors import Place, shown, unknown

_SHARED = "created_by caller async"
_TEXT_PARTS = {
    "output_text": frozenset({"type", "text", "annotations", "logprobs"}),
    "refusal": frozenset({"type", "refusal"}),
    "summary_text": frozenset({"type", "text"}),
    "reasoning_text": frozenset({"type", "text"}),
}

ITEM_KEYS: Mapping[str, frozenset[str]] = {
    kind: frozenset(f"type status {keys}".split())
    for kind, keys in {
        "message": "content role phase",
        "reasoning": "summary content encrypted_content",
        "function_call": f"arguments call_id name namespace {_SHARED}",
        "custom_tool_call": f"call_id input name namespace {_SHARED}",
        "web_search_call": "action",
        "file_search_call": "queries results",
        "code_interpreter_call": "code container_id outputs",
        "image_generation_call": (
            "result action background output_format quality revised_prompt size error svg_usage partial_images"
        ),
        "computer_call": "call_id action actions pending_safety_checks",
        "mcp_list_tools": "server_label tools error",
        "mcp_call": "approval_request_id arguments error name output server_label",
        "mcp_approval_request": "arguments name server_label",
        "mcp_approval_response": "approval_request_id approve reason",
        "local_shell_call": "action call_id",
        "local_shell_call_output": "output",
        "shell_call": f"action call_id environment {_SHARED}",
        "shell_call_output": f"call_id max_output_length output {_SHARED}",
        "apply_patch_call": f"call_id operation {_SHARED}",
        "apply_patch_call_output": f"call_id output {_SHARED}",
        "tool_search_call": "arguments call_id execution created_by",
        "tool_search_output": "call_id execution tools created_by",
        "additional_tools": "role tools",
        "program": "call_id code fingerprint",
        "program_output": "call_id result",
        "compaction": "encrypted_content created_by",
        "function_call_output": f"call_id output name namespace {_SHARED}",
        "custom_tool_call_output": f"call_id output name namespace {_SHARED}",
        "computer_call_output": "call_id output acknowledged_safety_checks created_by",
    }.items()
}
"""The keys that an abbreviated item of each type may have, besides `id`, which makes it a whole one."""

_TEXTS = frozenset({"name", "call_id", "status", "role", "phase", "code", "server_label", "namespace", "execution"})
_NULLABLE = frozenset({"call_id"})
_NEEDED = {
    "function_call": ("name",),
    "custom_tool_call": ("name",),
    "mcp_call": ("name", "server_label"),
    "mcp_approval_request": ("name", "server_label"),
    "mcp_list_tools": ("server_label",),
    "mcp_approval_response": ("approval_request_id", "approve"),
    "computer_call_output": ("output",),
    "apply_patch_call": ("operation",),
}
"""What nothing can be made up for."""


def check_output(value: Any, place: Place, container: Any = None, key: Any = None) -> list[Any]:
    """The list of strings and items that an `output` holds; a single string or item is a list of one.

    Raises ScriptError for what is no item, for an unknown type and for a key that an abbreviation cannot have.
    """
    members = list(value) if isinstance(value, list | tuple) else [value]
    at = value if isinstance(value, list) else container
    for index, member in enumerate(members):
        where = index if at is value else key
        if isinstance(member, Mapping):
            check_item(place.mapping(member, "an item", at, where), place, at, where)
        elif not isinstance(member, str):
            raise place.error(
                f"an output holds strings and items, not {shown(member)}",
                at,
                where,
                next_step="Write a string for an assistant message, or an item with its 'type'.",
            )
    return members


def check_item(item: Json, place: Place, container: Any = None, key: Any = None) -> None:
    """Raise ScriptError where an item cannot be completed."""
    kind = item.get("type", "message" if "content" in item or "role" in item else None)
    if kind is None:
        raise place.error(
            f"an item without 'type': {shown(item)}", container, key, next_step=f"Types: {', '.join(ITEM_KEYS)}."
        )
    if "id" in item:
        _check_id(item, place)
        return
    if not isinstance(kind, str) or kind not in ITEM_KEYS:
        raise place.error(unknown("item type", kind, ITEM_KEYS), item, "type")
    place.check_keys(item, ITEM_KEYS[kind], f"an item of type '{kind}'")
    for name in _NEEDED.get(kind, ()):
        if name not in item:
            raise place.error(f"an item of type '{kind}' needs '{name}'", container, key)
    for name in _TEXTS & item.keys():
        if not isinstance(item[name], str) and not (item[name] is None and name in _NULLABLE):
            raise place.error(f"'{name}' must be a string, not {shown(item[name])}", item, name)
    if kind in ("message", "reasoning"):
        _check_message(item, kind, place)
    elif "arguments" in item:
        _check_arguments(item, kind, place)


def _check_id(item: Json, place: Place) -> None:
    if not isinstance(item["id"], str) or not item["id"]:
        raise place.error(f"'id' must be a string that is not empty, not {shown(item['id'])}", item, "id")
    if not isinstance(item.get("type", ""), str):
        raise place.error(f"'type' must be a string, not {shown(item['type'])}", item, "type")


def _check_message(item: Json, kind: str, place: Place) -> None:
    if item.get("role", "assistant") != "assistant":
        raise place.error(f"a reply's message comes from the assistant, not from {shown(item['role'])}", item, "role")
    for name, part_types in (("content", ("output_text", "refusal")), ("summary", ("summary_text",))):
        if name in item:
            allowed = ("reasoning_text",) if kind == "reasoning" and name == "content" else part_types
            _check_parts(item, name, allowed, place)


def _check_parts(item: Json, name: str, allowed: tuple[str, ...], place: Place) -> None:
    value = item[name]
    parts = value if isinstance(value, list) else [value]
    for index, part in enumerate(parts):
        at = (value, index) if parts is value else (item, name)
        if isinstance(part, str):
            continue
        part = place.mapping(part, f"a part of '{name}'", *at)
        kind = part.get("type", "refusal" if "refusal" in part and "refusal" in allowed else allowed[0])
        if kind not in allowed:
            raise place.error(unknown("part type", kind, allowed, f" in '{name}'"), part, "type")
        place.check_keys(part, _TEXT_PARTS[kind], f"a part of type '{kind}'")
        text = "refusal" if kind == "refusal" else "text"
        if not isinstance(part.get(text), str):
            raise place.error(f"a part of type '{kind}' needs the string '{text}'", *at)


def _check_arguments(item: Json, kind: str, place: Place) -> None:
    arguments = item["arguments"]
    if not isinstance(arguments, dict) and (kind == "tool_search_call" or not isinstance(arguments, str)):
        raise place.error(
            f"'arguments' must be an object{'' if kind == 'tool_search_call' else ' or its JSON text'}, "
            f"not {shown(arguments)}",
            item,
            "arguments",
        )
