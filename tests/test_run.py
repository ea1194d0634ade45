"""The server as a process: how it begins, and how it ends."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from mockserver import MockServer
from mockserver.http import Background, create_app, listen, url_of
from mockserver.script import to_step
from mockserver.session import Sessions
from patience import SECONDS
from server_process import ServerProcess, command

SIGNALS = [signal.SIGTERM, signal.SIGINT]
SLOW = """
interactions:
- {when: {input: x}, reply: At once.}
- {when: {input: hang}, reply: x, stream: {fault: hang}}
- {when: {input: stall}, reply: x, stream: {fault: {kind: stall, after_events: 2}}}
- {when: {input: slow}, reply: x, stream: {ttft_ms: 3600000}}
"""


def end(server: ServerProcess, signum: signal.Signals) -> tuple[int, str]:
    """Exit status and standard error."""
    server.process.send_signal(signum)
    return server.finish()


def ask_once(server: ServerProcess, _stack: contextlib.ExitStack) -> None:
    assert (
        httpx2.post(f"{server.url}/responses", json={"model": "gpt-5", "input": "x"}).status_code
        == 200
    )


def leave_open(server: ServerProcess, stack: contextlib.ExitStack) -> None:
    """Requests that hang, streams that stall, and a connection that asks for nothing."""
    open_ones = [
        stack.enter_context(_ask(server.url, text, 1)) for text in ("stall", "hang", "slow")
    ]
    stack.enter_context(_connection(server.url))
    read_until(open_ones[0], b"event: response.in_progress")


@pytest.mark.parametrize("before", [ask_once, leave_open])
@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_ends_it_while_requests_are_under_way(
    tmp_path: Path,
    signum: signal.Signals,
    before: Callable[[ServerProcess, contextlib.ExitStack], None],
) -> None:
    """The fault: a server that waits for what is under way never ends, as none of these requests
    does; one that breaks it off with a traceback says so. How soon it ends: `benchmarks.ending`.
    """
    path = tmp_path / "slow.yaml"
    path.write_text(SLOW)
    with ServerProcess(str(path)) as server, contextlib.ExitStack() as stack:
        before(server, stack)
        assert end(server, signum) == (0, "")


COMPUTES = """
import sys
from mockserver.http import create_app, listen, run, url_of
from mockserver.script import to_step
from mockserver.session import Sessions

def compute_without_end(request):
    print("computing", flush=True)
    {body}

sessions = Sessions()
sessions.default.script([to_step({{"when": {{"predicate": compute_without_end}}, "reply": "x"}})])
sock = listen("127.0.0.1", 0)
run(create_app(sessions), sock, lambda: print(url_of(sock) + "/v1", flush=True))
"""


@pytest.mark.parametrize(
    "body", ["while True: pass", 'import re; re.search("(a|a)*$", "a" * 60 + "!")']
)
@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_ends_it_while_a_request_computes(signum: signal.Signals, body: str) -> None:
    """The fault: a signal that only asks the loop to end is never heard by one that computes, nor
    by a thread that needs the lock of Python's which `re` holds.
    """
    with subprocess.Popen(
        [sys.executable, "-c", COMPUTES.format(body=body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            with _ask(process.stdout.readline().strip(), "x", 0):
                assert process.stdout.readline() == "computing\n"
                process.send_signal(signum)
                _, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert process.returncode == 1
    assert "in compute_without_end" in errors


def test_a_second_signal_does_no_harm() -> None:
    with ServerProcess() as server:
        server.process.send_signal(signal.SIGINT)
        assert end(server, signal.SIGINT) == (0, "")


def test_the_port_is_free_again() -> None:
    with ServerProcess() as server:
        port = httpx2.URL(server.url).port
        end(server, signal.SIGTERM)
    assert port is not None
    listen("127.0.0.1", port).close()


def test_health_says_when_it_serves() -> None:
    with ServerProcess() as server:
        reply = httpx2.get(server.url.removesuffix("/v1") + "/__mockserver__/health")
        assert (reply.status_code, reply.json()) == (200, {"status": "ok"})
        end(server, signal.SIGTERM)


@pytest.fixture
def taken() -> Iterator[int]:
    with listen("127.0.0.1", 0) as sock:
        yield sock.getsockname()[1]


def test_a_port_in_use(taken: int) -> None:
    done = command("serve", "--port", str(taken))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"mockserver: cannot listen at 127.0.0.1, port {taken}: another program listens there. "
        "Stop it, or choose another one: --port 0 takes any that is free."
    ]


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1"])
def test_an_address_that_is_not_ours(host: str) -> None:
    with pytest.raises(
        OSError, match=f"cannot listen at {host}, port 0: .*Give the address of an interface"
    ):
        listen(host, 0)


def test_a_url_of_ipv6_has_brackets() -> None:
    try:
        sock = listen("::1", 0)
    except OSError as error:
        pytest.skip(f"there is no IPv6 here: {error}")
    with sock:
        assert url_of(sock) == f"http://[::1]:{sock.getsockname()[1]}"


def test_what_is_written_leaves_at_once() -> None:
    """Connections of a socket that was handed to asyncio wait for ACKs unless they are told not
    to.
    """
    with listen("127.0.0.1", 0) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_in_a_thread_it_ends_with_requests_under_way() -> None:
    """The fault: a server that waits for the stream never stops, as the stream never ends."""
    sessions = Sessions()
    sessions.default.script([to_step({"reply": "x", "stream": {"fault": "stall"}})])
    sock = listen("127.0.0.1", 0)
    server = Background(create_app(sessions), sock)
    server.start()
    with _ask(url_of(sock) + "/v1", "x", 1) as connection:
        read_until(connection, b"event: response.created")
        stopping = threading.Thread(target=server.stop, daemon=True)
        stopping.start()
        stopping.join(SECONDS)
        assert not stopping.is_alive()
        server.stop()
    assert sock.fileno() == -1


def read_until(connection: socket.socket, wanted: bytes) -> None:
    """Read until something has come. Raises TimeoutError when it does not."""
    got = b""
    while wanted not in got:
        chunk = connection.recv(65_536)
        assert chunk, got
        got += chunk


def _ask(url: str, text: str, stream: int) -> socket.socket:
    """A connection on which a create request is under way."""
    connection = _connection(url)
    body = f'{{"model": "gpt-5", "input": "{text}", "stream": {"true" if stream else "false"}}}'
    connection.sendall(
        (
            f"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        ).encode()
    )
    return connection


def _connection(url: str) -> socket.socket:
    place = httpx2.URL(url)
    return socket.create_connection((place.host, place.port or 0), timeout=SECONDS)


def spin(may_end: threading.Event) -> None:
    while not may_end.is_set():
        pass


@pytest.mark.parametrize("wait", [spin, threading.Event.wait])
def test_a_server_ends_though_a_function_of_a_step_does_not(
    monkeypatch: pytest.MonkeyPatch, wait: Callable[[threading.Event], object]
) -> None:
    monkeypatch.setattr("mockserver.http.server_thread._STOP_SECONDS", 0.2)
    monkeypatch.setattr("mockserver.http.server_thread._INTERRUPTED_SECONDS", 0.2)
    has_begun, may_end = threading.Event(), threading.Event()

    def hang(request: Any) -> str:  # noqa: ARG001
        has_begun.set()
        wait(may_end)
        return "never"

    server = MockServer().start()
    server.script(hang)
    port = urlsplit(server.url).port or 0
    with socket.create_connection(("127.0.0.1", port)) as client:
        body = json.dumps({"model": "gpt-5", "input": "Hello"}).encode()
        head = f"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body)
        assert has_begun.wait(SECONDS)
        try:
            with pytest.raises(RuntimeError, match=r"test_run\.py:\d+, in hang\b.*let functions"):
                server.stop()
            server.stop()
        finally:
            may_end.set()
    listen("127.0.0.1", port).close()


def test_who_scripts_a_server_that_hangs_is_told_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.http.server_thread._SECONDS", 0.2)
    has_begun, may_end = threading.Event(), threading.Event()

    def hang(request: Any) -> str:  # noqa: ARG001
        has_begun.set()
        may_end.wait(SECONDS)
        return "late"

    with MockServer() as server, ThreadPoolExecutor() as pool:
        server.script(hang)
        url = f"{server.base_url}/responses"
        late = pool.submit(httpx2.post, url, json={"model": "gpt-5", "input": "Hello"})
        assert has_begun.wait(SECONDS)
        with pytest.raises(RuntimeError, match=r"its thread was at .*in hang"):
            server.script("another")
        may_end.set()
        assert late.result().is_success


def test_a_session_that_stops_frees_the_others_from_a_function_that_does_not_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mockserver.http.server_thread._STOP_SECONDS", 0.2)
    has_begun, never = threading.Event(), threading.Event()

    def hang(request: Any) -> str:  # noqa: ARG001
        has_begun.set()
        spin(never)
        return "never"

    with MockServer() as server, ThreadPoolExecutor() as pool:
        session = server.session()
        session.script(hang)
        url = f"{session.base_url}/responses"
        asked = pool.submit(httpx2.post, url, json={"model": "gpt-5", "input": "Hello"})
        assert has_begun.wait(SECONDS)
        with pytest.raises(RuntimeError, match=r"its thread was at .*test_run\.py:\d+, in hang"):
            session.stop()
        server.script("It goes on.")
        url = f"{server.base_url}/responses"
        reply = httpx2.post(url, json={"model": "gpt-5", "input": "Hello"})
        assert reply.json()["output"][0]["content"][0]["text"] == "It goes on."
        assert asked.result().status_code == 500
