"""Strings: by format, by what the name and the description let one expect, by pattern, by
length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.schemas import pattern
from mockserver.schemas.constraint import Constraint
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.hints import provider_for
from mockserver.schemas.pattern import MANY
from mockserver.schemas.providers import FORMATS, Provider
from mockserver.schemas.spell import spell
from mockserver.schemas.values import INFINITE
from mockserver.schemas.words import WORDS, phrase, sentence

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_LONGEST = 1_000_000
# Tried where a pattern is denied.
_ODD = (
    "",
    "0",
    "A",
    "a",
    "-",
    "/",
    "//",
    " ",
    "?",
    "A1",
    "1a",
    "a.b",
    "a b",
    "#!",
    "\u00e9",
    "x" * 100,
)


def make_string(c: Constraint, name: str, search: Search) -> str:
    """A string. Raises ConflictError when none is found."""
    if c.shortest > _LONGEST:
        raise ConflictError(
            f"more than {_LONGEST:,} characters are needed", "minLength", certain=False
        )
    free = not (c.patterns or c.shortest or c.longest < INFINITE or c.unlike)
    for provider in _providers(c, name):
        for _ in range(1 if free else 40 if c.patterns and c.format else 3):
            text = provider(search.rng)
            if free or _fits(text, c, search):
                return text
    if c.patterns:
        return _spelled(c, search)
    for attempt in range(8 + len(_ODD)):
        text = _of_length(c, search) if attempt < 8 else _ODD[attempt - 8]
        if _fits(text, c, search):
            return text
    raise ConflictError(
        "no string tried was allowed", "not", "type", schema=c.schemas[-1], certain=False
    )


def _providers(c: Constraint, name: str) -> tuple[Provider, ...]:
    if c.format in FORMATS:
        return FORMATS[c.format]
    hinted = provider_for(name, c.description)
    return (hinted,) if hinted else ()


def _fits(text: str, c: Constraint, search: Search) -> bool:
    if not c.shortest <= len(text) <= c.longest or not all(
        pattern.search(source, text) for source in c.patterns
    ):
        return False
    return not any(search.fits(text, [schema]) for schema in c.unlike)


def _spelled(c: Constraint, search: Search) -> str:
    high = MANY if c.longest == INFINITE else int(c.longest)
    for at, source in enumerate(c.patterns):
        search.spend(3)
        others = (*c.patterns[:at], *c.patterns[at + 1 :])
        for _ in range(4 if c.unlike else 1):
            text = spell(source, search.rng, c.shortest, high, others, tries=120 if others else 60)
            if text is not None and _fits(text, c, search):
                return text
    words = ["pattern"] + ["minLength"] * bool(c.shortest) + ["maxLength"] * (c.longest < INFINITE)
    if len(c.patterns) > 1:
        words = ["pattern", "pattern"]
    reason = f"no string found for pattern {' and '.join(map(repr, c.patterns))}"
    raise ConflictError(reason, *words, schema=c.schemas[-1], certain=False)


def _of_length(c: Constraint, search: Search) -> str:
    """Words within the bounds of length, nothing more."""
    rng, high = search.rng, c.longest
    if high < 8:
        size = (
            c.shortest
            if c.shortest == high
            else rng.between(max(c.shortest, min(1, int(high))), int(high))
        )
        return (rng.choice(WORDS) + rng.choice(WORDS))[:size]
    text = phrase(rng)
    while len(text) < c.shortest:
        text = (
            f"{text} {sentence(rng)}" if len(text) < 2000 else text * (c.shortest // len(text) + 1)
        )
    if len(text) > high:
        text = text[: int(high)]
        text = text.rstrip() if len(text.rstrip()) >= c.shortest else text[:-1] + "s"
    return text
