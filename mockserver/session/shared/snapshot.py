"""A replica as entries, which stand for a log that has become long."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.api import Json
from mockserver.session.memory import MemoryState
from mockserver.session.shared.journal import SharedJournal
from mockserver.session.shared.wire import (
    arrival_to_json,
    change_from_json,
    change_to_json,
    edit_from_json,
    ending_to_json,
    webhook_to_json,
)
from mockserver.session.state import StoredResponse

_MANY = 1_000
"""How much stands in one part of a snapshot, so that none takes long to write."""


@dataclass(slots=True)
class Known:
    """What is known besides a replica and its journal.

    Attributes:
        edits: all that was scripted, in order.
        ids: the entries that were read last.
        locks: conversations that are locked, by which responses and by which servers.
    """

    edits: list[Json] = field(default_factory=list)
    ids: list[bytes] = field(default_factory=list)
    locks: list[tuple[str, str, str]] = field(default_factory=list)


class _Told:
    """What a reader knows so far: the responses that it was told of; of no conversation, how it
    was.
    """

    def __init__(self) -> None:
        self.responses: dict[str, StoredResponse] = {}

    def response(self, response_id: str) -> StoredResponse | None:
        return self.responses.get(response_id)

    def conversation(self, _: str) -> None:
        return None


class Snapshot:
    """What `load` makes the same replica of: as it is when this is made, however long it takes to
    write it down, which is done entry by entry.
    """

    def __init__(self, replica: MemoryState, journal: SharedJournal, known: Known) -> None:
        self._known = known
        self._changes = replica.everything()
        self._forgotten = [(each.kind, each.forgotten, each.ids) for each in replica.all_bounds]
        self._count = journal.count - len(journal), journal.bounds.forgotten
        self._requests = [*journal.all()]
        self._warnings = [*journal.told_warnings]
        self._webhooks = [*journal.settled_webhooks]

    def __iter__(self) -> Iterator[bytes]:
        yield _entry("ids", "", [entry_id.decode() for entry_id in self._known.ids])
        yield _entry("locks", "", self._known.locks)
        yield from (_entry("edits", "", part) for part in _parts(self._known.edits))
        told = _Told()
        for change in self._changes:
            yield _entry("change", "", change_to_json(change, told))
            if change.stored is not None:
                told.responses[change.stored.answer.id] = change.stored
        for kind, number, ids in self._forgotten:
            for part in _parts(ids):
                yield _entry("forgotten", kind, [number, [key.hex() for key in part]])
        yield _entry("count", "", self._count)
        for request_id, received, is_over in self._requests:
            yield _entry("arrived", request_id, arrival_to_json(received))
            if is_over:
                yield _entry("ended", request_id, ending_to_json(received, told))
        yield from (_entry("warning", key, value) for key, value in self._warnings)
        yield from (_entry("webhook", "", webhook_to_json(each)) for each in self._webhooks)


def load(entries: Iterable[bytes], replica: MemoryState, journal: SharedJournal) -> Known:
    """Make the replica, which is empty, what the entries say. Returns what is known besides."""
    known = Known()
    bounds = {each.kind: each for each in replica.all_bounds}
    for entry in entries:
        kind, about, value = json.loads(entry)
        match kind:
            case "ids":
                known.ids = [entry_id.encode() for entry_id in value]
            case "locks":
                known.locks = [tuple(each) for each in value]
            case "edits":
                known.edits += value
                for edit in value:
                    edit_from_json(edit).take(replica.written)
            case "change":
                replica.take(change_from_json(value, replica))
            case "forgotten":
                forgotten, ids = value
                bounds[about].restore(forgotten, map(bytes.fromhex, ids))
            case "count":
                count, journal.bounds.forgotten = value
                journal.clear(count)
            case _:
                journal.take(kind, about, value, replica)
    return known


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Values in parts; an empty one, where there are none."""
    for start in range(0, len(values) or 1, _MANY):
        yield values[start : start + _MANY]


def _entry(kind: str, about: str, value: object) -> bytes:
    text = json.dumps([kind, about, value], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
