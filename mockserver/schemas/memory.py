"""What is remembered of texts that come again, bounded by what it weighs and not by its number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


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
