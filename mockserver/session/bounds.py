"""How much a session keeps, and what it has forgotten."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from mockserver.session.occurrences import Occurrences

log = logging.getLogger("mockserver")

MIB = 1024 * 1024


@dataclass(slots=True)
class Bounds:
    """How much of a kind of thing is kept. What is beyond it is forgotten, oldest first.

    Attributes:
        kind: what is kept, as in "responses".
        number, size: how many of them, and how many bytes of them, about.
        options: the options that say so.
        forgotten: how many have been forgotten.
    """

    kind: str
    number: int
    size: int
    options: str
    forgotten: int = 0
    _ids: Occurrences = field(default_factory=Occurrences, repr=False)

    def are_passed(self, number: int, size: int) -> bool:
        """Whether so many things of so many bytes are too many."""
        return number > self.number or size > self.size

    def forget(self, some_id: str = "") -> None:
        """Note that something is forgotten; the log says so once."""
        if not self.forgotten:
            log.warning("mockserver: the oldest %s are forgotten from now on. %s", self.kind, self)
        self.forgotten += 1
        if some_id:
            self._ids.set(_hashed(some_id), 1)

    @property
    def ids(self) -> list[bytes]:
        """What is remembered of the ids that have been forgotten."""
        return [key for key, _ in self._ids.all()]

    def restore(self, forgotten: int, ids: Iterable[bytes]) -> None:
        """Have forgotten so many, of which these ids are remembered."""
        self.forgotten = forgotten
        for key in ids:
            self._ids.set(key, 1)

    def has_forgotten(self, some_id: str) -> bool:
        """Whether this was kept once."""
        return self._ids.count(_hashed(some_id)) > 0

    def told(self, number: int, size: int) -> dict[str, int]:
        """What is told of so many things of so many bytes that are kept."""
        return {"kept": number, "bytes": size, "forgotten": self.forgotten}

    def __str__(self) -> str:
        return (
            f"A session keeps {self.number} {self.kind}, and {self.size / MIB:g} MiB of them. "
            f"Do: raise {self.options}."
        )


def _hashed(some_id: str) -> bytes:
    return blake2b(some_id.encode(), digest_size=8).digest()
