"""Faults in the place of an answer, or before it begins."""

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Annotated

from mockserver.api.json import compact
from mockserver.script.actions import (
    Action,
    Drop,
    End,
    Head,
    PacedFrames,
    Stall,
    Wait,
    Write,
    write_all,
)
from mockserver.script.conditions import Transport
from mockserver.script.faults.base import (
    CloseCode,
    Fault,
    Text,
    builder,
)
from mockserver.script.places import NUMBER, STATUS, header_fields


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
