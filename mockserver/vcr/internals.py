"""All that is reached into below vcrpy's public interface.

`tests/test_vcr_private.py` says which of it moved. Read in vcrpy 8.2.1 and 9.4.2.
"""

import inspect
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, TypeAlias

Cassette: TypeAlias = Any
"""A `vcr.cassette.Cassette`, which has no types."""
Machine: TypeAlias = Any
"""A `vcr.VCR`, which has none either."""

OLDEST = (8, 2, 1)
"""vcrpy from here on sees the calls of httpx2, which `openai` makes since its version 3."""


def check_version() -> None:
    """Raise RuntimeError, which says what to do, where vcrpy is missing or too old."""
    wanted = ".".join(map(str, OLDEST))
    advice = "Do: pip install 'mockserver[vcr]'."
    try:
        installed = version("vcrpy")
    except PackageNotFoundError:
        raise RuntimeError(f"vcrpy is not installed. {advice}") from None
    numbers = [int(part) if part.isdecimal() else 0 for part in installed.split(".")[:3]]
    if tuple(numbers) < OLDEST:
        raise RuntimeError(
            f"vcrpy {installed} is too old: before {wanted} it lets calls of httpx2, and so of "
            f"openai 3, pass to the network. {advice}"
        )


def machine_of(vcr: object) -> Machine:
    """The `vcr.VCR` that is meant: the one given, or that behind `vcr.use_cassette` of the module.

    Raises TypeError for anything else.
    """
    VCR: type = import_module("vcr").VCR  # noqa: N806 - it is a class
    found = getattr(vcr, "default_vcr", None) if isinstance(vcr, ModuleType) else vcr
    if not isinstance(found, VCR):
        raise TypeError(f"expected a vcr.VCR, or the module vcr, not {vcr!r}")
    return found


class _Loader:
    """Stands where a context of vcrpy has the class `Cassette`, of which it calls `load` alone."""

    def __init__(self, loads: Any, prepare: Callable[[Cassette], object]) -> None:
        self._loads = loads
        self._prepare = prepare

    def load(self, **arguments: Any) -> Cassette:
        cassette = self._loads.load(**arguments)
        self._prepare(cassette)
        return cassette


def prepare_cassettes(machine: Machine, prepare: Callable[[Cassette], object]) -> None:
    """Have a function called with every cassette that is loaded from now on; the newest one for
    each VCR alone.
    """
    use: Callable[..., Any] = type(machine)._use_cassette
    context_class = _context_class(import_module("vcr.cassette").CassetteContextDecorator)

    def use_prepared(*args: Any, **arguments: Any) -> Any:
        context = use(machine, *args, **arguments)
        return context_class(_Loader(context.cls, prepare), context._args_getter)

    machine._use_cassette = use_prepared


@cache
def _context_class(base: Any) -> Any:
    """A context that leaves no library patched where its cassette cannot be written, as vcrpy's
    does until it is collected.
    """
    name = "_CassetteContextDecorator__finish"

    def leave(self: Any, *error: Any) -> None:
        unpatching = getattr(self, name)
        try:
            base.__exit__(self, *error)
        except BaseException:
            next(unpatching, None)
            setattr(self, name, None)
            raise

    return type(base.__name__, (base,), {"__exit__": leave})


def path_of(cassette: Cassette) -> str:
    """The file of a cassette."""
    return str(cassette._path)


def failed_matchers(cassette: Cassette, live: Any, recorded: Any) -> list[tuple[str, str]]:
    """The matchers of a cassette that tell two requests apart, and what each says."""
    results = import_module("vcr.matchers").get_matchers_results
    _, failed = results(live, recorded, cassette._match_on)
    return [(name, message or "") for name, message in failed]


def unpatched(function: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a library that vcrpy has put its own in the place of."""
    real: Callable[..., Any] = inspect.unwrap(function)
    return real


def request_of(method: str, url: str, body: bytes, headers: Any) -> Any:
    """A request of httpx as vcrpy's own stub for it makes one."""
    return import_module("vcr.request").Request(method, url, body, headers)
