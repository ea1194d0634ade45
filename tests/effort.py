"""How much work something is, counted in lines of Python rather than in seconds."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(work: Callable[[], object], limit: int) -> int:
    """How many lines of Python a piece of work runs, the same on every machine.

    Raises:
        AssertionError: The work ran more lines than the limit; it is broken off there.
    """
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        if count > limit:
            raise AssertionError(f"more than {limit} lines of work")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
