"""Several processes that answer at one port, and the one that starts, watches and ends them."""

import contextlib
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from mockserver.http.workers import Board

_SHORT_SECONDS = 2.0
"""A worker that lives shorter has failed to start."""
_MOST_FAILURES = 3
_PATIENCE_SECONDS = 15.0
"""How long workers have to end before they are killed."""

Serve = Callable[[Board, Callable[[], None], bool], None]
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGCHLD)


@dataclass(slots=True)
class _Worker:
    """A process. restarts: how often it was started again; failures: how often in a row it ended
    as soon as it had started.
    """

    pid: int = 0
    started_at: float = 0.0
    restarts: int = -1
    failures: int = 0


def run_workers(number: int, serve: Serve, on_ready: Callable[[], None]) -> int:
    """Run so many processes that serve, until SIGINT or SIGTERM. Returns the exit status.

    One that ends is started again, unless it cannot live; SIGHUP is passed on to all. Where this
    process is killed, they end.

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
        self._workers = [_Worker() for _ in range(number)]
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
        worker.started_at = time.monotonic()
        worker.restarts += 1
        sys.stdout.flush()
        sys.stderr.flush()
        # Who hears a signal meanwhile is to know who it is, and whom there is to end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)
        pid = os.fork()
        if pid == 0:
            self._be_worker(is_again=worker.restarts > 0)
        worker.pid = pid
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
        self._tell()

    def _be_worker(self, *, is_again: bool) -> None:
        """In the new process: serve, and end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in _OURS:
                signal.signal(each, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
            os.close(self._alive[1])
            self._serve(self._board, self._say_ready, is_again)
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
            lived = time.monotonic() - worker.started_at
            worker.failures = worker.failures + 1 if lived < _SHORT_SECONDS else 0
            if worker.failures >= _MOST_FAILURES:
                print(
                    f"mockserver: a worker ended {_MOST_FAILURES} times as soon as it had started; "
                    "the others end as well.",
                    file=sys.stderr,
                )
                self._status = 1
                self._end(signal.SIGTERM)
            else:
                how = os.waitstatus_to_exitcode(status)
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
