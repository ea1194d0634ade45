"""The output of a reply as authors write it: strings, abbreviated items, and items copied whole.

An item with an `id` is taken as it is, whatever it holds: recordings are copied in whole. Any other item is an
abbreviation, whose keys must be those of its type.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from mockserver.protocol.items import OutputItem
from mockserver.protocol.json import Json
from mockserver.script.errors import Place, shown, unknown

_TEXT_PARTS = {
    "output_text": frozenset({"type", "text", "annotations", "logprobs"}),
    "refusal": frozenset({"type", "refusal"}),
    "summary_text": frozenset({"type", "text"}),
    "reasoning_text": frozenset({"type", "text"}),
}


def _keys() -> Iterator[tuple[str, frozenset[str]]]:
    for item in get_args(get_args(OutputItem)[0]):
        kind = get_args(item.__annotations__["type"])[0]
        yield kind, (item.__required_keys__ | item.__optional_keys__) - {"id"}


ITEM_KEYS: Mapping[str, frozenset[str]] = dict(_keys())
"""The keys that an abbreviated item of each type may have, besides `id`, which makes it a whole one."""

_TEXTS = frozenset({"name", "call_id", "status", "role", "phase", "code", "server_label", "namespace", "execution"})
_NEVER_NULL = frozenset({"name", "role", "server_label"})
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
            if member.get("id", "") is None:  # null is absent: such an item gets an id like any other
                members[index] = {name: each for name, each in member.items() if name != "id"}
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
        if not isinstance(item[name], str) and (item[name] is not None or name in _NEVER_NULL):
            raise place.error(f"'{name}' must be a string, not {shown(item[name])}", item, name)
    if kind in ("message", "reasoning"):
        _check_message(item, kind, place)
    elif "arguments" in item:
        _check_arguments(item, kind, place)


def _check_id(item: Json, place: Place) -> None:
    if item["id"] is not None and (not isinstance(item["id"], str) or not item["id"]):
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
