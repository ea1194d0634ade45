"""Cassettes that change while they are served."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cassette_samples import interaction, message, response, save
from patience import until
from server_process import ServerProcess

Texts = Callable[[], list[str]]


class Served:
    """A server that plays a folder with a scripted cassette, and watches it or not."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.script = folder / "script.yaml"
        self.write("one", "two")
        self.process = ServerProcess(str(folder), *options)
        self._http = httpx2.Client(trust_env=False)

    def write(self, *texts: str) -> None:
        """Put the file in place whole, as editors do."""
        steps = [{"reply": text} for text in texts]
        draft = self.script.with_suffix(".new")
        draft.write_text(json.dumps({"interactions": steps}))
        draft.replace(self.script)

    def close(self) -> None:
        self._http.close()
        for pipe in (self.process.process.stdout, self.process.process.stderr):
            assert pipe is not None
            pipe.close()

    def ask(self, asked: Any) -> Any:
        return self._http.post(f"{self.process.url}/responses", json=asked).json()

    def text(self) -> str | None:
        """What the next request gets; None: nothing answers it."""
        reply = self.ask({"model": "gpt-5", "input": "Hi"})
        text: str | None = reply["output"][0]["content"][0]["text"] if "output" in reply else None
        return text

    def left(self) -> list[str]:
        """What has not answered yet."""
        root = self.process.url.removesuffix("/v1")
        listed = self._http.get(f"{root}/__mockserver__/cassettes").json()["data"]
        return [each["answer"] for each in listed if not each["spent"]]


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    made = Served(tmp_path, *getattr(request, "param", ["--watch"]))
    with made.process:
        yield made
    made.close()


def test_what_is_written_answers_and_what_has_answered_stays_so(served: Served) -> None:
    assert served.text() == "one"
    served.write("zero", "one", "two", "three")
    until(lambda: "three" in " ".join(served.left()))
    assert served.left() == ['reply "zero"', 'reply "two"', 'reply "three"']
    assert [served.text() for _ in range(4)] == ["zero", "two", "three", None]


def test_a_broken_file_is_told_and_what_was_read_stays(served: Served) -> None:
    assert served.text() == "one"
    served.script.write_text("interactions: [{replay: x}]")
    errors = served.process.process.stderr
    assert errors is not None
    line = errors.readline()
    assert "script.yaml" in line
    assert "did you mean 'reply'" in line
    assert line.endswith("What was read before stays.\n")
    assert served.text() == "two"
    served.write("three")
    until(lambda: served.left() == ['reply "three"'])


@pytest.mark.parametrize("served", [[]], indirect=True)
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no such signal")
def test_a_signal_has_them_read_once(served: Served) -> None:
    served.write("one", "two", "three")
    os.kill(served.process.process.pid, signal.SIGHUP)
    until(lambda: len(served.left()) == 3)
    assert [served.text() for _ in range(3)] == ["one", "two", "three"]


def test_a_new_file_in_the_folder_is_found(served: Served) -> None:
    other = served.script.with_name("another.json")
    other.write_text(json.dumps({"interactions": [{"reply": "new", "times": "always"}]}))
    until(lambda: 'reply "new"' in served.left())
    assert [served.text() for _ in range(3)] == ["one", "two", "new"]


def test_a_recording_that_has_answered_stays_so(served: Served) -> None:
    def recorded(*texts: str) -> list[dict[str, Any]]:
        return [
            interaction({"model": "gpt-4o", "input": text}, response(message(text.upper())))
            for text in texts
        ]

    served.write()
    path = served.script.with_name("recorded.json")
    save(path, recorded("a", "b", "b"))
    until(lambda: len(served.left()) == 3)
    for text in "ab":
        served.ask({"model": "gpt-4o", "input": text})
    save(path, recorded("c", "b", "a", "b", "b"))
    until(lambda: len(served.left()) == 3)
    asked = [served.ask({"model": "gpt-4o", "input": text}) for text in "abbcb"]
    assert ["error" in reply and reply["error"] is not None for reply in asked] == [
        True,
        False,
        False,
        False,
        True,
    ]
