"""Faults in mid-stream, and noise that is legal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from mockserver.api.json import compact
from mockserver.script.actions import (
    Action,
    Drop,
    Frame,
    FrameWriter,
    Stall,
    Wait,
    Write,
)
from mockserver.script.faults.base import (
    CloseCode,
    CutFault,
    EventFault,
    FailureFault,
    PlacedFault,
    StreamFault,
    Text,
    builder,
)
from mockserver.script.places import NUMBER
from mockserver.sse import DONE, render_comment, render_event


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
        yield from writer.write_between(self.event, frame)

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        yield writer.write_extra(self.event, writer.events)


unknown_event = builder(UnknownEventFault)


@dataclass(frozen=True, kw_only=True)
class KeepaliveFault(PlacedFault):
    """Send a `keepalive` event, as the API does in long silences; later events are numbered after
    it. Legal, though it broke clients.
    """

    kind = "keepalive"
    needs_events = True

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        yield from writer.write_between(self.kind, frame)

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        yield writer.write_extra(self.kind, writer.events)


keepalive = builder(KeepaliveFault)


@dataclass(frozen=True, kw_only=True)
class CommentFault(PlacedFault):
    """Send a comment (`: ping`), as proxies do in long silences; a WebSocket has none. Legal,
    though it broke clients.
    """

    kind = "comment"
    needs_events = True

    text: Text = "ping"

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        yield from self.strike_at_end(writer)
        yield writer.write(frame)

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        if writer.transport == "sse":
            yield Write(render_comment(self.text))


comment = builder(CommentFault)


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
