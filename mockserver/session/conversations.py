"""Conversations: their items, their metadata, and the response that is at work on each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from mockserver.api import History, Json, api_error, text_size
from mockserver.api.items import item_type
from mockserver.compose import Identity

_PARTITION_DIGITS = 16
_LEAST_SIZE = 1024


@dataclass(slots=True)
class StoredConversation:
    """A conversation. Its id ends in the partition that the ids of its responses begin with.

    Attributes:
        created_at: virtual Unix seconds.
        items: its items by id, oldest first.
        clock: when the last run on it ended; the next one does not begin before.
        holder: the response that is at work on it. While there is one, it is locked.
        is_unattended: whether that response runs in the background, where nobody notices its end.
    """

    id: str
    created_at: int
    metadata: dict[str, str]
    items: dict[str, Json] = field(default_factory=dict)
    clock: int = 0
    holder: str | None = None
    is_unattended: bool = False
    _history: History | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.clock = max(self.clock, self.created_at)

    @property
    def history(self) -> Sequence[Json]:
        """Its items as the history of a response: as they are now, whatever is added later."""
        known = len(self._history) if self._history is not None else 0
        if known < len(self.items):
            added = list(islice(self.items.values(), known, None))
            size = sum(map(item_size, added))
            self._history = History(self._history or (), lambda: added, size)
        return self._history or ()

    def remove(self, item_id: str) -> Json | None:
        """Take an item out; returns it, or None where there is none."""
        self._history = None
        return self.items.pop(item_id, None)

    @property
    def partition(self) -> str:
        """What the ids of its responses begin with, 16 hex digits."""
        return self.id[-_PARTITION_DIGITS:]

    def body(self) -> Json:
        """The conversation as the API shows it."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }

    def with_metadata(self, metadata: dict[str, str]) -> "StoredConversation":
        """The same conversation with other metadata."""
        return replace(self, metadata=metadata)

    def check_free(self) -> None:
        """Raises ApiError 400 `conversation_locked` when a response is at work on it."""
        if self.holder is not None:
            raise api_error("conversation_locked")

    def check_new(self, items: Sequence[Json]) -> None:
        """Raises ApiError 400 for an id that it holds already, or that comes twice."""
        ids = set(self.items)
        for item in items:
            if item["id"] in ids:
                raise api_error("duplicate_item", id=item["id"])
            ids.add(item["id"])


def item_size(item: Json) -> int:
    """How many bytes an item takes, about."""
    return _LEAST_SIZE + text_size(item)


def with_ids(
    items: Sequence[Json], identity: Identity, *, start: int = 0, dated: bool = False
) -> list[Json]:
    """Input items as they are stored and listed: each has an id, and a status where its type has
    one.

    start: the place of the first among all that the model saw.
    dated: ids in the older layout, as items have that were put into a conversation by themselves.
    """
    make = identity.dated_id if dated else identity.id
    listed = []
    for index, item in enumerate(items, start):
        if item["type"] != "compaction_trigger":
            new_id = partial(make, label=f"input {index}")
            listed.append(item_type(item["type"]).listed_item(item, new_id))
    return listed
