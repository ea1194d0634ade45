"""All sessions of a server, by name; the one without a name serves whoever names none."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

from mockserver.session.session import Session

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
