"""A text in which several regular expressions are found at once, exactly: by walking through their
automata together.

What no automaton reads (back references, look-arounds elsewhere than at the beginning, word
boundaries) is left to `spelling`, which tries.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mockserver.schemas.bounds import Budget
from mockserver.schemas.characters import Ranges, alphabet, complement
from mockserver.schemas.patterns import MANY, Node, PatternError, reader_of
from mockserver.schemas.rng import Rng
from mockserver.schemas.words import WORDS

_MOST_STATES = 3_000
_LONGEST = 400
"""Of longer texts no automaton keeps account."""
_LENGTHS = 12
"""From so many of the shortest lengths one is drawn."""
_WORK = 12_000
"""What one walk may take of the budget."""
_FOUND = -1
"""The state in which a pattern has been found, whatever follows."""

States = frozenset[int]


class UnreadableError(Exception):
    """Patterns that no automaton reads, or not with reasonable work."""


def common_text(
    sources: Sequence[str], rng: Rng, low: int, high: int, budget: Budget
) -> str | None:
    """A text of low to high characters in which all the patterns are found; None where there is
    none, of up to some hundred characters.

    Raises UnreadableError for patterns that no automaton reads, OutOfWorkError.
    """
    if low > _LONGEST:
        raise UnreadableError
    machines: list[_Machine] = []
    for source in sources:
        machines += _machines(source)
        budget.spend(sum(machine.size for machine in machines) // 4)
        if sum(machine.size for machine in machines) > _MOST_STATES:
            raise UnreadableError
    walk = _Walk(machines, rng, budget)
    return walk.text(low, min(high, _LONGEST))


@dataclass(slots=True)
class _Machine:
    """A pattern as a nondeterministic automaton.

    moves: by state, the sets of characters that lead on. free: by state, what is reached without a
    character. at_start, at_end: the same, at the beginning and at the end of the text only.
    is_wanted: whether it is to be found, or not to be found.
    """

    is_wanted: bool = True
    moves: list[list[tuple[Ranges, int]]] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)
    at_start: list[list[int]] = field(default_factory=list)
    at_end: list[list[int]] = field(default_factory=list)
    last: int = 0

    @property
    def size(self) -> int:
        """How many states it has."""
        return len(self.moves)

    def state(self) -> int:
        """A new state."""
        if self.size > _MOST_STATES:
            raise UnreadableError
        for table in (self.moves, self.free, self.at_start, self.at_end):
            table.append([])
        return self.size - 1

    def build(self, node: Node, start: int) -> int:
        """Add what matches a node, from a state on; returns the state behind it."""
        if node.kind in ("text", "set"):
            end = self.state()
            self.moves[start].append((_characters(node), end))
            return end
        if node.kind in ("sequence", "group"):
            for part in node.parts:
                start = self.build(part, start)
            return start
        if node.kind == "either":
            end = self.state()
            for part in node.parts:
                first = self.state()
                self.free[start].append(first)
                self.free[self.build(part, first)].append(end)
            return end
        if node.kind == "repeat":
            return self._repeat(node, start)
        if node.kind == "edge" and node.text in "^$":
            end = self.state()
            (self.at_start if node.text == "^" else self.at_end)[start].append(end)
            return end
        raise UnreadableError

    def _repeat(self, node: Node, start: int) -> int:
        (part,) = node.parts
        for _ in range(node.low):
            start = self.build(part, start)
        if node.high >= MANY:
            loop = self.state()
            self.free[start].append(loop)
            self.free[self.build(part, loop)].append(loop)
            return loop
        end = self.state()
        for _ in range(node.high - node.low):
            self.free[start].append(end)
            start = self.build(part, start)
        self.free[start].append(end)
        return end

    def closure(self, states: Iterable[int], *, start: bool = False, end: bool = False) -> States:
        """What is reached without a character."""
        waiting = list(states)
        seen = set(waiting)
        while waiting:
            state = waiting.pop()
            for other in (
                *self.free[state],
                *(self.at_start[state] if start else ()),
                *(self.at_end[state] if end else ()),
            ):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return frozenset(seen)

    def begin(self) -> States:
        """The states before the first character."""
        return self._with_found(self.closure([0], start=True))

    def step(self, states: States, char: str) -> States:
        """The states behind a character. What is not found yet may begin behind it as well."""
        if _FOUND in states:
            return states
        reached = [
            target
            for state in states
            for ranges, target in self.moves[state]
            if _holds(ranges, char)
        ]
        return self._with_found(self.closure([*reached, 0]))

    def _with_found(self, states: States) -> States:
        return frozenset([_FOUND]) if self.last in states else states

    def is_met(self, states: States, *, empty: bool) -> bool:
        """Whether the text may end here."""
        found = _FOUND in states or self.last in self.closure(states, start=empty, end=True)
        return found is self.is_wanted


def _machines(source: str) -> list[_Machine]:
    """The automata of a pattern: its own, and one for each look-ahead at its beginning."""
    try:
        reader = reader_of(source)
    except PatternError:
        raise UnreadableError from None
    if reader.any_case:
        raise UnreadableError
    node = reader.tree
    parts = node.parts if node.kind == "sequence" else [node]
    looks: list[tuple[Node, bool]] = []
    rest = list(parts)
    edges = []
    while rest and (rest[0].kind == "look" or (rest[0].kind == "edge" and rest[0].text == "^")):
        first = rest.pop(0)
        if first.kind == "edge":
            edges.append(first)
        elif first.text in ("=", "!"):
            looks.append((first.parts[0], first.text == "="))
        else:
            raise UnreadableError
    if looks and not edges:
        raise UnreadableError
    wanted = [(Node("sequence", parts=[*edges, *rest]), True)]
    anchored = [(Node("sequence", parts=[*edges[:1], look]), yes) for look, yes in looks]
    return [_machine(each, is_wanted) for each, is_wanted in (*wanted, *anchored)]


def _machine(node: Node, is_wanted: bool) -> _Machine:
    machine = _Machine(is_wanted)
    machine.last = machine.build(node, machine.state())
    return machine


def _characters(node: Node) -> Ranges:
    if node.kind == "text":
        return ((node.text, node.text),)
    ranges = complement(node.ranges) if node.negated else sorted(node.ranges)
    return tuple(ranges)


def _holds(ranges: Ranges, char: str) -> bool:
    return any(low <= char <= high for low, high in ranges)


class _Walk:
    """Texts that lead all machines where they may end."""

    def __init__(self, machines: Sequence[_Machine], rng: Rng, budget: Budget) -> None:
        self.machines = machines
        self.rng = rng
        self.budget = budget
        self.classes = _classes(machines)
        self._next: dict[tuple[States, ...], list[tuple[States, ...]]] = {}
        self._ending: dict[tuple[States, ...], bool] = {}
        self._least = max(0, budget.left - _WORK)

    def text(self, low: int, high: int) -> str | None:
        """A text of low to high characters."""
        start = tuple(each.begin() for each in self.machines)
        layers: list[set[tuple[States, ...]]] = [{start}]
        lengths: list[int] = []
        seen = {start}
        can_end = False
        for length in range(high + 1):
            ends = any(self._ends(states, length) for states in layers[length])
            can_end |= ends
            if ends and length >= low:
                lengths.append(length)
                if len(lengths) == _LENGTHS:
                    break
            following = {after for states in layers[length] for after in self._after(states)}
            if not (can_end or following - seen):
                break  # Wherever it leads, nothing ends there.
            seen |= following
            layers.append(following)
        if not lengths:
            return None
        return self._write(layers, self.rng.choice(lengths))

    def _after(self, states: tuple[States, ...]) -> list[tuple[States, ...]]:
        """Where each class of characters leads, in the order of the classes."""
        found = self._next.get(states)
        if found is None:
            self.budget.spend(len(self.classes) * (4 + sum(map(len, states))) // 4)
            if self.budget.left < self._least:
                raise UnreadableError
            found = [
                tuple(
                    machine.step(each, letters[0])
                    for machine, each in zip(self.machines, states, strict=True)
                )
                for letters in self.classes
            ]
            self._next[states] = found
        self.budget.scan(len(found))
        return found

    def _ends(self, states: tuple[States, ...], length: int) -> bool:
        """Whether a text of this length may end here."""
        found = self._ending.get(states) if length else None
        if found is None:
            found = all(
                machine.is_met(each, empty=not length)
                for machine, each in zip(self.machines, states, strict=True)
            )
            self._ending[states] = found
        return found

    def _write(self, layers: list[set[tuple[States, ...]]], length: int) -> str:
        useful = [{each for each in layers[length] if self._ends(each, length)}]
        for layer in reversed(layers[:length]):
            behind = useful[-1]
            useful.append({each for each in layer if not behind.isdisjoint(self._after(each))})
        useful.reverse()
        (states,) = layers[0]
        text = ""
        word = ""
        for after in useful[1:]:
            ways = [
                (letters, target)
                for letters, target in zip(self.classes, self._after(states), strict=True)
                if target in after
            ]
            word = word or self.rng.choice(WORDS)
            spelled = next((way for way in ways if word[0] in way[0]), None)
            if spelled is not None:
                text += word[0]
                states = spelled[1]
                word = word[1:]
            else:
                letters, states = self.rng.choice(ways)
                text += self.rng.choice(letters)
                word = ""
        return text


def _classes(machines: Sequence[_Machine]) -> list[str]:
    """Characters that no set of any machine tells apart, a text of each kind to write with."""
    sets = list(
        dict.fromkeys(
            ranges for machine in machines for moves in machine.moves for ranges, _ in moves
        )
    )
    ends = sorted(
        {
            0,
            *(
                each
                for ranges in sets
                for low, high in ranges
                for each in (ord(low), ord(high) + 1)
            ),
        }
    )
    letters: dict[tuple[bool, ...], str] = {}
    firsts: dict[tuple[bool, ...], str] = {}
    kinds: dict[int, tuple[bool, ...]] = {}
    for place, code in enumerate(ends):
        if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
            kinds[place] = tuple(_holds(ranges, chr(code)) for ranges in sets)
            firsts.setdefault(kinds[place], chr(code))
    for char in alphabet((), True, True):
        place = bisect_right(ends, ord(char)) - 1
        kind = kinds[place]
        letters[kind] = letters.get(kind, "") + char
    # What belongs to no set is needed only where a set's opposite is written, which is a set too.
    return [letters.get(kind) or first for kind, first in firsts.items() if any(kind)] + [
        letters[kind] for kind in letters if not any(kind)
    ]
