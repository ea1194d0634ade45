"""The work that making one value may take. It is counted, never timed, so that every machine ends
alike: no number in a schema, a pattern or a grammar sets the work.
"""

from __future__ import annotations

from mockserver.schemas.errors import OutOfWorkError

# One unit takes about a microsecond on a usual machine: a schema looked at, a value tried, a few
# characters written, a hundred steps of matching. Of 4,880 real schemas the hungriest takes seven
# tenths of it.
WORK = 140_000
# What lists and tables that are copied or scanned as a whole count for: so many entries a unit.
ENTRIES = 16


class Budget:
    """The work that is left for one value, or for one text.

    Args:
        work: Units that may be spent.
    """

    __slots__ = ("left",)

    def __init__(self, work: int = WORK) -> None:
        self.left = work

    def spend(self, work: int = 1, what: str = "it") -> None:
        """Count work that is about to be done, `what` asks for it. Raises OutOfWorkError when there
        is not so much left.
        """
        self.left -= work
        if self.left < 0:
            raise OutOfWorkError(what)

    def scan(self, entries: int) -> None:
        """Count one look at each of so many entries. Raises OutOfWorkError."""
        self.left -= entries // ENTRIES
        if self.left < 0:
            raise OutOfWorkError("it")
