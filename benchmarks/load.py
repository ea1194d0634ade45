"""Load for one server: raw sockets that ask again as soon as they are answered, and what the server
spends on it.
"""

import asyncio
import base64
import contextlib
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_HANDSHAKE = (
    "GET /v1/responses HTTP/1.1\r\nhost: {host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n\r\n"
)
_END_OF_TURN = b'"type":"response.completed"'


@dataclass(frozen=True, slots=True)
class Process:
    """A server as a process. url: without a path."""

    url: str
    pid: int

    @property
    def cpu_seconds(self) -> float:
        """The CPU time that it and its children have taken; 0 where the system does not tell."""
        return sum(map(_cpu_seconds, _with_children(self.pid)))


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    for told in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in told.read_text().split():
            yield from _with_children(int(child))


@contextlib.contextmanager
def process(*command: str, url: str | None = None) -> Iterator[Process]:
    """A server as a process, which prints its URL first, unless that is known."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            said = server.stdout.readline() if url is None else url
            yield Process(said.strip().removesuffix("/v1"), server.pid)
        finally:
            server.terminate()


@dataclass(frozen=True, slots=True)
class Load:
    """How much a server did.

    rate: answers a second. cpu: microseconds of its processes for each.
    """

    rate: float
    cpu: float


class _Client(asyncio.Protocol):
    """One connection over HTTP."""

    def __init__(self, host: str, bodies: Iterator[bytes]) -> None:
        self._host = host
        self._bodies = bodies
        self._buffer = b""
        self.replies = 0
        self.is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        if self.is_over:
            return
        body = next(self._bodies)
        head = (
            f"POST /v1/responses HTTP/1.1\r\nhost: {self._host}\r\nauthorization: Bearer key\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._is_whole():
            self.replies += 1
            self._buffer = b""
            self._ask()

    def _is_whole(self) -> bool:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        _, found, length = head.lower().partition(b"content-length: ")
        if found:
            return len(rest) >= int(length.partition(b"\r\n")[0])
        return rest.endswith(b"0\r\n\r\n")


class _SocketClient(_Client):
    """One connection over a WebSocket: a turn is over with its last event."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(bytes(16)).decode()
        transport.write(_HANDSHAKE.format(host=self._host, key=key).encode())

    def _ask(self) -> None:
        if self.is_over:
            return
        payload = next(self._bodies)
        size = bytes([0x80 | len(payload)])
        if len(payload) > 125:
            size = bytes([0x80 | 126]) + struct.pack("!H", len(payload))
        # Masked with zeros: as it is.
        self._transport.write(b"\x81" + size + bytes(4) + payload)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._buffer.startswith(b"HTTP/1.1 101"):
            _, found, self._buffer = self._buffer.partition(b"\r\n\r\n")
            if found:
                self._ask()
        elif _END_OF_TURN in data or _END_OF_TURN in self._buffer[-8192:]:
            self.replies += 1
            self._buffer = b""
            self._ask()


def post(url: str, body: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The body of a reply, and its fields."""
    import httpx2

    fields = {"content-type": "application/json", "accept-encoding": "identity"}
    reply = httpx2.post(f"{url}/v1/responses", content=body, headers=fields)
    if reply.status_code != 200:
        raise SystemExit(f"{url} answers {reply.status_code}: {reply.text}")
    return reply.content, [(name.lower(), value) for name, value in reply.headers.raw]


def bodies(request: dict[str, object], *, distinct: bool, known: int = 10**8) -> Iterator[bytes]:
    """The same request again and again, or requests that differ in their input.

    known: how many of them there are.
    """
    if not distinct:
        body = json.dumps(request).encode()
        while True:
            yield body
    for number in count():
        place = number % known
        yield json.dumps({**request, "input": asked(place)}).encode()


def asked(number: int) -> str:
    """What one of many different requests says."""
    town = number * 7919 % 1000
    return f"Question {number:08}: what is the weather like in town {town:03} today?"


def measure(
    server: Process,
    requests: Iterator[bytes],
    *,
    seconds: float,
    connections: int,
    websocket: bool = False,
) -> Load:
    """What the server does under this load, once it is warm."""
    return asyncio.run(
        _measure(server, requests, seconds, connections, _SocketClient if websocket else _Client)
    )


async def _measure(
    server: Process,
    requests: Iterator[bytes],
    seconds: float,
    connections: int,
    client: Callable[[str, Iterator[bytes]], _Client],
) -> Load:
    host, port = server.url.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: client(host, requests), host, int(port))
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds / 4)
    before = sum(each.replies for _, each in made)
    cpu = server.cpu_seconds
    start = time.perf_counter()
    await asyncio.sleep(seconds)
    replies = sum(each.replies for _, each in made) - before
    cpu = server.cpu_seconds - cpu
    took = time.perf_counter() - start
    for transport, each in made:
        each.is_over = True
        transport.close()
    if not replies:
        raise SystemExit(f"{server.url} does not answer")
    return Load(replies / took, cpu / replies * 1e6)


def python(*command: str) -> tuple[str, ...]:
    """A command for the Python that runs this."""
    return sys.executable, *command
