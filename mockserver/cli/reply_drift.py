"""Where a reply that the server makes differs from the recorded one, path by path.

Ids, times and padding differ between any two runs, so only their kinds count; an id must stay the
same thing in the whole reply. Deltas are cut as each service likes: of a run of them only the
members count, and what they belong to. Their text is compared where it is whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from mockserver.api.events import LAST
from mockserver.api.json import Json
from mockserver.cassettes import MISSING

__all__ = ["IDS", "Deviation", "IdPairs", "event_runs", "response_deviations", "stream_deviations"]

_VARYING = frozenset({"created_at", "completed_at", "obfuscation", "partial_image_b64", "logprob"})
"""Members whose values differ between any two runs."""

_SEALED = frozenset({"encrypted_content", "fingerprint"})
"""Members that are sealed anew at every appearance; the reply is given those of its output."""

IDS = ("id", "item_id")
"""Members that hold the id of an item or a response."""

_PLACES = (
    "output_index",
    "content_index",
    "summary_index",
    "command_index",
    "annotation_index",
    "partial_image_index",
)
_OWNERS = ("item_id", *_PLACES[:4])


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place where two replies differ. A value is `MISSING` where a reply has none."""

    path: str
    recorded: Any
    ours: Any


@dataclass(slots=True)
class IdPairs:
    """Which of our ids stands for which recorded one; those that the reply was given are equal."""

    given: frozenset[str] = frozenset()
    _ours: dict[str, str] = field(default_factory=dict)
    _recorded: dict[str, str] = field(default_factory=dict)

    def fits(self, recorded: str, ours: str) -> bool:
        """Whether both name the same thing; a yes binds what follows."""
        if recorded in self.given or recorded == ours:
            return recorded == ours
        here = self._ours.setdefault(recorded, ours)
        there = self._recorded.setdefault(ours, recorded)
        return here == ours and there == recorded


def response_deviations(
    recorded: Json, ours: Json, ids: IdPairs, *, is_final: bool = True
) -> list[Deviation]:
    """Where two Responses differ. Unless final, what they seal may differ."""
    return list(_Walk(ids, seals_vary=not is_final).walk(recorded, ours, "response", ""))


def stream_deviations(
    recorded: Sequence[Json], ours: Sequence[Json], ids: IdPairs
) -> list[Deviation]:
    """Where two streams differ: the Response at the end, the order of events, their members."""
    one, other = event_runs(recorded), event_runs(ours)
    found: list[Deviation] = []
    last, our_last = _terminal(recorded), _terminal(ours)
    if last is not None and our_last is not None:
        found += response_deviations(last, our_last, ids)
    found += _order(one, other)
    said = {_said(each.path, each) for each in found}
    for run, our_run in _paired(one, other):
        for each in _event_deviations(run, our_run, ids):
            # What the Response shows at the beginning and at the end is told once.
            inner = each.path.partition(": ")[2]
            told = _said(inner if inner.startswith("response") else each.path, each)
            if told not in said:
                said.add(told)
                found.append(each)
    return found


def _said(path: str, deviation: Deviation) -> tuple[str, str, str]:
    return path, repr(deviation.recorded), repr(deviation.ours)


def event_runs(events: Iterable[Json]) -> list[list[Json]]:
    """The events in order; deltas that follow one another within one part are one run."""
    runs: list[list[Json]] = []
    last: Any = None
    for event in events:
        if event["type"] == "keepalive":
            continue
        here = _place(event) if _is_piece(event) else None
        if here is None or here != last:
            runs.append([])
        runs[-1].append(event)
        last = here
    return runs


def _is_piece(event: Json) -> bool:
    return bool(event["type"].endswith((".delta", ".partial_image")))


def _place(event: Json) -> tuple[Any, ...]:
    return event["type"], *(event.get(name) for name in _PLACES[:4])


def _terminal(events: Sequence[Json]) -> Json | None:
    """The Response that a stream ends with."""
    found = (e["response"] for e in reversed(events) if isinstance(e.get("response"), dict))
    return next(found, None)


def _order(recorded: Sequence[list[Json]], ours: Sequence[list[Json]]) -> list[Deviation]:
    """Where two streams first go different ways."""
    one, other = [run[0]["type"] for run in recorded], [run[0]["type"] for run in ours]
    end = "(the end)"
    for place, (kind, our_kind) in enumerate(zip([*one, end], [*other, end], strict=False)):
        if kind != our_kind:
            before = one[place - 1] if place else "the beginning"
            return [Deviation(f"events after {before}", kind, our_kind)]
    return []


def _paired(
    recorded: Sequence[list[Json]], ours: Sequence[list[Json]]
) -> Iterator[tuple[list[Json], list[Json]]]:
    """Runs that belong together: of the same type and place, or else of the same type, in order."""
    waiting = list(ours)
    left: list[list[Json]] = []
    found: list[tuple[list[Json], list[Json]]] = []
    for run in recorded:
        match = _take(waiting, run, _whole_place)
        if match is None:
            left.append(run)
        else:
            found.append((run, match))
    for run in left:
        match = _take(waiting, run, itemgetter("type"))
        if match is not None:
            found.append((run, match))
    yield from found


def _take(
    waiting: list[list[Json]], run: list[Json], key: Callable[[Json], Any]
) -> list[Json] | None:
    """The first run that begins as this one does, by that key; it waits no more."""
    wanted = key(run[0])
    for place, each in enumerate(waiting):
        if key(each[0]) == wanted:
            return waiting.pop(place)
    return None


def _whole_place(event: Json) -> tuple[Any, ...]:
    return event["type"], *(event.get(name) for name in _PLACES)


def _event_deviations(
    recorded: Sequence[Json], ours: Sequence[Json], ids: IdPairs
) -> Iterator[Deviation]:
    kind = recorded[0]["type"]
    one, other = (_members(recorded), _members(ours))
    if kind in LAST:  # Its Response has been compared.
        one.pop("response", None)
        other.pop("response", None)
    for each in _Walk(ids, seals_vary=True).walk(one, other, "", ""):
        yield Deviation(f"{kind}: {each.path}", each.recorded, each.ours)


def _members(run: Sequence[Json]) -> Json:
    """What counts of an event; of a run of pieces, that it has a member, and whose pieces they
    are.
    """
    if not _is_piece(run[0]):
        return {name: value for name, value in run[0].items() if name != "sequence_number"}
    return {
        name: value if name in _OWNERS else "…"
        for event in run
        for name, value in event.items()
        if name != "sequence_number"
    }


class _Walk:
    def __init__(self, ids: IdPairs, *, seals_vary: bool) -> None:
        self._ids = ids
        self._type_only = _VARYING | _SEALED if seals_vary else _VARYING

    def walk(self, recorded: Any, ours: Any, path: str, name: str) -> Iterator[Deviation]:
        """The places where two values differ. name: the member that they are."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key in dict.fromkeys([*recorded, *ours]):
                inner = f"{path}.{key}" if path else key
                there, here = recorded.get(key, MISSING), ours.get(key, MISSING)
                if there is MISSING or here is MISSING:
                    yield Deviation(inner, there, here)
                else:
                    yield from self.walk(there, here, inner, key)
        elif isinstance(recorded, list) and isinstance(ours, list):
            if len(recorded) != len(ours):
                yield Deviation(path, _outline(recorded), _outline(ours))
                return
            for there, here in zip(recorded, ours, strict=True):
                kind = there.get("type", "") if isinstance(there, dict) else ""
                yield from self.walk(there, here, f"{path}[{kind}]", "")
        elif not self._is_same(recorded, ours, name):
            yield Deviation(path, recorded, ours)

    def _is_same(self, recorded: Any, ours: Any, name: str) -> bool:
        if isinstance(recorded, str) and isinstance(ours, str):
            if name in IDS:
                return self._ids.fits(recorded, ours)
            return name in self._type_only or recorded == ours
        if _is_number(recorded) and _is_number(ours):
            return name in self._type_only or recorded == ours
        return type(recorded) is type(ours) and recorded == ours


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _outline(values: Sequence[Any]) -> list[Any]:
    """What a list holds, in a few words each."""
    return [
        ":".join(str(each[key]) for key in ("type", "name") if each.get(key)) or "object"
        if isinstance(each, dict)
        else each
        for each in values
    ]
