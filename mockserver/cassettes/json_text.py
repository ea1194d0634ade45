"""JSON as text: where its strings and arrays stand, so that what changes is put back in place."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mockserver.api import Path

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonString:
    """One string of a JSON text, quotes included in text[start:end]. `key` marks the name of a
    member.

    The path of a member's name is the path of its value.
    """

    start: int
    end: int
    value: str
    path: Path
    key: bool = False


@dataclass(frozen=True, slots=True)
class JsonScan:
    """The strings of a JSON text in order, and where each of its arrays stands."""

    literals: list[JsonString]
    arrays: dict[Path, tuple[int, int]]


def scan_json(text: str) -> JsonScan:
    """Find the strings and arrays of a text that is valid JSON."""
    literals: list[JsonString] = []
    arrays: dict[Path, tuple[int, int]] = {}
    path: list[str | int] = []
    open_at: list[int] = []
    naming = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0] == '"':
            value = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            if naming:
                path[-1] = value
            literals.append(JsonString(match.start(), match.end(), value, tuple(path), naming))
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
    return JsonScan(literals, arrays)


def encode_like(value: str, like: str) -> str:
    """A string as JSON, escaped as the literal `like` is: beyond ASCII only where that one does."""
    return json.dumps(value, ensure_ascii=like.isascii())


def splice(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with each text[start:end] replaced; what lies inside another change is dropped."""
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(changes, key=lambda change: (change[0], -change[1])):
        if start >= at:
            pieces += (text[at:start], new)
            at = end
    return "".join((*pieces, text[at:]))


def as_json(text: str) -> Any:
    """The object or array that a text is, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
