"""What `mockserver drift` prints: the differences of many replies, ranked, or all those of one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import unified_diff

from mockserver.api.json import compact
from mockserver.cassettes import MISSING, shorten_pair
from mockserver.cli.regeneration import MadeReply, RecordedReply
from mockserver.cli.reply_drift import Deviation, event_runs
from mockserver.wording import WIDTH, counted, shorten

__all__ = ["Drift", "Drifts", "drift_in_full", "drift_report"]

_IN_FULL = 500
"""Characters that are shown of a value where one reply is shown."""

_EXAMPLE = WIDTH - 22
"""Characters that are shown of an example."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a reply differs from the recorded one.

    Attributes:
        explained: how many differences only say that the recording is old.
    """

    recorded: RecordedReply
    made: MadeReply | None
    deviations: Sequence[Deviation]
    explained: int = 0


@dataclass(slots=True)
class Drifts:
    """What came of some cassettes. left_out: why replies were not compared, and how many."""

    compared: list[Drift] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def differing(self) -> list[Drift]:
        """The replies that differ."""
        return [each for each in self.compared if each.deviations]


def drift_report(drifts: Drifts, top: int) -> list[str]:
    """The differences, those of most replies first, each with an example."""
    by_path: dict[tuple[str, str], list[tuple[Drift, Deviation]]] = {}
    for drift in drifts.compared:
        for deviation in drift.deviations:
            by_path.setdefault((deviation.path, _kind(deviation)), []).append((drift, deviation))
    ranked = sorted(by_path.items(), key=lambda each: (-_replies(each[1]), each[0]))
    lines = []
    for (path, kind), found in ranked[:top]:
        lines.append(f"{_replies(found):6d}  {path}{kind}")
        drift, deviation = _usual(found)
        lines += [f"          {line}" for line in _pair_lines(deviation, _EXAMPLE)]
        lines.append(f"          in {drift.recorded.source}")
    if len(ranked) > top:
        lines.append(f"        and {counted(len(ranked) - top, 'difference')} more (--top)")
    return [*lines, *([""] if lines else []), *_summary(drifts)]


def _replies(found: Sequence[tuple[Drift, Deviation]]) -> int:
    return len({drift.recorded.source for drift, _ in found})


def _kind(deviation: Deviation) -> str:
    if deviation.recorded is MISSING:
        return " (only ours)"
    return " (only recorded)" if deviation.ours is MISSING else ""


def _usual(found: Sequence[tuple[Drift, Deviation]]) -> tuple[Drift, Deviation]:
    """The first with the pair of values that is most frequent."""
    pairs = Counter(repr((deviation.recorded, deviation.ours)) for _, deviation in found)
    most = pairs.most_common(1)[0][0]
    return next(each for each in found if repr((each[1].recorded, each[1].ours)) == most)


def _pair_lines(deviation: Deviation, width: int) -> list[str]:
    there, here = shorten_pair(deviation.recorded, deviation.ours, width)
    lines = [] if deviation.recorded is MISSING else [f"recorded  {there}"]
    return lines if deviation.ours is MISSING else [*lines, f"ours      {here}"]


def _summary(drifts: Drifts) -> list[str]:
    lines = [f"{len(drifts.differing)} of {len(drifts.compared)} recorded replies differ"]
    explained = sum(each.explained for each in drifts.compared)
    if explained:
        lines.append(f"not counted: {counted(explained, 'difference')} due to the recordings' age")
    for reason, times in sorted(drifts.left_out.items()):
        lines.append(f"left out: {times}, {reason}")
    return lines


def drift_in_full(drift: Drift) -> list[str]:
    """All differences of one reply."""
    recorded = drift.recorded
    asked = {name: value for name, value in recorded.request.items() if name != "input"}
    when = f", recorded on {recorded.day}" if recorded.day else ""
    lines = [
        f"{recorded.source}{when}: {counted(len(drift.deviations), 'difference')}",
        shorten(f"request without input: {compact(asked).decode('utf-8', 'replace')}", _IN_FULL),
    ]
    if drift.made is not None and recorded.events and drift.made.events:
        one, other = (
            [run[0]["type"] for run in event_runs(each)]
            for each in (recorded.events, drift.made.events)
        )
        diff = unified_diff(one, other, "events recorded", "events made", lineterm="", n=2)
        lines += [f"    {line}" for line in diff]
    for deviation in drift.deviations:
        lines.append(f"{deviation.path}{_kind(deviation)}")
        lines += [f"    {line}" for line in _pair_lines(deviation, _IN_FULL)]
    return [*lines, ""]
