"""Many paced streams at once: do all complete, and what memory and CPU does the server take?

    python -m benchmarks.streams [--streams 10000] [--tokens 200] [--itl-ms 500]

The server is a process of its own. The client is another one with raw sockets, each with a request
of its own. Exits with 1 when a stream is not whole or the server took more than `--most-mb`.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_DELTA = b"event: response.output_text.delta\n"
_END = b"0\r\n\r\n"
_AT_ONCE = 500
"""How many connections are opened at the same time; a listening socket has room for so many."""


class Reader(asyncio.Protocol):
    """One connection that asks for a stream, and counts what comes.

    done: set to whether the stream ended as it should, once the connection is closed or it did.
    """

    def __init__(self, number: int, host: str) -> None:
        body = json.dumps({"model": "gpt-4o", "input": f"Count to {number}.", "stream": True})
        head = f"POST /v1/responses HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        self._request = f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()
        self._tail = b""
        self.deltas = 0
        self.done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        seen = self._tail + data
        self.deltas += seen.count(_DELTA)
        if seen.endswith(_END) and not self.done.done():
            self.done.set_result(True)
            self._transport.close()
        # Too short for a whole line of a delta, which is counted once.
        self._tail = seen[1 - len(_DELTA) :]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_result(False)


async def read_all(url: str, streams: int, tokens: int) -> int:
    """Open the streams and read them to their ends; how many of them were whole."""
    host, port = url.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(number: int) -> bool:
        async with gate:
            _, reader = await loop.create_connection(lambda: Reader(number, host), host, int(port))
        return await reader.done and reader.deltas == tokens

    return sum(await asyncio.gather(*map(read, range(streams))))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--itl-ms", type=float, default=500.0)
    parser.add_argument("--most-mb", type=float, default=500.0)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    reply = {"output": [" ".join(["word"] * options.tokens)]}
    step = {"reply": reply, "stream": {"itl_ms": options.itl_ms}, "times": "always"}
    with tempfile.TemporaryDirectory() as folder:
        cassette = Path(folder, "stub.yaml")
        cassette.write_text(json.dumps({"interactions": [step]}))
        command = [sys.executable, "-m", "mockserver", "serve", str(cassette), "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = server.stdout.readline().strip().removesuffix("/v1")
            start = time.monotonic()
            try:
                whole = asyncio.run(read_all(url, options.streams, options.tokens))
            finally:
                server.terminate()
            took = time.monotonic() - start
            _, _, used = os.wait4(server.pid, 0)
            server.returncode = 0  # It has been waited for.
    peak_mb = used.ru_maxrss / (1_048_576 if sys.platform == "darwin" else 1024)
    cpu = used.ru_utime + used.ru_stime
    print(f"{whole} of {options.streams} streams of {options.tokens} deltas whole in {took:.0f} s")
    print(f"server: peak {peak_mb:.0f} MB, CPU {cpu:.1f} s", end=", ")
    print(f"{cpu / options.streams / options.tokens * 1e6:.0f} µs a delta")
    sys.exit(whole < options.streams or peak_mb > options.most_mb)


if __name__ == "__main__":
    main()
