"""The sources that can answer a request, asked one after the other.

    script ▸ stubs ▸ cassettes ▸ upstream ▸ generator

Each says: this is my answer, or: these are the differences. The first answer wins; where there is
none, the differences of all are the miss. Nothing is used by asking: the session commits what was
used together with all else that a request leaves behind.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from mockserver.cassettes import (
    Interaction,
    Missed,
    Played,
    Player,
    RecordedRequest,
    payload,
)
from mockserver.script.steps import Step
from mockserver.session.inquiry import Inquiry
from mockserver.session.received import By
from mockserver.session.script_sources import (
    Candidate,
    ScriptEntry,
    ScriptSource,
    StepAnswer,
    StubSource,
    first_fitting,
)
from mockserver.session.state import State, View
from mockserver.session.written import Written
from mockserver.settings.answers import OnMiss

_MADE_UP = Step(generated=True)
_WARM_UP = Step(reply={"output": []})


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


SourceAnswer: TypeAlias = StepAnswer | RecordedAnswer | UpstreamAnswer
_ANSWERS = (StepAnswer, RecordedAnswer, UpstreamAnswer)
Differences: TypeAlias = Sequence[Candidate | Missed]


class Source(Protocol):
    """Something that can answer requests."""

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:
        """The answer, or what did not answer and why not."""


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
        found: StepAnswer | list[Candidate] = []
        if self._first < len(entries):
            waiting = (entries[place] for place in range(self._first, len(entries)))
            found = first_fitting(waiting, inquiry, view)
        if isinstance(found, StepAnswer):
            return found
        standing = first_fitting(self.stubs.entries, inquiry, view)
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

    state: holds what is scripted. on_miss: what the generator does; None means `fail` once anything
    is scripted or recorded, and `generate` before that. upstream: answers what is to be recorded.
    """

    def __init__(
        self,
        state: State,
        on_miss: OnMiss | None = None,
        cassettes: CassetteSource | None = None,
        upstream: Source | None = None,
    ) -> None:
        self._state = state
        self.cassettes = cassettes or CassetteSource()
        self.upstream = upstream
        self._on_miss = on_miss
        self._last_resort = GeneratorSource(lambda: self.on_miss)

    @property
    def written(self) -> Written:
        """What is scripted."""
        return self._state.written

    @property
    def script(self) -> ScriptSource:
        """The queue of steps."""
        return self._state.written.script

    @property
    def stubs(self) -> StubSource:
        """The standing rules."""
        return self._state.written.stubs

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

    def find(self, inquiry: Inquiry, view: View) -> tuple[SourceAnswer | None, Differences]:
        """The first answer; what the sources before it, or all of them, say against the request."""
        differences: list[Candidate | Missed] = []
        for source in self._chain():
            found = source.find(inquiry, view)
            if isinstance(found, _ANSWERS):
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
        written = self._state.written
        if written.chaos is not None:
            yield written.chaos
        yield written.script
        yield written.stubs
        yield self.cassettes
        if self.upstream is not None:
            yield self.upstream
        yield self._last_resort
