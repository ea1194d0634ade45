"""A text of a Lark grammar, as custom tools define them: rules, terminals, strings, patterns, the
usual imports.

Templates, priorities and look-arounds across tokens are not understood.
https://lark-parser.readthedocs.io/en/stable/grammar.html
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mockserver.schemas import Budget, OutOfWorkError, Rng, spell

__all__ = ["GrammarError", "derive"]

_DEEP = 8
"""Below so many rules the shortest way out is taken."""
_ENDLESS = 1 << 20
_MOST_TIMES = 1000
_CHARACTERS_READ = 25
"""What one unit of work reads or writes."""
_WORK_OF_TOKEN = 3
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|\#[^\n]*)|(?P<string>"(?:\\.|[^"\\])*"i?)"""
    r"""|(?P<regex>/(?!/)(?:\\.|[^/\\])+/[imslux]*)|(?P<name>[!?]*[A-Za-z_][A-Za-z_0-9]*)"""
    r"""|(?P<range>\.\.)|(?P<repeat>~\s*\d+(?:\s*\.\.\s*\d+)?)"""
    r"""|(?P<sign>->|%[a-z]+|[:|()\[\]?*+.,])|(?P<number>-?\d+)"""
)
_COMMON = {
    "CNAME": r"[a-z_][a-z0-9_]{0,8}",
    "DIGIT": r"[0-9]",
    "ESCAPED_STRING": r'"[a-z]{1,8}"',
    "FLOAT": r"[1-9][0-9]?\.[0-9]",
    "HEXDIGIT": r"[0-9a-f]",
    "INT": r"[1-9][0-9]{0,2}",
    "LCASE_LETTER": r"[a-z]",
    "LETTER": r"[a-zA-Z]",
    "NEWLINE": r"\n",
    "NUMBER": r"[1-9][0-9]{0,2}",
    "SIGNED_FLOAT": r"-?[1-9][0-9]?\.[0-9]",
    "SIGNED_INT": r"-?[1-9][0-9]{0,2}",
    "SIGNED_NUMBER": r"-?[1-9][0-9]{0,2}",
    "UCASE_LETTER": r"[A-Z]",
    "WORD": r"[a-z]{1,8}",
    "WS": r" ",
    "WS_INLINE": r" ",
}

Kind: TypeAlias = Literal["text", "pattern", "name", "sequence", "either", "repeat"]


class GrammarError(ValueError):
    """The grammar is none, or uses what is not understood here."""


@dataclass(slots=True)
class _Node:
    kind: Kind
    text: str = ""
    parts: list["_Node"] = field(default_factory=list)
    least: int = 1
    most: int = 1


def derive(definition: str, rng: Rng) -> str:
    """A text that `definition` accepts, from its rule `start`. Raises GrammarError, where it asks
    for too much work as well.
    """
    budget = Budget()
    try:
        reader = _Reader(definition, budget)
        if "start" not in reader.rules:
            raise GrammarError("there is no rule 'start'")
        pen = _Pen(reader.rules, rng, budget)
        pen.gap = " " if any(pen.write(node, 0).isspace() for node in reader.ignored) else ""
        return pen.write(_Node("name", "start"), 0)
    except RecursionError:
        raise GrammarError("it is nested too deeply") from None
    except OutOfWorkError as error:
        raise GrammarError(str(error)) from None


class _Reader:
    def __init__(self, definition: str, budget: Budget) -> None:
        self.rules: dict[str, _Node] = {}
        self.ignored: list[_Node] = []
        budget.spend(len(definition) // _CHARACTERS_READ)
        self._tokens: list[tuple[str, str]] = []
        for token in _tokens(definition):
            budget.spend(_WORK_OF_TOKEN)
            self._tokens.append(token)
        self._at = 0
        while self._at < len(self._tokens):
            self._statement()

    def _statement(self) -> None:
        kind, text = self._next()
        if text in ("%import", "%ignore", "%declare"):
            self._directive(text)
            return
        if kind != "name":
            raise GrammarError(f"expected the name of a rule, got {text!r}")
        if self._peek() == ".":
            self._at += 2
        if self._next()[1] != ":":
            raise GrammarError(f"expected ':' after {text!r}")
        self.rules[text.lstrip("!?")] = self._either()

    def _directive(self, name: str) -> None:
        if name == "%ignore":
            self.ignored.append(self._either())
            return
        path = [self._next()[1]]
        while self._peek() == ".":
            self._at += 1
            path.append(self._next()[1])
        names = [path[-1]]
        if self._peek() == "(":
            names = [text for kind, text in self._until(")") if kind == "name"]
        target = names[0]
        if self._peek() == "->":
            self._at += 1
            target = self._next()[1]
        for each in names:
            if each in _COMMON:
                self.rules[target if len(names) == 1 else each] = _Node("pattern", _COMMON[each])

    def _until(self, end: str) -> Iterator[tuple[str, str]]:
        while True:
            token = self._next()
            if token[1] == end:
                return
            yield token

    def _either(self) -> _Node:
        options = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else _Node("either", parts=options)

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._at < len(self._tokens) and not self._ends():
            parts.append(self._quantified())
        if self._peek() == "->":
            self._at += 2
        return _Node("sequence", parts=parts)

    def _ends(self) -> bool:
        kind, text = self._tokens[self._at]
        if text in ("|", ")", "]", "->") or text.startswith("%"):
            return True
        following = self._tokens[self._at + 1][1] if self._at + 1 < len(self._tokens) else ""
        return kind == "name" and (
            following == ":" or (following == "." and self._tokens[self._at + 2][0] == "number")
        )

    def _quantified(self) -> _Node:
        node = self._atom()
        while (text := self._peek()) in ("?", "*", "+") or text.startswith("~"):
            self._at += 1
            least, most = {"?": (0, 1), "*": (0, 3), "+": (1, 3)}.get(text) or _bounds(text)
            node = _Node("repeat", parts=[node], least=least, most=most)
        return node

    def _atom(self) -> _Node:
        kind, text = self._next()
        if text in ("(", "["):
            inner = self._either()
            if self._next()[1] != {"(": ")", "[": "]"}[text]:
                raise GrammarError(f"{text!r} is not closed")
            return inner if text == "(" else _Node("repeat", parts=[inner], least=0)
        if kind == "string":
            literal = _literal(text)
            if self._peek() == "..":
                self._at += 1
                return _Node(
                    "pattern", f"[{re.escape(literal)}-{re.escape(_literal(self._next()[1]))}]"
                )
            return _Node("text", literal)
        if kind == "regex":
            return _Node("pattern", text[1 : text.rindex("/")])
        if kind == "name":
            return _Node("name", text)
        raise GrammarError(f"{text!r} is not understood")

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise GrammarError("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]


class _Pen:
    """Writes texts. What has no end is never begun below a certain depth."""

    def __init__(self, rules: dict[str, _Node], rng: Rng, budget: Budget) -> None:
        self._rules = rules
        self._rng = rng
        self._budget = budget
        self.gap = ""
        """What stands between tokens: a space, where the grammar ignores spaces."""
        self._depths = dict.fromkeys(rules, _ENDLESS)
        before: dict[str, int] = {}
        while before != self._depths:
            before = {**self._depths}
            # What a rule refers to mostly stands below it.
            for name, rule in reversed(rules.items()):
                self._depths[name] = min(1 + self._depth(rule), _ENDLESS)

    def write(self, node: _Node, depth: int) -> str:
        self._budget.spend()
        if node.kind == "text":
            return node.text
        if node.kind == "pattern":
            written = spell(f"^(?:{node.text})$", self._rng, budget=self._budget)
            if written is None:
                raise GrammarError(f"no text is found for /{node.text}/")
            return written
        if node.kind == "name":
            if self._depths.get(node.text, _ENDLESS) >= _ENDLESS:
                raise GrammarError(f"{node.text!r} is not defined, or has no end")
            return self._named(node.text, depth + 1)
        if node.kind == "sequence":
            return self._joined([self.write(part, depth) for part in node.parts])
        if node.kind == "either":
            return self.write(self._option(node.parts, depth), depth)
        short = depth >= _DEEP or self._depth(node.parts[0]) >= _ENDLESS
        count = node.least if short else self._rng.between(node.least, node.most)
        return self._joined([self.write(node.parts[0], depth) for _ in range(count)])

    def _named(self, name: str, depth: int) -> str:
        gap = self.gap
        if name.lstrip("_").isupper():  # A terminal is one token.
            self.gap = ""
        written = self.write(self._rules[name], depth)
        self.gap = gap
        return written

    def _joined(self, written: list[str]) -> str:
        joined = self.gap.join(filter(None, written))
        self._budget.spend(len(joined) // _CHARACTERS_READ)
        return joined

    def _option(self, options: list[_Node], depth: int) -> _Node:
        if depth >= _DEEP:
            return min(options, key=self._depth)
        return self._rng.choice(
            [option for option in options if self._depth(option) < _ENDLESS] or options
        )

    def _depth(self, node: _Node) -> int:
        """How many rules deep the shortest text is."""
        self._budget.spend()
        if node.kind == "name":
            return self._depths.get(node.text, _ENDLESS)
        if node.kind == "either":
            return min(map(self._depth, node.parts))
        if node.kind == "repeat" and node.least == 0:
            return 0
        return max(map(self._depth, node.parts), default=0)


def _tokens(definition: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(definition):
        found = _TOKEN.match(definition, at)
        if found is None:
            raise GrammarError(f"{definition[at : at + 10]!r} is not understood")
        at = found.end()
        if found.lastgroup and found.lastgroup != "space":
            yield found.lastgroup, found[0]


def _bounds(text: str) -> tuple[int, int]:
    # Python reads no number of thousands of digits.
    numbers = [int(number[:9]) for number in re.findall(r"\d+", text)]
    if numbers[0] > _MOST_TIMES:
        raise GrammarError(f"{text[:20]!r} is too often")
    return numbers[0], min(numbers[-1], numbers[0] + 2)


def _literal(text: str) -> str:
    """The text that a quoted string stands for."""
    try:
        literal: str = json.loads(text.removesuffix("i"))
    except ValueError:
        return text.removesuffix("i")[1:-1]
    return literal
