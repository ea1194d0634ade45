"""Paths into a request: `model`, `input[0].content`, `query.limit`, `metadata["a.b"]`, and patterns
of them.

A path starts at the body unless its first name is `method`, `path`, `query` or `body`. In a pattern
`*` and `[*]` stand for any one name or index, `**` for any number of them.
"""

import json
import re
from collections.abc import Iterable
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""From the request as a whole: ("body", "input", 0, "content")."""

ANY: Final = "*"
DEEP: Final = "**"
PARTS: Final = ("method", "path", "query", "body")

_REMEMBERED = 1000
_PLAIN = re.compile(r"[A-Za-z_$][\w$-]*\Z")
_TOKEN = re.compile(
    r"""\.?(?:(?P<deep>\*\*)|(?P<any>\*|\[\*?\])|\[(?P<index>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|(?P<name>[^.\[\]*]+))"""
)


class Pattern(tuple[str | int, ...]):
    """A path in which the plain strings `*` and `**` are wildcards; quoted names are marked by
    `Literal`.
    """

    __slots__ = ()


class Literal(str):
    """A name that is meant as it stands, even if it looks like a wildcard."""

    __slots__ = ()


def render(path: Path) -> str:
    """The text of a path, as `parse` reads it."""
    shown = path[1:] if path[:1] == ("body",) and _stands_alone(path) else path
    text = ""
    for step in shown:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.match(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


def _stands_alone(path: Path) -> bool:
    return (
        len(path) > 1
        and isinstance(path[1], str)
        and path[1] not in PARTS
        and _PLAIN.match(path[1]) is not None
    )


def parse(text: str) -> Pattern:
    """The pattern that a text means. Raises ValueError when it is none."""
    rest = text.strip().removeprefix("$")
    steps: list[str | int] = []
    position = 0
    while position < len(rest):
        token = _TOKEN.match(rest, position)
        if token is None:
            raise ValueError(
                f"{text!r} is no path: nothing fits at {rest[position:]!r}; write it like "
                "`input[0].content`"
            )
        position = token.end()
        steps.append(_step(token))
    if not steps:
        raise ValueError(f"{text!r} is no path: it is empty; write it like `input[0].content`")
    return Pattern(steps if steps[0] in PARTS else ["body", *steps])


def _step(token: re.Match[str]) -> str | int:
    if token["deep"]:
        return DEEP
    if token["any"]:
        return ANY
    if token["index"]:
        return int(token["index"])
    return Literal(json.loads(token["quoted"])) if token["quoted"] else token["name"]


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
    first, rest = pattern[0], Pattern(pattern[1:])
    if isinstance(first, Literal):
        return [rest] if first == step else []
    if first == DEEP:
        return [pattern, *(_after(rest, step) if rest else [rest])]
    return [rest] if first in (ANY, step) else []
