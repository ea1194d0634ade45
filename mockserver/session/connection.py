"""What one WebSocket connection remembers: the newest response of each lane, stored or not.

Pure state. A new connection remembers nothing, so a response with `store: false` can be continued
on its own connection only.
"""

from collections import OrderedDict
from typing import TypeAlias

from mockserver.session.steering import Steer
from mockserver.session.store import Stored
from mockserver.session.turn import Turn

_FINISHED = 1_000
"""How many finished responses are remembered by id and status, to say why they cannot be steered
any more.
"""

Lane: TypeAlias = str | None
"""The `stream_id` of a lane; None is the default lane."""


class Connection:
    """The connection-local cache, and which responses are on their way."""

    def __init__(self) -> None:
        self.running: dict[str, Turn] = {}
        """The turns that are being delivered, by the id of their response."""
        self._newest: dict[Lane, Stored] = {}
        self._finished: OrderedDict[str, tuple[str, Lane]] = OrderedDict()
        self._queued: dict[tuple[Lane, str], list[Steer]] = {}

    def find(self, response_id: str) -> Stored | None:
        """A response that this connection remembers, whichever lane it came from."""
        return next((each for each in self._newest.values() if each.answer.id == response_id), None)

    def remember(self, lane: Lane, stored: Stored) -> None:
        """Keep the newest response of a lane; the one before it is forgotten."""
        self._newest[lane] = stored

    def evict(self, lane: Lane, response_id: object) -> None:
        """Forget a response whose continuation in its own lane failed.

        A fork that fails in another lane leaves it alone, for the lane it came from.
        """
        newest = self._newest.get(lane)
        if newest is not None and newest.answer.id == response_id:
            del self._newest[lane]

    def begin(self, turn: Turn) -> None:
        """Note that a turn is on its way."""
        if turn.response_id is not None:
            self.running[turn.response_id] = turn

    def finish(self, turn: Turn) -> None:
        """Note that a turn is over, whether its response was finished or not."""
        response_id = turn.response_id
        if response_id is None or self.running.pop(response_id, None) is None:
            return
        self._finished[response_id] = (turn.status, turn.lane)
        if len(self._finished) > _FINISHED:
            self._finished.popitem(last=False)

    def finished(self, response_id: str) -> tuple[str, Lane] | None:
        """Status and lane of a response that was delivered on this connection."""
        return self._finished.get(response_id)

    def queue(self, lane: Lane, response_id: str, steers: list[Steer]) -> None:
        """Keep steering input until the client has sent what the response waits for."""
        self._queued[lane, response_id] = steers

    def queued(self, lane: Lane, response_id: object) -> list[Steer]:
        """The steering input that precedes a continuation's own in the lane."""
        return self._queued.get((lane, response_id), []) if isinstance(response_id, str) else []

    def unqueue(self, lane: Lane, response_id: object) -> None:
        """Forget that steering input: it has been committed, or given back."""
        if isinstance(response_id, str):
            self._queued.pop((lane, response_id), None)
