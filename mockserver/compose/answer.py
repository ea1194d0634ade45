"""The Response to a request, composed from a reply: a partial Response whose author wrote only what
matters.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mockserver.api.dialects import Dialect
from mockserver.api.error_table import FAILURE
from mockserver.api.extension import add_slugs
from mockserver.api.history import History
from mockserver.api.items import NAMED_CALLS, ROOT_AGENT
from mockserver.api.json import Json, text_size
from mockserver.api.requests import CreateRequest
from mockserver.api.responses import RUNNING, WIRE_ORDER
from mockserver.compose.compaction import compaction
from mockserver.compose.completion import complete_items
from mockserver.compose.echo import echo
from mockserver.compose.events import events
from mockserver.compose.identity import Identity, id_time
from mockserver.compose.limits import completed_items, cut_output
from mockserver.compose.marks import Marks, Variables, lone_text, with_text
from mockserver.compose.probabilities import logprobs
from mockserver.compose.stencil import Form, FormName, Outline, rendered_body, rendered_events
from mockserver.compose.tokens import Tokenizer, estimate
from mockserver.compose.usage import (
    input_tokens,
    output_effect,
    output_tokens,
    reasoning_tokens,
    tool_usage,
    usage_object,
)

_TOKENS_PER_SECOND = 50

_FIRST_SEEN = {
    # September 2026: in 7 of 7 Responses since, in none of 210 in August.
    "access_programs": 1_788_220_800,
}
"""Keys that the API sends of late, with the Unix time since which; older replies are without."""


class Answer:
    """A composed answer: what its Response and its events are made from. The Response is made when
    it is first looked at.

    Args:
        request: what it answers.
        reply: what its author wrote of it.
        identity: gives it ids, a clock and padding.
        prompt_tokens: what the model reads, where that has been counted.
        cached_tokens: how many of them a cache holds.
        made_up: whether nobody wrote the reply, so that the limits of the request apply to all of
            it.

    Attributes:
        outline: what is remembered of answers that differ from it in their variables alone.
    """

    __slots__ = (
        "_counted",
        "_made_up",
        "_response",
        "_size",
        "_tokenizer",
        "_tokens",
        "dialect",
        "history",
        "identity",
        "injected",
        "is_long",
        "outline",
        "reply",
        "request",
        "text",
    )

    def __init__(
        self,
        request: CreateRequest,
        reply: Json,
        identity: Identity,
        *,
        dialect: Dialect,
        tokenizer: Tokenizer,
        prompt_tokens: int | None = None,
        cached_tokens: int = 0,
        made_up: bool = False,
    ) -> None:
        self.request = request
        self.reply = reply
        self.identity = identity
        self.dialect = dialect
        self.injected: list[Json] = []
        """What the client added while the answer was on its way."""
        self.history: History | None = None
        """The items that a request begins with that continues the answer, once one does."""
        self.is_long = False
        """Whether making it takes its time."""
        self.text = lone_text(reply)
        """The text that it is nothing but; None for others."""
        self._tokenizer = tokenizer
        self._tokens = prompt_tokens, cached_tokens
        self._made_up = made_up
        self.outline: Outline | None = None
        self._counted: tuple[int, int] | None = None
        self._response: Json | None = None
        self._size: int | None = None

    @property
    def id(self) -> str:
        """The id of the Response."""
        given: str | None = self.reply.get("id")
        return given or self.identity.response_id

    @property
    def size(self) -> int:
        """How many characters the reply has, about."""
        if self._size is None:
            self._size = text_size(self.reply) if self.text is None else len(self.text)
        return self._size

    @property
    def response(self) -> Json:
        """The finished Response, in wire order."""
        if self._response is None:
            self._response = self._make()
        return self._response

    def events(self) -> Iterator[Json]:
        """The events of the Response, in order."""
        plain = events(self.response, self.request, self.identity, self.dialect)
        if not self.dialect.hosted_prefix:
            return plain
        return (add_slugs(event, self.dialect) for event in plain)

    def body(self) -> Json:
        """The Response as a JSON body shows it: with who pays for it."""
        return add_slugs(billed(self.response), self.dialect)

    def json(self) -> bytes:
        """The JSON body."""
        form, variables = self._form("body")
        return rendered_body(self) if form is None else form.whole(variables)

    def stream(self) -> Iterator[bytes]:
        """The events as they are streamed, in pieces that are made as they are asked for."""
        form, variables = self._form("stream")
        return rendered_events(self) if form is None else form.fill(variables)

    def messages(self) -> list[bytes]:
        """The events as messages of their own, where they need not be composed; else none."""
        form, variables = self._form("stream")
        return [] if form is None else form.messages(variables)

    @property
    def counted(self) -> tuple[int, int] | None:
        """The tokens of its input and its output, once it has been rendered."""
        if self._response is not None:
            usage = self._response.get("usage") or {}
            read, written = usage.get("input_tokens"), usage.get("output_tokens")
            return (read, written) if isinstance(read, int) and isinstance(written, int) else None
        return self._counted

    def _form(self, name: FormName) -> tuple[Form | None, Variables]:
        """What the answer is filled into, and what with; None where it has to be composed."""
        variables = self.variables
        if self.outline is None:
            return None, variables
        form = self.outline.form(name, self, variables)
        if form is not None and form.usage:
            read, written = form.usage
            self._counted = read(variables), written(variables)
        return form, variables

    @property
    def variables(self) -> Variables:
        """What tells it from other answers of its form."""
        prompt_tokens, cached_tokens = self._tokens
        return Variables(
            self.identity, self.text or "", self._tokenizer, prompt_tokens or 0, cached_tokens
        )

    def marked(self, marks: Marks) -> "Answer":
        """The same answer with marks in place of its variables."""
        return Answer(
            self.request,
            self.reply if self.text is None else with_text(self.reply, marks.text),
            marks.identity,
            dialect=self.dialect,
            tokenizer=marks.tokenizer(self._tokenizer),
            prompt_tokens=marks.number(lambda of: of.prompt_tokens),
            cached_tokens=marks.number(lambda of: of.cached_tokens),
            made_up=self._made_up,
        )

    def _make(self) -> Json:
        prompt_tokens, cached_tokens = self._tokens
        return _response(
            self.request,
            self.reply,
            self.identity,
            dialect=self.dialect,
            tokenizer=self._tokenizer,
            prompt_tokens=prompt_tokens,
            cached_tokens=cached_tokens,
            made_up=self._made_up,
        )


def copied_answer(
    response: Json, request: CreateRequest, identity: Identity, dialect: Dialect
) -> Answer:
    """The answer whose Response is this one, whole as it is."""
    answer = Answer(request, response, identity, dialect=dialect, tokenizer=estimate())
    answer._response = response
    return answer


def _response(
    request: CreateRequest,
    reply: Json,
    identity: Identity,
    *,
    dialect: Dialect,
    tokenizer: Tokenizer,
    prompt_tokens: int | None,
    cached_tokens: int,
    made_up: bool,
) -> Json:
    status = reply.get("status", "completed")
    echoed = echo(request, dialect)
    output = reply.get("output") or []
    if status == "incomplete":
        output = _with_incomplete_end(output)
    items = complete_items(output, identity, ROOT_AGENT if request.multi_agent else None)
    copies = {item["id"] for item in output if isinstance(item, dict) and "id" in item}
    # Copies of real items are whole, and so is a reply whose usage or status is known.
    is_limited = not copies and "usage" not in reply and "status" not in reply
    counted = _count(
        request,
        items,
        tokenizer,
        effort=echoed["reasoning"]["effort"] if made_up else None,
        limit=request.max_output_tokens if is_limited else None,
        prompt_tokens=prompt_tokens,
    )
    items = counted.items
    if counted.was_cut:
        status = "incomplete"
    written = counted.written
    if status == "completed" and (request.context_management or not request.is_only_text):
        summary = compaction(request, items, counted.prompt + written, identity)
        if summary is not None:
            items = [*items, summary.item]
            written += summary.tokens
    counts = usage_object(
        counted.prompt,
        written,
        model=request.model,
        reasoning_tokens=counted.thought,
        cached_tokens=cached_tokens,
    )

    def likely(text: str) -> list[Json]:
        return logprobs(text, request.top_logprobs, tokenizer, identity.seed)

    created_at: int = reply.get("created_at") or identity.created_at
    completed_at = created_at + -(-counts["output_tokens"] // _TOKENS_PER_SECOND)
    response: Json = {
        "id": identity.response_id,
        "object": "response",
        "created_at": identity.created_at,
        "completed_at": completed_at if status == "completed" else None,
        "error": {"code": "server_error", "message": FAILURE} if status == "failed" else None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "moderation": None,
        "tool_usage": tool_usage(items, tokenizer.count),
        "usage": None if status in ("failed", "cancelled") else counts,
        **echoed,
        **reply,
        "status": status,
        "output": completed_items(
            items, request.include, copies, identity, likely, seals=dialect.seals_reasoning
        ),
    }
    if status == "failed" and "service_tier" not in reply:
        response["service_tier"] = request.asked_service_tier
    copied_at = _copied_at(reply)
    for key, since in _FIRST_SEEN.items():
        if key not in reply and copied_at is not None and copied_at < since:
            response.pop(key, None)
    return in_wire_order(response)


class _Counted(NamedTuple):
    """Items as far as the limit lets them go, and their tokens.

    prompt: what the model read. written: what it wrote, thought included.
    """

    items: list[Json]
    prompt: int
    written: int
    thought: int
    was_cut: bool


def _count(
    request: CreateRequest,
    items: list[Json],
    tokenizer: Tokenizer,
    *,
    effort: str | None,
    limit: int | None,
    prompt_tokens: int | None,
) -> _Counted:
    """Count what `items` cost, cut to `limit` tokens. effort: how hard the model thought; None for
    what an author wrote, which took no more thought than it says.
    """
    body = request.body
    model = request.model
    if prompt_tokens is None:
        prompt_tokens = input_tokens(body, request.items, model, tokenizer)
    thought = 0
    # A message calls no tool, and nothing was thought for it.
    is_message = [item["type"] for item in items] == ["message"]
    if not is_message:
        thoughts = [item for item in items if item["type"] == "reasoning"]
        thought = sum(
            reasoning_tokens(item, model, tokenizer, effort or "none") for item in thoughts
        )
    was_cut = False
    if limit is not None:
        if effort is None and thought:
            # How much an author's thought took is a guess, which leaves room for the text.
            room = limit - output_tokens(items, body, model, tokenizer)
            thought = max(0, min(thought, room))
        items, was_cut = cut_output(items, limit, body, model, tokenizer, thought)
        thought = min(thought, limit)
    if limit is not None and was_cut:
        written = limit
    else:
        written = output_tokens(items, body, model, tokenizer, thought)
    if not is_message:
        prompt_tokens += output_effect(items, body, model, tokenizer)
    return _Counted(items, prompt_tokens, written, thought, was_cut)


def _copied_at(reply: Json) -> int | None:
    """The Unix time of the real Response whose output this is, 0 where no id tells it; None for a
    reply that somebody wrote.
    """
    output = reply.get("output")
    if output is None or not all(isinstance(item, dict) and "id" in item for item in output):
        return None
    created_at: int = reply.get("created_at") or 0
    return max((id_time(item["id"]) or 0 for item in output), default=0) or created_at


def in_wire_order(response: Json) -> Json:
    """The keys of a Response in the order of the wire."""
    ordered: Json = {}
    for key in WIRE_ORDER:
        if key in response:
            ordered[key] = response[key]
    if len(ordered) == len(response):
        return ordered
    # Keys the API does not have (an author's extras) go before `metadata`, which is last.
    extras = {key: value for key, value in response.items() if key not in ordered}
    last = {key: ordered.pop(key) for key in ("metadata",) if key in ordered}
    return {**ordered, **extras, **last}


def billed(response: Json) -> Json:
    """A finished Response with `billing`, which only JSON bodies have."""
    if response["status"] in RUNNING:
        return response
    return in_wire_order({"billing": {"payer": "developer"}, **response})


def _with_incomplete_end(output: list[Any]) -> list[Any]:
    """The last item of an incomplete reply is incomplete too, unless its author says otherwise."""
    if not output:
        return output
    last = output[-1]
    item = {"type": "message", "content": last} if isinstance(last, str) else {**last}
    if item.get("type", "message") in ("message", *NAMED_CALLS):
        item.setdefault("status", "incomplete")
    return [*output[:-1], item]
