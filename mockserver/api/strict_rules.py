"""The rules of the strict subset of JSON Schema, in the order in which the API meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockserver.api.json import Json

_ANNOTATIONS = frozenset(("title", "description", "$schema", "$id", "id", "$comment"))
ALLOWED = _ANNOTATIONS | frozenset(
    ("type", "enum", "const", "anyOf", "$ref", "$defs", "definitions", "pattern", "format")
)
ALLOWED |= frozenset(("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
ALLOWED |= frozenset(
    ("properties", "required", "additionalProperties", "items", "minItems", "maxItems")
)
ALLOWED_IN_TOOLS = ALLOWED | {"default"}
_FORMATS = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
)
_DEFINITION = re.compile(r"#(?:/(?:\$defs|definitions)/[^/]+)?")
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
    "type": ((str, list), "is not valid under any of the given schemas"),
    "properties": (dict, "is not of type 'object'"),
    "$defs": (dict, "is not of type 'object'"),
    "definitions": (dict, "is not of type 'object'"),
    "required": (list, "is not of type 'array'"),
    "enum": (list, "is not of type 'array'"),
    "anyOf": (list, "is not of type 'array'"),
    "format": (str, "is not of type 'string'"),
    "pattern": (str, "is not of type 'string'"),
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


def misshapen(schema: Any) -> Iterator[Violation]:
    """Keywords whose values are of the wrong type, so that nothing more can be said of the schema.

    They are worded without a context, as by the library that the API asks (`None is not of type
    'array'.` for `required: null`, three reports of 2025 and 2026).
    """
    if not isinstance(schema, dict):
        return
    for keyword, (kinds, wrong) in _SHAPES.items():
        if keyword in schema and not isinstance(schema[keyword], kinds):
            yield Violation(f"{schema[keyword]!r} {wrong}.")
    kind = schema.get("type")
    named = kind if isinstance(kind, list) else [kind]
    if "type" in schema and not all(isinstance(one, str) and one in _TYPES for one in named):
        yield Violation(f"{kind!r} is not valid under any of the given schemas.")
    for name in schema.get("required", ()):
        if not isinstance(name, str):
            yield Violation(f"{name!r} is not of type 'string'.")
    for _, part in parts(schema):
        yield from misshapen(part)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of each part of a schema.

    Which of several faults the API tells is put together from its answers to schemas with more
    than one, as users reported them from 2024 to 2026:

    * A keyword that is not permitted comes before anything inside (5 answers, all to roots).
    * An open object comes before what is inside it, and before its own `required` (2 schemas).
    * What is inside an object comes before its `required` (3 answers to 2 schemas: a `oneOf`, then
      a missing name, two levels down, before a missing name at the root; a `default` before the
      name that it made optional).
    * A `type` that is a list is taken apart: what belongs to one type has `('type', '0')` in its
      context, and so has what is inside (9 answers).
    * A member without `properties` of its own counts as none, and its name in `required` as one too
      many (6 answers; one schema with such a member is said to have passed).
    * In a definition the context begins anew (2 answers; none has `$defs` in it).

    Where nothing was reported, it is the order of the document, with definitions after what refers
    to them.
    """

    root: Json
    allowed: frozenset[str]

    def broken(self) -> Iterator[Violation]:
        """The broken rules in the order in which the API meets them."""
        yield from self._part(self.root, ())

    def _part(self, schema: Any, path: Path, is_member: bool = False) -> Iterator[Violation]:
        if not isinstance(schema, dict):
            yield Violation(f"In context={path}, schema must have a 'type' key.")
            return
        if "$ref" in schema:
            yield from self._reference(schema, path)
            return
        for keyword in schema:
            # The Agents SDK leaves it where it turned a `oneOf` into an `anyOf`, and that passes.
            is_discriminator = keyword == "discriminator" and "anyOf" in schema
            if keyword not in self.allowed and not is_discriminator:
                yield Violation(f"In context={path}, '{keyword}' is not permitted.")
        if not any(word in schema for word in ("type", "anyOf", "enum", "const")):
            yield Violation(f"In context={path}, schema must have a 'type' key.")
        yield from _bad_enum(schema, path)
        for kind, place in _kinds(schema, path):
            if kind == "object":
                yield from self._object(schema, place, is_member)
            elif kind == "array":
                yield from self._array(schema, place)
            elif "format" in schema and schema["format"] not in _FORMATS:
                yield Violation(f"In context={place}, '{schema['format']}' is not a valid format.")
        for at, part in enumerate(schema.get("anyOf", ())):
            yield from self._part(part, (*path, "anyOf", str(at)))
        for keyword in ("$defs", "definitions"):
            for part in schema.get(keyword, {}).values():
                yield from self._part(part, ())

    def _reference(self, schema: Json, path: Path) -> Iterator[Violation]:
        reference = schema["$ref"]
        others = [word for word in schema if word != "$ref"]
        if others and schema is not self.root:
            named = "{" + ", ".join(map(repr, others)) + "}"
            yield Violation(f"context={path}, $ref cannot have keywords {named}.")
        known = isinstance(reference, str) and bool(_DEFINITION.fullmatch(reference))
        if known and reference != "#":
            _, group, name = reference.split("/")
            known = name.replace("~1", "/").replace("~0", "~") in self.root.get(group, {})
        if not known:
            yield Violation(
                f"In context={path}, reference can only point to definitions defined at the top "
                "level of the schema."
            )

    def _object(self, schema: Json, path: Path, is_member: bool) -> Iterator[Violation]:
        is_record = _is_without_members(schema)
        is_told_elsewhere = is_record and (is_member or schema is self.root)
        if schema.get("additionalProperties") is not False and not is_told_elsewhere:
            yield Violation(
                f"In context={path}, 'additionalProperties' is required to be supplied and to be "
                "false."
            )
        if is_record and schema is self.root:
            yield Violation(f"In context={path}, object schema missing properties.")
        parts = schema.get("properties", {})
        for name, part in parts.items():
            yield from self._part(part, (*path, "properties", name), is_member=True)
        yield from _bad_required(schema, path)

    def _array(self, schema: Json, path: Path) -> Iterator[Violation]:
        if "items" not in schema:
            yield Violation(f"In context={path}, array schema missing items.")
        else:
            yield from self._part(schema["items"], (*path, "items"))


def _kinds(schema: Json, path: Path) -> Iterator[tuple[str, Path]]:
    """The types that a schema is for, each with the context of what is said of it; a schema without
    `type` is for those whose keywords it has.
    """
    kind = schema.get("type")
    if isinstance(kind, list):
        for at, one in enumerate(kind):
            # Of a format, only what is a string can be said to have none.
            if one in ("object", "array", "string"):
                yield one, (*path, "type", str(at))
        return
    if kind is not None:
        yield kind, path
        return
    for keyword, one in (("properties", "object"), ("items", "array"), ("format", "string")):
        if keyword in schema:
            yield one, path


def _is_without_members(schema: Any) -> bool:
    """Whether it is an object that names no properties, as pydantic's `dict[str, X]` and zod's
    `record` are: closed, or with a schema for what it may hold.
    """
    return (
        isinstance(schema, dict)
        and schema.get("type") == "object"
        and "properties" not in schema
        and (
            schema.get("additionalProperties") is False
            or isinstance(schema.get("additionalProperties"), dict)
        )
    )


def _bad_required(schema: Json, path: Path) -> Iterator[Violation]:
    parts = schema.get("properties", {})
    names = [name for name, part in parts.items() if not _is_without_members(part)]
    wanted = (
        "'required' is required to be supplied and to be an array including every key in "
        "properties."
    )
    required = schema.get("required", ())
    listed = set(required)
    for name in names:
        if name not in listed:
            yield Violation(f"In context={path}, {wanted} Missing '{name}'.")
    known = set(names)
    for name in required:
        if name not in known:
            yield Violation(f"In context={path}, {wanted} Extra required key '{name}' supplied.")


def _bad_enum(schema: Json, path: Path) -> Iterator[Violation]:
    kind = schema.get("type")
    kinds = dict.fromkeys(kind) if isinstance(kind, list) else [kind]
    for value in schema.get("enum", ()):
        if kind is None or any(_is_of(value, each) for each in kinds):
            continue
        against = f"{{'type': {kind!r}}}"
        yield Violation(
            f"In context={path}, enum value {value} does not validate against {against}."
        )


def is_object(kind: Any) -> bool:
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _is_of(value: Any, kind: Any) -> bool:
    if value is None or isinstance(value, bool):
        return value is None or kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, ()))


def parts(schema: Json) -> Iterator[tuple[Path, Any]]:
    """The schemas inside a schema, each with the keys that lead to it."""
    for keyword in ("properties", "$defs", "definitions"):
        if isinstance(schema.get(keyword), dict):
            yield from (((keyword, name), part) for name, part in schema[keyword].items())
    if isinstance(schema.get("anyOf"), list):
        yield from ((("anyOf", str(at)), part) for at, part in enumerate(schema["anyOf"]))
    if "items" in schema:
        yield ("items",), schema["items"]
