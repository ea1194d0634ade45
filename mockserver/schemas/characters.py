"""Sets of characters, as ranges: those that regular expressions name, and which to write with."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_letters, ascii_lowercase, digits
from unicodedata import ucd_3_2_0

Ranges = tuple[tuple[str, str], ...]

_LAST = 0x10FFFF
_PRINTABLE = "".join(map(chr, range(32, 127)))


def _ranges(ends: str) -> Ranges:
    """Ranges from their ends: `azAZ` is a to z and A to Z."""
    return tuple(zip(ends[::2], ends[1::2], strict=True))


_DIGITS = _ranges("09")
_WORD = _ranges("09AZ__az")
_SPACE = _ranges("  \t\r\xa0\xa0\u2028\u2029\ufeff\ufeff")
_UPPER = _ranges("AZ\xc0\xd6\xd8\xde")
_LOWER = _ranges("az\xdf\xf6\xf8\xff")
_SIGNS = _ranges("$$++<>^^``||~~")
_MARKS = _ranges("!#%*,/:;?@[]__{{}}")
LINE_ENDS = _ranges("\n\n\r\r")
ESCAPES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
CONTROLS = dict(zip("tnrfv0ae", "\t\n\r\f\v\0\a\x1b", strict=True))
# Unicode properties, as far as Latin-1 (and Han, Hiragana and such by their first letters) has
# them.
PROPERTIES = {
    "L": _UPPER + _LOWER,
    "Lu": _UPPER,
    "Ll": _LOWER,
    "N": _DIGITS,
    "P": _MARKS,
    "S": _SIGNS,
    "Z": _ranges("  "),
    "M": _ranges("\u0300\u036f"),
    "C": _ranges("\0\x1f"),
    "ASCII": _ranges("\0\x7f"),
    "Any": _ranges("\0\uffff"),
    "Emoji": _ranges("\U0001f600\U0001f64f"),
    "Regional_Indicator": _ranges("\U0001f1e6\U0001f1ff"),
    "Emoji_Modifier": _ranges("\U0001f3fb\U0001f3ff"),
    "Emoji_Component": _ranges("##**09\u200d\u200d\u20e3\u20e3\ufe0f\ufe0f\U0001f1e6\U0001f1ff"),
    "Han": _ranges("\u4e00\u9fa5"),
    "Hiragana": _ranges("\u3041\u3096"),
    "Katakana": _ranges("\u30a1\u30fa"),
    "Cyrillic": _ranges("\u0410\u044f"),
    "Greek": _ranges("\u0391\u03a9\u03b1\u03c9"),
    "Arabic": _ranges("\u0621\u064a"),
    "Hebrew": _ranges("\u05d0\u05ea"),
}
_NAMES_OF_PROPERTIES = {
    "L": "Letter Alphabetic Alpha Latin",
    "Lu": "Uppercase_Letter Uppercase",
    "Ll": "Lowercase_Letter Lowercase",
    "N": "Number Nd digit decimal_digit Decimal_Number",
    "P": "Punctuation Punct",
    "Z": "White_Space Separator",
    "S": "Symbol",
    "M": "Mark",
    "C": "Control",
    "Emoji": "Emoji_Presentation Extended_Pictographic",
}
LONG_NAMES = {
    name: short for short, names in _NAMES_OF_PROPERTIES.items() for name in names.split()
}


def complement(ranges: Ranges) -> list[tuple[str, str]]:
    """The ranges of all characters that are not in the given ones."""
    gaps = []
    after = 0
    for low, high in sorted(ranges):
        if ord(low) > after:
            gaps.append((chr(after), chr(ord(low) - 1)))
        after = max(after, ord(high) + 1)
    if after <= _LAST:
        gaps.append((chr(after), chr(_LAST)))
    return gaps


@lru_cache(1024)
def alphabet(ranges: Ranges, negated: bool, wide: bool) -> str:
    """Characters of a set to write with: plain ones if it has any, all printable ones when wide."""
    if negated:
        ranges = tuple(complement(ranges))
    printable = _inside(_PRINTABLE, ranges)
    if wide and printable:
        return printable
    plain = _inside(ascii_letters + digits, ranges)
    if ascii_lowercase in plain:
        further = "-_ " if negated else "0123456789-_ "
        return ascii_lowercase + _inside(further, ranges)
    if len(plain) >= 10 or (plain and negated):
        return plain
    if printable:
        return printable
    every = "".join(map(_first_of_range, ranges))
    return "".join(filter(_is_printable, every)) or every


def _is_printable(character: str) -> bool:
    """As `str.isprintable`, but by a Unicode that is the same in every Python."""
    return character == " " or ucd_3_2_0.category(character)[0] not in "CZ"


def _inside(text: str, ranges: Ranges) -> str:
    """The characters of a text that are in the ranges."""
    return "".join(char for char in text if any(low <= char <= high for low, high in ranges))


def _first_of_range(ends: tuple[str, str]) -> str:
    low, high = map(ord, ends)
    return "".join(map(chr, range(low, min(high, low + 200) + 1)))
