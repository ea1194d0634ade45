"""Requests per second of repeated requests, beside a bare uvicorn application that sends the same
bytes.

    python -m benchmarks.throughput [--seconds 3] [--connections 8]

Both servers run as processes of their own with the same protocol implementation; the client is one
process with raw sockets, so that it is not what is measured.
"""

import argparse
import asyncio
import contextlib
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

TEXT = " ".join(["word"] * 20)
BODIES = {
    "JSON": {"model": "gpt-4o", "input": "Hello"},
    "stream of 20 deltas": {"model": "gpt-4o", "input": "Hello", "stream": True},
}

BARE = """
import sys
from mockserver.http import listen, run, url_of

body = open(sys.argv[1], "rb").read()
kind = sys.argv[2].encode()
START = {"type": "http.response.start", "status": 200,
         "headers": [(b"content-type", kind), (b"content-length", str(len(body)).encode())]}
BODY = {"type": "http.response.body", "body": body}

async def app(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await send(START)
    await send(BODY)

sock = listen("127.0.0.1", 0)
run(app, sock, lambda: print(url_of(sock), flush=True))
"""


class Client(asyncio.Protocol):
    """One connection that sends the same request again as soon as the reply to it is complete."""

    def __init__(self, request: bytes) -> None:
        self._request, self._buffer, self.replies = request, b"", 0
        self._first = True
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        if b"content-length: " in head:
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            complete = len(rest) >= length
        else:
            complete = rest.endswith(b"0\r\n\r\n")
        if complete:
            self.replies += 1
            if not self.body:
                self.body = rest
            self._buffer = b""
            self._transport.write(self._request)


async def measure(url: str, body: bytes, seconds: float, connections: int) -> float:
    """Replies per second."""
    host, port = url.removeprefix("http://").split(":")
    head = f"POST /v1/responses HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Client(request), host, int(port))
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds / 4)  # warming up
    before, start = sum(client.replies for _, client in made), loop.time()
    await asyncio.sleep(seconds)
    count, took = sum(client.replies for _, client in made) - before, loop.time() - start
    for transport, _ in made:
        transport.close()
    return count / took


@contextlib.contextmanager
def process(*command: str) -> Iterator[str]:
    """A server as a process; gives its URL without a path."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip().removesuffix("/v1")
        finally:
            server.terminate()


def reply_to(url: str, body: bytes) -> tuple[bytes, str]:
    import httpx2

    reply = httpx2.post(
        f"{url}/v1/responses", content=body, headers={"content-type": "application/json"}
    )
    return reply.content, reply.headers["content-type"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, uvicorn {version('uvicorn')}, {platform.machine()}, "
        "one core a server"
    )
    print(f"{'':22}{'mockserver':>12}{'bare uvicorn':>14}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        cassette = Path(folder, "stub.yaml")
        cassette.write_text(json.dumps({"interactions": [{"reply": TEXT, "times": "always"}]}))
        for name, body in BODIES.items():
            compare(
                name,
                json.dumps(body).encode(),
                str(cassette),
                folder,
                options.seconds,
                options.connections,
            )


def compare(
    name: str, body: bytes, cassette: str, folder: str, seconds: float, connections: int
) -> None:
    with process("-m", "mockserver", "serve", cassette, "--port", "0") as url:
        reply, kind = reply_to(url, body)
        ours = asyncio.run(measure(url, body, seconds, connections))
    same = Path(folder, "reply")
    same.write_bytes(reply)
    with process("-c", BARE, str(same), kind) as url:
        bare = asyncio.run(measure(url, body, seconds, connections))
    print(f"{name:22}{ours:>10.0f}/s{bare:>12.0f}/s{ours / bare:>8.2f}")


if __name__ == "__main__":
    main()
