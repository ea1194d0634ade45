"""Pace and faults for `stream=`, and for a step that is nothing but a fault.

    server.script(reply("a long answer", stream=drop(after_events=5)))
    server.script(reply("a slow answer", stream=pace(ttft_ms=200, itl_ms=20) | stall()))
    server.script(reset(), "The second attempt succeeds.")

Each function returns what stands behind `stream:` in a cassette, so that two of them join with `|`.
Faults in mid-stream take `after_events` (0: before the first) or `after_bytes` of the body; without
either they act just before the terminal event. In a JSON body, which is no stream, they act in its
middle. `probability` makes any fault chaos: whether it strikes is drawn from the seed, and so is
reproducible.
"""

from typing import TYPE_CHECKING, Any, Literal

from mockserver.api.json import Json
from mockserver.script.errors import unknown
from mockserver.script.parts import checked

__all__ = [
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
    "missing_event",
    "missing_terminal",
    "pace",
    "reset",
    "stall",
    "status",
    "unknown_event",
    "wrong_sequence",
]


@checked
def pace(
    *, ttft_ms: float | None = None, itl_ms: float | None = None, jitter_ms: float | None = None
) -> Json:
    """When bytes leave, in milliseconds: before the first output, between deltas, and how far both
    may vary.
    """
    given = {"ttft_ms": ttft_ms, "itl_ms": itl_ms, "jitter_ms": jitter_ms}
    return {name: value for name, value in given.items() if value is not None}


@checked
def delay(delay_ms: float, *, probability: float | None = None) -> Json:
    """Wait before the response begins, headers included."""
    return _fault("delay", delay_ms=delay_ms, probability=probability)


@checked
def hang(*, probability: float | None = None) -> Json:
    """Never answer; the client runs into its timeout."""
    return _fault("hang", probability=probability)


@checked
def reset(*, probability: float | None = None) -> Json:
    """Reset the connection instead of answering."""
    return _fault("reset", probability=probability)


@checked
def empty_reply(*, close_code: int | None = None, probability: float | None = None) -> Json:
    """Close the connection without a byte of an answer; a WebSocket closes with `close_code`."""
    return _fault("empty_reply", close_code=close_code, probability=probability)


@checked
def status(
    status: int,
    *,
    headers: dict[str, str] | None = None,
    body: str | None = None,
    probability: float | None = None,
) -> Json:
    """Any status with any headers and any body, as a gateway in between would send. For the API's
    own errors, see `error`.
    """
    return _fault("status", status=status, headers=headers, body=body, probability=probability)


@checked
def drop(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    close_code: int | None = None,
    probability: float | None = None,
) -> Json:
    """End the connection in mid-stream; a WebSocket closes with `close_code`, or abnormally without
    one.
    """
    return _fault(
        "drop",
        after_events=after_events,
        after_bytes=after_bytes,
        close_code=close_code,
        probability=probability,
    )


@checked
def stall(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    stall_ms: float | None = None,
    probability: float | None = None,
) -> Json:
    """Fall silent in mid-stream, for `stall_ms` milliseconds or for ever."""
    return _fault(
        "stall",
        after_events=after_events,
        after_bytes=after_bytes,
        stall_ms=stall_ms,
        probability=probability,
    )


@checked
def garbled_json(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    probability: float | None = None,
) -> Json:
    """Send an event whose data is no JSON."""
    return _fault(
        "garbled_json", after_events=after_events, after_bytes=after_bytes, probability=probability
    )


@checked
def unknown_event(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    event: str | None = None,
    probability: float | None = None,
) -> Json:
    """Send one more event, of a type that no client knows; later events are numbered after it."""
    return _fault(
        "unknown_event",
        after_events=after_events,
        after_bytes=after_bytes,
        event=event,
        probability=probability,
    )


@checked
def duplicate_event(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    probability: float | None = None,
) -> Json:
    """Send the next event twice."""
    return _fault(
        "duplicate_event",
        after_events=after_events,
        after_bytes=after_bytes,
        probability=probability,
    )


@checked
def missing_event(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    probability: float | None = None,
) -> Json:
    """Leave the next event out; the sequence numbers show the gap."""
    return _fault(
        "missing_event", after_events=after_events, after_bytes=after_bytes, probability=probability
    )


@checked
def wrong_sequence(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    probability: float | None = None,
) -> Json:
    """Give the next event a sequence number that is 100 too high."""
    return _fault(
        "wrong_sequence",
        after_events=after_events,
        after_bytes=after_bytes,
        probability=probability,
    )


@checked
def cut_character(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    then: Literal["drop", "stall", "continue"] | None = None,
    probability: float | None = None,
) -> Json:
    """Cut inside a UTF-8 character: the first one beyond ASCII in the next event that has one."""
    return _fault(
        "cut_character",
        after_events=after_events,
        after_bytes=after_bytes,
        then=then,
        probability=probability,
    )


@checked
def cut_frame(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    then: Literal["drop", "stall", "continue"] | None = None,
    probability: float | None = None,
) -> Json:
    """Cut the next event in its middle."""
    return _fault(
        "cut_frame",
        after_events=after_events,
        after_bytes=after_bytes,
        then=then,
        probability=probability,
    )


@checked
def error_then_failed(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    code: str | None = None,
    message: str | None = None,
    probability: float | None = None,
) -> Json:
    """Fail as the API does in mid-stream: an `error` event, then `response.failed`. Comes after
    `response.created`.
    """
    return _fault(
        "error_then_failed",
        after_events=after_events,
        after_bytes=after_bytes,
        code=code,
        message=message,
        probability=probability,
    )


@checked
def failed_only(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    code: str | None = None,
    message: str | None = None,
    probability: float | None = None,
) -> Json:
    """Fail in mid-stream with `response.failed` alone."""
    return _fault(
        "failed_only",
        after_events=after_events,
        after_bytes=after_bytes,
        code=code,
        message=message,
        probability=probability,
    )


@checked
def missing_terminal(*, probability: float | None = None) -> Json:
    """End the stream properly, but without its terminal event."""
    return _fault("missing_terminal", probability=probability)


@checked
def done_marker(
    *,
    after_events: int | None = None,
    after_bytes: int | None = None,
    probability: float | None = None,
) -> Json:
    """Send `[DONE]` where it should not be: at the end, or in mid-stream."""
    return _fault(
        "done_marker", after_events=after_events, after_bytes=after_bytes, probability=probability
    )


if not TYPE_CHECKING:  # type checkers know the names, and say so themselves

    def __getattr__(name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        raise AttributeError(unknown("fault", name, __all__))


def _fault(kind: str, **options: object) -> Json:
    return {
        "fault": {
            "kind": kind,
            **{name: value for name, value in options.items() if value is not None},
        }
    }
