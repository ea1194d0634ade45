"""Paths into a recorded request: `model`, `input[0].content`, `query.limit`, and patterns of them.

A path starts at the body unless its first name is `method`, `path`, `query` or `body`.
"""

from collections.abc import Iterable
from typing import Final

from mockserver.api.json_path import ANY, DEEP, Path, PathError, Pattern, join_path, parse_path

PARTS: Final = ("method", "path", "query", "body")

_REMEMBERED = 1000


def render(path: Path) -> str:
    """The text of a path from the request as a whole, as `parse` reads it."""
    inner = join_path(path[1:]) if path[:1] == ("body",) else ""
    if not inner or inner.startswith("[") or path[1] in PARTS:
        return join_path(path)
    return inner


def parse(text: str) -> Pattern:
    """The pattern that a text means. Raises ValueError when it is none."""
    example = "write it like `input[0].content`"
    try:
        pattern = parse_path(text.strip())
    except PathError as error:
        raise ValueError(
            f"{text!r} is no path: nothing fits at {error.rest!r}; {example}"
        ) from None
    if not pattern:
        raise ValueError(f"{text!r} is no path: it is empty; {example}")
    return pattern if pattern[0] in PARTS else ("body", *pattern)


class Ahead:
    """Patterns on the way down a value. Falsy when none of them can match any more."""

    __slots__ = ("_next", "_patterns")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._next: dict[str | int, Ahead | None] = {}

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def step(self, step: str | int) -> "Ahead | None":
        """What is left after one step down; None when a pattern is used up, that is, it matches."""
        try:
            return self._next[step]
        except KeyError:
            left = self._compute(step)
            if len(self._next) < _REMEMBERED:
                self._next[step] = left
            return left

    def _compute(self, step: str | int) -> "Ahead | None":
        left = [rest for pattern in self._patterns for rest in _after(pattern, step)]
        return Ahead(left) if all(left) else None


def _after(pattern: Pattern, step: str | int) -> list[Pattern]:
    first, rest = pattern[0], pattern[1:]
    if first == DEEP:
        return [pattern, *(_after(rest, step) if rest else [rest])]
    return [rest] if first in (ANY, step) else []
