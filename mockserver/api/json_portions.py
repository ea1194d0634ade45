"""Long JSON in portions: while one is written, no other thread goes on, so none may take long."""

from collections.abc import Iterator
from typing import Any

from mockserver.api.json import pretty

_SIZE = 1 << 18
"""How many characters and members are written in one go: some milliseconds."""


def pretty_portions(value: Any, newline: bytes = b"\n") -> Iterator[bytes]:
    """What `pretty` writes, portion by portion.

    newline: what a line begins with, its indent included.
    """
    if isinstance(value, str) and len(value) > _SIZE:
        yield b'"'
        for start in range(0, len(value), _SIZE):
            yield pretty(value[start : start + _SIZE])[1:-1]
        yield b'"'
    elif not isinstance(value, list | dict) or not value:
        yield pretty(value)
    else:
        opening, closing = (b"[", b"]") if isinstance(value, list) else (b"{", b"}")
        inner = newline + b"  "
        before = opening
        for portion in _portions(value):
            yield before + inner
            if len(portion) == 1:
                yield from _only_member(portion, inner)
            else:
                # Strings have no line breaks of their own, and each member stands in lines of its
                # own, indented by two, between the lines of the brackets.
                yield pretty(portion)[4:-2].replace(b"\n", newline)
            before = b","
        yield newline + closing


def _only_member(portion: Any, newline: bytes) -> Iterator[bytes]:
    if isinstance(portion, list):
        yield from pretty_portions(portion[0], newline)
    else:
        ((key, member),) = portion.items()
        yield pretty(key) + b": "
        yield from pretty_portions(member, newline)


def _portions(value: Any) -> Iterator[Any]:
    """Lists or objects of the members of one, each with as many as are written in one go."""
    is_list = isinstance(value, list)
    portion: Any = [] if is_list else {}
    size = 0
    for key, member in enumerate(value) if is_list else value.items():
        weight = _weight(member)
        if portion and size + weight > _SIZE:
            yield portion
            portion = [] if is_list else {}
            size = 0
        if is_list:
            portion.append(member)
        else:
            portion[key] = member
        size += weight
    yield portion


def _weight(value: Any) -> int:
    """How many characters and members a value has."""
    weight = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        weight += 1
        if isinstance(each, str):
            weight += len(each)
        elif isinstance(each, dict):
            weight += len(each)
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
    return weight
