"""Conversations: their items, their metadata, and the run that is at work on each."""

import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from mockserver.api.errors import api_error
from mockserver.api.items import item_type
from mockserver.api.json import Json, canonical
from mockserver.api.requests import as_items
from mockserver.api.responses import RUNNING
from mockserver.compose import EPOCH, Identity
from mockserver.session.context import referenced


def with_ids(items: Sequence[Json], identity: Identity, *, dated: bool = False) -> list[Json]:
    """Input items as they are stored and listed: each has an id, and a status where its type has
    one.

    dated: ids in the older layout, as items have that were put into a conversation by themselves.
    """
    make = identity.dated_id if dated else identity.id
    listed = []
    for index, item in enumerate(items):
        if item["type"] != "compaction_trigger":
            new_id = partial(make, label=f"input {index}")
            listed.append(item_type(item["type"]).listed_item(item, new_id))
    return listed


_PARTITION_DIGITS = 16


class Conversation:
    """A conversation. Its id ends in the partition that the ids of its responses begin with.

    created_at: virtual Unix seconds. clock: when the last run on it ended; the next one does not
    begin before.
    """

    def __init__(self, conversation_id: str, created_at: int, metadata: dict[str, str]) -> None:
        self.id, self.created_at, self.metadata = conversation_id, created_at, metadata
        self.clock = created_at
        self._items: dict[str, Json] = {}
        self._run: weakref.ref[Claim] | None = None
        self._held: Claim | None = None

    @property
    def partition(self) -> str:
        """What the ids of its responses begin with, 16 hex digits."""
        return self.id[-_PARTITION_DIGITS:]

    @property
    def items(self) -> list[Json]:
        """Its items, oldest first."""
        self._settle()
        return list(self._items.values())

    @property
    def locked(self) -> bool:
        """Whether a run is in progress on it."""
        self._settle()
        return self._run is not None

    def body(self) -> Json:
        """The conversation as the API shows it."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }

    def item(self, item_id: str) -> Json | None:
        """One of its items, or None."""
        self._settle()
        return self._items.get(item_id)

    def holds(self, item_id: str) -> bool:
        """Whether an item of this id is in it."""
        return item_id in self._items

    def add(self, items: Sequence[Json]) -> None:
        """Append items, which have ids. Raises ApiError 400 for an id that it holds already, or
        that comes twice.
        """
        fresh: dict[str, Json] = {}
        for item in items:
            if item["id"] in self._items or item["id"] in fresh:
                raise api_error("duplicate_item", id=item["id"])
            fresh[item["id"]] = item
        self._items |= fresh

    def remove(self, item_id: str) -> None:
        """Take an item out. Raises ApiError: 404, or 400 `conversation_locked`."""
        if self.item(item_id) is None:
            raise api_error("conversation_item_not_found", id=item_id)
        self.check_free()
        del self._items[item_id]

    def claim(self) -> "Claim":
        """Lock it for a run. Raises ApiError 400 `conversation_locked` when another is in
        progress.
        """
        self.check_free()
        claim = Claim(self)
        self._run = weakref.ref(claim)
        return claim

    def check_free(self) -> None:
        """Raises ApiError 400 `conversation_locked` when a run is in progress."""
        if self.locked:
            raise api_error("conversation_locked")

    def release(self, claim: "Claim") -> None:
        """Unlock it, if this run is the one that locked it."""
        if self._run is not None and self._run() is claim:
            self._run = self._held = None

    def hold(self, claim: "Claim") -> None:
        """Keep a claim that nobody else holds: that of a run in the background."""
        self._held = claim

    def _settle(self) -> None:
        """Notice that the run has ended: on its own in the background, or because nobody holds it
        any more.
        """
        claim = self._run() if self._run is not None else None
        if claim is None:
            self._run = None
        else:
            claim.settle()


class Claim:
    """A run's hold on the conversation that it will append to.

    It ends when the run does, or when nobody holds it any more: a run that was abandoned, in
    whatever way, cannot lock a conversation for ever.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._settle: Callable[[], None] | None = None

    def end(self, response: Json, items: Sequence[Json]) -> None:
        """The run has ended with this response: append its input and output, and release.

        Nothing is appended when the response was not to be stored, failed, or was cancelled.
        """
        conversation = self._conversation
        if response["store"] and response["status"] in ("completed", "incomplete"):
            conversation.add([item for item in items if not conversation.holds(item["id"])])
            conversation.clock = max(
                conversation.clock, response["completed_at"] or response["created_at"]
            )
        self.release()

    def release(self) -> None:
        """End the run without appending anything."""
        self._settle = None
        self._conversation.release(self)

    def abandon(self) -> None:
        """Nobody waits for the run any more: release, unless it goes on in the background."""
        if self._settle is None:
            self.release()

    def watch(self, status: Callable[[], str], response: Json, items: Sequence[Json]) -> None:
        """Leave the run to itself, in the background: `status` tells when it has ended."""

        def settle() -> None:
            now = status()
            if now == "cancelled":
                self.release()
            elif now not in RUNNING:
                self.end(response, items)

        self._settle = settle
        self._conversation.hold(self)

    def settle(self) -> None:
        """Notice that a run in the background has ended."""
        if self._settle is not None:
            self._settle()


Lookup = Callable[[str], Json | None]


class Conversations:
    """Conversations by id. At most `limit` are kept; the oldest leave first.

    identify: gives each request the identity that ids derive from.
    """

    def __init__(self, identify: Callable[..., Identity], limit: int = 10_000) -> None:
        self._identity_of, self._limit = identify, limit
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()

    def __len__(self) -> int:
        return len(self._conversations)

    def get(self, conversation_id: str) -> Conversation | None:
        """The conversation, or None if there is none of this id."""
        return self._conversations.get(conversation_id)

    def find(self, conversation_id: str) -> Conversation:
        """The conversation. Raises ApiError 404."""
        conversation = self._conversations.get(conversation_id)
        if conversation is None:
            raise api_error("conversation_not_found", id=conversation_id)
        return conversation

    def item(self, item_id: str) -> Json | None:
        """An item of any conversation by its id."""
        found = (each.item(item_id) for each in reversed(self._conversations.values()))
        return next((item for item in found if item is not None), None)

    def create(self, body: Json, lookup: Lookup) -> Conversation:
        """A new conversation, from a valid body of `POST /conversations`.

        lookup: finds items that the body refers to. Raises ApiError 404 when there is no such item.
        """
        identity = self._identify(b"POST /conversations", body, None)
        conversation = Conversation(
            identity.dated_id("conv_", "conversation"), EPOCH, body.get("metadata") or {}
        )
        conversation.add(self._made(body.get("items") or (), identity, lookup))
        self._conversations[conversation.id] = conversation
        if len(self._conversations) > self._limit:
            self._conversations.popitem(last=False)
        return conversation

    def add(self, conversation: Conversation, body: Json, lookup: Lookup) -> list[Json]:
        """Append the items of a valid body of `POST /conversations/{id}/items`; returns them as
        they are kept.

        Raises ApiError: 404 for a reference to nothing, 400 `conversation_locked` while a run is in
        progress.
        """
        conversation.check_free()
        identity = self._identify(
            f"POST /conversations/{conversation.id}/items".encode(), body, conversation
        )
        made = self._made(body["items"], identity, lookup)
        conversation.add(made)
        return made

    def put(self, conversation_id: str, conversation: Conversation | None) -> Conversation | None:
        """Have this conversation, or none, under an id, for the time being. Returns what was
        there.
        """
        before = self._conversations.get(conversation_id)
        if conversation is None:
            self._conversations.pop(conversation_id, None)
        else:
            self._conversations[conversation_id] = conversation
        return before

    def remove(self, conversation_id: str) -> None:
        """Forget a conversation. Raises ApiError 404."""
        self.find(conversation_id)
        del self._conversations[conversation_id]

    def _made(self, items: Sequence[Json], identity: Identity, lookup: Lookup) -> list[Json]:
        return with_ids(referenced(as_items(items), lookup), identity, dated=True)

    def _identify(self, target: bytes, body: Json, conversation: Conversation | None) -> Identity:
        spelled = target + b" " + canonical(body)
        if conversation is None:
            return self._identity_of(spelled)
        return self._identity_of(
            spelled, created_at=conversation.clock, partition=conversation.partition
        )
