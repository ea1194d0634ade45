"""Cassettes for a session, scripted and recorded ones alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mockserver.cassette import read
from mockserver.cassette.interaction import Interaction
from mockserver.cassette.play import Player
from mockserver.script.load import Prompt, load
from mockserver.script.step import Step


@dataclass(slots=True)
class Cassettes:
    """What some files hold together."""

    steps: list[Step] = field(default_factory=list)
    recorded: list[Interaction] = field(default_factory=list)
    prompts: dict[str, Prompt] = field(default_factory=dict)
    seed: int | None = None

    def player(self) -> Player | None:
        """A player of the recorded interactions; None when there are none."""
        return Player(self.recorded) if self.recorded else None


def load_cassettes(paths: Iterable[str]) -> Cassettes:
    """Read cassettes of either kind. Raises ScriptError or CassetteError, which name the file and the place."""
    cassettes = Cassettes()
    for path in paths:
        if read.kind(path) == "recorded":
            cassettes.recorded += read.load(path)
            continue
        scripted = load(path)
        cassettes.steps += scripted.steps
        cassettes.prompts |= scripted.prompts
        cassettes.seed = scripted.seed if cassettes.seed is None else cassettes.seed
    return cassettes
