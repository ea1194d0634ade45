"""What a fault does in mid-stream, at its place."""

from collections.abc import Iterable, Iterator
from typing import Any

from mockserver.api.events import TERMINAL
from mockserver.api.json import Json, compact, pretty
from mockserver.script.action import Action, Drop, End, Frame, Head, Stall, Wait, Write, encode, sse
from mockserver.script.condition import Transport
from mockserver.script.fault import Fault

ALTERS = frozenset(
    {
        "garbled_json",
        "duplicate_event",
        "missing_event",
        "wrong_sequence",
        "cut_character",
        "cut_frame",
    }
)
"""Faults that befall one event, rather than the gap between two."""

FAILS = frozenset({"error_then_failed", "failed_only"})


class Striker:
    """Delivers frames until the fault's place, and does there what its kind says."""

    def __init__(self, fault: Fault, transport: Transport) -> None:
        self.fault, self.transport = fault, transport
        self.events = self.bytes = self.shift = 0
        self.response: Json | None = None
        self.lane: Json = {}

    def actions(self, paced: Iterable[tuple[float, Frame]]) -> Iterator[Action]:
        yield Head()
        struck = False
        for wait, frame in paced:
            if wait:
                yield Wait(wait)
            if self.shift and "sequence_number" in frame.event:
                frame = self._numbered(frame, frame.event["sequence_number"] + self.shift)
            if struck or not self._is_due(frame):
                yield self._write(frame)
                continue
            struck = True
            yield from (actions := list(self._strike(frame)))
            if actions and isinstance(actions[-1], Drop | Stall | End):
                return
        if not struck:
            yield from (actions := list(self._at_end()))
            if actions and isinstance(actions[-1], Drop | Stall | End):
                return
        yield End()

    def _write(self, frame: Frame) -> Write:
        self.events += 1
        self.lane = {"stream_id": frame.event["stream_id"]} if "stream_id" in frame.event else {}
        self.bytes += len(frame.data)
        response = frame.event.get("response") if self.transport != "http" else frame.event
        if isinstance(response, dict) and frame.event.get("type") not in TERMINAL:
            self.response = response
        return Write(frame.data)

    def _is_due(self, frame: Frame) -> bool:
        """Whether the fault acts at this frame, which has not been written yet."""
        fault = self.fault
        if fault.kind == "missing_terminal":
            return frame.is_terminal
        if self.transport == "http":
            return True
        if fault.kind in FAILS and self.response is None:
            return False
        if frame.is_terminal and (fault.kind in ALTERS or fault.kind in FAILS):
            return True
        if fault.after_bytes is not None:
            return self.bytes + len(frame.data) > fault.after_bytes
        if fault.after_events is not None:
            return self.events >= fault.after_events
        if fault.kind == "cut_character" and self.transport == "sse":
            return not frame.data.isascii() or frame.is_terminal
        return frame.is_terminal and fault.kind != "done_marker"

    def _strike(self, frame: Frame) -> Iterator[Action]:
        match self.fault.kind:
            case "drop" | "stall":
                yield from self._cut(frame, self._place(frame))
            case "cut_frame":
                yield from self._cut(frame, max(1, len(frame.data) // 2))
            case "cut_character":
                yield from self._cut_character(frame)
            case "garbled_json":
                yield Write(self._garbled(frame))
            case "unknown_event":
                number = frame.event.get("sequence_number", self.events)
                yield self._extra(self.fault.event, number)
                self.shift = 1
                yield self._write(self._numbered(frame, number + 1))
            case "duplicate_event":
                yield self._write(frame)
                yield Write(frame.data)
            case "wrong_sequence":
                yield self._write(
                    self._numbered(frame, frame.event.get("sequence_number", 0) + 100)
                )
            case "error_then_failed" | "failed_only":
                yield from self._failure(frame)
            case "done_marker":
                yield Write(self._done())
                yield self._write(frame)
            case _:  # missing_event, missing_terminal: nothing is written
                return

    def _at_end(self) -> Iterator[Action]:
        """What a fault does whose place lies behind the last event."""
        match self.fault.kind:
            case "drop":
                yield self._gone()
            case "stall" if self.fault.stall_ms is None:
                yield Stall()
            case "stall":
                yield Wait(self.fault.stall_ms or 0)
            case "done_marker":
                yield Write(self._done())
            case "unknown_event":
                yield self._extra(self.fault.event, self.events)

    def _place(self, frame: Frame) -> int:
        """How many bytes of this frame go out before the cut."""
        if self.transport == "websocket":
            return 0
        if self.fault.after_bytes is not None:
            return min(max(0, self.fault.after_bytes - self.bytes), len(frame.data))
        if self.transport == "http":
            return 0 if self.fault.after_events == 0 else len(frame.data) // 2
        return 0

    def _cut(self, frame: Frame, place: int) -> Iterator[Action]:
        """The first bytes of a frame, and then what the fault says."""
        stall = self.fault.kind == "stall" or self.fault.then == "stall"
        goes_on = (
            self.fault.then == "continue"
            if self.fault.kind != "stall"
            else self.fault.stall_ms is not None
        )
        if goes_on and self.transport == "websocket":
            place = 0
        if place:
            yield Write(frame.data[:place])
        if goes_on:
            if stall:
                yield Wait(self.fault.stall_ms or 0)
            yield self._write(Frame(frame.event, frame.data[place:]))
        else:
            yield Stall() if stall else self._gone()

    def _cut_character(self, frame: Frame) -> Iterator[Action]:
        data = frame.data
        if self.transport == "websocket":  # a text message is valid UTF-8 or none at all
            yield from self._cut(frame, max(1, len(data) // 2))
            return
        place = next((index for index, byte in enumerate(data) if byte > 127), None)
        if place is not None:
            yield from self._cut(frame, place + 1)
        elif self.fault.then == "continue":
            yield self._write(frame)
        else:
            half = len(data) // 2
            yield from self._cut(Frame(frame.event, data[:half] + "€".encode()), half + 1)

    def _gone(self) -> Drop:
        return Drop(code=self.fault.close_code)

    def _garbled(self, frame: Frame) -> bytes:
        text = compact(frame.event) if self.transport != "http" else frame.data
        damaged = text[: len(text) * 2 // 3].decode("utf-8", "ignore").encode()
        return sse(str(frame.event.get("type")), damaged) if self.transport == "sse" else damaged

    def _done(self) -> bytes:
        return b"data: [DONE]\n\n" if self.transport == "sse" else b"[DONE]"

    def _numbered(self, frame: Frame, number: int) -> Frame:
        event = {**frame.event, "sequence_number": number}
        return Frame(event, encode(event, self.transport))

    def _failure(self, frame: Frame) -> Iterator[Action]:
        fault = self.fault
        error = {"code": fault.code, "message": fault.message}
        if self.transport == "http":
            failed = {
                **frame.event,
                "status": "failed",
                "completed_at": None,
                "error": error,
                "output": [],
            }
            yield self._write(Frame(failed, pretty({**failed, "usage": None})))
            yield End()
            return
        number = frame.event.get("sequence_number", self.events)
        if fault.kind == "error_then_failed":
            nested = {
                "type": "server_error",
                "code": fault.code,
                "message": fault.message,
                "param": None,
            }
            yield self._extra("error", number, error=nested)
            number += 1
        response = {**(self.response or {}), "status": "failed", "error": error}
        yield self._extra("response.failed", number, response=response)
        yield End()

    def _extra(self, kind: str, number: int, **fields: Any) -> Write:
        """An event that the reply does not have."""
        return Write(
            encode({"type": kind, **fields, "sequence_number": number, **self.lane}, self.transport)
        )
