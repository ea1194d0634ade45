"""Does a value fit a schema? For the parts of a value, while it is made; the whole is judged by
jsonschema-rs.

unevaluated* is left to the judge, for it rarely decides between branches.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mockserver.schemas import pattern
from mockserver.schemas.document import DRAFTS, Document
from mockserver.schemas.values import (
    ANY,
    ARRAY,
    NUMBER,
    OBJECT,
    STRING,
    all_distinct,
    equal,
    is_multiple,
    is_number,
    type_of,
    types_named,
)

Rule = Callable[[Any, Any, dict[str, Any], Document, int], bool]


def fits(value: Any, schema: Any, document: Document, depth: int = 0) -> bool:
    """Whether the schema accepts the value. References deeper than 80 levels count as met."""
    if not isinstance(schema, dict):
        return schema is not False
    if depth > 80:
        return True
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if not fits(value, document.target(schema, reference), document, depth + 1):
            return False
        if document.draft <= 7:
            return True
    kind = type_of(value)
    rules = _RULES_OF[document.draft]
    for keyword, wanted in schema.items():
        entry = rules.get(keyword)
        if (
            entry is not None
            and entry[0] & kind
            and not entry[1](value, wanted, schema, document, depth + 1)
        ):
            return False
    return True


def failing_keyword(value: Any, schema: Any, document: Document) -> str:
    """The first keyword of the schema that refuses the value; '' if none does."""
    if not isinstance(schema, dict):
        return "false"
    kind = type_of(value)
    for keyword, (types, rule) in _RULES_OF[document.draft].items():
        if (
            keyword in schema
            and types & kind
            and not rule(value, schema[keyword], schema, document, 0)
        ):
            return keyword
    return "" if fits(value, schema, document) else "$ref"


def known_key(name: str, schema: dict[str, Any]) -> bool:
    """Whether `properties` or `patternProperties` beside additionalProperties speak of this
    name.
    """
    if name in schema.get("properties", ()):
        return True
    return any(pattern.search(source, name) for source in schema.get("patternProperties", ()))


def _type(value: Any, names: Any, *_: Any) -> bool:
    return bool(types_named(names) & type_of(value))


def _enum(value: Any, options: Any, *_: Any) -> bool:
    return any(equal(value, option) for option in options)


def _const(value: Any, option: Any, *_: Any) -> bool:
    return equal(value, option)


def _minimum(value: Any, bound: Any, schema: dict[str, Any], *_: Any) -> bool:
    return (
        not is_number(bound)
        or value > bound
        or (value == bound and schema.get("exclusiveMinimum") is not True)
    )


def _maximum(value: Any, bound: Any, schema: dict[str, Any], *_: Any) -> bool:
    return (
        not is_number(bound)
        or value < bound
        or (value == bound and schema.get("exclusiveMaximum") is not True)
    )


def _above(value: Any, bound: Any, *_: Any) -> bool:
    return not is_number(bound) or value > bound


def _below(value: Any, bound: Any, *_: Any) -> bool:
    return not is_number(bound) or value < bound


def _multiple(value: Any, divisor: Any, *_: Any) -> bool:
    return is_multiple(value, divisor)


def _at_least(value: Any, size: Any, *_: Any) -> bool:
    return bool(len(value) >= size)


def _at_most(value: Any, size: Any, *_: Any) -> bool:
    return bool(len(value) <= size)


def _pattern(value: Any, source: Any, *_: Any) -> bool:
    return pattern.search(source, value)


def _format(value: Any, name: Any, _: Any, document: Document, *__: Any) -> bool:
    return not document.assert_formats or not isinstance(name, str) or _format_test(name)(value)


@lru_cache(256)
def _format_test(name: str) -> Callable[[str], bool]:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid


def _unique(value: Any, wanted: Any, *_: Any) -> bool:
    return wanted is not True or all_distinct(value)


def _items(value: Any, items: Any, schema: dict[str, Any], document: Document, depth: int) -> bool:
    if isinstance(items, list):
        rest = schema.get("additionalItems", True)
        return _prefix(value, items, schema, document, depth) and (
            rest is True or all(fits(part, rest, document, depth) for part in value[len(items) :])
        )
    skipped = len(schema.get("prefixItems", ())) if document.draft == 2020 else 0
    return all(fits(part, items, document, depth) for part in value[skipped:])


def _prefix(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return all(
        fits(part, schema, document, depth) for part, schema in zip(value, schemas, strict=False)
    )


def _contains(
    value: Any, wanted: Any, schema: dict[str, Any], document: Document, depth: int
) -> bool:
    low, high = contains_bounds(schema, document.draft)
    return low <= sum(fits(part, wanted, document, depth) for part in value) <= high


def contains_bounds(schema: dict[str, Any], draft: int) -> tuple[float, float]:
    """How many items `contains` wants, at least and at most."""
    if draft < 2019:
        return 1, float("inf")
    return schema.get("minContains", 1), schema.get("maxContains", float("inf"))


def _required(value: Any, names: Any, *_: Any) -> bool:
    return not isinstance(names, list) or all(name in value for name in names)


def _properties(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return all(
        fits(value[name], part, document, depth) for name, part in schemas.items() if name in value
    )


def _patterned(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return all(
        fits(part, schema, document, depth)
        for source, schema in schemas.items()
        for name, part in value.items()
        if pattern.search(source, name)
    )


def _additional(
    value: Any, extra: Any, schema: dict[str, Any], document: Document, depth: int
) -> bool:
    return extra is True or all(
        known_key(name, schema) or fits(part, extra, document, depth)
        for name, part in value.items()
    )


def _names(value: Any, schema: Any, _: Any, document: Document, depth: int) -> bool:
    return all(fits(name, schema, document, depth) for name in value)


def _dependent(value: Any, dependencies: Any, _: Any, document: Document, depth: int) -> bool:
    for name, wanted in dependencies.items():
        if name in value:
            if isinstance(wanted, (list, str)):
                if not all(
                    other in value for other in ([wanted] if isinstance(wanted, str) else wanted)
                ):
                    return False
            elif not fits(value, wanted, document, depth):
                return False
    return True


def _all(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return all(fits(value, schema, document, depth) for schema in schemas)


def _any(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return any(fits(value, schema, document, depth) for schema in schemas)


def _one(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return sum(fits(value, schema, document, depth) for schema in schemas) == 1


def _not(value: Any, schema: Any, _: Any, document: Document, depth: int) -> bool:
    return not fits(value, schema, document, depth)


def _if(value: Any, condition: Any, schema: dict[str, Any], document: Document, depth: int) -> bool:
    branch = "then" if fits(value, condition, document, depth) else "else"
    return fits(value, schema.get(branch, True), document, depth)


def _dynamic(keyword: str) -> Rule:
    def rule(
        value: Any, reference: Any, schema: dict[str, Any], document: Document, depth: int
    ) -> bool:
        return fits(value, document.target(schema, reference, keyword), document, depth)

    return rule


# Keyword: (the types it speaks of, its test, the first draft that has it, the last).
_RULES: dict[str, tuple[int, Rule, int, int]] = {
    "type": (ANY, _type, 4, 2020),
    "enum": (ANY, _enum, 4, 2020),
    "const": (ANY, _const, 6, 2020),
    "minimum": (NUMBER, _minimum, 4, 2020),
    "maximum": (NUMBER, _maximum, 4, 2020),
    "exclusiveMinimum": (NUMBER, _above, 6, 2020),
    "exclusiveMaximum": (NUMBER, _below, 6, 2020),
    "multipleOf": (NUMBER, _multiple, 4, 2020),
    "minLength": (STRING, _at_least, 4, 2020),
    "maxLength": (STRING, _at_most, 4, 2020),
    "pattern": (STRING, _pattern, 4, 2020),
    "format": (STRING, _format, 4, 2020),
    "minItems": (ARRAY, _at_least, 4, 2020),
    "maxItems": (ARRAY, _at_most, 4, 2020),
    "uniqueItems": (ARRAY, _unique, 4, 2020),
    "items": (ARRAY, _items, 4, 2020),
    "prefixItems": (ARRAY, _prefix, 2020, 2020),
    "contains": (ARRAY, _contains, 6, 2020),
    "minProperties": (OBJECT, _at_least, 4, 2020),
    "maxProperties": (OBJECT, _at_most, 4, 2020),
    "required": (OBJECT, _required, 4, 2020),
    "properties": (OBJECT, _properties, 4, 2020),
    "patternProperties": (OBJECT, _patterned, 4, 2020),
    "additionalProperties": (OBJECT, _additional, 4, 2020),
    "propertyNames": (OBJECT, _names, 6, 2020),
    "dependencies": (OBJECT, _dependent, 4, 2020),
    "dependentRequired": (OBJECT, _dependent, 2019, 2020),
    "dependentSchemas": (OBJECT, _dependent, 2019, 2020),
    "allOf": (ANY, _all, 4, 2020),
    "anyOf": (ANY, _any, 4, 2020),
    "oneOf": (ANY, _one, 4, 2020),
    "not": (ANY, _not, 4, 2020),
    "if": (ANY, _if, 7, 2020),
    "$dynamicRef": (ANY, _dynamic("$dynamicRef"), 2020, 2020),
    "$recursiveRef": (ANY, _dynamic("$recursiveRef"), 2019, 2019),
}


# Types and test by keyword, for the keywords of each draft.
_RULES_OF: dict[int, dict[str, tuple[int, Rule]]] = {
    draft: {
        word: (types, rule)
        for word, (types, rule, first, last) in _RULES.items()
        if first <= draft <= last
    }
    for draft in DRAFTS
}
