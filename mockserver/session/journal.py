"""The journal: the requests that a session received, in order, and what answered each."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mockserver.session.bounds import MIB, Bounds
from mockserver.session.received import MISS_CODES, Received

if TYPE_CHECKING:
    from mockserver.session.webhooks import Webhook

LIMIT = 10_000
MAX_BYTES = 64 * MIB
_MOST_WEBHOOKS = 1_000
_MOST_WARNINGS = 100


@dataclass(frozen=True, slots=True)
class StepWarning:
    """What was told of a step. source: where it is written."""

    text: str
    source: str


class Watcher(Protocol):
    """Whoever is told of requests."""

    def __call__(self, received: Received, /, *, is_over: bool) -> None:
        """A request has come, or its answer has ended."""


class Journal:
    """The requests of one session, oldest first. Written by the server, read from any thread.

    limit, max_bytes: how many requests, and how many bytes of them, about, are kept; the oldest
    leave first.
    """

    def __init__(self, limit: int = LIMIT, max_bytes: int = MAX_BYTES) -> None:
        options = "--journal-limit or --journal-size"
        self.bounds = Bounds("requests of the journal", limit, max_bytes, options)
        self.size = 0
        """How many bytes they take, about."""
        self._received: deque[Received] = deque()
        self._webhooks: deque[Webhook] = deque(maxlen=_MOST_WEBHOOKS)
        self._warnings: dict[str, StepWarning] = {}
        """What was warned of, each once; the first ones, should they be many."""
        self._count = 0
        self._lock = threading.Lock()
        self._watchers: list[Watcher] = []

    def add(self, received: Received) -> Received:
        """Take in a request, and number it."""
        with self._lock:
            self._count += 1
            received.number, received._kept = self._count, True
            self._received.append(received)
            self._count_in(received)
        self._tell(received, is_over=False)
        return received

    def done(self, received: Received) -> None:
        """Count in what answered, and tell whoever listens that it has ended."""
        received.seconds = time.monotonic() - received.at
        self.close(received)

    def close(self, received: Received) -> None:
        """The same for a request that knows how long it took."""
        with self._lock:
            self._count_in(received)
        if received.number:
            self._tell(received, is_over=True)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher(received, is_over=…)` with each request, when it has come and when its
        answer has ended. Returns what ends that.
        """
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self, received: Received, *, is_over: bool) -> None:
        for watcher in list(self._watchers):
            watcher(received, is_over=is_over)

    def read(self, received: Received, content: bytes) -> None:
        """Note the body of a request that was taken in before it was read."""
        with self._lock:
            received.content = content
            self._count_in(received)

    @property
    def requests(self) -> list[Received]:
        """All requests that are kept."""
        with self._lock:
            return list(self._received)

    @property
    def count(self) -> int:
        """How many requests have come, those that have left included."""
        return self._count

    def clear(self, count: int = 0) -> None:
        """Forget all requests. count: how many have come, as the next number says."""
        with self._lock:
            for received in self._received:
                received._kept = False
            self._received.clear()
            self._webhooks.clear()
            self._warnings.clear()
            self._count, self.size = count, 0

    def may_warn(self, key: str) -> bool:
        """Whether this has not been told yet of a step, and not too much either."""
        return key not in self._warnings and len(self._warnings) < _MOST_WARNINGS

    def warn(self, key: str, warning: StepWarning) -> None:
        """Note what is told of a step. key: what is told once."""
        if self.may_warn(key):
            self._warnings[key] = warning

    @property
    def warnings(self) -> list[StepWarning]:
        """What was told of steps."""
        return list(self._warnings.values())

    def announce(self, webhook: "Webhook") -> None:
        """Note a webhook that is sent."""
        with self._lock:
            self._webhooks.append(webhook)

    def settled(self, webhook: "Webhook") -> None:
        """Note what became of a webhook; here it is the one that was announced."""

    @property
    def webhooks(self) -> "list[Webhook]":
        """The newest webhooks, oldest first."""
        with self._lock:
            return list(self._webhooks)

    @property
    def forgotten(self) -> int:
        """How many requests have left because there were too many."""
        return self.bounds.forgotten

    @property
    def misses(self) -> list[Received]:
        """The requests that nothing answered, or whose step failed."""
        return [each for each in self.requests if each.by in MISS_CODES.values()]

    @property
    def is_waiting(self) -> bool:
        """Whether the newest request has got no answer."""
        with self._lock:
            return bool(self._received) and self._received[-1].status is None

    def __len__(self) -> int:
        return len(self._received)

    def __iter__(self) -> Iterator[Received]:
        return iter(self.requests)

    def _count_in(self, received: Received) -> None:
        """Count what a request takes by now; the newest stays in any case."""
        if not received._kept:
            return
        size = received.size
        self.size += size - received._counted
        received._counted = size
        while len(self._received) > 1 and self.bounds.are_passed(len(self._received), self.size):
            oldest = self._received.popleft()
            oldest._kept = False
            self.size -= oldest._counted
            self.bounds.forget()
