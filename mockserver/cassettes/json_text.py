"""JSON as text: where its strings stand, so that one can be changed and every other byte left as it
is.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

JsonPath: TypeAlias = tuple[str | int, ...]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Literal:
    """One string of a JSON text, quotes included in text[start:end]. `key` marks the name of a
    member.

    The path of a member's name is the path of its value.
    """

    start: int
    end: int
    value: str
    path: JsonPath
    key: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """The strings of a JSON text in order, and where each of its arrays stands."""

    literals: list[Literal]
    arrays: dict[JsonPath, tuple[int, int]]


def scan(text: str) -> Scan:
    """Find the strings and arrays of a text that is valid JSON."""
    literals: list[Literal] = []
    arrays: dict[JsonPath, tuple[int, int]] = {}
    path: list[str | int] = []
    open_at: list[int] = []
    naming = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0] == '"':
            value = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            if naming:
                path[-1] = value
            literals.append(Literal(match.start(), match.end(), value, tuple(path), naming))
        elif token == ":":
            naming = False
        elif token == "{":
            path.append("")
            open_at.append(match.start())
            naming = True
        elif token == "[":
            path.append(0)
            open_at.append(match.start())
            naming = False
        elif token == ",":
            last = path[-1]
            naming = isinstance(last, str)
            if isinstance(last, int):
                path[-1] = last + 1
        else:
            path.pop()
            start = open_at.pop()
            naming = False
            if token == "]":
                arrays[tuple(path)] = (start, match.end())
    return Scan(literals, arrays)


def encoded(value: str, like: str) -> str:
    """A string as JSON, escaped as the literal `like` is: beyond ASCII only where that one does."""
    return json.dumps(value, ensure_ascii=like.isascii())


def spliced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with each text[start:end] replaced; what lies inside another change is dropped."""
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(changes, key=lambda change: (change[0], -change[1])):
        if start >= at:
            pieces += (text[at:start], new)
            at = end
    return "".join((*pieces, text[at:]))
