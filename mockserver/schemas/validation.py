"""Does a value fit a schema? For the parts of a value, while it is made; the whole is judged by
jsonschema-rs.

unevaluated* is left to the judge, for it rarely decides between branches.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mockserver.schemas.document import Document, keyword_set, rules_by_draft
from mockserver.schemas.judge import format_test
from mockserver.schemas.matching import matches
from mockserver.schemas.values import (
    INFINITE,
    all_distinct,
    count_parts,
    equal,
    exact,
    identity,
    is_multiple,
    is_number,
    type_of,
    types_named,
)

# Whether a value of a kind that the keyword speaks of meets it: (value, the keyword's own value,
# its schema, document, depth).
Rule = Callable[[Any, Any, dict[str, Any], Document, int], bool]
# What the judge looks at first, as measured.
_PLAIN = keyword_set(
    """type const enum minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength
    maxLength minItems maxItems minProperties maxProperties required"""
)
_UNEVALUATED = keyword_set("unevaluatedProperties unevaluatedItems")


def fits(value: Any, schema: Any, document: Document, depth: int = 0) -> bool:
    """Whether the schema accepts the value. References deeper than 80 levels count as met."""
    if not isinstance(schema, dict):
        return schema is not False
    document.budget.spend(1 + len(schema) // 2)
    if depth > 80:
        document.is_deep = True
        return True
    if document.judged:
        return _fits_as_judged(value, schema, document, depth)
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if not fits(value, document.target(schema, reference), document, depth + 1):
            return False
        if document.draft <= 7:
            return True
    kind = type_of(value)
    rules = _RULES_OF[document.draft]
    for keyword, wanted in schema.items():
        if keyword in rules:
            kinds, rule = rules[keyword]
            if kinds & kind and not rule(value, wanted, schema, document, depth + 1):
                return False
    return True


def _fits_as_judged(value: Any, schema: dict[str, Any], document: Document, depth: int) -> bool:
    """The same with the work of the judge: it looks at plain keywords first and at the others in an
    order of its own. What is evaluated it finds out by looking twice more.
    """
    reference = schema.get("$ref")
    kind = type_of(value)
    rules = _RULES_OF[document.draft]
    further: list[tuple[Rule, Any]] = []
    for keyword, wanted in schema.items():
        if keyword not in rules or (isinstance(reference, str) and document.draft <= 7):
            continue
        kinds, rule = rules[keyword]
        if not kinds & kind:
            continue
        if keyword not in _PLAIN:
            further.append((rule, wanted))
        elif not rule(value, wanted, schema, document, depth + 1):
            return False
    counts = document.unevaluated and not schema.keys().isdisjoint(_UNEVALUATED)
    results = [
        rule(value, wanted, schema, document, depth + 1)
        for _ in range(3 if counts else 1)
        for rule, wanted in further
    ]
    if isinstance(reference, str):
        results.append(fits(value, document.target(schema, reference), document, depth + 1))
    return all(results)


def failing_keyword(value: Any, schema: Any, document: Document) -> str:
    """The first keyword of the schema that refuses the value; '' if none does."""
    if not isinstance(schema, dict) or fits(value, schema, document):
        return ""
    kind = type_of(value)
    if document.draft <= 7 and "$ref" in schema:
        return "$ref"
    for keyword, (kinds, rule) in _RULES_OF[document.draft].items():
        is_meant = keyword in schema and kinds & kind
        if is_meant and not rule(value, schema[keyword], schema, document, 0):
            return keyword
    return "$ref"


def known_key(name: str, schema: dict[str, Any], document: Document) -> bool:
    """Whether `properties` or `patternProperties` beside additionalProperties speak of this
    name.
    """
    if name in schema.get("properties", ()):
        return True
    sources = schema.get("patternProperties", ())
    return any(matches(source, name, document.budget) for source in sources)


def _type(value: Any, names: Any, _: Any, document: Document, *__: Any) -> bool:
    document.budget.scan(len(names))
    return bool(types_named(names) & type_of(value))


def _enum(value: Any, options: Any, _: Any, document: Document, *__: Any) -> bool:
    document.budget.scan(count_parts(value))
    return identity(value) in document.identities(options)


def _const(value: Any, option: Any, _: Any, document: Document, *__: Any) -> bool:
    if type_of(value) != type_of(option):
        return False
    document.budget.spend((count_parts(value) + count_parts(option)) // 4)
    return equal(value, option)


def _minimum(value: Any, bound: Any, schema: dict[str, Any], *_: Any) -> bool:
    if not is_number(bound):
        return True
    # Up to draft 4 it says whether the bound itself is excluded.
    is_open = schema.get("exclusiveMinimum") is True
    return bool(value > bound if is_open else value >= bound)


def _maximum(value: Any, bound: Any, schema: dict[str, Any], *_: Any) -> bool:
    if not is_number(bound):
        return True
    # Up to draft 4 it says whether the bound itself is excluded.
    is_open = schema.get("exclusiveMaximum") is True
    return bool(value < bound if is_open else value <= bound)


def _above(value: Any, bound: Any, *_: Any) -> bool:
    return not is_number(bound) or value > bound


def _below(value: Any, bound: Any, *_: Any) -> bool:
    return not is_number(bound) or value < bound


def _multiple(value: Any, divisor: Any, _: dict[str, Any], document: Document, *__: Any) -> bool:
    if document.by_decimals and is_number(value) and is_number(divisor) and divisor:
        return exact(value) % exact(divisor) == 0
    return is_multiple(value, divisor)


def _at_least(value: Any, size: Any, *_: Any) -> bool:
    return bool(len(value) >= size)


def _at_most(value: Any, size: Any, *_: Any) -> bool:
    return bool(len(value) <= size)


def _pattern(value: Any, source: Any, _: Any, document: Document, *__: Any) -> bool:
    return matches(source, value, document.budget)


def _format(value: Any, name: Any, _: Any, document: Document, *__: Any) -> bool:
    return not document.assert_formats or not isinstance(name, str) or format_test(name)(value)


def _unique(value: Any, wanted: Any, _: Any, document: Document, *__: Any) -> bool:
    document.budget.scan(count_parts(value))
    return wanted is not True or all_distinct(value)


def _items(value: Any, items: Any, schema: dict[str, Any], document: Document, depth: int) -> bool:
    if isinstance(items, list):
        rest = schema.get("additionalItems", True)
        further = value[len(items) :]
        return _prefix(value, items, schema, document, depth) and (
            rest is True or all(fits(part, rest, document, depth) for part in further)
        )
    prefix = schema.get("prefixItems", ()) if document.draft == 2020 else ()
    return all(fits(part, items, document, depth) for part in value[len(prefix) :])


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
        return 1, INFINITE
    return schema.get("minContains", 1), schema.get("maxContains", INFINITE)


def _required(value: Any, names: Any, _: Any, document: Document, *__: Any) -> bool:
    document.budget.scan(len(names) if isinstance(names, list) else 0)
    return not isinstance(names, list) or all(name in value for name in names)


def _properties(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    document.budget.scan(len(schemas))
    results = (
        fits(value[name], part, document, depth) for name, part in schemas.items() if name in value
    )
    return all([*results] if document.judged else results)


def _patterned(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return all(
        fits(part, schema, document, depth)
        for source, schema in schemas.items()
        for name, part in value.items()
        if matches(source, name, document.budget)
    )


def _additional(
    value: Any, extra: Any, schema: dict[str, Any], document: Document, depth: int
) -> bool:
    return extra is True or all(
        known_key(name, schema, document) or fits(part, extra, document, depth)
        for name, part in value.items()
    )


def _names(value: Any, schema: Any, _: Any, document: Document, depth: int) -> bool:
    return all(fits(name, schema, document, depth) for name in value)


def _dependent(value: Any, dependencies: Any, _: Any, document: Document, depth: int) -> bool:
    return all(
        _is_met(value, wanted, document, depth)
        for name, wanted in dependencies.items()
        if name in value
    )


def _is_met(value: Any, wanted: Any, document: Document, depth: int) -> bool:
    """Whether an object meets what one of its properties depends on: a name, names or a schema."""
    if isinstance(wanted, str):
        return wanted in value
    if isinstance(wanted, list):
        document.budget.scan(len(wanted))
        return all(name in value for name in wanted)
    return fits(value, wanted, document, depth)


def _all(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return all(fits(value, schema, document, depth) for schema in schemas)


def _any(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return any(fits(value, schema, document, depth) for schema in schemas)


def _one(value: Any, schemas: Any, _: Any, document: Document, depth: int) -> bool:
    return sum(fits(value, schema, document, depth) for schema in schemas) == 1


def _not(value: Any, schema: Any, _: Any, document: Document, depth: int) -> bool:
    wanted = False
    while isinstance(schema, dict) and schema.keys() == {"not"}:
        document.budget.spend()
        schema = schema["not"]
        wanted = not wanted
    return fits(value, schema, document, depth) == wanted


def _if(value: Any, condition: Any, schema: dict[str, Any], document: Document, depth: int) -> bool:
    branch = "then" if fits(value, condition, document, depth) else "else"
    return fits(value, schema.get(branch, True), document, depth)


def _dynamic(
    keyword: str,
    value: Any,
    reference: Any,
    schema: dict[str, Any],
    document: Document,
    depth: int,
) -> bool:
    return fits(value, document.target(schema, reference, keyword), document, depth)


# Those of `unevaluated*` are missing: see above. Where several keywords refuse a value, an error
# names the first of this table.
_RULES_OF: dict[int, dict[str, tuple[int, Rule]]] = rules_by_draft(
    {
        "type": _type,
        "enum": _enum,
        "const": _const,
        "minimum": _minimum,
        "maximum": _maximum,
        "exclusiveMinimum": _above,
        "exclusiveMaximum": _below,
        "multipleOf": _multiple,
        "minLength": _at_least,
        "maxLength": _at_most,
        "pattern": _pattern,
        "format": _format,
        "minItems": _at_least,
        "maxItems": _at_most,
        "uniqueItems": _unique,
        "items": _items,
        "prefixItems": _prefix,
        "contains": _contains,
        "minProperties": _at_least,
        "maxProperties": _at_most,
        "required": _required,
        "properties": _properties,
        "patternProperties": _patterned,
        "additionalProperties": _additional,
        "propertyNames": _names,
        "dependencies": _dependent,
        "dependentRequired": _dependent,
        "dependentSchemas": _dependent,
        "allOf": _all,
        "anyOf": _any,
        "oneOf": _one,
        "not": _not,
        "if": _if,
        "$dynamicRef": partial(_dynamic, "$dynamicRef"),
        "$recursiveRef": partial(_dynamic, "$recursiveRef"),
    }
)
