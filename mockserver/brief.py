"""Errors of authors, told without the frames of this package."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mockserver.cassettes import CassetteError
from mockserver.script.errors import ScriptError

P = ParamSpec("P")
T = TypeVar("T")


def brief(entry: Callable[P, T]) -> Callable[P, T]:
    """A function for authors, whose errors about scripts and cassettes stand in the author's own
    line.
    """

    @wraps(entry)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return entry(*args, **kwargs)
        except (CassetteError, ScriptError) as error:
            raise error.with_traceback(None) from None

    return call
