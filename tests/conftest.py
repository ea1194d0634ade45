"""What tests share: servers on free ports, whose every reply is checked against the published types."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from wire_check import Watch

from mockserver.protocol.dialect import dialect
from mockserver.script.step import to_step
from mockserver.server.app import create_app
from mockserver.server.call import Settings
from mockserver.server.run import Background, listen, url_of
from mockserver.session.session import Session
from mockserver.session.sessions import Sessions


@dataclass(frozen=True)
class Served:
    """A running server. url: its base URL, `/v1` included; session: the one that serves it."""

    url: str
    sessions: Sessions

    @property
    def session(self) -> Session:
        return self.sessions.default

    def script(self, *steps: Any) -> None:
        """Add steps to the session's queue."""
        self.session.scripted.script(map(to_step, steps))


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A function that starts a server: keywords of Session, `settings`, `dialect_name`; `watched=False` for replies
    that are wrong on purpose."""
    with contextlib.ExitStack() as stack:

        def start(
            *, settings: Settings | None = None, dialect_name: str = "openai", watched: bool = True, **options: Any
        ) -> Served:
            sessions = Sessions(lambda: Session(dialect=dialect(dialect_name), **options))
            watch = Watch(create_app(sessions, settings), dialect_name)
            sock = listen("127.0.0.1", 0)
            url = url_of(sock) + "/v1"
            background = Background(watch if watched else watch.app, sock)
            background.start()
            stack.callback(watch.verify)
            stack.callback(background.stop)
            return Served(url, sessions)

        yield start
