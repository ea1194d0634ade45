"""The strict subset of JSON Schema: which schemas structured outputs and strict function tools
accept.

`violation(schema)` finds the first rule that a schema breaks; `format_error` and `tool_error` put
it into the API's own words; `make_strict` is what the API does with a function tool that leaves
`strict` out. Source: the OpenAI guide on structured outputs ("Supported schemas"), and the error
messages the API answers with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from mockserver.api.json import Json, parse
from mockserver.api.strict_rules import (
    ALLOWED,
    ALLOWED_IN_TOOLS,
    Path,
    Rules,
    Violation,
    is_object,
    misshapen,
    parts,
)

MOST_PROPERTIES = 5000
DEEPEST = 10
MOST_ENUM_VALUES = 1000
MOST_CHARACTERS = 120_000
MOST_ENUM_CHARACTERS = 15_000
_LONG_ENUM = 250
_SHORT = 16_384
"""Schemas with more characters are looked at each time."""
_ROOT_UNIONS = ("oneOf", "anyOf", "allOf", "enum", "not")
_LOOK_AROUND = re.compile(r"(?<!\\)(?:\\\\)*\(\?<?[=!]")


def violation(schema: Any, allowed: frozenset[str] = ALLOWED) -> Violation | None:
    """The broken rule that the API tells first; None when the schema keeps all of them."""
    with suppress(ValueError, RecursionError):  # It has 1e999, or is nested far beyond the limit.
        text = json.dumps(schema)
        if len(text) <= _SHORT:
            return _violation_in(text, allowed)
    return _first_violation(schema, allowed)


@lru_cache(maxsize=256)
def _violation_in(text: str, allowed: frozenset[str]) -> Violation | None:
    """The same of a schema as a JSON text: clients send the same tools again and again."""
    return _first_violation(parse(text.encode()), allowed)


def _first_violation(schema: Any, allowed: frozenset[str]) -> Violation | None:
    """The same, looked for.

    The whole schema is asked one thing after the other: its root, the shape of its keywords, the
    rules of each part (`Rules`), its size, its patterns. That sizes come after the rules was
    measured (a schema of optional properties, 11 levels deep); that patterns come last is guessed,
    from another beginning of the message and a path of another form.
    """
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind != "object":
        return Violation(
            f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."
        )
    try:
        broken = next(misshapen(schema), None) or next(Rules(schema, allowed).broken(), None)
    except RecursionError:
        broken = None  # It is nested far beyond the limit.
    return broken or next(_beyond(schema), None) or next(_looks_around(schema), None)


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
        found = violation(parameters, ALLOWED_IN_TOOLS)
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
        if next(misshapen(schema), None) is not None:
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
    if "properties" in schema or is_object(schema.get("type")):
        names = schema.get("properties", {})
        if names or "required" in schema:
            listed = [name for name in schema.get("required") or () if name in names]
            known = set(listed)
            made["required"] = listed + [name for name in names if name not in known]
        made.setdefault("additionalProperties", False)
    return made


def _looks_around(root: Any) -> Iterator[Violation]:
    """Patterns with look-around."""
    waiting: list[tuple[Any, Path]] = [(root, ("$",))]
    while waiting:
        schema, path = waiting.pop()
        if not isinstance(schema, dict):
            continue
        if _LOOK_AROUND.search(str(schema.get("pattern", ""))):
            where = ".".join((*map(str, path), "pattern"))
            yield Violation(
                f"Invalid JSON schema: regex lookaround is not supported. Found at {where}.",
                whole=True,
            )
        inside = [(part, (*path, *place)) for place, part in parts(schema)]
        waiting += reversed(inside)


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
        waiting += [(part, level + (place[0] == "properties")) for place, part in parts(schema)]
    for amount, limit, what in (
        (levels - 1, DEEPEST, "levels of nesting"),
        (properties, MOST_PROPERTIES, "parameters"),
        (options, MOST_ENUM_VALUES, "enum values"),
        (characters, MOST_CHARACTERS, "characters of names and values"),
    ):
        if amount > limit:
            yield Violation(f"{amount} {what} exceeds limit of {limit}.")
