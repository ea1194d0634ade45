"""From pydantic's findings to the one error that the API reports: the first in the order of the
document.
"""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mockserver.api.errors import ApiError, api_error
from mockserver.api.json import Json, compact

__all__ = ["enumerated", "explain", "join_path"]

Path = tuple[str | int, ...]

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
        "include",
        "queries",
        "tool_names",
        "vector_store_ids",
    }
)
_GOT: dict[type[Any], str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    list: "an array",
    dict: "an object",
    type(None): "null",
}

_TOO_LONG: dict[type[Any], str] = {
    str: "string_above_max_length",
    list: "array_above_max_length",
    dict: "object_above_max_properties",
}


def explain(error: ValidationError, body: Json) -> ApiError:
    """The API's error for the finding that comes first in `body`, as sent."""
    located = [(*_locate(found, body), found) for found in error.errors(include_url=False)]
    _, path, found = min(located, key=lambda entry: entry[0])
    return _translate(found, path)


def join_path(path: Path) -> str:
    """A path in the API's notation: `input[1].content[0].text`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def enumerated(names: Iterable[str], conjunction: str = "and") -> str:
    """Names as the API lists them: `'a', 'b', and 'c'`."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return f" {conjunction} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {conjunction} {quoted[-1]}"


def _locate(found: ErrorDetails, body: Json) -> tuple[tuple[int, ...], Path]:
    """Where a finding is: as positions (for the order) and as keys. Tags of unions are left out."""
    order: list[int] = []
    path: list[str | int] = []
    value: Any = body
    tagged = False
    location = found["loc"]
    missing = len(location) - 1 if found["type"] == "missing" else -1
    for index, key in enumerate(location):
        if isinstance(value, dict) and isinstance(key, str):
            if index != missing and not tagged and (key == value.get("type") or key not in value):
                tagged = key == value.get("type")
                continue
            order.append(list(value).index(key) if key in value else len(value))
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int):
            order.append(key)
            value = value[key]
        else:
            continue
        path.append(key)
        tagged = False
    return tuple(order), tuple(path)


def _translate(found: ErrorDetails, path: Path) -> ApiError:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    param = join_path(path)
    if kind == "missing" or (kind == "union_tag_not_found" and isinstance(value, dict)):
        return api_error(
            "missing_required_parameter", param=param if kind == "missing" else f"{param}.type"
        )
    if kind == "extra_forbidden":
        return api_error("unknown_parameter", param=param)
    if kind == "literal_error":
        return _not_supported(param, value, context["expected"])
    if kind == "union_tag_invalid":
        if context["tag"] == "<none>":
            return api_error(
                "invalid_type",
                param=f"{param}.type",
                expected="a string",
                got=_GOT[type(value["type"])],
            )
        return _not_supported(param, context["tag"], context["expected_tags"])
    if kind in ("greater_than_equal", "less_than_equal"):
        below = kind == "greater_than_equal"
        return _out_of_range(param, value, context["ge" if below else "le"], below=below)
    if kind == "string_pattern_mismatch":
        return api_error("invalid_pattern", param=param, pattern=context["pattern"])
    if kind in ("string_too_long", "string_too_short", "too_long", "too_short"):
        return _wrong_length(param, value, context)
    expected = found["msg"] if kind == "expected" else _EXPECTED.get(kind, "another type")
    if kind == "list_type" and path[-1] in _OF_STRINGS:
        expected = "an array of strings"
    return api_error(
        "invalid_type", param=param, expected=expected, got=_GOT.get(type(value), "another type")
    )


def _not_supported(param: str, value: Any, expected: str) -> ApiError:
    supported = [name for name in re.findall(r"'([^']*)'", expected) if not name.startswith("<")]
    if not isinstance(value, str):
        choice = enumerated(supported, "or")
        expected = f"one of {choice}" if len(supported) > 1 else choice
        return api_error(
            "invalid_type",
            param=param,
            expected=expected,
            got=_GOT.get(type(value), "another type"),
        )
    return api_error("invalid_value", param=param, got=value, supported=enumerated(supported))


def _out_of_range(param: str, value: float, limit: float, *, below: bool) -> ApiError:
    number = "decimal" if isinstance(limit, float) else "integer"
    side = "below_min" if below else "above_max"
    return api_error(
        f"{number}_{side}_value", param=param, limit=f"{limit:g}", got=compact(value).decode()
    )


def _wrong_length(param: str, value: Any, context: dict[str, Any]) -> ApiError:
    if "min_length" in context:
        empty = "empty_string" if isinstance(value, str) else "empty_array"
        return api_error(empty, param=param, limit=context["min_length"])
    name = _TOO_LONG[type(value)]
    return api_error(name, param=param, limit=context["max_length"], got=len(value))
