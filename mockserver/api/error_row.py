"""A row of the table of errors, and the rows that are alike."""

from dataclasses import dataclass

__all__ = ["FAILURE", "INVALID_REQUEST", "SIZE_ERRORS", "ErrorKind"]

INVALID_REQUEST = "invalid_request_error"
FAILURE = "The server had an error while processing your request. Sorry about that!"
"""What a response says that failed for no other reason."""


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One row of the catalogue. `message` is a template of `str.format`; `{param}` is the path at
    fault.
    """

    status: int
    message: str
    code: str | None = None
    param: str | None = None
    type: str = INVALID_REQUEST


_SIZES = {
    "decimal_below_min_value": ("decimal below minimum value", "a value >= {limit}", "{got}"),
    "decimal_above_max_value": ("decimal above maximum value", "a value <= {limit}", "{got}"),
    "integer_below_min_value": ("integer below minimum value", "a value >= {limit}", "{got}"),
    "integer_above_max_value": ("integer above maximum value", "a value <= {limit}", "{got}"),
    "string_above_max_length": (
        "string too long",
        "a string with maximum length {limit}",
        "a string with length {got}",
    ),
    "empty_string": ("empty string", "a string with minimum length {limit}", "an empty string"),
    "array_above_max_length": (
        "array too long",
        "an array with maximum length {limit}",
        "an array with length {got}",
    ),
    "empty_array": ("empty array", "an array with minimum length {limit}", "an empty array"),
    "object_above_max_properties": (
        "too many properties",
        "an object with at most {limit} properties",
        "an object with {got} properties",
    ),
}
"""By code: what is wrong with the size of a value, what is expected and what is there."""

SIZE_ERRORS = {
    code: ErrorKind(
        400, f"Invalid '{{param}}': {wrong}. Expected {right}, but got {got} instead.", code
    )
    for code, (wrong, right, got) in _SIZES.items()
}
"""The errors about the size of a value, by code."""
