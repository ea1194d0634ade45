"""The README is true: every example in it runs, and every command does what it says."""

import gc
import json
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import OpenAI

from mockserver import MockServer
from mockserver.script import FAULTS
from patience import SECONDS
from suites import PLAIN

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
TESTS = [code for language, code in BLOCKS if language == "python" and "def test_" in code]
SCRIPTS = [code for language, code in BLOCKS if language == "python" and "def test_" not in code]
COMMANDS = [
    line[2:]
    for language, code in BLOCKS
    if language == "console"
    for line in code.splitlines()
    if line.startswith("$ ")
]
CURLS = [command for command in COMMANDS if command.startswith("curl ")]
TOOLS = [
    command
    for command in COMMANDS
    if re.match(r"mockserver (check|show|diff|drift|convert|scrub)", command)
]


@pytest.fixture(autouse=True)
def forgotten_clients() -> Iterator[None]:
    """The examples leave their clients open, as readers may; no later test is to find that out."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def name_of(code: str) -> str:
    return str(re.findall(r"def (test_\w+)", code)[0])


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Imports what the examples use: pytester forgets modules that only its own tests import, so
    that the classes of errors would become other ones.
    """
    with MockServer(ROOT / "cassettes" / "recorded" / "capital.yaml", on_miss="generate") as server:
        OpenAI(base_url=server.base_url, api_key="any").responses.create(model="gpt-5", input="x")


@pytest.mark.parametrize("code", TESTS, ids=name_of)
def test_example(pytester: pytest.Pytester, code: str) -> None:
    shutil.copytree(ROOT / "cassettes", pytester.path / "cassettes")
    pytester.makepyfile(code)
    result = pytester.runpytest_inprocess(*PLAIN, "-p", "no:asyncio")
    result.assert_outcomes(passed=1)


def test_there_are_the_three_examples() -> None:
    assert list(map(name_of, TESTS)) == ["test_tool_loop", "test_trouble", "test_recorded"]


@pytest.mark.parametrize("code", SCRIPTS, ids=range(len(SCRIPTS)))
def test_script(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Hello!\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL of `mockserver serve`, without a path."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removesuffix("/v1")
        process.terminate()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_lines(server: str) -> None:
    replies = []
    for command in CURLS:
        words = shlex.split(command.replace("http://127.0.0.1:8080", server))
        done = subprocess.run(
            [*words, "--silent", "--fail-with-body"], capture_output=True, text=True, check=True
        )
        replies.append(json.loads(done.stdout))
    assert replies[1]["output"][0]["content"][0]["text"] == "Hello!"
    assert len(replies[2]["data"]) == 1


@pytest.mark.parametrize("command", TOOLS)
def test_cassette_tools(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cassettes", tmp_path / "cassettes")
    words = [sys.executable, "-m", *shlex.split(command)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.startswith(("mockserver serve", "mockserver record"))]
)
def test_servers_start(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cassettes", tmp_path / "cassettes")
    words = [sys.executable, "-m", *shlex.split(command), "--port", "0"]
    if "record" in words:
        words.append("--allow-ci")
    else:
        shutil.copy(
            tmp_path / "cassettes" / "recorded" / "capital.yaml",
            tmp_path / "cassettes" / "mine.yaml",
        )
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1\n", process.stdout.readline())
        process.terminate()
        assert process.wait(timeout=SECONDS) == 0


def test_make_knows_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in COMMANDS:
        if command.startswith("make "):
            assert f"\n{command.removeprefix('make ')}:" in makefile


def test_every_command_is_tried() -> None:
    tried = ("curl ", "make ", "mockserver ", "pip install ")
    assert all(command.startswith(tried) for command in COMMANDS)


def test_there_are_as_many_faults_as_it_says() -> None:
    assert f"| {len(FAULTS)} faults |" in README
