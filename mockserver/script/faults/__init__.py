"""Pace and faults for `stream=`, and for a step that is nothing but a fault.

    server.script(reply("a long answer", stream=drop(after_events=5)))
    server.script(reply("a slow answer", stream=pace(ttft_ms=200, itl_ms=20) | stall()))
    server.script(reset(), "The second attempt succeeds.")

Each function returns what stands behind `stream:` in a cassette, so that two of them join with `|`.
Faults in mid-stream take `after_events` (0: before the first) or `after_bytes` of the body; without
either they act just before the terminal event, and a place behind the end of a stream is its end.
In a JSON body, which is no stream, they act in its middle. `probability` makes any fault chaos:
whether it strikes is drawn from the seed, and so is reproducible.

A fault is one class below: its fields are the keys of a cassette, annotated with their checks; its
docstring is its line in the documentation; its methods are what it does. Its public function is
made from it by `builder`.
"""

from typing import TYPE_CHECKING, Any

from mockserver.api.json import Json
from mockserver.names import describe_unknown, strict_arguments, without_none
from mockserver.script.faults.before import (
    delay,
    empty_reply,
    hang,
    reset,
    status,
)
from mockserver.script.faults.midstream import (
    comment,
    cut_character,
    cut_frame,
    done_marker,
    drop,
    duplicate_event,
    error_then_failed,
    failed_only,
    garbled_json,
    keepalive,
    missing_event,
    missing_terminal,
    stall,
    unknown_event,
    wrong_sequence,
)


@strict_arguments
def pace(
    *,
    ttft_ms: float | None = None,
    itl_ms: float | None = None,
    jitter_ms: float | None = None,
    keepalive_ms: float | None = None,
) -> Json:
    """When bytes leave, in milliseconds: before the first output, between deltas, and how far both
    may vary; and after how much silence a keepalive event comes.
    """
    return without_none(
        ttft_ms=ttft_ms, itl_ms=itl_ms, jitter_ms=jitter_ms, keepalive_ms=keepalive_ms
    )


__all__ = [
    "comment",
    "cut_character",
    "cut_frame",
    "delay",
    "done_marker",
    "drop",
    "duplicate_event",
    "empty_reply",
    "error_then_failed",
    "failed_only",
    "garbled_json",
    "hang",
    "keepalive",
    "missing_event",
    "missing_terminal",
    "pace",
    "reset",
    "stall",
    "status",
    "unknown_event",
    "wrong_sequence",
]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # type checkers know the names, and say so themselves

    def __getattr__(name: str) -> Any:
        __tracebackhide__ = True
        raise AttributeError(describe_unknown("fault", name, __all__))
