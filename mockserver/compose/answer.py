"""The Response to a request, composed from a reply: a partial Response whose author wrote only what
matters.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from mockserver.api.dialects import Dialect
from mockserver.api.error_table import FAILURE
from mockserver.api.extension import add_slugs
from mockserver.api.history import History
from mockserver.api.items import NAMED_CALLS, ROOT_AGENT
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.api.responses import RUNNING, WIRE_ORDER
from mockserver.compose.compaction import compaction
from mockserver.compose.completion import complete_items
from mockserver.compose.echo import echo
from mockserver.compose.events import events
from mockserver.compose.identity import Identity, id_time
from mockserver.compose.limits import completed_items, cut_output
from mockserver.compose.stencil import Composition
from mockserver.compose.tokens import Tokenizer, logprobs
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
    """A composed answer: the finished Response, and what its events depend on.

    composition: makes the Response, which happens when it is first looked at.
    """

    __slots__ = (
        "_response",
        "composition",
        "dialect",
        "history",
        "identity",
        "injected",
        "request",
    )

    def __init__(
        self, composition: Composition, request: CreateRequest, identity: Identity, dialect: Dialect
    ) -> None:
        self.composition = composition
        self.request = request
        self.identity = identity
        self.dialect = dialect
        self.injected: list[Json] = []
        """What the client added while the answer was on its way."""
        self.history: History | None = None
        """The items that a request begins with that continues the answer, once one does."""
        self._response: Json | None = None

    @property
    def id(self) -> str:
        """The id of the Response."""
        return self.composition.id or self.identity.id("resp_", "response")

    @property
    def response(self) -> Json:
        """The finished Response, in wire order."""
        if self._response is None:
            self._response = self.composition.make(self.identity)
            self.composition.usage = self._response.get("usage")
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

    def rendered(self, render: Callable[["Answer"], Iterable[bytes]]) -> Iterable[bytes]:
        """What `render` makes of the answer; made only in part where the same answer was rendered
        before.
        """

        def under(identity: Identity) -> Iterable[bytes]:
            return render(Answer(self.composition, self.request, identity, self.dialect))

        remembered = self.composition.remembered(render, under, self.identity)
        return render(self) if remembered is None else remembered


def compose(
    request: CreateRequest,
    reply: Json,
    identity: Identity,
    *,
    dialect: Dialect,
    tokenizer: Tokenizer,
    prompt_tokens: int | None = None,
    cached_tokens: int = 0,
    made_up: bool = False,
) -> Answer:
    """Complete `reply` to the Response that the API would send to `request`; what the reply gives
    is kept.

    The Response is made when it is first looked at. prompt_tokens: what the model reads, where that
    has been counted. cached_tokens: how many of them a cache holds. made_up:
    whether nobody wrote the reply, so that the limits of the request apply to all of it.
    """
    make = partial(
        _response,
        request,
        reply,
        dialect=dialect,
        tokenizer=tokenizer,
        prompt_tokens=prompt_tokens,
        cached_tokens=cached_tokens,
        made_up=made_up,
    )
    return Answer(Composition(make, reply), request, identity, dialect)


def copied_answer(
    response: Json, request: CreateRequest, identity: Identity, dialect: Dialect
) -> Answer:
    """The answer whose Response is this one, whole as it is."""
    return Answer(Composition(lambda _: response, response), request, identity, dialect)


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
    if status == "completed" and (request.context_management or not request.is_lone_text):
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
        "id": identity.id("resp_", "response"),
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


def _with_incomplete_end(output: list[object]) -> list[object]:
    """The last item of an incomplete reply is incomplete too, unless its author says otherwise."""
    if not output:
        return output
    last = output[-1]
    item = {"type": "message", "content": last} if isinstance(last, str) else dict(last)  # type: ignore[call-overload]
    if item.get("type", "message") in ("message", *NAMED_CALLS):
        item.setdefault("status", "incomplete")
    return [*output[:-1], item]
