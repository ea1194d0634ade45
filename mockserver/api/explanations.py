"""What pydantic finds wrong with a request, in the API's words.

Most of it was measured against api.openai.com in August 2026: tests/test_refusals.py has the rows.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mockserver.api.errors import ApiError, api_error, enumerated
from mockserver.api.expected import alternatives, shortened
from mockserver.api.items import INPUT_ITEM_TYPES
from mockserver.api.json import Json, compact
from mockserver.api.json_path import Path, join_path

__all__ = ["KINDS", "explain"]

_PART_TYPES = (
    "input_text",
    "input_image",
    "input_audio",
    "output_text",
    "refusal",
    "input_file",
    "computer_screenshot",
    "summary_text",
    "encrypted_content",
)
"""The parts of messages, as the API lists them (August 2026)."""

_LISTED_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "'input_text', 'input_image', 'input_file'": (
            "'input_text', 'input_image', 'input_file', 'scoped_content', 'input_audio'"
        )
    }
)
"""What the API lists for those that we take in one place: it names two more for users."""

_ROLES = ("assistant", "system", "developer", "user")
"""The roles of messages, as the API lists them."""

_EXPECTED = {
    "string_type": "a string",
    "int_type": "an integer",
    "float_type": "a decimal",
    "bool_type": "a boolean",
    "list_type": "an array of objects",
    "dict_type": "an object",
    "model_attributes_type": "an object",
    "union_tag_not_found": "an object",
}
# Pydantic does not say what the array should have held.
_OF_STRINGS = frozenset(
    {
        "allowed_callers",
        "allowed_domains",
        "commands",
        "file_ids",
        "queries",
        "tool_names",
        "vector_store_ids",
    }
)
KINDS: dict[type[Any], str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}

_ITEM_TAG = "input_item_tag()"
"""How pydantic calls what tells the types of input items apart."""

_TOO_LONG: dict[type[Any], str] = {
    str: "string_above_max_length",
    list: "array_above_max_length",
    dict: "object_above_max_properties",
}


def explain(error: ValidationError, body: Json) -> Iterator[ApiError]:
    """The API's errors for what pydantic found in the body, in the order of the types' fields."""
    for found in error.errors(include_url=False):
        yield _translate(found, _path(found, body))


def _path(found: ErrorDetails, body: Json) -> Path:
    """Where a finding is. Tags of unions are left out."""
    path: list[str | int] = []
    value: Any = body
    tagged = False
    # The body is checked as the one element of a list.
    location = found["loc"][1:]
    named = len(location) - 1 if found["type"] in ("missing", "extra_forbidden") else -1
    for index, key in enumerate(location):
        if isinstance(value, dict) and isinstance(key, str):
            if index != named and not tagged and (key == value.get("type") or key not in value):
                tagged = key == value.get("type")
                continue
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key]
        else:
            continue
        path.append(key)
        tagged = False
    return tuple(path)


def _translate(found: ErrorDetails, path: Path) -> ApiError:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    param = join_path(path)
    if found["loc"][-2:] == ("message", "role") and kind in ("missing", "literal_error"):
        got = "" if kind == "missing" else value
        return _not_supported(join_path(path[:-1]), got, enumerated(_ROLES))
    if kind == "missing" or (kind == "union_tag_not_found" and isinstance(value, dict)):
        return api_error(
            "missing_required_parameter", param=param if kind == "missing" else f"{param}.type"
        )
    if kind == "extra_forbidden":
        return api_error("unknown_parameter", param=param)
    if kind == "literal_error":
        return _not_supported(param, value, context["expected"])
    if kind == "union_tag_invalid":
        return _wrong_tag(path, value, context)
    if kind in ("greater_than_equal", "less_than_equal"):
        below = kind == "greater_than_equal"
        return _out_of_range(param, value, context["ge" if below else "le"], below=below)
    if kind == "string_pattern_mismatch":
        return api_error("invalid_pattern", param=param, pattern=context["pattern"])
    if found["loc"][-1] == "[key]":
        return _long_name(path, value, context)
    if kind in ("string_too_long", "string_too_short", "too_long", "too_short"):
        return _wrong_length(param, value, context)
    expected = found["msg"] if kind == "expected" else _EXPECTED.get(kind, "another type")
    if kind == "list_type" and path[-1] in _OF_STRINGS:
        expected = "an array of strings"
    if kind == "union_tag_not_found" and context["discriminator"] == _ITEM_TAG:
        expected = "an input item"
    return api_error(
        "invalid_type", param=param, expected=expected, got=KINDS.get(type(value), "another type")
    )


def _not_supported(param: str, value: Any, expected: str) -> ApiError:
    supported = [name for name in re.findall(r"'([^']*)'", expected) if not name.startswith("<")]
    if not isinstance(value, str):
        return api_error(
            "invalid_type",
            param=param,
            expected=alternatives(supported) if len(supported) > 1 else enumerated(supported),
            got=KINDS.get(type(value), "another type"),
        )
    return api_error("invalid_value", param=param, got=value, supported=enumerated(supported))


def _wrong_tag(path: Path, value: Json, context: dict[str, Any]) -> ApiError:
    """The error about the type of an item, a part, a tool or a format."""
    param, got, tags = join_path(path), value["type"], context["expected_tags"]
    if context["discriminator"] == _ITEM_TAG:
        # What is no string has no name (measured, August 2026).
        return _not_supported(
            param, got if isinstance(got, str) else "", enumerated(sorted(INPUT_ITEM_TYPES))
        )
    if not isinstance(got, str):
        return api_error(
            "invalid_type", param=f"{param}.type", expected="a string", got=KINDS[type(got)]
        )
    if len(path) < 2 or path[-2] != "content":
        return _not_supported(f"{param}.type", got, tags)
    # First the API asks if it is a part, then if it may stand here (measured, August 2026).
    if got not in _PART_TYPES:
        return _not_supported(f"{param}.type", got, enumerated(_PART_TYPES))
    return _not_supported(param, got, _LISTED_PARTS.get(tags, tags))


def _out_of_range(param: str, value: float, limit: float, *, below: bool) -> ApiError:
    number = "decimal" if isinstance(limit, float) else "integer"
    side = "below_min" if below else "above_max"
    return api_error(
        f"{number}_{side}_value", param=param, limit=f"{limit:g}", got=compact(value).decode()
    )


def _long_name(path: Path, value: Any, context: dict[str, Any]) -> ApiError:
    """The error about the name of a property, which is what pydantic calls a key."""
    limit = context.get("max_length", 0)
    return api_error(
        "property_name_above_max_length",
        param=join_path(path),
        place=join_path(path[:-1]),
        name=shortened(value),
        limit=limit,
        got=len(value),
    )


def _wrong_length(param: str, value: Any, context: dict[str, Any]) -> ApiError:
    if "min_length" in context:
        empty = "empty_string" if isinstance(value, str) else "empty_array"
        return api_error(empty, param=param, limit=context["min_length"])
    name = _TOO_LONG[type(value)]
    return api_error(name, param=param, limit=context["max_length"], got=len(value))
