"""Regular expressions as JSON Schema writes them (ECMA-262), read into a tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mockserver.schemas.bounds import Memory
from mockserver.schemas.characters import (
    CONTROLS,
    ESCAPES,
    LINE_ENDS,
    LONG_NAMES,
    PROPERTIES,
    Ranges,
    complement,
)

MANY = 1 << 30
_COUNTED = re.compile(r"\{(\d+)(,?)(\d*)\}")
_QUANTIFIERS = {"*": (0, MANY), "+": (1, MANY), "?": (0, 1)}


# What compiling takes, in tenths of a microsecond as measured: a character or a set of a few ranges
# counts 1.
_SIZE_OF_COMPLEMENT = 50
_SIZE_OF_PROPERTY = 1500
_DEEPEST = 100


class PatternError(ValueError):
    """The source is no regular expression that is understood here."""


@dataclass(slots=True)
class Node:
    """A part of a pattern: what matches it is from `least` to `most` characters long. With all
    repetitions written out it has so many `states`, and its compiled form is of that `size`.

    kind: text | set | sequence | either | repeat | group | again (back reference) | look | edge (^
    $ \\b …).
    """

    kind: str
    least: int = 0
    most: int = 0
    parts: list[Node] = field(default_factory=list)
    text: str = ""
    ranges: Ranges = ()
    negated: bool = False
    low: int = 0
    high: int = 0
    name: str = ""
    size: int = 1
    states: int = 1

    def __post_init__(self) -> None:
        times = 1
        if self.kind == "repeat":
            times = max(1, self.high if self.high < MANY else self.low + 1)
        self.size = min(MANY, self.size + times * sum(part.size for part in self.parts))
        self.states = min(MANY, self.states + times * sum(part.states for part in self.parts))


def tree(source: str) -> Node:
    """The tree of the pattern. Raises PatternError."""
    return reader_of(source).tree


class Reader:
    """A descent through the grammar of patterns."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.groups = 0
        self.any_case = False
        self.dot_all = False
        self.backtracks = False  # Whether no engine matches it in linear time.
        self.properties = 0
        self.depth = 0
        self.tree = Node("sequence")

    def read(self) -> None:
        try:
            self.tree = self._either()
        except (IndexError, ValueError, RecursionError) as error:
            raise PatternError(f"{self.source!r} cannot be read: {error}") from None
        if self.at < len(self.source):
            raise PatternError(f"{self.source!r} has an unmatched ')'")

    def _peek(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def _take(self, text: str) -> bool:
        found = self._peek(text)
        self.at += len(text) * found
        return found

    def _next(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _until(self, end: str) -> str:
        """The text up to a sign, which is passed over."""
        start = self.at
        found = self.source.index(end, start)
        self.at = found + len(end)
        return self.source[start:found]

    def _hex(self, count: int) -> int | None:
        """The number that so many hexadecimal digits make, passed over; None otherwise."""
        digits = self.source[self.at : self.at + count]
        if re.fullmatch(f"[0-9a-fA-F]{{{count}}}", digits) is None:
            return None
        self.at += count
        return int(digits, 16)

    def _either(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("groups nested too deeply")
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        self.depth -= 1
        if len(options) == 1:
            return options[0]
        least = min(option.least for option in options)
        most = max(option.most for option in options)
        return Node("either", least, most, options)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._quantified(self._atom()))
        if len(parts) == 1:
            return parts[0]
        least = sum(part.least for part in parts)
        most = sum(part.most for part in parts)
        return Node("sequence", least, min(MANY, most), parts)

    def _quantified(self, node: Node) -> Node:
        """The node, repeated as the quantifiers say that follow it."""
        repeats = 0
        while (bounds := self._quantifier()) is not None:
            repeats += 1
            if repeats > _DEEPEST:
                raise ValueError("too many repetitions of a repetition")
            low, high = bounds
            # Lazy and possessive repetitions match the same texts.
            _ = self._take("?") or self._take("+")
            least = min(MANY, node.least * low)
            most = min(MANY, node.most * high)
            node = Node("repeat", least, most, [node], low=low, high=high)
        return node

    def _quantifier(self) -> tuple[int, int] | None:
        for sign, bounds in _QUANTIFIERS.items():
            if self._take(sign):
                return bounds
        counted = _COUNTED.match(self.source, self.at)
        if counted is None:
            return None
        self.at = counted.end()
        low = int(counted[1])
        high = low
        if counted[2]:
            high = int(counted[3]) if counted[3] else MANY
        if high < low:
            raise ValueError("a repetition whose bounds are out of order")
        return low, high

    def _atom(self) -> Node:
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == ".":
            excluded = () if self.dot_all else LINE_ENDS
            return Node("set", 1, 1, ranges=excluded, negated=True, size=_SIZE_OF_COMPLEMENT)
        if sign in "^$":
            return Node("edge", text=sign)
        if sign == "\\":
            return self._escape()
        if sign in "*+?":
            raise ValueError(f"nothing to repeat before {sign!r}")
        return Node("text", 1, 1, text=sign)

    def _group(self) -> Node:
        if not self._take("?"):
            return self._captured("")
        if self._take("#"):
            self._until(")")
            return Node("sequence")
        if self._take("P="):
            return self._again(name=self._until(")"))
        for sign in ("=", "!", "<=", "<!"):
            if self._take(sign):
                self.backtracks = True
                return Node("look", 0, 0, [self._inside()], text=sign)
        if self._take("P<") or self._take("<"):
            return self._captured(self._until(">"))
        if not (self._take(":") or self._take(">")) and self._flags() == ")":
            return Node("sequence")
        inner = self._inside()
        return Node("group", inner.least, inner.most, [inner])

    def _again(self, name: str = "", text: str = "") -> Node:
        self.backtracks = True
        return Node("again", 0, MANY, name=name, text=text)

    def _captured(self, name: str) -> Node:
        self.groups += 1
        number = str(self.groups)
        inner = self._inside()
        return Node("group", inner.least, inner.most, [inner], text=number, name=name)

    def _inside(self) -> Node:
        """What a group holds, up to its end."""
        inner = self._either()
        if not self._take(")"):
            raise ValueError("a '(' that is not closed")
        return inner

    def _flags(self) -> str:
        """Read flags, which hold for the whole pattern, and return the sign behind them."""
        letters = ""
        while self.source[self.at] not in ":)":
            letters += self._next()
        switched_on = letters.partition("-")[0]
        self.any_case |= "i" in switched_on
        self.dot_all |= "s" in switched_on
        return self._next()

    def _escape(self) -> Node:
        sign = self._next()
        if sign in "bB":
            return Node("edge", text="\\" + sign)
        if sign in "AzZ":
            return Node("edge", text="^" if sign == "A" else "$")
        if sign in "123456789":
            while self.at < len(self.source) and self.source[self.at].isdigit():
                sign += self._next()
            return self._again(text=sign)
        if sign == "k" and self._take("<"):
            return self._again(name=self._until(">"))
        before = self.properties
        ranges, negated = self._escaped(sign)
        single = _single(ranges, negated)
        if single:
            return Node("text", 1, 1, text=single)
        size = self._size_of_set(ranges, negated, before)
        return Node("set", 1, 1, ranges=ranges, negated=negated, size=size)

    def _size_of_set(self, ranges: Ranges, negated: bool, before: int) -> int:
        """The size of a set that was read since so many properties were known."""
        size = len(ranges) + _SIZE_OF_PROPERTY * (self.properties - before)
        return size + _SIZE_OF_COMPLEMENT * negated

    def _escaped(self, sign: str) -> tuple[Ranges, bool]:
        """The characters that an escape stands for, and whether it means all others."""
        if sign in "dDwWsS":
            return ESCAPES[sign.lower()], sign.isupper()
        if sign in "pP":
            return self._property(), sign == "P"
        char = self._character(sign)
        return ((char, char),), False

    def _property(self) -> Ranges:
        self.properties += 1
        word = self._until("}")[1:] if self._peek("{") else self._next()
        word = word.rpartition("=")[2].lstrip("^")
        for name in (LONG_NAMES.get(word, word), word[:1]):
            if name in PROPERTIES:
                return PROPERTIES[name]
        return PROPERTIES["L"]

    def _character(self, sign: str) -> str:
        """The one character that an escape stands for."""
        if sign == "x" and (code := self._hex(2)) is not None:
            return chr(code)
        if sign == "u":
            if self._take("{"):
                return chr(int(self._until("}"), 16))
            if (code := self._hex(4)) is not None:
                return self._unit(code)
        if sign == "c":
            return chr(ord(self._next()) % 32)
        return CONTROLS.get(sign, sign)

    def _unit(self, unit: int) -> str:
        """A \\uXXXX escape, or two that make one character."""
        if 0xD800 <= unit < 0xDC00 and self._take("\\u"):
            second = self._hex(4)
            if second is None:
                raise ValueError("half a character")
            unit = 0x10000 + ((unit - 0xD800) << 10) + second - 0xDC00
        return chr(unit)

    def _class(self) -> Node:
        negated = self._take("^")
        before = self.properties
        ranges: list[tuple[str, str]] = []
        while not self._take("]"):
            first = self._member(ranges)
            if first and self._peek("-") and self.source[self.at + 1 : self.at + 2] != "]":
                self.at += 1
                last = self._member(ranges)
                if not last:
                    ranges += [(first, first), ("-", "-")]
                elif last < first:
                    raise ValueError(f"a range out of order: {first}-{last}")
                else:
                    ranges.append((first, last))
            elif first:
                ranges.append((first, first))
        size = self._size_of_set(tuple(ranges), negated, before)
        return Node("set", 1, 1, ranges=tuple(ranges), negated=negated, size=size)

    def _member(self, ranges: list[tuple[str, str]]) -> str:
        """One character of a class; '' when it was an escape for several, which are added to
        ranges.
        """
        sign = self._next()
        if sign != "\\":
            return sign
        sign = self._next()
        if sign == "b":
            return "\b"
        found, negated = self._escaped(sign)
        single = _single(found, negated)
        if not single:
            ranges += complement(found) if negated else found
        return single


def _single(ranges: Ranges, negated: bool) -> str:
    """The only character of a set; '' when it has several."""
    low, high = ranges[0]
    return low if len(ranges) == 1 and low == high and not negated else ""


def _read(source: str) -> Reader:
    reader = Reader(source)
    reader.read()
    return reader


# Remembered; raises PatternError.
reader_of = Memory(_read, weigh=lambda reader: 300 * len(reader.source))
