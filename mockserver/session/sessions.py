"""All sessions of a server, by name; the one without a name serves whoever names none."""

from collections import deque
from collections.abc import Callable, Iterator

from mockserver.session.session import Session

_LATE = 100


class Sessions:
    """Sessions by name. make: makes a session when one is opened."""

    def __init__(self, make: Callable[[], Session]) -> None:
        self._make = make
        self._named: dict[str, Session] = {"": make()}
        self.late: deque[str] = deque(maxlen=_LATE)
        """Requests for sessions that were closed, or never opened."""

    @property
    def default(self) -> Session:
        """The session without a name."""
        return self._named[""]

    def get(self, name: str) -> Session | None:
        """The session of this name, if it is open."""
        return self._named.get(name)

    def open(self, name: str, session: Session | None = None) -> Session:
        """Open a session; one that had the name before is closed."""
        self._named[name] = session or self._make()
        return self._named[name]

    def close(self, name: str) -> None:
        """Close a session: requests under its name are answered no more."""
        if name:
            self._named.pop(name, None)

    def too_late(self, request: str) -> None:
        """Note a request that no session is open for."""
        self.late.append(request)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._named if name)
