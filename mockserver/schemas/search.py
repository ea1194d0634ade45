"""The search for a value: one attempt, with its random source, its steps and its limits of size and
depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from mockserver.schemas import values as v
from mockserver.schemas.arrays import make_array
from mockserver.schemas.branches import settle
from mockserver.schemas.check import failing_keyword, fits
from mockserver.schemas.constraint import Constraint
from mockserver.schemas.document import Document
from mockserver.schemas.errors import ConflictError, OutOfStepsError
from mockserver.schemas.merge import merge
from mockserver.schemas.negation import opposites
from mockserver.schemas.numbers import make_integer, make_number
from mockserver.schemas.objects import make_object
from mockserver.schemas.rng import Rng
from mockserver.schemas.strings import make_string

_DEEPEST = 90
_UNUSED = Rng()
_SHARES = (
    (v.OBJECT, 4),
    (v.ARRAY, 3),
    (v.STRING, 4),
    (v.INTEGER, 2),
    (v.FRACTION, 4),
    (v.BOOLEAN, 2),
    (v.NULL, 1),
)
_SINGLE = frozenset(kind for kind, _ in _SHARES)
_LIGHTEST = (v.NULL, v.BOOLEAN, v.INTEGER, v.FRACTION, v.STRING, v.ARRAY, v.OBJECT)


class Search:
    """One document being searched; `begin` starts an attempt. Merged schemas are remembered from
    attempt to attempt.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.rng = _UNUSED
        self.steps = 0
        self.size = self.soft_size = self.soft_depth = 0
        self.sparse = self.lenient = self.unhinted = False
        self._plain: dict[int | tuple[int, ...], Constraint | ConflictError] = {}
        self._kept: list[Sequence[Any]] = []
        self._opposites: dict[int, tuple[Any, list[tuple[int, Any]]]] = {}
        self._weights: dict[tuple[int, int], int] = {}

    def begin(
        self,
        rng: Rng,
        steps: int,
        *,
        size: int,
        depth: int,
        sparse: bool,
        lenient: bool,
        unhinted: bool,
        formats: bool,
    ) -> None:
        """Start an attempt: after size values, or below depth, only what is needed is made; sparse:
        everywhere.

        lenient leaves denials to the check of the finished value, unhinted tries types that no
        keyword speaks of, and without formats the formats of the schema decide nothing.
        """
        self.document.assert_formats = formats
        self.rng, self.steps, self.size = rng, steps, 0
        self.soft_size, self.soft_depth = size, depth
        self.sparse, self.lenient, self.unhinted = sparse, lenient, unhinted

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises OutOfStepsError when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise OutOfStepsError

    def plain(self, schemas: Sequence[Any]) -> Constraint:
        """The schemas merged, choices pending. Raises ConflictError. Not to be changed."""
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

    def opposites(self, schema: Any) -> list[tuple[int, Any]]:
        """The same list for the same schema, so that its merged schemas are found again."""
        if id(schema) not in self._opposites:
            self._opposites[id(schema)] = (schema, opposites(schema, self.document))
        return self._opposites[id(schema)][1]

    def fits(self, value: Any, schemas: Sequence[Any]) -> bool:
        """Whether the value fits all the schemas."""
        return all(fits(value, schema, self.document) for schema in schemas)

    def listed(self, schemas: Sequence[Any]) -> list[Any]:
        """All the values that the schemas leave, where they say so in a list."""
        if not schemas:
            return []
        c = self.plain(schemas)
        return [False, True] if c.types == v.BOOLEAN else c.values or []

    def value(self, schemas: Sequence[Any], name: str = "", depth: int = 0) -> Any:
        """A value that fits all the schemas; `name` says what it is for. Raises ConflictError,
        OutOfStepsError.
        """
        self.steps -= 1
        if self.steps < 0:
            raise OutOfStepsError
        if depth > _DEEPEST:
            raise ConflictError(
                f"more than {_DEEPEST} levels are needed", "$ref", schema=schemas[-1], certain=False
            )
        minimal = self.sparse or depth > self.soft_depth or self.size > self.soft_size
        base = self.plain(schemas)
        if not base.pending and base.values is None:
            return self._made(base, name, depth, minimal)
        last: ConflictError | None = None
        for attempt in range(6 if depth < 12 else 2):
            lean = minimal or attempt >= 4
            c = settle(base, self, lean) if base.pending else base
            try:
                value = self._made(c, name, depth, lean)
            except ConflictError as conflict:
                last = conflict
                if not base.pending and conflict.certain:
                    raise
                continue
            # What unevaluated* denies only the judge can tell.
            if (
                not c.checked
                or (self.lenient and self.document.unevaluated)
                or self.fits(value, schemas)
            ):
                return value
            keyword = next(
                word for word in (failing_keyword(value, s, self.document) for s in schemas) if word
            )
            last = ConflictError("no value tried met the keyword", keyword, schema=schemas[-1])
        assert last is not None
        last.certain = False
        raise last

    def _made(self, c: Constraint, name: str, depth: int, minimal: bool) -> Any:
        self.size += 1
        if c.values is not None:
            return self._listed(c.values, c)
        if c.examples and self.rng.chance(0.3):
            example = self.rng.choice(c.examples)
            if v.type_of(example) & c.types and self.fits(example, c.schemas):
                return deepcopy(example)
        if c.types in _SINGLE:
            return self._of_kind(c.types, c, name, depth, minimal)
        last: ConflictError | None = None
        for kind in self._kinds(c, depth, minimal):
            try:
                return self._of_kind(kind, c, name, depth, minimal)
            except ConflictError as conflict:
                if last is not None:
                    conflict.certain &= last.certain
                last = conflict
        assert last is not None
        raise last

    def _listed(self, values: list[Any], c: Constraint) -> Any:
        start = self.rng.below(len(values))
        for at in range(len(values)):
            value = values[(start + at) % len(values)]
            self.spend(at > 0)
            if self.fits(value, c.schemas) and not any(
                self.fits(value, [schema]) for schema in c.unlike
            ):
                return deepcopy(value)
        words = [failing_keyword(values[0], schema, self.document) for schema in c.schemas]
        word = next(filter(None, words), "not")
        raise ConflictError(f"no listed value meets {word!r}", "enum", word, schema=c.schemas[-1])

    def _kinds(self, c: Constraint, depth: int, minimal: bool) -> list[int]:
        """The types to try, in order: those that the keywords speak of, then the others."""
        likely = c.types & c.hinted or c.types
        if c.types == v.ANY and not c.hinted:
            likely = v.STRING
        if self.unhinted and depth == 0 and c.types & ~likely:
            likely = c.types & ~likely
        kinds = [kind for kind, _ in _SHARES if kind & likely]
        if minimal:
            kinds.sort(key=_LIGHTEST.index)
        elif len(kinds) > 1:
            drawn = self.rng.below(sum(share for kind, share in _SHARES if kind & likely))
            for kind, share in _SHARES:
                drawn -= share if kind & likely else 0
                if drawn < 0:
                    kinds.remove(kind)
                    kinds.insert(0, kind)
                    break
        return kinds + [kind for kind in _LIGHTEST if kind & c.types & ~likely]

    def _of_kind(self, kind: int, c: Constraint, name: str, depth: int, minimal: bool) -> Any:
        if kind == v.STRING:
            return make_string(c, name, self)
        if kind == v.OBJECT:
            return make_object(c, depth, minimal, self)
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
            return 50  # most likely a recursion
        key = (id(schema), depth)
        if key not in self._weights:
            self._weights[key] = self._weigh(schema, depth)
        return self._weights[key]

    def _weigh(self, schema: dict[str, Any], depth: int) -> int:
        if isinstance(schema.get("$ref"), str):
            return 1 + self.weight(self.document.target(schema, schema["$ref"]), depth + 1)
        if "const" in schema or "enum" in schema:
            return 1
        bits = v.types_named(schema.get("type", ()))
        if bits & (v.NULL | v.BOOLEAN):
            return 1
        if bits & (v.STRING | v.NUMBER):
            return 2 + ("pattern" in schema)
        items, required = schema.get("items"), schema.get("required")
        total = 3 + ("not" in schema)
        if bits & v.ARRAY:
            return total + (
                self.weight(items, depth + 1)
                if schema.get("minItems") and isinstance(items, dict)
                else 0
            )
        for name in required if isinstance(required, list) else ():
            total += 1 + self.weight(schema.get("properties", {}).get(name, True), depth + 2)
        for word in ("anyOf", "oneOf"):
            if schema.get(word):
                total += min(self.weight(part, depth + 1) for part in schema[word])
        return total + sum(self.weight(part, depth + 1) for part in schema.get("allOf", ()))
