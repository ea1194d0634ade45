"""Choosing among branches: every `pending` keyword of a constraint is settled, one way or
another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.schemas.check import known_key
from mockserver.schemas.constraint import Constraint, Pending
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.merge import add
from mockserver.schemas.negation import BARE, SILENT, complete
from mockserver.schemas.objects import property_schemas
from mockserver.schemas.values import OBJECT, identity, type_of, types_named

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_MOST_TRIED = 400
# Schemas to add, names to require, names to forbid, schemas that must not hold.
Way = tuple[list[Any], list[str], list[str], list[Any]]


def settle(constraint: Constraint, search: Search, minimal: bool) -> Constraint:
    """A copy of the constraint in which each pending choice is made; branches that contradict are
    passed over.

    Raises ConflictError when all ways contradict.
    """
    c = constraint.copy()
    _imply(c)
    trail = Trail()
    while c.pending:
        # The newest first, so that a choice and what follows from it fail together.
        choice = next((one for one in reversed(c.pending) if one.keyword == "not"), c.pending[-1])
        c.pending = tuple(one for one in c.pending if one is not choice)
        why = None
        try:
            ways = _ways(choice, c, search, minimal)
        except ConflictError as conflict:
            ways, why = [], conflict
        if ways is not None:
            trail.choices.append((c, choice, iter(ways)))
            c = _advance(trail, search, why)
    return c


@dataclass(slots=True)
class Trail:
    """The choices made so far, each with the ways not tried yet; `exact` while all conflicts met
    were certain.
    """

    choices: list[tuple[Constraint, Pending, Iterator[Way]]] = field(default_factory=list)
    exact: bool = True
    tried: int = 0


def _advance(trail: Trail, search: Search, why: ConflictError | None) -> Constraint:
    """The next way of the last choice that does not contradict, or else of the choice before it."""
    while trail.choices:
        c, choice, ways = trail.choices[-1]
        for way in ways:
            search.spend(4)
            trail.tried += 1
            if trail.tried > _MOST_TRIED:
                raise ConflictError(
                    f"{_MOST_TRIED} combinations tried", choice.keyword, certain=False
                )
            twin = c.copy()
            try:
                _take(twin, way, choice, search)
            except ConflictError as conflict:
                why = conflict
                trail.exact &= conflict.certain
            else:
                return twin
        trail.exact &= choice.keyword != "not" or complete(choice.wanted)
        why = _exhausted(choice, why)
        trail.choices.pop()
    why = why or ConflictError("no branch is left", "anyOf")
    why.certain = trail.exact
    raise why


def _exhausted(choice: Pending, why: ConflictError | None) -> ConflictError:
    reason = why.reason if why else "nothing is left to choose"
    words = [word for word in (why.keywords if why else ()) if word != choice.keyword]
    reason = (
        reason.removeprefix("no way to meet ").partition(": ")[2]
        if reason.startswith("no way")
        else reason
    )
    return ConflictError(
        f"no way to meet {choice.keyword!r}: {reason}",
        choice.keyword,
        *words[-1:],
        schema=choice.schema,
    )


def _take(c: Constraint, way: Way, choice: Pending, search: Search) -> None:
    schemas, required, forbidden, denied = way
    outer, c.scope = c.scope, choice.scope
    try:
        for name in forbidden:
            c.forbid(name)
        if required:
            c.require(required)
        for schema in schemas:
            add(c, schema, search.document)
        c.pending += tuple(Pending("not", schema, choice.schema, choice.scope) for schema in denied)
        c.checked |= bool(denied)
    finally:
        c.scope = outer
    _imply(c)
    _look_ahead(c, search)


def _imply(c: Constraint) -> None:
    """Require what the required properties depend on."""
    missing: set[str] | bool = True
    while missing:
        missing = {
            name
            for holder, others in c.dependent
            if holder in c.required
            for name in others
            if name not in c.required
        }
        if missing:
            c.require(sorted(missing))


def _look_ahead(c: Constraint, search: Search) -> None:
    """Raise ConflictError for required properties that cannot be met."""
    for name in c.required:
        schemas = c.properties.get(name, ())
        if False in schemas:
            raise ConflictError(
                f"property {name!r} is required and forbidden", "properties", "required"
            )
        if len(schemas) > 1:
            search.plain(schemas)
            if any(
                isinstance(part, dict) and part.get("not") in schemas
                for part in schemas
                if part is not True
            ):
                raise ConflictError(
                    f"property {name!r} has to fit a schema and not to", "properties", "not"
                )


def _ways(choice: Pending, c: Constraint, search: Search, minimal: bool) -> list[Way] | None:
    """The ways to meet a pending keyword, in the order to try them; None when there is nothing to
    do.
    """
    wanted, rng = choice.wanted, search.rng
    if choice.keyword == "not":
        return _denials(wanted, c, search)
    if choice.keyword == "dependentSchemas":
        if choice.name in c.required:
            return [([wanted], [], [], [])]
        ways: list[Way] = [([wanted], [choice.name], [], []), ([], [], [choice.name], [])]
        return ways[::-1] if minimal or choice.name not in c.properties or rng.chance(0.3) else ways
    if choice.keyword == "if":
        met, unmet = choice.schema.get("then", True), choice.schema.get("else", True)
        ways = [([wanted, met], [], [], []), ([unmet], [], [], [wanted])]
        return ways[::-1] if rng.chance(0.5) else ways
    if not wanted:
        return None
    order = rng.shuffled(range(len(wanted)))
    if minimal:
        order.sort(key=lambda at: search.weight(wanted[at]))
    if choice.keyword == "anyOf":
        return [([wanted[at]], [], [], []) for at in order]
    c.checked |= len(wanted) > 1
    return [
        ([wanted[at]], [], [], [other for place, other in enumerate(wanted) if place != at])
        for at in order
    ]


def _denials(schema: Any, c: Constraint, search: Search) -> list[Way] | None:
    """The ways not to fit a schema."""
    if refuted(c, schema, search):
        return None
    c.checked = True
    said = [word for word in schema if word not in SILENT] if isinstance(schema, dict) else []
    if said == ["$ref"] and id(search.document.target(schema, schema["$ref"])) in c.held:
        raise ConflictError("a schema has to be met and is denied", "not", "$ref", schema=schema)
    if said == ["type"]:
        _untype(schema, c)
        return None
    if said == ["format"] and not search.document.assert_formats:
        raise ConflictError(
            "formats are not asserted, so that each fits", "not", "format", schema=schema
        )
    if len(said) == 1 and said[0] in BARE:
        _strike(schema, said[0], c)
        return None
    rated = sorted(search.rng.shuffled(search.opposites(schema)), key=lambda pair: pair[0])
    ways: list[Way] = [([way], [], [], []) for _, way in rated]
    if not ways:
        raise ConflictError("everything fits the schema that is denied", "not", schema=schema)
    if search.lenient:
        ways.append(([], [], [], []))
    return ways


def _untype(schema: dict[str, Any], c: Constraint) -> None:
    c.types &= ~types_named(schema["type"])
    if c.values is not None:
        c.values = [value for value in c.values if type_of(value) & c.types]
    if not c.types or c.values == []:
        raise ConflictError(
            f"only {schema['type']!r} is left, which is denied", "type", "not", schema=schema
        )


def _strike(schema: dict[str, Any], keyword: str, c: Constraint) -> None:
    """What no other keyword can say is left to the finished value, except for lists of values."""
    c.unlike += (schema,)
    if keyword in ("enum", "const") and c.values is not None:
        struck = {
            identity(value)
            for value in (schema["enum"] if keyword == "enum" else [schema["const"]])
        }
        c.values = [value for value in c.values if identity(value) not in struck]
        if not c.values:
            raise ConflictError("all allowed values are denied", "enum", "not", schema=schema)


def refuted(c: Constraint, schema: Any, search: Search, depth: int = 0) -> bool:
    """Whether the constraint already excludes the schema, as far as is quickly seen."""
    if not isinstance(schema, dict) or depth > 6:
        return schema is False
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if refuted(c, search.document.target(schema, reference), search, depth + 1):
            return True
        if search.document.draft <= 7:
            return False
    if "type" in schema and not types_named(schema["type"]) & c.types:
        return True
    if ("enum" in schema or "const" in schema) and _lists_apart(c, schema):
        return True
    if c.types == OBJECT and _objects_apart(c, schema, search):
        return True
    if any(refuted(c, part, search, depth + 1) for part in schema.get("allOf", ())):
        return True
    return any(
        schema.get(word) and all(refuted(c, part, search, depth + 1) for part in schema[word])
        for word in ("anyOf", "oneOf")
    )


def _lists_apart(c: Constraint, schema: dict[str, Any]) -> bool:
    options = schema["enum"] if "enum" in schema else [schema["const"]]
    if c.values is None:
        return not any(type_of(option) & c.types for option in options)
    return {identity(option) for option in options}.isdisjoint(map(identity, c.values))


def _objects_apart(c: Constraint, schema: dict[str, Any], search: Search) -> bool:
    required = schema.get("required")
    if isinstance(required, list) and any(
        property_schemas(c, name, search) is None for name in required
    ):
        return True
    if schema.get("additionalProperties") is False and not all(
        known_key(name, schema) for name in c.required
    ):
        return True
    for name, part in schema.get("properties", {}).items():
        if name in c.required and (name in c.properties or part is False):
            try:
                search.plain([*c.properties.get(name, ()), part])
            except ConflictError:
                return True
    return False
