"""A replica as entries, which stand for a log that has become long."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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
from mockserver.session.state import Change, StoredResponse

_MANY = 1_000
"""What is many is written in parts of so many, so that none takes long."""


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

    Args:
        edits: all that was scripted, in order.
        ids: the entries that were read last.
    """

    def __init__(
        self,
        replica: MemoryState,
        journal: SharedJournal,
        edits: Iterable[Json],
        ids: Iterable[bytes],
    ) -> None:
        self._edits = [*edits]
        self._ids = [entry_id.decode() for entry_id in ids]
        self._changes = [_as_it_is(change) for change in replica.everything()]
        self._forgotten = [(each.kind, each.forgotten, each.ids) for each in replica.all_bounds]
        self._count = journal.count - len(journal), journal.bounds.forgotten
        self._requests = [*journal.all()]
        self._warnings = [*journal.told_warnings]
        self._webhooks = [*journal.settled_webhooks]

    def __iter__(self) -> Iterator[bytes]:
        yield _entry("ids", "", self._ids)
        yield from (_entry("edits", "", part) for part in _parts(self._edits))
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


def load(
    entries: Iterable[bytes], replica: MemoryState, journal: SharedJournal
) -> tuple[list[Json], list[bytes]]:
    """Make the replica, which is empty, what the entries say. Returns all that was scripted, and
    the entries that were read last.
    """
    edits: list[Json] = []
    read: list[str] = []
    bounds = {each.kind: each for each in replica.all_bounds}
    for entry in entries:
        kind, about, value = json.loads(entry)
        match kind:
            case "ids":
                read = value
            case "edits":
                edits += value
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
    return edits, [entry_id.encode() for entry_id in read]


def _as_it_is(change: Change) -> Change:
    """A change that stays so, whatever becomes of the conversation in it."""
    found = change.conversation
    if found is not None:
        change.conversation = replace(found, items=dict(found.items))
    return change


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Values in parts; an empty one, where there are none."""
    for start in range(0, len(values) or 1, _MANY):
        yield values[start : start + _MANY]


def _entry(kind: str, about: str, value: object) -> bytes:
    text = json.dumps([kind, about, value], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
