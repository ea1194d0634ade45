"""Numbers and strings within their bounds, of the kind that their name lets one expect."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from mockserver.schemas.automata import UnreadableError, common_text
from mockserver.schemas.constraint import Constraint
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.formats import FORMATS
from mockserver.schemas.hints import Name
from mockserver.schemas.judge import format_test
from mockserver.schemas.matching import matches
from mockserver.schemas.patterns import MANY
from mockserver.schemas.providers import PROVIDERS
from mockserver.schemas.spelling import spell
from mockserver.schemas.values import INFINITE, as_number, exact, is_multiple
from mockserver.schemas.words import WORDS, Provider, phrase, sentence

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_INTEGER_FORMATS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
# Decimals of a number, attempt by attempt: few, if that is possible.
_DECIMALS = (2, 2, 2, 4, 4, 8, 8, 17, 17, 17)
_LONGEST = 1_000_000
_CHARACTERS_COPIED = 200  # What one unit of work copies of a text.
_CONTENTS: dict[str, Provider] = {
    "application/json": PROVIDERS["json"],
    "text/html": lambda rng: f"<p>{sentence(rng)}</p>",
    "text/csv": lambda rng: f"name,count\n{rng.choice(WORDS)},{rng.between(1, 99)}\n",
    "text/markdown": lambda rng: f"# {phrase(rng).capitalize()}\n\n{sentence(rng)}\n",
    "application/xml": lambda rng: f"<item>{phrase(rng)}</item>",
}
_CODINGS = {
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base32": base64.b32encode,
    "base16": base64.b16encode,
}
_NO_FORMAT = "{ \0"  # Of no format that the judge knows.
# Strings that are tried where none of words is allowed.
_ODD = ("", "0", "A", "a", "-", "/", "//", " ", "?", "A1", "1a", "a.b", "a b", "#!", "é", "x" * 100)


def make_integer(c: Constraint, name: Name, search: Search) -> int:
    """An integer. Raises ConflictError when there is none."""
    low, high = _integer_bounds(c)
    if low > high:
        reason = f"no integer between {c.low} and {c.high}"
        raise ConflictError(reason, *_bound_keywords(c))
    # A fraction in lowest terms: the integers among its multiples are those of its numerator.
    step = 1 if c.step is None else c.step.numerator
    first, last = _usual_part(low, high, name, 100)
    start, end = _quotient_up(ceil(first), step), floor(last) // step
    if start > end:
        # None in the usual part: anywhere.
        start = _quotient_up(ceil(low), step) if low > -INFINITE else end
        end = floor(high) // step if high < INFINITE else max(start, end)
        if start > end:
            reason = f"no multiple of {c.step} between {low} and {high}"
            raise ConflictError(reason, "multipleOf", *_bound_keywords(c))
    for factor in _factors(start, end, 8, 30, search):
        search.budget.spend(1 + step.bit_length() // 64)
        value = factor * step
        is_step = c.step is None or is_multiple(value, as_number(c.step))
        if is_step and not search.is_denied(value, c):
            return value
    raise ConflictError(
        "no integer tried met the keyword", "not" if c.unlike else "multipleOf", certain=False
    )


def _integer_bounds(c: Constraint) -> tuple[float, float]:
    """The lowest and the highest integer that bounds and format allow."""
    low: float = c.low if c.low == -INFINITE else ceil(c.low)
    high: float = c.high if c.high == INFINITE else floor(c.high)
    if c.low_open and low == c.low:
        low += 1
    if c.high_open and high == c.high:
        high -= 1
    if c.format in _INTEGER_FORMATS:
        lowest, highest = _INTEGER_FORMATS[c.format]
        if low <= highest and high >= lowest:
            return max(low, lowest), min(high, highest)
    return low, high


def _quotient_up(number: int, divisor: int) -> int:
    return -(-number // divisor)


def make_number(c: Constraint, name: Name, search: Search) -> float:
    """A number, with few decimals if that is possible. Raises ConflictError when there is none."""
    low, high = _usual_part(c.low, c.high, name, 100)
    if c.step is not None:
        return _make_multiple(c, c.step, low, high, search)
    if name.is_whole() and ceil(low) <= floor(high):
        whole = search.rng.between(ceil(low), floor(high))
        if _is_inside(whole, c) and not search.is_denied(whole, c):
            return whole
    for decimals in _DECIMALS:
        value = round(low + search.rng.unit() * (high - low), decimals)
        if _is_inside(value, c) and not search.is_denied(value, c):
            return value
    for value in (low, high, (low + high) / 2):
        if _is_inside(value, c) and not search.is_denied(value, c):
            return value
    raise ConflictError(
        f"no number between {c.low} and {c.high}",
        *_bound_keywords(c),
        certain=False,
    )


def _make_multiple(c: Constraint, step: Fraction, low: float, high: float, search: Search) -> float:
    start, end = ceil(exact(low) / step), floor(exact(high) / step)
    if start > end:
        # None in the usual part: anywhere.
        start = ceil(exact(c.low) / step) if c.low > -INFINITE else end
        end = floor(exact(c.high) / step) if c.high < INFINITE else max(start, end)
        if start > end:
            reason = f"no multiple of {as_number(step)} from {c.low} to {c.high}"
            raise ConflictError(reason, "multipleOf", *_bound_keywords(c))
    in_decimals: float | None = None
    for factor in _factors(start, end, 100, 200, search):
        search.budget.spend(1 + (step.numerator.bit_length() + step.denominator.bit_length()) // 64)
        value = as_number(factor * step)
        if not _is_inside(value, c) or search.is_denied(value, c):
            continue
        if is_multiple(value, as_number(step)):
            return value
        if in_decimals is None and exact(value) % step == 0:
            in_decimals = value
    if in_decimals is not None:
        # 0.3 is a multiple of 0.1 in decimals; validators that divide in binary deny it.
        return in_decimals
    reason = f"no multiple of {as_number(step)} found"
    raise ConflictError(reason, "multipleOf", *_bound_keywords(c), certain=False)


def _factors(start: int, end: int, drawn: int, tried: int, search: Search) -> Iterator[int]:
    """Integers from start to end to try: so many drawn, then the lowest in order."""
    for _ in range(drawn):
        yield search.rng.between(start, end)
    for at in range(tried - drawn):
        yield min(end, start + at)


def _is_inside(value: float, c: Constraint) -> bool:
    above = value > c.low or (value == c.low and not c.low_open)
    below = value < c.high or (value == c.high and not c.high_open)
    return above and below


def _usual_part(low: float, high: float, name: Name, width: int) -> tuple[float, float]:
    """The part of [low, high] in which people would look for a value of this name."""
    usual = name.usual_range()
    if usual:
        lowest, highest = max(low, usual[0]), min(high, usual[1])
        if lowest <= highest:
            return lowest, highest
    if low == -INFINITE:
        return (0, min(high, width)) if high > 0 else (high - width, high)
    if high == INFINITE:
        return low, max(low + width, width)
    is_amount = low >= 0 and high <= 1e6
    if high - low > 100 * width and not is_amount:
        start = max(low, 0) if high > 0 else low
        return start, min(high, start + 10 * width)
    return low, high


def _bound_keywords(c: Constraint) -> list[str]:
    keywords = []
    if c.low > -INFINITE:
        keywords.append("exclusiveMinimum" if c.low_open else "minimum")
    if c.high < INFINITE:
        keywords.append("exclusiveMaximum" if c.high_open else "maximum")
    return keywords


def make_string(c: Constraint, name: Name, depth: int, search: Search) -> str:
    """A string: by format, or by what name and description let one expect, then by pattern, then by
    length. Raises ConflictError when none is found.
    """
    if c.shortest > _LONGEST:
        reason = f"more than {_LONGEST:,} characters are needed"
        raise ConflictError(reason, "minLength", certain=False)
    search.budget.spend((len(c.description) + name.size) // 40)
    free = not (c.patterns or c.shortest or c.longest < INFINITE or c.unlike)
    tries = 40 if c.patterns and c.format else 3
    if c.media_type or c.coding:
        text = _content(c, name, depth, search)
        if _is_allowed(text, c, search):
            return text
    for provider in _providers(c, name, search):
        for _ in range(1 if free else tries):
            search.budget.spend(2)
            text = provider(search.rng)
            if free or _is_allowed(text, c, search):
                return text
    formatted = _formatted(c, search) if c.format in FORMATS else None
    if formatted is not None:
        return formatted
    if c.patterns:
        return _spelled(c, search)
    for _ in range(8):
        search.budget.spend(4 + c.shortest // _CHARACTERS_COPIED)
        text = _of_length(c, search)
        if _is_allowed(text, c, search):
            return text
    for text in _ODD:
        if _is_allowed(text, c, search):
            return text
    reason = "no string tried was allowed"
    raise ConflictError(reason, "not", "type", certain=False)


def _formatted(c: Constraint, search: Search) -> str | None:
    """A string of a format that meets all else; None where none is found, as of `git@…` for a
    URI.
    """
    asked = (c.format, c.patterns, c.shortest, c.longest)
    if asked in search.without_format:
        return None
    judge = format_test(c.format)
    # Patterns that are written beside a format mostly say the same.
    if c.patterns and not judge(_NO_FORMAT):
        try:
            text = _spelled(c, search)
        except ConflictError:
            text = ""
        search.budget.spend(1 + len(text) // _CHARACTERS_COPIED)
        if text and judge(text):
            return text
    for pattern in FORMATS[c.format].patterns:
        found = _common(c, search, pattern)
        if found is not None:
            return found
    search.without_format.add(asked)
    return None


def _content(c: Constraint, name: Name, depth: int, search: Search) -> str:
    """What contentMediaType and contentEncoding say that a string holds."""
    text = _CONTENTS.get(c.media_type, phrase)(search.rng)
    if c.media_type == "application/json" and c.content:
        text = json.dumps(search.value(c.content, name, depth + 1))
    encode = _CODINGS.get(c.coding.lower())
    return text if encode is None else encode(text.encode()).decode()


def _providers(c: Constraint, name: Name, search: Search) -> tuple[Provider, ...]:
    if c.format in FORMATS:
        return FORMATS[c.format].providers
    hinted = name.provider(c.description)
    return (search.locale.instead_of(hinted),) if hinted else ()


def _is_allowed(text: str, c: Constraint, search: Search) -> bool:
    return (
        c.shortest <= len(text) <= c.longest
        and all(matches(source, text, search.budget) for source in c.patterns)
        and not search.is_denied(text, c)
    )


def _spelled(c: Constraint, search: Search) -> str:
    """A string that one of the patterns spells and the others match."""
    high = MANY if c.longest == INFINITE else int(c.longest)
    for at, source in enumerate(c.patterns):
        search.spend(3)
        others = (*c.patterns[:at], *c.patterns[at + 1 :])
        for _ in range(4 if c.unlike else 1):
            tries = 120 if others else 60
            text = spell(
                source, search.rng, c.shortest, high, others, tries=tries, budget=search.budget
            )
            if text is not None and _is_allowed(text, c, search):
                return text
    common = _common(c, search)
    if common is not None:
        return common
    words = ["pattern", "pattern"]
    if len(c.patterns) == 1:
        words = ["pattern"]
        if c.shortest:
            words.append("minLength")
        if c.longest < INFINITE:
            words.append("maxLength")
    reason = f"no string found for pattern {' and '.join(map(repr, c.patterns))}"
    raise ConflictError(reason, *words, certain=False)


def _common(c: Constraint, search: Search, *more: str) -> str | None:
    """A string that all patterns, and these more, are found in; None where none is found."""
    search.spend(3)
    high = MANY if c.longest == INFINITE else int(c.longest)
    try:
        for _ in range(4):
            sources = (*more, *c.patterns)
            text = common_text(sources, search.rng, c.shortest, high, search.budget)
            if text is None or _is_allowed(text, c, search):
                return text
    except UnreadableError:
        return None
    return None


def _of_length(c: Constraint, search: Search) -> str:
    """Words within the bounds of length, nothing more."""
    rng = search.rng
    if c.longest < 8:
        longest = int(c.longest)
        size = c.shortest
        if size != longest:
            size = rng.between(max(size, min(1, longest)), longest)
        return (rng.choice(WORDS) + rng.choice(WORDS))[:size]
    text = phrase(rng)
    while len(text) < c.shortest:
        if len(text) < 2000:
            text = f"{text} {sentence(rng)}"
        else:
            text *= c.shortest // len(text) + 1
    if len(text) > c.longest:
        text = text[: int(c.longest)]
        trimmed = text.rstrip()
        text = trimmed if len(trimmed) >= c.shortest else text[:-1] + "s"
    return text
