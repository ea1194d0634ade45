"""Paths into JSON values: `input[1].content[0].text`, `metadata["a.b"]`.

The API names parameters so, and so do conditions, differences and rules of matching. Where a path
is looked for, `*`, `[*]` and `[]` stand for any one name or index, `**` for any number of them,
`[-1]` for the last of a list; a leading `$` stands for the whole value.
"""

import json
import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeAlias

__all__ = [
    "ANY",
    "DEEP",
    "Path",
    "PathError",
    "Pattern",
    "Wildcard",
    "find",
    "join_path",
    "parse_path",
]


class Wildcard(Enum):
    """A step of a pattern that is no name and no index."""

    ANY = "*"
    DEEP = "**"


ANY: Final = Wildcard.ANY
DEEP: Final = Wildcard.DEEP

Path: TypeAlias = tuple[str | int, ...]
"""Names and indices."""

Pattern: TypeAlias = tuple[str | int | Wildcard, ...]

_PLAIN = re.compile(r"[A-Za-z_$][\w$-]*\Z")
_STEP = re.compile(
    r"""\.?(?P<deep>\*\*)
    | \.?(?P<any>\*) | (?P<each>\[\*?\])
    | \[(?P<index>-?\d{1,18})\]
    | \[(?P<quoted>"(?:[^"\\]|\\.)*")\] | \['(?P<single>[^']*)'\]
    | \.?(?P<name>[^.\[\]*]+)""",
    re.VERBOSE,
)


_LONGEST_SHOWN = 100


class PathError(ValueError):
    """A text that is no path. `rest` is what cannot be read."""

    def __init__(self, text: str, rest: str) -> None:
        super().__init__(f"cannot read the JSON path '{_brief(text)}' at '{_brief(rest)}'")
        self.rest = rest


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def join_path(path: Path, start: str = "") -> str:
    """The text of a path, as `parse_path` reads it; start: the text of what leads to it."""
    text = start
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.match(step) and (text or not step.startswith("$")):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


@lru_cache(maxsize=512)
def parse_path(text: str) -> Pattern:
    """The steps of a path, none for the value as a whole. Raises PathError."""
    rest = text.removeprefix("$")
    if rest != text and rest and rest[0] not in ".[":
        raise PathError(text, rest)
    steps: list[str | int | Wildcard] = []
    position = 0
    while position < len(rest):
        match = _STEP.match(rest, position)
        if match is None:
            raise PathError(text, rest[position:])
        position = match.end()
        steps.append(_step(match))
    return tuple(steps)


def _step(match: re.Match[str]) -> str | int | Wildcard:
    if match["deep"]:
        return DEEP
    if match["any"] or match["each"]:
        return ANY
    if match["index"]:
        return int(match["index"])
    if match["quoted"]:
        name: str = json.loads(match["quoted"])
        return name
    return match["name"] if match["single"] is None else match["single"]


def find(value: Any, path: Pattern) -> list[Any]:
    """Every value that the path leads to, in document order; none where a key or index is missing.

    Args:
        value: A JSON value.
        path: The steps from it, as `parse_path` gives them.
    """
    found = [value]
    for step in path:
        found = [member for each in found for member in _members(each, step)]
    return found


def _members(value: Any, step: str | int | Wildcard) -> Iterator[Any]:
    if step is DEEP:
        yield value
        for member in _members(value, ANY):
            yield from _members(member, DEEP)
    elif isinstance(value, dict):
        if step is ANY:
            yield from value.values()
        elif step in value:
            yield value[step]
    elif isinstance(value, list):
        if step is ANY:
            yield from value
        elif isinstance(step, int) and -len(value) <= step < len(value):
            yield value[step]
