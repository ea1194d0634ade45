"""`mockserver serve --workers N`: several processes at one port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver import MockServer
from mockserver.cli import run_command
from mockserver.http import listen, sockets_of_workers
from patience import SECONDS, until

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
HI = {"model": "gpt-5", "input": "Hi"}


class Serving:
    """A server of several processes."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process, self.url = process, url

    def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """By a connection of its own, so that any worker may answer."""
        return httpx2.request(method, self.url + path, json=body)

    @property
    def workers(self) -> list[dict[str, int]]:
        told: list[dict[str, int]] = self.ask("GET", "/health").json()["workers"]
        return told


@contextlib.contextmanager
def serving(*arguments: str) -> Iterator[Serving]:
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--workers", "2"]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().removesuffix("/v1")
            assert url, process.stderr and process.stderr.read()
            yield Serving(process, url)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as server:
        yield server


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True
    )


def test_health_names_all(server: Serving) -> None:
    pids = [worker["pid"] for worker in server.workers]
    assert len(set(pids)) == 2
    assert server.process.pid not in pids


def test_any_of_them_gives_the_same_answer(server: Serving) -> None:
    with MockServer() as alone:
        body = {**HI, "input": "The same?"}
        expected = httpx2.post(f"{alone.base_url}/responses", json=body).content
    assert server.ask("POST", "/v1/responses", body).content == expected


def test_metrics_are_of_all_together(server: Serving) -> None:
    for number in range(20):
        server.ask("POST", "/v1/responses", {**HI, "input": f"Question {number}"})

    def counted() -> float:
        lines = server.ask("GET", "/metrics").text.splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith('mockserver_requests_total{method="POST",route="/responses"')
        )

    until(lambda: counted() >= 20)
    text = server.ask("GET", "/metrics").text
    assert text.count("# TYPE mockserver_requests_total") == 1
    assert "mockserver_sessions 1\n" in text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/__mockserver__/script", ["x"]),
        ("GET", "/__mockserver__/requests", None),
        ("POST", "/__mockserver__/sessions", {}),
        ("POST", "/v1/responses", {**HI, "previous_response_id": "resp_1"}),
        ("POST", "/v1/responses", {**HI, "background": True}),
        ("GET", "/v1/responses/resp_1", None),
        ("POST", "/v1/conversations", {}),
        ("GET", "/v1/files", None),
    ],
)
def test_what_one_would_have_to_remember_is_refused(
    server: Serving, method: str, path: str, body: Any
) -> None:
    reply = server.ask(method, path, body)
    assert reply.status_code == 422
    error = reply.json()["error"]
    assert error["code"] == "mockserver_no_common_state"
    assert "This server has 2 workers, which share no state" in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/models", None),
        ("POST", "/v1/responses/input_tokens", HI),
        ("POST", "/v1/embeddings", {"model": "text-embedding-3-small", "input": "x"}),
        ("GET", "/__mockserver__", None),
        ("GET", "/__mockserver__/openapi.json", None),
    ],
)
def test_what_needs_nothing_else_is_answered(
    server: Serving, method: str, path: str, body: Any
) -> None:
    assert server.ask(method, path, body).status_code == 200


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_one_that_dies_is_started_again_and_all_end_together() -> None:
    with serving() as server:
        first, second = server.workers
        os.kill(first["pid"], signal.SIGKILL)
        until(lambda: [each["restarts"] for each in server.workers] == [1, 0])
        assert server.ask("POST", "/v1/responses", HI).status_code == 200
        pids = [each["pid"] for each in server.workers]
        assert second["pid"] in pids
        server.process.terminate()
        _, err = server.process.communicate(timeout=SECONDS)
        assert server.process.returncode == 0
        assert f"worker {first['pid']} ended (-9); starting another" in err
        assert not any(map(is_alive, pids))


def test_what_was_counted_stays_counted_when_one_dies() -> None:
    def counted(server: Serving) -> float:
        lines = server.ask("GET", "/metrics").text.splitlines()
        counts = (line for line in lines if line.startswith("mockserver_request_seconds_count"))
        return sum(float(line.rpartition(" ")[2]) for line in counts if "/responses" in line)

    with serving() as server:
        for number in range(20):
            server.ask("POST", "/v1/responses", {**HI, "input": f"Question {number}"})
        until(lambda: counted(server) == 20)
        kill_all(server)
        assert counted(server) == 20
        kill_all(server)  # What was taken on once is taken on again.
        assert counted(server) == 20


def kill_all(server: Serving) -> None:
    """Kill the workers, and wait for others."""
    pids = {worker["pid"] for worker in server.workers}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not pids & {worker["pid"] for worker in server.workers})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they share one socket")
def test_the_system_deals_out_connections_to_them() -> None:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(listen("127.0.0.1", 0))
        sockets = [stack.enter_context(sock) for sock in sockets_of_workers(first, 3)]
        assert len({sock.fileno() for sock in sockets}) == 3
        for _ in range(100):
            stack.enter_context(socket.create_connection(first.getsockname()))
        taken = [accepted(sock) for sock in sockets]
        assert sum(taken) == 100
        assert all(taken)


def accepted(sock: socket.socket) -> int:
    """How many connections wait at a socket."""
    sock.setblocking(False)
    number = 0
    while True:
        try:
            sock.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_they_end_when_nobody_watches_them() -> None:
    with serving() as server:
        pids = [each["pid"] for each in server.workers]
        server.process.kill()
        server.process.wait(SECONDS)
        until(lambda: not any(map(is_alive, pids)))


def test_a_hangup_has_all_read_their_cassettes_again(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("interactions:\n- reply: before\n  times: always\n")
    with serving(str(path)) as server:

        def texts() -> set[str]:
            replies = [server.ask("POST", "/v1/responses", HI).json() for _ in range(8)]
            return {reply["output"][0]["content"][0]["text"] for reply in replies}

        assert texts() == {"before"}
        path.write_text("interactions:\n- reply: after\n  times: always\n")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: texts() == {"after"})
        for worker in server.workers:
            os.kill(worker["pid"], signal.SIGKILL)
        until(lambda: [each["restarts"] for each in server.workers] == [1, 1])
        assert texts() == {"after"}


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_signal_while_it_starts_is_heard(workers: str) -> None:
    """As a container may be stopped; the moment differs from machine to machine."""
    words = ["--port", "0", "--workers", workers]
    for tenths in range(8):
        with subprocess.Popen(
            [sys.executable, "-m", "mockserver", "serve", *words], stdout=subprocess.PIPE
        ) as process:
            time.sleep(tenths / 10)
            process.terminate()
            process.communicate(timeout=SECONDS)
            assert process.returncode in (0, -signal.SIGTERM)


@pytest.mark.parametrize(
    ("cassette", "arguments", "said"),
    [
        ("interactions:\n- reply: once\n", [], "answers 1 time"),
        ("interactions:\n- reply: x\n  times: 3\n", [], "answers 3 time"),
        (
            "interactions:\n- reply: x\n  times: always\n  scenario: {requires: a}\n",
            [],
            "share no state",
        ),
        ("", ["--open-sessions"], "sessions belong to one process"),
    ],
)
def test_what_they_would_each_count_for_themselves_is_refused_at_once(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cassette: str,
    arguments: list[str],
    said: str,
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(cassette)
    files = [path] if cassette else []
    assert run_command("serve", *files, "--port", "0", "--workers", "2", *arguments) == 1
    assert said in capsys.readouterr().err


def test_recordings_want_repeat(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).resolve().parents[1] / "cassettes" / "recorded" / "capital.yaml"
    assert run_command("serve", path, "--port", "0", "--workers", "2") == 1
    assert "a recording answers once, unless --repeat says more" in capsys.readouterr().err


def test_workers_that_cannot_live_are_given_up() -> None:
    code = (
        "import os\nfrom mockserver.cli.workers import run_workers\n"
        "raise SystemExit(run_workers(2, lambda *_: os._exit(3), lambda: None))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 1
    assert "a worker ended 5 times within 60 seconds, the last time with 3" in done.stderr
    assert done.stderr.count("starting another") >= 4
