"""What can be wrong with a script, and where it was written.

Exception
└── ValueError
    └── ScriptError    a step, a condition or a cassette cannot mean anything; says where, what, and what to do next
"""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mockserver.api.json import compact
from mockserver.names import describe_unknown

OUR_MODULES = ("mockserver", "pytest_mockserver")


class ScriptError(ValueError):
    """A step, stub, condition or scripted cassette that cannot mean anything. `source` is
    `file:line`.
    """

    def __init__(self, what: str, *, source: str = "", next_step: str = "") -> None:
        self.what, self.source, self.next_step = what.rstrip(". "), source, next_step
        place = f"{source}: " if source else ""
        super().__init__(place + sentences(self.what, next_step))


class LineIndex(Protocol):
    """Where the keys of a file's mappings and the members of its lists stand."""

    def line(self, container: Any, key: Any = None) -> int | None:
        """The line, counted from 1, of a key, of a list's member, or of the container itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value comes from: a file with its lines, or the `file:line` that handed it over."""

    source: str = ""
    lines: LineIndex | None = None

    def at(self, container: Any = None, key: Any = None) -> str:
        """`file:line` of a key in a container, as exactly as it is known."""
        line = self.lines.line(container, key) if self.lines is not None else None
        return self.source if line is None else f"{self.source}:{line}"

    def error(
        self, what: str, container: Any = None, key: Any = None, *, next_step: str = ""
    ) -> ScriptError:
        return ScriptError(what, source=self.at(container, key), next_step=next_step)

    def check_keys(self, value: Mapping[Any, Any], known: Iterable[str], where: str) -> None:
        """Refuse a key that is not known, naming the nearest one that is."""
        names = list(known)
        for key in value:
            if key not in names:
                raise self.unknown_key(key, names, where, value)

    def unknown_key(
        self, key: Any, known: Iterable[str], where: str, container: Any = None
    ) -> ScriptError:
        """The error for a key that nothing knows, with the nearest one that exists."""
        return self.error(describe_unknown("key", key, known, f" in {where}"), container, key)

    def mapping(
        self, value: Any, where: str, container: Any = None, key: Any = None
    ) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self.error(f"{where} must be a mapping, not {shown(value)}", container, key)
        odd = next((each for each in value if not isinstance(each, str)), None)
        if odd is not None:
            raise self.error(
                f"{where}: the key {shown(odd)} is not a string", value, odd, next_step="Quote it."
            )
        return value if isinstance(value, dict) else dict(value)


def sentences(what: str, next_step: str = "") -> str:
    """What is wrong, and what to do next where that is known."""
    mark = "" if what.endswith("?") else "."
    return f"{what}{mark} {next_step}" if next_step else what


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for tables that read better without quotes."""
    return tuple(text.split())


def shown(value: Any, limit: int = 80) -> str:
    """A value as people read it: JSON where it is JSON, shortened."""
    if isinstance(value, str | int | float | list | dict | type(None)):
        try:
            text = compact(value).decode("utf-8", "replace")
        except (TypeError, ValueError):
            text = repr(value)
    else:
        text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def caller() -> str:
    """`file:line` of the nearest code outside this package: the one that scripted something."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return f"{_relative(frame.f_code.co_filename)}:{frame.f_lineno}"


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OUR_MODULES or module in ("contextlib", "functools")


def _relative(path: str) -> str:
    try:
        return path.removeprefix(f"{os.getcwd()}{os.sep}")
    except OSError:  # the working directory is gone
        return path
