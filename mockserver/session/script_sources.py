"""What authors wrote, where it stands: the queue of steps, and standing rules."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.script.conditions import ANY, Difference
from mockserver.script.steps import Step
from mockserver.session.inquiry import Inquiry
from mockserver.session.received import By
from mockserver.session.state import View

EntryKind: TypeAlias = Literal["step", "stub", "interaction"]

_REMEMBERED = 100
"""How many steps of the queue that have been used are looked at, to say that one would fit."""


@dataclass(frozen=True, slots=True)
class ScriptEntry:
    """A step where it stands.

    key: what its uses are counted by. after: how many requests had come before it was added.
    """

    step: Step
    key: str
    kind: EntryKind
    after: int = 0

    @property
    def number(self) -> int:
        """How many of its kind had been added before."""
        return int(self.key.rpartition(" ")[2])

    def is_spent(self, view: View) -> bool:
        """Whether it has answered as often as it says."""
        return self.step.times != "always" and view.uses(self.key) >= self.step.times

    def is_about(self, inquiry: Inquiry) -> bool:
        """Whether it is asked at all: about HTTP requests of any kind, where it says so, else about
        valid create requests that want output.
        """
        if self.step.when.route is not None:
            return inquiry.arrival.transport != "websocket"
        return inquiry.request is not None and inquiry.request.generate

    def differences(self, inquiry: Inquiry, view: View) -> list[Difference]:
        """Why it does not answer a request that it is about; an empty list when it does."""
        step = self.step
        found: list[Difference] = []
        if step.when.route is not None:
            found = step.when.route_differences(inquiry.received, inquiry.arrival)
        elif step.when is not ANY:
            assert inquiry.request is not None
            found = step.when.differences(inquiry.request, inquiry.arrival)
        scenario = step.scenario
        if scenario is not None and scenario.requires is not None:
            state = view.scenario(scenario.name)
            if state != scenario.requires:
                path = f"scenario {scenario.name}"
                found = [*found, Difference(path, scenario.requires, state)]
        return found


@dataclass(slots=True)
class StepAnswer:
    """A step answers. entry: where it stands; None for one that is made up for the request."""

    step: Step
    by: By
    entry: ScriptEntry | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that did not answer, and why not."""

    step: Step
    differences: list[Difference]


class Entries:
    """Entries of one kind, each under a key that no other ever has."""

    def __init__(self, name: str) -> None:
        self.entries: list[ScriptEntry] = []
        self._name = name
        self._added = 0

    def get(self, number: int) -> ScriptEntry | None:
        """The entry that was added after so many others, if it is still there."""
        key = f"{self._name} {number}"
        return next((entry for entry in self.entries if entry.key == key), None)

    def remove(self, entry: ScriptEntry) -> None:
        """Take an entry out; one that is answering goes on."""
        self.entries.remove(entry)

    def change(self, entry: ScriptEntry, step: Step) -> ScriptEntry:
        """Put a step, which nobody has used yet, in the place of an entry."""
        raise NotImplementedError

    def _new(self, step: Step, kind: EntryKind, after: int = 0) -> ScriptEntry:
        entry = ScriptEntry(step, f"{self._name} {self._added}", kind, after)
        self._added += 1
        return entry


class ScriptSource(Entries):
    """The queue of steps, used strictly in order: when its head does not fit, what stands behind
    it is not tried.
    """

    def __init__(self) -> None:
        super().__init__("step")
        self._first = 0
        """Where to look for the head: what is spent once is spent always."""

    def add(self, step: Step, after: int = 0) -> ScriptEntry:
        """Add a step to the end, after so many requests."""
        self.entries.append(self._new(step, "step", after))
        return self.entries[-1]

    def remove(self, entry: ScriptEntry) -> None:
        super().remove(entry)
        self._first = 0

    def change(self, entry: ScriptEntry, step: Step) -> ScriptEntry:
        place = self.entries.index(entry)
        self.entries[place] = self._new(step, "step", entry.after)
        self._first = 0
        return self.entries[place]

    def find(self, inquiry: Inquiry, view: View) -> StepAnswer | list[Candidate]:
        while self._first < len(self.entries) and self.entries[self._first].is_spent(view):
            self._first += 1
        return first_fitting(self.entries[self._first : self._first + 1], inquiry, view)

    def latest(self) -> list[ScriptEntry]:
        """The entries up to the head, of which only the last are remembered."""
        return self.entries[max(0, self._first - _REMEMBERED) : self._first + 1]


class StubSource(Entries):
    """Standing rules: the most specific that fits answers, of equals the newest; in that order
    stand its entries.

    name: tells its entries from those of other sources.
    """

    def __init__(self, name: str = "stub") -> None:
        super().__init__(name)

    def add(self, step: Step) -> ScriptEntry:
        """Add a rule, in front of those that are no more specific."""
        entry = self._new(step, "stub")
        self.entries.insert(bisect_left(self.entries, _rank(entry), key=_rank), entry)
        return entry

    def change(self, entry: ScriptEntry, step: Step) -> ScriptEntry:
        self.remove(entry)
        return self.add(step)

    def find(self, inquiry: Inquiry, view: View) -> StepAnswer | list[Candidate]:
        return first_fitting(self.entries, inquiry, view)


def first_fitting(
    entries: Iterable[ScriptEntry], inquiry: Inquiry, view: View
) -> StepAnswer | list[Candidate]:
    """The first that is neither spent nor about something else and fits; or why none does."""
    candidates: list[Candidate] = []
    for entry in entries:
        if entry.is_spent(view) or not entry.is_about(inquiry):
            continue
        differences = entry.differences(inquiry, view)
        if not differences:
            return StepAnswer(entry.step, entry.kind, entry)
        candidates.append(Candidate(entry.step, differences))
    return candidates


def _rank(entry: ScriptEntry) -> tuple[int, int]:
    count, strength = entry.step.when.specificity
    return -count, -strength
