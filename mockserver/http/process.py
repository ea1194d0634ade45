"""The server as a process: it ends soon after a signal, whatever it is doing."""

import asyncio
import contextlib
import faulthandler
import gc
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from starlette.types import ASGIApp

from mockserver.http.certificate import Certificate
from mockserver.http.uvicorn_server import UvicornServer
from mockserver.settings import Settings

_DEAF_SECONDS = 0.8
"""How long the loop may not hear of a signal before the end is forced."""
_LAST_SECONDS = 10.0
"""How long the end may take once it has heard; uvicorn_server's grace is much shorter."""
_STANDARD_ERROR = 2


def run(
    app: ASGIApp,
    sock: socket.socket,
    on_ready: Callable[[], None],
    certificate: Certificate | None = None,
    settings: Settings | None = None,
    start: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        on_ready: called once requests are answered.
        certificate: what HTTPS is spoken with.
        settings: how much a request may ask of the server before it has arrived.
        start: called in the loop of the server before that; begins what goes on beside it.

    Where something still computes on the loop then, the process ends all the same, within a second
    and with status 1; standard error says where it was.
    """

    def begin() -> None:
        start()
        on_ready()
        if heard:  # Before uvicorn listened for signals.
            server.end()

    heard: list[int] = []
    server = UvicornServer(
        app,
        begin,
        on_signal=partial(_end_after, _DEAF_SECONDS),
        # On a busy machine an orderly end takes its time.
        on_heard=partial(_end_after, _LAST_SECONDS),
        certificate=certificate,
        settings=settings,
    )
    # A signal that comes as soon as the server is ready skips uvicorn's shutdown, not this.
    with sock, _signals_end_quietly(heard):
        try:
            _spare_collections()
            _runner()(server.serve([sock]))
        finally:
            faulthandler.cancel_dump_traceback_later()


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    """What runs the event loop: uvloop where it is installed (`mockserver[fast]`)."""
    with contextlib.suppress(ImportError):
        runner: Callable[[Coroutine[Any, Any, None]], None] = import_module("uvloop").run
        return runner
    return asyncio.run


def _spare_collections() -> None:
    """Have Python look for cycles less often: what was imported stays, and requests leave none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)


_NEW_OBJECTS = 10_000


def _end_after(seconds: float) -> None:
    """End the process by then, whatever its threads do meanwhile.

    The timer of `faulthandler` needs no lock of Python's, so that nothing that computes can stop
    it. What was recorded stands in files that are put in place whole: none is cut off.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=_STANDARD_ERROR)


@contextlib.contextmanager
def _signals_end_quietly(heard: list[int]) -> Iterator[None]:
    """Note signals that come before uvicorn listens for them, and those after: it raises the one
    that ended it once more at its end, when it has done its work.

    The process is about to end: a second signal, from somebody impatient, must not make that a
    failure.
    """
    both = (signal.SIGINT, signal.SIGTERM)
    for each in both:
        signal.signal(each, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for each in both:
            signal.signal(each, signal.SIG_IGN)
