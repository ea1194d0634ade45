"""The search for a value: one attempt, with its random source, its steps and its limits of size and
depth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor
from typing import Any

from mockserver.schemas import values as v
from mockserver.schemas.arrays import make_array
from mockserver.schemas.branches import settle
from mockserver.schemas.constraint import Constraint
from mockserver.schemas.document import Document
from mockserver.schemas.errors import ConflictError, OutOfStepsError
from mockserver.schemas.hints import Name
from mockserver.schemas.locales import OURS, Locale
from mockserver.schemas.merging import merge
from mockserver.schemas.negation import Opposite, opposites
from mockserver.schemas.objects import make_object
from mockserver.schemas.rng import Rng
from mockserver.schemas.scalars import make_integer, make_number, make_string
from mockserver.schemas.validation import failing_keyword, fits

_DEEPEST = 130
_WEIGHT_OF_RECURSION = 50
_MOST_COUNTED = 1_000_000  # Of integers without a bound.
_MOST_MULTIPLES = 10_000
_SHORT_TEXTS = (*map(chr, range(33, 127)), *map(chr, range(0xA1, 0x100)), "", " ")
_UNUSED = Rng()
_NO_NAME = Name()
# How often a type is drawn where several are likely.
_SHARES = {
    v.OBJECT: 4,
    v.ARRAY: 3,
    v.STRING: 4,
    v.INTEGER: 2,
    v.FRACTION: 4,
    v.BOOLEAN: 2,
    v.NULL: 1,
}
_LIGHTEST = (v.NULL, v.BOOLEAN, v.INTEGER, v.FRACTION, v.STRING, v.ARRAY, v.OBJECT)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an attempt may do.

    Args:
        steps: Steps of work; beyond them OutOfStepsError.
        size: After so many values only what is needed is made.
        depth: Below so many levels only what is needed is made.
        sparse: Only what is needed is made everywhere.
        lenient: Denials may be left to the check of the finished value.
        unhinted: Types are tried that no keyword speaks of.
        formats: The formats of the schema decide between branches.
        careful: Of many choices the one is made first that has the fewest ways left, and multiples
            are those in decimals, which not all validators see.
    """

    steps: int
    size: int
    depth: int
    sparse: bool = False
    lenient: bool = False
    unhinted: bool = False
    formats: bool = False
    careful: bool = False


_NO_LIMITS = Limits(steps=0, size=0, depth=0)


def _integers(c: Constraint) -> range:
    """The integers within bounds that lists count, from the lowest or else the highest on."""
    low = ceil(c.low) if c.low > -v.INFINITE else None
    high = floor(c.high) if c.high < v.INFINITE else None
    if low is None:
        low = 0 if high is None else high - _MOST_COUNTED
    if high is None:
        high = low + _MOST_COUNTED
    step = c.step.numerator if c.step is not None else 1
    return range(low - low % -step, high + 1, step)


def _multiples(c: Constraint) -> list[float]:
    """The multiples within bounds, where they are not too many."""
    if c.step is None or c.low == -v.INFINITE or c.high == v.INFINITE:
        return []
    first, last = ceil(v.exact(c.low) / c.step), floor(v.exact(c.high) / c.step)
    if last - first > _MOST_MULTIPLES:
        return []
    return [v.as_number(factor * c.step) for factor in range(first, last + 1)]


_TRIES = 5
_FAKERS_STEPS = 10
"""What a value of faker costs."""


def _speaking(schemas: Sequence[Any], keywords: Sequence[str]) -> Any:
    """The first of the schemas that has one of the keywords; the last where none has, as its parts
    may.
    """
    having = (
        one for one in schemas if isinstance(one, dict) and not one.keys().isdisjoint(keywords)
    )
    return next(having, schemas[-1])


class Search:
    """One document being searched for one value; `begin` starts an attempt. Merged schemas are
    remembered from attempt to attempt.
    """

    def __init__(self, document: Document, locale: Locale = OURS) -> None:
        self.document = document
        self.locale = locale
        self._path: list[str] = []
        """The names of the properties above what is being made."""
        self.budget = document.budget
        self.rng = _UNUSED
        self.limits = _NO_LIMITS
        self.steps = 0
        self.size = 0
        # By the identities of schemas; those are kept alive with them.
        self._plain: dict[int | tuple[int, ...], Constraint | ConflictError] = {}
        self._kept: list[Sequence[Any]] = []
        self.without_format: set[tuple[object, ...]] = set()
        """Strings that are found without their format only."""
        self._opposites: dict[int, tuple[Any, list[Opposite]]] = {}
        self._name_schemas: dict[str, dict[str, Any]] = {}
        self._weights: dict[tuple[int, int], int] = {}

    def begin(self, rng: Rng, limits: Limits) -> None:
        """Start an attempt."""
        self.document.assert_formats = limits.formats
        self.document.by_decimals = limits.careful
        self.rng = rng
        self.limits = limits
        self.steps = limits.steps
        self.size = 0

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises OutOfStepsError when none are left."""
        self.budget.spend(steps)
        self.steps -= steps
        if self.steps < 0:
            raise OutOfStepsError

    def plain(self, schemas: Sequence[Any]) -> Constraint:
        """The schemas merged, choices pending. Raises ConflictError. Not to be changed."""
        self.budget.scan(len(schemas))
        key = id(schemas[0]) if len(schemas) == 1 else tuple(map(id, schemas))
        merged = self._plain.get(key)
        if merged is None:
            try:
                merged = merge(schemas, self.document)
            except ConflictError as conflict:
                merged = conflict.again()
                self._kept.append(schemas)
            self._plain[key] = merged
        if isinstance(merged, ConflictError):
            raise merged.again()
        return merged

    def opposites(self, schema: Any) -> list[Opposite]:
        """The same list for the same schema, so that its merged schemas are found again."""
        if id(schema) not in self._opposites:
            self._opposites[id(schema)] = (schema, opposites(schema, self.document))
        return self._opposites[id(schema)][1]

    def fits(self, value: Any, schemas: Sequence[Any]) -> bool:
        """Whether the value fits all the schemas."""
        return all(fits(value, schema, self.document) for schema in schemas)

    def name_schema(self, source: str) -> dict[str, Any]:
        """What a name has to fit for a pattern; the same object for the same pattern."""
        return self._name_schemas.setdefault(source, {"type": "string", "pattern": source})

    def is_denied(self, value: Any, c: Constraint) -> bool:
        """Whether the value fits a schema that it must not fit."""
        return any(fits(value, schema, self.document) for schema in c.unlike)

    def listed(self, schemas: Sequence[Any]) -> Sequence[Any]:
        """All the values that the schemas leave, where they are in a list or within bounds."""
        if not schemas:
            return []
        c = self.plain(schemas)
        if c.values is not None:
            return c.values
        if c.types == v.INTEGER:
            return _integers(c)
        if c.types in (v.NUMBER, v.FRACTION) and c.step is not None:
            return _multiples(c)
        if c.types == v.STRING:
            return _SHORT_TEXTS
        return [False, True] if c.types == v.BOOLEAN else []

    def value_at(self, place: object, schemas: Sequence[Any], name: Name, depth: int) -> Any:
        """The value of a part: its choices depend on the seed and on its place in the whole, so
        that its neighbours may change. Raises ConflictError, OutOfStepsError.
        """
        outer = self.rng
        self.rng = outer.child(place)
        try:
            if self.locale.providers:
                return self._wanted_at(place, schemas, name, depth)
            return self.value(schemas, name, depth)
        finally:
            self.rng = outer

    def _wanted_at(self, place: object, schemas: Sequence[Any], name: Name, depth: int) -> Any:
        """The same where providers are named for some places: what the one for this place makes, if
        that fits.
        """
        names = [place] if isinstance(place, str) else []
        self._path += names
        try:
            provider = self.locale.at(tuple(self._path))
            if provider is not None:
                for _ in range(_TRIES):
                    self.spend(_FAKERS_STEPS)
                    value = provider(self.rng)
                    if self.fits(value, schemas):
                        return value
            return self.value(schemas, name, depth)
        finally:
            del self._path[len(self._path) - len(names) :]

    def try_again(self) -> None:
        """Draw other values for all parts of what is being made."""
        self.rng = self.rng.child("again")

    def value(self, schemas: Sequence[Any], name: Name = _NO_NAME, depth: int = 0) -> Any:
        """A value that fits all the schemas; `name` says what it is for. Raises ConflictError,
        OutOfStepsError.
        """
        base = self.plain(schemas)
        if base.pending or base.types & (v.OBJECT | v.ARRAY):
            self.spend()
        else:
            self.budget.spend()  # It leads nowhere else.
        if depth > _DEEPEST:
            reason = f"more than {_DEEPEST} levels are needed"
            raise ConflictError(reason, "$ref", schema=schemas[-1], certain=False)
        limits = self.limits
        minimal = limits.sparse or depth > limits.depth or self.size > limits.size
        try:
            if base.pending:
                return self._chosen(base, schemas, name, depth, minimal)
            return self._make(base, name, depth, minimal)
        except ConflictError as conflict:
            if conflict.schema is None:
                conflict.schema = _speaking(schemas, conflict.keywords)
            raise

    def _chosen(
        self, base: Constraint, schemas: Sequence[Any], name: Name, depth: int, minimal: bool
    ) -> Any:
        """A value after the choices that are pending are made, in other ways if need be."""
        last: ConflictError | None = None
        for attempt in range(6 if depth < 12 else 2):
            if attempt:
                self.try_again()
            lean = minimal or attempt >= 4
            c = settle(base, self, lean)
            try:
                value = self._make(c, name, depth, lean)
            except ConflictError as conflict:
                last = conflict
                continue
            # What unevaluated* denies only the judge can tell.
            is_left_to_judge = self.limits.lenient and self.document.unevaluated
            if not c.checked or is_left_to_judge or self.fits(value, schemas):
                return value
            failing = (failing_keyword(value, schema, self.document) for schema in schemas)
            keyword = next(word for word in failing if word)
            last = ConflictError("no value tried met the keyword", keyword)
        assert last is not None
        last.certain = False
        raise last

    def _make(self, c: Constraint, name: Name, depth: int, minimal: bool) -> Any:
        """A value for a constraint without choices. Raises ConflictError."""
        self.size += 1
        if c.values is not None:
            return self._take_listed(c.values, c)
        if c.examples and self.rng.chance(0.3):
            example = self.rng.choice(c.examples)
            if v.type_of(example) & c.types and self.fits(example, c.schemas):
                return self.copied(example)
        if c.types in _SHARES:
            return self._make_kind(c.types, c, name, depth, minimal)
        last: ConflictError | None = None
        for kind in self._kinds(c, name, depth, minimal):
            try:
                return self._make_kind(kind, c, name, depth, minimal)
            except ConflictError as conflict:
                if last is not None:
                    conflict.certain &= last.certain
                last = conflict
        assert last is not None
        raise last

    def copied(self, value: Any) -> Any:
        """A copy of a value of the schema."""
        self.budget.spend(v.count_parts(value))
        return deepcopy(value)

    def _take_listed(self, values: list[Any], c: Constraint) -> Any:
        start = self.rng.below(len(values))
        for at in range(len(values)):
            value = values[(start + at) % len(values)]
            self.spend(1 if at else 0)
            if self.fits(value, c.schemas) and not self.is_denied(value, c):
                return self.copied(value)
        words = (failing_keyword(values[0], schema, self.document) for schema in c.schemas)
        word = next((word for word in words if word), "not")
        raise ConflictError(f"no listed value meets {word!r}", "enum", word)

    def _kinds(self, c: Constraint, name: Name, depth: int, minimal: bool) -> list[int]:
        """The types to try, in order: those that the keywords speak of, then the others."""
        likely = c.types & c.hinted or c.types
        if c.types == v.ANY and not c.hinted:
            likely = v.STRING
        others = c.types & ~likely
        if self.limits.unhinted and depth == 0 and others:
            likely, others = others, likely
        kinds = [kind for kind in _SHARES if kind & likely]
        if likely == v.NUMBER and (name.is_whole() or name.usual_range()):
            kinds = [v.INTEGER, v.FRACTION] if name.is_whole() else [v.FRACTION, v.INTEGER]
            return kinds + [kind for kind in _LIGHTEST if kind & others]
        if minimal:
            kinds.sort(key=_LIGHTEST.index)
        elif len(kinds) > 1:
            first = self._draw_kind(kinds)
            kinds.remove(first)
            kinds.insert(0, first)
        return kinds + [kind for kind in _LIGHTEST if kind & others]

    def _draw_kind(self, kinds: list[int]) -> int:
        """One of the types, each by its share."""
        bounds = list(accumulate(_SHARES[kind] for kind in kinds))
        drawn = self.rng.below(bounds[-1])
        return kinds[bisect_right(bounds, drawn)]

    def _make_kind(self, kind: int, c: Constraint, name: Name, depth: int, minimal: bool) -> Any:
        if kind == v.STRING:
            return make_string(c, name, depth, self)
        if kind == v.OBJECT:
            return make_object(c, name, depth, minimal, self)
        if kind == v.ARRAY:
            return make_array(c, name, depth, minimal, self)
        if kind == v.INTEGER:
            return make_integer(c, name, self)
        if kind == v.FRACTION:
            return make_number(c, name, self)
        return self.rng.chance(0.5) if kind == v.BOOLEAN else None

    def weight(self, schema: Any, depth: int = 0) -> int:
        """Roughly how large the smallest value is."""
        if not isinstance(schema, dict):
            return 99 if schema is False else 0
        if depth > 8:
            return _WEIGHT_OF_RECURSION  # Most likely a recursion.
        key = (id(schema), depth)
        if key not in self._weights:
            self.budget.spend()
            self._weights[key] = self._weigh(schema, depth)
        return self._weights[key]

    def _weigh(self, schema: dict[str, Any], depth: int) -> int:
        if isinstance(schema.get("$ref"), str):
            return 1 + self.weight(self.document.target(schema, schema["$ref"]), depth + 1)
        if "const" in schema or "enum" in schema:
            return 1
        types = v.types_named(schema.get("type", ()))
        if types & (v.NULL | v.BOOLEAN):
            return 1
        if types & (v.STRING | v.NUMBER):
            return 2 + ("pattern" in schema)
        total = 3 + ("not" in schema)
        if types & v.ARRAY:
            items = schema.get("items")
            has_items = schema.get("minItems") and isinstance(items, dict)
            return total + (self.weight(items, depth + 1) if has_items else 0)
        required = schema.get("required")
        self.budget.spend(len(required) if isinstance(required, list) else 0)
        for name in required if isinstance(required, list) else ():
            total += 1 + self.weight(schema.get("properties", {}).get(name, True), depth + 2)
        for word in ("anyOf", "oneOf"):
            if schema.get(word):
                total += min(self.weight(part, depth + 1) for part in schema[word])
        return total + sum(self.weight(part, depth + 1) for part in schema.get("allOf", ()))
