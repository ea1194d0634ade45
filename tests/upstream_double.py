"""An upstream that plays any bytes in any rhythm, and a recorder in front of it, for tests of
recording.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx2

from mockserver.cassettes import DEFAULT_SCRUB_RULES, Recorder, RecordMode, ScrubRules, Upstream
from mockserver.http import Background, create_app, listen, url_of
from mockserver.session import CassetteContents, Sessions, UpstreamSource
from mockserver.settings import Settings
from patience import SECONDS


@dataclass
class Asked:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Play: TypeAlias = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def reply(
    *chunks: bytes,
    status: int = 200,
    kind: str = "application/json",
    length: bool = True,
    extra: str = "",
) -> Play:
    """Play an answer in these chunks; without a length it is sent chunked."""

    async def play(_: Asked, writer: asyncio.StreamWriter) -> None:
        framing = (
            f"content-length: {sum(map(len, chunks))}" if length else "transfer-encoding: chunked"
        )
        writer.write(
            f"HTTP/1.1 {status} Fine\r\ncontent-type: {kind}\r\n{framing}\r\n{extra}\r\n".encode()
        )
        for chunk in chunks:
            writer.write(chunk if length else b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()
            await asyncio.sleep(0)
        if not length:
            writer.write(b"0\r\n\r\n")

    return play


def stream(*chunks: bytes) -> Play:
    """Play a stream of events in these chunks."""
    return reply(*chunks, kind="text/event-stream; charset=utf-8", length=False)


def raw(data: bytes) -> Play:
    """Play these bytes and close."""

    async def play(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return play


@dataclass
class World:
    """One thread that runs the upstream and the recorders of all tests."""

    background: Background
    switch: "Switch"
    url: str
    upstream_url: str = ""
    asked: list[Asked] = field(default_factory=list)
    play: Play = field(default_factory=lambda: reply(b"{}"))

    def do(self, work: Any) -> Any:
        """Run a coroutine in the thread of the servers."""
        assert self.background.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.background.loop).result(SECONDS)

    @contextmanager
    def recording(
        self,
        path: Path,
        mode: RecordMode = "all",
        *,
        upstream: str = "",
        api_key: str | None = None,
        timeout: float = SECONDS,
        rules: ScrubRules = DEFAULT_SCRUB_RULES,
        speed: float = 0.0,
        commit: bool = True,
        keeps_errors: bool = False,
        verbatim: bool = True,
        **kept: Any,
    ) -> Iterator["Client"]:
        """A recorder between a client and the upstream; closed, with everything written, at the
        end.
        """
        named = Upstream((upstream or self.upstream_url) + "/v1", api_key=api_key, timeout=timeout)
        recorder = Recorder(
            path, named, mode, rules=rules, keeps_errors=keeps_errors, verbatim=verbatim, now=None
        )
        source = UpstreamSource(recorder, **kept)
        settings = Settings(speed=speed)
        self.switch.app = create_app(Sessions(settings, CassetteContents(), source))
        self.asked.clear()
        with httpx2.Client(
            base_url=self.url + "/v1", headers={"user-agent": "t"}, trust_env=False, verify=False
        ) as http:
            yield Client(http, source, self)
        self.do(source.aclose(SECONDS))
        recorder.close(commit)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection as the test says."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, target, _ = first.split()
                asked = Asked(method, target, headers, body)
                self.asked.append(asked)
                await self.play(asked, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@dataclass
class Client:
    http: httpx2.Client
    upstream: UpstreamSource
    world: World

    def create(self, body: Any = None, **kept: Any) -> httpx2.Response:
        """`POST /responses`."""
        return self.http.post("/responses", json={"input": "hi"} if body is None else body, **kept)


class Switch:
    """Serves whichever application the current test has put here."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextmanager
def running_world() -> Iterator[World]:
    """The thread with both servers."""
    switch = Switch()
    sock = listen("127.0.0.1", 0)
    world = World(Background(switch, sock), switch, url_of(sock))
    world.background.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(world.serve, "127.0.0.1", 0)

    server = world.do(start())
    port = server.sockets[0].getsockname()[1]
    world.upstream_url = f"http://127.0.0.1:{port}"
    try:
        yield world
    finally:
        world.background.loop.call_soon_threadsafe(server.close)  # type: ignore[union-attr]
        world.background.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
