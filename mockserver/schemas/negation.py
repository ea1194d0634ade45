"""The opposite of a schema, as a list of schemas: a value that fits one of them does not fit the
schema.

The list need not be complete. `{"not": …}` inside it stands for what only the finished value can
tell.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from mockserver.schemas.document import Document, keyword_set
from mockserver.schemas.rng import Rng
from mockserver.schemas.spelling import spell
from mockserver.schemas.values import is_number

# Keywords that say nothing about values.
SILENT = keyword_set(
    """$anchor $comment $defs $dynamicAnchor $id $schema contentEncoding contentMediaType
    contentSchema default definitions deprecated description else examples id maxContains
    minContains readOnly then title writeOnly"""
)
# Keywords whose opposite no other keyword can say, and the type they speak of ('' for any). Beside
# them, `not` with `type` alone is the end of a denial.
BARE = {
    "enum": "",
    "const": "",
    "pattern": "string",
    "format": "string",
    "multipleOf": "number",
    "uniqueItems": "array",
    "propertyNames": "object",
    "unevaluatedItems": "array",
    "dependentSchemas": "object",
}
# Keywords whose opposites are all the ways there are to break them.
_EXACT = keyword_set("type format required properties anyOf allOf not enum const minimum maximum")
_FRESH = "extra"  # A property that schemas rarely know.

# How much it asks of the value, and a schema.
Opposite = tuple[int, Any]
# The ways to break a keyword: (its value, its schema, keyword, document).
Ways = Callable[..., list[Opposite]]


def opposites(schema: Any, document: Document) -> list[Opposite]:
    """Schemas whose values do not fit `schema`, each with how much it asks; empty when every value
    fits `schema`.
    """
    if not isinstance(schema, dict):
        return [(0, True)] if schema is False else []
    document.budget.spend(1 + len(schema))
    ways: list[Opposite] = []
    reference = schema.get("$ref")
    if isinstance(reference, str):
        ways += opposites(document.target(schema, reference), document)
        if document.draft <= 7:
            return ways
    for keyword, wanted in schema.items():
        if keyword in BARE:
            unlike = {"not": {keyword: wanted}}
            kind = BARE[keyword]
            ways.append((1, {"type": kind, **unlike} if kind else unlike))
        elif keyword in _WAYS:
            document.budget.spend(_size_of_opposite(keyword, wanted))
            ways += _WAYS[keyword](wanted, schema, keyword, document)
    return ways


def _size_of_opposite(keyword: str, wanted: Any) -> int:
    """How many values the opposite of a keyword is written with."""
    if isinstance(wanted, list):
        # For each item a prefix of its own.
        own = len(wanted) // 64 if keyword in ("items", "prefixItems") else 0
        return len(wanted) * (1 + own)
    if not isinstance(wanted, dict):
        return 1
    lists = [part for part in wanted.values() if isinstance(part, list)]
    return len(wanted) + (sum(map(len, lists)) if keyword.startswith("depend") else 0)


def is_exhaustive(schema: Any) -> bool:
    """Whether the opposites of the schema are all there are, apart from those inside its parts."""
    if not isinstance(schema, dict):
        return True
    return all(keyword in SILENT or keyword in _EXACT for keyword in schema)


def _says_nothing(schema: Any) -> bool:
    return schema is True or schema == {}


def _type(wanted: Any, *_: Any) -> list[Opposite]:
    return [(0, {"not": {"type": wanted}})]


def _required(names: Any, *_: Any) -> list[Opposite]:
    if not isinstance(names, list):
        return []
    return [(0, {"type": "object", "properties": {name: False}}) for name in names]


def _property(name: str, schema: Any) -> dict[str, Any]:
    """An object with a property that fits a schema."""
    return {"type": "object", "required": [name], "properties": {name: schema}}


def _properties(schemas: Any, *_: Any) -> list[Opposite]:
    return [
        (3, _property(name, {"not": part}))
        for name, part in schemas.items()
        if not _says_nothing(part)
    ]


def _pattern_properties(
    schemas: Any, _schema: Any, _keyword: str, document: Document
) -> list[Opposite]:
    ways: list[Opposite] = []
    for source, part in schemas.items():
        name = spell(source, Rng("opposite"), 1, budget=document.budget)
        if name is not None and not _says_nothing(part):
            ways.append((4, _property(name, {"not": part})))
    return ways


def _additional_properties(wanted: Any, schema: dict[str, Any], *_: Any) -> list[Opposite]:
    if _says_nothing(wanted) or _FRESH in schema.get("properties", ()):
        return []
    return [(4, _property(_FRESH, True if wanted is False else {"not": wanted}))]


def _dependent(dependencies: Any, *_: Any) -> list[Opposite]:
    return [
        (3, {"type": "object", "required": [name], "properties": {other: False}})
        for name, others in dependencies.items()
        if isinstance(others, list)
        for other in others
    ]


# The lower and the upper keyword of a size, and its type.
_SIZES = (
    ("minLength", "maxLength", "string"),
    ("minItems", "maxItems", "array"),
    ("minProperties", "maxProperties", "object"),
)


def _too_small(upper: str, kind: str, least: Any, *_: Any) -> list[Opposite]:
    if not is_number(least) or least < 1:
        return []
    return [(2, {"type": kind, upper: least - 1})]


def _too_large(lower: str, kind: str, most: Any, *_: Any) -> list[Opposite]:
    return [(2, {"type": kind, lower: most + 1})] if is_number(most) else []


_BEYOND = {
    "minimum": "exclusiveMaximum",
    "maximum": "exclusiveMinimum",
    "exclusiveMinimum": "maximum",
    "exclusiveMaximum": "minimum",
}
_OPEN = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}


def _bound(bound: Any, schema: dict[str, Any], keyword: str, *_: Any) -> list[Opposite]:
    if not is_number(bound):
        return []
    # Draft 4 has `exclusiveMinimum: true` beside `minimum`.
    opened = _OPEN.get(keyword, keyword)
    if schema.get(opened) is True:
        keyword = opened
    return [(2, {"type": "number", _BEYOND[keyword]: bound})]


def _items(wanted: Any, schema: Any, keyword: str, document: Document) -> list[Opposite]:
    if isinstance(wanted, list):
        return _prefix_items(wanted, schema, keyword)
    if _says_nothing(wanted):
        return []
    if document.draft == 4:
        return [(4, {"type": "array", "minItems": 1, "items": [{"not": wanted}]})]
    return [(4, {"type": "array", "contains": {"not": wanted}})]


def _prefix_items(schemas: Any, _schema: Any, keyword: str, *_: Any) -> list[Opposite]:
    if not isinstance(schemas, list):
        return []
    ways: list[Opposite] = []
    for place, part in enumerate(schemas):
        if not _says_nothing(part):
            prefix = [*([True] * place), {"not": part}]
            ways.append((4, {"type": "array", "minItems": place + 1, keyword: prefix}))
    return ways


def _contains(wanted: Any, *_: Any) -> list[Opposite]:
    return [(4, {"type": "array", "items": {"not": wanted}})]


def _none_of(schemas: Any) -> dict[str, Any]:
    return {"allOf": [{"not": part} for part in schemas]}


def _any_of(schemas: Any, *_: Any) -> list[Opposite]:
    return [(2, _none_of(schemas))]


def _one_of(schemas: Any, *_: Any) -> list[Opposite]:
    pairs = [(3, {"allOf": [one, other]}) for one, other in pairwise(schemas)]
    return [(2, _none_of(schemas)), *pairs[:5]]


def _all_of(schemas: Any, *_: Any) -> list[Opposite]:
    return [(2, {"not": part}) for part in schemas]


def _not(wanted: Any, *_: Any) -> list[Opposite]:
    return [(1, wanted)]


def _if(
    condition: Any, schema: dict[str, Any], _keyword: str, document: Document
) -> list[Opposite]:
    ways: list[Opposite] = []
    if document.draft >= 7 and "then" in schema:
        ways.append((3, {"allOf": [condition, {"not": schema["then"]}]}))
    if document.draft >= 7 and "else" in schema:
        ways.append((3, {"allOf": [{"not": condition}, {"not": schema["else"]}]}))
    return ways


_WAYS: dict[str, Ways] = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _additional_properties,
    "dependencies": _dependent,
    "dependentRequired": _dependent,
    **{lower: partial(_too_small, upper, kind) for lower, upper, kind in _SIZES},
    **{upper: partial(_too_large, lower, kind) for lower, upper, kind in _SIZES},
    **dict.fromkeys(_BEYOND, _bound),
    "items": _items,
    "prefixItems": _prefix_items,
    "contains": _contains,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "allOf": _all_of,
    "not": _not,
    "if": _if,
}
