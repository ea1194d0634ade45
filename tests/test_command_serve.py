"""`mockserver serve`: every option does what it says, and what cannot be served is refused in one
line.
"""

import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp
from websockets.sync.client import connect

from mockserver.cli import run_command
from mockserver.http import Background, url_of
from mockserver.settings import options_of
from patience import SECONDS
from server_process import ROOT, command

Start = Callable[..., str]
HELLO = {"model": "gpt-5", "input": "Hello"}


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Runs the command, which serves in a thread instead of the whole process; returns the URL."""
    with contextlib.ExitStack() as stack:
        urls: list[str] = []

        def run(
            app: ASGIApp, sock: socket.socket, on_ready: Callable[[], None], *_: object
        ) -> None:
            server = Background(app, sock)
            server.start()
            stack.callback(server.stop)
            urls.append(url_of(sock) + "/v1")
            on_ready()

        def start(*arguments: str) -> str:
            assert run_command("serve", *arguments, "--port", "0") == 0
            return urls[-1]

        monkeypatch.setattr("mockserver.http.run", run)
        yield start


def post(url: str, body: Any = HELLO, **options: Any) -> httpx2.Response:
    reply: httpx2.Response = httpx2.post(f"{url}/responses", json=body, **options)
    return reply


def text_of(reply: httpx2.Response) -> str:
    return "".join(part["text"] for part in reply.json()["output"][-1]["content"])


# ---------------------------------------------------------------------------------------------------
# what it prints


def test_the_first_line_is_the_url_and_then_what_to_try(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    url = start()
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == url
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
    assert f"curl {url}/responses" in shown
    assert f"export OPENAI_BASE_URL={url}" in shown
    assert "export OPENAI_API_KEY=" in shown


def help_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run_command(*arguments, "--help")
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_help_tells_of_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    shown = help_of(capsys, "serve")
    described = re.findall(r"^  (--[a-z-]+)", shown, re.MULTILINE)
    assert set(described) == {option.flag for option in options_of("serve")}
    for word in (
        "CASSETTE",
        "default: 8080",
        "0 takes a free one",
        "fail with cassettes, generate without",
    ):
        assert word in " ".join(shown.split())


def test_help_of_the_whole_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    shown = help_of(capsys)
    for name in ("serve", "record", "check", "show", "diff", "convert"):
        assert re.search(rf"^    {name} ", shown, re.MULTILINE)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_command("--version")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"mockserver {version('mockserver')}\n"


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    shown = f"{sys.executable} -m mockserver show cassettes/recorded | head -1 >/dev/null"
    done = subprocess.run(
        shown, shell=True, capture_output=True, text=True, cwd=ROOT, timeout=SECONDS, check=False
    )
    assert done.stderr == ""


# --------------------------------------------------------------------------------------------------
# what it refuses


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (
            ["serve", "--bogus"],
            "mockserver serve: unknown: --bogus. See 'mockserver serve --help'.",
        ),
        (
            ["serve", "--sed=7"],
            "unknown: --sed=7; did you mean '--seed'? See 'mockserver serve --help'.",
        ),
        (
            ["serve", "--port", "many"],
            "--port: expected a whole number from 0 to 65535, not 'many'",
        ),
        (
            ["serve", "--port", "65536"],
            "--port: expected a whole number from 0 to 65535, not '65536'",
        ),
        (["serve", "--port", "-1"], "--port: expected a whole number from 0 to 65535, not '-1'"),
        (["serve", "--seed", "x"], "--seed: invalid int value: 'x'"),
        (["serve", "--dialect", "klingon"], "--dialect: invalid choice: 'klingon'"),
        (["serve", "--on-miss", "cry"], "--on-miss: invalid choice: 'cry'"),
        (["serve", "--tokens", "none"], "--tokens: invalid choice: 'none'"),
        (["serve", "--repeat", "twice"], "--repeat: invalid choice: 'twice'"),
        (["serve", "--speed", "-1"], "--speed: expected a number from 0 upwards, not '-1'"),
        (["serve", "--speed", "nan"], "--speed: expected a number from 0 upwards, not 'nan'"),
        (
            ["serve", "--max-body", "0"],
            "--max-body: expected a whole number from 1 upwards, not '0'",
        ),
        (
            ["serve", "--store-limit", "0"],
            "--store-limit: expected a whole number from 1 upwards, not '0'",
        ),
        (["serve", "--api-key"], "--api-key: expected one argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_bad_option_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run_command(*arguments)
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (2, "")
    assert len(shown.err.splitlines()) == 1
    assert said in shown.err
    assert "--help'." in shown.err


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says on standard error when it refuses to serve."""
    assert run_command("serve", *arguments, "--port", "0") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("mockserver: ")
    return shown.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("rdis://localhost:6379/0", "unknown scheme 'rdis'; did you mean 'redis'?"),
        ("redis:/localhost", "it has no '://' with a host behind it"),
        ("redis://me:secret@localhost/zero", "the database 'zero' is no number"),
    ],
)
def test_an_address_of_a_state_that_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], url: str, said: str
) -> None:
    told = refused(capsys, "--state", url)
    assert f"--state must be redis://HOST:PORT/DB: {said}" in told
    assert "secret" not in told


CASSETTES: dict[str, tuple[str | bytes, list[str]]] = {
    "no such key": ("interactions:\n- reply: x\n  tims: 2\n", ["cassette.yaml:3", "tims", "times"]),
    "no such condition": (
        "interactions:\n- when: {modell: x}\n  reply: x\n",
        ["cassette.yaml:2", "modell", "model"],
    ),
    "no interactions": ("replies: []\n", ["cassette.yaml", "interactions"]),
    "no mapping": ("just a text\n", ["cassette.yaml"]),
    "empty": ("", ["cassette.yaml"]),
    "no YAML": ("interactions: [\n", ["cassette.yaml"]),
    "no UTF-8": (b"interactions:\n- reply: \xff\xfe\n", ["cassette.yaml"]),
    "bad regex": (
        'interactions:\n- when: {input: {regex: "("}}\n  reply: x\n',
        ["cassette.yaml:2"],
    ),
    "bad fault": (
        "interactions:\n- reply: x\n  stream: {fault: explode}\n",
        ["cassette.yaml:3", "explode"],
    ),
    "python object": (
        "interactions:\n- reply: !!python/object/apply:os.system [ls]\n",
        ["cassette.yaml"],
    ),
}


@pytest.mark.parametrize("name", CASSETTES)
def test_a_bad_cassette_is_refused_in_a_few_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    content, said = CASSETTES[name]
    path = tmp_path / "cassette.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    error = refused(capsys, str(path))
    assert len(error.splitlines()) <= 2
    assert [word for word in said if word not in error] == [], error


def test_a_missing_cassette_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        error = refused(capsys, str(path))
        assert len(error.splitlines()) == 1
        assert str(path) in error
    assert "no cassettes in" in error


def test_places_are_named_as_seen_from_here(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("interactions:\n- reply: x: y\n")
    (tmp_path / "b.yaml").write_text("interactions:\n- reply: x\n- reply: x: y\n")
    assert refused(capsys, str(tmp_path / "a.yaml")).startswith(
        "mockserver: a.yaml, line 2: it is not valid YAML"
    )
    assert refused(capsys, str(tmp_path / "b.yaml")).startswith("mockserver: b.yaml:3: not YAML: ")


def test_a_list_of_interactions_without_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("- reply: x\n")
    assert "Put it below a line `interactions:`." in refused(capsys, str(tmp_path / "a.yaml"))


@pytest.mark.parametrize(
    ("option", "rule"), [("--match-ignore", "input["), ("--match-normalise", "((=>x")]
)
def test_a_rule_that_cannot_be_understood_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, rule: str
) -> None:
    error = refused(capsys, option, rule)
    assert len(error.splitlines()) == 1
    assert rule.partition("=>")[0] in error


def test_a_process_is_refused_without_a_traceback(tmp_path: Path) -> None:
    done = command("serve", str(tmp_path / "missing.yaml"))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


# -------------------------------------------------------------------------------------------------
# what options do

SCRIPT = """
interactions:
- when: {input: Hello}
  reply: Scripted.
  times: always
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "script.yaml"
    path.write_text(SCRIPT)
    return str(path)


def test_port_and_host(start: Start) -> None:
    url = start("--host", "localhost")
    assert httpx2.get(f"{url}/models").status_code == 200


def test_seed(start: Start) -> None:
    first, second, other = (post(start("--seed", seed)).content for seed in ("5", "5", "6"))
    assert first == second
    assert first != other


def test_dialect(start: Start) -> None:
    url = start("--dialect", "open-responses")
    assert post(url, {**HELLO, "stream": True}).text.endswith("data: [DONE]\n\n")
    assert post(url, {**HELLO, "colour": "red"}).status_code == 200


def test_on_miss(start: Start, script: str) -> None:
    other = {**HELLO, "input": "unheard of"}
    missed = post(start(script), other)
    assert (missed.status_code, missed.json()["error"]["code"]) == (422, "mockserver_miss")
    assert "script.yaml:3" in missed.json()["error"]["message"]
    assert text_of(post(start("--on-miss", "echo"), other)) == "unheard of"
    generating = start(script, "--on-miss", "generate")
    assert post(generating, other).status_code == 200
    assert text_of(post(generating)) == "Scripted."
    assert post(start("--on-miss", "fail")).status_code == 422
    assert post(start()).status_code == 200


def test_tokens(start: Start) -> None:
    text = {**HELLO, "input": "antidisestablishmentarianism " * 20}
    exact, estimate = (
        post(start("--tokens", kind), text).json()["usage"] for kind in ("exact", "estimate")
    )
    assert exact["input_tokens"] != estimate["input_tokens"]


def test_strict_models(start: Start) -> None:
    unknown = {**HELLO, "model": "gpt-nonesuch"}
    assert post(start(), unknown).status_code == 200
    url = start("--strict-models")
    refused = post(url, unknown)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "model_not_found")
    assert httpx2.get(f"{url}/models/gpt-nonesuch").status_code == 404
    assert post(url).status_code == 200


def test_allow_unknown(start: Start) -> None:
    assert post(start(), {**HELLO, "colour": "red"}).json()["error"]["code"] == "unknown_parameter"
    assert post(start("--allow-unknown"), {**HELLO, "colour": "red"}).status_code == 200


def test_api_keys(start: Start) -> None:
    url = start("--api-key", "one", "--api-key", "two")
    assert post(url).status_code == 401
    statuses = [
        post(url, headers={"authorization": f"Bearer {key}"}).status_code
        for key in ("one", "two", "three", "on")
    ]
    assert statuses == [200, 200, 401, 401]


def test_max_body(start: Start) -> None:
    url = start("--max-body", "1")
    assert post(url, {**HELLO, "input": "x" * 1_000_000}).status_code == 200
    refused = post(url, {**HELLO, "input": "x" * 1_050_000})
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "request_too_large")


def test_store_limit(start: Start) -> None:
    url = start("--store-limit", "2")
    ids = [post(url, {**HELLO, "input": str(number)}).json()["id"] for number in range(3)]
    assert [httpx2.get(f"{url}/responses/{each}").status_code for each in ids] == [404, 200, 200]


def test_examples(start: Start) -> None:
    path = "/responses/resp_677efb5139a88190b512bc3fef8e535d"
    assert httpx2.get(start() + path).status_code == 404
    reply = httpx2.get(start("--examples") + path)
    assert (reply.status_code, reply.headers["x-mockserver-example"]) == (200, "1")


def recording(tmp_path: Path, *answers: str, text: str = "Hello") -> str:
    """A recorded cassette: one request, answered so many times."""
    interactions = [
        {
            "request": {
                "method": "POST",
                "uri": "https://api.openai.com/v1/responses",
                "body": json.dumps({**HELLO, "input": text, "metadata": {"run": answer}}),
                "headers": {"content-type": ["application/json"]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["application/json"]},
                "body": {"string": json.dumps({"answer": answer})},
            },
        }
        for answer in answers
    ]
    path = tmp_path / "recorded.json"
    path.write_text(json.dumps({"version": 1, "interactions": interactions}))
    return str(path)


def test_recorded_cassettes_and_their_options(start: Start, tmp_path: Path) -> None:
    path = recording(tmp_path, "one", "two")

    def answers(url: str, *runs: str) -> list[Any]:
        replies = [post(url, {**HELLO, "metadata": {"run": run}}) for run in runs]
        return [reply.json().get("answer", reply.status_code) for reply in replies]

    assert answers(start(path), "two", "one", "three") == ["two", "one", 422]
    assert answers(start(path, "--repeat", "last"), "one", "one") == ["one", "one"]
    assert answers(start(path, "--match-ignore", "metadata"), "x", "y") == ["one", "two"]
    assert answers(start(path, "--match-ignore", "metadata", "--repeat", "loop"), *"xyz") == [
        "one",
        "two",
        "one",
    ]
    assert answers(start(path, "--match-order"), "two", "x") == ["one", "two"]
    assert answers(start(path, "--match-normalise", "[a-z]+=>word"), "x", "y") == ["one", "two"]


def test_scripted_and_recorded_cassettes_together(
    start: Start, script: str, tmp_path: Path
) -> None:
    url = start(script, recording(tmp_path, "recorded", text="Recorded?"))
    assert text_of(post(url)) == "Scripted."
    body = {**HELLO, "input": "Recorded?", "metadata": {"run": "recorded"}}
    assert post(url, body).json() == {"answer": "recorded"}


@pytest.mark.usefixtures("script")
def test_a_folder_of_cassettes(start: Start, tmp_path: Path) -> None:
    recording(tmp_path, "recorded", text="Recorded?")
    (tmp_path / "notes.txt").write_text("no cassette")
    url = start(str(tmp_path))
    assert text_of(post(url)) == "Scripted."
    body = {**HELLO, "input": "Recorded?", "metadata": {"run": "recorded"}}
    assert post(url, body).json() == {"answer": "recorded"}


def test_a_cassette_without_interactions_is_mentioned(
    start: Start, script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.yaml").write_text("interactions: []\n")
    start(script, str(tmp_path / "empty.yaml"))
    assert (
        capsys.readouterr().err == f"mockserver: {tmp_path / 'empty.yaml'} holds no interactions\n"
    )


# ---------------------------------------------------------------------------------------- what it
# says of requests


def test_it_is_quiet_unless_told_to_speak(
    start: Start, script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = start(script)
    assert post(url).is_success
    assert capsys.readouterr().err == ""


def test_every_request_in_a_line(
    start: Start, script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = start(script, "--verbose", "--on-miss", "generate")
    post(url)
    post(url, {**HELLO, "input": "Bye", "stream": True})
    post(url, {**HELLO, "colour": "red"})
    httpx2.get(f"{url}/models")
    httpx2.get(f"{url.removesuffix('/v1')}/__mockserver__/health")
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == url
    first, second, third, fourth = shown.err.splitlines()
    assert (
        first == f'1. POST /v1/responses, model gpt-5, input "Hello" → stub {script}:3, status 200'
    )
    assert (
        second
        == '2. POST /v1/responses, model gpt-5, input "Bye", streamed → made-up reply, status 200'
    )
    assert third.startswith("3. POST /v1/responses")
    assert "status 400" in third
    assert fourth == "4. GET /v1/models → api, status 200"


def test_a_turn_of_a_websocket_in_a_line(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    with connect(f"{start('--verbose').replace('http', 'ws', 1)}/responses") as socket:
        socket.send(json.dumps({"type": "response.create", **HELLO}))
        while json.loads(socket.recv())["type"] != "response.completed":
            pass
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(
        '1. WEBSOCKET /v1/responses, model gpt-5, input "Hello", over a WebSocket → made-up reply'
    )


def test_a_path_that_is_not_served_is_told_with_advice(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    assert (
        httpx2.post(
            f"{start()}/chat/completions", json={"model": "gpt-5", "messages": []}
        ).status_code
        == 404
    )
    [told] = caplog.messages
    assert told.startswith(
        "mockserver: nothing is served at POST /v1/chat/completions. Do: script it, as in"
    )


def test_the_seed_of_the_command_line_comes_before_that_of_a_cassette(
    start: Start, tmp_path: Path
) -> None:
    cassette = tmp_path / "seeded.yaml"
    cassette.write_text("seed: 5\nprompts:\n  pmpt_1: {model: gpt-5}\n", encoding="utf-8")
    options = (str(cassette), "--on-miss", "generate")
    seeded, same, other = (
        post(start(*words)) for words in (options, ("--seed", "5"), (*options, "--seed", "6"))
    )
    assert seeded.content == same.content != other.content
