"""What generation can raise: SchemaError outside; ConflictError, OutOfStepsError and OutOfWorkError
inside.
"""

from __future__ import annotations

from typing import Any


class SchemaError(ValueError):
    """No value can be given for a schema.

    Args:
        reason: What stands in the way, in words.
        pointer: The JSON pointer of the schema at fault.
        keywords: The keywords that contradict each other there.
        proved: Whether the schema is impossible (or is not a schema); else the search was given up.
    """

    def __init__(
        self,
        reason: str,
        *,
        pointer: str = "",
        keywords: tuple[str, ...] = (),
        proved: bool = False,
    ) -> None:
        self.reason = reason
        self.pointer = pointer
        self.keywords = keywords
        self.proved = proved
        named = f" ({' and '.join(map(repr, keywords))})" if keywords else ""
        certainty = "proved" if proved else "gave up"
        super().__init__(f"No value fits the schema at '#{pointer}'{named}: {reason} [{certainty}]")


class ConflictError(Exception):
    """Constraints that contradict each other; `certain` unless a choice or a failed search led
    here.
    """

    def __init__(
        self, reason: str, *keywords: str, schema: Any = None, certain: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.keywords = keywords
        self.schema = schema
        self.certain = certain

    def again(self) -> ConflictError:
        """The same conflict, met once more."""
        return ConflictError(self.reason, *self.keywords, schema=self.schema, certain=self.certain)


class OutOfStepsError(Exception):
    """An attempt of the search has used up its steps."""


class OutOfWorkError(Exception):
    """The budget of work is used up, and everything ends.

    Args:
        what: What asks for more, in words.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} asks for more work than is allowed")
