"""What people are told where vcrpy finds no recorded answer.

vcrpy says it in an exception, which the client of an API takes for a lost connection.
"""

import logging
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from mockserver.cassettes import (
    DEFAULT_SCRUB_RULES,
    Interaction,
    RecordedResponse,
    RecordingDifference,
    difference_line,
    explain_miss,
    short_path,
)
from mockserver.session.masked import mask_text
from mockserver.vcr.comparing import RequestComparison, recorded_request
from mockserver.vcr.internals import Cassette, failed_matchers, path_of
from mockserver.wording import list_some

MATCHER = "mockserver"
"""The name of our matcher in `match_on`."""

_MOST_COMPARED = 200
_MOST_DIFFERENCES = 8
_LONGEST_SENTENCE = 200
_PARTS = {
    "method": ("method",),
    "uri": ("host", "path", "query"),
    "path": ("path",),
    "query": ("query",),
    "body": ("body",),
    "raw_body": ("body",),
}
"""What of our differences a matcher of vcrpy speaks of."""
_ATTRIBUTES = ("scheme", "host", "port", "method", "uri", "path")

log = logging.getLogger("mockserver")


def tell(text: str) -> None:
    """Say a text in the log, which standard error shows where nobody set up anything else."""
    log.warning("%s", text)


def describe_differences(found: list[RecordingDifference]) -> str:
    """What two requests differ in, a line each."""
    return "\n".join(list_some(list(map(difference_line, found)), _MOST_DIFFERENCES))


class _Candidate(NamedTuple):
    """A recorded request, and what keeps it from answering.

    place: where it stands in the cassette. found: where it differs. also: what matchers say
    besides. matchers: those that object.
    """

    place: int
    found: list[RecordingDifference]
    also: list[str]
    matchers: list[str]

    @property
    def distance(self) -> int:
        """How far it is from answering."""
        return len(self.found) + len(self.also)


class MissReports:
    """Tells of each request that a cassette does not answer, once.

    Attributes:
        texts: what was told.
        on_miss: what tells it.
    """

    def __init__(
        self,
        cassette: Cassette,
        comparison: RequestComparison,
        on_miss: Callable[[str], None] = tell,
    ) -> None:
        self.texts: list[str] = []
        self._cassette = cassette
        self._comparison = comparison
        self.on_miss = on_miss
        # vcrpy asks for them when a request is not answered, and then alone.
        self._similar = cassette.find_requests_with_most_matches
        cassette.find_requests_with_most_matches = self._find

    def _find(self, request: Any) -> Any:
        similar = self._similar(request)
        live = self._cassette.filter_request(request)
        if live is None:
            return similar
        nearest = self._nearest(live)
        text = mask_text("\n".join(self._explain(live, nearest)))
        if text not in self.texts:
            self.texts.append(text)
            self.on_miss(text)
        if not similar and nearest is not None:
            # vcrpy names no request that fits in nothing, as with our matcher alone.
            recorded = self._cassette.requests[nearest.place]
            differing = mask_text(describe_differences(nearest.found))
            return [(recorded, [], [(nearest.matchers[0], differing)])]
        return similar

    def _nearest(self, live: Any) -> _Candidate | None:
        recorded = islice(enumerate(self._cassette.requests), _MOST_COMPARED)
        candidates = [self._candidate(index, each, live) for index, each in recorded]
        return min(candidates, key=lambda each: each.distance, default=None)

    def _candidate(self, index: int, recorded: Any, live: Any) -> _Candidate:
        failed = failed_matchers(self._cassette, live, recorded)
        ours = self._comparison.differences(recorded, live) if failed else []
        found: dict[str, RecordingDifference] = {}
        also: list[str] = []
        for name, message in failed:
            told = _differences_of(name, ours, recorded, live)
            found.update((each.path, each) for each in told)
            if not told:
                also.append(_sentence(name, message))
        names = [name for name, _ in failed]
        return _Candidate(index, list(found.values()), also, names)

    def _explain(self, live: Any, nearest: _Candidate | None) -> list[str]:
        asked = recorded_request(live)
        path = short_path(path_of(self._cassette))
        if nearest is None:
            advice = ""
            if not self._cassette.rewound:
                advice = f"Do: record {path}, which is not there yet (record mode once)."
            return explain_miss(asked, None, [], advice=advice)
        recorded = recorded_request(self._cassette.requests[nearest.place])
        is_used = self._cassette.play_counts[nearest.place] > 0
        return explain_miss(
            asked,
            Interaction(recorded, RecordedResponse(200), f"{path}#{nearest.place + 1}"),
            nearest.found,
            note="has been used" if is_used else "",
            most=_MOST_DIFFERENCES,
            setting=_setting,
            also=nearest.also,
            advice=_advice(nearest.matchers),
        )


def explain_all(cassette: Cassette) -> MissReports:
    """Keep what there is to say of the requests that a cassette does not answer, in the place of
    what is said by default.
    """
    already = getattr(cassette.find_requests_with_most_matches, "__self__", None)
    if isinstance(already, MissReports):
        already.on_miss = lambda _: None
        return already
    comparison = RequestComparison.of(scrub_by=DEFAULT_SCRUB_RULES)
    return MissReports(cassette, comparison, lambda _: None)


def _differences_of(
    name: str, ours: list[RecordingDifference], recorded: Any, live: Any
) -> list[RecordingDifference]:
    """Our words for what a matcher objects to; none where it looks at something else."""
    if name == MATCHER:
        return ours
    parts = _PARTS.get(name, ())
    found = [each for each in ours if _part(each.path) in parts]
    if not found and name in _ATTRIBUTES:
        return [RecordingDifference(name, getattr(recorded, name), getattr(live, name))]
    return found


def _part(path: str) -> str:
    first = path.partition(".")[0].partition("[")[0]
    return first if first in ("method", "host", "path", "query") else "body"


def _sentence(name: str, message: str) -> str:
    """What a matcher of the user's own says; of headers nothing, since they hold keys."""
    said = "" if name == "headers" else message.strip().partition("\n")[0][:_LONGEST_SENTENCE]
    return f"{name}: {said}" if said else f"{name}: not the same"


def _advice(matchers: list[str]) -> str:
    """What to do next, where matchers of vcrpy or of the user's decide; else that follows from the
    differences.
    """
    if not matchers or matchers == [MATCHER]:
        return ""
    return (
        f"Do: correct the request; or leave {', '.join(matchers)} out of match_on, if that does "
        "not matter; or record again (record mode new_episodes or rewrite)."
    )


def _setting(name: str, *values: str) -> str:
    """A setting as users of vcrpy type it."""
    if name == "repeat":
        return "`allow_playback_repeats=True`"
    return f"`mockserver.vcr.configure(vcr, {name}={list(values)!r})`"
