"""Several processes that answer at one port, and the one that starts, watches and ends them."""

import contextlib
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from mockserver.http.workers import Board

_MOST_ENDS = 5
_WHILE_SECONDS = 60.0
"""A worker that ends so often within so long is given up: it ends again and again for a reason."""
_GIVEN_UP = (
    "mockserver: a worker ended {} times within {:g} seconds, the last time with {}; the others "
    "end as well. Do: look at what it wrote before; -9 means that it was killed, often by the "
    "system for want of memory: --journal-size and --store-size say how much each worker keeps."
)
_PATIENCE_SECONDS = 15.0
"""How long workers have to end before they are killed."""

Serve = Callable[[Board, Callable[[], None], bool], None]
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGCHLD)


@dataclass(slots=True)
class _Worker:
    """A process. place: its number, from 0. restarts: how often it was started again. ends: when it
    ended, the last times.
    """

    place: int
    pid: int = 0
    restarts: int = -1
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_ENDS))

    @property
    def ends_too_often(self) -> bool:
        """Whether to start it again would be in vain."""
        return len(self.ends) == _MOST_ENDS and self.ends[-1] - self.ends[0] < _WHILE_SECONDS


def run_workers(number: int, serve: Serve, on_ready: Callable[[], None]) -> int:
    """Run so many processes that serve, until SIGINT or SIGTERM. Returns the exit status.

    One that ends is started again, unless it ends again and again; SIGHUP is passed on to all.
    Where this process is killed, they end.

    Args:
        serve: serves in a process of its own, and calls its second argument once it does; the third
            says whether it takes the place of one that ended.
        on_ready: called once all serve.

    Raises ValueError where the system has no `fork`.
    """
    if not hasattr(os, "fork"):
        raise ValueError("--workers needs a system with fork, such as Linux or macOS")
    with tempfile.TemporaryDirectory(prefix="mockserver-") as folder:
        return _Parent(number, serve, on_ready, Board(Path(folder))).run()


class _Parent:
    def __init__(
        self, number: int, serve: Serve, on_ready: Callable[[], None], board: Board
    ) -> None:
        self._serve = serve
        self._on_ready = on_ready
        self._board = board
        self._workers = [_Worker(place) for place in range(number)]
        self._is_ending = False
        self._status = 0
        self._missing = number
        """How many workers have never been ready."""
        self._ready = os.pipe()
        self._alive = os.pipe()
        """Nobody ever writes to it; it closes when this process is gone."""
        self._wake = os.pipe()

    def run(self) -> int:
        """Until all have ended."""
        with self._signals():
            for worker in self._workers:
                if not self._is_ending:
                    self._start(worker)
            while any(worker.pid for worker in self._workers):
                readable, _, _ = select.select([self._ready[0], self._wake[0]], [], [])
                for end in readable:
                    news = os.read(end, 512)
                    if end == self._ready[0]:
                        self._count_ready(len(news))
                self._reap()
        return self._status

    def _count_ready(self, number: int) -> None:
        was_missing = self._missing
        self._missing -= number
        if was_missing > 0 >= self._missing:
            self._on_ready()

    def _start(self, worker: _Worker) -> None:
        worker.restarts += 1
        sys.stdout.flush()
        sys.stderr.flush()
        # Who hears a signal meanwhile is to know who it is, and whom there is to end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)
        pid = os.fork()
        if pid == 0:
            self._be_worker(worker)
        worker.pid = pid
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
        self._tell()

    def _be_worker(self, worker: _Worker) -> None:
        """In the new process: serve, and end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in _OURS:
                signal.signal(each, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
            os.close(self._alive[1])
            board = self._board.of_worker(worker.place)
            self._serve(board, self._say_ready, worker.restarts > 0)
            status = 0
        except SystemExit as exited:
            status = exited.code if isinstance(exited.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _say_ready(self) -> None:
        """In a worker: it serves. It ends when the process that watches it is gone."""
        import asyncio

        end = self._alive[0]
        asyncio.get_running_loop().add_reader(end, os.kill, os.getpid(), signal.SIGTERM)
        os.write(self._ready[1], b".")

    def _reap(self) -> None:
        """Take leave of workers that have ended; start them again."""
        for worker in self._workers:
            if not worker.pid:
                continue
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if not pid:
                continue
            worker.pid = 0
            if self._is_ending:
                if os.waitstatus_to_exitcode(status) not in (0, -signal.SIGTERM):
                    self._status = 1
                continue
            worker.ends.append(time.monotonic())
            how = os.waitstatus_to_exitcode(status)
            if worker.ends_too_often:
                print(_GIVEN_UP.format(_MOST_ENDS, _WHILE_SECONDS, how), file=sys.stderr)
                self._status = 1
                self._end(signal.SIGTERM)
            else:
                print(f"mockserver: worker {pid} ended ({how}); starting another.", file=sys.stderr)
                self._start(worker)

    def _tell(self) -> None:
        self._board.tell(
            [{"pid": each.pid, "restarts": each.restarts} for each in self._workers if each.pid]
        )

    def _end(self, number: int) -> None:
        self._is_ending = True
        self._pass_on(number)
        signal.alarm(int(_PATIENCE_SECONDS))

    def _pass_on(self, number: int) -> None:
        for worker in self._workers:
            if worker.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, number)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        os.set_blocking(self._wake[1], False)
        signal.set_wakeup_fd(self._wake[1])

        def end(_: int, __: FrameType | None) -> None:
            self._end(signal.SIGTERM)

        def again(number: int, _: FrameType | None) -> None:
            self._pass_on(number)

        def lose_patience(_: int, __: FrameType | None) -> None:
            self._pass_on(signal.SIGKILL)

        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGHUP, again)
        signal.signal(signal.SIGALRM, lose_patience)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.set_wakeup_fd(-1)
