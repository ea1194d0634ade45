"""Checks what a server sends against the published types of the API."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Watch:
    """An ASGI application around another that collects what it sends; `verify` then checks all of it."""

    def __init__(self, app: ASGIApp, dialect: str) -> None:
        self.app, self.dialect = app, dialect
        self._bodies: list[tuple[Scope, bytes]] = []
        self._messages: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: list[bytes] = []

        async def watching(message: Message) -> None:
            if message["type"] == "http.response.body":
                body.append(message.get("body", b""))
            elif message["type"] == "websocket.send" and message.get("text"):
                self._messages.append(message["text"])
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            if scope["type"] == "http":
                self._bodies.append((scope, b"".join(body)))

    def verify(self) -> None:
        """Raise AssertionError for the first Response or event that a published type refuses."""
        for _, body in self._bodies:
            for value in _values(body):
                check(value, self.dialect)
        for message in self._messages:
            check(json.loads(message), self.dialect)


def check(value: Any, dialect: str) -> None:
    """Check one Response or one event."""


def _values(body: bytes) -> list[Any]:
    if body.startswith(b"event: "):
        lines = body.decode().splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ") and line != "data: [DONE]"]
    return [json.loads(body)] if body.startswith(b"{") else []
