"""Arrays: prefix, items, contains, uniqueItems and their counts."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mockserver.schemas.constraint import Constraint
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.values import identity

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_ANY_ITEM = {"type": "string"}


def make_array(c: Constraint, name: str, depth: int, minimal: bool, search: Search) -> list[Any]:
    """An array. Raises ConflictError when it cannot be filled as far as it has to be."""
    apart = [[schema] for schema, low, _ in c.contains for _ in range(-int(-low // 1))]
    together = [[schema for schema, low, _ in c.contains if low > 0]]
    needed = max(c.fewest_items, min(len(apart), 1))
    if needed > c.most_items:
        raise ConflictError(
            "contains asks for more items than allowed",
            "contains",
            "maxItems",
            schema=c.schemas[-1],
        )
    if not apart:
        count = needed if minimal else _usual_count(c, needed, depth, search)
        return _filled(c, count, {}, name, depth, search)
    last: ConflictError | None = None
    for wanted, size, start in _places(c, apart, together, minimal, depth, search):
        try:
            items = _filled(
                c,
                size,
                {start + at: schemas for at, schemas in enumerate(wanted)},
                name,
                depth,
                search,
            )
        except ConflictError as conflict:
            last = conflict
            continue
        if all(
            low <= sum(search.fits(item, [schema]) for item in items) <= high
            for schema, low, high in c.contains
        ):
            return items
    if last is None:
        last = ConflictError(
            "another number of items fits contains", "contains", "maxContains", schema=c.schemas[-1]
        )
    last.certain = False
    raise last


def _places(
    c: Constraint,
    apart: list[list[Any]],
    together: list[list[Any]],
    minimal: bool,
    depth: int,
    search: Search,
) -> Iterator[tuple[list[list[Any]], int, int]]:
    """What the items for `contains` have to fit, the size of the array, and the place where those
    items start.

    First one item each, behind the prefix; then elsewhere; then one item for all, as an item may
    satisfy several.
    """
    prefix = max(map(len, c.prefixes), default=0)
    for wanted in (apart, together) if len(together[0]) > 1 else (apart,):
        needed = max(c.fewest_items, len(wanted))
        if needed > c.most_items:
            continue
        count = needed if minimal else _usual_count(c, needed, depth, search)
        if prefix + len(wanted) <= c.most_items:
            yield wanted, max(count, prefix + len(wanted)), max(count - len(wanted), prefix)
        for start in range(count - len(wanted), max(count - len(wanted) - 5, -1), -1):
            yield wanted, count, start


def _filled(
    c: Constraint, count: int, wanted: dict[int, list[Any]], name: str, depth: int, search: Search
) -> list[Any]:
    """An array of count items, or of less where it may be; wanted: what more the items at some
    places have to fit.
    """
    singular = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    needed = max(c.fewest_items, *(at + 1 for at in wanted), 0) if wanted else c.fewest_items
    items: list[Any] = []
    taken: set[Any] = set()
    for at in range(count):
        schemas = item_schemas(c, at)
        if at in wanted:
            schemas += wanted[at]
        elif c.unevaluated:
            schemas += _unevaluated(c, at)
        try:
            items.append(_item(schemas, c, singular, depth, taken, search))
        except ConflictError:
            if at >= needed:
                break
            raise
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


def _item(
    schemas: list[Any], c: Constraint, name: str, depth: int, taken: set[Any], search: Search
) -> Any:
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
    raise ConflictError(
        "not enough different items", "uniqueItems", "items", schema=c.schemas[-1], certain=False
    )
