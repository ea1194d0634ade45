"""A replica as entries, which stand for a log that has become long."""

import json
from collections.abc import Iterable, Iterator

from mockserver.api import Json
from mockserver.session.memory import MemoryState
from mockserver.session.shared.journal import SharedJournal
from mockserver.session.shared.wire import (
    arrival_to_json,
    change_from_json,
    change_to_json,
    edit_from_json,
    ending_to_json,
)
from mockserver.session.state import StoredResponse


class _Written:
    """What a reader knows so far: the responses that were written; of no conversation, how it
    was.
    """

    def __init__(self) -> None:
        self.responses: dict[str, StoredResponse] = {}

    def response(self, response_id: str) -> StoredResponse | None:
        return self.responses.get(response_id)

    def conversation(self, _: str) -> None:
        return None


def snapshot_of(replica: MemoryState, journal: SharedJournal, edits: list[Json]) -> Iterator[bytes]:
    """What `load` makes the same replica of.

    edits: all that was scripted, in order.
    """
    yield _entry("edits", "", edits)
    written = _Written()
    for change in replica.everything():
        yield _entry("change", "", change_to_json(change, written))
        if change.stored is not None:
            written.responses[change.stored.answer.id] = change.stored
    for bounds in replica.all_bounds:
        ids = [key.hex() for key in bounds.ids]
        yield _entry("forgotten", bounds.kind, [bounds.forgotten, ids])
    yield _entry("count", "", [journal.count - len(journal), journal.bounds.forgotten])
    for request_id, received, is_over in journal.all():
        yield _entry("arrived", request_id, arrival_to_json(received))
        if is_over:
            yield _entry("ended", request_id, ending_to_json(received, replica))


def load(entries: Iterable[bytes], replica: MemoryState, journal: SharedJournal) -> list[Json]:
    """Make the replica, which is empty, what the entries say. Returns all that was scripted."""
    edits: list[Json] = []
    bounds = {each.kind: each for each in replica.all_bounds}
    for entry in entries:
        kind, about, value = json.loads(entry)
        match kind:
            case "edits":
                edits = value
                for edit in edits:
                    edit_from_json(edit).take(replica.written)
            case "change":
                replica.take(change_from_json(value, replica))
            case "forgotten":
                forgotten, ids = value
                bounds[about].restore(forgotten, map(bytes.fromhex, ids))
            case "count":
                count, journal.bounds.forgotten = value
                journal.clear(count)
            case "arrived":
                journal.read_arrival(about, value)
            case "ended":
                journal.read_end(about, value, replica)
    return edits


def _entry(kind: str, about: str, value: object) -> bytes:
    text = json.dumps([kind, about, value], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
