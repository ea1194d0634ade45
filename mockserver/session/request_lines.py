"""What standard error is told of requests and of the log, as text or as JSON, a line each."""

import json
import logging
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from mockserver.session.journal import Watcher
from mockserver.session.masked import mask_text
from mockserver.session.received import Received


def tell_in_text(received: Received, *, is_over: bool) -> None:
    """Tell of a request, once it is over, as people read it."""
    if not is_over:
        return
    is_fine = received.by is not None and received.status is not None and received.status < 400
    _write(f"{received}, status {received.status}" if is_fine else str(received))


def tell_in_json(received: Received, *, is_over: bool) -> None:
    """Tell of a request, once it is over, as a JSON object."""
    if not is_over:
        return
    counted = None if received.answer is None else received.answer.counted
    read, written = counted or (None, None)
    told = {
        "time": _now(),
        "level": "info",
        "event": "request",
        "number": received.number,
        "method": received.method,
        "path": received.path,
        "transport": received.transport,
        "model": received.request.model if received.request is not None else None,
        "status": received.status,
        "answered_by": received.by,
        "source": received.source or None,
        "error": mask_text(received.text) or None,
        "response_id": received.response_id,
        "input_tokens": read,
        "output_tokens": written,
        "seconds": received.seconds and round(received.seconds, 6),
    }
    _write(json.dumps({key: value for key, value in told.items() if value is not None}))


TELL: Mapping[str, Watcher] = {"text": tell_in_text, "json": tell_in_json}
"""By the option `log_format`."""


def log_as_json() -> None:
    """Have the log of this process written as JSON objects."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter())
    logging.basicConfig(handlers=[handler], force=True)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _now(record.created),
            "level": record.levelname.lower(),
            "event": "log",
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told)


def _now(seconds: float | None = None) -> str:
    at = time.time() if seconds is None else seconds
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds")


def _write(line: str) -> None:
    with suppress(OSError):  # Nobody listens, which must not harm the answer.
        print(line, file=sys.stderr, flush=True)  # noqa: T201
