"""Choosing among branches: every `pending` keyword of a constraint is settled, one way or
another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from mockserver.schemas.constraint import Constraint, Pending
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.formulas import solve_together
from mockserver.schemas.merging import add
from mockserver.schemas.negation import BARE, SILENT, is_exhaustive
from mockserver.schemas.objects import property_schemas
from mockserver.schemas.validation import known_key
from mockserver.schemas.values import OBJECT, identity, type_of, types_named

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_MOST_TRIED = 2000
_FEW_TRIED = 40
_MANY = 8
_LOOKED_AT = 64
_MOST_BESIDE = 5


@dataclass(slots=True)
class Way:
    """A way to meet a keyword: schemas to add, names to require, names to forbid, and schemas that
    must not hold.
    """

    schemas: Sequence[Any] = ()
    required: Sequence[str] = ()
    forbidden: Sequence[str] = ()
    denied: Sequence[Any] = ()


def settle(constraint: Constraint, search: Search, minimal: bool) -> Constraint:
    """A copy of the constraint in which each pending choice is made; branches that contradict are
    passed over.

    Raises ConflictError when all ways contradict.
    """
    c = constraint.copy()
    _require_dependencies(c, search)
    solve_together(c, search)
    trail = Trail()
    while c.pending:
        search.budget.scan(len(c.pending))
        choice = _next_choice(c, search, search.limits.careful or trail.tried > _FEW_TRIED)
        c.pending = tuple(one for one in c.pending if one is not choice)
        why = None
        try:
            ways = _ways(choice, c, search, minimal)
        except ConflictError as conflict:
            ways = []
            why = conflict
        if ways is not None:
            trail.choices.append((c, choice, iter(ways)))
            c = _advance(trail, search, why)
    return c


def _next_choice(c: Constraint, search: Search, careful: bool) -> Pending:
    """Denials first, the newest first, so that a choice and what follows from it fail together. Of
    many alternatives the one that has the fewest ways left: what is forced is found at once.
    """
    denials = (one for one in reversed(c.pending) if one.keyword == "not")
    denial = next(denials, None)
    if denial is not None:
        return denial
    if not careful or len(c.pending) < _MANY:
        return c.pending[-1]
    narrowest = c.pending[-1]
    fewest = _LOOKED_AT
    for one in reversed(c.pending[-_LOOKED_AT:]):
        left = _ways_left(one, c, fewest, search)
        if left < fewest:
            narrowest = one
            fewest = left
        if fewest <= 1:
            break
    return narrowest


def _ways_left(choice: Pending, c: Constraint, most: int, search: Search) -> int:
    """How many branches of a choice nothing speaks against yet, counted up to `most`."""
    if choice.keyword not in ("anyOf", "oneOf"):
        return 2
    left = 0
    for branch in choice.wanted[:_LOOKED_AT]:
        left += not is_refuted(branch, c, search)
        if left >= most:
            break
    return left


@dataclass(slots=True)
class Trail:
    """The choices made so far, each with the ways not tried yet; `exact` while these are all
    the ways there are.
    """

    choices: list[tuple[Constraint, Pending, Iterator[Way]]] = field(default_factory=list)
    exact: bool = True
    tried: int = 0


def _advance(trail: Trail, search: Search, why: ConflictError | None) -> Constraint:
    """The next way of the last choice that does not contradict, or else of the choice before it."""
    while True:
        c, choice, ways = trail.choices[-1]
        for way in ways:
            search.spend(4)
            trail.tried += 1
            if trail.tried > _MOST_TRIED:
                reason = f"{_MOST_TRIED} combinations tried"
                raise ConflictError(reason, choice.keyword, certain=False)
            twin = c.copy()
            try:
                _take(twin, way, choice, search)
            except ConflictError as conflict:
                why = conflict
            else:
                return twin
        trail.exact &= choice.keyword != "not" or is_exhaustive(choice.wanted)
        assert why is not None  # There is no choice without a way or a conflict.
        why = _exhausted(choice, why)
        trail.choices.pop()
        if not trail.choices:
            why.certain = trail.exact
            raise why


def _exhausted(choice: Pending, why: ConflictError) -> ConflictError:
    """The error when no way of a choice is left, with the reason of the last that failed."""
    # The innermost reason says most.
    is_nested = why.reason.startswith("no way to meet ")
    reason = why.reason.partition(": ")[2] if is_nested else why.reason
    words = [word for word in why.keywords if word != choice.keyword][-1:]
    return ConflictError(
        f"no way to meet {choice.keyword!r}: {reason}",
        choice.keyword,
        *words,
        schema=choice.schema,
    )


def _take(c: Constraint, way: Way, choice: Pending, search: Search) -> None:
    """Let a way of a choice hold. Raises ConflictError where it contradicts."""
    outer = c.scope
    c.scope = choice.scope
    for name in way.forbidden:
        c.forbid(name)
    if way.required:
        c.require(way.required)
    for schema in way.schemas:
        add(c, schema, search.document)
    if way.denied:
        c.checked = True
        denials = (Pending("not", schema, choice.schema, choice.scope) for schema in way.denied)
        search.budget.spend((len(way.denied) * 8 + len(c.pending)) // 8)
        c.pending += tuple(denials)
    c.scope = outer
    _require_dependencies(c, search)
    _look_ahead(c, search)


def _require_dependencies(c: Constraint, search: Search) -> None:
    """Require what the required properties depend on."""
    missing: set[str] | bool = True
    while missing:
        search.budget.spend(sum(len(others) for _, others in c.dependent) // 4)
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
    search.budget.spend(len(c.required) // 8)
    is_closed = search.limits.careful and any(names.rest is False for names in c.known_names)
    for name in c.required:
        if is_closed and property_schemas(c, name, search) is None:
            reason = f"property {name!r} is required and not allowed"
            raise ConflictError(reason, "required", "additionalProperties")
        schemas = c.properties.get(name, ())
        if False in schemas:
            reason = f"property {name!r} is required and forbidden"
            raise ConflictError(reason, "required")
        if len(schemas) > 1:
            search.plain(schemas)
            if any(isinstance(part, dict) and part.get("not") in schemas for part in schemas):
                reason = f"property {name!r} has to fit a schema and not to"
                raise ConflictError(reason, "properties", "not")


def _ways(choice: Pending, c: Constraint, search: Search, minimal: bool) -> Iterable[Way] | None:
    """The ways to meet a pending keyword, in the order to try them; None when there is nothing to
    do.
    """
    if choice.keyword == "not":
        return _denials(choice.wanted, c, search)
    if choice.keyword == "dependentSchemas":
        return _dependent_ways(choice, c, search, minimal)
    if choice.keyword == "if":
        return _conditional_ways(choice, search)
    return _alternatives(choice, c, search, minimal) if choice.wanted else None


def _dependent_ways(choice: Pending, c: Constraint, search: Search, minimal: bool) -> list[Way]:
    """The property and what it brings, or neither."""
    if choice.name in c.required:
        return [Way(schemas=[choice.wanted])]
    present = Way(schemas=[choice.wanted], required=[choice.name])
    absent = Way(forbidden=[choice.name])
    if minimal or choice.name not in c.properties or search.rng.chance(0.3):
        return [absent, present]
    return [present, absent]


def _conditional_ways(choice: Pending, search: Search) -> list[Way]:
    met = Way(schemas=[choice.wanted, choice.schema.get("then", True)])
    unmet = Way(schemas=[choice.schema.get("else", True)], denied=[choice.wanted])
    return [unmet, met] if search.rng.chance(0.5) else [met, unmet]


def _alternatives(choice: Pending, c: Constraint, search: Search, minimal: bool) -> Iterator[Way]:
    """The branches of anyOf and oneOf: in a drawn order, the lightest first when minimal."""
    branches = choice.wanted
    search.budget.spend(len(branches) // 2)
    order = search.rng.shuffled(range(len(branches)))
    if _is_decimal(branches):
        order.sort(key=lambda at: branches[at].get("type") != "number")
    if minimal:
        order.sort(key=lambda at: search.weight(branches[at]))
    if choice.keyword == "anyOf":
        return (Way(schemas=[branches[at]]) for at in order)
    c.checked |= len(branches) > 1
    return (
        Way(schemas=[branches[at]], denied=[*branches[:at], *branches[at + 1 :]]) for at in order
    )


def _is_decimal(branches: Sequence[Any]) -> bool:
    """Whether a number is meant, or its text: so pydantic writes a Decimal, whose text it reads as
    a number.
    """
    types = [branch.get("type") for branch in branches if isinstance(branch, dict)]
    return len(branches) <= 3 and "number" in types and {"type": "string"} in branches


def _denials(schema: Any, c: Constraint, search: Search) -> list[Way] | None:
    """The ways not to fit a schema."""
    if is_refuted(schema, c, search):
        return None
    c.checked = True
    keywords = [word for word in schema if word not in SILENT] if isinstance(schema, dict) else []
    if len(keywords) == 1 and _deny_keyword(schema, keywords[0], c, search):
        return None
    opposites = search.opposites(schema)
    search.budget.spend(len(opposites))
    drawn = search.rng.shuffled(opposites)
    ways = [Way(schemas=[way]) for _, way in sorted(drawn, key=lambda pair: pair[0])]
    ways += _ways_beside(schema, c, search)
    if not ways:
        raise ConflictError("everything fits the schema that is denied")
    if search.limits.lenient:
        ways.append(Way())
    return ways


def _ways_beside(schema: Any, c: Constraint, search: Search) -> list[Way]:
    """The ways to break additionalProperties by a property that the constraint allows."""
    if not isinstance(schema, dict):
        return []
    rest = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
    if rest is True or rest == {}:
        return []
    search.budget.spend(len(c.properties) // 4)
    beside = (name for name in c.properties if not known_key(name, schema, search.document))
    unlike = {} if rest is False else {"not": rest}
    return [
        Way(schemas=[{"type": "object", "required": [name], "properties": {name: unlike}}])
        for name in islice(beside, _MOST_BESIDE)
        if property_schemas(c, name, search) is not None
    ]


def _deny_keyword(schema: dict[str, Any], keyword: str, c: Constraint, search: Search) -> bool:
    """Whether denying the only keyword of a schema leaves no choice; then it is denied."""
    if keyword == "$ref" and id(search.document.target(schema, schema["$ref"])) in c.held:
        reason = "a schema has to be met and is denied"
        raise ConflictError(reason, "$ref")
    if keyword == "format" and not search.document.assert_formats:
        reason = "formats are not asserted, so that each fits"
        raise ConflictError(reason, "format")
    if keyword == "type":
        reason = f"only {schema['type']!r} is left, which is denied"
        _keep_types(c, ~types_named(schema["type"]), reason)
    elif keyword in BARE:
        _strike(schema, keyword, c, search)
    else:
        return False
    return True


def _keep_types(c: Constraint, types: int, reason: str) -> None:
    """Let the value be of these types. Raises ConflictError for the reason where none is left."""
    c.types &= types
    if c.values is not None:
        c.values = [value for value in c.values if type_of(value) & c.types]
    if not c.types or c.values == []:
        raise ConflictError(reason, "type")


def _strike(schema: dict[str, Any], keyword: str, c: Constraint, search: Search) -> None:
    """What no other keyword can say is left to the finished value, except for lists of values."""
    search.budget.scan(len(c.unlike))
    if BARE[keyword]:
        # All others fit the keyword.
        _keep_types(c, types_named(BARE[keyword]), f"all that is left fits any {keyword!r}")
    c.unlike += (schema,)
    if keyword in ("enum", "const") and c.values is not None:
        denied = schema["enum"] if keyword == "enum" else [schema["const"]]
        search.budget.spend((len(denied) + len(c.values)) // 2)
        struck = set(map(identity, denied))
        c.values = [value for value in c.values if identity(value) not in struck]
        if not c.values:
            raise ConflictError("all allowed values are denied", "enum")


def is_refuted(schema: Any, c: Constraint, search: Search, depth: int = 0) -> bool:
    """Whether the constraint already excludes the schema, as far as is quickly seen."""
    if not isinstance(schema, dict) or depth > 6:
        return schema is False
    search.budget.spend()
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if is_refuted(search.document.target(schema, reference), c, search, depth + 1):
            return True
        if search.document.draft <= 7:
            return False
    if "type" in schema and not types_named(schema["type"]) & c.types:
        return True
    if ("enum" in schema or "const" in schema) and _lists_apart(schema, c, search):
        return True
    if c.types == OBJECT and _objects_apart(schema, c, search):
        return True
    if any(is_refuted(part, c, search, depth + 1) for part in schema.get("allOf", ())):
        return True
    return any(
        schema.get(word) and all(is_refuted(part, c, search, depth + 1) for part in schema[word])
        for word in ("anyOf", "oneOf")
    )


def _lists_apart(schema: dict[str, Any], c: Constraint, search: Search) -> bool:
    """Whether no value that the schema lists is one that the constraint allows."""
    options = schema["enum"] if "enum" in schema else [schema["const"]]
    search.budget.spend((len(options) + len(c.values or ())) // 2)
    if c.values is None:
        return not any(type_of(option) & c.types for option in options)
    return set(map(identity, options)).isdisjoint(map(identity, c.values))


def _objects_apart(schema: dict[str, Any], c: Constraint, search: Search) -> bool:
    """Whether no object fits both, as far as their properties tell."""
    required = schema.get("required")
    if isinstance(required, list) and any(
        property_schemas(c, name, search) is None for name in required
    ):
        return True
    search.budget.spend((len(c.required) + len(schema.get("properties", {}))) // 8)
    if schema.get("additionalProperties") is False and not all(
        known_key(name, schema, search.document) for name in c.required
    ):
        return True
    for name, part in schema.get("properties", {}).items():
        if name in c.required and (name in c.properties or part is False):
            try:
                search.plain([*c.properties.get(name, ()), part])
            except ConflictError:
                return True
    return False
