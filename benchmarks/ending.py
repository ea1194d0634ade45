"""How soon servers end that are told to while requests are under way (goal: within a second).

Run: python -m benchmarks.ending
"""

import contextlib
import json
import signal
import socket
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from mockserver import MockServer
from server_process import ServerProcess

HANG = {"interactions": [{"reply": "x", "stream": {"fault": "hang"}, "times": "always"}]}
ROUNDS = 20


def main() -> None:
    """Measure both ways to run a server."""
    show("process, SIGTERM", process)
    show("thread", thread)


def show(what: str, ending: Callable[[], float]) -> None:
    """Print the median and the worst of some endings."""
    taken = [ending() for _ in range(ROUNDS)]
    print(f"{what:20s} median {statistics.median(taken):6.3f} s, worst {max(taken):6.3f} s")


def process() -> float:
    """Seconds from the signal to the end of `mockserver serve`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hang.yaml"
        path.write_text(json.dumps(HANG))
        with ServerProcess(str(path)) as server, asking(server.url):
            start = perf_counter()
            server.process.send_signal(signal.SIGTERM)
            server.finish()
            return perf_counter() - start


def thread() -> float:
    """Seconds that leaving the block of a MockServer takes."""
    with contextlib.ExitStack() as stack:
        with MockServer() as server:
            server.script(*HANG["interactions"])
            stack.enter_context(asking(server.base_url))
            while not server.requests:
                threading.Event().wait(0.001)
            start = perf_counter()
        return perf_counter() - start


def asking(url: str) -> socket.socket:
    """A connection on which a request is under way."""
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port or 80))
    body = b'{"model": "gpt-5", "input": "x"}'
    head = f"POST {place.path}/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


if __name__ == "__main__":
    main()
