"""The errors of authors, and how they read.

ValueError
├── ScriptError     a step, a condition or a scripted cassette cannot mean anything
└── CassetteError   a cassette cannot be read, written or replayed

Each says where, what, and what to do next. What is no error yet is an ImpossibleStepWarning.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ScriptError(ValueError):
    """A step, stub, condition or scripted cassette that cannot mean anything. `source` is
    `file:line`.
    """

    def __init__(self, what: str, *, source: str = "", next_step: str = "") -> None:
        self.what = what.rstrip(". ")
        self.source = source
        self.next_step = next_step
        place = f"{source}: " if source else ""
        super().__init__(place + sentences(self.what, next_step))


class CassetteError(ValueError):
    """A cassette cannot be read, written or replayed.

    `where` is a line (`line 12`), an interaction (`interaction 3`) or empty when the whole file is
    meant.
    """

    def __init__(
        self, path: str | Path, what: str, *, where: str = "", next_step: str = ""
    ) -> None:
        self.path = str(path)
        self.where = where
        self.what = what
        self.next_step = next_step
        place = f"{self.path}, {where}" if where else self.path
        text = what.rstrip(".")
        super().__init__(
            f"{place}: {text}. {next_step}".rstrip() if next_step else f"{place}: {text}"
        )


class ImpossibleStepWarning(UserWarning):
    """A scripted step answered a request that it could not answer in reality, as `strict_steps`
    has it. It points at the step.
    """


DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What reading a file may raise when there is none, or when it is not what it should be."""


@contextmanager
def reading_cassette(path: str | Path, where: str = "") -> Iterator[None]:
    """Turns whatever damage is met while a cassette is read into a CassetteError that names it."""
    try:
        yield
    except (CassetteError, ScriptError):
        raise
    except DAMAGE as error:
        next_step = "Check the path and the file." if not where else "Record it again."
        raise CassetteError(
            path, describe_damage(error), where=where, next_step=next_step
        ) from error


def describe_damage(error: Exception) -> str:
    """What is wrong with a file, by what reading it raised."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = (getattr(error, "strerror", None) or str(error)).strip()
    reason = said.splitlines()[0] if said else type(error).__name__
    return f"it cannot be read: {reason}"


def shorten_error(entry: Callable[P, T]) -> Callable[P, T]:
    """A function for authors, whose errors stand in the author's own line, without the frames of
    this package.
    """

    @wraps(entry)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return entry(*args, **kwargs)
        except (CassetteError, ScriptError) as error:
            raise error.with_traceback(None) from None

    return call


def sentences(what: str, next_step: str = "") -> str:
    """What is wrong, and what to do next where that is known."""
    mark = "" if what.endswith("?") else "."
    return f"{what}{mark} {next_step}" if next_step else what
