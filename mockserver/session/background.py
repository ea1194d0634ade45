"""A background response on its way: what polls, cancels and followers of its stream see of it."""

import asyncio
from bisect import bisect_right
from itertools import accumulate

from mockserver.api.errors import api_error
from mockserver.api.json import Json
from mockserver.api.responses import RUNNING
from mockserver.compose import Answer, beginning
from mockserver.script.actions import Frame, Wait, Write
from mockserver.script.delivery import Delivery, plan

_CANCEL_REFUSALS = {
    "completed": "cancel_completed",
    "failed": "cancel_failed",
    "incomplete": "cancel_terminal",
}
_POLLED = ("in_progress",)
"""What successive polls show of a response without a pace, before its end."""


class BackgroundRun:
    """One background response.

    With a pace it moves on by the clock, whether anybody looks or not. Without one it moves a step
    with each poll, or, when it is streamed, ends at once.

    now: the time, in seconds of any clock that all calls share.
    """

    def __init__(self, answer: Answer, delivery: Delivery, *, now: float) -> None:
        self.answer = answer
        self.frames = [Frame(event, b"") for event in answer.events()]
        self.changed = asyncio.Event()
        """Set when the run is cancelled, so that followers wake up."""
        self._due = _due(self.frames, delivery, answer.identity.seed)
        self._timed = bool(delivery.pace)
        self._started = now
        self._polls = 0
        self._cancelled_at: int | None = None

    def due(self, number: int) -> float:
        """When an event is out, by the clock of `now`."""
        return self._started + self._due[number]

    def events(self, now: float) -> list[Json]:
        """The events that are out."""
        if self._cancelled_at is not None:
            return [*self._shown(self._cancelled_at), self._cancelled_event()]
        if self._timed:
            return self._shown(bisect_right(self._due, now - self._started))
        return self._shown(len(self.frames) if self.answer.request.stream else 0)

    def status(self, now: float) -> str:
        """The status of the response."""
        if self._cancelled_at is not None:
            return "cancelled"
        final: str = self.answer.response["status"]
        if not self._timed and not self.answer.request.stream:
            return (*("queued",), *_POLLED, final)[min(self._polls, len(_POLLED) + 1)]
        out = len(self.events(now))
        return final if out == len(self.frames) else "in_progress" if out > 2 else "queued"

    def poll(self, now: float) -> Json:
        """The response as a `GET` shows it; without a pace this moves the run on."""
        self._polls += 1
        return self.view(now)

    def view(self, now: float) -> Json:
        """The response as it stands."""
        status = self.status(now)
        if status in RUNNING or status == "cancelled":
            return beginning(self.answer.response, status)
        return self.answer.body()

    def cancel(self, now: float) -> Json:
        """Cancel; returns the response. Raises ApiError 400 when it has ended already, unless it
        was cancelled.
        """
        status = self.status(now)
        if status in _CANCEL_REFUSALS:
            raise api_error(_CANCEL_REFUSALS[status])
        if status != "cancelled":
            self._cancelled_at = len(self.events(now))
            self.changed.set()
        return self.view(now)

    def _shown(self, count: int) -> list[Json]:
        return [frame.event for frame in self.frames[:count]]

    def _cancelled_event(self) -> Json:
        response = beginning(self.answer.response, "cancelled")
        return {
            "type": "response.failed",
            "response": response,
            "sequence_number": self._cancelled_at,
        }


def _due(frames: list[Frame], delivery: Delivery, seed: int) -> list[float]:
    """When each frame is out, in seconds after the beginning."""
    waits, pending = [], 0.0
    for action in plan(frames, Delivery(delivery.pace), seed=seed, transport="sse"):
        if isinstance(action, Wait):
            pending += action.ms / 1000
        elif isinstance(action, Write):
            waits.append(pending)
            pending = 0.0
    return list(accumulate(waits))
