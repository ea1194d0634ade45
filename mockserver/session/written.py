"""What is scripted in a session (its queue of steps, its stubs and its chaos), and the edits that
change it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from mockserver.script.steps import Step
from mockserver.session.chaos import ChaosSource
from mockserver.session.script_sources import (
    Entries,
    EntryKind,
    ScriptEntry,
    ScriptSource,
    StubSource,
)


class Written:
    """What is scripted, as it stands."""

    def __init__(self) -> None:
        self.script = ScriptSource()
        self.stubs = StubSource()
        self.chaos: ChaosSource | None = None
        """What comes before all others, and lets a share of the requests fail."""

    def add(self, steps: Iterable[Step], after: int = 0) -> list[ScriptEntry]:
        """Add steps to the end of the queue; those that answer always become stubs.

        after: how many requests had come before.
        """
        return [
            self.stubs.add(step) if step.is_stub else self.script.add(step, after) for step in steps
        ]

    def entries(self, kind: EntryKind) -> Entries:
        """The queue, or the stubs."""
        return self.stubs if kind == "stub" else self.script


class ScriptEdit(Protocol):
    """A change of what is scripted."""

    def take(self, written: Written) -> None:
        """Make the change."""


@dataclass(slots=True)
class Addition:
    """Steps are added.

    Attributes:
        kind: "stub" makes stubs of them all; "step" of those that answer always.
        sent: the JSON that each was read from.
        after: how many requests had come before.
        entries: where they stand, once they do.
    """

    kind: EntryKind
    steps: Sequence[Step]
    sent: Sequence[Any] = ()
    after: int = 0
    entries: list[ScriptEntry] = field(default_factory=list)

    def take(self, written: Written) -> None:
        """Add the steps."""
        if self.kind == "stub":
            self.entries = [written.stubs.add(as_stub(step)) for step in self.steps]
        else:
            self.entries = written.add(self.steps, self.after)


@dataclass(slots=True)
class Replacement:
    """A step, which nobody has used yet, takes the place of another.

    Attributes:
        kind, number: the entry that goes.
        sent: the JSON that the step was read from.
        entry: where it stands, once it does; None where there was no such entry any more.
    """

    kind: EntryKind
    number: int
    step: Step
    sent: Any
    entry: ScriptEntry | None = None

    def take(self, written: Written) -> None:
        """Put the step in its place."""
        entries = written.entries(self.kind)
        old = entries.get(self.number)
        if old is not None:
            step = as_stub(self.step) if self.kind == "stub" else self.step
            self.entry = entries.change(old, step)


@dataclass(slots=True)
class Removal:
    """Entries go, some or all; one that is answering goes on.

    Attributes:
        number: the one that goes; None for all.
        removed: how many have gone.
    """

    kind: EntryKind
    number: int | None = None
    removed: int = 0

    def take(self, written: Written) -> None:
        """Take them out."""
        entries = written.entries(self.kind)
        for entry in list(entries.entries):
            if self.number in (None, entry.number):
                entries.remove(entry)
                self.removed += 1


@dataclass(slots=True)
class ChaosEdit:
    """A share of the requests fails from now on, or none does.

    Attributes:
        chaos: None ends it.
        sent: the JSON of the step by which they fail.
    """

    chaos: ChaosSource | None
    sent: Any = None

    def take(self, written: Written) -> None:
        """Let it begin, or end."""
        written.chaos = self.chaos


def as_stub(step: Step) -> Step:
    """A step that answers always, unless it says how often."""
    return step if step.times != 1 else replace(step, times="always")
