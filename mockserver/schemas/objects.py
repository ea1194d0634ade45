"""Objects: which properties they have, and what each of them must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.schemas import pattern
from mockserver.schemas.constraint import Constraint, Names
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.spell import spell
from mockserver.schemas.words import WORDS

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_ANY_VALUE = {"type": "string"}
_ANY_NAME = {"type": "string"}


def make_object(c: Constraint, depth: int, minimal: bool, search: Search) -> dict[str, Any]:
    """An object with its properties in the order of the schema. Raises ConflictError."""
    wanted: dict[str, list[Any]] = {}
    for name in c.required:
        schemas = property_schemas(c, name, search)
        if schemas is None:
            raise ConflictError(
                f"property {name!r} is required and not allowed", "required", _barring(c, name)
            )
        wanted[name] = schemas
    _choose(c, wanted, depth, minimal, search)
    if c.dependent:
        _close(c, wanted, search)
    missing = c.fewest - len(wanted)
    if missing > 0 or (
        (c.patterned or not c.properties) and not minimal and depth < 4 and len(wanted) < c.most
    ):
        _invent(c, wanted, missing, search)
    order = [name for name in c.properties if name in wanted]
    order += [name for name in wanted if name not in c.properties]
    made: dict[str, Any] = {}
    for name in order:
        try:
            made[name] = search.value(wanted[name] or [_ANY_VALUE], name, depth + 1)
        except ConflictError as conflict:
            needed = any(name in others and holder in wanted for holder, others in c.dependent)
            if name in c.required or needed or len(wanted) <= c.fewest:
                conflict.certain &= name in c.required
                raise
            del wanted[name]
    return made


def property_schemas(c: Constraint, name: str, search: Search) -> list[Any] | None:
    """The schemas that a property of this name has to fit; None when there may be no such
    property.
    """
    schemas = list(c.properties.get(name, ()))
    if c.patterned:
        schemas += [schema for source, schema in c.patterned if pattern.search(source, name)]
    for names in c.named:
        if names.rest is not None and names.rest is not True and not _speaks_of(names, name):
            schemas.append(names.rest)
    for keyword, scope, schema in c.unevaluated:
        if keyword == "unevaluatedProperties" and not any(
            names.scope[: len(scope)] == scope
            and (names.rest is not None or _speaks_of(names, name))
            for names in c.named
        ):
            schemas.append(schema)
    if False in schemas or (c.names and not all(search.fits(name, [schema]) for schema in c.names)):
        return None
    return schemas


def _speaks_of(names: Names, name: str) -> bool:
    return name in names.known or any(pattern.search(source, name) for source in names.patterns)


def _barring(c: Constraint, name: str) -> str:
    """The keyword that does not allow a property."""
    if False in c.properties.get(name, ()):
        return "properties"
    if any(names.rest is False and not _speaks_of(names, name) for names in c.named):
        return "additionalProperties"
    return (
        "unevaluatedProperties"
        if c.unevaluated
        else "propertyNames"
        if c.names
        else "patternProperties"
    )


def _choose(
    c: Constraint, wanted: dict[str, list[Any]], depth: int, minimal: bool, search: Search
) -> None:
    """Add the optional properties: all near the root, fewer below; only what the count asks for
    when minimal.
    """
    share = 0.0 if minimal else 1.0 if depth < 2 else 0.7 if depth < 4 else 0.3
    for name in c.properties:
        if name in wanted:
            continue
        if len(wanted) >= c.most:
            break
        if len(wanted) < c.fewest or share == 1 or (share and search.rng.chance(share)):
            schemas = property_schemas(c, name, search)
            if schemas is not None:
                wanted[name] = schemas


def _close(c: Constraint, wanted: dict[str, list[Any]], search: Search) -> None:
    """Add what the present properties depend on; drop those for which that is not possible."""
    waiting = [(holder, others) for holder, others in c.dependent if holder in wanted]
    while waiting:
        search.spend()
        holder, others = waiting.pop()
        for name in others:
            if name in wanted:
                continue
            schemas = property_schemas(c, name, search)
            if schemas is None or len(wanted) >= c.most:
                _drop(c, wanted, holder, name)
                waiting = [(h, o) for h, o in c.dependent if h in wanted]
                break
            wanted[name] = schemas
            waiting += [(h, o) for h, o in c.dependent if h == name]


def _drop(c: Constraint, wanted: dict[str, list[Any]], holder: str, missing: str) -> None:
    """Remove a property whose dependency cannot be met, and all that depend on it."""
    doomed = [holder]
    while doomed:
        name = doomed.pop()
        if name in c.required:
            raise ConflictError(
                f"{name!r} needs {missing!r}, which is not allowed", "dependentRequired", "required"
            )
        if wanted.pop(name, None) is not None:
            doomed += [h for h, others in c.dependent if name in others and h in wanted]


def _invent(c: Constraint, wanted: dict[str, list[Any]], missing: int, search: Search) -> None:
    """Add properties that the schema does not name: as many as are missing, or a few if that is
    what it is about.
    """
    rest = [names.rest for names in c.named if isinstance(names.rest, dict) and names.rest]
    few = 0
    if (c.patterned or rest) and not c.properties:
        few = 1 + search.rng.chance(0.4)
    elif c.patterned and search.rng.chance(0.3):
        few = 1
    goal = int(min(len(wanted) + max(missing, few), c.most))
    for attempt in range(6 * (goal - len(wanted))):
        if len(wanted) >= goal:
            return
        search.spend()
        name = _new_name(c, attempt, search)
        schemas = None if name is None or name in wanted else property_schemas(c, name, search)
        if name is not None and schemas is not None and _allowed(c, wanted, name):
            wanted[name] = schemas
    if missing > 0 and len(wanted) < c.fewest:
        known = (
            "additionalProperties"
            if any(names.rest is False for names in c.named)
            else "propertyNames"
        )
        reason = f"not enough names for {c.fewest} properties"
        raise ConflictError(reason, "minProperties", known, schema=c.schemas[-1], certain=False)


def _allowed(c: Constraint, wanted: dict[str, list[Any]], name: str) -> bool:
    return all(
        other in wanted for holder, others in c.dependent if holder == name for other in others
    )


def _new_name(c: Constraint, attempt: int, search: Search) -> str | None:
    sources = [source for source, schema in c.patterned if schema is not False]
    closed = any(names.rest is False for names in c.named) or bool(c.unevaluated)
    if sources and (closed or search.rng.chance(0.6)):
        source = sources[attempt % len(sources)]
        name = spell(source, search.rng)
        longer = f"{name}{search.rng.choice(WORDS)}"
        return longer if name is not None and pattern.search(source, longer) else name
    if c.names:
        try:
            made = search.value([_ANY_NAME, *c.names], "key", 1)
        except ConflictError:
            return None
        return made if isinstance(made, str) else None
    word = search.rng.choice(WORDS)
    return word if attempt < 4 else f"{word}_{attempt}"
