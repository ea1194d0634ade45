"""Damaged files: each command says in one line which file it is, and where, and goes on living."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cassette_samples import interaction, message, response, run, save
from mockserver.api import compact

COMMANDS = {
    "check": (),
    "show": (),
    "convert": ("--to", "scripted"),
    "scrub": ("--dry-run",),
    "serve": (),
}
WHOLE = gzip.compress(b"interactions:\n" + b"- {reply: hello}\n" * 50)


def edited(old: str, new: str) -> bytes:
    """A recorded cassette with one thing in it that nobody would record."""
    text = json.dumps({"interactions": [interaction({"input": "x"}, response())]})
    assert old in text
    return text.replace(old, new, 1).encode()


DAMAGED = {
    "middle.yaml.gz": WHOLE[:20] + bytes(20) + WHOLE[40:],
    "cut.yaml.gz": WHOLE[:-9],
    "head.yaml.gz": WHOLE[:5],
    "sum.yaml.gz": WHOLE[:-5] + b"\0" + WHOLE[-4:],
    "inf.yaml": edited('"code": 200', '"code": .inf'),
    "nan.yaml": edited('"code": 200', '"code": .nan'),
    "set.yaml": b"interactions: [{request: {uri: /v1/responses}, response: "
    b"{status: {code: 200}, parsed_body: {a: !!set {b}}}}]",
    "long.json": edited('"code": 200', f'"code": {"9" * 5_000}'),
    "script.json": compact({"interactions": [{"reply": "x", "times": 1}]}).replace(
        b"1", b"9" * 5_000
    ),
    "surrogate.yaml": b'interactions:\n- reply: "\\ud800"\n  tines: "\\ud800"\n',
    "deep.yaml": b"interactions: " + b"[" * 5_000,
    "noise.yaml": bytes(range(256)),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_one_line_that_names_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    path = tmp_path / name
    path.write_bytes(DAMAGED[name])
    assert run(command, path, *COMMANDS[command]) in (1, 2)
    printed = capsys.readouterr()
    lines = (printed.out + printed.err).splitlines()
    about = [line.removeprefix("mockserver: ") for line in lines]
    assert len([line for line in about if line.startswith(str(path))]) == 1
    assert len(lines) <= 2, printed


@pytest.mark.parametrize("output", [5, "x", {"a": 1}, None, [5, None, "x"]])
@pytest.mark.parametrize("command", ["check", "show", "convert", "scrub"])
def test_an_output_that_is_no_list_of_items_is_read(
    tmp_path: Path, command: str, output: Any
) -> None:
    answer = {**response(), "output": output}
    path = save(tmp_path / "a.yaml", [interaction({"input": "x"}, answer)])
    assert run(command, path, *COMMANDS[command]) in (0, 1)


@pytest.mark.parametrize(
    "event",
    [
        {"type": {"a": 1}},
        {"type": []},
        {"type": "response.output_item.done", "output_index": "x", "item": 5},
        {"type": "response.output_item.done", "output_index": [], "item": {"type": {}}},
        {"type": "response.completed", "response": 5},
        {
            "type": "response.output_text.delta",
            "output_index": 0,
            "content_index": [],
            "delta": "x",
        },
        "\ud800",
    ],
)
@pytest.mark.parametrize("command", ["check", "show", "convert", "scrub"])
def test_an_event_of_no_known_shape_is_read(tmp_path: Path, command: str, event: Any) -> None:
    begun = {"type": "response.created", "response": response()}
    item = {"type": "response.output_item.done", "output_index": 0, "item": message("x")}
    body = "".join(f"data: {json.dumps(each)}\n\n" for each in (begun, item, event))
    kept = {**interaction({"input": "x"}, response())}
    kept["response"] = {
        **kept["response"],
        "headers": {"content-type": ["text/event-stream"]},
        "body": {"string": body},
    }
    path = save(tmp_path / "a.yaml", [kept])
    assert run(command, path, *COMMANDS[command]) in (0, 1)


def test_what_is_no_output_stays_in_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "a.yaml", [interaction({"input": "x"}, {"output": 5})])
    assert run("convert", path, "--to", "scripted") == 0
    script = tmp_path / "b.yaml"
    script.write_text(capsys.readouterr().out)
    assert '"output": 5' in script.read_text()
    assert run("check", script) == 0
