"""How far replays are: which recorded interactions have answered, and which ids stand for which."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol


class RenamedId(NamedTuple):
    """An id of this run that stands for a recorded one. replay: the name of the player."""

    replay: str
    recorded: str
    live: str


class Positions(Protocol):
    """How far replays are. A player reads it; whoever takes the player's answer writes it."""

    def uses(self, entry: str) -> int:
        """How often an entry has answered; of a player: all interactions of the same request."""

    def recorded_id(self, replay: str, live: str) -> str | None:
        """The recorded id that an id of this run stands for, if it was renamed."""

    def live_id(self, replay: str, recorded: str) -> str | None:
        """The id of this run that a recorded one goes by, if it was renamed."""


class MemoryPositions:
    """Positions in memory."""

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}
        self._recorded: dict[tuple[str, str], str] = {}
        self._live: dict[tuple[str, str], str] = {}

    def uses(self, entry: str) -> int:
        return self._uses.get(entry, 0)

    def recorded_id(self, replay: str, live: str) -> str | None:
        return self._recorded.get((replay, live))

    def live_id(self, replay: str, recorded: str) -> str | None:
        return self._live.get((replay, recorded))

    def use(self, entry: str, before: int) -> None:
        """Note that an entry has answered once more than before."""
        self._uses[entry] = before + 1

    def rename(self, ids: Iterable[RenamedId]) -> None:
        """From now on these ids of this run stand for those recorded ones."""
        for replay, recorded, live in ids:
            self._recorded[replay, live] = recorded
            self._live[replay, recorded] = live

    @property
    def all_uses(self) -> Mapping[str, int]:
        """How often each entry has answered."""
        return self._uses

    @property
    def all_ids(self) -> list[RenamedId]:
        """All ids that stand for recorded ones."""
        return [
            RenamedId(replay, recorded, live) for (replay, recorded), live in self._live.items()
        ]
