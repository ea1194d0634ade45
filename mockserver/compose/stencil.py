"""Answers remembered as bytes with holes, so that another answer of the same form costs next to
nothing.

What a rendered answer depends on, beside its form, are its `Variables`. Nobody lists which of its
fields depend on which: an answer of the form is composed once with marks in place of the variables
(`mockserver.compose.marks`), and what stands between the marks is what all answers of the form
share. Each later one only fills the holes. A form is kept only if filling it gives back the answer
that it was made from, byte for byte.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Literal, Protocol, TypeAlias

from mockserver.api.asked_text import with_asked_text
from mockserver.api.json import Json, compact, pretty
from mockserver.api.requests import CreateRequest
from mockserver.compose.identity import Identity
from mockserver.compose.marks import TEXT, Formula, Marks, TooDeepError, Variables, formula_of
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage import fit_prompt
from mockserver.sse import render_event

FormName: TypeAlias = Literal["body", "stream"]

_LARGEST = 1_048_576
"""Answers with more characters are not remembered as stencils."""
_LONGEST_TEXT = 16_384
_DELTA = "response.output_text.delta"
_PORTION = 16_384
"""About how many characters of a stream are filled in one go."""
_FRAMES = 64
"""How many deltas are, which have about as many characters."""


class Renderable(Protocol):
    """An answer as far as it is rendered."""

    @property
    def variables(self) -> Variables:
        """What tells it from other answers of its form."""

    def marked(self, marks: Marks) -> "Renderable":
        """The same answer with marks in place of its variables."""

    @property
    def response(self) -> Json:
        """The finished Response."""

    def body(self) -> Json:
        """The Response as a JSON body shows it."""

    def events(self) -> Iterator[Json]:
        """Its events, in order."""


def rendered_body(answer: Renderable) -> bytes:
    """The JSON body of an answer."""
    return pretty(answer.body())


def rendered_events(answer: Renderable) -> Iterator[bytes]:
    """The events of an answer as they are streamed, each made as it is asked for."""
    return (render_event(event["type"], compact(event)) for event in answer.events())


class Outline:
    """What is remembered of the answers that differ in their variables alone."""

    __slots__ = ("_forms",)

    def __init__(self) -> None:
        self._forms: dict[FormName, Form | None] = {}

    def form(self, name: FormName, answer: Renderable, variables: Variables) -> "Form | None":
        """The form of an answer, from the second of them on; None where it has to be composed."""
        if name not in self._forms:
            # Whether a form is worth a stencil shows when it comes again.
            self._forms[name] = _UNSEEN
            return None
        form = self._forms[name]
        if form is _UNSEEN:
            form = self._forms[name] = _form(name, answer)
        return form if form is not None and form.fits(variables) else None


@dataclass(frozen=True, slots=True)
class PromptForm:
    """How many tokens a prompt has, by the text that is asked.

    formula: counts them. conditions: what holds for all prompts of the form.
    """

    formula: Formula
    conditions: tuple[Formula, ...]

    def tokens(self, text: str, tokenizer: Tokenizer) -> int | None:
        """The tokens of a prompt with this text; None where it has to be measured."""
        of = Variables(_NOBODY, text, tokenizer)
        if not all(condition(of) for condition in self.conditions):
            return None
        tokens: int = self.formula(of)
        return tokens


def prompt_form(request: CreateRequest, text: str, tokenizer: Tokenizer) -> PromptForm:
    """The form of the prompt of a request whose input is nothing but text; one that no prompt has
    where it is more than that, or loses a part of it.

    text: its `asked_text`. Raises ApiError 400 when it is too long for the model.
    """
    marks = Marks(Variables(_NOBODY, text, tokenizer))
    asked = with_asked_text(request.body["input"], marks.text)
    marked = CreateRequest({**request.body, "input": asked})
    try:
        prompt = fit_prompt(marked, marks.tokenizer(tokenizer))
    except TooDeepError:
        return _NO_PROMPT
    if len(prompt.items) < len(marked.input_items):
        return _NO_PROMPT
    return PromptForm(formula_of(prompt.tokens), (*marks.conditions,))


_NOBODY = Identity(b"", 0, "")
_NO_PROMPT = PromptForm(lambda _: 0, (lambda _: False,))


@dataclass(frozen=True, slots=True)
class Stencil:
    """A text with holes.

    parts: what stands between the holes. holes: which value goes into each.
    """

    parts: tuple[str, ...]
    holes: tuple[int, ...]

    def fill(self, values: Sequence[str | None]) -> str:
        """The text with a value in each hole."""
        pieces: list[str | None] = [""] * (2 * len(self.holes) + 1)
        pieces[::2] = self.parts
        pieces[1::2] = [values[hole] for hole in self.holes]
        return "".join(pieces)  # type: ignore[arg-type] # all that it needs has a value


@dataclass(frozen=True, slots=True)
class Form:
    """The stencils of an answer.

    Attributes:
        before: what stands before the deltas of its text, or all of it.
        formulas: what goes into the holes.
        conditions: what holds for all answers of the form.
        quote: how a text is written.
        delta: the deltas of its text, where they are streamed.
        usage: how many tokens were read and written; empty where that is not told.
    """

    before: tuple[Stencil, ...]
    formulas: tuple[Formula, ...]
    conditions: tuple[Formula, ...]
    quote: Callable[[str], str]
    delta: "DeltaForm | None" = None
    usage: tuple[Formula, ...] = ()

    def fits(self, variables: Variables) -> bool:
        """Whether an answer has this form."""
        text = variables.text
        # Lone surrogates and the control character 127 are written in ways of their own.
        is_usual = len(text) <= _LONGEST_TEXT and "\x7f" not in text and _is_unicode(text)
        return is_usual and all(condition(variables) for condition in self.conditions)

    def whole(self, variables: Variables) -> bytes:
        """An answer without deltas."""
        values: list[str | None] = [None] * len(self.formulas)
        values[TEXT] = self.quote(variables.text)[1:-1]
        return self._filled(self.before[0], values, variables)

    def fill(self, variables: Variables) -> Iterator[bytes]:
        """The answer in pieces, each made as it is asked for."""
        values: list[str | None] = [None] * len(self.formulas)
        text = self.quote(variables.text)[1:-1]
        values[TEXT] = text
        for stencil in self.before:
            yield self._filled(stencil, values, variables)
        if self.delta is not None:
            yield from self._deltas(self.delta, text, values, variables)
            values[TEXT] = text
            yield self._filled(self.delta.after, values, variables)

    def messages(self, variables: Variables) -> list[bytes]:
        """The events of an answer, without the frames around them."""
        frames = b"".join(self.fill(variables)).split(b"\n\n")
        return [frame.partition(_DATA)[2] for frame in frames[:-1]]

    def _deltas(
        self, form: "DeltaForm", quoted: str, values: list[str | None], variables: Variables
    ) -> Iterator[bytes]:
        """The deltas, of which most is alike. quoted: the text as it is written."""
        text, number, padding = "\0text\0", "\0number\0", "\0padding\0"
        values[TEXT] = text
        values[form.number] = number
        if form.padding is not None:
            values[form.padding] = padding
        alike = self._filled(form.stencil, values, variables).decode()
        before, _, rest = alike.partition(text)
        between, _, rest = rest.partition(padding if form.padding is not None else number)
        deltas = variables.deltas
        shown = deltas
        if quoted != variables.text:
            shown = [self.quote(delta)[1:-1] for delta in deltas]
        places = range(form.first, form.first + len(deltas))
        if form.padding is None:
            frames = [
                f"{before}{delta}{between}{place}{rest}"
                for place, delta in zip(places, shown, strict=True)
            ]
        else:
            behind, _, rest = rest.partition(number)
            paddings = variables.identity.paddings(form.first, deltas)
            frames = [
                f"{before}{delta}{between}{pad}{behind}{place}{rest}"
                for place, delta, pad in zip(places, shown, paddings, strict=True)
            ]
        for start in range(0, len(frames), _FRAMES):
            yield "".join(frames[start : start + _FRAMES]).encode()

    def _filled(self, stencil: Stencil, values: list[str | None], variables: Variables) -> bytes:
        for hole in stencil.holes:
            if values[hole] is None:
                values[hole] = str(self.formulas[hole](variables))
        return stencil.fill(values).encode()


_DATA = b"\ndata: "
_TYPE = b'{"type":"'


def type_of_message(data: bytes) -> str:
    """The type of an event, which stands at its beginning."""
    start = len(_TYPE)
    return data[start : data.index(b'"', start)].decode()


@dataclass(frozen=True, slots=True)
class DeltaForm:
    """The deltas of a text, and what follows them.

    Attributes:
        first: the number of the first of them.
        number, padding: the holes for what differs from delta to delta, beside the text.
    """

    stencil: Stencil
    after: Stencil
    first: int
    number: int
    padding: int | None


_UNSEEN = Form((), (), (), encode_basestring)
"""Stands for a form that was rendered once."""


def _form(name: FormName, answer: Renderable) -> Form | None:
    """The form of an answer; None when it takes more from its variables than marks can show, or is
    too large to be kept.
    """
    marks = Marks(answer.variables)
    try:
        form = _body_form(answer, marks) if name == "body" else _stream_form(answer, marks)
    except TooDeepError:
        return None
    whole = rendered_body(answer) if name == "body" else b"".join(rendered_events(answer))
    if len(whole) > _LARGEST or not form.fits(answer.variables):
        return None
    if b"".join(form.fill(answer.variables)) != whole:
        return None
    return form


def _body_form(answer: Renderable, marks: Marks) -> Form:
    marked = answer.marked(marks)
    stencil = _cut(rendered_body(marked).decode(), marks)
    return _finished((stencil,), marks, encode_basestring_ascii, marked)


def _finished(
    before: tuple[Stencil, ...], marks: Marks, quote: Callable[[str], str], marked: Renderable
) -> Form:
    usage = marked.response.get("usage") or {}
    told = (usage.get("input_tokens"), usage.get("output_tokens"))
    counts = [count for count in told if isinstance(count, int)]
    formulas = tuple(map(formula_of, counts)) if len(counts) == 2 else ()
    return Form(before, (*marks.formulas,), (*marks.conditions,), quote, usage=formulas)


def _stream_form(answer: Renderable, marks: Marks) -> Form:
    before: list[str] = [""]
    delta = ""
    after: list[str] = []
    first = 0
    marked = answer.marked(marks)
    for number, event in enumerate(marked.events()):
        if delta:
            event["sequence_number"] = marks.number(_after_deltas(number - 1))
            after.append(_frame(event))
        elif event["type"] == _DELTA and event["delta"] == marks.text:
            first = number
            place = marks.number(lambda of: len(of.deltas))  # It is filled in by itself
            event["sequence_number"] = place
            delta = _frame(event)
            padding = event.get("obfuscation")
        else:
            if len(before[-1]) > _PORTION:
                before.append("")
            before[-1] += _frame(event)
    portions = tuple(_cut(portion, marks) for portion in before)
    form = _finished(portions, marks, encode_basestring, marked)
    if not delta:
        return form
    number_hole = marks.place_of(str(place))
    padding_hole = None if padding is None else marks.place_of(padding)
    deltas = DeltaForm(
        _cut(delta, marks), _cut("".join(after), marks), first, number_hole, padding_hole
    )
    return replace(form, delta=deltas)


def _after_deltas(number: int) -> Formula:
    """The number of an event behind the deltas, which are so many more than the one with a mark."""
    return lambda of: number + len(of.deltas)


def _frame(event: Json) -> str:
    return render_event(event["type"], compact(event)).decode()


def _cut(text: str, marks: Marks) -> Stencil:
    parts, holes = marks.cut(text)
    return Stencil(tuple(parts), tuple(holes))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
