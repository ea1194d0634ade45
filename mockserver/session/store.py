"""Stored responses, in memory and bounded: what retrieval, chaining and item references read."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.api.json import Json
from mockserver.compose import Answer
from mockserver.session.background import BackgroundRun
from mockserver.session.conversations import with_ids


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer that can be retrieved and chained to. run: how far a background response is."""

    answer: Answer
    run: BackgroundRun | None = None

    @property
    def input_items(self) -> list[Json]:
        """All that the model saw, in order, each item with its id; without the instructions."""
        return with_ids(self.answer.request.items, self.answer.identity)

    @property
    def items(self) -> list[Json]:
        """The history that a response chained to this one begins with."""
        return [*self.input_items, *self.answer.response["output"]]


class Store:
    """The responses of one session by id. At most `limit` are kept; the oldest leave first."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._responses: OrderedDict[str, Stored] = OrderedDict()
        self._unread: dict[str, Stored] = {}
        self._items: dict[str, Json] = {}
        self._holders: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._responses)

    def __iter__(self) -> Iterator[Stored]:
        return iter(self._responses.values())

    def get(self, response_id: str) -> Stored | None:
        """The stored response, or None if there is none of this id."""
        return self._responses.get(response_id)

    def item(self, item_id: str) -> Json | None:
        """An input or output item of a stored response by its id."""
        for stored in self._unread.values():
            for item in stored.items:
                if "id" in item:
                    self._items[item["id"]] = item
                    self._holders[item["id"]] += 1
        self._unread.clear()
        return self._items.get(item_id)

    def add(self, stored: Stored) -> None:
        """Keep a response; the oldest leaves if there are too many."""
        response_id = stored.answer.id
        self.remove(response_id)
        self._responses[response_id] = self._unread[response_id] = stored
        if len(self._responses) > self._limit:
            self.remove(next(iter(self._responses)))

    def remove(self, response_id: str) -> Stored | None:
        """Forget a response and the items that it alone holds; None if there was none."""
        stored = self._responses.pop(response_id, None)
        if stored is not None and self._unread.pop(response_id, None) is None:
            for item_id in (item["id"] for item in stored.items if "id" in item):
                self._holders[item_id] -= 1
                if not self._holders[item_id]:
                    del self._items[item_id], self._holders[item_id]
        return stored
