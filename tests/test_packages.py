"""What runs a server elsewhere: an image, a workflow, hooks of a commit."""

import re
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from mockserver.cli import COMMANDS
from mockserver.settings import OPTION_NAMES
from server_process import ServerProcess

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_image_is_told_by_variables_that_there_are() -> None:
    compose = read("compose.yaml")["services"]["mockserver"]["environment"]
    told = {*re.findall(r"MOCKSERVER_([A-Z_]+)=", DOCKERFILE)}
    told |= {name.removeprefix("MOCKSERVER_") for name in compose}
    assert told
    assert {name.lower() for name in told} <= set(OPTION_NAMES)


def test_the_image_holds_what_the_package_is_built_from() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for word in line.split()
    }
    assert copied == kept
    assert all((ROOT / name).exists() for name in kept)


def test_the_image_runs_as_nobody_in_particular_and_says_whether_it_is_well() -> None:
    assert re.search(r"^USER mockserver$", DOCKERFILE, re.MULTILINE)
    (path,) = re.findall(r"http://127\.0\.0\.1:8080(/\w+)", DOCKERFILE)
    with ServerProcess() as server:
        assert httpx2.get(server.url.removesuffix("/v1") + path).status_code == 200


def test_the_image_is_served_the_command_that_there_is() -> None:
    (command,) = re.findall(r'^CMD \["(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    assert command in COMMANDS


@pytest.mark.parametrize("hook", read(".pre-commit-hooks.yaml"), ids=lambda hook: hook["id"])
def test_the_hooks_of_a_commit(hook: dict[str, str]) -> None:
    program, command = hook["entry"].split()
    assert program == "mockserver"
    assert command in COMMANDS
    pattern = re.compile(hook["files"])
    assert pattern.search("tests/cassettes/test_it/test_a.yaml")
    assert pattern.search("cassettes/a.json.gz")
    assert not pattern.search("pyproject.toml")


def test_the_workflow_starts_a_server_and_waits_for_it() -> None:
    action = read("action.yml")
    (step,) = action["runs"]["steps"]
    assert set(step["env"]) <= {name.upper() for name in action["inputs"]}
    script = step["run"]
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    assert "/healthz" in script
    (output,) = action["outputs"]
    assert f'echo "{output}=' in script
