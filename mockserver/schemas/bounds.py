"""What bounds the work that making one value may take, and what is remembered from one to the next.

Work is counted, never timed, so that every machine ends alike: no number in a schema, a pattern or
a grammar sets it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from mockserver.schemas.errors import OutOfWorkError

T = TypeVar("T")

# One unit takes about a microsecond on a usual machine: a schema looked at, a value tried, a few
# characters written, a hundred steps of matching. Of 4,880 real schemas the hungriest takes seven
# tenths of it.
WORK = 140_000
# What lists and tables that are copied or scanned as a whole count for: so many entries a unit.
ENTRIES = 16


class Budget:
    """The work that is left for one value, or for one text.

    Args:
        work: Units that may be spent.
    """

    __slots__ = ("left",)

    def __init__(self, work: int = WORK) -> None:
        self.left = work

    def spend(self, work: int = 1, what: str = "it") -> None:
        """Count work that is about to be done, `what` asks for it. Raises OutOfWorkError when there
        is not so much left.
        """
        self.left -= work
        if self.left < 0:
            raise OutOfWorkError(what)

    def scan(self, entries: int) -> None:
        """Count one look at each of so many entries. Raises OutOfWorkError."""
        self.left -= entries // ENTRIES
        if self.left < 0:
            raise OutOfWorkError("it")


class Memory(Generic[T]):
    """What `make` makes of a text, kept for the texts that were asked for last.

    Args:
        make: Makes it; what it raises is not remembered.
        weigh: What it weighs beside its text, in bytes.
        most: How much all may weigh.
    """

    def __init__(
        self,
        make: Callable[[str], T],
        weigh: Callable[[T], int] = lambda _: 200,
        most: int = 8_000_000,
    ) -> None:
        self._make = make
        self._weigh = weigh
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, text: str) -> T:
        """What is made of the text."""
        with self._lock:
            kept = self._kept.get(text)
            if kept is not None:
                self._kept.move_to_end(text)
                return kept[0]
        made = self._make(text)
        weight = len(text) + self._weigh(made)
        with self._lock:
            if text not in self._kept and weight <= self._most:
                self._kept[text] = (made, weight)
                self._weight += weight
                while self._weight > self._most:
                    _, (_, freed) = self._kept.popitem(last=False)
                    self._weight -= freed
        return made
