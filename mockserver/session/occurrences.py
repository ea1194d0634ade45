"""How often each request came before."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

_SHARE = 1024 - 1
"""The bits of a digest that say in which part it is."""


class Occurrences:
    """How often each key, which is a digest, has been asked for. None is ever forgotten, since a
    repeated request would get its first ids again; so a key takes about nine bytes, and a number
    only where it is asked for a second time.
    """

    def __init__(self) -> None:
        self._seen: dict[int, array[int]] = {}
        """Digests of 64 bits by their last ones, in parts that are sorted, and quick to add to."""
        self._repeated: dict[int, int] = {}

    def count(self, key: bytes) -> int:
        """How often a key has been asked for."""
        hashed = int.from_bytes(key[-8:], "big")
        repeated = self._repeated.get(hashed)
        if repeated is not None:
            return repeated
        part = self._seen.get(hashed & _SHARE)
        if part is None:
            return 0
        place = bisect_left(part, hashed)
        return int(place < len(part) and part[place] == hashed)

    def set(self, key: bytes, number: int) -> None:
        """Note how often a key has been asked for: once or more."""
        hashed = int.from_bytes(key[-8:], "big")
        if number > 1:
            self._repeated[hashed] = number
        else:
            part = self._seen.get(hashed & _SHARE)
            if part is None:
                part = self._seen[hashed & _SHARE] = array("Q")
            place = bisect_left(part, hashed)
            if place == len(part) or part[place] != hashed:
                part.insert(place, hashed)

    def all(self) -> Iterator[tuple[bytes, int]]:
        """All keys, as far as they are remembered, and how often each has been asked for by now,
        whatever is asked while they are read.
        """
        return _pairs(dict(self._repeated), [part[:] for part in self._seen.values()])


def _pairs(repeated: dict[int, int], parts: list["array[int]"]) -> Iterator[tuple[bytes, int]]:
    yield from ((hashed.to_bytes(8, "big"), number) for hashed, number in repeated.items())
    for part in parts:
        for hashed in part:
            if hashed not in repeated:
                yield hashed.to_bytes(8, "big"), 1
