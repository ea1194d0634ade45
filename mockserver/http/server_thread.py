"""A server in a thread of its own, and safe ways into it from other threads."""

import asyncio
import concurrent.futures
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.types import ASGIApp

from mockserver.http.app import create_app
from mockserver.http.uvicorn_server import StoppedError, UvicornServer, listen, url_of
from mockserver.session.opening import Sessions
from mockserver.settings import Settings
from mockserver.threads import interrupt, whereabouts

T = TypeVar("T")


_SECONDS = 60.0
"""How long the loop may be kept by what it does."""
_STOP_SECONDS = 5.0
"""How long a server may take to end, and its loop to answer: a second at most where nothing keeps
it.
"""
_INTERRUPTED_SECONDS = 2.0
_BUSY = (
    "mockserver has not answered for {:g} seconds: its thread was at {}. "
    "Do: let functions of steps end."
)
_HANGS = (
    "mockserver did not end within {:g} seconds: its thread was at {}. It has been left. "
    "Do: let functions of steps end."
)


class Background:
    """A server in a thread and an event loop of its own, so that no test's loop or lock can stop
    it.
    """

    def __init__(self, app: ASGIApp, sock: socket.socket, settings: Settings | None = None) -> None:
        self._ready = threading.Event()
        self._server = UvicornServer(app, self._ready.set, settings=settings)
        self._thread = threading.Thread(
            target=self._run, args=(sock,), name="mockserver", daemon=True
        )
        self._sock = sock
        self._is_left = False
        """Whether the thread goes on though the server has ended; what it fails on then is over."""
        self.loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to serve; returns when requests are answered."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End; returns when the port is free again.

        Raises RuntimeError, which says where, when the thread does not end by itself since a
        function of a step does not.
        """
        self._server.end()
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive():
            where = self._interrupt()
            self._thread.join(_INTERRUPTED_SECONDS)
            if self._thread.is_alive():
                self._is_left = True
                self._sock.close()
            raise RuntimeError(_HANGS.format(_STOP_SECONDS, where))

    def free(self) -> None:
        """Let the loop answer again. Raises RuntimeError, which says where, when a function of a
        step kept it; unless that waits outside of Python, it has been ended.
        """
        assert self.loop is not None
        answered = threading.Event()
        self.loop.call_soon_threadsafe(answered.set)
        if not answered.wait(_STOP_SECONDS):
            where = self._interrupt()
            answered.wait(_INTERRUPTED_SECONDS)
            raise RuntimeError(_BUSY.format(_STOP_SECONDS, where))

    def _interrupt(self) -> str:
        where = self.whereabouts()
        interrupt(self._thread.ident or 0, StoppedError)
        return where

    def whereabouts(self) -> str:
        """What the server's thread is computing."""
        return whereabouts(self._thread)

    def _run(self, sock: socket.socket) -> None:
        async def main() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve([sock])

        try:
            asyncio.run(main())
        except Exception:
            if not self._is_left:
                raise
        finally:
            self._ready.set()


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

    def free(self) -> None:
        """Let the loop answer again. Raises RuntimeError when a function of a step kept it."""
        self._background.free()

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
