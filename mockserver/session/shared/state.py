"""A state that several servers share, by way of Redis.

Each server holds a replica in memory, which it brings up to date as a request begins, by reading
what others wrote. What a request leaves behind is written as one entry, unless another has
meanwhile changed what it had looked at. All servers read all entries in the same order, so that all
replicas are the same, and whatever rests on them is answered as one server would.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from mockserver.api import ApiError, CreateRequest, Json
from mockserver.script.loader import StoredPrompt
from mockserver.session.bounds import MIB
from mockserver.session.memory import MemoryState, memory_state
from mockserver.session.received import Received
from mockserver.session.serial import ForgottenError
from mockserver.session.shared.footprints import WatchedView, touched
from mockserver.session.shared.journal import SharedJournal
from mockserver.session.shared.locks import Locks
from mockserver.session.shared.log import Log, LogReply
from mockserver.session.shared.snapshot import Known, Snapshot, load
from mockserver.session.shared.wire import change_from_json, change_to_json
from mockserver.session.state import Change, View
from mockserver.session.written import ScriptEdit, Written
from mockserver.settings import Settings

log = logging.getLogger("mockserver")

LEAST_BYTES = 16 * MIB
"""A shorter log is not replaced by a snapshot."""
_LOOK_SECONDS = 0.05
"""How often a run looks whether it was cancelled elsewhere."""
_RETRY_SECONDS = 0.5
_MOST_IDS = 5_000
_MOST_UNSENT = 1_000
"""Requests that are remembered to be written down while Redis is away."""


class SharedState:
    """The state of one session, as this server knows it.

    Args:
        log: what all servers write.
        prompts: stored prompts that the session begins with, in each server.
    """

    def __init__(
        self, log: Log, settings: Settings, prompts: Mapping[str, StoredPrompt] | None = None
    ) -> None:
        self._log = log
        self._settings = settings
        self._prompts = prompts
        size = int(settings.journal_size * MIB)
        self.journal = SharedJournal(
            settings.journal_limit, size, self._write, self._note_later, log.store
        )
        self.at_reset: Callable[[], None] = lambda: None
        """What is done when the session begins anew."""
        self._notes: set[asyncio.Task[None]] = set()
        self._stamp: float | None = None
        """When the entry was written that is being read."""
        self._heard = 0.0
        """What Redis last said that the time is."""
        self._replica = self._anew()
        self._edits: list[Json] = []
        """All that was scripted since the epoch began."""
        self._epoch = b""
        self._run = b""
        self._position = 0
        self._read_ids: dict[bytes, None] = {}
        """Entries that were read, the newest: none of them is written again."""
        self._void: set[bytes] = set()
        """Entries of this server that came too late, though nobody could say so before."""
        self._unsent: dict[bytes, bytes] = {}
        """Entries that are added with the next exchange, by id."""
        self._made: dict[bytes, Sequence[ScriptEdit]] = {}
        """Edits of this server that have not been read, by the id of their entry."""
        self._locks = Locks(log.store)
        self._written = 0
        self._shortening: asyncio.Task[None] | None = None
        self._retrying: asyncio.Task[None] | None = None

    @property
    def written(self) -> Written:
        """What was scripted, as it was read last."""
        return self._replica.written

    @property
    def view(self) -> View:
        """The state as it was read last."""
        return self._replica

    def kept(self) -> Json:
        """How much is kept."""
        return self._replica.kept()

    async def begin(
        self,
        request: CreateRequest | None = None,  # noqa: ARG002 - the replica has all
        *,
        keys: Sequence[bytes] = (),  # noqa: ARG002
        ids: Sequence[str] = (),  # noqa: ARG002
    ) -> View:
        """A view that knows all that was written before. Raises ApiError 503 without Redis."""
        await self._exchange()
        for lock in await self._locks.orphaned():
            log.warning("mockserver: %s is released: the server that answered has gone.", lock[0])
            await self.commit(Change(released=lock))
        return WatchedView(self._replica)

    async def commit(self, change: Change, view: View | None = None) -> bool:
        """Write a change; False when what was looked at has changed. Raises ApiError 503."""
        value = change_to_json(change, self._replica)
        if change.answered is not None and self.journal.is_untold(change.answered):
            value["ended"] = self.journal.ended_entry(change.answered, self._replica, change.stored)
        if not value:
            return True
        entry_id = self._next_id()
        if change.edits:
            self._made[entry_id] = change.edits
        entry = b"\n".join(
            [" ".join(touched(change)).encode(), entry_id, _text("change", "", value)]
        )
        self._locks.let_go(change.released)
        if change == Change(released=change.released):  # It is released in any case, maybe later.
            self._unsent[entry_id] = entry
            await self._tell(None)
            return True
        rests_on = " ".join(view.looked_at) if isinstance(view, WatchedView) else ""
        await self._locks.take(change)
        is_written = False
        try:
            is_written = await self._write_change(change, entry, entry_id, rests_on, view)
        finally:
            if not is_written:
                self._locks.let_go(change.locked)
        if is_written and change.answered is not None:
            self.journal.has_told(change.answered)
        return is_written

    async def _write_change(
        self, change: Change, entry: bytes, entry_id: bytes, rests_on: str, view: View | None
    ) -> bool:
        while True:
            epoch = self._epoch
            status = await self._exchange(entry, entry_id, rests_on)
            if status == "ok":
                return True
            if view is not None:
                self._made.pop(entry_id, None)
                return False
            is_lost = self._epoch != epoch and not change.edits and change.prompts is None
            if status == "refused" or is_lost:  # What it belongs to is no more.
                return True
            if change.edits:
                self._made[entry_id] = change.edits

    async def wait(self, response_id: str, seconds: float) -> None:  # noqa: ARG002
        """Wait a moment, at most for so long; what has changed by then is seen at the next look."""
        await asyncio.sleep(min(seconds, _LOOK_SECONDS))

    async def note(self, received: Received) -> None:
        """Write down what became of a request, before the end of its answer leaves."""
        if self.journal.is_untold(received):
            await self._tell(received)

    async def _tell(self, received: Received | None) -> None:
        """Write down what became of a request, and all else that is to be written."""
        if received is not None:
            self.journal.tell(received, self._replica)
        try:
            await self._exchange()
        except ApiError as error:
            if self._retrying is None:
                log.warning("mockserver: the journal waits to be written. %s", error.message)
                self._retrying = asyncio.ensure_future(self._retry())

    async def _retry(self) -> None:
        while self._unsent:
            await asyncio.sleep(_RETRY_SECONDS)
            with suppress(ApiError):
                await self._exchange()
        self._retrying = None

    def _note_later(self, received: Received | None) -> None:
        task = asyncio.ensure_future(self._tell(received))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def finish(self) -> None:
        """Wait until all is written down that this server has to tell."""
        while self._notes:
            await asyncio.wait(set(self._notes))
        self._locks.stop()
        if self._retrying is not None:
            self._retrying.cancel()
        if self._shortening is not None:
            await self._shortening

    async def reset(self) -> None:
        """Let the session begin anew, in all servers."""
        await self._log.delete()
        await self._exchange()

    def time(self) -> float:
        """Seconds of the clock of Redis, as it said last: what was written before then is known."""
        return self._heard if self._stamp is None else self._stamp

    # Writing.

    def _next_id(self) -> bytes:
        self._written += 1
        return f"{self._log.store.server}.{self._written}".encode()

    def _write(self, kind: str, about: str, value: object) -> bool:
        """Add an entry, which is sent with the next exchange; False where too many wait, so that
        no more requests are written down that come.
        """
        if kind == "arrived" and len(self._unsent) >= _MOST_UNSENT:
            return False
        entry_id = self._next_id()
        self._unsent[entry_id] = b"\n".join([b"", entry_id, _text(kind, about, value)])
        return True

    async def _exchange(self, entry: bytes = b"", entry_id: bytes = b"", rests_on: str = "") -> str:
        """Send what is to be added, and read what was missed. Returns what became of the entry."""
        while True:
            epoch, run, position = self._epoch, self._run, self._position
            sent = dict(self._unsent)
            entries = [*sent.values(), entry] if entry else [*sent.values()]
            reply = await self._log.exchange(
                epoch, run, position, entries, rests_on=rests_on, last_is_optional=bool(entry)
            )
            if (epoch, run) == (self._epoch, self._run):
                break
            if entry_id not in self._read_ids and entry:
                return "anew"
            # Another exchange has heard meanwhile that all is new; what this one heard may be old.
            entry = entry_id = b""
        self._heard = max(reply.now, self._heard)
        if reply.status == "anew":
            self._read_anew(reply)
            return "ok" if entry_id in self._read_ids else "anew"
        if entry and reply.status == "ok":
            sent[entry_id] = entry
        self._read(reply, position, sent)
        if reply.size > max(LEAST_BYTES, reply.kept) and self._shortening is None:
            self._shortening = asyncio.ensure_future(self._shorten())
        if entry_id in self._void:
            self._void.discard(entry_id)
            return "refused"
        return reply.status

    # Reading.

    def _anew(self) -> MemoryState:
        """A replica in which nothing has happened."""
        return memory_state(self._settings, self._prompts, journal=self.journal, clock=self.time)

    def _read_anew(self, reply: LogReply) -> None:
        """Read all that was written, from the beginning."""
        is_same = reply.epoch == self._epoch
        if is_same and reply.run == self._run and self._position >= reply.base:
            self._read(reply, reply.base, {})
            return
        if not is_same and self._epoch:
            self._made.clear()
            self._read_ids.clear()
            self.journal.let_go()
            self.at_reset()
        self._epoch = reply.epoch
        self._run = reply.run
        self._position = reply.base
        self._heard = reply.now
        self._edits.clear()
        self.journal.clear()
        self._replica = self._anew()
        self._stamp = reply.now
        with self.journal.quiet():
            known = load(reply.snapshot, self._replica, self.journal)
        self._stamp = None
        self._edits += known.edits
        self._note_read(known.ids)
        self._locks.load(known.locks)
        self._read(reply, reply.base, {})

    def _note_read(self, ids: Iterable[bytes]) -> None:
        for entry_id in ids:
            self._read_ids[entry_id] = None
            self._unsent.pop(entry_id, None)
        while len(self._read_ids) > _MOST_IDS:
            del self._read_ids[next(iter(self._read_ids))]

    def _read(self, reply: LogReply, start: int, own: Mapping[bytes, bytes]) -> None:
        """Read what was missed, which begins at a position, and behind it what was added."""
        stamp = b"%d" % round(reply.now * 1e6)
        there = [*reply.missed]
        ids = {entry.split(b"\n", 3)[2] for entry in there}
        there += [stamp + b"\n" + entry for key, entry in own.items() if key not in ids]
        for entry in there[max(0, self._position - start) :]:
            self._take(entry)
        self._position = max(self._position, start + len(there))

    def _take(self, entry: bytes) -> None:
        stamp, _, entry_id, text = entry.split(b"\n", 3)
        self._note_read([entry_id])
        kind, about, value = json.loads(text)
        self._stamp = int(stamp) / 1e6
        try:
            if kind != "change":
                self.journal.take(kind, about, value, self._replica)
            else:
                change = change_from_json(value, self._replica)
                self._edits += value.get("edits", ())
                change.edits = self._made.pop(entry_id, change.edits)
                self._replica.take(change)
                if "ended" in value:
                    request_id, ended = value["ended"]
                    self.journal.take("ended", request_id, ended, self._replica)
                self._locks.read(change, entry_id.decode().partition(".")[0])
        except ForgottenError:
            # What it continues was forgotten since it was begun, for all servers alike.
            if entry_id.startswith(self._log.store.server.encode()):
                self._void.add(entry_id)
        finally:
            self._stamp = None

    async def _shorten(self) -> None:
        """Put a snapshot in the place of what was written until now."""
        try:
            if await self._log.may_shorten():
                known = Known([*self._edits], [*self._read_ids], self._locks.held)
                entries = Snapshot(self._replica, self.journal, known)
                await self._log.shorten(self._epoch, self._position, entries)
                await self._log.has_shortened()
        except ApiError as error:
            log.warning("mockserver: the log of the state stays long. %s", error.message)
        finally:
            self._shortening = None


def _text(kind: str, about: str, value: object) -> bytes:
    return json.dumps([kind, about, value], ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
