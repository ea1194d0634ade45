"""Recorded exchanges, sent as they were recorded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.cassettes.interaction import Interaction, is_stream
from mockserver.cassettes.play import replay_headers
from mockserver.cassettes.sse import payload, pieces
from mockserver.http.wire import drop

T = TypeVar("T")


def replay(interaction: Interaction, speed: float) -> Response:
    """The recorded answer, byte for byte.

    speed: 0 sends a stream event by event at once; 1 in its recorded time, 2 in half of it. One
    that was cut ends by closing the connection.
    """
    recorded = interaction.response
    if is_stream(recorded):
        stream = _Broken if recorded.cut else StreamingResponse
        reply: Response = stream(_paced(pieces(recorded, speed)), recorded.status)
    else:
        reply = Response(payload(recorded), recorded.status)
    length = [field for field in reply.raw_headers if field[0] == b"content-length"]
    fields = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in replay_headers(recorded)
    ]
    reply.raw_headers = [*fields, *length]
    return reply


def replayed_messages(interaction: Interaction, speed: float) -> AsyncIterator[str]:
    """The recorded messages of a turn of a WebSocket conversation, at the same speeds."""
    messages = interaction.response.messages or ()
    return _paced(
        [(message.offset_ms / speed if speed else 0.0, message.data) for message in messages]
    )


class _Broken(StreamingResponse):
    """A stream that breaks off after its last part, as the recorded one did."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        async for part in self.body_iterator:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await drop(scope, receive, reset=False)


async def _paced(parts: Sequence[tuple[float, T]]) -> AsyncIterator[T]:
    """The parts, each at its time in milliseconds after the first call."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for offset, part in parts:
        wait = start + offset / 1000 - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        yield part
