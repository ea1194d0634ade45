"""The strict subset of JSON Schema: which schemas structured outputs and strict function tools
accept.

`violation(schema)` finds the first rule that a schema breaks; `format_error` and `tool_error` put
it into the API's own words; `make_strict` is what the API does with a function tool that leaves
`strict` out. Source: the OpenAI guide on structured outputs ("Supported schemas"), and the error
messages the API answers with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockserver.api.json import Json

MOST_PROPERTIES = 5000
DEEPEST = 10
MOST_ENUM_VALUES = 1000
MOST_CHARACTERS = 120_000
MOST_ENUM_CHARACTERS = 15_000
_LONG_ENUM = 250

_ANNOTATIONS = frozenset(("title", "description", "$schema", "$id", "id", "$comment"))
_ALLOWED = _ANNOTATIONS | frozenset(
    ("type", "enum", "const", "anyOf", "$ref", "$defs", "definitions", "pattern", "format")
)
_ALLOWED |= frozenset(("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
_ALLOWED |= frozenset(
    ("properties", "required", "additionalProperties", "items", "minItems", "maxItems")
)
_ALLOWED_IN_TOOLS = _ALLOWED | {"default"}
_FORMATS = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
)
_ROOT_UNIONS = ("oneOf", "anyOf", "allOf", "enum", "not")
_DEFINITION = re.compile(r"#(?:/(?:\$defs|definitions)/[^/]+)?")
_LOOK_AROUND = re.compile(r"(?<!\\)(?:\\\\)*\(\?<?[=!]")
_TYPES: dict[str, Any] = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}

_SHAPES: dict[str, tuple[Any, str]] = {
    "type": ((str, list), "string"),
    "properties": (dict, "object"),
    "$defs": (dict, "object"),
    "definitions": (dict, "object"),
    "required": ((list, type(None)), "array"),
    "enum": (list, "array"),
    "anyOf": (list, "array"),
    "format": (str, "string"),
    "pattern": (str, "string"),
}
"""Which types the values of keywords must have, for Python and in words."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule, worded as the API words it; `whole` when the message stands without naming the
    schema.
    """

    message: str
    whole: bool = False


def violation(schema: Any, allowed: frozenset[str] = _ALLOWED) -> Violation | None:
    """The first rule of the strict subset that the schema breaks; None when it keeps all of
    them.
    """
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind != "object":
        return Violation(
            f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."
        )
    try:
        misshapen = next(_misshapen(schema, ()), None)
        broken = misshapen or next(_broken(schema, (), schema, allowed), None)
    except RecursionError:
        broken = None  # It is nested far beyond the limit.
    return broken or next(_beyond(schema), None)


def format_error(name: str, schema: Any) -> tuple[str, str, str] | None:
    """(message, param, code) of the API's 400 for a strict `text.format`; None when the schema is
    accepted.
    """
    found = violation(schema)
    if found is None:
        return None
    message = (
        found.message
        if found.whole
        else f"Invalid schema for response_format '{name}': {found.message}"
    )
    return message, "text.format.schema", "invalid_json_schema"


def tool_error(index: int, name: str, parameters: Any) -> tuple[str, str, str] | None:
    """(message, param, code) of the API's 400 for the strict function tool `tools[index]`; None
    when it is accepted.
    """
    union = next(
        (word for word in _ROOT_UNIONS if isinstance(parameters, dict) and word in parameters), None
    )
    if union is not None:
        words = "/".join(f"'{word}'" for word in _ROOT_UNIONS)
        found: Violation | None = Violation(
            f"schema must have type 'object' and not have {words} at the top level. Found "
            f"'{union}'."
        )
    else:
        found = violation(parameters, _ALLOWED_IN_TOOLS)
    if found is None:
        return None
    if found.whole:
        return found.message, "tools", "invalid_json_schema"
    message = f"Invalid schema for function '{name}': {found.message}"
    return message, f"tools[{index}].parameters", "invalid_function_parameters"


def make_strict(schema: Json) -> Json:
    """The schema as echoed for a function tool without `strict`: closed objects, and every property
    required.

    What the strict subset does not have stays as it is (recorded: 7 of 7 such schemas); one of the
    wrong shape stays as a whole.
    """
    try:
        if next(_misshapen(schema, ()), None) is not None:
            return schema
        closed: Json = _closed(schema)
    except RecursionError:
        return schema
    return closed


def _closed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    made: Json = {}
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs", "definitions") and isinstance(value, dict):
            made[keyword] = {name: _closed(part) for name, part in value.items()}
        elif keyword == "anyOf" and isinstance(value, list):
            made[keyword] = [_closed(part) for part in value]
        else:
            made[keyword] = _closed(value) if keyword == "items" else value
    if "properties" in schema or _is_object(schema.get("type")):
        names = schema.get("properties", {})
        if names or "required" in schema:
            listed = [name for name in schema.get("required") or () if name in names]
            known = set(listed)
            made["required"] = listed + [name for name in names if name not in known]
        made.setdefault("additionalProperties", False)
    return made


def _is_object(kind: Any) -> bool:
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _misshapen(schema: Any, path: Path) -> Iterator[Violation]:
    """Keywords whose values are of the wrong type, so that nothing more can be said of the
    schema.
    """
    if not isinstance(schema, dict):
        return
    for keyword, (kinds, named) in _SHAPES.items():
        if keyword in schema and not isinstance(schema[keyword], kinds):
            yield Violation(f"In context={path}, {schema[keyword]!r} is not of type '{named}'.")
    for keyword in ("required", "type"):
        value = schema.get(keyword)
        odd = (
            [name for name in value if not isinstance(name, str)] if isinstance(value, list) else []
        )
        if odd:
            yield Violation(f"In context={path}, {odd[0]!r} is not of type 'string'.")
    for place, part in _parts(schema):
        yield from _misshapen(part, (*path, *place))


def _broken(schema: Any, path: Path, root: Json, allowed: frozenset[str]) -> Iterator[Violation]:
    """The broken rules in the order in which the API meets them."""
    if not isinstance(schema, dict):
        yield Violation(f"In context={path}, schema must have a 'type' key.")
        return
    if "$ref" in schema:
        yield from _bad_reference(schema, path, root)
        return
    for keyword in schema:
        # The Agents SDK leaves it where it turned a `oneOf` into an `anyOf`, and that passes.
        is_discriminator = keyword == "discriminator" and "anyOf" in schema
        if keyword not in allowed and not is_discriminator:
            yield Violation(f"In context={path}, '{keyword}' is not permitted.")
    if not any(word in schema for word in ("type", "anyOf", "enum", "const")):
        yield Violation(f"In context={path}, schema must have a 'type' key.")
    if _is_object(schema.get("type")) or "properties" in schema:
        yield from _open_object(schema, path)
    yield from _bad_leaf(schema, path)
    if schema.get("type") == "array" and "items" not in schema:
        yield Violation(f"In context={path}, array schema missing items.")
    for place, part in _parts(schema):
        yield from _broken(part, (*path, *place), root, allowed)


def _bad_reference(schema: Json, path: Path, root: Json) -> Iterator[Violation]:
    reference = schema["$ref"]
    others = [word for word in schema if word != "$ref"]
    if others and path:
        named = "{" + ", ".join(map(repr, others)) + "}"
        yield Violation(f"context={path}, $ref cannot have keywords {named}.")
    known = isinstance(reference, str) and bool(_DEFINITION.fullmatch(reference))
    if known and reference != "#":
        _, group, name = reference.split("/")
        known = name.replace("~1", "/").replace("~0", "~") in root.get(group, {})
    if not known:
        yield Violation(
            f"In context={path}, reference can only point to definitions defined at the top level "
            "of the schema."
        )


def _open_object(schema: Json, path: Path) -> Iterator[Violation]:
    if schema.get("additionalProperties") is not False:
        yield Violation(
            f"In context={path}, 'additionalProperties' is required to be supplied and to be false."
        )
    names = schema.get("properties", {})
    required = schema.get("required", None if names else [])
    wanted = (
        "'required' is required to be supplied and to be an array including every key in "
        "properties."
    )
    if not isinstance(required, list):
        yield Violation(f"In context={path}, {wanted} Missing '{next(iter(names))}'.")
        return
    listed = set(required)
    for name in names:
        if name not in listed:
            yield Violation(f"In context={path}, {wanted} Missing '{name}'.")
    for name in required:
        if name not in names:
            yield Violation(f"In context={path}, {wanted} Extra required key '{name}' supplied.")


def _bad_leaf(schema: Json, path: Path) -> Iterator[Violation]:
    if "format" in schema and schema["format"] not in _FORMATS:
        yield Violation(f"In context={path}, '{schema['format']}' is not a valid format.")
    if _LOOK_AROUND.search(str(schema.get("pattern", ""))):
        where = ".".join(("$", *map(str, path), "pattern"))
        yield Violation(
            f"Invalid JSON schema: regex lookaround is not supported. Found at {where}.",
            whole=True,
        )
    type_ = schema.get("type")
    types = [type_]
    if isinstance(type_, list):
        types = [name for name in dict.fromkeys(type_) if name in _TYPES] or type_[:1]
    for value in schema.get("enum", ()):
        if type_ is None or any(_is_of(value, each) for each in types):
            continue
        against = f"{{'type': {type_!r}}}"
        yield Violation(
            f"In context={path}, enum value {value} does not validate against {against}."
        )


def _is_of(value: Any, kind: Any) -> bool:
    if value is None or isinstance(value, bool):
        return value is None or kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, ()))


def _parts(schema: Json) -> Iterator[tuple[Path, Any]]:
    """The schemas inside a schema, each with the keys that lead to it."""
    for keyword in ("properties", "$defs", "definitions"):
        if isinstance(schema.get(keyword), dict):
            yield from (((keyword, name), part) for name, part in schema[keyword].items())
    if isinstance(schema.get("anyOf"), list):
        yield from ((("anyOf", str(at)), part) for at, part in enumerate(schema["anyOf"]))
    if "items" in schema:
        yield ("items",), schema["items"]


def _beyond(root: Json) -> Iterator[Violation]:
    """The limits of size that the schema goes beyond."""
    levels = properties = options = characters = 0
    waiting: list[tuple[Any, int]] = [(root, 1)]
    while waiting:
        schema, level = waiting.pop()
        if not isinstance(schema, dict):
            continue
        names = schema.get("properties", {})
        enum = schema.get("enum", [])
        levels = max(levels, level)
        properties += len(names)
        options += len(enum)
        texts = [text for text in (*enum, schema.get("const")) if isinstance(text, str)]
        characters += sum(map(len, names)) + sum(map(len, texts))
        for keyword in ("$defs", "definitions"):
            characters += sum(map(len, schema.get(keyword, ())))
        if len(enum) > _LONG_ENUM and sum(map(len, texts)) > MOST_ENUM_CHARACTERS:
            yield Violation(
                f"{sum(map(len, texts))} characters in one enum exceeds limit of "
                f"{MOST_ENUM_CHARACTERS}."
            )
        waiting += [(part, level + (place[0] == "properties")) for place, part in _parts(schema)]
    for amount, limit, what in (
        (levels - 1, DEEPEST, "levels of nesting"),
        (properties, MOST_PROPERTIES, "parameters"),
        (options, MOST_ENUM_VALUES, "enum values"),
        (characters, MOST_CHARACTERS, "characters of names and values"),
    ):
        if amount > limit:
            yield Violation(f"{amount} {what} exceeds limit of {limit}.")
