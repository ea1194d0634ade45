"""Cassettes for a session, scripted and recorded ones alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockserver.cassettes.errors import short_path
from mockserver.cassettes.interaction import Interaction
from mockserver.cassettes.match import MatchRules
from mockserver.cassettes.play import Player, Repeat
from mockserver.script.load import Prompt, load
from mockserver.script.step import Step

if TYPE_CHECKING:
    from mockserver.cassettes.document import Progress


@dataclass(slots=True)
class Cassettes:
    """What some files hold together. empty: the files that hold nothing."""

    steps: list[Step] = field(default_factory=list)
    recorded: list[Interaction] = field(default_factory=list)
    prompts: dict[str, Prompt] = field(default_factory=dict)
    seed: int | None = None
    empty: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How much they hold: interactions and prompts."""
        return len(self.steps) + len(self.recorded) + len(self.prompts)

    def player(self, rules: MatchRules | None = None, repeat: Repeat = "fail") -> Player | None:
        """A player of the recorded interactions; None when there are none."""
        return Player(self.recorded, rules, repeat) if self.recorded else None


def load_cassettes(paths: Iterable[str], progress: "Progress | None" = None) -> Cassettes:
    """Read cassettes of either kind. Raises ScriptError or CassetteError, which name the file and
    the place.

    Files below the working directory are named relative to it.

    progress: called now and then with the bytes read of a file, and its size.
    """
    cassettes = Cassettes()
    for path in map(short_path, paths):
        before = cassettes.size
        _add(cassettes, path, progress)
        if cassettes.size == before:
            cassettes.empty.append(path)
    return cassettes


def _add(cassettes: Cassettes, path: str, progress: "Progress | None") -> None:
    from mockserver.cassettes import read  # YAML takes its time to load.

    if read.kind(path) == "recorded":
        cassettes.recorded += read.load(path, progress=progress)
        return
    scripted = load(path)
    if scripted.recorded:
        cassettes.recorded += read.load(path, progress=progress, mixed=True)
    cassettes.steps += scripted.steps
    cassettes.prompts |= scripted.prompts
    cassettes.seed = scripted.seed if cassettes.seed is None else cassettes.seed
