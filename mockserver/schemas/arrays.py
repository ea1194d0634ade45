"""Arrays: how many items, and what each of them must be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from math import ceil
from typing import TYPE_CHECKING, Any

from mockserver.schemas.constraint import ANY_STRING, Constraint
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.hints import Name
from mockserver.schemas.values import count_parts, identity

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_DRAWS_OF_DIFFERENT_ITEMS = 12
_FEWER_DRAWS = 2  # Where values are taken in order, because draws found no more.


@dataclass(slots=True)
class TakenItems:
    """The items of an array in which all must differ, and what is listed for an item, by its
    schemas, and has not been looked at.
    """

    keys: set[Any] = field(default_factory=set)
    rest: dict[tuple[int, ...], Iterator[Any]] = field(default_factory=dict)


def make_array(c: Constraint, name: Name, depth: int, minimal: bool, search: Search) -> list[Any]:
    """An array. Raises ConflictError when it cannot be filled as far as it has to be."""
    for _, fewest, _ in c.contains:
        search.budget.spend(ceil(fewest))
    contained = [[schema] for schema, fewest, _ in c.contains for _ in range(ceil(fewest))]
    if not contained:
        count = _usual_count(c, c.fewest_items, minimal, depth, search)
        return _filled(c, count, {}, name, depth, search)
    if c.most_items < 1:
        reason = "contains asks for more items than allowed"
        raise ConflictError(reason, "contains", "maxItems")
    last: ConflictError | None = None
    for wanted, count, start in _places(c, contained, minimal, depth, search):
        places = {start + at: schemas for at, schemas in enumerate(wanted)}
        if last is not None:
            search.try_again()
        try:
            items = _filled(c, count, places, name, depth, search)
        except ConflictError as conflict:
            last = conflict
            continue
        if _contains_enough(items, c, search):
            return items
    if last is None:
        reason = "another number of items fits contains"
        last = ConflictError(reason, "contains", "maxContains")
    last.certain = False
    raise last


def _contains_enough(items: list[Any], c: Constraint, search: Search) -> bool:
    return all(
        low <= sum(search.fits(item, [schema]) for item in items) <= high
        for schema, low, high in c.contains
    )


def _places(
    c: Constraint, apart: list[list[Any]], minimal: bool, depth: int, search: Search
) -> Iterator[tuple[list[list[Any]], int, int]]:
    """What the items for `contains` have to fit, the size of the array, and the place where those
    items start.

    First one item each, behind the prefix; then elsewhere; then one item for all, as an item may
    satisfy several.
    """
    prefix = _longest_prefix(c)
    together = [schema for schema, fewest, _ in c.contains if fewest > 0]
    for wanted in (apart, [together]) if len(together) > 1 else (apart,):
        needed = max(c.fewest_items, len(wanted))
        if needed > c.most_items:
            continue
        count = _usual_count(c, needed, minimal, depth, search)
        last = count - len(wanted)
        if prefix + len(wanted) <= c.most_items:
            yield wanted, max(count, prefix + len(wanted)), max(last, prefix)
        for start in range(last, max(last - 5, -1), -1):
            yield wanted, count, start


def _longest_prefix(c: Constraint) -> int:
    return max(map(len, c.prefixes), default=0)


def _usual_count(c: Constraint, needed: int, minimal: bool, depth: int, search: Search) -> int:
    if minimal:
        return needed
    usual = _longest_prefix(c) or (1 if depth > 3 else search.rng.between(1, 3))
    return int(min(max(needed, usual), c.most_items))


def _filled(
    c: Constraint, count: int, wanted: dict[int, list[Any]], name: Name, depth: int, search: Search
) -> list[Any]:
    """An array of count items, or of less where it may be; wanted: what more the items at some
    places have to fit.
    """
    item_name = name.of_one
    needed = max([c.fewest_items, *(at + 1 for at in wanted)])
    items: list[Any] = []
    taken = TakenItems()
    speaking = len(c.prefixes) + len(c.items) + len(c.unevaluated) * len(c.evaluated_items)
    for at in range(count):
        search.budget.spend(1 + speaking // 4)
        schemas = [prefix[at] for prefix in c.prefixes if at < len(prefix)]
        schemas += [schema for start, schema in c.items if at >= start]
        if at in wanted:
            schemas += wanted[at]
        elif c.unevaluated:
            schemas += _unevaluated_items(c, at)
        try:
            items.append(_make_item(at, schemas, c, item_name, depth, taken, search))
        except ConflictError:
            if at >= needed:
                break
            raise
    return items


def _unevaluated_items(c: Constraint, at: int) -> list[Any]:
    """What unevaluatedItems says of an item that nothing within its view has looked at."""
    return [
        schema
        for keyword, scope, schema in c.unevaluated
        if keyword == "unevaluatedItems"
        and not any(at < seen and place[: len(scope)] == scope for place, seen in c.evaluated_items)
    ]


def _make_item(
    at: int,
    schemas: list[Any],
    c: Constraint,
    name: Name,
    depth: int,
    taken: TakenItems,
    search: Search,
) -> Any:
    """An item; where items must differ, one that is not taken, which it then is."""
    if False in schemas:
        raise ConflictError("no item is allowed here", "items", "minItems")
    if not c.unique:
        return search.value_at(at, schemas or [ANY_STRING], name, depth + 1)
    place = tuple(map(id, schemas))
    for draw in range(_FEWER_DRAWS if place in taken.rest else _DRAWS_OF_DIFFERENT_ITEMS):
        spot = f"{at}/{draw}" if draw else at
        item = search.value_at(spot, schemas or [ANY_STRING], name, depth + 1)
        search.budget.scan(count_parts(item))
        key = identity(item)
        if key not in taken.keys:
            taken.keys.add(key)
            return item
    if place not in taken.rest:
        listed = search.listed(schemas)
        start = search.rng.below(len(listed)) if listed else 0
        taken.rest[place] = chain(islice(listed, start, None), islice(listed, start))
    for item in taken.rest[place]:
        search.budget.spend()
        key = identity(item)
        if key not in taken.keys and search.fits(item, schemas):
            taken.keys.add(key)
            return search.copied(item)
    reason = "not enough different items"
    raise ConflictError(reason, "uniqueItems", "items", certain=False)
