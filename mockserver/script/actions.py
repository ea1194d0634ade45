"""What a connection has to do for one answer, in words that every transport knows.

A frame is one event as the bytes of a server-sent event or of a WebSocket message, or one whole
JSON body. A server that carries actions out flushes every `Write`, so that what was sent before a
cut has really reached the client.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mockserver.api.events import TERMINAL
from mockserver.api.json import Json, compact, pretty
from mockserver.script.conditions import Transport
from mockserver.sse import render_event


@dataclass(slots=True)
class Frame:
    """One event (or one whole Response) and its bytes on the wire.

    is_last: whether the answer has arrived with it; what a fault sends in its place is not.
    """

    event: Json
    data: bytes
    is_last: bool = False

    @property
    def is_terminal(self) -> bool:
        return self.event.get("type") in TERMINAL


@dataclass(frozen=True, slots=True)
class Head:
    """Send the status line and headers; `None` stands for those of the reply."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Write:
    """Send these bytes at once: a chunk of the body, or one WebSocket message.

    is_last: whether the answer has arrived with them.
    """

    data: bytes
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many milliseconds pass."""

    ms: float


@dataclass(frozen=True, slots=True)
class Stall:
    """Send nothing more and keep the connection open until the client gives up."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection where it is, without ending the body.

    `reset` asks for a TCP reset, which may destroy what is still under way. `code` closes a
    WebSocket properly with that code; without it, a WebSocket ends abnormally as well.
    """

    reset: bool = False
    code: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """End the body as usual; a WebSocket stays open."""


Action: TypeAlias = Head | Write | Wait | Stall | Drop | End

PacedFrames: TypeAlias = Iterable[tuple[float, Frame]]
"""Frames, each with the milliseconds to wait before it."""


def write_all(paced: PacedFrames) -> Iterator[Action]:
    """The actions of a reply that nothing happens to."""
    yield Head()
    for wait, frame in paced:
        if wait:
            yield Wait(wait)
        yield Write(frame.data, frame.is_last)
    yield End()


def encode(event: Json, transport: Transport) -> bytes:
    """The bytes of one event: a server-sent event, a WebSocket message, or a JSON body."""
    if transport == "sse":
        return render_event(str(event.get("type")), compact(event))
    return compact(event) if transport == "websocket" else pretty(event)


def lane_of(event: Json) -> Json:
    """What names the lane of an event, for events that are added to it; empty where it has none."""
    return {"stream_id": event["stream_id"]} if "stream_id" in event else {}


class FrameWriter:
    """Writes the frames of one reply, and knows what has been written so far."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.events = 0
        self.bytes = 0
        self.added_events = 0
        """How many events more than the reply has; later ones are numbered after them."""
        self.response: Json | None = None
        """The Response as the events so far show it."""
        self._lane: Json = {}

    def write(self, frame: Frame) -> Write:
        event = frame.event
        self.events += 1
        self.bytes += len(frame.data)
        self._lane = lane_of(event)
        response = event if self.transport == "http" else event.get("response")
        if isinstance(response, dict) and not frame.is_terminal:
            self.response = response
        return Write(frame.data, frame.is_last)

    def write_in_two(
        self, frame: Frame, place: int, pause_ms: float | None = None
    ) -> Iterator[Action]:
        """Write a frame in two chunks; a WebSocket message cannot be split, and comes whole."""
        if self.transport == "websocket":
            place = 0
        if place:
            yield Write(frame.data[:place])
        if pause_ms is not None:
            yield Wait(pause_ms)
        yield self.write(Frame(frame.event, frame.data[place:], frame.is_last))

    def write_extra(self, kind: str, number: int, **fields: Any) -> Write:
        """Write an event that the reply does not have."""
        event = {"type": kind, **fields, "sequence_number": number, **self._lane}
        return Write(encode(event, self.transport))

    def write_between(self, kind: str, frame: Frame) -> Iterator[Action]:
        """Write an event that the reply does not have, then a frame, which is numbered after it."""
        number = self.number_of(frame)
        yield self.write_extra(kind, number)
        self.added_events += 1
        yield self.write(self.renumber(frame, number + 1))

    def number_of(self, frame: Frame) -> int:
        number: int = frame.event.get("sequence_number", self.events)
        return number

    def renumber(self, frame: Frame, number: int) -> Frame:
        """The same event under another sequence number."""
        event = {**frame.event, "sequence_number": number}
        return Frame(event, encode(event, self.transport), frame.is_last)

    def shift(self, frame: Frame) -> Frame:
        """The frame with its number after the events that were added."""
        if self.added_events and "sequence_number" in frame.event:
            return self.renumber(frame, frame.event["sequence_number"] + self.added_events)
        return frame
