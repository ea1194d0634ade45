"""The sources that can answer a request, asked one after the other.

    script ▸ stubs ▸ cassettes ▸ upstream ▸ generator

Each says: this is my answer, or: these are the differences. The first answer wins; where there is
none, the differences of all are the miss. Nothing is used by asking: the session commits what was
used together with all else that a request leaves behind.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from mockserver.cassettes import (
    Interaction,
    Missed,
    Played,
    Player,
    RecordedRequest,
    payload,
)
from mockserver.script.conditions import ANY, Difference
from mockserver.script.steps import Step
from mockserver.session.inquiry import Inquiry
from mockserver.session.journal import By
from mockserver.session.state import View
from mockserver.settings.answers import OnMiss

_REMEMBERED = 100
"""How many steps of the queue that have been used are looked at, to say that one would fit."""
_MADE_UP = Step(generated=True)
_WARM_UP = Step(reply={"output": []})


@dataclass(frozen=True, slots=True)
class ScriptEntry:
    """A step where it stands. key: what its uses are counted by."""

    step: Step
    key: str
    kind: Literal["step", "stub", "interaction"]

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


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """A step answers. entry: where it stands; None for one that is made up for the request."""

    step: Step
    by: By
    entry: ScriptEntry | None = None


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """A recorded interaction answers, byte for byte."""

    played: Played

    @property
    def interaction(self) -> Interaction:
        """What was recorded."""
        return self.played.interaction


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """The upstream answers: the request is passed on, and recorded."""

    request: RecordedRequest


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that did not answer, and why not."""

    step: Step
    differences: list[Difference]


SourceAnswer: TypeAlias = StepAnswer | RecordedAnswer | UpstreamAnswer
Differences: TypeAlias = Sequence[Candidate | Missed]


class Source(Protocol):
    """Something that can answer requests."""

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:
        """The answer, or what did not answer and why not."""


class ScriptSource:
    """The queue of steps, used strictly in order: when its head does not fit, what stands behind
    it is not tried.
    """

    def __init__(self) -> None:
        self.entries: list[ScriptEntry] = []
        self._first = 0
        """Where to look for the head: what is spent once is spent always."""

    def add(self, step: Step) -> None:
        """Add a step to the end."""
        self.entries.append(ScriptEntry(step, f"step {len(self.entries)}", "step"))

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:
        while self._first < len(self.entries) and self.entries[self._first].is_spent(view):
            self._first += 1
        return _first_fitting(self.entries[self._first : self._first + 1], inquiry, view)

    def latest(self) -> list[ScriptEntry]:
        """The entries up to the head, of which only the last are remembered."""
        return self.entries[max(0, self._first - _REMEMBERED) : self._first + 1]


class StubSource:
    """Standing rules: the most specific that fits answers, of equals the newest.

    name: tells its entries from those of other sources.
    """

    def __init__(self, name: str = "stub") -> None:
        self.entries: list[ScriptEntry] = []
        """The most specific first, of equals the newest."""
        self._name = name

    def add(self, step: Step) -> None:
        """Add a rule, in front of those that are no more specific."""
        entry = ScriptEntry(step, f"{self._name} {len(self.entries)}", "stub")
        self.entries.insert(bisect_left(self.entries, _rank(entry), key=_rank), entry)

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:
        return _first_fitting(self.entries, inquiry, view)


class CassetteSource:
    """The interactions of cassettes.

    Scripted ones answer in any order, each the first time that its conditions hold; those that
    stand always answer after them; recorded ones come last.

    players: the recorded interactions. recorded_form: the form in which they are compared with.
    """

    def __init__(
        self,
        steps: Iterable[Step] = (),
        players: Sequence[Player] = (),
        recorded_form: Callable[[RecordedRequest], RecordedRequest] | None = None,
    ) -> None:
        self.interactions: list[ScriptEntry] = []
        self.stubs = StubSource("interaction stub")
        self.players = players
        self._recorded_form = recorded_form
        self._first = 0
        for step in steps:
            if step.is_stub:
                self.stubs.add(step)
            else:
                key = f"interaction {len(self.interactions)}"
                self.interactions.append(ScriptEntry(step, key, "interaction"))

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:
        found = self._scripted(inquiry, view)
        if isinstance(found, StepAnswer):
            return found
        missed: list[Candidate | Missed] = [*found]
        if self.players and not inquiry.is_own:
            asked = inquiry.recorded_form
            if self._recorded_form is not None:
                asked = self._recorded_form(asked)
            for player in self.players:
                played = player.find(asked.method, asked.uri, asked.headers, asked.body, view)
                if isinstance(played, Played):
                    return RecordedAnswer(played)
                missed.append(played)
        return missed

    def _scripted(self, inquiry: Inquiry, view: View) -> StepAnswer | list[Candidate]:
        entries = self.interactions
        while self._first < len(entries) and entries[self._first].is_spent(view):
            self._first += 1
        waiting = (entries[place] for place in range(self._first, len(entries)))
        found = _first_fitting(waiting, inquiry, view)
        if isinstance(found, StepAnswer):
            return found
        standing = _first_fitting(self.stubs.entries, inquiry, view)
        return standing if isinstance(standing, StepAnswer) else [*found, *standing]


class GeneratorSource:
    """What answers when nothing else does: a made-up reply, the request's own text, or nothing.

    A request that asks for no output gets none in any case.
    """

    def __init__(self, policy: Callable[[], OnMiss]) -> None:
        self._policy = policy

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:  # noqa: ARG002
        request, policy = inquiry.request, self._policy()
        if request is None:
            return ()
        by: By = "echo" if policy == "echo" else "generated"
        if not request.generate:
            return StepAnswer(_WARM_UP, by)
        if policy == "fail":
            return ()
        if policy == "echo":
            return StepAnswer(Step(reply={"output": [request.input_text]}), by)
        return StepAnswer(_MADE_UP, by)


class Sources:
    """The chain of a session.

    on_miss: what the generator does; None means `fail` once anything is scripted or recorded, and
    `generate` before that. upstream: answers what is to be recorded.
    """

    def __init__(
        self,
        on_miss: OnMiss | None = None,
        cassettes: CassetteSource | None = None,
        upstream: Source | None = None,
    ) -> None:
        self.script = ScriptSource()
        self.stubs = StubSource()
        self.cassettes = cassettes or CassetteSource()
        self.upstream = upstream
        self._on_miss = on_miss
        self._last_resort = GeneratorSource(lambda: self.on_miss)

    @property
    def is_written(self) -> bool:
        """Whether anything was ever scripted, used up or not."""
        cassettes = self.cassettes
        return bool(
            self.script.entries
            or self.stubs.entries
            or cassettes.interactions
            or cassettes.stubs.entries
        )

    @property
    def can_answer_locally(self) -> bool:
        """Whether something else than the upstream may answer."""
        return self.is_written or bool(self.cassettes.players)

    @property
    def on_miss(self) -> OnMiss:
        """What happens to a request that nothing answers, as things stand."""
        return self._on_miss or ("fail" if self.can_answer_locally else "generate")

    def add(self, steps: Iterable[Step]) -> None:
        """Add steps to the end of the queue; those that stand always become stubs."""
        for step in steps:
            (self.stubs if step.is_stub else self.script).add(step)

    def find(self, inquiry: Inquiry, view: View) -> tuple[SourceAnswer | None, Differences]:
        """The first answer; what the sources before it, or all of them, say against the request."""
        differences: list[Candidate | Missed] = []
        for source in self._chain():
            found = source.find(inquiry, view)
            if isinstance(found, StepAnswer | RecordedAnswer | UpstreamAnswer):
                return found, differences
            differences += found
        return None, differences

    def hold(self, text: str) -> bool:
        """Whether a script or a recording holds a text: what it brings in was written elsewhere.

        Looks at all of them, but is asked only of what nobody else knows.
        """
        cassettes = self.cassettes
        steps = (*self.script.entries, *self.stubs.entries, *cassettes.interactions)
        if any(text in repr(entry.step.reply) for entry in (*steps, *cassettes.stubs.entries)):
            return True
        sought = text.encode()
        return any(
            sought in payload(interaction.response)
            for player in cassettes.players
            for interaction in player.interactions
        )

    def spent_fit(self, inquiry: Inquiry, view: View) -> Step | None:
        """The step that would answer a create request, had it not been used already; the newest of
        several.
        """
        used = [*self.cassettes.interactions, *self.stubs.entries, *self.script.latest()]
        for entry in reversed(used):
            if not (entry.is_spent(view) and entry.is_about(inquiry)):
                continue
            if not entry.differences(inquiry, view):
                return entry.step
        return None

    def left(self, view: View) -> list[ScriptEntry]:
        """The steps of the queue and of cassettes that have not been used as often as they say."""
        entries = (*self.script.entries, *self.cassettes.interactions)
        return [entry for entry in entries if not entry.is_spent(view)]

    def _chain(self) -> Iterator[Source]:
        yield self.script
        yield self.stubs
        yield self.cassettes
        if self.upstream is not None:
            yield self.upstream
        yield self._last_resort


def _first_fitting(
    entries: Iterable[ScriptEntry], inquiry: Inquiry, view: View
) -> StepAnswer | list[Candidate]:
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
