"""How a response ends: which statuses it has before its end, and which events say that it has
come.
"""

__all__ = ["LAST", "RUNNING", "TERMINAL"]

RUNNING = frozenset({"queued", "in_progress"})
"""The statuses of a response that has not ended."""

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The events that bring a finished Response."""

LAST = TERMINAL | {"error"}
"""The events after which a WebSocket has nothing more to say to a request."""
