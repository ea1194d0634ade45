"""Boolean formulas: many alternatives over properties that have few values each, solved together by
propagation and backtracking, since choosing branch by branch would not find the way out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mockserver.schemas.constraint import Constraint, Pending
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.values import OBJECT, identity

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_FEWEST_CLAUSES = 8
_MOST_VALUES = 64
_DEEPEST = 6
_SILENT = frozenset(("type", "required", "title", "description", "$comment"))

Conjunction = dict[str, int]
"""Properties with the values that they may have: bits by the places in their lists."""
Clause = list[Conjunction]
"""Of these one at least has to hold."""


def solve_together(c: Constraint, search: Search) -> None:
    """Settle the pending choices that are clauses of one formula: the properties get the values of
    a solution.

    Raises ConflictError where there is no solution, which is proved then.
    """
    if len(c.pending) < _FEWEST_CLAUSES or c.types != OBJECT or c.values is not None:
        return
    if search.document.unevaluated:
        return
    variables = _Variables(c, search)
    clauses: list[Clause] = []
    settled: list[Pending] = []
    for choice in c.pending:
        read = _clauses_of(choice, variables)
        if read is not None:
            clauses += read
            settled.append(choice)
    if len(settled) < _FEWEST_CLAUSES:
        return
    solution = _Solver(variables, clauses, search).solve()
    if solution is None:
        reason = f"no values of the properties meet all of {len(clauses)} alternatives"
        raise ConflictError(reason, settled[0].keyword, "properties", schema=settled[0].schema)
    done = set(map(id, settled))
    c.pending = tuple(choice for choice in c.pending if id(choice) not in done)
    c.checked = True
    c.properties = {
        **c.properties,
        **{
            name: (*c.properties[name], {"const": variables.values[name][place]})
            for name, place in solution.items()
        },
    }


class _Variables:
    """The required properties that are booleans or take one of few values, as they are met."""

    def __init__(self, c: Constraint, search: Search) -> None:
        self._c = c
        self._search = search
        self.document = search.document
        self.values: dict[str, Sequence[Any]] = {}

    def all_of(self, name: str) -> int:
        """The bits of all values of a property; 0 where it is none to solve for."""
        if name not in self.values:
            schemas = self._c.properties.get(name, ()) if name in self._c.required else ()
            try:
                plain = self._search.plain(schemas) if schemas else None
            except ConflictError:
                plain = None
            listed = () if plain is None or plain.pending else self._search.listed(schemas)
            self.values[name] = listed if len(listed) <= _MOST_VALUES else ()
        return (1 << len(self.values[name])) - 1

    def bits(self, name: str, wanted: Any) -> int | None:
        """The values of a property that are among those wanted; None for what cannot be said."""
        everything = self.all_of(name)
        if not everything or not isinstance(wanted, dict) or len(wanted) != 1:
            return None
        ((keyword, argument),) = wanted.items()
        if keyword == "not":
            inverse = self.bits(name, argument)
            return None if inverse is None else everything & ~inverse
        if keyword == "const":
            argument = [argument]
        elif keyword != "enum" or not isinstance(argument, list):
            return None
        self._search.budget.spend(1 + len(argument))
        keys = set(map(identity, argument))
        return sum(
            1 << place for place, value in enumerate(self.values[name]) if identity(value) in keys
        )


def _clauses_of(choice: Pending, variables: _Variables) -> list[Clause] | None:
    """The clauses that a choice comes to; None where it says something else too."""
    if choice.keyword == "not":
        denied = _conjunction(choice.wanted, variables)
        return None if denied is None else [_negated(variables, denied)]
    if choice.keyword not in ("anyOf", "oneOf"):
        return None
    branches = [_conjunction(branch, variables) for branch in choice.wanted]
    known = [branch for branch in branches if branch is not None]
    if len(known) < len(branches):
        return None
    clauses = [known]
    if choice.keyword == "oneOf":
        pairs = ((one, two) for at, one in enumerate(known) for two in known[:at])
        clauses += [_negated(variables, one, two) for one, two in pairs]
    return clauses


def _negated(variables: _Variables, *conjunctions: Conjunction) -> Clause:
    """That not all of these hold."""
    return [
        {name: variables.all_of(name) & ~bits}
        for conjunction in conjunctions
        for name, bits in conjunction.items()
    ]


def _conjunction(schema: Any, variables: _Variables, depth: int = 0) -> Conjunction | None:
    """What a schema says of the values of properties, if it says nothing else."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    if schema.keys() == {"not"}:
        inner = _conjunction(schema["not"], variables, depth + 1)
        if inner is None or len(inner) != 1:
            return None
        ((name, bits),) = inner.items()
        return {name: variables.all_of(name) & ~bits}
    if schema.keys() == {"$ref"} and isinstance(schema["$ref"], str):
        target = variables.document.target(schema, schema["$ref"])
        return _conjunction(target, variables, depth + 1)
    found: Conjunction = {}
    for part in _parts(schema, variables, depth):
        if part is None:
            return None
        for name, bits in part.items():
            found[name] = found.get(name, variables.all_of(name)) & bits
    return found


def _parts(
    schema: dict[str, Any], variables: _Variables, depth: int
) -> Iterator[Conjunction | None]:
    """What each keyword says; None for one that is not understood."""
    if schema.get("type", "object") != "object":
        yield None
    if not all(variables.all_of(name) for name in schema.get("required", ())):
        yield None
    for keyword, argument in schema.items():
        if keyword == "properties" and isinstance(argument, dict):
            for name, wanted in argument.items():
                bits = variables.bits(name, wanted)
                yield None if bits is None else {name: bits}
        elif keyword == "allOf" and isinstance(argument, list):
            for each in argument:
                yield _conjunction(each, variables, depth + 1)
        elif keyword not in _SILENT:
            yield None


class _Solver:
    """Values for the variables that meet all clauses."""

    def __init__(self, variables: _Variables, clauses: list[Clause], search: Search) -> None:
        self._search = search
        self._clauses = clauses
        self._left = {name: variables.all_of(name) for name in variables.values}
        self._touched: dict[str, list[int]] = {name: [] for name in self._left}
        for at, clause in enumerate(clauses):
            for name in dict.fromkeys(name for branch in clause for name in branch):
                self._touched[name].append(at)

    def solve(self) -> dict[str, int] | None:
        """The places of the values, by property; None where there is no solution."""
        if not self._propagate(range(len(self._clauses))):
            return None
        # For each decision what was left before it, and the branches that are not tried yet.
        trail: list[tuple[dict[str, int], list[Conjunction]]] = []
        while True:
            open_branches = self._decision()
            if open_branches is None:
                return {name: self._drawn(bits) for name, bits in self._left.items() if bits}
            trail.append((dict(self._left), self._search.rng.shuffled(open_branches)))
            while trail:
                before, rest = trail[-1]
                if not rest:
                    trail.pop()
                    continue
                self._left = dict(before)
                if self._hold(rest.pop()):
                    break
            else:
                return None

    def _drawn(self, bits: int) -> int:
        places = [place for place in range(bits.bit_length()) if bits >> place & 1]
        return self._search.rng.choice(places)

    def _decision(self) -> list[Conjunction] | None:
        """The branches of an open clause, one with the fewest; None where all clauses hold."""
        fewest: list[Conjunction] | None = None
        for clause in self._clauses:
            self._search.budget.spend()
            if any(self._is_met(branch) for branch in clause):
                continue
            live = [branch for branch in clause if self._is_live(branch)]
            if fewest is None or len(live) < len(fewest):
                fewest = live
                if len(live) == 2:
                    break
        return fewest

    def _is_live(self, branch: Conjunction) -> bool:
        return all(self._left[name] & bits for name, bits in branch.items())

    def _is_met(self, branch: Conjunction) -> bool:
        return not any(self._left[name] & ~bits for name, bits in branch.items())

    def _hold(self, branch: Conjunction) -> bool:
        """Let a branch hold, with all that follows; whether that is possible."""
        return self._propagate(self._narrowed(branch))

    def _narrowed(self, branch: Conjunction) -> list[int]:
        """Let a branch hold: the clauses that have to be looked at for it."""
        waiting: list[int] = []
        for name, bits in branch.items():
            left = self._left[name] & bits
            if left != self._left[name]:
                self._left[name] = left
                waiting += self._touched[name]
        return waiting

    def _propagate(self, clauses: Sequence[int]) -> bool:
        """Let hold what clauses with one branch left ask for; False where one has none."""
        waiting = list(clauses)
        while waiting:
            clause = self._clauses[waiting.pop()]
            self._search.budget.spend()
            live = [branch for branch in clause if self._is_live(branch)]
            if not live:
                return False
            if len(live) == 1:
                waiting += self._narrowed(live[0])
        return True
