"""Integers and other numbers within bounds, multiples of a step, and of the size that their name
lets one expect.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from mockserver.schemas.constraint import Constraint
from mockserver.schemas.errors import ConflictError
from mockserver.schemas.hints import usual_range
from mockserver.schemas.values import INFINITE, exact, is_multiple

if TYPE_CHECKING:
    from mockserver.schemas.search import Search

_FORMATS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}


def make_integer(c: Constraint, name: str, search: Search) -> int:
    """An integer. Raises ConflictError when there is none."""
    low: float = c.low if c.low == -INFINITE else ceil(c.low)
    high: float = c.high if c.high == INFINITE else floor(c.high)
    low += c.low_open and low == c.low
    high -= c.high_open and high == c.high
    if c.format in _FORMATS and low <= _FORMATS[c.format][1] and high >= _FORMATS[c.format][0]:
        low, high = max(low, _FORMATS[c.format][0]), min(high, _FORMATS[c.format][1])
    if low > high:
        raise ConflictError(
            f"no integer between {c.low} and {c.high}", *_bounds(c), schema=c.schemas[-1]
        )
    step = 1 if c.step is None else c.step.numerator
    first, last = _window(low, high, name, 1000)
    start, end = -(-ceil(first) // step), floor(last) // step
    if start > end:
        start = -(-ceil(low) // step) if low > -INFINITE else end
        end = floor(high) // step if high < INFINITE else max(start, end)
        if start > end:
            raise ConflictError(
                f"no multiple of {c.step} between {low} and {high}", "multipleOf", *_bounds(c)
            )
    for attempt in range(30):
        value = (
            search.rng.between(start, end) if attempt < 8 else min(end, start + attempt - 8)
        ) * step
        if (c.step is None or is_multiple(value, _plain(c.step))) and _unlike(value, c, search):
            return value
    raise ConflictError(
        "no integer tried met the keyword", "not" if c.unlike else "multipleOf", certain=False
    )


def make_number(c: Constraint, name: str, search: Search) -> float:
    """A number, with few decimals if that is possible. Raises ConflictError when there is none."""
    low, high = _window(c.low, c.high, name, 100)
    if c.step is not None:
        return _stepped(c, c.step, low, high, search)
    for digits in (2, 2, 2, 4, 4, 8, 8, 17, 17, 17):
        value = round(low + search.rng.unit() * (high - low), digits)
        if _inside(value, c) and _unlike(value, c, search):
            return value
    for value in (low, high, (low + high) / 2):
        if _inside(value, c) and _unlike(value, c, search):
            return value
    certain = not c.unlike and c.low == c.high
    raise ConflictError(
        f"no number between {c.low} and {c.high}",
        *_bounds(c),
        schema=c.schemas[-1],
        certain=certain,
    )


def _stepped(c: Constraint, step: Fraction, low: float, high: float, search: Search) -> float:
    start, end = ceil(exact(low) / step), floor(exact(high) / step)
    if start > end:
        start = ceil(exact(c.low) / step) if c.low > -INFINITE else end
        end = floor(exact(c.high) / step) if c.high < INFINITE else max(start, end)
        if start > end:
            raise ConflictError(
                f"no multiple of {_plain(step)} from {c.low} to {c.high}", "multipleOf", *_bounds(c)
            )
    for attempt in range(200):
        product = (
            search.rng.between(start, end) if attempt < 100 else min(end, start + attempt - 100)
        ) * step
        value = int(product) if product.denominator == 1 else float(product)
        if _inside(value, c) and is_multiple(value, _plain(step)) and _unlike(value, c, search):
            return value
    raise ConflictError(
        f"no multiple of {_plain(step)} found", "multipleOf", *_bounds(c), certain=False
    )


def _plain(step: Fraction) -> float:
    return step.numerator if step.denominator == 1 else float(step)


def _inside(value: float, c: Constraint) -> bool:
    above = value > c.low or (value == c.low and not c.low_open)
    return above and (value < c.high or (value == c.high and not c.high_open))


def _unlike(value: float, c: Constraint, search: Search) -> bool:
    return not any(search.fits(value, [schema]) for schema in c.unlike)


def _window(low: float, high: float, name: str, width: int) -> tuple[float, float]:
    """The part of [low, high] in which people would look for a value of this name."""
    usual = usual_range(name)
    if usual and max(low, usual[0]) <= min(high, usual[1]):
        return max(low, usual[0]), min(high, usual[1])
    if low == -INFINITE:
        return (0, min(high, width)) if high > 0 else (high - width, high)
    if high == INFINITE:
        return low, max(low + width, width)
    if high - low > 100 * width and not (low >= 0 and high <= 1e6):
        start = max(low, 0) if high > 0 else low
        return start, min(high, start + 10 * width)
    return low, high


def _bounds(c: Constraint) -> tuple[str, ...]:
    words = ["exclusiveMinimum" if c.low_open else "minimum"] if c.low > -INFINITE else []
    return (
        *words,
        *(["exclusiveMaximum" if c.high_open else "maximum"] if c.high < INFINITE else []),
    )
