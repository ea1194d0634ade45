"""The page that shows a session at work, and the stream of requests that it lives on."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from mockserver.api.json import Json, compact
from mockserver.http.call import Call
from mockserver.http.control_request import control_route
from mockserver.session.listing import summary
from mockserver.session.opening import Sessions
from mockserver.session.received import Received
from mockserver.sse import render_event

_PAGE = Path(__file__).with_name("page.html")
_SHOWN = 500
"""How many requests a page begins with."""
_BEHIND = 1_000
"""How many may wait for a page that does not read."""
_LOOK_SECONDS = 1.0
_KEEPALIVE_LOOKS = 15


def page() -> Response:
    """The page: one file, which loads nothing from elsewhere."""
    text, policy = _page()
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }
    return HTMLResponse(text, headers=headers)


@cache
def _page() -> tuple[str, str]:
    text = _PAGE.read_text(encoding="utf-8")
    hashes = {
        kind: " ".join(map(_digest, re.findall(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)))
        for kind in ("script", "style")
    }
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src data:; script-src {hashes['script']}; "
        f"style-src {hashes['style']}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def live_routes(sessions: Sessions) -> list[Route]:
    """The route of the stream that the page reads."""

    async def tell_live(call: Call, request: Request) -> Response:  # noqa: ARG001
        """`GET /live`: server-sent events: `opened` with the newest requests, `request` when one
        has come and when its answer has ended, `reset` when the session begins anew.
        """
        body = _frames(sessions, call.session_name)
        return StreamingResponse(body, media_type="text/event-stream")

    return [control_route("GET", "/live", tell_live)]


async def _frames(sessions: Sessions, name: str) -> AsyncIterator[bytes]:
    session = sessions.get(name)
    if session is None:
        return
    waiting: asyncio.Queue[Received] = asyncio.Queue(_BEHIND)

    def tell(received: Received, *, is_over: bool) -> None:  # noqa: ARG001
        if not waiting.full():
            waiting.put_nowait(received)

    end = session.journal.watch(tell)
    looks = 0
    try:
        newest = session.journal.requests[-_SHOWN:]
        yield _frame("opened", {"requests": [summary(each) for each in newest]})
        while sessions.get(name) is session:
            try:
                received = await asyncio.wait_for(waiting.get(), _LOOK_SECONDS)
            except asyncio.TimeoutError:
                await session.state.begin()  # What other servers received is told of, too.
                looks += 1
                if looks % _KEEPALIVE_LOOKS == 0:
                    yield b": keepalive\n\n"
            else:
                yield _frame("request", summary(received))
        yield _frame("reset", {})
    finally:
        end()


def _frame(kind: str, value: Json) -> bytes:
    return render_event(kind, compact(value))
