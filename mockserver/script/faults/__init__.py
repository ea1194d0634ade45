"""Pace and faults for `stream=`, and for a step that is nothing but a fault.

    server.script(reply("a long answer", stream=drop(after_events=5)))
    server.script(reply("a slow answer", stream=pace(ttft_ms=200, itl_ms=20) | stall()))
    server.script(reset(), "The second attempt succeeds.")

Each function returns what stands behind `stream:` in a cassette, so that two of them join with `|`.
Faults in mid-stream take `after_events` (0: before the first) or `after_bytes` of the body; without
either they act just before the terminal event, and a place behind the end of a stream is its end.
In a JSON body, which is no stream, they act in its middle. `probability` makes any fault chaos:
whether it strikes is drawn from the seed, and so is reproducible.

A fault is one class here: its fields are the keys of a cassette, annotated with their checks; its
docstring is its line in the documentation; its methods are what it does. Its public function is
made from it by `builder`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from mockserver.api.json import Json, compact
from mockserver.names import describe_unknown, strict_arguments, without_none
from mockserver.script.actions import (
    Action,
    Drop,
    End,
    Frame,
    FrameWriter,
    Head,
    PacedFrames,
    Stall,
    Wait,
    Write,
    write_all,
)
from mockserver.script.conditions import Transport
from mockserver.script.faults.base import (
    FAULTS,
    CloseCode,
    CutFault,
    EventFault,
    FailureFault,
    Fault,
    PlacedFault,
    StreamFault,
    Text,
    builder,
)
from mockserver.script.places import NUMBER, STATUS, header_fields
from mockserver.sse import DONE, render_event


@strict_arguments
def pace(
    *, ttft_ms: float | None = None, itl_ms: float | None = None, jitter_ms: float | None = None
) -> Json:
    """When bytes leave, in milliseconds: before the first output, between deltas, and how far both
    may vary.
    """
    return without_none(ttft_ms=ttft_ms, itl_ms=itl_ms, jitter_ms=jitter_ms)


# Before the response.


@dataclass(frozen=True)
class DelayFault(Fault):
    """Wait before the response begins, headers included."""

    kind = "delay"

    delay_ms: Annotated[float, NUMBER]

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        yield Wait(self.delay_ms)
        yield from write_all(paced)


delay = builder(DelayFault)


@dataclass(frozen=True)
class HangFault(Fault):
    """Never answer; the client runs into its timeout."""

    kind = "hang"
    replaces_response = True

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        yield Stall()


hang = builder(HangFault)


@dataclass(frozen=True)
class ResetFault(Fault):
    """Reset the connection instead of answering."""

    kind = "reset"
    replaces_response = True

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        yield Drop(reset=True)


reset = builder(ResetFault)


@dataclass(frozen=True, kw_only=True)
class EmptyReplyFault(Fault):
    """Close the connection without a byte of an answer; a WebSocket closes with `close_code`."""

    kind = "empty_reply"
    replaces_response = True

    close_code: CloseCode = None

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        yield Drop(code=self.close_code)


empty_reply = builder(EmptyReplyFault)


@dataclass(frozen=True)
class StatusFault(Fault):
    """Any `status` with any `headers` and any `body`, as a gateway in between would send. For the
    API's own errors, see `error`.
    """

    kind = "status"
    replaces_response = True

    status: Annotated[int, STATUS] = 500
    _: KW_ONLY
    headers: Annotated[Mapping[str, str], header_fields] = field(default_factory=dict)
    body: Text = ""

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        if transport == "websocket":
            error = {"type": "server_error", "code": "server_error", "message": self.body}
            error_event = {
                "type": "error",
                "status": self.status,
                "error": {**error, "param": None},
            }
            yield Head()
            yield Write(compact(error_event))
        else:
            yield Head(self.status, dict(self.headers))
            if self.body:
                yield Write(self.body.encode())
        yield End()


status = builder(StatusFault)


# In mid-stream.


@dataclass(frozen=True, kw_only=True)
class DropFault(PlacedFault):
    """End the connection in mid-stream; a WebSocket closes with `close_code`, or abnormally without
    one.
    """

    kind = "drop"

    close_code: CloseCode = None

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        place = self.first_bytes(frame, writer)
        if place:
            yield Write(frame.data[:place])
        yield Drop(code=self.close_code)

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        yield Drop(code=self.close_code)


drop = builder(DropFault)


@dataclass(frozen=True, kw_only=True)
class StallFault(PlacedFault):
    """Fall silent in mid-stream, for `stall_ms` milliseconds or until the client gives up."""

    kind = "stall"

    stall_ms: Annotated[float | None, NUMBER] = None

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        place = self.first_bytes(frame, writer)
        if self.stall_ms is not None:
            yield from writer.write_in_two(frame, place, self.stall_ms)
            return
        if place:
            yield Write(frame.data[:place])
        yield Stall()

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        yield Stall() if self.stall_ms is None else Wait(self.stall_ms)


stall = builder(StallFault)


@dataclass(frozen=True, kw_only=True)
class GarbledJsonFault(EventFault):
    """Send an event whose data is no JSON."""

    kind = "garbled_json"

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        text = frame.data if writer.transport == "http" else compact(frame.event)
        damaged = text[: len(text) * 2 // 3].decode("utf-8", "ignore").encode()
        if writer.transport == "sse":
            damaged = render_event(str(frame.event.get("type")), damaged)
        yield Write(damaged)


garbled_json = builder(GarbledJsonFault)


@dataclass(frozen=True, kw_only=True)
class UnknownEventFault(PlacedFault):
    """Send one more event, of a type that no client knows; later events are numbered after it."""

    kind = "unknown_event"
    needs_events = True

    event: Text = "response.unheard_of"

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        number = writer.number_of(frame)
        yield writer.write_extra(self.event, number)
        writer.added_events = 1
        yield writer.write(writer.renumber(frame, number + 1))

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        yield writer.write_extra(self.event, writer.events)


unknown_event = builder(UnknownEventFault)


@dataclass(frozen=True, kw_only=True)
class DuplicateEventFault(EventFault):
    """Send the next event twice."""

    kind = "duplicate_event"
    needs_events = True

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        yield writer.write(frame)
        yield Write(frame.data)


duplicate_event = builder(DuplicateEventFault)


@dataclass(frozen=True, kw_only=True)
class MissingEventFault(EventFault):
    """Leave the next event out; the sequence numbers show the gap."""

    kind = "missing_event"
    needs_events = True


missing_event = builder(MissingEventFault)


@dataclass(frozen=True, kw_only=True)
class WrongSequenceFault(EventFault):
    """Give the next event a sequence number that is 100 too high."""

    kind = "wrong_sequence"
    needs_events = True

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        number = frame.event.get("sequence_number", 0)
        yield writer.write(writer.renumber(frame, number + 100))


wrong_sequence = builder(WrongSequenceFault)


@dataclass(frozen=True, kw_only=True)
class CutCharacterFault(CutFault):
    """Cut inside a UTF-8 character: the first one beyond ASCII in the next event that has one. What
    follows is said by `then`: `drop`, `stall` or `continue`.
    """

    kind = "cut_character"

    def is_usual_place(self, frame: Frame, writer: FrameWriter) -> bool:
        return writer.transport == "sse" and not frame.data.isascii()

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        data = frame.data
        half = len(data) // 2
        place = next((index for index, byte in enumerate(data) if byte > 127), None)
        if writer.transport == "websocket":  # a text message is valid UTF-8 or none at all
            yield from self.cut(frame, max(1, half), writer)
        elif place is not None:
            yield from self.cut(frame, place + 1, writer)
        elif self.then == "continue":
            yield writer.write(frame)
        else:
            with_character = Frame(frame.event, data[:half] + "€".encode())
            yield from self.cut(with_character, half + 1, writer)


cut_character = builder(CutCharacterFault)


@dataclass(frozen=True, kw_only=True)
class CutFrameFault(CutFault):
    """Cut the next event in its middle. What follows is said by `then`: `drop`, `stall` or
    `continue`.
    """

    kind = "cut_frame"

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        yield from self.cut(frame, max(1, len(frame.data) // 2), writer)


cut_frame = builder(CutFrameFault)


@dataclass(frozen=True, kw_only=True)
class ErrorThenFailedFault(FailureFault):
    """Fail as the API does in mid-stream: an `error` event, then `response.failed`. Comes after
    `response.created`.
    """

    kind = "error_then_failed"
    sends_error = True


error_then_failed = builder(ErrorThenFailedFault)


@dataclass(frozen=True, kw_only=True)
class FailedOnlyFault(FailureFault):
    """Fail in mid-stream with `response.failed` alone."""

    kind = "failed_only"


failed_only = builder(FailedOnlyFault)


@dataclass(frozen=True, kw_only=True)
class MissingTerminalFault(StreamFault):
    """End the stream properly, but without its terminal event."""

    kind = "missing_terminal"
    needs_events = True


missing_terminal = builder(MissingTerminalFault)


@dataclass(frozen=True, kw_only=True)
class DoneMarkerFault(PlacedFault):
    """Send `[DONE]` where it should not be: at the end, or in mid-stream."""

    kind = "done_marker"
    needs_events = True

    def is_usual_place(self, frame: Frame, writer: FrameWriter) -> bool:
        return False

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        yield from self.strike_at_end(writer)
        yield writer.write(frame)

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        yield Write(DONE if writer.transport == "sse" else b"[DONE]")


done_marker = builder(DoneMarkerFault)

__all__ = sorted([*FAULTS, "pace"])


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # type checkers know the names, and say so themselves

    def __getattr__(name: str) -> Any:
        __tracebackhide__ = True
        raise AttributeError(describe_unknown("fault", name, __all__))
