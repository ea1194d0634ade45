"""What goes wrong inside the server: one line in the log, and an answer in the API's shape."""

import logging
import traceback
from pathlib import Path

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

import mockserver
from mockserver.api import api_error, compact
from mockserver.http.call import Call, deny
from mockserver.http.connection import Sent, abort
from mockserver.session.masked import mask_text
from mockserver.session.worker import AbandonedError
from mockserver.sse import render_event
from mockserver.wording import one_line, shorten

log = logging.getLogger("mockserver")

_PACKAGE = Path(mockserver.__file__).parent
_MOST_SAID = 200
_INTERNAL_ERROR_CODE = 1011
"""What a WebSocket is closed with after a fault of the server (RFC 6455, 7.4.1)."""


def log_failure(what: str, error: Exception) -> None:
    """Tell of a fault of the server's own in one line, and where it is; its traceback is at the
    level DEBUG.
    """
    said = shorten(one_line(mask_text(str(error))), _MOST_SAID)
    log.error(
        "mockserver failed on %s: %s: %s (%s). This is a bug of mockserver, not of the request. "
        "Do: please report it, with this line and the request, as an issue of its repository.",
        mask_text(one_line(what)),
        type(error).__name__,
        said,
        _place(error),
    )
    log.debug("the traceback of that", exc_info=error)


def _place(error: Exception) -> str:
    """File and line of the innermost frame of this package."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"{path.relative_to(_PACKAGE.parent).as_posix()}:{frame.lineno}"
    return "outside of its own code"


async def guarded(
    answer: ASGIApp, call: Call, sent: Sent, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer a request: faults are answered too, and clients may leave when they like.

    sent: what all that is sent goes through.
    """
    try:
        await answer(scope, receive, send)
    except (ClientDisconnect, WebSocketDisconnect, AbandonedError):
        return
    except Exception as error:
        log_failure(f"{call.method} {call.path}", error)
        await _apologise(call, sent, scope, receive, send)


async def _apologise(call: Call, sent: Sent, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what the server failed on, as far as that can still be done."""
    if sent.is_over:
        return
    await call.identify()
    error = api_error("server_error", request_id=call.request_id)
    if sent.start is None:
        reply = call.refusal(error)
        if scope["type"] == "http":
            await reply(scope, receive, send)
        else:
            await deny(reply, scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _INTERNAL_ERROR_CODE})
    elif _is_stream(sent.start):
        event = {"type": "error", "code": error.code, "message": error.message, "param": None}
        frame = render_event("error", compact({**event, "sequence_number": 0}))
        await send({"type": "http.response.body", "body": frame})
    else:
        abort(scope)


def _is_stream(start: Message) -> bool:
    fields = dict(start["headers"])
    media_type: bytes = fields.get(b"content-type", b"")
    return media_type.startswith(b"text/event-stream")
