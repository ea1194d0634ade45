"""A page of the documentation, played from top to bottom in an empty folder, as a reader would."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import yaml

from mockserver.script import load
from patience import SECONDS
from suites import PLAIN

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^(?:#|//) ([\w./-]+\.(?:py|yaml|toml|ini|mjs|json))\n")
"""The first line of a block that is a file."""
RUN = ("pytest", "python", "curl", "mockserver")
"""The commands that are run; others, such as pip and docker, are not."""
ADDRESS = "http://127.0.0.1:8080"
REAL = "https://api.openai.com/v1"
toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


@dataclass
class Play:
    """What a page does.

    folder: where it is done.
    upstream: the server that stands in for the real API, with `/v1`.
    programs: a folder of programs that are found before others.
    """

    folder: Path
    upstream: str
    programs: Path
    tests: int = 0
    _server: "subprocess.Popen[str] | None" = None
    _url: str = ADDRESS

    def take(self, language: str, text: str) -> None:
        """One block: check it, write it if it is a file, run it if it is commands."""
        getattr(self, f"_{language}", self._other)(text)

    def finish(self) -> None:
        """Run every test and script that the page has, and end its server."""
        if self.tests:
            self._run("pytest -q", [])
        self.end_server()

    def end_server(self) -> None:
        """End the server that the page started, if it runs."""
        if self._server is not None:
            self._server.terminate()
            self._server.communicate(timeout=SECONDS)
            self._server = None

    def _python(self, text: str) -> None:
        name = self._write(text)
        compile(text, name or "example", "exec")
        if name is None:
            self.tests += 1
            if "def test_" not in text:
                indented = "".join(f"    {line}" for line in text.splitlines(keepends=True))
                text = f"def test_script():\n{indented}"
            (self.folder / f"test_example_{self.tests}.py").write_text(text, encoding="utf-8")
        elif Path(name).name.startswith("test_"):
            self.tests += 1

    def _yaml(self, text: str) -> None:
        name = self._write(text)
        if "interactions" in yaml.safe_load(text):
            path = self.folder / (name or "example.yaml")
            path.write_text(text, encoding="utf-8")
            load(path)

    def _toml(self, text: str) -> None:
        self._write(text)
        toml.loads(text)

    def _json(self, text: str) -> None:
        json.loads(text)

    def _console(self, text: str) -> None:
        for command, shown in commands(text):
            words = shlex.split(command)
            names = [word for word in words if not re.match(r"[A-Z_]+=", word)]
            if names[:2] in (["mockserver", "serve"], ["mockserver", "record"]):
                self._serve(words)
            elif names[0] in RUN:
                self._run(command, shown)

    def _other(self, text: str) -> None:
        self._write(text)

    def _write(self, text: str) -> str | None:
        named = NAMED.match(text)
        if named is None:
            return None
        path = self.folder / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return named[1]

    def _run(self, command: str, shown: list[str]) -> None:
        """Run a command; each line that the page shows must be said. `…` stands for anything."""
        done = subprocess.run(
            ["sh", "-c", command.replace(ADDRESS, self._url).replace(REAL, self.upstream)],
            cwd=self.folder,
            env=self._variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=SECONDS,
        )
        said = done.stdout.replace(self._url, ADDRESS).replace(self.upstream, REAL)
        said = "\n".join(" ".join(line.split()) for line in said.splitlines())
        if not shown:
            assert done.returncode == 0, said
        for line in shown:
            pattern = ".*".join(re.escape(part) for part in " ".join(line.split()).split("…"))
            assert re.search(pattern, said), f"{command} does not say\n{line}\nbut\n{said}"

    def _variables(self) -> dict[str, str]:
        """The environment of a reader who has this installed, and whose API is the upstream."""
        installed = Path(sys.executable).parent
        return os.environ | {
            "MOCKSERVER_UPSTREAM": self.upstream,
            "OPENAI_API_KEY": "any",
            "PATH": os.pathsep.join(map(str, (self.programs, installed, os.environ["PATH"]))),
            "PYTEST_ADDOPTS": shlex.join(PLAIN),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "80",
        }

    def _serve(self, words: list[str]) -> None:
        self.end_server()
        command = shlex.join(word for word in words if word not in {"&", "8080", "--port"})
        self._server = subprocess.Popen(
            ["sh", "-c", f"exec {command.replace(REAL, self.upstream)} --port 0"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            env=self._variables(),
        )
        assert self._server.stdout is not None
        self._url = self._server.stdout.readline().strip().removesuffix("/v1")
        assert self._url.startswith("http://127.0.0.1:"), f"{words} did not start"


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a block of the console, each with the lines shown below it."""
    command = ""
    shown: list[str] = []
    for line in text.replace("\\\n", "").splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line.removeprefix("$ "), []
        elif line.strip():
            shown.append(line)
    if command:
        yield command, shown


def blocks(text: str) -> list[tuple[str, str]]:
    """The blocks of a page: language and text."""
    return BLOCK.findall(text)


def missing(text: str) -> list[str]:
    """The modules that the examples of a page import and that are not installed here."""
    code = "\n".join(block for language, block in blocks(text) if language == "python")
    files = {Path(name).parts[0] for name in re.findall(r"^# ([\w./-]+)\.py$", code, re.MULTILINE)}
    names = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    return sorted(name for name in names - files if find_spec(name) is None)
