"""What a request looks at, and what a change touches, as keys. A change comes too late where
another has touched what its request had looked at.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import TypeVar

from mockserver.api import Json
from mockserver.compose import PromptCache
from mockserver.neighbours import Kept, ShelfView
from mockserver.script.loader import StoredPrompt
from mockserver.session.conversations import StoredConversation
from mockserver.session.memory import MemoryState
from mockserver.session.state import Change, StoredResponse

KeptT = TypeVar("KeptT", bound=Kept)

_SCRIPT = "script"
_ITEMS = "items"
_SHELF = "shelf"
_PROMPTS = "prompts"
_CACHE = "cache"


def _key(kind: str, name: str) -> str:
    return kind + blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class WatchedView:
    """A view that remembers what is looked at.

    Attributes:
        looked_at: the keys of that; what is scripted is always among them.
    """

    def __init__(self, replica: MemoryState) -> None:
        self.looked_at = {_SCRIPT}
        self._replica = replica
        self.why_forgotten = replica.why_forgotten

    @property
    def now(self) -> float:
        return self._replica.now

    @property
    def prompt_cache(self) -> PromptCache:
        self.looked_at.add(_CACHE)
        return self._replica.prompt_cache

    @property
    def prompts(self) -> Mapping[str, StoredPrompt]:
        self.looked_at.add(_PROMPTS)
        return self._replica.prompts

    @property
    def shelf(self) -> ShelfView:
        return _WatchedShelf(self._replica.shelf, self.looked_at)

    def occurrence(self, key: bytes) -> int:
        self.looked_at.add(_occurrence_key(key))
        return self._replica.occurrence(key)

    def uses(self, entry: str) -> int:
        self.looked_at.add(_key("u", entry))
        return self._replica.uses(entry)

    def recorded_id(self, replay: str, live: str) -> str | None:
        self.looked_at.add(_key("i", replay))
        return self._replica.recorded_id(replay, live)

    def live_id(self, replay: str, recorded: str) -> str | None:
        self.looked_at.add(_key("i", replay))
        return self._replica.live_id(replay, recorded)

    def scenario(self, name: str) -> str:
        self.looked_at.add(_key("s", name))
        return self._replica.scenario(name)

    def response(self, response_id: str) -> StoredResponse | None:
        self.looked_at.add(_key("r", response_id))
        return self._replica.response(response_id)

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        self.looked_at.add(_key("c", conversation_id))
        found = self._replica.conversation(conversation_id)
        if found is not None and found.holder is not None:
            self.looked_at.add(_key("r", found.holder))
        return found

    def item(self, item_id: str) -> Json | None:
        self.looked_at.add(_ITEMS)
        return self._replica.item(item_id)

    def reasoning_before(self, item_id: str) -> str | None:
        self.looked_at.add(_ITEMS)
        return self._replica.reasoning_before(item_id)

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        self.looked_at.add(_PROMPTS)
        return self._replica.prompt(prompt_id)


class _WatchedShelf:
    def __init__(self, shelf: ShelfView, looked_at: set[str]) -> None:
        self._shelf = shelf
        self._looked_at = looked_at

    def get(self, kind: type[KeptT], some_id: str) -> KeptT | None:
        self._looked_at.add(_SHELF)
        return self._shelf.get(kind, some_id)

    def all(self, kind: type[KeptT]) -> list[KeptT]:
        self._looked_at.add(_SHELF)
        return self._shelf.all(kind)


def touched(change: Change) -> Iterator[str]:
    """The keys of what a change touches."""
    yield from (_occurrence_key(key) for key, _ in change.occurrences)
    if change.used is not None:
        yield _key("u", change.used[0])
    yield from {_key("i", each.replay) for each in change.renamed}
    yield from (_key("s", name) for name in change.scenarios or ())
    if change.prompt is not None:
        yield _CACHE
    if change.prompts is not None:
        yield _PROMPTS
    for response_id in _responses(change):
        yield _key("r", response_id)
    for conversation_id in _conversations(change):
        yield _key("c", conversation_id)
    if any((change.stored, change.deleted, change.appended, change.conversation)) or any(
        (change.deleted_conversation, change.deleted_item)
    ):
        yield _ITEMS
    if change.shelved or change.named or change.unshelved is not None:
        yield _SHELF
    if change.edits:
        yield _SCRIPT


def _responses(change: Change) -> Iterator[str]:
    if change.stored is not None:
        yield change.stored.answer.id
    if change.deleted is not None:
        yield change.deleted


def _conversations(change: Change) -> Iterator[str]:
    for named in (change.locked, change.released, change.appended, change.deleted_item):
        if named is not None:
            yield named[0]
    if change.conversation is not None:
        yield change.conversation.id
    if change.deleted_conversation is not None:
        yield change.deleted_conversation


def _occurrence_key(key: bytes) -> str:
    return "n" + key[-8:].hex()
