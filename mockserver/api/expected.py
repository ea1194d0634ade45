"""How the API words what it expected, where neither a type nor its enumeration says it.

The words stand beside the type of a parameter: `Annotated[…, expects("an array of tools", list)]`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from mockserver.api.errors import enumerated

__all__ = ["alternatives", "expects", "shortened"]

# 'conversation' is told whole, 'previous_response_id' is not (measured, August 2026).
_LONGEST_NAME = 12


def expects(
    words: str,
    *kinds: type[Any],
    instead: Mapping[type[Any], str] = MappingProxyType({}),
) -> BeforeValidator:
    """What stands in place of the usual words where a value is of another type.

    Args:
        words: What completes "expected …" in the error.
        kinds: The types of JSON values that are right.
        instead: Other words, for values of these types.
    """

    def check(value: Any) -> Any:
        if isinstance(value, kinds):
            return value
        raise PydanticCustomError("expected", instead.get(type(value), words))

    return BeforeValidator(check)


def shortened(name: str) -> str:
    """A name as errors show it when they list several: the middle of a long one is left out."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:3]}...{name[-3:]}"


def alternatives(names: Iterable[str]) -> str:
    """Values as errors about types list them: `one of 'a', 'b', or 'c'`."""
    return f"one of {enumerated(map(shortened, names), 'or')}"
