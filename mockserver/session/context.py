"""What a request refers to, resolved: its stored prompt, what it continues, the items it names."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from mockserver.api import CreateRequest, Dialect, Json, api_error
from mockserver.api.pairing import check_pairing
from mockserver.compose import (
    EPOCH,
    LEAST_CACHED,
    Composition,
    MeasuredPrompt,
    Tokenizer,
    check_trigger,
    fit_prompt,
)
from mockserver.script.steps import Step
from mockserver.session.conversations import StoredConversation
from mockserver.session.prompts import with_prompt
from mockserver.session.state import View

_PARTITION = re.compile(r"[a-z]+_([0-9a-f]{16})[0-9a-f]{34}")
_STATEFUL = frozenset({"previous_response_id", "conversation", "prompt", "prompt_cache_options"})
_LONGEST = 65_536
"""Requests with more bytes are not remembered."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Where a request stands.

    history: the items before its input. created_at: virtual Unix seconds, not before what it
    continues. partition: the part of ids that a chain shares; None begins a new one. conversation:
    the one that the response belongs to.
    """

    history: Sequence[Json] = ()
    created_at: int = EPOCH
    partition: str | None = None
    conversation: StoredConversation | None = None


@dataclass(slots=True)
class ResolvedRequest:
    """A request in its context, and how it was answered before by what answers always.

    request: with the parameters of its stored prompt, and with the items that it refers to.
    """

    request: CreateRequest
    context: RequestContext = RequestContext()
    _prompt: MeasuredPrompt | None = None
    _known: dict[int, tuple[Step, Composition]] = field(default_factory=dict)

    def prompt(self, dialect: Dialect, tokenizer: Tokenizer) -> MeasuredPrompt:
        """What the model reads. Raises ApiError when the items do not fit together, or the model's
        window.
        """
        if self._prompt is None:
            request = self.request
            check_trigger(request.input_items)
            check_pairing(request.items, start=len(request.history), dialect=dialect)
            self._prompt = fit_prompt(request, tokenizer)
        return self._prompt

    def composition(self, step: Step) -> Composition | None:
        """What was composed for the request before, from the same step."""
        known = self._known.get(_place(step))
        return None if known is None else known[1]

    def keep(self, step: Step, composition: Composition) -> None:
        """Remember a composition. The step is kept along: no other can have its `id` meanwhile."""
        self._known[_place(step)] = step, composition


def _place(step: Step) -> int:
    """Which step a composition comes from; steps that are made for a request are all alike."""
    return id(step) if step.is_stub else int(step.generated)


class RememberedRequests:
    """Resolved requests that depend on nothing but themselves; the least recently used leave."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._resolved: OrderedDict[object, ResolvedRequest] = OrderedDict()

    def find(self, request: CreateRequest, dialect: Dialect) -> ResolvedRequest | None:
        """The request as it was resolved before; None when it was not, or depends on the state."""
        key = _key(request, dialect)
        resolved = self._resolved.get(key)
        if resolved is not None:
            self._resolved.move_to_end(key)
        return resolved

    def keep(self, request: CreateRequest, dialect: Dialect, resolved: ResolvedRequest) -> None:
        """Remember a request that has been answered, unless its answer depends on the state."""
        prompt = resolved._prompt
        # A prompt that may be cached has another usage when it comes again.
        if prompt is None or prompt.tokens >= LEAST_CACHED or not _is_self_contained(request):
            return
        self._resolved[_key(request, dialect)] = resolved
        if len(self._resolved) > self._limit:
            self._resolved.popitem(last=False)


def _key(request: CreateRequest, dialect: Dialect) -> object:
    return request.canonical, request.stream, request.include_obfuscation, dialect.name


def _is_self_contained(request: CreateRequest) -> bool:
    """Whether an answer is the same whatever the state holds; that an item is named ties it."""
    return (
        not _STATEFUL & request.body.keys()
        and len(request.canonical) <= _LONGEST
        and not any(item["type"] == "item_reference" for item in request.input_items)
    )


def resolve(
    request: CreateRequest, view: View, dialect: Dialect, *, strict_models: bool = False
) -> ResolvedRequest:
    """A request in its context.

    strict_models: refuse unknown models of stored prompts. Raises ApiError when the request refers
    to what is not there.
    """
    request = with_prompt(request, view.prompt, dialect, strict_models=strict_models)
    context = _context(request, view)
    history = resolve_references(context.history, view)
    items = resolve_references(request.input_items, view)
    return ResolvedRequest(request.in_context(history, items), context)


def resolve_references(items: Sequence[Json], view: View) -> list[Json]:
    """The items with every `item_reference` replaced by what it names. Raises ApiError 404."""
    return [
        _referenced(item, view) if item.get("type") == "item_reference" else item for item in items
    ]


def _context(request: CreateRequest, view: View) -> RequestContext:
    if request.conversation_id is not None:
        joined = view.conversation(request.conversation_id)
        if joined is None:
            raise api_error("conversation_not_found", id=request.conversation_id)
        items = list(joined.items.values())
        return RequestContext(items, joined.clock, joined.partition, joined)
    wanted = request.previous_response_id
    if wanted is None:
        return RequestContext(partition=_compacted_partition(request.input_items))
    previous = view.response(wanted)
    if previous is None:
        raise api_error("previous_response_not_found", id=wanted)
    return RequestContext(previous.items, previous.ended_at, _partition(previous.answer.id))


def _referenced(reference: Json, view: View) -> Json:
    item = view.item(reference["id"])
    if item is None:
        raise api_error("item_not_found", id=reference["id"])
    return item


def _compacted_partition(items: Sequence[Json]) -> str | None:
    """What follows a compaction goes on in its partition, though it names no response."""
    ids = (item.get("id") for item in reversed(items) if item.get("type") == "compaction")
    return next((_partition(item_id) for item_id in ids if item_id), None)


def _partition(some_id: str) -> str | None:
    """The partition in an id of today's layout."""
    found = _PARTITION.fullmatch(some_id)
    return found[1] if found else None
