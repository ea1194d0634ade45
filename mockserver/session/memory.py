"""What a session remembers of requests that depend on nothing but themselves, so that repetitions
are cheap.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from mockserver.api.dialects import Dialect
from mockserver.api.requests import CreateRequest
from mockserver.compose import LEAST_CACHED, Composition, Prompt
from mockserver.script.steps import Step
from mockserver.session.context import Context
from mockserver.session.scripted import Standing

_STATEFUL = frozenset({"previous_response_id", "conversation", "prompt", "prompt_cache_options"})
_LONGEST = 65_536
"""Requests with more bytes are not remembered."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A request in its context, checked; and how it was answered by what stands for ever, or made
    up.
    """

    request: CreateRequest
    context: Context
    prompt: Prompt
    _known: dict[int, tuple[Step, Composition]] = field(default_factory=dict)

    def composition(self, standing: Standing | None, step: Step) -> Composition | None:
        """What was composed for the request before, from the same source."""
        known = self._known.get(_source(standing, step))
        return None if known is None else known[1]

    def keep(self, standing: Standing | None, step: Step, composition: Composition) -> None:
        """Remember a composition, unless its source answers but once, or is a function."""
        if standing is None or (standing.step.is_stub and standing.step.compute is None):
            # The step is kept along, so that no other can have its `id` in the meantime.
            self._known[_source(standing, step)] = (
                standing.step if standing else step,
                composition,
            )


def _source(standing: Standing | None, step: Step) -> int:
    return id(standing.step) if standing is not None else int(step.generated)


class Memory:
    """Placed requests, the least recently used of which are forgotten."""

    def __init__(self, limit: int = 256) -> None:
        self._limit = limit
        self._placed: OrderedDict[object, Placed] = OrderedDict()

    def find(self, request: CreateRequest, dialect: Dialect) -> Placed | None:
        """The request as it was placed before; None when it has not been, or depends on the
        session's state.
        """
        key = _key(request, dialect)
        placed = self._placed.get(key)
        if placed is not None:
            self._placed.move_to_end(key)
        return placed

    def keep(self, asked: CreateRequest, dialect: Dialect, placed: Placed) -> None:
        """Remember a request, unless its answer depends on the session's state.

        A prompt that may be cached has another usage when it comes again.
        """
        if not _self_contained(asked) or placed.prompt.tokens >= LEAST_CACHED:
            return
        self._placed[_key(asked, dialect)] = placed
        if len(self._placed) > self._limit:
            self._placed.popitem(last=False)


def _key(request: CreateRequest, dialect: Dialect) -> object:
    return request.canonical, request.stream, request.include_obfuscation, dialect.name


def _self_contained(request: CreateRequest) -> bool:
    return (
        not _STATEFUL & request.body.keys()
        and len(request.canonical) <= _LONGEST
        and not any(item["type"] == "item_reference" for item in request.input_items)
    )
