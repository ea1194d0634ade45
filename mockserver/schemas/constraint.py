"""The record of what a value must be, made from schemas that hold at once (`merging`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mockserver.schemas import values as v

Scope = tuple[int, ...]
# What an item, a property or the name of a property is where no schema speaks of it.
ANY_STRING = {"type": "string"}


@dataclass(slots=True)
class Pending:
    """A keyword that leaves a choice; scope tells which unevaluated* keywords see what it
    brings.
    """

    keyword: str
    wanted: Any
    schema: dict[str, Any]
    scope: Scope
    name: str = ""


@dataclass(slots=True)
class Names:
    """The properties that one schema speaks of, for its additionalProperties and for
    unevaluatedProperties above it.
    """

    known: Mapping[str, Any]
    patterns: tuple[str, ...]
    rest: Any = None
    scope: Scope = ()


class Constraint:
    """What a value must be. Collections of schemas are conjunctions.

    What is not set is the default below, and no value is changed in place, so that new records and
    copies cost little.
    """

    types: int = v.ANY
    hinted: int = 0  # The types that keywords speak of where no `type` is given.
    values: list[Any] | None = None
    low: float = -v.INFINITE
    low_open: bool = False
    high: float = v.INFINITE
    high_open: bool = False
    step: Fraction | None = None
    shortest: int = 0
    longest: float = v.INFINITE
    patterns: tuple[str, ...] = ()
    format: str = ""
    description: str = ""
    coding: str = ""  # contentEncoding
    media_type: str = ""
    content: tuple[Any, ...] = ()  # contentSchema
    prefixes: tuple[list[Any], ...] = ()
    items: tuple[tuple[int, Any], ...] = ()  # The place from which on a schema speaks of items.
    fewest_items: int = 0
    most_items: float = v.INFINITE
    unique: bool = False
    contains: tuple[tuple[Any, float, float], ...] = ()
    properties: Mapping[str, tuple[Any, ...]] = {}
    pattern_properties: tuple[tuple[str, Any], ...] = ()
    known_names: tuple[Names, ...] = ()
    property_names: tuple[Any, ...] = ()
    required: Mapping[str, None] = {}
    fewest_properties: int = 0
    most_properties: float = v.INFINITE
    dependent: tuple[tuple[str, list[str]], ...] = ()
    unevaluated: tuple[tuple[str, Scope, Any], ...] = ()
    evaluated_items: tuple[tuple[Scope, float], ...] = ()
    examples: tuple[Any, ...] = ()
    unlike: tuple[Any, ...] = ()  # Schemas that the value must not fit.
    pending: tuple[Pending, ...] = ()
    checked: bool = False  # Whether the finished value has to be looked at.
    held: tuple[int, ...] = ()  # The identities of the targets of references that have to be met.
    entered: tuple[int, ...] = ()  # Of those, which are being added.
    scope: Scope = ()
    scopes: int = 0

    def __init__(self, schemas: tuple[Any, ...]) -> None:
        self.schemas = schemas

    def copy(self) -> Constraint:
        """A record that can be added to without changing this one."""
        twin = Constraint.__new__(Constraint)
        twin.__dict__.update(self.__dict__)
        return twin

    def require(self, names: Iterable[str]) -> None:
        """Properties of these names."""
        self.required = {**self.required, **dict.fromkeys(names)}

    def forbid(self, name: str) -> None:
        """No property of this name."""
        self.properties = {**self.properties, name: (*self.properties.get(name, ()), False)}


def has_conflicting_bounds(c: Constraint) -> bool:
    """Whether bounds may leave nothing of a type; it is asked of every record."""
    return (
        c.low >= c.high
        or c.shortest > c.longest
        or c.fewest_items > c.most_items
        or len(c.required) > c.most_properties
        or c.fewest_properties > c.most_properties
    )


def conflicting_bounds(c: Constraint) -> Iterator[tuple[int, tuple[str, str], str]]:
    """The types that bounds leave nothing of, with their keywords, and why."""
    if c.low > c.high or (c.low == c.high and (c.low_open or c.high_open)):
        lower = "exclusiveMinimum" if c.low_open else "minimum"
        upper = "exclusiveMaximum" if c.high_open else "maximum"
        yield v.NUMBER, (lower, upper), f"no number from {c.low} to {c.high}"
    if c.shortest > c.longest:
        reason = f"no string is at least {c.shortest} and at most {c.longest} long"
        yield v.STRING, ("minLength", "maxLength"), reason
    if c.fewest_items > c.most_items:
        reason = f"no array has at least {c.fewest_items} and at most {c.most_items} items"
        yield v.ARRAY, ("minItems", "maxItems"), reason
    most = c.most_properties
    if len(c.required) > most:
        reason = f"{len(c.required)} required properties, and at most {most} allowed"
        yield v.OBJECT, ("required", "maxProperties"), reason
    elif c.fewest_properties > most:
        reason = f"no object has at least {c.fewest_properties} and at most {most} properties"
        yield v.OBJECT, ("minProperties", "maxProperties"), reason
