"""JSON values as JSON Schema sees them: their kinds, when two are equal, what is a multiple."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import Any

NULL, BOOLEAN, INTEGER, FRACTION, STRING, ARRAY, OBJECT = 1, 2, 4, 8, 16, 32, 64
NUMBER = INTEGER | FRACTION
ANY = 127
TYPES = {
    "null": NULL,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "number": NUMBER,
    "string": STRING,
    "array": ARRAY,
    "object": OBJECT,
}
INFINITE = float("inf")


def type_of(value: Any) -> int:
    """The bit of the value's type; a float without fraction is an INTEGER."""
    if isinstance(value, str):
        return STRING
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, float):
        return INTEGER if value.is_integer() else FRACTION
    if value is None:
        return NULL
    return ARRAY if isinstance(value, list) else OBJECT


def types_named(names: Any) -> int:
    """The bits of a `type` keyword's value; names that are no type count for none."""
    if isinstance(names, str):
        return TYPES.get(names, 0)
    bits = 0
    for name in names:
        # Draft 3 knew schemas in the place of names.
        bits |= TYPES.get(name, 0) if isinstance(name, str) else ANY
    return bits


def type_names(bits: int) -> str:
    """The types in words, for messages."""
    names = [name for name, bit in TYPES.items() if bit & bits == bit]
    if "number" in names:
        names.remove("integer")
    return " or ".join(names) or "nothing"


def identity(value: Any) -> Hashable:
    """A key that two values share exactly when JSON Schema calls them equal."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return ("array", tuple(map(identity, value)))
    if isinstance(value, dict):
        return ("object", frozenset((key, identity(part)) for key, part in value.items()))
    hashable: Hashable = value
    return hashable


def count_parts(value: Any) -> int:
    """How many values are in a value, itself included; long texts count for several."""
    if isinstance(value, str):
        return 1 + len(value) // 200
    if isinstance(value, dict):
        return 1 + sum(map(count_parts, value.values()))
    return 1 + sum(map(count_parts, value)) if isinstance(value, list) else 1


def equal(one: Any, other: Any) -> bool:
    """JSON equality: 1 equals 1.0, and true does not equal 1."""
    return identity(one) == identity(other)


def all_distinct(values: Sequence[Any]) -> bool:
    """Whether no two of the values are equal."""
    return len({identity(value) for value in values}) == len(values)


def is_number(value: Any) -> bool:
    """Whether the value is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def exact(number: float) -> Fraction:
    """The number as written in decimals: 0.1 is one tenth."""
    return Fraction(number) if isinstance(number, int) else Fraction(str(number))


def as_number(fraction: Fraction) -> float:
    """A fraction as JSON has it: an integer, if it is one."""
    return fraction.numerator if fraction.denominator == 1 else float(fraction)


def is_multiple(value: float, divisor: float) -> bool:
    """Whether value is a multiple of divisor in decimals and in binary floating point, so that any
    validator agrees.
    """
    if isinstance(value, int) and isinstance(divisor, int):
        return divisor != 0 and value % divisor == 0
    try:
        quotient = value / divisor
        return quotient == int(quotient) and exact(value) % exact(divisor) == 0
    except (OverflowError, ZeroDivisionError):
        return False
