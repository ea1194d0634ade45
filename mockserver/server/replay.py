"""Recorded exchanges, sent as they were recorded."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from starlette.responses import Response, StreamingResponse

from mockserver.cassette.interaction import Interaction, is_stream
from mockserver.cassette.play import replay_headers
from mockserver.cassette.sse import payload, pieces


def replay(interaction: Interaction, speed: float) -> Response:
    """The recorded answer, byte for byte.

    speed: 0 sends a stream event by event at once; 1 in its recorded time, 2 in half of it.
    """
    recorded = interaction.response
    if is_stream(recorded):
        reply: Response = StreamingResponse(_paced(pieces(recorded, speed)), recorded.status)
    else:
        reply = Response(payload(recorded), recorded.status)
    length = [field for field in reply.raw_headers if field[0] == b"content-length"]
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in replay_headers(recorded)]
    reply.raw_headers = [*fields, *length]
    return reply


async def _paced(parts: Sequence[tuple[float, bytes]]) -> AsyncIterator[bytes]:
    """The parts, each at its time in milliseconds after the first call."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for offset, part in parts:
        wait = start + offset / 1000 - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        yield part
