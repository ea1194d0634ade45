"""The outermost layer: finds the session of a request, takes the prefixes off its path, and checks
where it comes from and which key it has.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.api import ApiError, api_error, own_error
from mockserver.http.bodies import Bodies
from mockserver.http.call import Call, deny
from mockserver.http.connection import Sent, is_gone, without_whole_writes
from mockserver.http.failures import guarded
from mockserver.http.metrics import Metrics
from mockserver.http.request_head import PathParts, RequestHead, head_of, path_parts, target_of
from mockserver.http.session_names import NAME, split_path
from mockserver.http.trust import is_preflight, untrusted, with_cors
from mockserver.masking import mask
from mockserver.session.opening import Sessions
from mockserver.session.received import Received
from mockserver.session.session import Session
from mockserver.session.worker import HAS_LEFT
from mockserver.settings import Settings
from mockserver.wording import show_value

DirectRoute: TypeAlias = Callable[[Call, Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("mockserver")

CONTROL_PREFIX = "/__mockserver__"
_ALL_SESSIONS = f"{CONTROL_PREFIX}/sessions"
_HEALTH = f"{CONTROL_PREFIX}/health"
OPERATIONS = {
    "/health": _HEALTH,
    "/healthz": _HEALTH,
    "/readyz": _HEALTH,
    "/metrics": f"{CONTROL_PREFIX}/metrics",
}
"""Where orchestrators and Prometheus look by themselves."""
_MOST_LOGGED = 100
_MOST_SESSIONS = 1_000
_NO_KEY = (
    "This server answers only requests with one of its keys. Do: send one that its --api-key "
    "names, in the header 'authorization: Bearer KEY'."
)


class Edge:
    """An ASGI application around the routes: `/s/NAME` selects a session; the prefix of the API may
    be left out.

    direct: what answers without a search for its route, by the type, the method and the path of its
    requests.
    """

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        metrics: Metrics,
        direct: Mapping[tuple[str, str, str], DirectRoute] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._direct = direct
        self.metrics = metrics
        self._bodies = Bodies()
        self._logged: set[str] = set()
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path = path_parts(scope["path"], self.sessions.settings.root_path)
        head = head_of(scope["headers"])
        name = path.session or head.session
        unreachable: ApiError | None = None
        session: Session | None = None
        try:
            session = await self._find(name, path.whole)
        except ApiError as error:
            unreachable = error
        if self.sessions.is_shared:
            scope = without_whole_writes(scope)
        call = self._call(scope, session, name, path, head)
        received = call.received
        bare_path = _bare_path(call, path)
        is_control = bare_path.startswith(CONTROL_PREFIX)
        settings = self._settings_for(session, bare_path)
        if session is None and not is_control:
            self.sessions.too_late(f"{call.method} {path.whole}")
        elif session is not None and scope["type"] == "http" and not is_control:
            if not is_preflight(call.method, call.headers, settings):
                session.journal.add(received)
            self.metrics.begin(received)
        refused = unreachable or self._refusal(call, session, bare_path, settings)
        if session is not None and self.sessions.is_shared:
            send = _noted_before_its_end(send, session, received)
        sent = Sent(send, received)
        answer = partial(guarded, partial(self._answer, call, refused, bare_path), call, sent)
        HAS_LEFT.set(partial(is_gone, scope))
        try:
            if settings.cors:
                await with_cors(answer, settings)(scope, receive, sent)
            else:
                await answer(scope, receive, sent)
        finally:
            call.let_go()
            call.session.journal.done(received)
            if scope["type"] == "http" and not is_control:
                self.metrics.end(received, bare_path)

    def _call(
        self, scope: Scope, session: Session | None, name: str, path: PathParts, head: RequestHead
    ) -> Call:
        """A request that has come. name: of the session that it asks for."""
        method = scope.get("method", "GET")
        return Call(
            session=session or self.sessions.default,
            session_name=name,
            method=method,
            path=path.whole,
            headers=head.fields,
            metrics=self.metrics,
            bodies=self._bodies,
            target=target_of(scope, self.sessions.settings.root_path),
            deployment=path.deployment,
            received=Received(method, path.within or "/", head.shown, at=time.monotonic()),
        )

    async def leave(self) -> None:
        """Serve no more."""
        await self.sessions.leave()

    async def _answer(
        self,
        call: Call,
        refused: ApiError | None,
        path: str,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request, or refuse it. path: without prefixes."""
        direct = self._direct.get((scope["type"], call.method, path))
        if refused is not None:
            await _refuse(call, refused, scope, receive, send)
        elif direct is not None:
            await direct(call, scope, receive, send)
        else:
            inner = {**scope, "path": path, "raw_path": None, "mockserver.call": call}
            await self._app(inner, receive, send)

    async def _find(self, name: str, path: str) -> Session | None:
        """The session of a request. Raises ApiError 503 where a shared state is away."""
        if not self.sessions.is_shared:
            return self.sessions.get(name) or self._opened_on_demand(name)
        if OPERATIONS.get(path) == _HEALTH:
            return self.sessions.default
        return await self._find_shared(name)

    def _opened_on_demand(self, name: str) -> Session | None:
        """A session that opens because a request names it, where that is allowed."""
        return self.sessions.open(name) if self._may_open(name) else None

    def _may_open(self, name: str) -> bool:
        if not self.sessions.settings.open_sessions or NAME.fullmatch(name) is None:
            return False
        return len(list(self.sessions)) < _MOST_SESSIONS

    async def _find_shared(self, name: str) -> Session | None:
        """A session that other servers serve as well, opened on demand. Raises ApiError 503."""
        found = await self.sessions.find(name)
        if found is not None or not self._may_open(name):
            return found
        opened = await self.sessions.open_as(name, {}, self.sessions.settings)
        return opened or await self.sessions.find(name)

    def _settings_for(self, session: Session | None, path: str) -> Settings:
        """What holds for a request: what its session says, but for what concerns them all."""
        if session is None or path.startswith(_ALL_SESSIONS):
            return self.sessions.settings
        return session.settings

    def _refusal(
        self, call: Call, session: Session | None, path: str, settings: Settings
    ) -> ApiError | None:
        """Why a request is not let in; None when it is. path: without prefixes."""
        if path == _HEALTH:
            return None if session is not None else _no_session(call)
        is_control = path.startswith(CONTROL_PREFIX)
        if is_control or (session is not None and _spends_key(session)):
            refused = untrusted(call.headers, settings)
            if refused is not None:
                self._log_once(call, refused)
                return refused
        if session is None:
            return _no_session(call)
        if path.rstrip("/") == CONTROL_PREFIX and wants_page(call.headers):
            return None  # It holds nothing but what everybody has, and asks for the key.
        if settings.api_keys:
            return _key_error(call, settings, is_control=is_control)
        return None

    def _log_once(self, call: Call, refused: ApiError) -> None:
        """Say in the log, once, what was refused: browsers do not show it to the page's author."""
        if refused.message not in self._logged and len(self._logged) < _MOST_LOGGED:
            self._logged.add(refused.message)
            where = f"{call.method} {show_value(call.path)}"
            log.warning("mockserver: refused %s. %s", where, refused.message)


def _bare_path(call: Call, path: PathParts) -> str:
    """The path of a request without prefixes; what tools and browsers ask for has others."""
    if call.method not in ("GET", "HEAD"):
        return path.bare
    if path.within in ("", "/") and wants_page(call.headers):
        return CONTROL_PREFIX
    return OPERATIONS.get(path.whole, path.bare)


def _noted_before_its_end(send: Send, session: Session, received: Received) -> Send:
    """Sends; what became of the request is written down before the end of its answer leaves."""

    async def note_and_send(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await session.state.note(received)
        await send(message)

    return note_and_send


def wants_page(headers: Mapping[str, str]) -> bool:
    """Whether whoever asks is a browser, which says so by what it accepts first."""
    return headers.get("accept", "").startswith("text/html")


def _spends_key(session: Session) -> bool:
    """Whether its requests may reach the real API."""
    return session.upstream is not None and session.upstream.recorder.records


async def _refuse(
    call: Call, refused: ApiError, scope: Scope, receive: Receive, send: Send
) -> None:
    reply = await call.refuse(refused)
    if scope["type"] == "http":
        await reply(scope, receive, send)
    else:
        await receive()
        await deny(reply, scope, receive, send)


def _key_error(call: Call, settings: Settings, *, is_control: bool) -> ApiError | None:
    """What is wrong with the key of a request, where only some are accepted."""
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    key = key.strip() if scheme.lower() == "bearer" else call.headers.get("api-key", "")
    if key in settings.api_keys:
        return None
    if is_control:
        return own_error(401, _NO_KEY, "mockserver_wrong_key" if key else "mockserver_no_key")
    return api_error("invalid_api_key", key=mask(key)) if key else api_error("missing_api_key")


def _no_session(call: Call) -> ApiError:
    text = (
        f"No session is open at {call.path}: it was closed, or never opened. A client made for one "
        "test serves no other. "
        "Do: make the client inside the test, or hand it the test's base_url."
    )
    if not split_path(call.path)[0]:
        text = (
            f"No session {show_value(call.session_name)} is open. Do: open it with POST "
            "/__mockserver__/sessions, or let the server open sessions that a request names "
            f"(--open-sessions; at most {_MOST_SESSIONS} at once, names of 1 to 100 letters, "
            "digits and '._~-')."
        )
    return own_error(404, text, "mockserver_no_session")
