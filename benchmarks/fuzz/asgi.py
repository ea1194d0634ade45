"""A client of an ASGI application in the same process, which waits for nothing and leaves early."""

import asyncio
import contextlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Scope

from mockserver.http.connection import KEY

PATIENCE = 0.02
"""Seconds after which a client that hears nothing leaves."""
_PARTING = 10.0
"""Seconds after which what goes on for a client that has left is stuck."""
LIVE_ID = "resp_live"
"""What messages name the response by that was begun last on their connection."""
_HEARING = 0.002
_ID = re.compile(rb'"id": ?"([^"]+)"')
LAST = (b'"response.completed"', b'"response.incomplete"', b'"response.failed"', b'"type":"error"')


class StuckError(Exception):
    """The application goes on though its client has left."""


@dataclass(slots=True)
class Reply:
    """What came back.

    Attributes:
        status: None where nothing came, which is the fate of a client that left.
        seconds: the work that it took, of all threads.
    """

    status: int | None = None
    body: bytes = b""
    media_type: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Request:
    """One request as it is sent; a WebSocket where it has messages."""

    method: str
    path: str
    query: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    messages: Sequence[bytes] | None = None

    def __str__(self) -> str:
        said = self.body if self.messages is None else b" | ".join(self.messages)
        query = f"?{self.query.decode('latin-1')}" if self.query else ""
        return f"{self.method} {self.path}{query} {self.headers} {said[:3_000]!r}"

    @property
    def scope(self) -> Scope:
        """The scope of ASGI."""
        fields = {"host": "127.0.0.1", "content-type": "application/json", **self.headers}
        common = {
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "path": self.path,
            "raw_path": self.path.encode("utf-8", "surrogatepass"),
            "query_string": self.query,
            "headers": [
                (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
                for name, value in fields.items()
            ],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        if self.messages is None:
            return {"type": "http", "method": self.method, "scheme": "http", **common}
        return {
            "type": "websocket",
            "scheme": "ws",
            "extensions": {"websocket.http.response": {}},
            **common,
        }


async def ask(app: ASGIApp, request: Request) -> Reply:
    """Send a request, and take what comes for a short time; then leave."""
    client = _Client(request)
    started = time.process_time()
    scope = request.scope
    scope.setdefault("extensions", {})[KEY] = {"transport": client}
    work = asyncio.ensure_future(app(scope, client.receive, client.send))
    done, _ = await asyncio.wait({work}, timeout=PATIENCE)
    if not done:
        client.leave()
        done, _ = await asyncio.wait({work}, timeout=_PARTING)
    if not done:
        work.cancel()
        raise StuckError
    work.result()
    client.reply.seconds = time.process_time() - started
    return client.reply


class _Client:
    """Both ends of a connection: what the application receives and sends, and its transport."""

    def __init__(self, request: Request) -> None:
        self.reply = Reply()
        self._is_gone = asyncio.Event()
        self._answered = asyncio.Event()
        self._heard = asyncio.Event()
        self._heard.set()
        self._live_id = ""
        if request.messages is None:
            body = {"type": "http.request", "body": request.body, "more_body": False}
            self._waiting: list[Message] = [body]
        else:
            texts = [_text_message(data) for data in request.messages]
            self._waiting = [{"type": "websocket.connect"}, *texts]
        self._kind = "http" if request.messages is None else "websocket"

    def is_closing(self) -> bool:
        return self._is_gone.is_set()

    def get_extra_info(self, _name: str) -> None:
        return None

    def close(self) -> None:
        self.leave()

    def abort(self) -> None:
        self.leave()

    def leave(self) -> None:
        self._is_gone.set()
        self._answered.set()

    async def receive(self) -> Message:
        if self._waiting and not self._is_gone.is_set():
            message = self._waiting.pop(0)
            if message["type"] == "websocket.receive":
                await self._hear()
                if self._live_id and "text" in message:
                    message["text"] = message["text"].replace(LIVE_ID, self._live_id)
                self._answered.clear()
            return message
        if self._kind == "websocket" and not self._is_gone.is_set():
            await self._answered.wait()
        else:
            await self._is_gone.wait()
        return {"type": f"{self._kind}.disconnect", "code": 1000}

    async def _hear(self) -> None:
        """Let something come before the next message, so that it meets a turn that is running."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._heard.wait(), _HEARING)
        self._heard.clear()

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self.reply.status = message["status"]
            types = [value for name, value in message["headers"] if name == b"content-type"]
            self.reply.media_type = types[0].decode("latin-1") if types else ""
        elif kind.endswith(".body"):
            self.reply.body += message.get("body", b"")
        elif kind == "websocket.send":
            data = message["text"].encode("utf-8", "surrogatepass")
            self.reply.body += data
            self._heard.set()
            found = _ID.search(data)
            self._live_id = found[1].decode("utf-8", "replace") if found else self._live_id
            if not self._waiting and any(mark in data for mark in LAST):
                self._answered.set()
        elif kind == "websocket.close":
            self.leave()


def _text_message(data: bytes) -> Message:
    try:
        return {"type": "websocket.receive", "text": data.decode()}
    except UnicodeDecodeError:
        return {"type": "websocket.receive", "bytes": data}


def ids_in(reply: Reply) -> list[str]:
    """The first ids that a reply gives out."""
    return [each.decode("utf-8", "replace") for each in _ID.findall(reply.body)[:4]]
