"""What generation can raise: SchemaError outside, ConflictError and OutOfStepsError inside."""

from __future__ import annotations

from typing import Any


class SchemaError(ValueError):
    """No value can be given for a schema.

    `pointer` is the JSON pointer of the schema at fault, `keywords` are the keywords that
    contradict each other there, `proved` tells an impossible schema (or one that is not a schema)
    from a search that was given up.
    """

    def __init__(
        self,
        reason: str,
        *,
        pointer: str = "",
        keywords: tuple[str, ...] = (),
        proved: bool = False,
    ) -> None:
        self.reason, self.pointer, self.keywords, self.proved = reason, pointer, keywords, proved
        named = f" ({' and '.join(repr(word) for word in keywords)})" if keywords else ""
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
        self.reason, self.keywords, self.schema, self.certain = reason, keywords, schema, certain

    def again(self) -> ConflictError:
        """The same conflict, met once more."""
        return ConflictError(self.reason, *self.keywords, schema=self.schema, certain=self.certain)


class OutOfStepsError(Exception):
    """The search has used up its budget of steps."""
