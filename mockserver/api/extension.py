"""What Open Responses has no words for, under names of its own kind: `slug:type`, the slug being
who extends it.

The specification leaves room for items, tools and events of its implementors, as long as their
types say whose they are (https://www.openresponses.org/specification). Inside, types are bare; they
change at the doors.
"""

from collections.abc import Callable
from typing import Any

from mockserver.api.dialects import Dialect
from mockserver.api.items import STORED_ITEM_TYPES, item_type
from mockserver.api.json import Json
from mockserver.api.tools import TOOL_TYPES

__all__ = ["add_slugs", "remove_slugs"]

_ITEMS = frozenset(kind for kind in STORED_ITEM_TYPES if not item_type(kind).open_responses)
_TOOLS = frozenset(TOOL_TYPES) - {"function"}
_OPEN_EVENTS = (
    "response.created",
    "response.queued",
    "response.in_progress",
    "response.completed",
    "response.incomplete",
    "response.failed",
    "response.output_item.",
    "response.content_part.",
    "response.output_text.",
    "response.refusal.",
    "response.function_call_arguments.",
    "response.reasoning",
    "error",
)

_Rename = Callable[[Any], Any]


def add_slugs(value: Json, dialect: Dialect) -> Json:
    """An event, a Response, a list or an item as the dialect names its parts. The value itself is
    left as it is.
    """
    slug = dialect.hosted_prefix
    if not slug:
        return value
    return _renamed(value, _prefixing(slug, _ITEMS), _prefixing(slug, _TOOLS), slug)


def remove_slugs(body: Json, dialect: Dialect) -> Json:
    """The body of a request without the dialect's prefixes."""
    slug = dialect.hosted_prefix
    if not slug:
        return body

    def strip(kind: Any) -> Any:
        return kind.removeprefix(slug) if isinstance(kind, str) else kind

    return _renamed(body, strip, strip, "")


def _prefixing(slug: str, kinds: frozenset[str]) -> _Rename:
    return lambda kind: f"{slug}{kind}" if isinstance(kind, str) and kind in kinds else kind


def _renamed(value: Json, item: _Rename, tool: _Rename, slug: str) -> Json:
    changed = {**value}
    kind = value.get("type")
    if slug and "sequence_number" in value:
        if not str(kind).startswith(_OPEN_EVENTS):
            changed["type"] = f"{slug}{kind}"
        for key in ("response", "item"):
            if isinstance(value.get(key), dict):
                changed[key] = _renamed(value[key], item, tool, slug)
        return changed
    if "type" in value:
        changed["type"] = item(kind)
    for key in ("output", "input", "items", "data"):
        changed.update(_list(value, key, lambda each: _renamed(each, item, tool, slug)))
    changed.update(_list(value, "tools", lambda each: _tool(each, tool)))
    if isinstance(value.get("tool_choice"), dict):
        changed["tool_choice"] = _tool(value["tool_choice"], tool)
    return changed


def _list(value: Json, key: str, rename: Callable[[Json], Json]) -> Json:
    listed = value.get(key)
    if not isinstance(listed, list):
        return {}
    return {key: [rename(each) if isinstance(each, dict) else each for each in listed]}


def _tool(value: Json, rename: _Rename) -> Json:
    """A tool or a choice of tools, and those within it."""
    named = {"type": rename(value["type"])} if "type" in value else {}
    return {**value, **named, **_list(value, "tools", lambda each: _tool(each, rename))}
