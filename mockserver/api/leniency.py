"""Rules that forgive: what a body lacks is supplied, and what does not fit is left out.

Clients that are generated from the API's description, and the tests of SDKs, fill every parameter
with a placeholder, or none at all. What is of a wrong type, misspelt or an unknown parameter stays
an error.
"""

from copy import copy
from dataclasses import replace
from typing import Any, cast

from mockserver.api.dialects import Dialect
from mockserver.api.errors import ApiError
from mockserver.api.json import Json
from mockserver.api.json_path import Pattern, parse_path
from mockserver.api.models import DEFAULT_MODEL
from mockserver.api.parameters import MOST_ITEMS

__all__ = ["Leniency", "lenient"]

_DEFAULTS: Json = {
    "model": DEFAULT_MODEL,
    "input": [],
    "metadata": {},
    "items": [],
    # Of files, uploads, vector stores and containers.
    "bytes": 0,
    "file_id": "file-example",
    "filename": "example.txt",
    "mime_type": "text/plain",
    "name": "example",
    "part_ids": [],
    "purpose": "user_data",
    "query": "Hello",
}

_LEFT_OUT = frozenset(
    (
        "array_above_max_length",
        "decimal_above_max_value",
        "decimal_below_min_value",
        "empty_array",
        "empty_string",
        "integer_above_max_value",
        "integer_below_min_value",
        "object_above_max_properties",
        "property_name_above_max_length",
        "stream_options_without_stream",
        "string_above_max_length",
        "tool_choice_not_found",
        "tool_choice_without_tools",
        "unsupported_combination",
        "unsupported_logprobs",
        "unsupported_parameter",
        "unsupported_retention",
        "unsupported_sampling",
        "unsupported_summary",
        "unsupported_value",
    )
)
"""Errors after which the parameter is left out: limits, and what excludes something else."""

_PASSED = frozenset(("invalid_id_characters", "invalid_id_prefix", "nothing_given"))
"""Errors after which the parameter stays as it is."""


class Leniency:
    """Mends the bodies of one request, and remembers whether there was anything to mend."""

    def __init__(self) -> None:
        self.was_needed = False

    def __call__(self, error: ApiError, body: Json) -> Json | None:
        mended = _mended(error, body)
        self.was_needed |= mended is not None
        return mended


def lenient(dialect: Dialect, leniency: Leniency) -> Dialect:
    """The dialect, whose rules are applied with leniency."""
    return replace(dialect, mend=leniency)


def _mended(error: ApiError, body: Json) -> Json | None:
    kind, param = error.kind, error.param or ""
    path = parse_path(param)
    name = str(path[0]) if path else ""
    if kind in _PASSED:
        return body
    is_null = kind == "invalid_type" and body.get(param, param) is None
    is_empty_model = kind == "model_not_found" and not body["model"]
    if (is_null or is_empty_model or kind == "missing_required_parameter") and param in _DEFAULTS:
        return {**body, param: copy(_DEFAULTS[param])}
    if kind == "array_above_max_length" and param == "items":
        return {**body, "items": body["items"][:MOST_ITEMS]}
    if kind == "mutually_exclusive_parameters":
        return _without(body, name or "conversation")
    if kind == "invalid_function_parameters":
        return {**body, "tools": [{**tool, "strict": False} for tool in body["tools"]]}
    # The API's description lists some members of items that the API refuses.
    if kind == "unknown_parameter" and len(path) > 1:
        return cast(Json, _without_member(body, path))
    if kind == "missing_required_parameter" and name not in body:
        return None
    # It gives no value for the type of these members.
    is_placeholder = kind == "invalid_value" and name == "context_management"
    if kind in _LEFT_OUT or kind == "missing_required_parameter" or is_placeholder:
        return _without(body, name)
    return None


def _without(body: Json, name: str) -> Json:
    return {key: value for key, value in body.items() if key != name}


def _without_member(value: Any, path: Pattern) -> Any:
    """A value without the member that the path leads to; the value itself is left as it is."""
    changed = copy(value)
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = _without_member(value[path[0]], path[1:])
    return changed
