"""Merging schemas that hold at once into a Constraint.

Plain keywords are merged at once, and contradictions raise ConflictError. What leaves a choice
(anyOf, oneOf, not, if, dependent schemas) waits in `pending` until all plain keywords are known:
see `branches`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, lcm
from typing import Any

from mockserver.schemas import values as v
from mockserver.schemas.bounds import ENTRIES
from mockserver.schemas.constraint import (
    Constraint,
    Names,
    Pending,
    conflicting_bounds,
    has_conflicting_bounds,
)
from mockserver.schemas.document import Document, rules_by_draft
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.validation import contains_bounds


def merge(schemas: Sequence[Any], document: Document) -> Constraint:
    """All the schemas in one record. Raises ConflictError when their plain keywords exclude each
    other.
    """
    constraint = Constraint(tuple(schemas))
    for schema in schemas:
        add(constraint, schema, document)
    return constraint


_DEEPEST = 250


def add(constraint: Constraint, schema: Any, document: Document) -> None:
    """Let the schema hold as well. Raises ConflictError."""
    _add(constraint, schema, document, 0)
    _drop_empty_types(constraint, schema)


def _add(c: Constraint, schema: Any, document: Document, depth: int) -> None:
    if schema is False:
        raise ConflictError("the schema is false", "false", schema=schema)
    if not isinstance(schema, dict):
        return
    document.budget.spend(1 + len(schema) + len(c.held) // 500)
    if depth > _DEEPEST:
        reason = f"more than {_DEEPEST} schemas are to hold, each for the sake of another"
        raise ConflictError(reason, "allOf", schema=schema, certain=False)
    outer = c.scope
    if document.unevaluated and ("unevaluatedProperties" in schema or "unevaluatedItems" in schema):
        c.scopes += 1
        c.scope = (*outer, c.scopes)
    reference = schema.get("$ref")
    if isinstance(reference, str):
        _refer(c, document.target(schema, reference), schema, document, depth)
    if not isinstance(reference, str) or document.draft > 7:
        rules = _RULES_OF[document.draft]
        untyped = "type" not in schema
        for keyword, wanted in schema.items():
            if keyword in rules:
                kinds, rule = rules[keyword]
                rule(c, wanted, schema, keyword, document, depth)
                if untyped and kinds != v.ANY:
                    c.hinted |= kinds
    c.scope = outer


def _refer(c: Constraint, target: Any, schema: Any, document: Document, depth: int) -> None:
    """Let the target of a reference hold as well, unless it does already."""
    key = id(target)
    outer = c.entered
    if key in outer:
        raise ConflictError("references only lead to each other", "$ref", schema=schema)
    # What unevaluated* sees depends on the way by which a schema is reached.
    if key not in c.held or document.unevaluated:
        c.held += (key,)
        c.entered = (*outer, key)
        _add(c, target, document, depth + 1)
        c.entered = outer


def _drop_empty_types(c: Constraint, schema: Any) -> None:
    """Drop the types whose bounds leave nothing. Raises ConflictError when no type is left."""
    if c.types and c.values is None and not has_conflicting_bounds(c):
        return
    conflicts = [conflict for conflict in conflicting_bounds(c) if conflict[0] & c.types]
    for types, _, _ in conflicts:
        c.types &= ~types
    if not c.types:
        _, words, reason = conflicts[0]
        raise ConflictError(reason, *words, schema=schema)
    if c.values is not None:
        c.values = [value for value in c.values if v.type_of(value) & c.types]
        if not c.values:
            reason = f"no listed value is {v.type_names(c.types)}"
            raise ConflictError(reason, "enum", "type", schema=schema)


# A rule adds what a keyword says to a constraint: (constraint, the keyword's value, its schema,
# keyword, document, depth). It may raise ConflictError.
Rule = Callable[..., None]


def _type(c: Constraint, names: Any, schema: Any, *_: Any) -> None:
    wanted = v.types_named(names)
    if not c.types & wanted:
        reason = f"the type must be {v.type_names(c.types)} and {names!r}"
        raise ConflictError(reason, "type", "type", schema=schema)
    c.types &= wanted


def _enum(
    c: Constraint, options: Any, schema: Any, keyword: str, document: Document, *_: Any
) -> None:
    if c.values is None:
        document.budget.scan(len(options))
        c.values = list(options)
    else:
        document.budget.spend(len(options) + len(c.values))
        wanted = {v.identity(option) for option in options}
        c.values = [value for value in c.values if v.identity(value) in wanted]
    if not c.values:
        reason = "no value is in all the lists of allowed values"
        raise ConflictError(reason, keyword, "enum", schema=schema)


def _const(
    c: Constraint, option: Any, schema: Any, keyword: str, document: Document, *_: Any
) -> None:
    _enum(c, [option], schema, keyword, document)


def _minimum(c: Constraint, bound: Any, schema: Any, keyword: str, *_: Any) -> None:
    if v.is_number(bound):
        is_open = keyword == "exclusiveMinimum" or schema.get("exclusiveMinimum") is True
        if bound > c.low or (bound == c.low and is_open):
            c.low = bound
            c.low_open = is_open


def _maximum(c: Constraint, bound: Any, schema: Any, keyword: str, *_: Any) -> None:
    if v.is_number(bound):
        is_open = keyword == "exclusiveMaximum" or schema.get("exclusiveMaximum") is True
        if bound < c.high or (bound == c.high and is_open):
            c.high = bound
            c.high_open = is_open


def _multiple(
    c: Constraint, divisor: Any, _schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    if v.is_number(divisor) and divisor > 0:
        step = v.exact(divisor)
        if c.step is not None:
            document.budget.spend(_work_of_multiples(c.step))
            common = lcm(c.step.denominator, step.denominator)
            step = Fraction(lcm(int(c.step * common), int(step * common)), common)
        c.step = step


def _work_of_multiples(step: Fraction) -> int:
    words = (step.numerator.bit_length() + step.denominator.bit_length()) // 64
    return 1 + words * words // 64


def _at_least(attribute: str, c: Constraint, size: Any, *_: Any) -> None:
    setattr(c, attribute, max(getattr(c, attribute), ceil(size)))


def _at_most(attribute: str, c: Constraint, size: Any, *_: Any) -> None:
    setattr(c, attribute, min(getattr(c, attribute), int(size)))


def _pattern(
    c: Constraint, source: Any, _schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.patterns))
    if source not in c.patterns:
        c.patterns += (source,)


def _first_text(attribute: str, c: Constraint, text: Any, *_: Any) -> None:
    if isinstance(text, str) and not getattr(c, attribute):
        setattr(c, attribute, text)


def _unique(c: Constraint, wanted: Any, *_: Any) -> None:
    c.unique |= wanted is True


def _items(
    c: Constraint, items: Any, schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.items) + len(c.prefixes) + len(c.evaluated_items))
    seen = v.INFINITE
    if isinstance(items, list):
        c.prefixes += (items,)
        if "additionalItems" in schema:
            c.items += ((len(items), schema["additionalItems"]),)
        else:
            seen = len(items)
    else:
        prefix = schema.get("prefixItems") if document.draft == 2020 else None
        start = len(prefix) if isinstance(prefix, list) else 0
        c.items += ((start, items),)
    c.evaluated_items += ((c.scope, seen),)


def _prefix_items(
    c: Constraint, schemas: Any, _schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.prefixes) + len(c.evaluated_items))
    c.prefixes += (schemas,)
    c.evaluated_items += ((c.scope, len(schemas)),)


def _contains(
    c: Constraint, wanted: Any, schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.contains))
    c.contains += ((wanted, *contains_bounds(schema, document.draft)),)


def _properties(
    c: Constraint, schemas: Any, schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    document.budget.spend(len(schemas) // 2 + len(c.properties) // 8)
    if c.properties:
        added = {name: (*c.properties.get(name, ()), part) for name, part in schemas.items()}
        c.properties = {**c.properties, **added}
    elif schemas:
        c.properties = {name: (part,) for name, part in schemas.items()}
    if document.unevaluated or schema.get("additionalProperties", True) is not True:
        document.budget.scan(len(c.known_names))
        _note_names(c, schema)


def _pattern_properties(
    c: Constraint, schemas: Any, schema: Any, keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.pattern_properties) + len(schemas))
    c.pattern_properties += tuple(schemas.items())
    if "properties" not in schema:
        _properties(c, {}, schema, keyword, document)


def _additional(
    c: Constraint, _wanted: Any, schema: Any, keyword: str, document: Document, *_: Any
) -> None:
    if "properties" not in schema and "patternProperties" not in schema:
        _properties(c, {}, schema, keyword, document)


def _note_names(c: Constraint, schema: Any) -> None:
    known = schema.get("properties", {})
    sources = tuple(schema.get("patternProperties", ()))
    c.known_names += (Names(known, sources, schema.get("additionalProperties"), c.scope),)


def _property_names(
    c: Constraint, wanted: Any, _schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.property_names))
    c.property_names += (wanted,)


def _required(
    c: Constraint, names: Any, _schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    # In draft 3 it is a boolean of the property.
    if isinstance(names, list):
        document.budget.spend((len(c.required) + len(names)) // 8)
        c.require(names)


def _dependent(
    c: Constraint, dependencies: Any, schema: Any, _keyword: str, document: Document, *_: Any
) -> None:
    for name, wanted in dependencies.items():
        document.budget.spend(1 + (len(c.dependent) + len(c.pending)) // ENTRIES)
        if isinstance(wanted, str):
            c.dependent += ((name, [wanted]),)
        elif isinstance(wanted, list):
            c.dependent += ((name, wanted),)
        else:
            c.pending += (Pending("dependentSchemas", wanted, schema, c.scope, name),)


def _unevaluated(
    c: Constraint, wanted: Any, _schema: Any, keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.unevaluated))
    c.unevaluated += ((keyword, c.scope, wanted),)


def _all_of(
    c: Constraint, schemas: Any, _schema: Any, _keyword: str, document: Document, depth: int
) -> None:
    for schema in schemas:
        _add(c, schema, document, depth + 1)


def _choice(
    c: Constraint, wanted: Any, schema: Any, keyword: str, document: Document, *_: Any
) -> None:
    document.budget.scan(len(c.pending))
    c.pending += (Pending(keyword, wanted, schema, c.scope),)


def _if(c: Constraint, wanted: Any, schema: Any, keyword: str, document: Document, *_: Any) -> None:
    if "then" in schema or "else" in schema or document.unevaluated:
        _choice(c, wanted, schema, keyword, document)


def _dynamic(
    c: Constraint, reference: Any, schema: Any, keyword: str, document: Document, depth: int
) -> None:
    _add(c, document.target(schema, reference, keyword), document, depth + 1)


def _content(c: Constraint, schema: Any, *_: Any) -> None:
    c.content += (schema,)


def _examples(c: Constraint, examples: Any, *_: Any) -> None:
    if isinstance(examples, list):
        c.examples += tuple(examples[:5])


_RULES_OF: dict[int, dict[str, tuple[int, Rule]]] = rules_by_draft(
    {
        "type": _type,
        "enum": _enum,
        "const": _const,
        "minimum": _minimum,
        "maximum": _maximum,
        "exclusiveMinimum": _minimum,
        "exclusiveMaximum": _maximum,
        "multipleOf": _multiple,
        "minLength": partial(_at_least, "shortest"),
        "maxLength": partial(_at_most, "longest"),
        "pattern": _pattern,
        "format": partial(_first_text, "format"),
        "description": partial(_first_text, "description"),
        "contentEncoding": partial(_first_text, "coding"),
        "contentMediaType": partial(_first_text, "media_type"),
        "contentSchema": _content,
        "minItems": partial(_at_least, "fewest_items"),
        "maxItems": partial(_at_most, "most_items"),
        "uniqueItems": _unique,
        "items": _items,
        "prefixItems": _prefix_items,
        "contains": _contains,
        "minProperties": partial(_at_least, "fewest_properties"),
        "maxProperties": partial(_at_most, "most_properties"),
        "required": _required,
        "properties": _properties,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "propertyNames": _property_names,
        "dependencies": _dependent,
        "dependentRequired": _dependent,
        "dependentSchemas": _dependent,
        "unevaluatedProperties": _unevaluated,
        "unevaluatedItems": _unevaluated,
        "allOf": _all_of,
        "anyOf": _choice,
        "oneOf": _choice,
        "not": _choice,
        "if": _if,
        "examples": _examples,
        "$dynamicRef": _dynamic,
        "$recursiveRef": _dynamic,
    }
)
