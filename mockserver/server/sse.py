"""Server-sent events as the API frames them."""

from mockserver.protocol.json import Json, compact

MEDIA_TYPE = "text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"


def frame(event: Json) -> bytes:
    """One event as bytes: its name, its data on one line, a blank line."""
    return b"event: " + event["type"].encode() + b"\ndata: " + compact(event) + b"\n\n"
