"""What pydantic finds wrong with a request, in the API's words.

Most of it was measured against api.openai.com in August 2026: tests/test_refusals.py has the rows.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Finding:
    """What pydantic found. value: what stands there. context: what it says besides. location: the
    path in its own words, tags of unions included. message: its sentence.
    """

    kind: str
    path: Path
    value: Any
    context: Mapping[str, Any]
    location: tuple[int | str, ...]
    message: str

    @property
    def param(self) -> str:
        return join_path(self.path)

    @property
    def got(self) -> str:
        """The type of the value, in the API's words."""
        return KINDS.get(type(self.value), "another type")

    @property
    def is_role_of_message(self) -> bool:
        return self.location[-2:] == ("message", "role")

    @property
    def is_about_items(self) -> bool:
        """Whether it is about the types of input items."""
        return self.context.get("discriminator") == _ITEM_TAG


def explain(error: ValidationError, body: Json) -> Iterator[ApiError]:
    """The API's errors for what pydantic found in the body, in the order of the types' fields."""
    for found in error.errors(include_url=False):
        finding = _Finding(
            kind=found["type"],
            path=_path(found, body),
            value=found["input"],
            context=found.get("ctx", {}),
            location=found["loc"],
            message=found["msg"],
        )
        yield _ERRORS.get(finding.kind, _wrong_type)(finding)


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


def _missing(found: _Finding) -> ApiError:
    if found.is_role_of_message:
        return _not_supported(join_path(found.path[:-1]), "", enumerated(_ROLES))
    return api_error("missing_required_parameter", param=found.param)


def _missing_tag(found: _Finding) -> ApiError:
    if not isinstance(found.value, dict):
        return _wrong_type(found)
    return api_error("missing_required_parameter", param=f"{found.param}.type")


def _unknown(found: _Finding) -> ApiError:
    return api_error("unknown_parameter", param=found.param)


def _wrong_literal(found: _Finding) -> ApiError:
    if found.is_role_of_message:
        return _not_supported(join_path(found.path[:-1]), found.value, enumerated(_ROLES))
    return _not_supported(found.param, found.value, found.context["expected"])


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


def _wrong_tag(found: _Finding) -> ApiError:
    """The error about the type of an item, a part, a tool or a format."""
    param, tags = found.param, found.context["expected_tags"]
    got = found.value["type"]
    if found.is_about_items:
        # What is no string has no name (measured, August 2026).
        name = got if isinstance(got, str) else ""
        return _not_supported(param, name, enumerated(sorted(INPUT_ITEM_TYPES)))
    if not isinstance(got, str):
        return api_error(
            "invalid_type", param=f"{param}.type", expected="a string", got=KINDS[type(got)]
        )
    if len(found.path) < 2 or found.path[-2] != "content":
        return _not_supported(f"{param}.type", got, tags)
    # First the API asks if it is a part, then if it may stand here (measured, August 2026).
    if got not in _PART_TYPES:
        return _not_supported(f"{param}.type", got, enumerated(_PART_TYPES))
    return _not_supported(param, got, _LISTED_PARTS.get(tags, tags))


def _too_small(found: _Finding) -> ApiError:
    return _out_of_range(found, "below_min", found.context["ge"])


def _too_large(found: _Finding) -> ApiError:
    return _out_of_range(found, "above_max", found.context["le"])


def _out_of_range(found: _Finding, side: str, limit: float) -> ApiError:
    number = "decimal" if isinstance(limit, float) else "integer"
    got = compact(found.value).decode()
    return api_error(f"{number}_{side}_value", param=found.param, limit=f"{limit:g}", got=got)


def _wrong_pattern(found: _Finding) -> ApiError:
    return api_error("invalid_pattern", param=found.param, pattern=found.context["pattern"])


def _too_short(found: _Finding) -> ApiError:
    empty = "empty_string" if isinstance(found.value, str) else "empty_array"
    return api_error(empty, param=found.param, limit=found.context["min_length"])


def _too_long(found: _Finding) -> ApiError:
    limit, got = found.context["max_length"], len(found.value)
    if found.location[-1] == "[key]":  # what pydantic calls the name of a property
        return api_error(
            "property_name_above_max_length",
            param=found.param,
            place=join_path(found.path[:-1]),
            name=shortened(found.value),
            limit=limit,
            got=got,
        )
    return api_error(_TOO_LONG[type(found.value)], param=found.param, limit=limit, got=got)


def _of_another_kind(found: _Finding) -> ApiError:
    """What our own checks say."""
    return api_error("invalid_type", param=found.param, expected=found.message, got=found.got)


def _wrong_type(found: _Finding) -> ApiError:
    expected = _EXPECTED.get(found.kind, "another type")
    if found.kind == "list_type" and found.path[-1] in _OF_STRINGS:
        expected = "an array of strings"
    if found.is_about_items:
        expected = "an input item"
    return api_error("invalid_type", param=found.param, expected=expected, got=found.got)


_ERRORS: Mapping[str, Callable[[_Finding], ApiError]] = {
    "missing": _missing,
    "union_tag_not_found": _missing_tag,
    "extra_forbidden": _unknown,
    "literal_error": _wrong_literal,
    "union_tag_invalid": _wrong_tag,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "string_pattern_mismatch": _wrong_pattern,
    "string_too_long": _too_long,
    "too_long": _too_long,
    "string_too_short": _too_short,
    "too_short": _too_short,
    "expected": _of_another_kind,
}
"""The error for each kind of finding that is about more than a type."""
