"""What a connection has to do for one answer, in words that every transport knows."""

from dataclasses import dataclass, field
from typing import TypeAlias

from mockserver.api.events import TERMINAL
from mockserver.api.json import Json, compact, pretty
from mockserver.script.condition import Transport


@dataclass(frozen=True, slots=True)
class Frame:
    """One event (or one whole Response) and its bytes on the wire."""

    event: Json
    data: bytes

    @property
    def is_terminal(self) -> bool:
        return self.event.get("type") in TERMINAL


@dataclass(frozen=True, slots=True)
class Head:
    """Send the status line and headers; `None` stands for those of the reply."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes at once: a chunk of the body, or one WebSocket message."""

    data: bytes


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


def encode(event: Json, transport: Transport) -> bytes:
    """The bytes of one event: a server-sent event, a WebSocket message, or a JSON body."""
    if transport == "sse":
        return sse(str(event.get("type")), compact(event))
    return compact(event) if transport == "websocket" else pretty(event)


def sse(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
