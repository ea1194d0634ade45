"""A server in a thread of its own, and safe ways into it from other threads."""

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from mockserver.http.app import create_app
from mockserver.http.uvicorn_server import Background, listen, url_of
from mockserver.session.opening import Sessions

T = TypeVar("T")


_SECONDS = 60.0
_BUSY = (
    "mockserver has not answered for {:g} seconds: its thread is at {}. "
    "Do: let functions of steps end."
)


class ServerThread:
    """A server that answers from now on. Its sessions belong to its event loop: change them through
    `call`.

    Raises OSError when the port cannot be had.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.edge = create_app(sessions)
        sock = listen(sessions.settings.host, sessions.settings.port)
        self.url = url_of(sock)
        self._background = Background(self.edge, sock, sessions.settings)
        self._background.start()
        assert self._background.loop is not None
        self._loop = self._background.loop

    def call(self, work: Callable[[], T]) -> T:
        """Do something in the server's loop; returns when it is done. Raises RuntimeError when the
        server has ended, or a function of a step keeps its loop.
        """
        if _running_loop() is self._loop:
            return work()
        done: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return self._result(done, _SECONDS)

    def wait_for(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """The result of a coroutine that runs in the server's loop. Raises RuntimeError when it
        takes longer, as where a function of a step keeps the loop.
        """
        return self._result(asyncio.run_coroutine_threadsafe(work, self._loop), seconds)

    def _result(self, done: "concurrent.futures.Future[T]", seconds: float) -> T:
        if not concurrent.futures.wait((done,), seconds).done:
            raise RuntimeError(_BUSY.format(seconds, self._background.whereabouts()))
        return done.result()

    def stop(self) -> None:
        """End; returns when the port is free again. Raises RuntimeError when a function of a step
        kept it from ending.
        """
        self._background.stop()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
