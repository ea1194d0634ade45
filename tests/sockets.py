"""A WebSocket client for tests: sends events, collects the turns that answer them."""

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

from patience import SECONDS

LAST = {"response.completed", "response.incomplete", "response.failed", "error"}

Event = dict[str, Any]


class Socket:
    """An open connection. No wait is without an end."""

    def __init__(self, url: str, path: str = "/responses", **options: Any) -> None:
        self.ws: ClientConnection = connect(
            url.replace("http", "ws", 1) + path, max_size=None, **options
        )

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_: object) -> None:
        self.ws.close()

    def send(self, **event: Any) -> None:
        """Send any event."""
        self.ws.send(json.dumps(event))

    def create(self, text: Any = "hi", **body: Any) -> None:
        """Send a `response.create`."""
        self.send(type="response.create", **{"model": "gpt-4o-mini", "input": text, **body})

    def recv(self) -> Event:
        """The next event."""
        event: Event = json.loads(self.ws.recv(timeout=SECONDS))
        return event

    def turn(self) -> list[Event]:
        """The events up to the one that ends a turn."""
        events = [self.recv()]
        while events[-1]["type"] not in LAST:
            events.append(self.recv())
        return events

    def until(self, kind: str) -> list[Event]:
        """The events up to the first of a type. Raises AssertionError for an error."""
        events = [self.recv()]
        while events[-1]["type"] != kind:
            assert events[-1]["type"] != "error", events[-1]
            events.append(self.recv())
        return events

    def ask(self, text: Any = "hi", **body: Any) -> Event:
        """Send a create; the Response that it brings. Raises AssertionError for an error."""
        self.create(text, **body)
        last = self.turn()[-1]
        assert last["type"] != "error", last
        response: Event = last["response"]
        return response

    def refused(self, text: Any = "hi", **body: Any) -> Event:
        """Send a create that is answered with an error; the error event."""
        self.create(text, **body)
        (error,) = self.turn()
        assert error["type"] == "error"
        return error


def text_of(response: Event) -> str:
    """The text of a Response's last message."""
    return "".join(part["text"] for part in response["output"][-1]["content"])
