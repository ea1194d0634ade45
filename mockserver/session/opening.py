"""Opening sessions: what their cassettes hold, and all sessions of a server by name."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from mockserver.cassettes import Interaction, MatchRules, Player, Repeat, short_path
from mockserver.script.loader import StoredPrompt, load
from mockserver.script.steps import Step
from mockserver.session.session import Session

if TYPE_CHECKING:
    from mockserver.cassettes import ProgressCallback


@dataclass(slots=True)
class CassetteContents:
    """What some files hold together. empty: the files that hold nothing."""

    steps: list[Step] = field(default_factory=list)
    recorded: list[Interaction] = field(default_factory=list)
    prompts: dict[str, StoredPrompt] = field(default_factory=dict)
    seed: int | None = None
    empty: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How much they hold: interactions and prompts."""
        return len(self.steps) + len(self.recorded) + len(self.prompts)

    def player(self, rules: MatchRules | None = None, repeat: Repeat = "fail") -> Player | None:
        """A player of the recorded interactions; None when there are none."""
        return Player(self.recorded, rules, repeat) if self.recorded else None


def load_cassettes(
    paths: Iterable[str], progress: "ProgressCallback | None" = None
) -> CassetteContents:
    """Read cassettes of either kind. Raises ScriptError or CassetteError, which name the file and
    the place.

    Files below the working directory are named relative to it.

    progress: called now and then with the bytes read of a file, and its size.
    """
    cassettes = CassetteContents()
    for path in map(short_path, paths):
        before = cassettes.size
        _add(cassettes, path, progress)
        if cassettes.size == before:
            cassettes.empty.append(path)
    return cassettes


def _add(cassettes: CassetteContents, path: str, progress: "ProgressCallback | None") -> None:
    from mockserver.cassettes import load_if_recorded, read_interaction  # YAML takes its time.

    recorded = load_if_recorded(path, progress=progress)
    if recorded is not None:
        cassettes.recorded += recorded
        return
    scripted = load(path)
    cassettes.recorded += [read_interaction(path, *each) for each in scripted.recorded]
    cassettes.steps += scripted.steps
    cassettes.prompts |= scripted.prompts
    cassettes.seed = scripted.seed if cassettes.seed is None else cassettes.seed


Make: TypeAlias = Callable[[], Session]

_LATE = 100


class Sessions:
    """Sessions by name. make: makes a session that is opened without a maker of its own."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._makers: dict[str, Make] = {}
        self._named: dict[str, Session] = {"": make()}
        self._opened = 0
        self.late: deque[str] = deque(maxlen=_LATE)
        """Requests for sessions that were closed, or never opened; the newest ones."""

    @property
    def default(self) -> Session:
        """The session without a name."""
        return self._named[""]

    def get(self, name: str) -> Session | None:
        """The session of this name, if it is open."""
        return self._named.get(name)

    def open(self, name: str, session: Session | None = None, make: Make | None = None) -> Session:
        """Open a session; one that had the name before is closed. make: how to make it again for
        `reset`.
        """
        if make is not None:
            self._makers[name] = make
        self._named[name] = session or (make or self._make)()
        return self._named[name]

    def reset(self, name: str) -> Session:
        """Begin a session anew, as it was when it was opened. Requests under way stay with the old
        one.
        """
        return self.open(name, make=self._makers.get(name))

    def close(self, name: str) -> None:
        """Close a session: requests under its name are answered no more. The one without a name
        stays.
        """
        if name:
            self._named.pop(name, None)
            self._makers.pop(name, None)

    def free_name(self) -> str:
        """A name that no session has had."""
        while True:
            self._opened += 1
            name = f"session-{self._opened}"
            if name not in self._named:
                return name

    def too_late(self, request: str) -> None:
        """Note a request that no session is open for."""
        self.late.append(request)

    def __iter__(self) -> Iterator[str]:
        return (name for name in list(self._named) if name)
