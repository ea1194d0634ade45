"""Waiting in tests: for events, never for a time; a deadline only ends a test that fails."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import httpx2

SECONDS = 120
"""The longest that any wait takes, however busy the machine is."""
SHORT = (0.1, 1, 10, SECONDS)
"""Patience with what must end in a time-out: more of it only where too little came before it."""

T = TypeVar("T")


def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds.

    Raises:
        AssertionError: It did not come to hold.
    """
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.001)


def growing(attempt: Callable[[float], T], enough: Callable[[T], bool]) -> T:
    """What an attempt comes to with as little patience as is enough, or with all of it."""
    for seconds in SHORT:
        result = attempt(seconds)
        if enough(result):
            break
    return result


def make_clients_patient() -> None:
    """Let httpx2 wait by default as long as tests do; five seconds are short on a busy machine.

    They have the certificates of authorities in common: to read them for each client takes longer
    than most requests do.
    """
    certificates = httpx2.create_ssl_context()
    functions: Sequence[Callable[..., object]] = (
        httpx2.Client.__init__,
        httpx2.AsyncClient.__init__,
        *(getattr(httpx2, name) for name in ("delete", "get", "patch", "post", "put", "request")),
    )
    for function in functions:
        defaults = function.__kwdefaults__
        assert defaults is not None
        assert {"timeout", "verify"} <= defaults.keys()
        defaults["timeout"] = httpx2.Timeout(SECONDS)
        defaults["verify"] = certificates


class Naps(list[float]):
    """The seconds of each wait that mockserver asked asyncio for, in order, but the shortest.

    None of them is waited for, so that a pace of an hour takes no time and can be told from others.
    """

    def __init__(self) -> None:
        self._sleep = asyncio.sleep

    def sleep(self, delay: float, result: T | None = None) -> Coroutine[Any, Any, T | None]:
        """Stands in for `asyncio.sleep`; other libraries' sleep stays as it is."""
        caller = sys._getframe(1).f_globals["__name__"]
        if not caller.startswith("mockserver.") or delay < 0.01:
            return self._sleep(delay, result)
        self.append(delay)
        return self._sleep(0, result)
