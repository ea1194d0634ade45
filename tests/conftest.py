"""What tests share: servers whose every reply is checked against the published types."""

import compileall
import contextlib
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

from mockserver.http import Background, create_app, listen, url_of
from mockserver.script import to_step
from mockserver.session import CassetteContents, MemoryState, Session, Sessions, open_session
from mockserver.settings import Settings
from patience import Naps, make_clients_patient
from warm_start import warm_pytest
from wire_check import Watch

if TYPE_CHECKING:
    from redis_server import RedisServer

hypothesis_settings.register_profile(
    "the same every time", derandomize=True, deadline=None, database=None
)
hypothesis_settings.load_profile("the same every time")
make_clients_patient()

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once: where PYTHONDONTWRITEBYTECODE is set, each of the processes that
    tests start would do so for itself.
    """
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(ROOT / "mockserver", quiet=2)
        compileall.compile_dir(ROOT / "fixtures", quiet=2)


def pytest_collection_finish() -> None:
    """Take what has been imported and collected out of the sight of the collector of cycles: suites
    that run inside of tests call it several times each.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["RedisServer"]:
    """A Redis server, for all tests that need one."""
    from redis_server import RedisServer

    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(redis_server: "RedisServer") -> "RedisServer":
    """The same, empty."""
    redis_server.client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def own_pytest() -> Iterator[Path]:
    """A program that does what `pytest` does, in a process of its own, and starts faster."""
    with warm_pytest() as program:
        yield program


@pytest.fixture(autouse=True)
def _not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks at these variables behaves alike wherever the tests run; pytest itself prints more
    where they are.
    """
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Naps:
    """The waits that servers of this process ask for, which are not waited for."""
    taken = Naps()
    monkeypatch.setattr("asyncio.sleep", taken.sleep)
    return taken


@dataclass(frozen=True)
class Served:
    """A running server. url: its base URL, `/v1` included; session: the one that answers there."""

    url: str
    session: Session

    def script(self, *steps: Any) -> None:
        """Add steps to the session's queue."""
        self.session.script(map(to_step, steps))

    @property
    def state(self) -> MemoryState:
        """What the session remembers."""
        assert isinstance(self.session.state, MemoryState)
        return self.session.state


Serve = Callable[..., Served]


@dataclass(frozen=True)
class _Running:
    watch: Watch
    sessions: Sessions
    url: str


@contextlib.contextmanager
def _running(settings: Settings | None) -> Iterator[_Running]:
    sessions = Sessions(settings)
    watch = Watch(create_app(sessions))
    sock = listen("127.0.0.1", 0)
    url = url_of(sock)
    background = Background(watch, sock, settings)
    background.start()
    try:
        yield _Running(watch, sessions, url)
    finally:
        background.stop()


@pytest.fixture(scope="session")
def _shared_server() -> Iterator[_Running]:
    with _running(None) as running:
        yield running


_names = count(1)


@pytest.fixture
def serve(_shared_server: _Running) -> Iterator[Serve]:
    """A function that opens a session of its own on a server: options, and
    `dialect_name`.

    `settings` start a server of their own; `watched=False` is for replies that are wrong on
    purpose.
    """
    with contextlib.ExitStack() as stack:

        def start(
            *,
            settings: Settings | None = None,
            dialect_name: str = "openai",
            watched: bool = True,
            cassettes: CassetteContents | None = None,
            **options: Any,
        ) -> Served:
            running = (
                _shared_server if settings is None else stack.enter_context(_running(settings))
            )
            name = f"test{next(_names)}"
            options.setdefault("on_miss", "generate")
            chosen = replace(settings or Settings(), dialect=dialect_name, **options)
            session = running.sessions.open(name, make=lambda: open_session(chosen, cassettes))
            stack.callback(running.watch.verify if watched else running.watch.forget, f"/s/{name}/")
            stack.callback(running.sessions.close, name)
            return Served(f"{running.url}/s/{name}/v1", session)

        yield start
