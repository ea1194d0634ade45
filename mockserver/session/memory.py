"""The state of a session in memory, bounded. Nothing waits, so that requests never meet."""

import asyncio
import time
import weakref
from array import array
from bisect import bisect_left, insort
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise

from mockserver.api import CreateRequest, Json
from mockserver.cassettes import MemoryPositions
from mockserver.compose import PromptCache
from mockserver.script.loader import StoredPrompt
from mockserver.script.steps import STARTED
from mockserver.session.conversations import StoredConversation
from mockserver.session.journal import Journal
from mockserver.session.state import Change, StoredResponse, View


class Occurrences:
    """How often each key has been asked for. None is ever forgotten, since a repeated request
    would get its first ids again; so a key takes about nine bytes, and a number only where it is
    asked for a second time.
    """

    _SHARE_BITS = 10

    def __init__(self) -> None:
        self._seen: dict[int, array[int]] = {}
        """Digests of 64 bits by their last ones, in parts that are sorted, and quick to add to."""
        self._repeated: dict[int, int] = {}

    def count(self, key: bytes) -> int:
        """How often a key has been asked for."""
        hashed = _hash(key)
        if hashed in self._repeated:
            return self._repeated[hashed]
        part = self._part(hashed)
        place = bisect_left(part, hashed)
        return int(place < len(part) and part[place] == hashed)

    def set(self, key: bytes, number: int) -> None:
        """Note how often a key has been asked for: once or more."""
        hashed = _hash(key)
        if number > 1:
            self._repeated[hashed] = number
        elif not self.count(key):
            insort(self._part(hashed), hashed)

    def _part(self, hashed: int) -> "array[int]":
        return self._seen.setdefault(hashed & ((1 << self._SHARE_BITS) - 1), array("Q"))


def _hash(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")


class MemoryState:
    """A state that is its own view.

    limit: how many responses, and how many conversations, are kept; the oldest leave first.
    """

    def __init__(
        self, limit: int = 10_000, prompts: Mapping[str, StoredPrompt] | None = None
    ) -> None:
        self.journal = Journal()
        self.prompt_cache = PromptCache()
        self.responses = StoredResponses(limit)
        self.conversations: OrderedDict[str, StoredConversation] = OrderedDict()
        self.prompts: dict[str, StoredPrompt] = dict(prompts or {})
        self._limit = limit
        self._occurrences = Occurrences()
        self.occurrence = self._occurrences.count
        self._positions = MemoryPositions()
        self.uses = self._positions.uses
        self.recorded_id = self._positions.recorded_id
        self.live_id = self._positions.live_id
        self._scenarios: dict[str, str] = {}
        self._waiting: weakref.WeakValueDictionary[str, asyncio.Event] = (
            weakref.WeakValueDictionary()
        )
        """What those wait for who follow a run; each goes with the last of them."""

    async def begin(
        self,
        request: CreateRequest | None = None,  # noqa: ARG002 - everything is at hand
        *,
        keys: Sequence[bytes] = (),  # noqa: ARG002
        ids: Sequence[str] = (),  # noqa: ARG002
    ) -> View:
        return self

    async def commit(self, change: Change) -> bool:
        for key, before in change.occurrences:
            self._occurrences.set(key, before + 1)
        if change.used is not None:
            self._positions.use(*change.used)
        self._positions.rename(change.renamed)
        if change.scenarios is not None:
            self._scenarios |= change.scenarios
        if change.prompt is not None:
            self.prompt_cache.remember(change.prompt)
        if change.prompts is not None:
            self.prompts.update(change.prompts)
        if change.stored is not None:
            self._store(change.stored)
        if change.deleted is not None:
            self.responses.remove(change.deleted)
        self._change_conversations(change)
        return True

    async def wait(self, response_id: str, seconds: float) -> None:
        event = self._waiting.get(response_id) or asyncio.Event()
        self._waiting[response_id] = event
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except asyncio.TimeoutError:
            return

    # The view.

    @property
    def now(self) -> float:
        return time.monotonic()

    def scenario(self, name: str) -> str:
        return self._scenarios.get(name, STARTED)

    def response(self, response_id: str) -> StoredResponse | None:
        return self.responses.get(response_id)

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        conversation = self.conversations.get(conversation_id)
        if conversation is not None:
            self._settle(conversation)
        return conversation

    def item(self, item_id: str) -> Json | None:
        found = self.responses.item(item_id)
        if found is not None:
            return found
        for conversation in reversed(self.conversations.values()):
            self._settle(conversation)
            if item_id in conversation.items:
                return conversation.items[item_id]
        return None

    def reasoning_before(self, item_id: str) -> str | None:
        return self.responses.reasoning_before(item_id)

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        return self.prompts.get(prompt_id)

    # Inside.

    def _store(self, stored: StoredResponse) -> None:
        self.responses.add(stored)
        if stored.run is not None and stored.run.cancelled_at is not None:
            event = self._waiting.pop(stored.answer.id, None)
            if event is not None:
                event.set()

    def _change_conversations(self, change: Change) -> None:
        if change.conversation is not None:
            self.conversations[change.conversation.id] = change.conversation
            if len(self.conversations) > self._limit:
                self.conversations.popitem(last=False)
        if change.deleted_conversation is not None:
            self.conversations.pop(change.deleted_conversation, None)
        if change.locked is not None:
            conversation_id, response_id = change.locked
            self.conversations[conversation_id].holder = response_id
            self.conversations[conversation_id].is_unattended = change.stored is not None
        if change.appended is not None:
            conversation_id, items = change.appended
            self._append(self.conversations.get(conversation_id), items, change.ended_at)
        if change.released is not None:
            self._release(*change.released)
        if change.deleted_item is not None:
            conversation_id, item_id = change.deleted_item
            self.conversations[conversation_id].items.pop(item_id, None)

    def _append(
        self, conversation: StoredConversation | None, items: Sequence[Json], ended_at: int | None
    ) -> None:
        if conversation is None:  # It was deleted while the run was on its way.
            return
        for item in items:
            conversation.items.setdefault(item["id"], item)
        if ended_at is not None:
            conversation.clock = max(conversation.clock, ended_at)

    def _release(self, conversation_id: str, response_id: str) -> None:
        conversation = self.conversations.get(conversation_id)
        if conversation is not None and conversation.holder == response_id:
            conversation.holder = None

    def _settle(self, conversation: StoredConversation) -> None:
        """Notice that a run in the background has ended: it tells nobody."""
        if conversation.holder is None or not conversation.is_unattended:
            return
        stored = self.responses.get(conversation.holder)
        run = stored.run if stored is not None else None
        if run is not None and run.is_running(self.now):
            return
        conversation.holder = None
        if stored is not None and run is not None and run.cancelled_at is None:
            items = stored.new_items
            self._append(conversation, items, stored.ended_at if items else None)


class StoredResponses:
    """The responses of a session by id, and their items."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._responses: OrderedDict[str, StoredResponse] = OrderedDict()
        self._unread: dict[str, StoredResponse] = {}
        """Responses whose items are not among `_items` yet: most are never asked for."""
        self._items: dict[str, Json] = {}
        self._reasoning: dict[str, str] = {}
        """The reasoning item that led to an item, by their ids."""
        self._holders: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._responses)

    def __iter__(self) -> Iterator[StoredResponse]:
        return iter(self._responses.values())

    def get(self, response_id: str) -> StoredResponse | None:
        """The stored response, or None if there is none of this id."""
        return self._responses.get(response_id)

    def item(self, item_id: str) -> Json | None:
        """An input or output item of a stored response by its id."""
        self._read()
        return self._items.get(item_id)

    def reasoning_before(self, item_id: str) -> str | None:
        """The id of the reasoning item that led to an item."""
        self._read()
        return self._reasoning.get(item_id)

    def _read(self) -> None:
        for stored in self._unread.values():
            for item in stored.items:
                if "id" in item:
                    self._items[item["id"]] = item
                    self._holders[item["id"]] += 1
            for before, item in pairwise(stored.answer.response["output"]):
                if before["type"] == "reasoning" != item["type"]:
                    self._reasoning[item["id"]] = before["id"]
        self._unread.clear()

    def add(self, stored: StoredResponse) -> None:
        """Keep a response; one that is kept already stays in its place. The oldest leaves if there
        are too many.
        """
        response_id = stored.answer.id
        known = self._responses.get(response_id)
        if known is not None and known.answer is stored.answer:
            self._responses[response_id] = stored
            return
        if known is not None:
            self.remove(response_id)
        self._responses[response_id] = self._unread[response_id] = stored
        if len(self._responses) > self._limit:
            self.remove(next(iter(self._responses)))

    def remove(self, response_id: str) -> None:
        """Forget a response and the items that it alone holds."""
        stored = self._responses.pop(response_id, None)
        if stored is None or self._unread.pop(response_id, None) is not None:
            return
        for item_id in (item["id"] for item in stored.items if "id" in item):
            self._holders[item_id] -= 1
            if not self._holders[item_id]:
                del self._items[item_id], self._holders[item_id]
                self._reasoning.pop(item_id, None)
