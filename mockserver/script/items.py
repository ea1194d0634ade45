"""The output of a reply as authors write it: strings, abbreviated items, and items copied whole.

An item with an `id` is taken as it is, whatever it holds: recordings are copied in whole. Any other
item is an abbreviation, whose keys must be those of its type.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from mockserver.api.items import ITEM_TYPES, item_type
from mockserver.api.items.fields import of_agent
from mockserver.api.json import Json
from mockserver.names import describe_unknown
from mockserver.script.places import Place
from mockserver.wording import show_value

ITEM_KEYS: Mapping[str, frozenset[str]] = {kind: item_type(kind).keys() for kind in ITEM_TYPES}
"""The keys that an abbreviated item of each type may have, besides `id`, which makes it a whole
one.
"""


def check_output(value: Any, place: Place, container: Any = None, key: Any = None) -> list[Any]:
    """The list of strings and items that an `output` holds; a single string or item is a list of
    one.

    Raises ScriptError for what is no item, for an unknown type and for a key that an abbreviation
    cannot have.
    """
    members = list(value) if isinstance(value, list | tuple) else [value]
    at = value if isinstance(value, list) else container
    for index, member in enumerate(members):
        where = index if at is value else key
        if isinstance(member, Mapping):
            check_item(place.mapping(member, "an item", at, where), place, at, where)
            # Null is absent: such an item gets an id like any other.
            if member.get("id", "") is None:
                members[index] = {name: each for name, each in member.items() if name != "id"}
        elif not isinstance(member, str):
            raise place.error(
                f"an output holds strings and items, not {show_value(member)}",
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
            f"an item without 'type': {show_value(item)}",
            container,
            key,
            next_step=f"Types: {', '.join(ITEM_KEYS)}.",
        )
    if "id" in item:
        _check_id(item, place)
        return
    if not isinstance(kind, str) or kind not in ITEM_KEYS:
        raise place.error(describe_unknown("item type", kind, ITEM_KEYS), item, "type")
    place.check_keys(item, ITEM_KEYS[kind], f"an item of type '{kind}'")
    if _is_simple(item, kind):
        return
    _check_shape(item, kind, place)
    _check_values(item, kind, place, container, key)


def _is_simple(item: Json, kind: str) -> bool:
    """Whether all is plain to see: most items are a text or a call, and checking in depth takes its
    time.
    """
    if kind == "message":
        return item.keys() <= {"type", "content"} and isinstance(item.get("content"), str)
    if kind != "function_call" or not item.keys() <= {"type", "name", "arguments"}:
        return False
    return isinstance(item.get("name"), str) and isinstance(item.get("arguments", ""), str | dict)


def _check_id(item: Json, place: Place) -> None:
    if item["id"] is not None and (not isinstance(item["id"], str) or not item["id"]):
        raise place.error(
            f"'id' must be a string that is not empty, not {show_value(item['id'])}", item, "id"
        )
    if not isinstance(item.get("type", ""), str):
        raise place.error(f"'type' must be a string, not {show_value(item['type'])}", item, "type")


def _check_shape(item: Json, kind: str, place: Place) -> None:
    for key, models in item_type(kind).parts.items():
        if key in item:
            _check_parts(item, key, models, place)
    if not isinstance(item.get("arguments", ""), str | dict):
        said = (
            f"'arguments' must be an object or its JSON text, not {show_value(item['arguments'])}"
        )
        raise place.error(said, item, "arguments")


def _check_parts(item: Json, name: str, models: Sequence[Any], place: Place) -> None:
    value = item[name]
    keys_of = {get_args(each.__annotations__["type"])[0]: each.__annotations__ for each in models}
    allowed = tuple(keys_of)
    parts = value if isinstance(value, list) else [value]
    for index, part in enumerate(parts):
        at = (value, index) if parts is value else (item, name)
        if isinstance(part, str):
            continue
        part = place.mapping(part, f"a part of '{name}'", *at)
        refuses = "refusal" in part and "refusal" in allowed
        kind = part.get("type", "refusal" if refuses else allowed[0])
        if kind not in allowed:
            raise place.error(
                describe_unknown("part type", kind, allowed, f" in '{name}'"), part, "type"
            )
        place.check_keys(part, frozenset(keys_of[kind]), f"a part of type '{kind}'")
        text = "refusal" if kind == "refusal" else "text"
        if not isinstance(part.get(text), str):
            raise place.error(f"a part of type '{kind}' needs the string '{text}'", *at)


def _check_values(item: Json, kind: str, place: Place, container: Any, key: Any) -> None:
    """Complete the item as the server will, and hold the result against what the API sends."""
    from mockserver.compose import EPOCH, Identity, complete_items

    try:
        whole = complete_items([item], Identity(bytes(16), EPOCH, "0" * 16))
        _adapter(kind).validate_python(whole)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        path = [step for step in found["loc"][1:] if step != kind]
        name = path[0] if path and path[0] in item else None
        at = (item, name) if name is not None else (container, key)
        where = ".".join(map(str, path))
        raise place.error(
            f"an item of type '{kind}' cannot be sent: '{where}': {found['msg']}", *at
        ) from None
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise place.error(
            f"an item of type '{kind}' cannot be completed: {error}", container, key
        ) from None


@cache
def _adapter(kind: str) -> TypeAdapter[list[Any]]:
    # A list, because a TypedDict on its own takes no configuration.
    listed: Any = list.__class_getitem__(of_agent(item_type(kind).sent))
    return TypeAdapter(listed, config=ConfigDict(strict=True, extra="forbid"))
