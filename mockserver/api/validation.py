"""Whether a body is what the API takes, and whether a value is what the API sends.

A request is read in the order in which the API finds errors: JSON, unknown parameters, types and
ranges (in the order of the document), mutual exclusion, the model, what the model supports.
References and the pairing of calls with outputs need the store; they come later, elsewhere.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mockserver.api import parameters
from mockserver.api.checks import check_create, check_other
from mockserver.api.dialects import Dialect
from mockserver.api.errors import ApiError, api_error, enumerated
from mockserver.api.extension import remove_slugs
from mockserver.api.items import INPUT_ITEM_TYPES
from mockserver.api.json import Json, compact, parse
from mockserver.api.json_path import Path, join_path
from mockserver.api.parts import STRICT
from mockserver.api.requests import CreateRequest
from mockserver.names import nearest

__all__ = [
    "conformance_errors",
    "create_request",
    "parse_compact",
    "parse_conversation",
    "parse_conversation_items",
    "parse_conversation_update",
    "parse_create",
    "parse_input_tokens",
    "parse_object",
]

_DELIVERY = ("type", "stream", "stream_options", "background")


def parse_create(
    raw: bytes, *, dialect: Dialect, strict_models: bool = False, allow_unknown: bool = False
) -> CreateRequest:
    """The body of `POST /responses`. Raises ApiError."""
    return create_request(
        parse_object(raw), dialect=dialect, strict_models=strict_models, allow_unknown=allow_unknown
    )


def create_request(
    body: Json,
    *,
    dialect: Dialect,
    strict_models: bool = False,
    allow_unknown: bool = False,
    websocket: bool = False,
) -> CreateRequest:
    """The same from a JSON object. A WebSocket's frame loses what HTTP alone needs to know. Raises
    ApiError.
    """
    if websocket:
        body = {key: value for key, value in body.items() if key not in _DELIVERY}
    model = parameters.PenaltyBody if dialect.penalties else parameters.CreateBody
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    body = _checked(remove_slugs(body, dialect), model, dialect, refuse_unknown=refuse)
    return CreateRequest(check_create(body, dialect, strict_models=strict_models))


def parse_compact(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /responses/compact`, without nulls. Raises ApiError."""
    return _parse(raw, parameters.CompactBody, dialect, allow_unknown, needs_input=True)


def parse_input_tokens(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /responses/input_tokens`, without nulls. Raises ApiError."""
    return _parse(raw, parameters.InputTokensBody, dialect, allow_unknown)


def parse_conversation(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations`, which may be empty, without nulls. Raises ApiError."""
    return _parse(raw or b"{}", parameters.ConversationBody, dialect, allow_unknown)


def parse_conversation_update(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations/{id}`. Raises ApiError."""
    return _parse(raw, parameters.ConversationUpdateBody, dialect, allow_unknown)


def parse_conversation_items(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations/{id}/items`. Raises ApiError."""
    return _parse(raw, parameters.ConversationItemsBody, dialect, allow_unknown)


def parse_object(raw: bytes) -> Json:
    """A body that is a JSON object. Raises ApiError 400 when it is not."""
    try:
        body = parse(raw)
    except ValueError as error:
        reason = str(error)
        raise api_error("invalid_json", detail=f"{reason[:1].upper()}{reason[1:]}.") from None
    if not isinstance(body, dict):
        raise api_error("invalid_json", detail="Expected an object at the top.")
    return body


def _parse(
    raw: bytes,
    model: type[Any],
    dialect: Dialect,
    allow_unknown: bool,
    *,
    needs_input: bool = False,
) -> Json:
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    body = _checked(remove_slugs(parse_object(raw), dialect), model, dialect, refuse_unknown=refuse)
    return check_other(body, dialect, needs_input=needs_input)


def _checked(body: Json, model: type[Any], dialect: Dialect, *, refuse_unknown: bool) -> Json:
    """The body without nulls, once its keys and their types are right. Values stay as they were
    sent.
    """
    known = model.__annotations__
    if refuse_unknown:
        for name in body:
            if name not in known:
                raise api_error("unknown_parameter", param=name)
    sent = {key: value for key, value in body.items() if value is not None}
    try:
        _adapter(model.__name__).validate_python(sent)
    except ValidationError as error:
        return dialect.judged(sent, explain(error, sent))
    return sent


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    # Built at the first request: the models are large, and importing them must stay quick.
    return TypeAdapter(getattr(parameters, name))


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


def explain(error: ValidationError, body: Json) -> Iterator[ApiError]:
    """The API's errors for what pydantic found, in the order of `body`, as sent."""
    located = [(*_locate(found, body), found) for found in error.errors(include_url=False)]
    for _, path, found in sorted(located, key=lambda entry: entry[0]):
        yield _translate(found, path)


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
        refused = _not_supported(param, context["tag"], context["expected_tags"])
        if context["discriminator"] != "input_item_tag()":
            return refused
        message = refused.message + _unknown_item_advice(context["tag"])
        return ApiError(refused.status, message, code=refused.code, param=refused.param)
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


def _unknown_item_advice(kind: str) -> str:
    """What the API does not say: which type was meant, and how a new type gets through."""
    near = nearest(kind, INPUT_ITEM_TYPES)
    meant = f"Did you mean '{near}'? " if near else ""
    return f" {meant}An item of another type needs an id."


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


def conformance_errors(kind: str, value: Any) -> list[str]:
    """What is wrong with a value of this kind: one line with path and reason, or nothing.

    Kinds: `Response`, `Event`, `OutputItem`, `StoredItem`, `Usage`, `Tool`, `CompactedResponse`,
    `InputTokenCount`, `DeletedResponse`, `ItemList`, `Conversation`. Keys beyond the API's count as
    wrong. Raises KeyError for others.
    """
    try:
        _strict_adapter(kind).validate_python([value])
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, found['loc'][1:]))}: {found['msg']}"
            for found in error.errors(include_url=False)
        ]
    return []


@cache
def _strict_adapter(kind: str) -> TypeAdapter[list[Any]]:
    from mockserver.api import events, items, responses, tools

    for module in (responses, events, items, tools):
        if kind in module.__all__:
            # A list, because a TypedDict on its own takes no configuration.
            listed: Any = list[getattr(module, kind)]  # type: ignore[misc]
            return TypeAdapter(listed, config=STRICT)
    raise KeyError(kind)
