"""One turn of a WebSocket connection, and what the connection remembers between turns."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from mockserver.api.errors import ApiError
from mockserver.api.events import TERMINAL
from mockserver.api.json import Json, compact
from mockserver.api.pairing import check_answers
from mockserver.compose import Tokenizer, type_of_message
from mockserver.script.actions import Frame
from mockserver.session.injection import injected_event
from mockserver.session.outcome import Outcome
from mockserver.session.state import StoredResponse
from mockserver.session.steering import (
    Steer,
    SteerError,
    accepted_event,
    check_steerable,
    failed_event,
    may_end_after,
    shortened,
)


class Turn:
    """An answer on its way to one lane. Frames are asked for one by one, as they are sent."""

    def __init__(
        self, outcome: Outcome, previous: str | None, lane: str | None, tokenizer: Tokenizer
    ) -> None:
        self.outcome, self.lane = outcome, lane
        self.previous = previous
        """The response that this turn continues."""
        self.steers: list[Steer] = []
        """What was accepted, in order; it goes to the successor of this response."""
        self.ended = False
        """Whether the last event has been asked for."""
        self._tokenizer = tokenizer
        self._notices: deque[Json] = deque()
        self._number = 0
        self._last = ""
        """The type of the last event that was asked for."""

    @property
    def response_id(self) -> str | None:
        """The id of the response; None when there is none."""
        return self.outcome.answer.id if self.outcome.answer is not None else None

    @property
    def status(self) -> str:
        """The status of the response as its client knows it."""
        if self.outcome.answer is None or not self.ended:
            return "failed"
        _, _, status = self._last.partition(".")
        if status == "failed":  # So ends what was cancelled, too.
            status = self.outcome.answer.response["status"]
        return status

    @property
    def untouched(self) -> bool:
        """Whether no frame has been asked for."""
        return self._number == 0

    def frames(self) -> Iterator[Frame]:
        """The events as frames, numbered from 0. Steering input may end them early."""
        if self.outcome.error is not None:
            self._number = 1
            event = error_event(self.outcome.error, self.lane)
            yield Frame(event, compact(event))
        if self.outcome.answer is None:
            return
        shown = 0
        last: Json = {}
        for data in self._remembered():
            if self._notices or self.steers:
                break
            last = {"type": type_of_message(data)}
            self._end_with(last["type"])
            shown += 1
            self._number += 1
            yield Frame(last, data)
        if self.ended:
            return  # Its Response is made when somebody asks for it.
        upcoming = islice(self.outcome.answer.events(), shown, None)
        cut = False
        while not self.ended:
            while self._notices:
                yield self.frame(self._notices.popleft())
            if self.steers and not cut and may_end_after(last) and self._shorten(shown):
                upcoming = islice(self.outcome.answer.events(), shown, None)
                cut = True
            last = next(upcoming)
            self._end_with(last["type"])
            shown += 1
            yield self.frame(last)

    def _end_with(self, kind: str) -> None:
        self._last = kind
        self.ended = kind in TERMINAL

    def _remembered(self) -> Sequence[bytes]:
        """Its messages, where they need not be composed, and nothing looks at more than their type;
        else none.
        """
        answer = self.outcome.answer
        if answer is None or self.lane is not None or self.outcome.delivery:
            return ()
        return answer.messages()

    def frame(self, event: Json) -> Frame:
        """An event of this turn as its next frame."""
        event["sequence_number"] = self._number
        if self.lane is not None:
            event["stream_id"] = self.lane
        self._number += 1
        return Frame(event, compact(event))

    def steer(self, frame: Json, items: list[Json]) -> None:
        """Take steering input, or refuse it; what becomes of it is said in one of the next
        frames.
        """
        target, given = frame["previous_response_id"], frame["input"]
        answer = self.outcome.answer
        assert answer is not None, "what is steered is an answer"
        try:
            check_steerable(answer.request, len(self.steers))
        except SteerError as refused:
            self._notices.append(failed_event(refused, given, target))
            return
        steer = Steer(self.outcome.identity.id("steer_", len(self.steers)), target, given, items)
        self.steers.append(steer)
        self._notices.append(accepted_event(steer))

    def inject(self, items: list[Json]) -> None:
        """Add outputs of tools to the response. Raises ApiError 400 unless it has their calls."""
        answer = self.outcome.answer
        assert answer is not None
        check_answers([*answer.response["output"], *items])
        answer.injected += items
        self._notices.append(injected_event(answer.id))

    def _shorten(self, shown: int) -> bool:
        assert self.outcome.answer is not None
        answer = shortened(self.outcome.answer, shown, self._tokenizer)
        if answer is None:
            return False
        answer.injected += self.outcome.answer.injected
        self.outcome = replace(self.outcome, answer=answer)
        return True


def error_event(error: ApiError, lane: str | None = None) -> Json:
    """An error in place of a response, as a WebSocket says it: its code is never null, and headers
    that tell a client what to do come along.
    """
    code = error.code or error.type
    detail: Json = {
        "type": error.type,
        "code": code,
        "message": error.message,
        "param": error.param,
    }
    if error.headers:
        detail["headers"] = error.headers
    event: Json = {"type": "error", "status": error.status, "error": detail}
    return in_lane(event, lane)


def in_lane(event: Json, lane: str | None) -> Json:
    """An event with the lane that it belongs to; None is the lane that is not named."""
    return event if lane is None else {**event, "stream_id": lane}


_FINISHED = 1_000
"""How many finished responses are remembered by id and status, to say why they cannot be steered
any more.
"""

Lane: TypeAlias = str | None
"""The `stream_id` of a lane; None is the default lane."""


class ConnectionCache:
    """What one connection remembers: the newest response of each lane, stored or not, and which are
    on their way. A new connection remembers nothing, so that a response with `store: false` can be
    continued on its own connection only.
    """

    def __init__(self) -> None:
        self.running: dict[str, Turn] = {}
        """The turns that are being delivered, by the id of their response."""
        self._newest: dict[Lane, StoredResponse] = {}
        self._finished: OrderedDict[str, tuple[str, Lane]] = OrderedDict()
        self._queued: dict[tuple[Lane, str], list[Steer]] = {}

    def response(self, response_id: str) -> StoredResponse | None:
        """A response that this connection remembers, whichever lane it came from."""
        return next((each for each in self._newest.values() if each.answer.id == response_id), None)

    def conversation(self, _: str) -> None:
        """No conversation is a connection's own."""

    def item(self, _: str) -> None:
        """No item can be referred to that is not stored."""

    def prompt(self, _: str) -> None:
        """No stored prompt is a connection's own."""

    def thing(self, _kind: object, _id: str) -> None:
        """No file and no vector store is a connection's own."""

    def remember(self, lane: Lane, stored: StoredResponse) -> None:
        """Keep the newest response of a lane; the one before it is forgotten."""
        self._newest[lane] = stored

    def evict(self, lane: Lane, response_id: object) -> None:
        """Forget a response whose continuation in its own lane failed.

        A fork that fails in another lane leaves it alone, for the lane it came from.
        """
        newest = self._newest.get(lane)
        if newest is not None and newest.answer.id == response_id:
            del self._newest[lane]

    def begin(self, turn: Turn) -> None:
        """Note that a turn is on its way."""
        if turn.response_id is not None:
            self.running[turn.response_id] = turn

    def finish(self, turn: Turn) -> None:
        """Note that a turn is over, whether its response was finished or not."""
        response_id = turn.response_id
        if response_id is None or self.running.pop(response_id, None) is None:
            return
        self._finished[response_id] = (turn.status, turn.lane)
        if len(self._finished) > _FINISHED:
            self._finished.popitem(last=False)

    def finished(self, response_id: str) -> tuple[str, Lane] | None:
        """Status and lane of a response that was delivered on this connection."""
        return self._finished.get(response_id)

    def queue(self, lane: Lane, response_id: str, steers: list[Steer]) -> None:
        """Keep steering input until the client has sent what the response waits for."""
        self._queued[lane, response_id] = steers

    def queued(self, lane: Lane, response_id: object) -> list[Steer]:
        """The steering input that precedes a continuation's own in the lane."""
        return self._queued.get((lane, response_id), []) if isinstance(response_id, str) else []

    def unqueue(self, lane: Lane, response_id: object) -> None:
        """Forget that steering input: it has been committed, or given back."""
        if isinstance(response_id, str):
            self._queued.pop((lane, response_id), None)
