"""A background response on its way: what polls, cancels and followers of its stream see of it."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate

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
    """The events of an answer, and how many seconds after its beginning each of them is out."""

    def __init__(self, answer: Answer, pace: Pace) -> None:
        self.answer = answer
        self.pace = pace
        self.timed = bool(pace)
        self._events: list[Json] | None = None
        self._due: list[float] = []

    @property
    def events(self) -> list[Json]:
        """All events; made when they are first asked for."""
        if self._events is None:
            self._events = list(self.answer.events())
            self._due = self._waits(self._events)
        return self._events

    @property
    def due(self) -> list[float]:
        """When each event is out, in seconds after the beginning."""
        return self._due if self.events else []

    def _waits(self, events: list[Json]) -> list[float]:
        waits, pending = [], 0.0
        frames = [Frame(event, b"") for event in events]
        seed = self.answer.identity.seed
        for action in plan(frames, Delivery(self.pace), seed=seed, transport="sse"):
            if isinstance(action, Wait):
                pending += action.ms / 1000
            elif isinstance(action, Write):
                waits.append(pending)
                pending = 0.0
        return list(accumulate(waits))


@dataclass(frozen=True, slots=True)
class BackgroundRun:
    """How far a background response is.

    With a pace it moves on by the clock, whether anybody looks or not. Without one it moves a step
    with each poll, or, when it is streamed, ends at once.

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

    def due(self, number: int) -> float:
        """When an event is out, by the state's clock."""
        return self.started + self.timeline.due[number]

    def events(self, now: float) -> list[Json]:
        """The events that are out."""
        events = self.timeline.events
        if self.cancelled_at is not None:
            return [*events[: self.cancelled_at], self._cancelled_event()]
        if self.timeline.timed:
            return events[: bisect_right(self.timeline.due, now - self.started)]
        return events if self.answer.request.stream else []

    def status(self, now: float) -> str:
        """The status of the response."""
        if self.cancelled_at is not None:
            return "cancelled"
        final: str = self.answer.response["status"]
        if not self.timeline.timed and not self.answer.request.stream:
            return _POLLED[self.polls] if self.polls < len(_POLLED) else final
        out = len(self.events(now))
        if out == len(self.timeline.events):
            return final
        return "in_progress" if out > 2 else "queued"

    def is_running(self, now: float) -> bool:
        """Whether it has not ended yet."""
        return self.status(now) in RUNNING

    def body(self, now: float) -> Json:
        """The response as it stands."""
        status = self.status(now)
        if status in RUNNING or status == "cancelled":
            return beginning(self.answer.response, self.answer.request, status)
        return self.answer.body()

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
        return replace(self, cancelled_at=len(self.events(now)))

    def _cancelled_event(self) -> Json:
        response = beginning(self.answer.response, self.answer.request, "cancelled")
        return {
            "type": "response.failed",
            "response": response,
            "sequence_number": self.cancelled_at,
        }
