"""What went wrong, each kind of fault once, with the first case that shows it."""

import logging
import signal
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

SECONDS = 1.0
"""More work than this for one request is a finding."""
HUNG_SECONDS = 20
_ROOT = Path(__file__).resolve().parents[2]


class HungError(BaseException):
    """A case did not end. No code may take it for an error of its own."""


class Findings(logging.Handler):
    """Collects faults: those that leave the code under test, and those that it logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.counts: Counter[str] = Counter()
        self.firsts: dict[str, str] = {}
        self.statuses: Counter[str] = Counter()
        """How often a request, or a command, ended with each status."""
        self.case = ""
        """The case at work, and what it sends."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.add(record.exc_info[1])
        elif record.levelno >= logging.ERROR and "This is a bug" not in record.getMessage():
            self.note("logged", record.getMessage())

    def add(self, error: BaseException) -> None:
        """Note a fault; an interrupt is none."""
        if isinstance(error, KeyboardInterrupt):
            return
        frames = [
            f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
            if Path(frame.filename).is_relative_to(_ROOT / "mockserver")
        ]
        where = frames[-1] if frames else "elsewhere"
        told = "".join(traceback.format_exception(error)[-8:])
        self.note(f"{type(error).__name__} at {where}", told)

    def note(self, kind: str, told: str) -> None:
        """Note something of a kind, and tell of the first one at once."""
        self.counts[kind] += 1
        if kind not in self.firsts:
            self.firsts[kind] = self.case
            print(f"\n=== {kind}\n{told}\n{self.case}\n", flush=True)

    def slow(self, seconds: float) -> None:
        """Note that a case was too much work."""
        if seconds > SECONDS:
            self.counts["slow"] += 1
            print(f"\n=== {seconds:.1f} s of work\n{self.case[:1_500]}\n", flush=True)

    def __str__(self) -> str:
        statuses = ", ".join(f"{name} {n}" for name, n in sorted(self.statuses.items()))
        if not self.counts:
            return f"{statuses}\nnothing found"
        lines = [f"{count:7}  {kind}" for kind, count in self.counts.most_common()]
        return "\n".join([statuses, *lines])


@contextmanager
def ending() -> Iterator[None]:
    """Ends what does not end by itself."""

    def end(*_: object) -> NoReturn:
        raise HungError

    signal.signal(signal.SIGALRM, end)
    signal.alarm(HUNG_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
