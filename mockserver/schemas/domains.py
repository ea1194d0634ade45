"""What things are called in the trades (`domains.txt`): vocabularies, and codes of fixed shapes."""

from __future__ import annotations

import re
from pathlib import Path

from mockserver.schemas.rng import Rng
from mockserver.schemas.words import Provider, one_of, read_tables

_SHAPES = "shapes"
_TABLES = read_tables(
    Path(__file__).with_name("domains.txt").read_text(encoding="utf-8"), whole=_SHAPES
)
_PART = re.compile(r"(\((?:[^()])*\)|\[[^\]]*\]|\\d|.)(?:\{(\d+)\})?")
_DIGITS = "0123456789"


def _of_shape(pattern: str) -> Provider:
    """Texts of a pattern of characters, sets, groups of alternatives and counts."""
    parts = [(part, int(count or 1)) for part, count in _PART.findall(pattern)]
    return lambda rng: "".join(_filled(part, rng) for part, count in parts for _ in range(count))


def _filled(part: str, rng: Rng) -> str:
    """A part of a shape, with signs in the place of what stands for them."""
    if part.startswith("("):
        return _of_shape(rng.choice(part[1:-1].split("|")))(rng)
    if part.startswith("["):
        return rng.choice(_signs(part[1:-1]))
    return rng.choice(_DIGITS) if part == r"\d" else part.removeprefix("\\")


def _signs(inside: str) -> str:
    """The signs of a set, its ranges spelled out."""
    return re.sub(
        "(.)-(.)", lambda ends: "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), inside
    )


VOCABULARIES: dict[str, Provider] = {}
"""Providers by the first name of their table."""
VOCABULARY_OF_NAME: dict[str, str] = {}
"""Those providers by the names of the properties that they serve."""
ENTRIES: dict[str, tuple[str, ...]] = {}
"""What a vocabulary chooses from."""

for _section, _tables in _TABLES.items():
    for _names, _entries in _tables.items():
        _first, *_ = _served = _names.split(", ")
        is_shape = _section == _SHAPES
        VOCABULARIES[_first] = _of_shape(_entries[0]) if is_shape else one_of(_entries)
        ENTRIES[_first] = _entries
        VOCABULARY_OF_NAME |= dict.fromkeys(_served, _first)
