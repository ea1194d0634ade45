"""What single values of a script may be, and what is said of any other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mockserver.script.errors import Place, shown


@dataclass(frozen=True, slots=True)
class Check:
    """Passes on a value that holds; raises ScriptError with what was expected for any other."""

    expected: str
    holds: Callable[[Any], bool]

    def __call__(self, value: Any, name: str, place: Place, container: Any) -> Any:
        if not self.holds(value):
            said = f"'{name}' must be {self.expected}, not {shown(value)}"
            raise place.error(said, container, name)
        return value


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


NUMBER = Check("a number from 0 upwards", lambda value: is_number(value) and 0 <= value < 1e9)
COUNT = Check("a whole number from 0 upwards", lambda value: is_integer(value) and value >= 0)
PROBABILITY = Check("a number from 0 to 1", lambda value: is_number(value) and 0 <= value <= 1)
TEXT = Check("a string", lambda value: isinstance(value, str))
STATUS = Check("a status from 200 to 599", lambda value: is_integer(value) and 200 <= value <= 599)
CLOSE_CODE = Check(
    "a close code from 1000 to 4999", lambda value: is_integer(value) and 1000 <= value <= 4999
)


def header_fields(value: Any, name: str, place: Place, container: Any) -> dict[str, str]:
    """Header fields, names in lower case; numbers become text. Raises ScriptError."""
    fields = place.mapping(value, f"'{name}'", container, name)
    for field_name, text in fields.items():
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            said = f"the header '{field_name}' must be a string, not {shown(text)}"
            raise place.error(said, fields, field_name)
        if any(sign in f"{field_name}{text}" for sign in "\r\n\0") or not field_name.strip():
            raise place.error(f"the header '{field_name}' cannot be sent", fields, field_name)
    return {field_name.lower(): str(text) for field_name, text in fields.items()}
