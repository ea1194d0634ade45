"""The arguments of builders: only what was given goes on, and a misspelt one is told."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from mockserver.api.json import Json
from mockserver.names import describe_unknown

P = ParamSpec("P")
T = TypeVar("T")


def without_none(**fields: Any) -> Json:
    """The fields that were given: None stands for what was not."""
    return {name: value for name, value in fields.items() if value is not None}


def strict_arguments(builder: Callable[P, T]) -> Callable[P, T]:
    """A builder whose TypeError for a misspelt argument names the nearest one, and stands where it
    was called.
    """
    known = [name for name in inspect.signature(builder).parameters if name != "self"]

    @wraps(builder)
    def build(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        name = str(args[0]) if builder.__name__ == "__call__" else builder.__name__
        check_arguments(name, kwargs, known)
        return builder(*args, **kwargs)

    return build


def check_arguments(builder: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise TypeError for the first argument that a builder does not have."""
    __tracebackhide__ = True
    names = list(known)
    for name in given:
        if name not in names:
            raise TypeError(describe_unknown("argument", name, names, f" of {builder}()"))
