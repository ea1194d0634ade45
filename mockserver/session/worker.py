"""Long computations beside the event loop, which goes on answering meanwhile: in a thread, in the
order of arrival, with a deadline.

What is computed so must be pure, for it may be begun twice, or given up half-way.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from mockserver.api import own_error
from mockserver.text_patterns import SECONDS as SEARCH_SECONDS
from mockserver.text_patterns import search_time
from mockserver.threads import interrupt

T = TypeVar("T")

LONG = 65_536
"""Bodies and replies with more bytes are worked on beside the loop."""

_AT_ONCE_SECONDS = 0.05
"""What searches may take in the event loop."""

_OVERDUE = (
    "The answer to this request was given up after {seconds:g} seconds of computing. "
    "Do: ask for less at once, or allow more time: --compute-seconds."
)


HAS_LEFT: ContextVar[Callable[[], bool]] = ContextVar("has left", default=lambda: False)
"""Whether the client has left that waits for what is computed in this context."""
_LOOK_SECONDS = 1.0
"""How often it is asked for."""


class AbandonedError(Exception):
    """The client has left for which something was computed."""


class LongComputation(Exception):  # noqa: N818 - a signal
    """What was begun in the event loop has to be begun again beside it."""


def leave_loop() -> None:
    """Say that what follows takes long. Raises LongComputation in an event loop."""
    if _is_in_loop():
        raise LongComputation


def bounded_searches() -> search_time:
    """Let all searches for authors' regular expressions take a second together.

    In an event loop they may take a twentieth of that. What takes longer raises LongComputation.
    """
    return search_time(_AT_ONCE_SECONDS if _is_in_loop() else SEARCH_SECONDS, leave_loop)


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def is_long(value: Any, limit: int) -> bool:
    """Whether a JSON value has more characters and members than this."""
    waiting = [value]
    while waiting and limit >= 0:
        each = waiting.pop()
        if isinstance(each, str):
            limit -= len(each)
        elif isinstance(each, dict):
            limit -= len(each)
            waiting += each.values()
        elif isinstance(each, list | tuple):
            limit -= len(each)
            waiting += each
    return limit < 0


class Arrivals:
    """Who computes beside the loop keeps those waiting who came later, so that they find what they
    would have found without. A lock, handed on in the order of arrival; its holder may take it
    again.
    """

    def __init__(self) -> None:
        self._holder: asyncio.Task[Any] | None = None
        self._depth = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_open(self) -> bool:
        """Whether nobody else is before whoever asks."""
        return not self._depth or self._holder is asyncio.current_task()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    async def __aenter__(self) -> None:
        if not self.is_open:
            await self._wait()
        else:
            self._depth += 1
        self._holder = asyncio.current_task()

    async def __aexit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._hand_on()

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._depth = 0
                self._hand_on()
            raise

    def _hand_on(self) -> None:
        """Give the lock to the one who has waited longest; it stays closed to all others."""
        self._holder = None
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._depth = 1
                turn.set_result(None)
                return


class Worker:
    """Computes one thing at a time, in a thread that is started when there is something to do."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job[Any]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """What the work returns, or raises. Raises ApiError 422 where it computes for longer than
        this, AbandonedError where its client leaves.
        """
        has_left = HAS_LEFT.get()
        job = _Job(work, asyncio.get_running_loop())
        self._jobs.put(job)
        if self._thread is None or not self._thread.is_alive():
            self._start()
        try:
            while not job.result.done():
                left = seconds - job.elapsed
                if left <= 0 and self._give_up(job):
                    raise own_error(
                        422, _OVERDUE.format(seconds=seconds), "mockserver_took_too_long"
                    )
                if has_left() and self._give_up(job):
                    raise AbandonedError
                await asyncio.wait((job.result,), timeout=max(min(left, _LOOK_SECONDS), 0.001))
        except asyncio.CancelledError:
            self._give_up(job)
            job.result.cancel()
            raise
        return job.result.result()

    def _start(self) -> None:
        self._thread = threading.Thread(
            target=_serve, args=(self._jobs,), name="mockserver worker", daemon=True
        )
        self._thread.start()

    def _give_up(self, job: "_Job[Any]") -> bool:
        """Stop a job, and the thread that works on it; False where it has ended meanwhile."""
        thread_id = job.give_up()
        if thread_id:
            # It ends before its next step of Python; what it computed is pure and has changed
            # nothing.
            interrupt(thread_id, _GivenUp)
            self._start()
        return thread_id is not None


class _GivenUp(BaseException):
    """Nobody waits for the result any more."""


class _Job(Generic[T]):
    """One computation for one event loop."""

    def __init__(self, work: Callable[[], T], loop: asyncio.AbstractEventLoop) -> None:
        self.result: asyncio.Future[T] = loop.create_future()
        self.is_given_up = False
        self._work: Callable[[], T] | None = work
        self._loop = loop
        self._lock = threading.Lock()
        self._started: float | None = None
        self._thread_id = 0
        self._is_over = False

    @property
    def elapsed(self) -> float:
        """For how many seconds it has been worked on."""
        return 0.0 if self._started is None else time.monotonic() - self._started

    @property
    def is_stopped(self) -> bool:
        """Whether it was given up while a thread worked on it, which is to end then."""
        return self.is_given_up and self._started is not None

    def run(self) -> None:
        """Work, unless nobody waits for it."""
        with self._lock:
            if self.is_given_up:
                return
            self._thread_id = threading.get_ident()
            self._started = time.monotonic()
            work = self._work
        assert work is not None, "it has not been given up"
        error: BaseException | None = None
        result: Any = None
        try:
            result = work()
        except _GivenUp:
            return
        except BaseException as raised:
            error = raised
        with self._lock:
            self._is_over = True
        if not self.is_given_up:
            self._tell(result, error)

    def give_up(self) -> int | None:
        """The thread that works on it, 0 where none does yet; None where it is over."""
        with self._lock:
            if self._is_over:
                return None
            self.is_given_up = True
            self._work = None  # It stays in its queue, but holds nothing there.
            return self._thread_id

    def _tell(self, result: T, error: BaseException | None) -> None:
        def tell() -> None:
            if self.result.done():
                return
            if error is None:
                self.result.set_result(result)
            else:
                self.result.set_exception(error)

        try:
            self._loop.call_soon_threadsafe(tell)
        except RuntimeError:  # The loop has ended.
            return


def _serve(jobs: "SimpleQueue[_Job[Any]]") -> None:
    try:
        while True:
            job = jobs.get()
            job.run()
            if job.is_stopped:
                return
            del job
    except _GivenUp:
        return


WORKER = Worker()
"""The only one of the process: two would only get into each other's way, and the loop's."""
