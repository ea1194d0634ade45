"""A background response on its way: what polls, cancels and followers of its stream see of it."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, tee

from mockserver.api import RUNNING, Json, api_error
from mockserver.compose import Answer, beginning
from mockserver.script.actions import Frame, Wait, Write
from mockserver.script.delivery import Delivery, Pace, plan

_CANCEL_REFUSALS = {
    "completed": "cancel_completed",
    "failed": "cancel_failed",
    "incomplete": "cancel_terminal",
}
_POLLED = ("queued", "in_progress")
"""What successive polls show of a response without a pace, before its end."""


class Timeline:
    """How many seconds after the beginning of an answer each of its events is out; looked at only
    as far as it is asked for.
    """

    __slots__ = ("_due", "_events", "_upcoming", "answer", "pace", "timed")

    def __init__(self, answer: Answer, pace: Pace) -> None:
        self.answer = answer
        self.pace = pace
        self.timed = bool(pace)
        self._due = array("d")
        self._events: Iterator[Json] | None = self._made()
        """The events that are timed, until the first is."""
        self._upcoming: Iterator[float] | None = self._times()

    def out(self, seconds: float) -> int:
        """How many events are out by then."""
        while self._upcoming is not None and (not self._due or self._due[-1] <= seconds):
            due = next(self._upcoming, None)
            if due is None:
                self._upcoming = None
            else:
                self._due.append(due)
        return bisect_right(self._due, seconds)

    def is_over(self, seconds: float) -> bool:
        """Whether all events are out by then."""
        return self.out(seconds) == len(self._due) and self._upcoming is None

    def next_due(self, seconds: float) -> float:
        """When the first event is out that is not by then; only before the end."""
        return self._due[self.out(seconds)]

    def events(self) -> Iterator[Json]:
        """The events, made together with their times for the first who follows from their
        beginning.
        """
        if self._events is None:
            return self._made()
        self._events, followed = tee(self._events)
        return followed

    def _made(self) -> Iterator[Json]:
        yield from self.answer.events()

    def _times(self) -> Iterator[float]:
        events, self._events = self._events, None
        assert events is not None
        frames = (Frame(event, b"") for event in events)
        seed = self.answer.identity.seed
        passed = 0.0
        for action in plan(frames, Delivery(self.pace), seed=seed, transport="sse"):
            if isinstance(action, Wait):
                passed += action.ms / 1000
            elif isinstance(action, Write):
                yield passed


@dataclass(frozen=True, slots=True)
class BackgroundRun:
    """How far a background response is.

    With a pace it moves on by the clock, whether anybody looks or not. Without one it moves a step
    with each poll, or, when it is streamed or its end is announced by a webhook, ends at once.

    started: seconds of the state's clock. cancelled_at: how many events were out when it was
    cancelled.
    """

    timeline: Timeline
    started: float
    polls: int = 0
    cancelled_at: int | None = None

    @property
    def answer(self) -> Answer:
        """What the run ends with, unless it is cancelled."""
        return self.timeline.answer

    def next_due(self, now: float) -> float:
        """When the next event of a run with a pace is out, by the state's clock."""
        return self.started + self.timeline.next_due(now - self.started)

    def status(self, now: float) -> str:
        """The status of the response."""
        if self.cancelled_at is not None:
            return "cancelled"
        final: str = self.answer.response["status"]
        if not self.timeline.timed and not self.answer.request.stream:
            return _POLLED[self.polls] if self.polls < len(_POLLED) else final
        if not self.timeline.timed or self.timeline.is_over(now - self.started):
            return final
        return "in_progress" if self.timeline.out(now - self.started) > 2 else "queued"

    def is_running(self, now: float) -> bool:
        """Whether it has not ended yet."""
        return self.status(now) in RUNNING

    def body(self, now: float) -> Json:
        """The response as it stands."""
        status = self.status(now)
        if status in RUNNING or status == "cancelled":
            return beginning(self.answer.response, self.answer.request, status)
        return self.answer.body()

    def unpolled(self) -> "BackgroundRun":
        """The same run, which needs no polls to end where it has no pace."""
        return replace(self, polls=len(_POLLED))

    def polled(self) -> "BackgroundRun":
        """The same run after one more poll, which moves it on where it has no pace."""
        return replace(self, polls=self.polls + 1)

    def cancelled(self, now: float) -> "BackgroundRun":
        """The same run, cancelled. Raises ApiError 400 when it has ended already, unless it was
        cancelled.
        """
        status = self.status(now)
        if status in _CANCEL_REFUSALS:
            raise api_error(_CANCEL_REFUSALS[status])
        if status == "cancelled":
            return self
        out = self.timeline.out(now - self.started) if self.timeline.timed else 0
        return replace(self, cancelled_at=out)


class Follower:
    """One who follows the events of a background response, each made as it is asked for.

    after: the number of the event behind which it begins; -1 for the first.
    """

    __slots__ = ("_number", "_upcoming")

    def __init__(self, timeline: Timeline, after: int = -1) -> None:
        self._number = after + 1
        self._upcoming = islice(timeline.events(), self._number, None)

    def news(self, run: BackgroundRun, now: float) -> Iterator[Json]:
        """The events that have come out since; an unstreamed run without a pace has none."""
        if run.cancelled_at is not None:
            yield from self._up_to(run.cancelled_at)
            if self._number <= run.cancelled_at:
                yield _cancelled_event(run.answer, run.cancelled_at)
        elif run.timeline.timed:
            yield from self._up_to(run.timeline.out(now - run.started))
        elif run.answer.request.stream:
            yield from self._upcoming

    def _up_to(self, number: int) -> Iterator[Json]:
        for event in islice(self._upcoming, max(0, number - self._number)):
            self._number += 1
            yield event


def _cancelled_event(answer: Answer, number: int) -> Json:
    response = beginning(answer.response, answer.request, "cancelled")
    return {"type": "response.failed", "response": response, "sequence_number": number}
