"""Opening sessions: from settings, and from what their cassettes hold."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from mockserver.api import Json
from mockserver.cassettes import Interaction, MatchRules, Player, make_match_rules, short_path
from mockserver.script.loader import StoredPrompt, load
from mockserver.script.steps import Step
from mockserver.session.localised import locale_of
from mockserver.session.memory import memory_state
from mockserver.session.positions import carry_positions
from mockserver.session.received import Received
from mockserver.session.request_lines import TELL
from mockserver.session.session import Session
from mockserver.session.sources import CassetteSource
from mockserver.session.state import Change, State
from mockserver.session.webhooks import endpoints_of
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.cassettes import ProgressCallback
    from mockserver.session.upstream import UpstreamSource

_LATE = 100


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


def open_session(
    settings: Settings | None = None,
    cassettes: CassetteContents | None = None,
    upstream: "UpstreamSource | None" = None,
    state: State | None = None,
) -> Session:
    """A session as the settings say. All sessions are made here, however they are opened.

    Args:
        settings: what was asked for.
        cassettes: what the files that the settings name hold, where they have been read already.
        upstream: where what nothing else answers is recorded from.
        state: what it remembers; in memory, if nobody says otherwise.

    Raises:
        ScriptError, CassetteError: a cassette that cannot be used.
        ValueError: match rules that cannot be understood.
    """
    settings = settings or Settings()
    if cassettes is None:
        cassettes = load_cassettes(settings.cassette)
    session = Session(
        settings,
        seed=cassettes.seed or 0,
        cassettes=cassette_source(settings, cassettes, upstream),
        upstream=upstream,
        state=state or memory_state(settings, cassettes.prompts),
    )
    if settings.verbose:
        session.journal.watch(TELL[settings.log_format])
    return session


def cassette_source(
    settings: Settings, cassettes: CassetteContents, upstream: "UpstreamSource | None" = None
) -> CassetteSource:
    """What answers from these cassettes, as the settings say."""
    return CassetteSource(
        cassettes.steps,
        _players(settings, cassettes, upstream),
        upstream.recorder.matched_form if upstream is not None else None,
    )


async def replace_cassettes(session: Session, cassettes: CassetteContents) -> None:
    """Let other cassettes answer in a session. What has answered stays so, where it is there
    still.
    """
    source = cassette_source(session.settings, cassettes)
    await carry_positions(session, source)
    session.sources.cassettes = source
    await session.state.commit(Change(prompts=cassettes.prompts))


def check_settings(settings: Settings) -> None:
    """Raise ValueError for what settings say that a session could not be opened with."""
    match_rules_of(settings)
    endpoints_of(settings)
    locale_of(settings)


def match_rules_of(settings: Settings) -> MatchRules:
    """How settings say that requests are compared with recorded ones. Raises ValueError."""
    return make_match_rules(
        ignore=settings.match_ignore,
        normalise=settings.match_normalise,
        order=settings.match_order,
    )


def _players(
    settings: Settings, cassettes: CassetteContents, upstream: "UpstreamSource | None"
) -> list[Player]:
    rules = match_rules_of(settings)
    players = [Player(cassettes.recorded, rules, settings.repeat)] if cassettes.recorded else []
    before = upstream.recorder.player(rules, settings.repeat) if upstream is not None else None
    return players if before is None else [*players, before]


SessionMaker: TypeAlias = Callable[[], Session]


class Sessions:
    """All sessions of a server, by name; the one without a name serves whoever names none.

    is_shared: whether others serve them, too, so that to look for one takes time.

    Args:
        settings: those of every session that is opened without settings or a maker of its own.
        cassettes: what the files that they name hold, where they have been read already.
        upstream: where what nothing else answers is recorded from.
    """

    is_shared = False

    def __init__(
        self,
        settings: Settings | None = None,
        cassettes: CassetteContents | None = None,
        upstream: "UpstreamSource | None" = None,
    ) -> None:
        self.settings = settings or Settings()
        self._cassettes = cassettes or load_cassettes(self.settings.cassette)
        self._upstream = upstream
        self._makers: dict[str, SessionMaker] = {}
        self._named: dict[str, Session] = {"": self._maker("", self.settings)()}
        self._opened = 0
        self.late: deque[str] = deque(maxlen=_LATE)
        """Requests for sessions that were closed, or never opened; the newest ones."""

    def _maker(self, name: str, settings: Settings) -> SessionMaker:
        """What makes a session, and makes it anew, from cassettes that are read once."""
        is_same = settings.cassette == self.settings.cassette
        own = None if is_same else load_cassettes(settings.cassette)

        def make() -> Session:
            cassettes = own or self._cassettes
            state = self._state(name, settings, cassettes.prompts)
            return open_session(settings, cassettes, self._upstream, state)

        return make

    def _state(
        self,
        name: str,  # noqa: ARG002 - no two have one in common
        settings: Settings,
        prompts: Mapping[str, StoredPrompt],
    ) -> State:
        """What a session remembers."""
        return memory_state(settings, prompts)

    @property
    def default(self) -> Session:
        """The session without a name."""
        return self._named[""]

    def at_root(self, session: Session) -> list[Received]:
        """What the session without a name received since another was opened."""
        if session is self.default:
            return []
        return [each for each in self.default.journal if each.at >= session.opened_at]

    def get(self, name: str) -> Session | None:
        """The session of this name, if it is open."""
        return self._named.get(name)

    def open(
        self, name: str, settings: Settings | None = None, *, make: SessionMaker | None = None
    ) -> Session:
        """Open a session; one that had the name before is closed.

        Args:
            settings: what is to hold for it, in place of the server's own.
            make: how to make it, now and for `reset`, in place of settings.
        """
        maker = make or self._maker(name, settings or self.settings)
        self._makers[name] = maker
        return self._replace(name, maker())

    def reset(self, name: str) -> Session:
        """Begin a session anew, as it was when it was opened. Requests under way stay with the old
        one; an open WebSocket's next one goes to the new.
        """
        make = self._makers.get(name)
        return self._replace(name, (make or self._maker(name, self.settings))())

    async def reload(self, cassettes: CassetteContents) -> None:
        """Put what the server's cassettes hold now in the place of what they held. What has
        answered stays so, where it is there still.
        """
        self._cassettes = cassettes
        for session in list(self._named.values()):
            if session.settings.cassette == self.settings.cassette:
                await replace_cassettes(session, cassettes)

    def close(self, name: str) -> None:
        """Close a session: requests under its name are answered no more. The one without a name
        stays.
        """
        if name:
            self._makers.pop(name, None)
            session = self._named.pop(name, None)
            if session is not None:
                session.webhooks.close()

    def _replace(self, name: str, session: Session) -> Session:
        """Let a session have a name; the one that had it before announces nothing more."""
        before = self._named.get(name)
        self._named[name] = session
        if before is not None:
            before.webhooks.close()
        return session

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

    # What takes time where sessions are shared.

    async def find(self, name: str) -> Session | None:
        """The session of this name, if it is open."""
        return self.get(name)

    async def open_as(self, name: str, options: Json, settings: Settings) -> Session | None:
        """Open a session of a name that none has; None where one has it.

        options: what the settings were made of, in place of the server's own.
        """
        del options
        return None if self.get(name) is not None else self.open(name, settings)

    async def new_name(self) -> str:
        """A name that no session has had."""
        return self.free_name()

    async def end(self, name: str) -> bool:
        """Close a session; False where none is open of this name."""
        is_open = self.get(name) is not None
        self.close(name)
        return is_open

    async def begin_anew(self, name: str) -> None:
        """Reset a session."""
        self.reset(name)

    async def all_named(self) -> list[tuple[str, Session]]:
        """The open sessions that have names."""
        return [(name, session) for name, session in self._named.items() if name]

    async def leave(self) -> None:
        """Let go of what is held elsewhere: nobody is served any more."""

    async def check(self) -> None:
        """Raise ApiError 503 where requests cannot be answered."""

    def __iter__(self) -> Iterator[str]:
        return (name for name in list(self._named) if name)
