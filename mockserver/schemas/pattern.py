"""Regular expressions as JSON Schema writes them (ECMA-262): read into a tree, and translated for
Python's `re`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from mockserver.schemas.characters import (
    CONTROLS,
    ESCAPES,
    LONG_NAMES,
    POSIX,
    PROPERTIES,
    complement,
)

MANY = 1 << 30


class PatternError(ValueError):
    """The source is no regular expression that is understood here."""


@dataclass(slots=True)
class Node:
    """A part of a pattern: what matches it is from `least` to `most` characters long.

    kind: text | set | sequence | either | repeat | group | again (back reference) | look | edge (^
    $ \\b …).
    """

    kind: str
    least: int = 0
    most: int = 0
    parts: list[Node] = field(default_factory=list)
    text: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False
    low: int = 0
    high: int = 0
    name: str = ""


def search(source: str, text: str) -> bool:
    """Whether the pattern is found in the text. Raises PatternError."""
    return _matcher(source)(text)


@lru_cache(4096)
def _matcher(source: str) -> Callable[[str], bool]:
    """The judge's own engine, which takes linear time; Python's for what the former refuses."""
    import jsonschema_rs

    try:
        return jsonschema_rs.Draft202012Validator({"pattern": source}).is_valid
    except jsonschema_rs.ValidationError:
        reader = _reader(source)
    try:
        search = re.compile(_python(reader.tree), re.IGNORECASE if reader.any_case else 0).search
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{source!r}: {error}") from None
    return lambda text: search(text) is not None


def tree(source: str) -> Node:
    """The tree of the pattern. Raises PatternError."""
    return _reader(source).tree


@lru_cache(4096)
def _reader(source: str) -> _Reader:
    reader = _Reader(source)
    reader.read()
    return reader


class _Reader:
    """A descent through the grammar of patterns."""

    def __init__(self, source: str) -> None:
        self.source, self.at, self.groups = source, 0, 0
        self.any_case = self.dot_all = False
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
        start, self.at = self.at, self.source.index(end, self.at) + len(end)
        return self.source[start : self.at - len(end)]

    def _either(self) -> Node:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        if len(options) == 1:
            return options[0]
        return Node("either", min(o.least for o in options), max(o.most for o in options), options)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._quantified(self._atom()))
        if len(parts) == 1:
            return parts[0]
        return Node(
            "sequence", sum(p.least for p in parts), min(MANY, sum(p.most for p in parts)), parts
        )

    def _quantified(self, node: Node) -> Node:
        while self.at < len(self.source):
            sign = self.source[self.at]
            counted = (
                re.compile(r"\{(\d+)(,?)(\d*)\}").match(self.source, self.at)
                if sign == "{"
                else None
            )
            if sign in "*+?":
                self.at += 1
                low, high = {"*": (0, MANY), "+": (1, MANY), "?": (0, 1)}[sign]
            elif counted:
                self.at = counted.end()
                low = int(counted[1])
                high = int(counted[3]) if counted[3] else (MANY if counted[2] else low)
                if high < low:
                    raise ValueError("a repetition whose bounds are out of order")
            else:
                break
            _ = self._take("?") or self._take("+")
            most = min(MANY, node.most * high)
            node = Node("repeat", min(MANY, node.least * low), most, [node], low=low, high=high)
        return node

    def _atom(self) -> Node:
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == ".":
            return Node(
                "set",
                1,
                1,
                ranges=() if self.dot_all else (("\n", "\n"), ("\r", "\r")),
                negated=True,
            )
        if sign in "^$":
            return Node("edge", text=sign)
        if sign == "\\":
            return self._escape()
        if sign in "*+?":
            raise ValueError(f"nothing to repeat before {sign!r}")
        return Node("text", 1, 1, text=sign)

    def _group(self) -> Node:
        name, look = "", ""
        if self._take("?"):
            if self._take("P<") or (
                self._peek("<") and self.source[self.at + 1] not in "=!" and self._take("<")
            ):
                name = self._until(">")
            elif self._take("P="):
                return Node("again", 0, MANY, name=self._until(")"))
            elif self._take("#"):
                self._until(")")
                return Node("sequence")
            else:
                look = next(
                    (sign for sign in ("=", "!", "<=", "<!", ":", ">") if self._take(sign)), "flags"
                )
        if look == "flags":
            letters = ""
            while self.source[self.at] not in ":)":
                letters += self._next()
            self.any_case |= "i" in letters.partition("-")[0]
            self.dot_all |= "s" in letters.partition("-")[0]
            if self._next() == ")":
                return Node("sequence")
        number = ""
        if not look:
            self.groups += 1
            number = str(self.groups)
        inner = self._either()
        if not self._take(")"):
            raise ValueError("a '(' that is not closed")
        if look in ("=", "!", "<=", "<!"):
            return Node("look", 0, 0, [inner], text=look)
        return Node("group", inner.least, inner.most, [inner], text=number, name=name)

    def _escape(self) -> Node:
        sign = self._next()
        if sign in "bB":
            return Node("edge", text="\\" + sign)
        if sign in "AzZ":
            return Node("edge", text="^" if sign == "A" else "$")
        if sign in "123456789":
            while self.at < len(self.source) and self.source[self.at].isdigit():
                sign += self._next()
            return Node("again", 0, MANY, text=sign)
        if sign == "k" and self._take("<"):
            return Node("again", 0, MANY, name=self._until(">"))
        ranges, negated = self._escaped(sign)
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1] and not negated:
            return Node("text", 1, 1, text=ranges[0][0])
        return Node("set", 1, 1, ranges=ranges, negated=negated)

    def _escaped(self, sign: str) -> tuple[tuple[tuple[str, str], ...], bool]:
        """The characters that an escape stands for, and whether it means all others."""
        if sign.lower() in ESCAPES and sign in "dDwWsS":
            return ESCAPES[sign.lower()], sign.isupper()
        if sign in "pP":
            word = self._until("}")[1:] if self._peek("{") else self._next()
            word = word.rpartition("=")[2].lstrip("^")
            return PROPERTIES.get(LONG_NAMES.get(word, word)) or PROPERTIES.get(
                word[:1]
            ) or PROPERTIES["L"], sign == "P"
        if sign == "x" and re.compile("[0-9a-fA-F]{2}").match(self.source, self.at):
            self.at += 2
            char = chr(int(self.source[self.at - 2 : self.at], 16))
        elif sign == "u" and self._take("{"):
            char = chr(int(self._until("}"), 16))
        elif sign == "u" and re.compile("[0-9a-fA-F]{4}").match(self.source, self.at):
            char = self._unit()
        elif sign == "c":
            char = chr(ord(self._next()) % 32)
        else:
            char = CONTROLS.get(sign, sign)
        return ((char, char),), False

    def _unit(self) -> str:
        """A \\uXXXX escape, or two that make one character."""
        self.at += 4
        unit = int(self.source[self.at - 4 : self.at], 16)
        if 0xD800 <= unit < 0xDC00 and self._take("\\u"):
            self.at += 4
            unit = (
                0x10000
                + ((unit - 0xD800) << 10)
                + int(self.source[self.at - 4 : self.at], 16)
                - 0xDC00
            )
        return chr(unit)

    def _class(self) -> Node:
        negated = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not self._take("]"):
            if self._peek("[:") and self.source.find(":]", self.at) > 0:
                self.at += 2
                ranges += POSIX.get(self._until(":]"), ())
                continue
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
        return Node("set", 1, 1, ranges=tuple(ranges), negated=negated)

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
        if len(found) == 1 and found[0][0] == found[0][1] and not negated:
            return found[0][0]
        ranges += complement(found) if negated else found
        return ""


def _python(node: Node) -> str:
    if node.kind == "text":
        return re.escape(node.text)
    if node.kind == "set":
        if not node.ranges:
            return r"[\s\S]" if node.negated else r"(?!)"
        inside = "".join(f"\\U{ord(low):08x}-\\U{ord(high):08x}" for low, high in node.ranges)
        return f"[{'^' if node.negated else ''}{inside}]"
    if node.kind == "edge":
        return (
            r"\Z"
            if node.text == "$"
            else ("(?a:" + node.text + ")" if node.text[0] == "\\" else node.text)
        )
    if node.kind == "again":
        return f"(?P={node.name})" if node.name else f"(?:\\{node.text})"
    inner = ("|" if node.kind == "either" else "").join(map(_python, node.parts))
    if node.kind == "repeat":
        if node.low > 65535:
            raise OverflowError("a repetition of more than 65,535")
        high = "" if node.high > 65535 else node.high
        return f"(?:{inner}){{{node.low},{high}}}"
    if node.kind == "look":
        return f"(?{node.text}{inner})"
    if node.kind == "group" and node.text:
        return f"(?P<{node.name}>{inner})" if node.name else f"({inner})"
    return f"(?:{inner})" if node.kind in ("either", "group") else inner
