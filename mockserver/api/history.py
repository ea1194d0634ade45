"""The items that stand before the input of a request, shared with what was said before them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import overload

from mockserver.api.json import Json


class History(Sequence[Json]):
    """Items that follow others: a chain of turns, each of which holds its own items alone.

    Args:
        previous: what stands before.
        make: the items of this turn, which are made when they are first looked at.
        size: how many bytes this turn takes, about.
    """

    __slots__ = ("_items", "_length", "_make", "previous", "size")

    def __init__(
        self, previous: Sequence[Json], make: Callable[[], list[Json]], size: int = 0
    ) -> None:
        self.previous = previous
        self.size = size
        self._make: Callable[[], list[Json]] | None = make
        self._items: list[Json] | None = None
        self._length = -1

    @property
    def own(self) -> list[Json]:
        """The items of this turn alone."""
        if self._items is None:
            assert self._make is not None
            self._items = self._make()
            self._make = None
        return self._items

    def _turns(self) -> Iterator[Sequence[Json]]:
        """The items turn by turn, newest first."""
        at: Sequence[Json] = self
        while isinstance(at, History):
            yield at.own
            at = at.previous
        yield at

    def __len__(self) -> int:
        if self._length < 0:
            self._length = sum(map(len, self._turns()))
        return self._length

    def __iter__(self) -> Iterator[Json]:
        return chain.from_iterable(reversed(list(self._turns())))

    def __reversed__(self) -> Iterator[Json]:
        return chain.from_iterable(map(reversed, self._turns()))

    @overload
    def __getitem__(self, index: int) -> Json: ...
    @overload
    def __getitem__(self, index: slice) -> list[Json]: ...
    def __getitem__(self, index: int | slice) -> Json | list[Json]:
        return list(self)[index]
