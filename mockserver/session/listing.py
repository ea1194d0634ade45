"""What is told over HTTP of scripts, cassettes and of what a request misses: plain JSON."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mockserver.api import Json
from mockserver.cassettes import Missed, Player, pieces
from mockserver.script import Drop, Frame, Stall, Wait, Write, encode, plan
from mockserver.session.masked import mask_json, mask_text
from mockserver.session.received import Received
from mockserver.session.script_sources import Candidate, ScriptEntry, StepAnswer
from mockserver.session.sources import Differences, RecordedAnswer, SourceAnswer
from mockserver.session.state import View
from mockserver.wording import one_line, shorten

if TYPE_CHECKING:
    from mockserver.session.session import Session

_MOST_CANDIDATES = 10
_MOST_SHOWN = 200
_MOST_EVENTS = 2_000
_MOST_DATA = 20_000
_TYPE = re.compile(r'"type": ?"([a-z_.]+)"')


def entry_as_json(entry: ScriptEntry, view: View) -> Json:
    """A step or a stub: its number, what it answers, when, and how often it has."""
    step = entry.step
    return {
        "id": entry.number,
        "answer": mask_text(step.answer),
        "when": mask_text(str(step.when)) if step.when else None,
        "times": step.times,
        "used": view.uses(entry.key),
        "spent": entry.is_spent(view),
        "source": step.source,
    }


def cassettes_as_json(session: "Session", view: View) -> list[Json]:
    """The interactions of a session's cassettes, scripted ones first, and which have answered."""
    cassettes = session.sources.cassettes
    scripted = (*cassettes.interactions, *cassettes.stubs.entries)
    told = [{**entry_as_json(entry, view), "kind": entry.kind} for entry in scripted]
    return [*told, *(each for player in cassettes.players for each in _recorded(player, view))]


def finding_as_json(found: SourceAnswer | None, differences: Differences) -> Json:
    """What would answer a request, or what came nearest and where that differs."""
    if found is None:
        return {"answered_by": None, "nearest": _nearest(differences)}
    if isinstance(found, StepAnswer):
        return {"answered_by": found.by, "source": found.step.source, "nearest": []}
    if isinstance(found, RecordedAnswer):
        source = found.interaction.source
        return {"answered_by": "recorded", "source": source, "nearest": []}
    return {"answered_by": "upstream", "source": "", "nearest": []}


def summary(received: Received) -> Json:
    """A request in a row of a table."""
    counted = None if received.answer is None else received.answer.counted
    read, written = counted or (None, None)
    return {
        "number": received.number,
        "method": received.method,
        "path": received.path,
        "transport": received.transport,
        "model": received.request.model if received.request is not None else None,
        "input": mask_text(shorten(one_line(received.input_text), _MOST_SHOWN)),
        "answered_by": received.by,
        "source": received.source,
        "status": received.status,
        "error": mask_text(received.text.partition("\n")[0]),
        "input_tokens": read,
        "output_tokens": written,
        "seconds": received.seconds,
    }


def events_as_json(received: Received) -> list[Json]:
    """What left for a request, each event with the milliseconds after the first at which it was
    due, and what went wrong there.
    """
    if received.played is not None:
        parts = pieces(received.played.response, 1.0)
        texts = [(offset, part.decode("utf-8", "replace")) for offset, part in parts]
    elif received.answer is not None:
        texts = list(_planned(received))
    else:
        return []
    return [_event(offset, text) for offset, text in texts[:_MOST_EVENTS]]


def _planned(received: Received) -> Iterator[tuple[float, str]]:
    answer = received.answer
    assert answer is not None
    transport = received.transport
    whole = [answer.body()] if transport == "http" else answer.events()
    frames = (Frame(event, encode(event, transport)) for event in whole)
    offset = 0.0
    for action in plan(frames, received.delivery, seed=answer.identity.seed, transport=transport):
        match action:
            case Wait():
                offset += action.ms
            case Write():
                yield offset, action.data.decode("utf-8", "replace")
            case Stall() | Drop():
                yield offset, type(action).__name__.lower()


def _event(offset: float, text: str) -> Json:
    found = _TYPE.search(text)
    kind = found[1] if found else text if text in ("stall", "drop") else "data"
    shown = mask_text(text.strip())
    return {"offset_ms": round(offset, 3), "type": kind, "data": shorten(shown, _MOST_DATA)}


def is_among(received: Received, wanted: Json) -> bool:
    """Whether a request has what is wanted: `model`, `method`, `path`, `transport`, `answered_by`,
    `status`, and `text` anywhere in its body, which are strings.
    """
    has: dict[str, Any] = {
        "model": received.request.model if received.request is not None else None,
        "method": received.method,
        "path": received.path,
        "transport": received.transport,
        "answered_by": received.by,
        "status": str(received.status),
    }
    exact = {key: value for key, value in wanted.items() if key != "text"}
    if any(has[key] != value for key, value in exact.items()):
        return False
    text = wanted.get("text")
    return text is None or text in received.content.decode("utf-8", "replace")


WANTED = ("model", "method", "path", "transport", "answered_by", "status", "text")
"""By what the journal can be filtered."""


def _recorded(player: Player, view: View) -> list[Json]:
    waiting = {id(each) for each in player.unplayed(view)}
    return [
        {
            "kind": "recorded",
            "answer": f"{each.request.method} {each.request.uri}",
            "used": int(id(each) not in waiting),
            "spent": id(each) not in waiting,
            "source": each.source,
        }
        for each in player.interactions
    ]


def _nearest(differences: Differences) -> list[Json]:
    nearest = sorted(differences, key=_distance)[:_MOST_CANDIDATES]
    return [_candidate(each) for each in nearest]


def _distance(candidate: Candidate | Missed) -> int:
    is_nothing = isinstance(candidate, Missed) and candidate.nearest is None
    return 1_000 if is_nothing else len(candidate.differences)


def _candidate(candidate: Candidate | Missed) -> Json:
    if isinstance(candidate, Candidate):
        step = candidate.step
        return {
            "source": step.source,
            "answer": mask_text(step.answer),
            "differences": _told(
                (each.path, each.expected, each.actual) for each in candidate.differences
            ),
        }
    nearest = candidate.nearest
    return {
        "source": nearest.source if nearest is not None else "",
        "answer": "\n".join(candidate.explain()),
        "differences": _told(
            (each.path, each.recorded, each.live) for each in candidate.differences
        ),
    }


def _told(differences: Iterable[tuple[str, Any, Any]]) -> list[Json]:
    return [
        {"path": path, "expected": _plain(expected), "actual": _plain(actual)}
        for path, expected, actual in differences
    ]


def _plain(value: Any) -> Any:
    """A value of a request; null where there is none."""
    is_there = isinstance(value, dict | list | str | int | float)
    return mask_json(value) if is_there else None
