"""Servers that share a state, in the threads of a test."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import httpx2
from openai import OpenAI

from mockserver.http import ServerThread
from mockserver.session import Sessions, SharedSessions, load_cassettes
from mockserver.settings import Settings

CONTROL = "/__mockserver__"
Ask: TypeAlias = Callable[[str, str, Any], httpx2.Response]


class Server:
    """One of the servers."""

    def __init__(self, thread: ServerThread) -> None:
        self.thread = thread
        self.url = thread.url
        self.client = httpx2.Client(base_url=self.url)
        self.openai = OpenAI(base_url=f"{self.url}/v1", api_key="sk-secret", max_retries=0)

    def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        return self.client.request(method, path, json=body)

    def create(self, text: str = "Hi", **fields: Any) -> Any:
        asked = {"model": "gpt-5", "input": text, **fields}
        return self.ask("POST", "/v1/responses", asked).json()

    def text(self, text: str = "Hi", **fields: Any) -> str:
        said = self.create(text, **fields)
        assert "output" in said, said
        found: str = said["output"][-1]["content"][0]["text"]
        return found


@contextlib.contextmanager
def serving(number: int, url: str | None, **options: Any) -> Iterator[list[Server]]:
    settings = Settings(state=url, **options)
    cassettes = load_cassettes(settings.cassette)
    made = Sessions if url is None else SharedSessions
    threads = [ServerThread(made(settings, cassettes)) for _ in range(number)]
    servers = [Server(thread) for thread in threads]
    try:
        yield servers
    finally:
        for server in servers:
            server.openai.close()
            server.client.close()
            server.thread.stop()
