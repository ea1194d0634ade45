"""The responses that a session keeps, and what is known of those that it has forgotten."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from mockserver.api import History, Json
from mockserver.session.bounds import Bounds
from mockserver.session.state import StoredResponse


class StoredResponses:
    """The responses of a session by id, and their items.

    Responses that continue each other share their history, which counts once: as long as one of
    them is kept.

    leaving: what is called with the id of each that is about to leave.
    """

    def __init__(self, bounds: Bounds, leaving: Callable[[str], None] = lambda _: None) -> None:
        self.bounds = bounds
        self._leaving = leaving
        self.size = 0
        """How many bytes they take, about."""
        self._responses: OrderedDict[str, StoredResponse] = OrderedDict()
        self._holders: dict[History, int] = {}
        """How many responses and histories hold each history."""
        self._unread: dict[History, None] = {}
        """Histories whose items are not among `_items` yet: most are never asked for."""
        self._unpaired: dict[str, StoredResponse] = {}
        """Responses whose reasoning is not among `_reasoning` yet."""
        self._items: dict[str, Json] = {}
        self._reasoning: dict[str, str] = {}
        """The reasoning item that led to an item, by their ids."""
        self._item_holders: Counter[str] = Counter()

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

    def add(self, stored: StoredResponse) -> None:
        """Keep a response; one that is kept already stays in its place. The oldest leave if there
        are too many.
        """
        response_id = stored.answer.id
        known = self._responses.get(response_id)
        if known is not None:
            if known.answer is stored.answer:
                self._responses[response_id] = stored
                return
            self.remove(response_id)
        self._responses[response_id] = stored
        self._unpaired[response_id] = stored
        self._hold(stored.items)
        kept = self._responses
        while kept and self.bounds.are_passed(len(kept), self.size):
            oldest = next(iter(kept))
            self.remove(oldest)
            self.bounds.forget(oldest)

    def remove(self, response_id: str) -> None:
        """Let a response go, and what it alone holds."""
        self._leaving(response_id)
        stored = self._responses.pop(response_id, None)
        self._unpaired.pop(response_id, None)
        if stored is not None:
            self._release(stored.items)
            # A history that was never looked at holds its answer: without this, only the collector
            # of cycles would free them, much later.
            stored.answer.history = None

    def _hold(self, history: Sequence[Json]) -> None:
        while type(history) is History:  # Quicker than `isinstance` of what is none.
            holders = self._holders.get(history, 0)
            self._holders[history] = holders + 1
            if holders:
                return
            self.size += history.size
            self._unread[history] = None
            history = history.previous

    def _release(self, history: Sequence[Json]) -> None:
        while type(history) is History:
            holders = self._holders.pop(history) - 1
            if holders:
                self._holders[history] = holders
                return
            self.size -= history.size
            if history in self._unread:
                del self._unread[history]
            else:
                self._forget_items(history)
            history = history.previous

    def _read(self) -> None:
        for history in self._unread:
            for item in history.own:
                if "id" in item:
                    self._items[item["id"]] = item
                    self._item_holders[item["id"]] += 1
        self._unread.clear()
        for stored in self._unpaired.values():
            for before, item in pairwise(stored.answer.response["output"]):
                if before["type"] == "reasoning" != item["type"]:
                    self._reasoning[item["id"]] = before["id"]
        self._unpaired.clear()

    def _forget_items(self, history: History) -> None:
        for item_id in (item["id"] for item in history.own if "id" in item):
            self._item_holders[item_id] -= 1
            if not self._item_holders[item_id]:
                del self._items[item_id], self._item_holders[item_id]
                self._reasoning.pop(item_id, None)
