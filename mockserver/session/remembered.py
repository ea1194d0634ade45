"""What a session remembers of requests, so that those alike cost less: nothing that shows in an
answer.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from mockserver.api import CreateRequest, Json
from mockserver.api.items import bringing_tools
from mockserver.compose import (
    Answer,
    MeasuredPrompt,
    Outline,
    PromptForm,
    Tokenizer,
    fit_prompt,
    prompt_form,
    triggered,
)
from mockserver.script.steps import Step
from mockserver.session.script_sources import StepAnswer

T = TypeVar("T")

LONGEST = 65_536
"""Requests with more bytes are not remembered."""
_LONGEST_TEXT = 16_384


class Remembered(Generic[T]):
    """Values by key; the least recently used leave."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._values: OrderedDict[object, T] = OrderedDict()

    def find(self, key: object) -> T | None:
        """The value of a key."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def keep(self, key: object, value: T) -> T:
        """Keep a value, and return it."""
        self._values[key] = value
        if len(self._values) > self._limit:
            self._values.popitem(last=False)
        return value


class RememberedForms:
    """How prompts and answers depend on what differs between requests that are otherwise alike."""

    def __init__(self, limit: int = 256) -> None:
        self._prompts: Remembered[PromptForm] = Remembered(limit)
        self._outlines: Remembered[tuple[Outline, Step]] = Remembered(limit)
        self._replies: Remembered[Json] = Remembered(limit)

    def prompt(self, request: CreateRequest, tokenizer: Tokenizer) -> MeasuredPrompt:
        """The prompt of a request whose input is nothing but text. Raises ApiError 400 when the
        window has no room for it.
        """
        shape, text = request.shape, request.asked_text
        if shape is None or len(shape) > LONGEST or text is None or len(text) > _LONGEST_TEXT:
            return fit_prompt(request, tokenizer)
        form = self._prompts.find(shape)
        if form is None:
            form = self._prompts.keep(shape, prompt_form(request, text, tokenizer))
        tokens = form.tokens(text, tokenizer)
        if tokens is None:
            return fit_prompt(request, tokenizer)
        return MeasuredPrompt(request.input_items, tokens)

    def outline(self, key: object, answer: Answer, found: StepAnswer) -> Outline | None:
        """What is remembered of answers like this one; None where each has a form of its own.

        key: of the request, None where its answer depends on the state. found: what answers it.
        """
        frame = _frame(answer.request)
        if frame is None:
            return None
        kind: object
        step = found.step
        entry = found.entry
        if answer.text is not None:
            kind = len(answer.reply["output"]), step.generated
        elif key is None or step.template or step.compute is not None:
            return None
        elif step.generated:
            asked = key, answer.request.asked_text
            kind = asked, step.generation, id(step) if step.reply else None
        elif entry is None or entry.kind == "stub":
            kind = id(step)
        else:
            return None
        dialect = answer.dialect.name
        known = self._outlines.find((frame, dialect, kind))
        if known is None:
            # The step is kept along: no other can have its `id` meanwhile.
            known = self._outlines.keep((frame, dialect, kind), (Outline(), step))
        return known[0]

    def made_up(self, key: object, request: CreateRequest, make: Callable[[], Json]) -> Json:
        """The reply that is made up for a request."""
        if key is None:
            return make()
        whole = key, request.asked_text
        return self._replies.find(whole) or self._replies.keep(whole, make())


def _frame(request: CreateRequest) -> bytes | None:
    """What of a request its answer depends on otherwise than by a length; None where that is more
    than can be remembered.
    """
    frame = request.frame
    if frame is None or len(frame) > LONGEST:
        return None
    if not request.is_only_text and (triggered(request) or [*bringing_tools(request.input_items)]):
        return None
    return frame
