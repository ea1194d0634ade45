"""Arrays: prefix, items, contains, uniqueItems and their counts."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mockserver.answer.schema.constraint import Constraint
from mockserver.answer.schema.errors import ConflictError
from mockserver.answer.schema.values import identity

if TYPE_CHECKING:
    from mockserver.answer.schema.search import Search

_ANY_ITEM = {"type": "string"}


def make_array(c: Constraint, name: str, depth: int, minimal: bool, search: Search) -> list[Any]:
    """An array. Raises ConflictError when it cannot be filled as far as it has to be."""
    wanted = [schema for schema, low, _ in c.contains for _ in range(-int(-low // 1))]
    # An item may satisfy several `contains`; only when they do not fit side by side is one asked to.
    together = len(wanted) > c.most_items
    needed = max(c.fewest_items, 1 if together else len(wanted))
    if needed > c.most_items:
        raise ConflictError("contains asks for more items than allowed", "contains", "maxItems", schema=c.schemas[-1])
    count = needed if minimal else _usual_count(c, needed, depth, search)
    singular = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    items: list[Any] = []
    taken: set[Any] = set()
    for at in range(count):
        schemas = item_schemas(c, at)
        left = count - at
        if together:
            schemas += wanted if at == 0 else []
        elif left <= len(wanted):
            schemas.append(wanted[left - 1])
        elif c.unevaluated:
            schemas += _unevaluated(c, at)
        try:
            items.append(_item(schemas, c, singular, depth, taken, search))
        except ConflictError as conflict:
            if at >= needed:
                break
            conflict.certain &= not c.contains
            raise
    for schema, low, high in c.contains:
        if not low <= sum(search.fits(item, [schema]) for item in items) <= high:
            raise ConflictError("another number of items fits contains", "contains", "maxContains", certain=False)
    return items


def _usual_count(c: Constraint, needed: int, depth: int, search: Search) -> int:
    prefix = max(map(len, c.prefixes), default=0)
    usual = prefix or (1 if depth > 3 else search.rng.between(1, 3))
    return int(min(max(needed, usual), c.most_items))


def item_schemas(c: Constraint, at: int) -> list[Any]:
    """The schemas that the item at a place has to fit."""
    schemas = [prefix[at] for prefix in c.prefixes if at < len(prefix)]
    return schemas + [schema for start, schema in c.items if at >= start]


def _unevaluated(c: Constraint, at: int) -> list[Any]:
    """What unevaluatedItems says of an item that nothing within its view has looked at."""
    return [
        schema
        for keyword, scope, schema in c.unevaluated
        if keyword == "unevaluatedItems"
        and not any(at < seen and place[: len(scope)] == scope for place, seen in c.evaluated_items)
    ]


def _item(schemas: list[Any], c: Constraint, name: str, depth: int, taken: set[Any], search: Search) -> Any:
    if False in schemas:
        raise ConflictError("no item is allowed here", "items", "minItems", schema=c.schemas[-1])
    if not c.unique:
        return search.value(schemas or [_ANY_ITEM], name, depth + 1)
    for _ in range(12):
        item = search.value(schemas or [_ANY_ITEM], name, depth + 1)
        key = identity(item)
        if key not in taken:
            taken.add(key)
            return item
    for item in search.listed(schemas):
        key = identity(item)
        if key not in taken and search.fits(item, schemas):
            taken.add(key)
            return deepcopy(item)
    raise ConflictError("not enough different items", "uniqueItems", "items", schema=c.schemas[-1], certain=False)
