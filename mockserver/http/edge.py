"""The outermost layer: finds the session of a request, takes the prefixes off its path, checks its
key.
"""

import re
import time
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.api.errors import ApiError, api_error, own_error
from mockserver.http.call import Call, deny
from mockserver.session.journal import Received
from mockserver.session.opening import Sessions
from mockserver.settings import Settings

CONTROL_PREFIX = "/__mockserver__"
SESSION = re.compile(r"/s/([^/]+)(/.*|$)")
"""A path that names a session, and the path within that."""

_API = re.compile(r"(?:/openai)?/v1(/.*|$)")


@dataclass(frozen=True, slots=True)
class Special:
    """What holds for one session alone: settings of its own; an application that takes all requests
    of the API, as long as nothing is scripted.
    """

    settings: Settings | None = None
    app: ASGIApp | None = None


_PLAIN = Special()


class Edge:
    """An ASGI application around the routes: `/s/NAME` selects a session; `/v1` and `/openai/v1`
    may be left out.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, settings: Settings) -> None:
        self._app, self.sessions, self.settings = app, sessions, settings
        self.special: dict[str, Special] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        named = SESSION.match(path)
        session = self.sessions.get(named[1]) if named else self.sessions.default
        inner = named[2] if named else path
        special = self.special.get(named[1] if named else "", _PLAIN)
        headers = Headers(scope=scope)
        received = Received(scope.get("method", "GET"), inner or "/", headers, at=time.monotonic())
        call = Call(
            session=session or self.sessions.default,
            settings=special.settings or self.settings,
            method=received.method,
            path=path,
            headers=headers,
            target=path
            + ("?" + scope["query_string"].decode("latin-1") if scope["query_string"] else ""),
            received=received,
        )
        if session is None and not inner.startswith(CONTROL_PREFIX):
            self.sessions.too_late(f"{call.method} {path}")
        elif (
            session is not None and scope["type"] == "http" and not inner.startswith(CONTROL_PREFIX)
        ):
            session.journal.add(received)
            send = _noting_status(received, send)
        refused = _no_session(path) if session is None else self._key_error(call, inner)
        scope = {**scope, "path": inner, "raw_path": inner.encode()}
        try:
            await self._answer(call, special, refused, scope, receive, send)
        finally:
            call.session.journal.done(received)

    async def _answer(
        self,
        call: Call,
        special: Special,
        refused: ApiError | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        inner: str = scope["path"]
        bare = _API.match(inner)
        if (
            special.app is not None
            and refused is None
            and not call.session.scripted.written
            and not inner.startswith(CONTROL_PREFIX)
        ):
            scope["mockserver.received"] = call.received
            await special.app(scope, _noting_body(call, receive), send)
            return
        scope.update(
            {"path": (bare[1] if bare else inner) or "/", "raw_path": None, "mockserver.call": call}
        )
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await call.refusal(refused)(scope, receive, send)
        else:
            await receive()
            await deny(call.refusal(refused), scope, receive, send)

    def _key_error(self, call: Call, path: str) -> ApiError | None:
        keys = call.settings.api_keys
        if not keys or path.startswith(CONTROL_PREFIX):
            return None
        scheme, _, key = call.headers.get("authorization", "").partition(" ")
        key = key.strip() if scheme.lower() == "bearer" else call.headers.get("api-key", "")
        if not key:
            return api_error("missing_api_key")
        return None if key in keys else api_error("invalid_api_key", key=_masked(key))


def _noting_body(call: Call, receive: Receive) -> Receive:
    """For an application that reads bodies itself."""
    chunks: list[bytes] = []

    async def noting() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                call.session.journal.read(call.received, b"".join(chunks))
        return message

    return noting


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
