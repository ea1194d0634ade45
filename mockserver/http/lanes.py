"""The lanes of a WebSocket: turns that run at the same time, and those that wait for their turn."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_ACTIVE = 16
"""How many responses of one connection may be on their way at the same time."""
MOST_NAMES = 32
"""How many different `stream_id`s one connection may use; the default lane does not count."""


class Lanes(Generic[T]):
    """The queues of one connection. A lane runs one turn at a time; None names the default lane."""

    def __init__(self, *, active: int = MOST_ACTIVE, names: int = MOST_NAMES) -> None:
        self._active, self._most_names = active, names
        self._names: set[str] = set()
        self._waiting: dict[str | None, deque[T]] = {}
        self._ready: deque[str | None] = deque()
        self._busy: set[str | None] = set()

    @property
    def busy(self) -> int:
        """How many lanes are running a turn."""
        return len(self._busy)

    def open(self, name: str | None) -> bool:
        """Whether the connection may use this lane: it does already, or has not used too many
        others.
        """
        if name is None or name in self._names:
            return True
        if len(self._names) >= self._most_names:
            return False
        self._names.add(name)
        return True

    def add(self, name: str | None, turn: T) -> list[T]:
        """Queue a turn; returns those that may start now."""
        waiting = self._waiting.setdefault(name, deque())
        waiting.append(turn)
        if len(waiting) == 1 and name not in self._busy:
            self._ready.append(name)
        return self._start()

    def done(self, name: str | None) -> list[T]:
        """A lane's turn is over; returns the turns that may start now."""
        self._busy.discard(name)
        if self._waiting.get(name):
            self._ready.append(name)
        return self._start()

    def _start(self) -> list[T]:
        started: list[T] = []
        while self._ready and len(self._busy) < self._active:
            name = self._ready.popleft()
            self._busy.add(name)
            started.append(self._waiting[name].popleft())
        return started
