"""The journal of a session that several servers share: all of them know what each received."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from mockserver.api import Json
from mockserver.session.journal import Journal, StepWarning
from mockserver.session.received import Received
from mockserver.session.serial import Histories
from mockserver.session.shared.log import Store
from mockserver.session.shared.wire import (
    arrival_from_json,
    arrival_to_json,
    end_by_json,
    ending_to_json,
    webhook_from_json,
    webhook_to_json,
)
from mockserver.session.state import StoredResponse
from mockserver.session.webhooks import Webhook

_MOST_ENDED = 1_000


class SharedJournal(Journal):
    """A journal that takes in requests as they are read from the log, and in its order.

    Args:
        write: what writes an entry, given its kind, the id of the request, and a value; False where
            it cannot.
        later: what sees to it that the end of a request, and all that waits, is written soon.
        store: where the name of this server is from.
    """

    def __init__(
        self,
        limit: int,
        max_bytes: int,
        write: Callable[[str, str, object], bool],
        later: Callable[[Received | None], None],
        store: Store,
    ) -> None:
        super().__init__(limit, max_bytes)
        self._write = write
        self._later = later
        self._store = store
        self._ids: dict[Received, str] = {}
        """The ids in the log of the requests of this server that have not ended."""
        self._open: dict[str, Received] = {}
        """Requests of all servers whose end has not been read."""
        self._ended: dict[str, Received] = {}
        """Requests whose end has been read, the newest."""
        self._asked = 0
        self._is_quiet = False

    def add(self, received: Received) -> Received:
        """Write down a request that has come to this server. It gets its number when it is read."""
        self._asked += 1
        request_id = f"{self._store.server}.{self._asked}"
        if self._write("arrived", request_id, arrival_to_json(received)):
            self._ids[received] = request_id
            self._open[request_id] = received
        return received

    def done(self, received: Received) -> None:
        """Write down what became of a request, unless that was done before its answer left."""
        received.seconds = time.monotonic() - received.at
        if received in self._ids:
            self._later(received)

    def tell(self, received: Received, histories: Histories) -> None:
        """Write down what became of a request, before its answer leaves."""
        if received in self._ids:
            self._write("ended", *self.ended_entry(received, histories))
            del self._ids[received]

    def ended_entry(
        self, received: Received, histories: Histories, stored: StoredResponse | None = None
    ) -> tuple[str, Json]:
        """What a request of this server goes by, and what became of it, which is now.

        stored: the response that is known to whoever reads it, besides those of the histories.
        """
        if received.seconds is None:
            received.seconds = time.monotonic() - received.at
        is_kept = stored is not None and stored.answer is received.answer
        value = ending_to_json(received, histories, is_kept=is_kept)
        return self._ids[received], value

    def has_told(self, received: Received) -> None:
        """Note that it is written down what became of a request, if that has been read."""
        if self._ids.get(received) in self._ended:
            del self._ids[received]

    def is_untold(self, received: Received) -> bool:
        """Whether it is not written down yet what became of a request of this server."""
        return received in self._ids

    def warn(self, key: str, warning: StepWarning) -> None:
        """Write down what is told of a step."""
        super().warn(key, warning)
        self._write("warning", key, asdict(warning))

    def settled(self, webhook: Webhook) -> None:
        """Write down what became of a webhook of this server, unless all was reset meanwhile."""
        if webhook in self._webhooks:
            self._write("webhook", self._store.server, webhook_to_json(webhook))
            self._later(None)

    def take(self, kind: str, about: str, value: Any, histories: Histories) -> None:
        """Take in what some server has written."""
        match kind:
            case "arrived":
                self._read_arrival(about, value)
            case "ended":
                self._read_end(about, value, histories)
            case "warning":
                super().warn(about, StepWarning(**value))
            case "webhook" if about != self._store.server:
                self.announce(webhook_from_json(value))

    def _read_arrival(self, request_id: str, value: Json) -> None:
        received = self._open.get(request_id)
        if received is None:
            received = self._open[request_id] = arrival_from_json(value)
        super().add(received)

    def _read_end(self, request_id: str, value: Json, histories: Histories) -> None:
        # A server that did not hear that its answer was written down may have ended it otherwise.
        received = self._open.pop(request_id, None) or self._ended.get(request_id)
        if received is None:
            return
        self._ended[request_id] = received
        if len(self._ended) > _MOST_ENDED:
            del self._ended[next(iter(self._ended))]
        if received not in self._ids:  # Of what it is answering it knows better.
            end_by_json(received, value, histories)
        self.close(received)

    def clear(self, count: int = 0) -> None:
        """Forget all requests, but for those of this server that have not ended: so many had come.
        They are read again. So are webhooks, but for its own that are under way.
        """
        under_way = [each for each in self._webhooks if each.delivery == "under way"]
        super().clear(count)
        self._ended.clear()
        self._webhooks.extend(under_way)
        own = f"{self._store.server}."
        self._open = {each: known for each, known in self._open.items() if each.startswith(own)}

    def let_go(self) -> None:
        """Forget those, too, unless they have not been written down: they belong to what has been
        reset.
        """
        self._webhooks.clear()
        self.bounds.restore(0, ())
        self._ids = {each: known for each, known in self._ids.items() if not each.number}
        self._open = {known: each for known, each in self._open.items() if not each.number}

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """A block in which nobody is told of requests, which are read once more."""
        self._is_quiet = True
        try:
            yield
        finally:
            self._is_quiet = False

    def _tell(self, received: Received, *, is_over: bool) -> None:
        if not self._is_quiet:
            super()._tell(received, is_over=is_over)

    @property
    def told_warnings(self) -> list[tuple[str, Json]]:
        """What was told of steps, as it is written."""
        return [(key, asdict(each)) for key, each in self._warnings.items()]

    @property
    def settled_webhooks(self) -> list[Webhook]:
        """The webhooks that have ended."""
        return [each for each in self._webhooks if each.delivery != "under way"]

    def all(self) -> Iterator[tuple[str, Received, bool]]:
        """All requests that are kept, oldest first: what each goes by, and whether it has ended."""
        under_way = {received: request_id for request_id, received in self._open.items()}
        for received in self.requests:
            request_id = under_way.get(received)
            yield request_id or f"-.{received.number}", received, request_id is None
