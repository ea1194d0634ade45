"""The opposite of a schema, as a list of schemas: a value that fits one of them does not fit the
schema.

The list need not be complete. `{"not": …}` inside it stands for what only the finished value can
tell.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from mockserver.schemas.document import Document
from mockserver.schemas.rng import Rng
from mockserver.schemas.spell import spell
from mockserver.schemas.values import is_number

# Keywords that say nothing about values.
SILENT = frozenset(
    (
        "$anchor",
        "$comment",
        "$defs",
        "$dynamicAnchor",
        "$id",
        "$schema",
        "contentEncoding",
        "contentMediaType",
        "default",
        "definitions",
        "deprecated",
        "description",
        "else",
        "examples",
        "id",
        "maxContains",
        "minContains",
        "readOnly",
        "then",
        "title",
        "writeOnly",
    )
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
_EXACT = frozenset(
    (
        "type",
        "format",
        "required",
        "properties",
        "anyOf",
        "allOf",
        "not",
        "enum",
        "const",
        "minimum",
        "maximum",
    )
)
_FRESH = "extra"


def opposites(schema: Any, document: Document) -> list[tuple[int, Any]]:
    """Schemas whose values do not fit `schema`, each with how much it asks; empty when every value
    fits `schema`.
    """
    if not isinstance(schema, dict):
        return [(0, True)] if schema is False else []
    ways: list[tuple[int, Any]] = []
    reference = schema.get("$ref")
    if isinstance(reference, str):
        ways += opposites(document.target(schema, reference), document)
        if document.draft <= 7:
            return ways
    for keyword, wanted in schema.items():
        if keyword not in SILENT:
            ways += _ways(keyword, wanted, schema, document)
    return ways


def complete(schema: Any) -> bool:
    """Whether the opposites of the schema are all there are, apart from those inside its parts."""
    return not isinstance(schema, dict) or (
        all(word in SILENT or word in _EXACT for word in schema)
    )


def _ways(
    keyword: str, wanted: Any, schema: dict[str, Any], document: Document
) -> list[tuple[int, Any]]:
    """Ways to break one keyword, each with how much it asks of the value."""
    if keyword == "type":
        return [(0, {"not": {"type": wanted}})]
    if keyword in BARE:
        kind = BARE[keyword]
        unlike = {"not": {keyword: wanted}}
        return [(1, {"type": kind, **unlike} if kind else unlike)]
    if keyword == "required" and isinstance(wanted, list):
        return [(0, {"type": "object", "properties": {name: False}}) for name in wanted]
    if keyword == "properties":
        return [
            (3, {"type": "object", "required": [name], "properties": {name: {"not": part}}})
            for name, part in wanted.items()
            if not _anything(part)
        ]
    if keyword in ("additionalProperties", "unevaluatedProperties") and not _anything(wanted):
        if _FRESH in schema.get("properties", ()):
            return []
        part = True if wanted is False else {"not": wanted}
        return [(4, {"type": "object", "required": [_FRESH], "properties": {_FRESH: part}})]
    if keyword in _SIZES and is_number(wanted):
        kind, other, shift, least = _SIZES[keyword]
        return [(2, {"type": kind, other: wanted + shift})] if wanted + shift >= least else []
    if keyword in _BOUNDS and is_number(wanted):
        return [(2, {"type": "number", _bound(keyword, schema): wanted})]
    return _applied(keyword, wanted, schema, document)


# Keyword: (its type, the opposite keyword, what to add, the lowest bound that can be met).
_SIZES = {
    "minLength": ("string", "maxLength", -1, 0),
    "maxLength": ("string", "minLength", 1, 0),
    "minItems": ("array", "maxItems", -1, 0),
    "maxItems": ("array", "minItems", 1, 0),
    "minProperties": ("object", "maxProperties", -1, 0),
    "maxProperties": ("object", "minProperties", 1, 0),
}
_BOUNDS = {
    "minimum": "exclusiveMaximum",
    "maximum": "exclusiveMinimum",
    "exclusiveMinimum": "maximum",
    "exclusiveMaximum": "minimum",
}


def _bound(keyword: str, schema: dict[str, Any]) -> str:
    opened = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(keyword)
    return _BOUNDS[opened if opened and schema.get(opened) is True else keyword]


def _anything(schema: Any) -> bool:
    return schema is True or schema == {}


def _applied(
    keyword: str, wanted: Any, schema: dict[str, Any], document: Document
) -> list[tuple[int, Any]]:
    """Ways to break a keyword that applies other schemas."""
    if keyword == "anyOf":
        return [(2, {"allOf": [{"not": part} for part in wanted]})]
    if keyword == "oneOf":
        none = (2, {"allOf": [{"not": part} for part in wanted]})
        pairs = [(3, {"allOf": [one, other]}) for one, other in pairwise(wanted)]
        return [none, *pairs[:5]]
    if keyword == "allOf":
        return [(2, {"not": part}) for part in wanted]
    if keyword == "not":
        return [(1, wanted)]
    if keyword == "if" and document.draft >= 7:
        ways = [(3, {"allOf": [wanted, {"not": schema["then"]}]})] if "then" in schema else []
        return ways + (
            [(3, {"allOf": [{"not": wanted}, {"not": schema["else"]}]})] if "else" in schema else []
        )
    if keyword == "items" and not isinstance(wanted, list) and not _anything(wanted):
        if document.draft == 4:
            return [(4, {"type": "array", "minItems": 1, "items": [{"not": wanted}]})]
        return [(4, {"type": "array", "contains": {"not": wanted}})]
    if keyword in ("items", "prefixItems") and isinstance(wanted, list):
        return [
            (
                4,
                {
                    "type": "array",
                    "minItems": place + 1,
                    keyword: [*([True] * place), {"not": part}],
                },
            )
            for place, part in enumerate(wanted)
            if not _anything(part)
        ]
    if keyword == "patternProperties":
        names = {source: spell(source, Rng("opposite"), 1) for source in wanted}
        return [
            (
                4,
                {
                    "type": "object",
                    "required": [name],
                    "properties": {name: {"not": wanted[source]}},
                },
            )
            for source, name in names.items()
            if name is not None and not _anything(wanted[source])
        ]
    if keyword == "contains":
        return [(4, {"type": "array", "items": {"not": wanted}})]
    if keyword in ("dependentRequired", "dependencies"):
        return [
            (3, {"type": "object", "required": [name], "properties": {other: False}})
            for name, others in wanted.items()
            if isinstance(others, list)
            for other in others
        ]
    return []
