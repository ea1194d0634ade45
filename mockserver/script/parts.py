"""How builders make an item: only what was given, and nothing that they do not know."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from mockserver.api.json import Json
from mockserver.script.errors import unknown

P = ParamSpec("P")
T = TypeVar("T")


def item(kind: str, *, id: str | None, **fields: Any) -> Json:  # noqa: A002
    return {"type": kind, **given(id=id, **fields)}


def given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def checked(builder: Callable[P, T]) -> Callable[P, T]:
    """A builder whose TypeError for a misspelt argument names the nearest one, and stands where it
    was called.
    """
    known = list(inspect.signature(builder).parameters)

    @wraps(builder)
    def build(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        check_arguments(builder.__name__, kwargs, known)
        return builder(*args, **kwargs)

    return build


def check_arguments(builder: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise TypeError for the first argument that a builder does not have."""
    __tracebackhide__ = True
    names = list(known)
    for name in given:
        if name not in names:
            raise TypeError(unknown("argument", name, names, f" of {builder}()"))


def as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else list(value)
