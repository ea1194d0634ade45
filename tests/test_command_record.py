"""`mockserver record` as a process: how it starts, how it ends, and what it leaves when it is made
to end.
"""

import asyncio
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count, islice
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets import WebSocketException
from websockets.sync.client import connect

from mockserver import MockServer
from mockserver.api import compact
from mockserver.cassettes import (
    KEY_VARIABLE,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    append_interactions,
    conversation_turns,
    load,
    request_value,
)
from mockserver.cli import run_command
from patience import SECONDS
from upstream_double import Asked, World, reply, running_world

KILLS = int(os.environ.get("MOCKSERVER_KILLS", "2"))
"""How often recording is killed; `benchmarks/recording.py` says 500."""

COMMAND = """
import os, resource, sys
from mockserver.cli import main
if limit := os.environ.get("LIMIT"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
sys.exit(main())
"""
Greeting = Callable[..., list[str]]
JSON = b'{\n  "id": "resp_1"\n}'


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[World]:
    with running_world() as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.play = reply(JSON)
    shared.asked.clear()
    return shared


class Process:
    """A running `mockserver record`."""

    def __init__(self, world: World, cassette: Path, *options: str, **kept: Any) -> None:
        arguments = [
            "record",
            "--upstream",
            kept.pop("upstream", world.upstream_url + "/v1"),
            "--cassette",
            str(cassette),
            "--port",
            "0",
        ]
        environment = {
            name: value for name, value in os.environ.items() if name != "CI"
        } | kept.pop("env", {})
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            **kept,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self.http = httpx2.Client(base_url=self.url, trust_env=False, verify=False)

    def end(self, number: int) -> tuple[int, str, str]:
        """Send a signal; returns exit status and what was said."""
        self._process.send_signal(number)
        said, complained = self._process.communicate(timeout=SECONDS)
        return self._process.returncode, said, complained


@contextmanager
def recording(world: World, cassette: Path, *options: str, **kept: Any) -> Iterator[Process]:
    process = Process(world, cassette, *options, **kept)
    try:
        with process.http:
            yield process
    finally:
        process._process.kill()
        process._process.communicate()


def test_it_says_what_it_took_out(world: World, tmp_path: Path) -> None:
    with recording(world, tmp_path / "a.yaml", env={KEY_VARIABLE: "own-key"}) as process:
        process.http.post("/responses", json={"input": "DB_PASS=x7Hq2vLm9RtZ", "user": "ann"})
        said = process.end(signal.SIGTERM)[1]
    assert said.splitlines()[-1].endswith("; taken out of bodies and URLs: password, user")


def test_it_says_where_records_and_says_how_much(world: World, tmp_path: Path) -> None:
    with recording(world, tmp_path / "a.yaml", env={KEY_VARIABLE: "own-key"}) as process:
        assert process.url.startswith("http://127.0.0.1:")
        assert httpx2.get(
            process.url.removesuffix("/v1") + "/__mockserver__/health", trust_env=False
        ).is_success
        assert process.http.post("/responses", json={"input": "hi"}).content == JSON
        status, said, complained = process.end(signal.SIGTERM)
    assert (status, complained) == (0, "recorded POST /responses → JSON\n")
    assert said.splitlines()[-1] == f"1 interaction recorded in {tmp_path / 'a.yaml'}"
    assert world.asked[0].headers["authorization"] == "Bearer own-key"
    assert "own-key" not in said
    [kept] = load(tmp_path / "a.yaml")
    assert kept.response.body == JSON


def test_it_ends_while_the_upstream_still_sends(world: World, tmp_path: Path) -> None:
    """The fault: whoever waits for what is under way to finish waits for good, as the upstream
    finishes only once the recorder has ended. How soon it ends: `benchmarks.ending`.
    """
    ended = threading.Event()

    async def play(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.body == b"{}":
            await reply(JSON)(asked, writer)
            return
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99\r\n\r\n"
        writer.write(head + b"data: {}\n\n")
        await asyncio.get_running_loop().run_in_executor(None, ended.wait)

    world.play = play
    with recording(world, tmp_path / "a.yaml") as process:
        process.http.post("/responses", json={})
        with process.http.stream("POST", "/responses", json={"stream": True}) as live:
            next(live.iter_raw())
            try:
                status, said, complained = process.end(signal.SIGINT)
            finally:
                ended.set()
    assert status == 0
    assert complained == "recorded POST /responses → JSON\n"
    assert said.splitlines()[-1].endswith("; 1 exchange broken off, not recorded")
    assert [kept.response.body for kept in load(tmp_path / "a.yaml")] == [JSON]


def test_misses_are_told_at_the_end(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("version: 1\ninteractions: []\n")
    with recording(world, tmp_path / "a.yaml") as process:
        assert process.http.post("/responses", json={"input": "hi"}).status_code == 422
        status, _, complained = process.end(signal.SIGTERM)
    assert status == 1
    assert "POST" in complained
    assert world.asked == []


@pytest.fixture(scope="module")
def echo() -> Iterator[MockServer]:
    """An upstream that repeats what it is told, over HTTP and WebSocket."""
    with MockServer(on_miss="echo") as server:
        yield server


class Worker(threading.Thread):
    """A client that asks one thing after the other until the recorder is gone, and notes what it
    has a whole answer to.
    """

    def __init__(self, name: str, url: str, finished: "queue.SimpleQueue[str]") -> None:
        super().__init__(name=name)
        self._url = url
        self._finished = finished

    def run(self) -> None:
        ask = {"json": self._json, "stream": self._stream, "websocket": self._websocket}[self.name]
        with suppress(httpx2.TransportError, WebSocketException, OSError):
            for answered in ask():
                self._finished.put(answered)

    def _texts(self) -> Iterator[str]:
        return (f"{self.name} {number}" for number in count())

    def _json(self) -> Iterator[str]:
        with httpx2.Client(base_url=self._url, trust_env=False, verify=False) as http:
            for text in self._texts():
                http.post("/responses", json={"model": "gpt-5", "input": text}).json()
                yield text

    def _stream(self) -> Iterator[str]:
        with httpx2.Client(base_url=self._url, trust_env=False, verify=False) as http:
            for text in self._texts():
                asked = {"model": "gpt-5", "input": text, "stream": True}
                assert b"response.completed" in http.post("/responses", json=asked).content
                yield text

    def _websocket(self) -> Iterator[str]:
        """Some turns to a connection."""
        texts = self._texts()
        while True:
            with connect("ws" + self._url[4:] + "/responses", proxy=None) as socket:
                for text in islice(texts, 7):
                    asked = {"type": "response.create", "model": "gpt-5", "input": text}
                    socket.send(compact(asked).decode())
                    while '"response.completed"' not in str(socket.recv(SECONDS)):
                        pass
                    yield text


@pytest.mark.parametrize("number", range(KILLS))
def test_kill_9_loses_only_what_was_under_way(
    world: World, echo: MockServer, tmp_path: Path, number: int
) -> None:
    path = tmp_path / "a.yaml"
    finished: queue.SimpleQueue[str] = queue.SimpleQueue()
    with recording(world, path, upstream=echo.base_url) as process:
        workers = [Worker(name, process.url, finished) for name in ("json", "stream", "websocket")]
        for worker in workers:
            worker.start()
        told = [finished.get(timeout=SECONDS) for _ in range(3 + number % 17)]
        process.end(signal.SIGKILL)
        for worker in workers:
            worker.join()
    told += [finished.get() for _ in range(finished.qsize())]
    kept = [_asked(turn) for each in load(path) for turn in conversation_turns(each)]
    assert [text for text in told if text not in kept] == []
    assert len(kept) <= len(told) + len(workers)
    with recording(world, path, "--mode", "all") as process:
        process.http.post("/responses", content=b'{"input": "after"}')
        process.end(signal.SIGTERM)
    again = [_asked(turn) for each in load(path) for turn in conversation_turns(each)]
    assert again == [*kept, "after"]
    assert os.listdir(tmp_path) == ["a.yaml"]
    if record := os.environ.get("MOCKSERVER_KILLS_TOLD"):
        with Path(record).open("a") as file:
            file.write("".join(f"{text.split()[0]}\n" for text in told))


def _asked(turn: Interaction) -> str:
    asked: str = request_value(turn.request)["input"]
    return asked


def _until_full(process: Process) -> list[bytes]:
    finished: list[bytes] = []
    for number in range(50):
        body = b'{"input": "%d", "long": "%s"}' % (number, b"x" * 20_000)
        answer = process.http.post("/responses", content=body)
        if not answer.is_success:
            assert answer.json()["error"]["code"] == "cassette_not_written"
            assert answer.headers["x-should-retry"] == "false"
            return finished
        finished.append(body)
    return finished


def test_a_full_quota_keeps_what_was_finished(world: World, tmp_path: Path) -> None:
    with recording(world, tmp_path / "a.yaml", "--verbatim", env={"LIMIT": "150000"}) as process:
        finished = _until_full(process)
        status, _, complained = process.end(signal.SIGTERM)
    assert status == 1
    assert "cannot be written" in complained
    assert 3 <= len(finished) < 50
    assert [kept.request.body for kept in load(tmp_path / "a.yaml")] == finished
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_a_full_disk_keeps_what_was_finished(world: World, tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "none", tmp_path], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a tiny disk can only be mounted by root")
    try:
        with recording(world, tmp_path / "a.yaml", "--verbatim") as process:
            finished = _until_full(process)
            status, _, complained = process.end(signal.SIGTERM)
        assert status == 1
        assert "No space left on device" in complained
        assert 3 <= len(finished) < 50
        assert [kept.request.body for kept in load(tmp_path / "a.yaml")] == finished
        assert os.listdir(tmp_path) == ["a.yaml"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_cassette_that_cannot_be_used_is_refused_before_it_listens(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("- a list\n")
    with recording(world, tmp_path / "a.yaml") as process:
        assert process.url == ""
        status, _, complained = process.end(0)
    assert status == 1
    assert "not a mapping" in complained


@pytest.fixture
def greeting(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Greeting:
    """Runs the command, which stops as soon as it listens; returns what it said, by line."""

    def stop(_: object, sock: socket.socket, on_ready: Callable[[], None], *__: object) -> None:
        sock.close()
        on_ready()

    monkeypatch.setattr("mockserver.http.run", stop)

    def run(*arguments: str) -> list[str]:
        assert run_command("record", "--port", "0", *arguments) == 0
        return capsys.readouterr().out.splitlines()

    return run


def test_under_ci_nothing_is_recorded_unless_allowed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    greeting: Greeting,
) -> None:
    monkeypatch.setenv("CI", "true")
    arguments = ["--cassette", str(tmp_path / "a.yaml")]
    assert run_command("record", *arguments) == 2
    assert "--allow-ci" in capsys.readouterr().err
    for allowed in (("--allow-ci",), ("--mode", "none")):
        assert greeting(*arguments, *allowed)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--scrub", "("), "regular expression"),
        (("--upstream", "api.openai.com"), "no URL"),
        (("--cassette", "a.json"), ".yaml"),
    ],
)
def test_useless_options_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str], said: str
) -> None:
    assert run_command("record", "--cassette", tmp_path / "a.yaml", *option) == 1
    assert said in capsys.readouterr().err


def test_it_listens_at_home_unless_told_otherwise(tmp_path: Path, greeting: Greeting) -> None:
    arguments = ["--cassette", str(tmp_path / "a.yaml")]
    assert greeting(*arguments)[0].startswith("http://127.0.0.1:")
    everywhere = [*arguments, "--host", "0.0.0.0"]
    assert any("other machines" in line for line in greeting(*everywhere))
    assert not any("other machines" in line for line in greeting(*everywhere, "--mode", "none"))


@pytest.mark.parametrize(
    ("exists", "mode", "said"),
    [
        (False, "once", "recording into PATH what URL answers (mode once)."),
        (True, "once", "replaying PATH, which exists (mode once); --mode new_episodes adds to it."),
        (True, "none", "replaying PATH, which exists (mode none); --mode new_episodes adds to it."),
        (
            False,
            "none",
            "refusing everything, since there is no PATH (mode none); --mode once records it.",
        ),
        (
            True,
            "new_episodes",
            "replaying PATH, and recording into it what it lacks, from URL (mode new_episodes).",
        ),
        (False, "new_episodes", "recording into PATH what URL answers (mode new_episodes)."),
        (True, "all", "recording into PATH what URL answers (mode all)."),
        (True, "rewrite", "recording into PATH what URL answers (mode rewrite)."),
    ],
)
def test_it_says_what_the_mode_comes_to(
    tmp_path: Path, greeting: Greeting, exists: bool, mode: str, said: str
) -> None:
    path = tmp_path / "a.yaml"
    if exists:
        append_interactions(
            path, [Interaction(RecordedRequest("GET", "/v1/models"), RecordedResponse(200, "OK"))]
        )
    first, _, line, *_ = greeting("--cassette", str(path), "--mode", mode)
    said = said.replace("PATH", str(path)).replace("URL", "https://api.openai.com/v1")
    assert line == f"mockserver at {first}: {said}"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--port=many", "--port: expected a whole number from 0 to 65535, not 'many'"),
        ("--timeout=-1", "--timeout: expected a number from 0 upwards, not '-1'"),
        ("--speed=nan", "--speed: expected a number from 0 upwards, not 'nan'"),
    ],
)
def test_numbers_have_bounds(capsys: pytest.CaptureFixture[str], option: str, said: str) -> None:
    with pytest.raises(SystemExit):
        run_command("record", "--cassette", "a.yaml", option)
    assert said in capsys.readouterr().err


def test_each_request_in_a_line_and_the_tokens_at_the_end(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    whole = {"object": "response", "status": "completed", "model": "gpt-5-2025-08-07", "output": []}
    world.play = reply(compact({**whole, "usage": {"input_tokens": 1200, "output_tokens": 1}}))
    ask = {"model": "gpt-5", "input": "hi"}
    with recording(world, path, "--usage") as process:
        process.http.post("/responses", json=ask)
        process.http.post("/responses", json={**ask, "input": "again"})
        _, said, complained = process.end(signal.SIGINT)
    assert complained == "recorded POST /responses gpt-5 → no output\n" * 2
    assert said.splitlines()[-2:] == [
        f"2 interactions recorded in {path}",
        "  gpt-5-2025-08-07: 2 responses, 2400 input tokens, 2 output tokens",
    ]
    with recording(world, path) as process:
        process.http.post("/responses", json=ask)
        assert process.http.post("/responses", json={**ask, "input": "new"}).status_code == 422
        status, said, complained = process.end(signal.SIGINT)
    assert (status, len(world.asked)) == (1, 2)
    assert complained.splitlines()[:2] == [
        "replayed POST /responses gpt-5 → a.yaml#1",
        "refused POST /responses gpt-5 → the cassette does not answer it",
    ]
    assert said.splitlines()[-1] == f"0 interactions recorded in {path}, 1 replayed"


def test_a_scripted_cassette_is_nothing_to_record_into(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("interactions:\n- reply: hi\n")
    for mode in ("once", "new_episodes"):
        with recording(world, tmp_path / "a.yaml", "--mode", mode) as process:
            assert process.url == ""
            status, _, complained = process.end(0)
        assert status == 1
        assert "it is scripted, where only recordings are read" in complained
    assert (tmp_path / "a.yaml").read_text() == "interactions:\n- reply: hi\n"
