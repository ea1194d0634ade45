"""Does a text match a regular expression? And what work that is, before it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import log2, prod

from mockserver.schemas.bounds import Budget, Memory
from mockserver.schemas.judge import MOST_BACKTRACKS, pattern_test
from mockserver.schemas.patterns import MANY, Node, PatternError, reader_of

_MOST_REPEATED = 65535
_COUNT = re.compile(r"\{\d*,?(\d+)")
# Measured: what one unit of work does.
_SIZE_COMPILED = 10
_STATES_MATCHED = 100
_STEPS_TRACED = 50


@dataclass(frozen=True, slots=True)
class _Matcher:
    """A compiled pattern; `tree` where the engine may have to go back, `limit` where it then gives
    up.
    """

    test: Callable[[str], bool]
    states: int
    size: int
    tree: Node | None = None
    limit: int = MANY

    def work(self, length: int) -> int:
        """What a text of this length may take."""
        work = 1 + length * self.states // _STATES_MATCHED
        if self.tree is not None:
            steps = min(self.limit, length * _ways(self.tree, length))
            work += steps // _STEPS_TRACED * (1 + length // 64)
        return work


def matches(source: str, text: str, budget: Budget | None = None) -> bool:
    """Whether the pattern is found in the text. Raises PatternError, OutOfWorkError."""
    matcher = _matcher(source)
    if budget is None:
        budget = Budget()
    budget.spend(matcher.work(len(text)), f"the pattern {source[:80]!r}")
    return matcher.test(text)


def work_of_matching(source: str, length: int) -> int:
    """What it may take to match a text of this length."""
    try:
        return _matcher(source).work(length)
    except PatternError:
        return 1


def charge_reading(source: str, budget: Budget) -> None:
    """Count what it takes to read and compile a pattern. Raises OutOfWorkError."""
    what = f"the pattern {source[:80]!r}"
    budget.spend(1 + len(source), what)
    budget.spend(_size(source) // _SIZE_COMPILED, what)


def _size(source: str) -> int:
    try:
        return reader_of(source).tree.size
    except PatternError:
        # Another engine may read it all the same.
        counts = (int(count[:9]) for count in _COUNT.findall(source))
        return min(MANY, len(source) * prod(max(count, 1) for count in counts))


def _compile(source: str) -> _Matcher:
    """The judge's own engine, which takes linear time for most; Python's for what the former
    refuses.
    """
    test = pattern_test(source)
    size = _size(source)
    if test is None:
        reader = reader_of(source)
        return _Matcher(_python_test(source), reader.tree.states, size, reader.tree)
    try:
        reader = reader_of(source)
    except PatternError:
        return _Matcher(test, size, size)
    traced = reader.tree if reader.backtracks else None
    return _Matcher(test, reader.tree.states, size, traced, MOST_BACKTRACKS)


_matcher = Memory(_compile, weigh=lambda matcher: 2000 + 10 * matcher.size, most=16_000_000)


def _ways(node: Node, length: int) -> int:
    """In how many ways a node may match what begins at one place of a text of this length."""
    if node.kind == "either":
        return min(MANY, sum(_ways(part, length) for part in node.parts))
    if node.kind == "repeat":
        return _ways_to_repeat(node, length)
    total = 1
    looked = 0
    for part in node.parts:
        ways = _ways(part, length)
        # What is only looked at is never tried again for what comes behind it.
        if part.kind == "look":
            looked += total * ways
        else:
            total *= ways
    return min(MANY, total + looked)


def _ways_to_repeat(node: Node, length: int) -> int:
    (part,) = node.parts
    most = min(node.high, length)
    ways = _ways(part, length)
    if part.least == part.most and ways == 1:
        return max(1, most - node.low + 1)
    return MANY if most * log2(ways + 1) > 30 else int((ways + 1) ** most)


def _python_test(source: str) -> Callable[[str], bool]:
    reader = reader_of(source)
    try:
        compiled = re.compile(_python(reader.tree), re.IGNORECASE if reader.any_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{source!r}: {error}") from None
    return lambda text: compiled.search(text) is not None


def _python(node: Node) -> str:
    """The node as Python's `re` writes it."""
    if node.kind == "text":
        return re.escape(node.text)
    if node.kind == "set":
        return _python_set(node)
    if node.kind == "edge":
        if node.text == "$":
            return r"\Z"
        return f"(?a:{node.text})" if node.text in (r"\b", r"\B") else node.text
    if node.kind == "again":
        return f"(?P={node.name})" if node.name else f"(?:\\{node.text})"
    inner = ("|" if node.kind == "either" else "").join(map(_python, node.parts))
    if node.kind == "repeat":
        if node.low > _MOST_REPEATED:
            raise OverflowError(f"a repetition of more than {_MOST_REPEATED:,}")
        high = "" if node.high > _MOST_REPEATED else node.high
        return f"(?:{inner}){{{node.low},{high}}}"
    if node.kind == "look":
        return f"(?{node.text}{inner})"
    if node.kind == "group" and node.text:
        return f"(?P<{node.name}>{inner})" if node.name else f"({inner})"
    return f"(?:{inner})" if node.kind in ("either", "group") else inner


def _python_set(node: Node) -> str:
    if not node.ranges:
        return r"[\s\S]" if node.negated else r"(?!)"
    inside = "".join(f"\\U{ord(low):08x}-\\U{ord(high):08x}" for low, high in node.ranges)
    return f"[{'^' if node.negated else ''}{inside}]"
