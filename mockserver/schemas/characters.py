"""Sets of characters that regular expressions name, as ranges."""

from __future__ import annotations

_DIGITS = (("0", "9"),)
_WORD = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_SPACE = ((" ", " "), ("\t", "\r"), ("\xa0", "\xa0"), ("\u2028", "\u2029"), ("\ufeff", "\ufeff"))
ESCAPES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
CONTROLS = {
    "t": "\t",
    "n": "\n",
    "r": "\r",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "a": "\a",
    "e": "\x1b",
}
_UPPER = (("A", "Z"), ("\xc0", "\xd6"), ("\xd8", "\xde"))
_LOWER = (("a", "z"), ("\xdf", "\xf6"), ("\xf8", "\xff"))
_SIGNS = (("$", "$"), ("+", "+"), ("<", ">"), ("^", "^"), ("`", "`"), ("|", "|"), ("~", "~"))
_MARKS = (
    ("!", "#"),
    ("%", "*"),
    (",", "/"),
    (":", ";"),
    ("?", "@"),
    ("[", "]"),
    ("_", "_"),
    ("{", "{"),
    ("}", "}"),
)
# Unicode properties, as far as Latin-1 (and Han, Hiragana and such by their first letters) has
# them.
PROPERTIES: dict[str, tuple[tuple[str, str], ...]] = {
    "L": _UPPER + _LOWER,
    "Lu": _UPPER,
    "Ll": _LOWER,
    "N": _DIGITS,
    "P": _MARKS,
    "S": _SIGNS,
    "Z": ((" ", " "),),
    "M": (("\u0300", "\u036f"),),
    "C": (("\0", "\x1f"),),
    "ASCII": (("\0", "\x7f"),),
    "Any": (("\0", "\uffff"),),
    "Emoji": (("\U0001f600", "\U0001f64f"),),
    "Han": (("\u4e00", "\u9fa5"),),
    "Hiragana": (("\u3041", "\u3096"),),
    "Katakana": (("\u30a1", "\u30fa"),),
    "Cyrillic": (("\u0410", "\u044f"),),
    "Greek": (("\u0391", "\u03a9"), ("\u03b1", "\u03c9")),
    "Arabic": (("\u0621", "\u064a"),),
    "Hebrew": (("\u05d0", "\u05ea"),),
}
LONG_NAMES = {
    "Letter": "L",
    "Alphabetic": "L",
    "Alpha": "L",
    "Latin": "L",
    "Uppercase_Letter": "Lu",
    "Uppercase": "Lu",
}
LONG_NAMES |= {
    "Lowercase_Letter": "Ll",
    "Lowercase": "Ll",
    "Number": "N",
    "Nd": "N",
    "Punctuation": "P",
    "Punct": "P",
}
LONG_NAMES |= {
    "White_Space": "Z",
    "Separator": "Z",
    "Symbol": "S",
    "Mark": "M",
    "Emoji_Presentation": "Emoji",
    "digit": "N",
}
LONG_NAMES |= {
    "digit": "N",
    "decimal_digit": "N",
    "Decimal_Number": "N",
    "Control": "C",
    "Extended_Pictographic": "Emoji",
}
POSIX = {
    "alpha": _UPPER[:1] + _LOWER[:1],
    "digit": _DIGITS,
    "alnum": _WORD[:2] + _WORD[3:],
    "upper": _UPPER[:1],
}
POSIX |= {"lower": _LOWER[:1], "space": _SPACE, "punct": _MARKS + _SIGNS, "word": _WORD}
POSIX |= {"xdigit": (("0", "9"), ("A", "F"), ("a", "f"))}


def complement(ranges: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """The ranges of all characters that are not in the given ones."""
    gaps, after = [], 0
    for low, high in sorted(ranges):
        if ord(low) > after:
            gaps.append((chr(after), chr(ord(low) - 1)))
        after = max(after, ord(high) + 1)
    if after <= 0x10FFFF:
        gaps.append((chr(after), chr(0x10FFFF)))
    return gaps
