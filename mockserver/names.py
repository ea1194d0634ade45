"""The names that this package offers, and the nearest to one that it does not."""

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_REEXPORT = re.compile(r"from (\S+) import \(?\s*(\w+) as \2\b")


def nearest(word: object, words: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The word that was probably meant; None where none is near.

    cutoff: how alike two words must be, from 0 to 1. The first word of a longer name is near in any
    case: `retry` of `retry_after`.
    """
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in sorted(words, reverse=True)}
    written = str(word).lower()
    near = get_close_matches(written, sorted(by_lower), n=1, cutoff=cutoff)
    if not near and len(written) > 2:
        near = [name for name in sorted(by_lower) if name.startswith(f"{written}_")]
    return by_lower[near[0]] if near else None


def suggest(word: object, words: Iterable[str]) -> str:
    """`; did you mean '…'?`, to be added to an error; empty where no word is near."""
    near = nearest(word, words)
    return f"; did you mean '{near}'?" if near else ""


def describe_unknown(thing: str, name: object, known: Iterable[str], where: str = "") -> str:
    """The text for a name that nothing knows, with the nearest one that exists, and all unless they
    are many.
    """
    names = sorted(known)
    text = f"unknown {thing} '{name}'{where}"
    hint = suggest(name, names)
    if not names or len(names) > (15 if hint else 40):
        return text + hint
    return f"{text}{f'{hint} Known' if hint else '; known'}: {', '.join(names)}"


class NearestName:
    """Objects that tell a misspelt attribute with the nearest one."""

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers know the names, and say so themselves

        def __getattr__(self, name: str) -> Any:
            __tracebackhide__ = True
            if hasattr(type(self), name):  # a property, whose own error is to be seen
                return object.__getattribute__(self, name)
            hint = suggest(name, [known for known in dir(self) if not known.startswith("_")])
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'{hint}")


def without_none(**fields: Any) -> dict[str, Any]:
    """The fields that were given: None stands for what was not."""
    return {name: value for name, value in fields.items() if value is not None}


def strict_arguments(builder: Callable[P, T]) -> Callable[P, T]:
    """A builder whose TypeError for a misspelt argument names the nearest one, and stands where it
    was called.
    """
    import inspect

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


def lazy_exports(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package whose names are imported when they are first asked
    for.

    They are those that the package imports in its block `if TYPE_CHECKING:`, where type checkers
    find them, so that each stands once.
    """

    @cache
    def homes() -> dict[str, str]:
        return _imports_for_types(package)

    def get_attribute(name: str) -> Any:
        __tracebackhide__ = True
        if name == "__all__":
            return sorted(homes())
        if name not in homes():
            # `from package import module` asks for an attribute first.
            is_private = name.startswith("_")
            hint = "" if is_private or _is_module(package, name) else suggest(name, homes())
            raise AttributeError(f"module {package!r} has no attribute {name!r}{hint}")
        home = homes()[name]
        if home == package:  # a module of its own
            return import_module(f"{package}.{name}")
        value = getattr(import_module(home), name)
        setattr(sys.modules[package], name, value)
        return value

    return get_attribute, lambda: sorted(homes())


def _is_module(package: str, name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(f"{package}.{name}") is not None


def _imports_for_types(package: str) -> dict[str, str]:
    """The module of each name that a package imports for type checkers alone."""
    import linecache

    # Not from the loader: pytest puts one without `get_source` in place of the usual.
    module = vars(sys.modules[package])
    source = "".join(linecache.getlines(module["__file__"], module))
    # By a pattern: to parse the seven packages of a first answer takes 15 ms.
    _, _, block = source.partition("\nif TYPE_CHECKING:")
    block, _, _ = block.partition("\nelse:")
    return {name: home for home, name in _REEXPORT.findall(block)}
