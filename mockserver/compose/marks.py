"""Marks that stand for what differs between answers of one form, so that it shows in what is
rendered where each of them goes, and what is reckoned from it.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mockserver.api.items.streaming import portions
from mockserver.api.json import Json
from mockserver.compose.identity import Identity, digest, letters
from mockserver.compose.tokens import Tokenizer
from mockserver.lazy import lazy

_NUMBER_DIGITS = 12
_INDEX_DIGITS = 6
_WORD = 12
"""A word of so many letters is never divided into several deltas."""
TEXT = 0
"""The place of the text."""


class TooDeepError(Exception):
    """An answer depends on what differs in a way that marks cannot show."""


class Variables:
    """What differs between answers of one form.

    Args:
        identity: who the answer is.
        text: the text that varies: what a request asks, or what a reply says.
        prompt_tokens, cached_tokens: what the model reads, and how much of it a cache holds.
    """

    def __init__(
        self,
        identity: Identity,
        text: str,
        tokenizer: Tokenizer,
        prompt_tokens: int = 0,
        cached_tokens: int = 0,
    ) -> None:
        self.identity = identity
        self.text = text
        self.prompt_tokens = prompt_tokens
        self.cached_tokens = cached_tokens
        self._tokenizer = tokenizer

    @lazy
    def text_tokens(self) -> int:
        """The tokens of the text."""
        return self._tokenizer.count(self.text)

    @lazy
    def deltas(self) -> Sequence[str]:
        """The portions in which the text is streamed."""
        return portions(self.text)


Formula: TypeAlias = Callable[[Variables], Any]


class Marks:
    """The marks of one tracing.

    like: the variables of an answer of the form; what is asked about a mark is answered for it.
    """

    def __init__(self, like: Variables) -> None:
        self.like = like
        self.formulas: list[Formula] = [lambda of: of.text]
        """What each mark stands for."""
        self.conditions: list[Formula] = []
        """What must be true of other variables, so that their answer has the form."""
        self._places: dict[object, int] = {}
        self._outcomes: dict[object, bool] = {}
        key = digest(like.identity.key, "marks", size=_WORD)
        self.text = letters(key)
        """Stands for the text."""
        self._key = key.hex()
        self._base = 10 ** (_NUMBER_DIGITS - 1) + int.from_bytes(key[:4], "big")
        self.identity = _MarkedIdentity(
            b"",  # Whoever uses it in another way than by a mark shall be found out.
            like.identity.created_at,
            like.identity.partition,
            like.identity.stored,
            marks=self,
        )
        self.pattern = re.compile(
            rf"<~(\d+)~{self._key}~>|{self._base}(\d{{{_INDEX_DIGITS}}})|({self.text})"
        )

    def string(self, name: str, *arguments: Any) -> str:
        """A mark for what a method of the identity gives."""
        return self.mark((name, arguments), lambda of: getattr(of.identity, name)(*arguments))

    def token(self, label: str) -> str:
        """A mark for a token of the identity, in whose label marks may stand."""
        (first, *parts), places = self.cut(label)
        formulas = [self.formulas[place] for place in places]

        def token(of: Variables) -> str:
            told = [f"{formula(of)}{part}" for formula, part in zip(formulas, parts, strict=True)]
            return of.identity.token("".join([first, *told]))

        return self.mark(("token", label), token)

    def mark(self, use: object, formula: Formula) -> str:
        """A mark for what a formula gives. use: what it is, so that it has one mark."""
        place = self._places.get(use)
        if place is None:
            place = self._places[use] = self.place(formula)
        return f"<~{place}~{self._key}~>"

    def number(self, formula: Formula) -> "MarkedNumber":
        """A mark for a number."""
        return self.total((formula,), 0)

    def total(self, summands: tuple[Formula, ...], constant: int) -> "MarkedNumber":
        """A mark for a sum."""
        formula = _sum_of(summands, constant)
        number = MarkedNumber(self._base * 10**_INDEX_DIGITS + self.place(formula))
        number.formula = formula
        number.summands = summands
        number.constant = constant
        number.marks = self
        return number

    def holds(
        self, compare: Callable[[Any, Any], bool], number: "MarkedNumber", other: Any
    ) -> bool:
        """How a comparison comes out, which is a condition from now on."""
        asked = compare, *_terms(number), *_terms(other)
        outcome = self._outcomes.get(asked)
        if outcome is None:
            mine, theirs = number.formula, formula_of(other)
            is_true = compare(mine(self.like), theirs(self.like))
            outcome = self._outcomes[asked] = is_true
            self.conditions.append(lambda of: compare(mine(of), theirs(of)) == is_true)
        return outcome

    def place(self, formula: Formula) -> int:
        """A place for another mark."""
        self.formulas.append(formula)
        return len(self.formulas) - 1

    def place_of(self, mark: str) -> int:
        """The place of what a mark stands for."""
        found = self.pattern.fullmatch(mark)
        assert found is not None
        return int(found[1] or found[2] or TEXT)

    def cut(self, text: str) -> tuple[list[str], list[int]]:
        """What stands before, between and behind the marks of a text, and the place of each."""
        parts: list[str] = []
        places: list[int] = []
        end = 0
        for mark in self.pattern.finditer(text):
            parts.append(text[end : mark.start()])
            places.append(self.place_of(mark[0]))
            end = mark.end()
        return [*parts, text[end:]], places

    def tokenizer(self, tokenizer: Tokenizer) -> "MarkingTokenizer":
        """A tokenizer that counts the marked text with a mark."""
        return MarkingTokenizer(tokenizer, self)


@dataclass(slots=True, unsafe_hash=True)
class _MarkedIdentity(Identity):
    """An identity that leaves a mark wherever it is used."""

    marks: Marks = field(kw_only=True)

    @property
    def seed(self) -> int:
        raise TooDeepError

    def id(self, prefix: str, label: object) -> str:
        return self.marks.string("id", prefix, label)

    @property
    def response_id(self) -> str:
        return self.marks.mark("response_id", lambda of: of.identity.response_id)

    def short_id(self, prefix: str, label: object) -> str:
        return self.marks.string("short_id", prefix, label)

    def call_id(self, label: object) -> str:
        return self.marks.string("call_id", label)

    def padding(self, sequence_number: int, delta: str) -> str:
        return self.marks.string("padding", sequence_number, delta)

    def token(self, label: object) -> str:
        return self.marks.token(str(label))


class MarkingTokenizer:
    """Counts a marked text with a mark, and all other texts as they are."""

    def __init__(self, tokenizer: Tokenizer, marks: Marks) -> None:
        self._tokenizer = tokenizer
        self._marks = marks

    def count(self, text: str) -> int:
        if text == self._marks.text:
            return self._marks.number(_text_tokens)
        if self._marks.text in text:
            raise TooDeepError
        return self._tokenizer.count(text)

    def split(self, text: str) -> list[str]:
        if self._marks.text in text:
            raise TooDeepError
        return self._tokenizer.split(text)

    def truncate(self, text: str, limit: int) -> str:
        if self._marks.text in text:
            raise TooDeepError
        return self._tokenizer.truncate(text, limit)


class MarkedNumber(int):
    """A number that stands for one that differs. What is reckoned from it is such a number too; a
    comparison becomes a condition.
    """

    formula: Formula
    marks: Marks
    summands: tuple[Formula, ...]
    constant: int

    def __add__(self, other: int) -> int:
        if isinstance(other, MarkedNumber):
            summands = self.summands + other.summands
            return self.marks.total(summands, self.constant + other.constant)
        return self if other == 0 else self.marks.total(self.summands, self.constant + other)

    __radd__ = __add__

    def __neg__(self) -> int:
        mine = self.formula
        return self.marks.number(lambda of: -mine(of))

    def __sub__(self, other: int) -> int:
        return self + -other

    def __rsub__(self, other: int) -> int:
        return -self + other

    def __floordiv__(self, other: int) -> int:
        mine, theirs = self.formula, formula_of(other)
        return self.marks.number(lambda of: mine(of) // theirs(of))

    def __lt__(self, other: int) -> bool:
        return self.marks.holds(operator.lt, self, other)

    def __le__(self, other: int) -> bool:
        return self.marks.holds(operator.le, self, other)

    def __gt__(self, other: int) -> bool:
        return not self <= other

    def __ge__(self, other: int) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        return self.marks.holds(operator.eq, self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self != 0

    def _too_deep(self, *_: Any) -> Any:
        raise TooDeepError

    __hash__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _too_deep
    __rfloordiv__ = __mod__ = __rmod__ = __round__ = __float__ = __index__ = _too_deep


def _text_tokens(of: Variables) -> int:
    return of.text_tokens


def _terms(number: Any) -> tuple[object, object]:
    """What a number is the sum of: marked summands and a constant."""
    if isinstance(number, MarkedNumber):
        return number.summands, number.constant
    return (), number


def _sum_of(summands: tuple[Formula, ...], constant: int) -> Formula:
    if len(summands) > 1:
        return lambda of: sum([summand(of) for summand in summands], constant)
    (only,) = summands
    return (lambda of: only(of) + constant) if constant else only


def formula_of(number: Any) -> Formula:
    """What a number is reckoned from; a number that never differs is what it is."""
    return number.formula if isinstance(number, MarkedNumber) else lambda _: number


def lone_text(reply: Json) -> str | None:
    """The text of a reply that is nothing but a text, perhaps after reasoning; None for others."""
    output = reply.get("output")
    if len(reply) != 1 or not isinstance(output, list) or not output:
        return None
    if len(output) > 1 and any(item != _REASONING for item in output[:-1]):
        return None
    said = output[-1]
    if isinstance(said, dict) and said.keys() == _PLAIN and said["type"] == "message":
        said = said["content"]
    return said if isinstance(said, str) else None


def with_text(reply: Json, text: str) -> Json:
    """A reply that is nothing but a text, with another text."""
    return {"output": [*reply["output"][:-1], text]}


_REASONING = {"type": "reasoning"}
_PLAIN = {"type", "content"}
