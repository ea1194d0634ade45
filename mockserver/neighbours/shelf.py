"""Where a session keeps what its responses refer to: things by kind and id, in the order of their
making.
"""

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

__all__ = ["Kept", "Shelf", "ShelfView"]


class Kept(Protocol):
    """A thing that can be kept. It never changes: another one takes its place."""

    @property
    def id(self) -> str: ...

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""


T = TypeVar("T", bound=Kept)


class ShelfView(Protocol):
    """A shelf as a request sees it."""

    def get(self, kind: type[T], some_id: str) -> T | None:
        """The thing of this kind and id; None where there is none."""

    def all(self, kind: type[T]) -> list[T]:
        """All things of a kind, in the order of their making."""


class Shelf:
    """Things by kind and id. size: how many bytes they take, about."""

    def __init__(self) -> None:
        self.size = 0
        self._things: dict[tuple[type[Any], str], tuple[Any, int]] = {}

    def __len__(self) -> int:
        return len(self._things)

    def get(self, kind: type[T], some_id: str) -> T | None:
        """The thing of this kind and id; None where there is none."""
        found = self._things.get((kind, some_id))
        return None if found is None else found[0]

    def all(self, kind: type[T]) -> list[T]:
        """All things of a kind, in the order of their making."""
        return [thing for (known, _), (thing, _) in self._things.items() if known is kind]

    def __iter__(self) -> Iterator[Kept]:
        return (thing for thing, _ in self._things.values())

    def put(self, thing: Kept) -> None:
        """Keep a thing, in the place of the one that has its id."""
        key = type(thing), thing.id
        _, before = self._things.get(key, (None, 0))
        self._things[key] = thing, thing.size
        self.size += thing.size - before

    def remove(self, kind: type[Any], some_id: str) -> None:
        """Let a thing go."""
        _, size = self._things.pop((kind, some_id), (None, 0))
        self.size -= size

    def remove_oldest(self) -> str:
        """Let the oldest thing go; its id."""
        kind, some_id = next(iter(self._things))
        self.remove(kind, some_id)
        return some_id
