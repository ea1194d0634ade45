"""The state of a session in memory, bounded. Nothing waits, so that requests never meet."""

import asyncio
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from mockserver.api import CreateRequest, Json
from mockserver.cassettes import MemoryPositions
from mockserver.compose import PromptCache
from mockserver.neighbours import PREFIXES, Shelf, with_known
from mockserver.script.loader import StoredPrompt
from mockserver.script.steps import STARTED
from mockserver.session.bounds import MIB, Bounds
from mockserver.session.conversations import StoredConversation, item_size
from mockserver.session.journal import Journal
from mockserver.session.occurrences import Occurrences
from mockserver.session.received import Received
from mockserver.session.state import Change, StoredResponse, View
from mockserver.session.store import StoredResponses
from mockserver.session.written import Written
from mockserver.settings import Settings

_PORTION = 1_000
_OPTIONS = "--store-limit or --store-size"


class MemoryState:
    """A state that is its own view.

    Args:
        limit: how many responses, and how many conversations, are kept; the oldest leave first.
        prompts: stored prompts.
        max_bytes: how many bytes of responses, and of conversations, are kept, about.
        journal: where requests are noted.
        clock: seconds, which never go back.
    """

    def __init__(
        self,
        limit: int = 10_000,
        prompts: Mapping[str, StoredPrompt] | None = None,
        *,
        max_bytes: int = 128 * MIB,
        journal: Journal | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.journal = Journal() if journal is None else journal
        self.written = Written()
        self.prompt_cache = PromptCache()
        bounds = Bounds("responses", limit, max_bytes, _OPTIONS)
        self.responses = StoredResponses(bounds, self._settle_by)
        self._conversation_bounds = Bounds("conversations", limit, max_bytes, _OPTIONS)
        self._conversation_bytes = 0
        self.conversations: OrderedDict[str, StoredConversation] = OrderedDict()
        self.prompts: dict[str, StoredPrompt] = dict(prompts or {})
        self.shelf = Shelf()
        self._shelf_bounds = Bounds("files and vector stores", limit, max_bytes, _OPTIONS)
        self._occurrences = Occurrences()
        self.occurrence = self._occurrences.count
        self._positions = MemoryPositions()
        self.uses = self._positions.uses
        self.recorded_id = self._positions.recorded_id
        self.live_id = self._positions.live_id
        self._unattended: dict[str, str] = {}
        """Conversations that responses in the background are at work on, by the ids of those."""
        self._scenarios: dict[str, str] = {}
        self._waiting: weakref.WeakValueDictionary[str, asyncio.Event] = (
            weakref.WeakValueDictionary()
        )
        """What those wait for who follow a run; each goes with the last of them."""

    @property
    def view(self) -> View:
        return self

    async def begin(
        self,
        request: CreateRequest | None = None,  # noqa: ARG002 - everything is at hand
        *,
        keys: Sequence[bytes] = (),  # noqa: ARG002
        ids: Sequence[str] = (),  # noqa: ARG002
    ) -> View:
        return self

    async def commit(self, change: Change, view: View | None = None) -> bool:  # noqa: ARG002
        self.take(change)
        return True

    def take(self, change: Change) -> None:
        """Take a change."""
        for key, before in change.occurrences:
            self._occurrences.set(key, before + 1)
        if change.used is not None:
            self._positions.use(*change.used)
        if change.renamed:
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
        if change.shelved or change.named or change.unshelved is not None:
            self._change_shelf(change)
        for edit in change.edits:
            edit.take(self.written)

    async def note(self, received: Received) -> None:  # noqa: ARG002 - nobody shares it
        return

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
        return self._clock()

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

    def why_forgotten(self, some_id: str) -> str:
        responses, conversations, _ = self.all_bounds
        for bounds in self.all_bounds:
            if bounds.has_forgotten(some_id):
                return f"It has been forgotten. {bounds}"
        names_item = not some_id.startswith(("resp_", "conv_", *PREFIXES))
        if names_item and responses.forgotten + conversations.forgotten:
            return f"It may be among what has been forgotten. {responses}"
        return ""

    def kept(self) -> Json:
        return {
            "responses": self.responses.bounds.told(len(self.responses), self.responses.size),
            "conversations": self._conversation_bounds.told(
                len(self.conversations), self._conversation_bytes
            ),
            "files": self._shelf_bounds.told(len(self.shelf), self.shelf.size),
            "requests": self.journal.bounds.told(len(self.journal), self.journal.size),
        }

    @property
    def all_bounds(self) -> tuple[Bounds, ...]:
        """What knows of the things that have been forgotten."""
        return self.responses.bounds, self._conversation_bounds, self._shelf_bounds

    def everything(self) -> Iterator[Change]:
        """Changes that make this state, as it is now, of an empty one; but for what is scripted."""
        counted = self._occurrences.all()
        known = Change(
            renamed=self._positions.all_ids,
            scenarios=dict(self._scenarios),
            prompt=self.prompt_cache.known,
            prompts=dict(self.prompts),
        )
        uses = dict(self._positions.all_uses)
        stored = [*self.responses]
        things = [*self.shelf]
        conversations = [
            replace(each, items=dict(each.items)) for each in self.conversations.values()
        ]
        return chain(
            _numbered(counted),
            (known,),
            (Change(used=(key, number - 1)) for key, number in uses.items()),
            (Change(stored=each) for each in stored),
            (Change(conversation=each) for each in conversations),
            (Change(shelved=[each]) for each in things),
        )

    # Inside.

    def _store(self, stored: StoredResponse) -> None:
        self.responses.add(stored)
        if stored.run is not None and stored.run.cancelled_at is not None:
            event = self._waiting.pop(stored.answer.id, None)
            if event is not None:
                event.set()

    def _change_conversations(self, change: Change) -> None:
        for named in (change.locked, change.appended, change.deleted_item):
            if named is not None and named[0] in self.conversations:
                self._settle(self.conversations[named[0]])
        if change.conversation is not None:
            self._forget(change.conversation.id)
            self.conversations[change.conversation.id] = change.conversation
            self._attend(change.conversation)
            self._grow(change.conversation.items.values())
        if change.deleted_conversation is not None:
            self._forget(change.deleted_conversation)
        if change.locked is not None:
            conversation_id, response_id = change.locked
            locked = self.conversations.get(conversation_id)
            if locked is not None:
                locked.holder = response_id
                locked.is_unattended = change.stored is not None
                self._attend(locked)
        if change.appended is not None:
            conversation_id, items = change.appended
            self._append(self.conversations.get(conversation_id), items, change.ended_at)
        if change.released is not None:
            self._release(*change.released)
        if change.deleted_item is not None:
            conversation_id, item_id = change.deleted_item
            emptied = self.conversations.get(conversation_id)
            deleted = None if emptied is None else emptied.remove(item_id)
            if deleted is not None:
                self._conversation_bytes -= item_size(deleted)

    def _append(
        self, conversation: StoredConversation | None, items: Sequence[Json], ended_at: int | None
    ) -> None:
        if conversation is None:  # It was deleted while the run was on its way.
            return
        added = []
        for item in items:
            if item["id"] not in conversation.items:
                conversation.items[item["id"]] = item
                added.append(item)
        if conversation.id in self.conversations:
            self._grow(added)
        if ended_at is not None:
            conversation.clock = max(conversation.clock, ended_at)

    def _grow(self, added: Iterable[Json]) -> None:
        """Count items that were added; the oldest conversations leave if there are too many."""
        self._conversation_bytes += sum(map(item_size, added))
        while self.conversations and self._conversation_bounds.are_passed(
            len(self.conversations), self._conversation_bytes
        ):
            oldest = next(iter(self.conversations))
            self._forget(oldest)
            self._conversation_bounds.forget(oldest)

    def _forget(self, conversation_id: str) -> None:
        conversation = self.conversations.pop(conversation_id, None)
        if conversation is not None:
            self._conversation_bytes -= sum(map(item_size, conversation.items.values()))

    def _release(self, conversation_id: str, response_id: str) -> None:
        conversation = self.conversations.get(conversation_id)
        if conversation is not None and conversation.holder == response_id:
            conversation.holder = None

    def _change_shelf(self, change: Change) -> None:
        """Take what changes on the shelf; the oldest things leave if there are too many."""
        if change.unshelved is not None:
            self.shelf.remove(*change.unshelved)
        for thing in change.shelved:
            self.shelf.put(thing)
        for container in change.named:
            self.shelf.put(with_known(container, self.shelf))
        while len(self.shelf) and self._shelf_bounds.are_passed(len(self.shelf), self.shelf.size):
            self._shelf_bounds.forget(self.shelf.remove_oldest())

    def _attend(self, conversation: StoredConversation) -> None:
        """Remember who is at work on a conversation, where nobody notices the end of it."""
        if conversation.holder is not None and conversation.is_unattended:
            self._unattended[conversation.holder] = conversation.id

    def _settle_by(self, response_id: str) -> None:
        """Settle by the response, which is about to be forgotten: later nobody knows its end."""
        conversation = self.conversations.get(self._unattended.pop(response_id, ""))
        if conversation is not None and conversation.holder == response_id:
            self._settle(conversation)

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


def _numbered(counted: Iterator[tuple[bytes, int]]) -> Iterator[Change]:
    """Changes that count requests as they have been counted."""
    while portion := [*islice(counted, _PORTION)]:
        yield Change(occurrences=[(key, count - 1) for key, count in portion])


def memory_state(
    settings: Settings,
    prompts: Mapping[str, StoredPrompt] | None = None,
    *,
    journal: Journal | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> MemoryState:
    """A state that keeps as much as the settings say."""
    if journal is None:
        journal = Journal(settings.journal_limit, int(settings.journal_size * MIB))
    size = int(settings.store_size * MIB)
    return MemoryState(settings.store_limit, prompts, max_bytes=size, journal=journal, clock=clock)
