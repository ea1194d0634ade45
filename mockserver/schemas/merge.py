"""Merging schemas that hold at once into a Constraint.

Plain keywords are merged at once, and contradictions raise ConflictError. What leaves a choice
(anyOf, oneOf, not, if, dependent schemas) waits in `pending` until all plain keywords are known:
see `branches`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from mockserver.schemas import values as v
from mockserver.schemas.check import contains_bounds
from mockserver.schemas.constraint import Constraint, Names, Pending
from mockserver.schemas.document import DRAFTS, Document
from mockserver.schemas.errors import ConflictError


def merge(schemas: Sequence[Any], document: Document) -> Constraint:
    """All the schemas in one record. Raises ConflictError when their plain keywords exclude each
    other.
    """
    constraint = Constraint(tuple(schemas))
    for schema in schemas:
        _add(constraint, schema, document, 0)
        _narrow(constraint, schema)
    return constraint


def add(constraint: Constraint, schema: Any, document: Document) -> None:
    """Let the schema hold as well. Raises ConflictError."""
    _add(constraint, schema, document, 0)
    _narrow(constraint, schema)


def _add(c: Constraint, schema: Any, document: Document, depth: int) -> None:
    if schema is False:
        raise ConflictError("the schema is false", "false", schema=schema)
    if not isinstance(schema, dict):
        return
    if depth > 40:
        raise ConflictError("references only lead to each other", "$ref", schema=schema)
    outer = c.scope
    if document.unevaluated and ("unevaluatedProperties" in schema or "unevaluatedItems" in schema):
        c.scopes += 1
        c.scope = (*outer, c.scopes)
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = document.target(schema, reference)
        c.held += (id(target),)
        _add(c, target, document, depth + 1)
    if not isinstance(reference, str) or document.draft > 7:
        rules, untyped = _RULES_OF[document.draft], "type" not in schema
        for keyword, wanted in schema.items():
            entry = rules.get(keyword)
            if entry is not None:
                entry[1](c, wanted, schema, document, depth, keyword)
                if untyped:
                    c.hinted |= entry[0]
    c.scope = outer


def _narrow(c: Constraint, schema: Any) -> None:
    """Drop the types whose bounds leave nothing. Raises ConflictError when no type is left."""
    before = c.types
    if c.low > c.high or (c.low == c.high and (c.low_open or c.high_open)):
        c.types &= ~v.NUMBER
    if c.shortest > c.longest:
        c.types &= ~v.STRING
    if c.fewest_items > c.most_items:
        c.types &= ~v.ARRAY
    if max(c.fewest, len(c.required)) > c.most:
        c.types &= ~v.OBJECT
    if not c.types:
        words, reason = _emptied(c, before)
        raise ConflictError(reason, *words, schema=schema)
    if c.values is not None:
        left = [value for value in c.values if v.type_of(value) & c.types]
        if not left:
            raise ConflictError(
                f"no listed value is {v.type_names(c.types)}", "enum", "type", schema=schema
            )
        c.values = left


def _emptied(c: Constraint, types: int) -> tuple[tuple[str, str], str]:
    """The keywords that leave nothing of the types, and why."""
    if types & v.NUMBER and c.low >= c.high:
        words = (
            "exclusiveMinimum" if c.low_open else "minimum",
            "exclusiveMaximum" if c.high_open else "maximum",
        )
        return words, f"no number from {c.low} to {c.high}"
    if types & v.STRING and c.shortest > c.longest:
        return (
            "minLength",
            "maxLength",
        ), f"no string is at least {c.shortest} and at most {c.longest} long"
    if types & v.ARRAY and c.fewest_items > c.most_items:
        return (
            "minItems",
            "maxItems",
        ), f"no array has at least {c.fewest_items} and at most {c.most_items} items"
    if types & v.OBJECT and len(c.required) > c.most:
        return (
            "required",
            "maxProperties",
        ), f"{len(c.required)} required properties, and at most {c.most} allowed"
    return (
        "minProperties",
        "maxProperties",
    ), f"no object has at least {c.fewest} and at most {c.most} properties"


def _type(c: Constraint, names: Any, schema: Any, *_: Any) -> None:
    wanted = v.types_named(names)
    if not c.types & wanted:
        reason = f"the type must be {v.type_names(c.types)} and {names!r}"
        raise ConflictError(reason, "type", "type", schema=schema)
    c.types &= wanted


def _enum(c: Constraint, options: Any, schema: Any, _: Any, __: Any, keyword: str) -> None:
    if c.values is None:
        c.values = list(options)
    else:
        wanted = {v.identity(option) for option in options}
        c.values = [value for value in c.values if v.identity(value) in wanted]
    if not c.values:
        raise ConflictError(
            "no value is in all the lists of allowed values", keyword, "enum", schema=schema
        )


def _const(
    c: Constraint, option: Any, schema: Any, document: Document, depth: int, keyword: str
) -> None:
    _enum(c, [option], schema, document, depth, keyword)


def _minimum(c: Constraint, bound: Any, schema: Any, _: Any, __: Any, keyword: str) -> None:
    if v.is_number(bound):
        is_open = keyword == "exclusiveMinimum" or schema.get("exclusiveMinimum") is True
        if bound > c.low or (bound == c.low and is_open):
            c.low, c.low_open = bound, is_open


def _maximum(c: Constraint, bound: Any, schema: Any, _: Any, __: Any, keyword: str) -> None:
    if v.is_number(bound):
        is_open = keyword == "exclusiveMaximum" or schema.get("exclusiveMaximum") is True
        if bound < c.high or (bound == c.high and is_open):
            c.high, c.high_open = bound, is_open


def _multiple(c: Constraint, divisor: Any, *_: Any) -> None:
    if v.is_number(divisor) and divisor > 0:
        new = v.exact(divisor)
        if c.step is not None:
            common = lcm(c.step.denominator, new.denominator)
            new = Fraction(lcm(int(c.step * common), int(new * common)), common)
        c.step = new


def _least(attribute: str) -> Rule:
    def rule(c: Constraint, size: Any, *_: Any) -> None:
        setattr(c, attribute, max(getattr(c, attribute), -int(-size // 1)))

    return rule


def _most(attribute: str) -> Rule:
    def rule(c: Constraint, size: Any, *_: Any) -> None:
        setattr(c, attribute, min(getattr(c, attribute), int(size)))

    return rule


def _pattern(c: Constraint, source: Any, *_: Any) -> None:
    if source not in c.patterns:
        c.patterns += (source,)


def _format(c: Constraint, name: Any, *_: Any) -> None:
    if not c.format and isinstance(name, str):
        c.format = name


def _description(c: Constraint, text: Any, *_: Any) -> None:
    if not c.description and isinstance(text, str):
        c.description = text


def _unique(c: Constraint, wanted: Any, *_: Any) -> None:
    c.unique |= wanted is True


def _items(c: Constraint, items: Any, schema: Any, document: Document, *_: Any) -> None:
    if isinstance(items, list):
        c.prefixes += (items,)
        if "additionalItems" in schema:
            c.items += ((len(items), schema["additionalItems"]),)
        seen = v.INFINITE if "additionalItems" in schema else len(items)
    else:
        prefix = schema.get("prefixItems") if document.draft == 2020 else None
        c.items += ((len(prefix) if isinstance(prefix, list) else 0, items),)
        seen = v.INFINITE
    c.evaluated_items += ((c.scope, seen),)


def _prefix(c: Constraint, schemas: Any, *_: Any) -> None:
    c.prefixes += (schemas,)
    c.evaluated_items += ((c.scope, len(schemas)),)


def _contains(c: Constraint, wanted: Any, schema: Any, document: Document, *_: Any) -> None:
    c.contains += ((wanted, *contains_bounds(schema, document.draft)),)


def _properties(c: Constraint, schemas: Any, schema: Any, document: Document, *_: Any) -> None:
    known = c.properties
    if known:
        added = {name: (*known.get(name, ()), part) for name, part in schemas.items()}
        c.properties = {**known, **added}
    elif schemas:
        c.properties = {name: (part,) for name, part in schemas.items()}
    if document.unevaluated or schema.get("additionalProperties", True) is not True:
        _note_names(c, schema)


def _patterned(c: Constraint, schemas: Any, schema: Any, document: Document, *_: Any) -> None:
    c.patterned += tuple(schemas.items())
    if "properties" not in schema:
        _properties(c, {}, schema, document)


def _additional(c: Constraint, _: Any, schema: Any, document: Document, *__: Any) -> None:
    if "properties" not in schema and "patternProperties" not in schema:
        _properties(c, {}, schema, document)


def _note_names(c: Constraint, schema: Any) -> None:
    patterns = tuple(schema.get("patternProperties", ()))
    c.named += (
        Names(schema.get("properties", {}), patterns, schema.get("additionalProperties"), c.scope),
    )


def _names(c: Constraint, schema: Any, *_: Any) -> None:
    c.names += (schema,)


def _required(c: Constraint, names: Any, *_: Any) -> None:
    if isinstance(names, list):
        c.require(names)


def _dependent(c: Constraint, dependencies: Any, schema: Any, *_: Any) -> None:
    for name, wanted in dependencies.items():
        if isinstance(wanted, (list, str)):
            c.dependent += ((name, [wanted] if isinstance(wanted, str) else wanted),)
        else:
            c.pending += (Pending("dependentSchemas", wanted, schema, c.scope, name),)


def _unevaluated(c: Constraint, wanted: Any, _: Any, __: Any, ___: Any, keyword: str) -> None:
    c.unevaluated += ((keyword, c.scope, wanted),)


def _all(c: Constraint, schemas: Any, _: Any, document: Document, depth: int, __: str) -> None:
    for schema in schemas:
        _add(c, schema, document, depth + 1)


def _choice(c: Constraint, wanted: Any, schema: Any, _: Any, __: Any, keyword: str) -> None:
    c.pending += (Pending(keyword, wanted, schema, c.scope),)


def _if(
    c: Constraint, wanted: Any, schema: Any, document: Document, depth: int, keyword: str
) -> None:
    if "then" in schema or "else" in schema or document.unevaluated:
        _choice(c, wanted, schema, document, depth, keyword)


def _dynamic(
    c: Constraint, reference: Any, schema: Any, document: Document, depth: int, keyword: str
) -> None:
    _add(c, document.target(schema, reference, keyword), document, depth + 1)


def _examples(c: Constraint, examples: Any, *_: Any) -> None:
    if isinstance(examples, list):
        c.examples += tuple(examples[:5])


Rule = Callable[..., None]
# Keyword: (the types it hints at where no type is given, what it adds, the first draft that has it,
# the last).
_RULES: dict[str, tuple[int, Rule, int, int]] = {
    "type": (0, _type, 4, 2020),
    "enum": (0, _enum, 4, 2020),
    "const": (0, _const, 6, 2020),
    "minimum": (v.NUMBER, _minimum, 4, 2020),
    "maximum": (v.NUMBER, _maximum, 4, 2020),
    "exclusiveMinimum": (v.NUMBER, _minimum, 6, 2020),
    "exclusiveMaximum": (v.NUMBER, _maximum, 6, 2020),
    "multipleOf": (v.NUMBER, _multiple, 4, 2020),
    "minLength": (v.STRING, _least("shortest"), 4, 2020),
    "maxLength": (v.STRING, _most("longest"), 4, 2020),
    "pattern": (v.STRING, _pattern, 4, 2020),
    "format": (v.STRING, _format, 4, 2020),
    "description": (0, _description, 4, 2020),
    "minItems": (v.ARRAY, _least("fewest_items"), 4, 2020),
    "maxItems": (v.ARRAY, _most("most_items"), 4, 2020),
    "uniqueItems": (v.ARRAY, _unique, 4, 2020),
    "items": (v.ARRAY, _items, 4, 2020),
    "prefixItems": (v.ARRAY, _prefix, 2020, 2020),
    "contains": (v.ARRAY, _contains, 6, 2020),
    "minProperties": (v.OBJECT, _least("fewest"), 4, 2020),
    "maxProperties": (v.OBJECT, _most("most"), 4, 2020),
    "required": (v.OBJECT, _required, 4, 2020),
    "properties": (v.OBJECT, _properties, 4, 2020),
    "patternProperties": (v.OBJECT, _patterned, 4, 2020),
    "additionalProperties": (v.OBJECT, _additional, 4, 2020),
    "propertyNames": (v.OBJECT, _names, 6, 2020),
    "dependencies": (v.OBJECT, _dependent, 4, 2020),
    "dependentRequired": (v.OBJECT, _dependent, 2019, 2020),
    "dependentSchemas": (v.OBJECT, _dependent, 2019, 2020),
    "unevaluatedProperties": (v.OBJECT, _unevaluated, 2019, 2020),
    "unevaluatedItems": (v.ARRAY, _unevaluated, 2019, 2020),
    "allOf": (0, _all, 4, 2020),
    "anyOf": (0, _choice, 4, 2020),
    "oneOf": (0, _choice, 4, 2020),
    "not": (0, _choice, 4, 2020),
    "if": (0, _if, 7, 2020),
    "examples": (0, _examples, 6, 2020),
    "$dynamicRef": (0, _dynamic, 2020, 2020),
    "$recursiveRef": (0, _dynamic, 2019, 2019),
}


# Hint and rule by keyword, for the keywords of each draft.
_RULES_OF: dict[int, dict[str, tuple[int, Rule]]] = {
    draft: {
        word: (types, rule)
        for word, (types, rule, first, last) in _RULES.items()
        if first <= draft <= last
    }
    for draft in DRAFTS
}
