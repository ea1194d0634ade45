"""Where the values of a script come from, and what single values may be."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mockserver.errors import ScriptError
from mockserver.names import describe_unknown
from mockserver.wording import short_path, show_value

OUR_MODULES = ("mockserver", "pytest_mockserver")


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
            raise self.error(f"{where} must be a mapping, not {show_value(value)}", container, key)
        odd = next((each for each in value if not isinstance(each, str)), None)
        if odd is not None:
            raise self.error(
                f"{where}: the key {show_value(odd)} is not a string",
                value,
                odd,
                next_step="Quote it.",
            )
        return value if isinstance(value, dict) else dict(value)


def caller() -> str:
    """`file:line` of the nearest code outside this package: the one that scripted something."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return f"{short_path(frame.f_code.co_filename)}:{frame.f_lineno}"


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OUR_MODULES or module in ("contextlib", "functools")


@dataclass(frozen=True, slots=True)
class Check:
    """Passes on a value that holds; raises ScriptError with what was expected for any other.

    schema: the same for an editor, as JSON Schema.
    """

    expected: str
    holds: Callable[[Any], bool]
    schema: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, value: Any, name: str, place: Place, container: Any) -> Any:
        if not self.holds(value):
            said = f"'{name}' must be {self.expected}, not {show_value(value)}"
            raise place.error(said, container, name)
        return value


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


NUMBER = Check(
    "a number from 0 to 1,000,000,000",
    lambda value: is_number(value) and 0 <= value <= 1e9,
    {"type": "number", "minimum": 0, "maximum": 1e9},
)
COUNT = Check(
    "a whole number from 0 upwards",
    lambda value: is_integer(value) and value >= 0,
    {"type": "integer", "minimum": 0},
)
PROBABILITY = Check(
    "a number from 0 to 1",
    lambda value: is_number(value) and 0 <= value <= 1,
    {"type": "number", "minimum": 0, "maximum": 1},
)
TEXT = Check("a string", lambda value: isinstance(value, str), {"type": "string"})
STATUS = Check(
    "a status from 200 to 599",
    lambda value: is_integer(value) and 200 <= value <= 599,
    {"type": "integer", "minimum": 200, "maximum": 599},
)
CLOSE_CODE = Check(
    "a close code from 1000 to 4999",
    lambda value: is_integer(value) and 1000 <= value <= 4999,
    {"type": "integer", "minimum": 1000, "maximum": 4999},
)


_FRAMING = frozenset({"content-length", "transfer-encoding"})
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What fields may be made of (RFC 9110, 5.1 and 5.5)."""


def header_fields(
    value: Any, name: str, place: Place, container: Any, *, length: int | None = None
) -> dict[str, str]:
    """Header fields, names in lower case; numbers become text. Raises ScriptError.

    length: of the body that they stand above, where that is known.
    """
    fields = place.mapping(value, f"'{name}'", container, name)
    for field_name, text in fields.items():
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            said = f"the header '{field_name}' must be a string, not {show_value(text)}"
            raise place.error(said, fields, field_name)
        if not _FIELD_NAME.fullmatch(field_name) or not _FIELD_VALUE.fullmatch(str(text)):
            raise place.error(f"the header '{field_name}' cannot be sent", fields, field_name)
        if field_name.lower() in _FRAMING and (length is None or str(text) != str(length)):
            raise place.error(
                f"the header '{field_name}' says how long the body is, which the server sees to",
                fields,
                field_name,
                next_step="Leave it out; for a body that breaks off, use a fault such as `drop`.",
            )
    return {field_name.lower(): str(text) for field_name, text in fields.items()}
