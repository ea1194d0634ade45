"""The steps of a session: which of them answers a request, and what is left of them."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Literal

from mockserver.api.requests import CreateRequest
from mockserver.script.conditions import Arrival, Difference
from mockserver.script.steps import STARTED, Step, advance, in_state

_REMEMBERED = 100


@dataclass(slots=True)
class Standing:
    """A step and how often it has been used. kind: where it stands."""

    step: Step
    used: int = 0
    kind: Literal["step", "interaction", "stub"] = "step"

    @property
    def spent(self) -> bool:
        return self.step.times != "always" and self.used >= self.step.times


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that did not answer, and why not."""

    step: Step
    differences: list[Difference]


@dataclass(slots=True)
class Scripted:
    """All that a session's author wrote.

    The queue is used strictly in order: when its head does not fit, what stands behind it is not
    tried. The interactions of cassettes answer in any order, each the first time that its
    conditions hold. Stubs stand for ever: the most specific that fits answers, of equals the
    newest.
    """

    queue: deque[Standing] = field(default_factory=deque)
    interactions: list[Standing] = field(default_factory=list)
    stubs: list[Standing] = field(default_factory=list)
    """The most specific first, of equals the newest."""
    states: dict[str, str] = field(default_factory=dict)
    spent: deque[Standing] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    """The last steps of the queue that have been used as often as they say."""
    written: bool = False
    """Whether anything was ever written, used up or not."""
    _first: int = 0

    def script(self, steps: Iterable[Step]) -> None:
        """Add steps to the end of the queue; those that stand for ever become stubs."""
        for step in steps:
            if step.is_stub:
                self.stub(step)
            else:
                self.queue.append(Standing(step))
            self.written = True

    def play(self, steps: Iterable[Step]) -> None:
        """Add the interactions of a scripted cassette; those that stand for ever become stubs."""
        for step in steps:
            if step.is_stub:
                self.stub(step)
            else:
                self.interactions.append(Standing(step, kind="interaction"))
            self.written = True

    def stub(self, step: Step) -> None:
        """Add a standing rule, in front of those that are no more specific."""
        standing = Standing(step, kind="stub")
        self.stubs.insert(bisect_left(self.stubs, _rank(standing), key=_rank), standing)
        self.written = True

    def find(self, request: CreateRequest, arrival: Arrival) -> Standing | None:
        """What answers a request, without using it; None when nothing does."""
        head = self.head
        if head is not None and not self._differences(head.step, request, arrival):
            return head
        interactions: Iterable[Standing] = self._waiting() if head is None else ()
        for standing in chain(interactions, self.stubs):
            if not standing.spent and not self._differences(standing.step, request, arrival):
                return standing
        return None

    def use(self, standing: Standing) -> None:
        """Count one use, and move the scenario of the step on."""
        standing.used += 1
        advance(standing.step.scenario, self.states)

    def near(self, request: CreateRequest, arrival: Arrival) -> list[Candidate]:
        """What might have answered, nearest first: those of the fewest differences."""
        open_ones = [self.head] if self.head is not None else list(self._waiting())
        candidates = [
            Candidate(standing.step, self._differences(standing.step, request, arrival))
            for standing in (*open_ones, *self.stubs)
            if not standing.spent
        ]
        return sorted(candidates, key=lambda candidate: len(candidate.differences))

    def fitting(self, request: CreateRequest, arrival: Arrival) -> Step | None:
        """The step that would answer a request, had it not been used already; the newest of
        several.
        """
        used = [*self.interactions, *self.stubs, *self.spent, *islice(self.queue, 1)]
        return next(
            (
                standing.step
                for standing in reversed(used)
                if standing.spent and not self._differences(standing.step, request, arrival)
            ),
            None,
        )

    @property
    def head(self) -> Standing | None:
        """The step whose turn it is."""
        while self.queue and self.queue[0].spent:
            self.spent.append(self.queue.popleft())
        return self.queue[0] if self.queue else None

    def left(self) -> list[Standing]:
        """The steps of the queue and of cassettes that have not been used as often as they say."""
        return [standing for standing in (*self.queue, *self.interactions) if not standing.spent]

    def _waiting(self) -> Iterator[Standing]:
        """The interactions that are not spent; what is spent at the beginning is not looked at
        again.
        """
        while self._first < len(self.interactions) and self.interactions[self._first].spent:
            self._first += 1
        places = range(self._first, len(self.interactions))
        return (self.interactions[place] for place in places if not self.interactions[place].spent)

    def _differences(
        self, step: Step, request: CreateRequest, arrival: Arrival
    ) -> list[Difference]:
        found = step.when.differences(request, arrival)
        if step.scenario is not None and not in_state(step.scenario, self.states):
            state = self.states.get(step.scenario.name, STARTED)
            found = [
                *found,
                Difference(f"scenario {step.scenario.name}", str(step.scenario.requires), state),
            ]
        return found


def _rank(standing: Standing) -> tuple[int, int]:
    count, strength = standing.step.when.specificity
    return -count, -strength
