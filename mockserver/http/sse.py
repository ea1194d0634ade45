"""What surrounds the events of a stream over HTTP."""

MEDIA_TYPE = "text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"
"""The marker that ends a stream in the `open-responses` dialect."""
