"""JSON as it travels: plain values in, the API's two spellings out.

`pydantic_core` does the work: it is several times faster than the standard library, keeps key order
and `1.0`, and bounds nesting. The standard library is the second choice, for the odd values that it
alone can write.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from pydantic_core import PydanticSerializationError, from_json, to_json

__all__ = ["Json", "canonical", "compact", "parse", "pretty", "spelling", "text_size"]

Json: TypeAlias = dict[str, Any]

# What looks like a number with an exponent. The service writes `1e-06` and `1e-05`, as Python
# does, and pydantic_core `1e-6` and `0.00001`. A text that looks so takes a slower way to the same
# result.
_EXPONENT = re.compile(rb"[ \[:,]-?(?:\d(?:\.\d+)?e[-+]?\d|0\.0000)")


# The end of such a number in the form with an indent: no string ends so, and none is broken into
# lines.
_EXPONENT_AT_END = re.compile(rb"(?:e[-+]?\d|0\.0000)\d*(?=,?(?:\n|\Z))")


_PORTION = 2_000
"""How many members of a list are written in one go."""
_AS_IT_IS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def compact(value: Any) -> bytes:
    """The form of stream events: no spaces, UTF-8 unescaped."""
    text = _quick(value)
    if text is None:
        return _utf8(json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":")))
    return text


def pretty(value: Any) -> bytes:
    """The form of JSON bodies: two-space indent, non-ASCII escaped, no newline at the end."""
    try:
        text: bytes = to_json(value, indent=2, ensure_ascii=True, inf_nan_mode="null")
    except (PydanticSerializationError, ValueError):
        return json.dumps(_finite(value), indent=2).encode()
    return _with_exponents(text)


def spelling(value: Json) -> bytes:
    """One spelling for objects whose members are equal and written in the same order, whatever the
    order of these members. For what shows the order of a request.
    """
    ordered = {name: value[name] for name in sorted(value)}
    try:
        # What no JSON can say is written so that nobody reads it.
        text: bytes = to_json(ordered, inf_nan_mode="constants")
    except (PydanticSerializationError, ValueError):
        return encoded(_AS_IT_IS.encode(ordered))
    return text


def canonical(value: Any) -> bytes:
    """One spelling for equal values: compact, keys sorted. For identity and matching, never
    sent.
    """
    has_wide = isinstance(value, dict) and any(map(_is_wide, value.values()))
    text = "".join(_sorted(value)) if has_wide or _is_wide(value) else _SORTED.encode(value)
    return encoded(text)


def _sorted(value: Any) -> Iterator[str]:
    """The text in portions: nobody else computes anything while one is written."""
    if isinstance(value, dict) and any(map(_is_wide, value.values())):
        before = "{"
        for key in sorted(value):
            yield f"{before}{_SORTED.encode(key)}:"
            yield from _sorted(value[key])
            before = ","
        yield "}"
    elif _is_wide(value):
        for start in range(0, len(value), _PORTION):
            yield "," if start else "["
            yield _SORTED.encode(value[start : start + _PORTION])[1:-1]
        yield "]"
    else:
        yield _SORTED.encode(value)


def _is_wide(value: Any) -> bool:
    return isinstance(value, list) and len(value) > _PORTION


def parse(raw: bytes) -> Any:
    """The value of a JSON text.

    Raises ValueError when the text is not strict JSON: also for NaN, lone surrogates and nesting
    deeper than 200.
    """
    return from_json(raw, allow_inf_nan=False)


def text_size(value: Any) -> int:
    """How many characters the texts of a value have, its keys left out: about what it takes."""
    size = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            size += len(each)
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
    return size


def _with_exponents(text: bytes) -> bytes:
    """The form with an indent, once its numbers with an exponent are written as the service writes
    them.
    """
    pieces: list[bytes] = []
    copied = 0
    for end in _EXPONENT_AT_END.finditer(text):
        start = text.rfind(b" ", 0, end.start()) + 1
        pieces += text[copied:start], repr(float(text[start : end.end()])).encode()
        copied = end.end()
    return b"".join([*pieces, text[copied:]]) if pieces else text


def _quick(value: Any) -> bytes | None:
    """The text by pydantic_core; None when it cannot write the value, or writes it unlike the
    service.
    """
    try:
        text: bytes = to_json(value, inf_nan_mode="null")
    except (PydanticSerializationError, ValueError):
        return None
    return None if _EXPONENT.search(text) else text


def encoded(text: str) -> bytes:
    """A JSON text in UTF-8."""
    return text.encode() if text.isascii() else _utf8(text)


def _utf8(text: str) -> bytes:
    # A lone surrogate has no UTF-8 form, but `\udXXX` is legal inside a JSON string.
    return text.encode("utf-8", "backslashreplace")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value - value != 0 else value
