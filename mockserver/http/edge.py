"""The outermost layer: finds the session of a request, takes the prefixes off its path, checks its
key.
"""

import re
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.api import ApiError, api_error, own_error
from mockserver.http.call import Call, deny, target_of
from mockserver.session.journal import Received
from mockserver.session.opening import Sessions

CONTROL_PREFIX = "/__mockserver__"
SESSION = re.compile(r"/s/([^/]+)(/.*|$)")
"""A path that names a session, and the path within that."""

# `/openai`, `/openai/deployments/NAME` and `/openai/v1` are Azure's, `/api/v1` is OpenRouter's.
_API = re.compile(
    r"(?:(?:/openai|/api)?/v1|/openai(?:/deployments/(?P<deployment>[^/]+))?)(?P<rest>/.*|$)"
)


class Edge:
    """An ASGI application around the routes: `/s/NAME` selects a session; the prefix of the API may
    be left out.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        named = SESSION.match(path)
        session = self.sessions.get(named[1]) if named else self.sessions.default
        inner = named[2] if named else path
        headers = Headers(scope=scope)
        received = Received(scope.get("method", "GET"), inner or "/", headers, at=time.monotonic())
        target = target_of(scope)
        call = Call(
            session=session or self.sessions.default,
            method=received.method,
            path=path,
            headers=headers,
            target=_within_session(target) if named else target,
            received=received,
        )
        is_control = inner.startswith(CONTROL_PREFIX)
        if session is None and not is_control:
            self.sessions.too_late(f"{call.method} {path}")
        elif session is not None and scope["type"] == "http" and not is_control:
            session.journal.add(received)
            send = _noting_status(received, send)
        refused: ApiError | None = None
        if session is None:
            refused = _no_session(path)
        elif session.settings.api_keys and not is_control:
            refused = _key_error(call)
        prefixed = _API.match(inner)
        if prefixed:
            call.deployment = prefixed["deployment"]
        bare_path = (prefixed["rest"] if prefixed else inner) or "/"
        scope = {**scope, "path": bare_path, "raw_path": None, "mockserver.call": call}
        try:
            if refused is None:
                await self._app(scope, receive, send)
            else:
                await _refuse(call, refused, scope, receive, send)
        finally:
            call.session.journal.done(received)


async def _refuse(
    call: Call, refused: ApiError, scope: Scope, receive: Receive, send: Send
) -> None:
    reply = await call.refuse(refused)
    if scope["type"] == "http":
        await reply(scope, receive, send)
    else:
        await receive()
        await deny(reply, scope, receive, send)


def _key_error(call: Call) -> ApiError | None:
    """What is wrong with the key of a request, where only some are accepted."""
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    key = key.strip() if scheme.lower() == "bearer" else call.headers.get("api-key", "")
    if not key:
        return api_error("missing_api_key")
    if key in call.settings.api_keys:
        return None
    return api_error("invalid_api_key", key=_masked(key))


def session_name(path: str) -> str:
    """The name of the session that a path, with every prefix, belongs to; "" has none."""
    named = SESSION.match(path)
    return named[1] if named else ""


def _within_session(target: str) -> str:
    """A path and query without the prefix that names a session."""
    path, mark, query = target.partition("?")
    named = SESSION.match(path)
    return (named[2] if named else path) + mark + query


def _noting_status(received: Received, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            received.status = message["status"]
        await send(message)

    return noting


def _no_session(path: str) -> ApiError:
    text = (
        f"No session is open at {path}: it was closed, or never opened. A client made for one "
        "test serves no other. "
        "Do: make the client inside the test, or hand it the test's base_url."
    )
    return own_error(404, text, "mockserver_no_session")


def _masked(key: str) -> str:
    """A key as errors may show it."""
    return f"{key[:4]}{'*' * max(len(key) - 8, 4)}{key[-4:]}" if len(key) > 8 else "*" * len(key)
