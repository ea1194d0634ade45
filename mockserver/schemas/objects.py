"""Objects: which properties, of which names, and what each of them must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mockserver.schemas.bounds import Budget
from mockserver.schemas.constraint import ANY_STRING, Constraint, Names
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.hints import Name, thing_of
from mockserver.schemas.matching import matches
from mockserver.schemas.relations import relate
from mockserver.schemas.spelling import spell
from mockserver.schemas.words import WORDS

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_KEY = Name("key")
_MOST_RELATED = 100
"""Larger objects are tables rather than things."""


def make_object(
    c: Constraint, name: Name, depth: int, minimal: bool, search: Search
) -> dict[str, Any]:
    """An object with its properties in the order of the schema; `name` says what it is for. Raises
    ConflictError.
    """
    wanted: dict[str, list[Any]] = {}
    for required in c.required:
        schemas = property_schemas(c, required, search)
        if schemas is None:
            reason = f"property {required!r} is required and not allowed"
            raise ConflictError(reason, "required", _barring_keyword(c, required, search.budget))
        wanted[required] = schemas
    _choose_optional(c, wanted, depth, minimal, search)
    _add_dependencies(c, wanted, search)
    missing = c.fewest_properties - len(wanted)
    is_map = bool(c.pattern_properties) or not c.properties
    has_room = not minimal and depth < 4 and len(wanted) < c.most_properties
    if missing > 0 or (is_map and has_room):
        _invent(c, wanted, missing, search)
    return _make_properties(c, wanted, thing_of(name, _titles(c)), depth, search)


def _titles(c: Constraint) -> Iterator[str]:
    """What the schemas of an object call it."""
    for schema in c.schemas:
        if isinstance(schema, dict):
            for title in (schema.get("title"), schema.get("$ref")):
                if isinstance(title, str):
                    yield title.rpartition("/")[2]


def _make_properties(
    c: Constraint, wanted: dict[str, list[Any]], thing: str, depth: int, search: Search
) -> dict[str, Any]:
    """The properties with their values; what need not be is left out where no value is found."""
    order = [name for name in c.properties if name in wanted]
    order += [name for name in wanted if name not in c.properties]
    made: dict[str, Any] = {}
    for name in order:
        try:
            schemas = wanted[name] or [ANY_STRING]
            made[name] = search.value_at(name, schemas, Name(name, thing), depth + 1)
        except ConflictError as conflict:
            search.budget.spend(sum(len(others) for _, others in c.dependent) // 8)
            needed = any(name in others and holder in wanted for holder, others in c.dependent)
            if name in c.required or needed or len(wanted) <= c.fewest_properties:
                conflict.certain &= name in c.required
                raise
            del wanted[name]
    if len(made) <= _MOST_RELATED:
        search.budget.spend(len(made) // 2)
        relate(made, lambda name, value: search.fits(value, wanted[name]), search.locale)
    return made


def property_schemas(c: Constraint, name: str, search: Search) -> list[Any] | None:
    """The schemas that a property of this name has to fit; None when there may be no such
    property.
    """
    schemas = list(c.properties.get(name, ()))
    speaking = len(schemas) + len(c.known_names) * (1 + len(c.unevaluated))
    search.budget.spend(1 + speaking // 4)
    for source, schema in c.pattern_properties:
        if matches(source, name, search.budget):
            schemas.append(schema)
    for names in c.known_names:
        if (
            names.rest is not None
            and names.rest is not True
            and not _speaks_of(names, name, search.budget)
        ):
            schemas.append(names.rest)
    for keyword, scope, schema in c.unevaluated:
        if keyword == "unevaluatedProperties" and not _is_evaluated(c, name, scope, search.budget):
            schemas.append(schema)
    if False in schemas:
        return None
    if c.property_names and not search.fits(name, c.property_names):
        return None
    return schemas


def _is_evaluated(c: Constraint, name: str, scope: tuple[int, ...], budget: Budget) -> bool:
    """Whether a schema within the view of an unevaluatedProperties speaks of a property."""
    return any(
        names.scope[: len(scope)] == scope
        and (names.rest is not None or _speaks_of(names, name, budget))
        for names in c.known_names
    )


def _speaks_of(names: Names, name: str, budget: Budget) -> bool:
    return name in names.known or any(matches(source, name, budget) for source in names.patterns)


def _barring_keyword(c: Constraint, name: str, budget: Budget) -> str:
    """The keyword that does not allow a property."""
    if False in c.properties.get(name, ()):
        return "properties"
    closed = (names for names in c.known_names if names.rest is False)
    if not all(_speaks_of(names, name, budget) for names in closed):
        return "additionalProperties"
    if c.unevaluated:
        return "unevaluatedProperties"
    return "propertyNames" if c.property_names else "patternProperties"


def _choose_optional(
    c: Constraint, wanted: dict[str, list[Any]], depth: int, minimal: bool, search: Search
) -> None:
    """Add the optional properties: all near the root, fewer below; only what the count asks for
    when minimal.
    """
    search.budget.spend(len(c.properties) // 8)
    share = 1.0 if depth < 2 else 0.7 if depth < 4 else 0.3
    if minimal:
        share = 0.0
    for name in c.properties:
        if name in wanted:
            continue
        if len(wanted) >= c.most_properties:
            break
        needed = len(wanted) < c.fewest_properties
        if needed or share == 1 or (share > 0 and search.rng.child(f"{name}?").chance(share)):
            schemas = property_schemas(c, name, search)
            if schemas is not None:
                wanted[name] = schemas


def _add_dependencies(c: Constraint, wanted: dict[str, list[Any]], search: Search) -> None:
    """Add what the present properties depend on; drop those for which that is not possible."""
    search.budget.scan(len(c.dependent))
    waiting = [(holder, others) for holder, others in c.dependent if holder in wanted]
    while waiting:
        search.spend()
        holder, others = waiting.pop()
        search.budget.spend(len(others) // 8)
        for name in others:
            if name in wanted:
                continue
            schemas = property_schemas(c, name, search)
            if schemas is None or len(wanted) >= c.most_properties:
                search.budget.scan(len(c.dependent) * len(wanted))
                _drop(c, wanted, holder, name)
                waiting = [(h, o) for h, o in c.dependent if h in wanted]
                break
            wanted[name] = schemas
            search.budget.scan(len(c.dependent))
            waiting += [(h, o) for h, o in c.dependent if h == name]


def _drop(c: Constraint, wanted: dict[str, list[Any]], holder: str, missing: str) -> None:
    """Remove a property whose dependency cannot be met, and all that depend on it."""
    doomed = [holder]
    while doomed:
        name = doomed.pop()
        if name in c.required:
            reason = f"{name!r} needs {missing!r}, which is not allowed"
            raise ConflictError(reason, "dependentRequired", "required")
        if wanted.pop(name, None) is not None:
            doomed += [h for h, others in c.dependent if name in others and h in wanted]


def _invent(c: Constraint, wanted: dict[str, list[Any]], missing: int, search: Search) -> None:
    """Add properties that the schema does not name: as many as are missing, or a few if that is
    what it is about.
    """
    is_typed = any(isinstance(names.rest, dict) and names.rest for names in c.known_names)
    few = 0
    if (c.pattern_properties or is_typed) and not c.properties:
        few = 1 + search.rng.chance(0.4)
    elif c.pattern_properties and search.rng.chance(0.3):
        few = 1
    goal = int(min(len(wanted) + max(missing, few), c.most_properties))
    for attempt in range(6 * (goal - len(wanted))):
        if len(wanted) >= goal:
            return
        search.spend()
        name = _new_name(c, attempt, search)
        if name is None or name in wanted:
            continue
        schemas = property_schemas(c, name, search)
        search.budget.scan(len(c.dependent))
        if schemas is not None and _has_dependencies(c, wanted, name):
            wanted[name] = schemas
    if len(wanted) < c.fewest_properties:
        is_closed = any(names.rest is False for names in c.known_names)
        keyword = "additionalProperties" if is_closed else "propertyNames"
        reason = f"not enough names for {c.fewest_properties} properties"
        raise ConflictError(reason, "minProperties", keyword, certain=False)


def _has_dependencies(c: Constraint, wanted: dict[str, list[Any]], name: str) -> bool:
    """Whether all is there that a property depends on."""
    return all(
        other in wanted for holder, others in c.dependent if holder == name for other in others
    )


def _new_name(c: Constraint, attempt: int, search: Search) -> str | None:
    """A name for a property that the schema does not name; None when none is found."""
    search.budget.scan(len(c.pattern_properties) + len(c.known_names))
    sources = [source for source, schema in c.pattern_properties if schema is not False]
    is_closed = any(names.rest is False for names in c.known_names) or bool(c.unevaluated)
    if sources and (is_closed or not c.property_names or search.rng.chance(0.6)):
        source = sources[attempt % len(sources)]
        if c.property_names:
            return _longer_name([search.name_schema(source), *c.property_names], search)
        name = spell(source, search.rng, budget=search.budget)
        longer = f"{name}{search.rng.choice(WORDS)}"
        return longer if name is not None and matches(source, longer, search.budget) else name
    if c.property_names:
        return _name_for([ANY_STRING, *c.property_names], search)
    word = search.rng.choice(WORDS)
    return word if attempt < 4 else f"{word}_{attempt}"


def _name_for(schemas: list[Any], search: Search) -> str | None:
    """A name that fits the schemas; None when none is found."""
    try:
        made: str = search.value(schemas, _KEY, 1)
    except ConflictError:
        return None
    return made


def _longer_name(schemas: list[Any], search: Search) -> str | None:
    """A name that fits the schemas, with a word behind it or as much of one as is allowed."""
    name = _name_for(schemas, search)
    if name is not None:
        word = search.rng.choice(WORDS)
        for size in (len(word), 3, 2, 1):
            if search.fits(name + word[:size], schemas):
                return name + word[:size]
    return name
