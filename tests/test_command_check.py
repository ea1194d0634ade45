"""`mockserver check`."""

import json
import re
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cassette_samples import interaction, response, run, save, stream, streamed
from mockserver import MockServer, function_call, reasoning

KEY = "sk-proj-" + "a1B2c3D4" * 6


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """A response with all that the API sends today."""
    with MockServer() as server:
        server.script("x")
        ask = {"model": "gpt-5", "input": "x"}
        value: dict[str, Any] = httpx2.post(f"{server.base_url}/responses", json=ask).json()
        return value


def found(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    status = run("check", *arguments)
    return status, capsys.readouterr().out.splitlines()


def test_nothing_to_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, Any]
) -> None:
    path = save(tmp_path / "a.yaml", [interaction({}, whole), interaction({}, "no", status=400)])
    (tmp_path / "b.yaml").write_text("interactions:\n- reply: hi\n")
    assert found(capsys, path, tmp_path / "b.yaml", "--strict") == (
        0,
        ["2 cassettes, 3 interactions: 0 errors, 0 warnings"],
    )


def test_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("- 1")
    (tmp_path / "b.yaml").write_text("interactions:\n- reply: hi\n  tines: 2\n")
    save(tmp_path / "c.yaml", [interaction({}, {}), {"request": {}, "response": {}}])
    status, lines = found(capsys, tmp_path)
    assert status == 2
    assert lines[0].startswith(
        f"{tmp_path / 'a.yaml'}: error: unreadable: the document is not a mapping"
    )
    assert lines[1].startswith(f"{tmp_path / 'b.yaml'}:3: error: unreadable: unknown key 'tines'")
    assert "times" in lines[1]
    assert lines[2].startswith(
        f"{tmp_path / 'c.yaml'}: error: unreadable: interaction 2: the request has no `uri`"
    )
    assert lines[-1] == "3 cassettes, 0 interactions: 3 errors, 0 warnings"


def test_one_path_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines = found(capsys, tmp_path / "gone.yaml")
    assert (status, lines[1]) == (2, "0 cassettes, 0 interactions: 1 error, 0 warnings")
    assert lines[0].startswith(
        f"{tmp_path / 'gone.yaml'}: error: unreadable: it cannot be read: No such file"
    )


def test_places_are_named_as_seen_from_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("interactions:\n- reply: x: y\n")
    (tmp_path / "b.yaml").write_text("interactions:\n- reply: x\n- reply: x\n  times: [\n")
    lines = found(capsys, tmp_path)[1]
    assert lines[0].startswith(
        "a.yaml: error: unreadable: line 2: it is not valid YAML: mapping values"
    )
    assert lines[1].startswith("b.yaml:5: error: unreadable: not YAML: ")
    assert not [line for line in lines if str(tmp_path) in line or 'in "' in line]


def test_a_cassette_of_both_kinds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, Any]
) -> None:
    path = save(tmp_path / "a.yaml", [{"reply": "x"}, interaction({"input": KEY}, whole)])
    status, lines = found(capsys, path)
    assert (status, lines[-1]) == (1, "1 cassette, 2 interactions: 1 error, 0 warnings")
    assert lines[0].startswith(f"{path}#2: error: secret")


def test_no_cassettes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", tmp_path) == 2
    assert "no cassettes in" in capsys.readouterr().err


def test_what_was_taken_out_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, Any]
) -> None:
    asked = {"input": "use SCRUBBED-API-KEY or SCRUBBED-PASSWORD", "user": "SCRUBBED-USER"}
    path = save(tmp_path / "a.yaml", [interaction(asked, whole)])
    status, lines = found(capsys, path)
    assert (status, lines[0]) == (
        0,
        "secrets were taken out when it was recorded: api-key, password, user",
    )


def test_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, Any]) -> None:
    path = save(tmp_path / "a.yaml", [interaction({"input": f"use {KEY}"}, whole)])
    status, lines = found(capsys, path)
    assert status == 1
    assert lines[0].startswith(f"{path}#1: error: secret: api-key at request.body")
    assert lines[0].endswith("; remove it with `mockserver scrub`")
    assert not any(KEY in line for line in lines)


def test_warnings_count_when_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, Any]
) -> None:
    late = ("background", "store", "text", "tools", "truncation")
    lacking = {name: value for name, value in whole.items() if name not in late}
    odd = {key: {"odd": 1} for key in ("created_at", "model", "output", "status", "temperature")}
    cut = stream({"type": "response.created", "response": whole})
    path = save(
        tmp_path / "a.yaml",
        [interaction({}, {**lacking, **odd}), interaction({}, cut), interaction({}, [1])],
    )
    status, lines = found(capsys, path)
    told = [line.partition("warning: ")[2] for line in lines[:-1]]
    assert status == 0
    assert told[0] == (
        "age: the answer lacks `background`, `store`, `text` and 2 more, which the API sends "
        "today; record it again"
    )
    assert [line.split(": ")[0] for line in told[1:4]] == ["protocol"] * 3
    assert told[4].startswith("protocol: and ")
    assert told[5] == "cut: the stream ends before its terminal event"
    assert told[-1] == "protocol: the answer is not a JSON object"
    assert found(capsys, path, "--strict")[0] == 1
    assert found(capsys, path, "--quiet")[1] == lines[-1:]


def test_the_events_of_a_stream_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = found(capsys, save(tmp_path / "a.yaml", [interaction({}, streamed("x"))]))[1]
    assert not any("cut" in line for line in lines)
    assert lines[0].startswith(f"{tmp_path / 'a.yaml'}#1: warning: age: the answer lacks `")


@pytest.mark.parametrize(
    ("kept", "header", "created", "expected"),
    [
        ("2016-02-03T04:05:06Z", "Tue, 06 Jan 2015 00:00:00 GMT", 5, "2016-02-03"),
        ("Mon, 05 Jan 2015 00:00:00 GMT", None, 5, "2015-01-05"),
        (None, "Tue, 06 Jan 2015 00:00:00 GMT", 5, "2015-01-06"),
        ("soon", None, 86400, "1970-01-02"),
        (None, None, 86400.5, "1970-01-02"),
        (None, None, None, None),
        (None, None, "x", None),
    ],
)
def test_when_it_was_recorded(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kept: str | None,
    header: str | None,
    created: Any,
    expected: str | None,
) -> None:
    recorded = interaction({}, response(created_at=created))
    if header is not None:
        recorded["response"]["headers"]["Date"] = [header]
    if kept is not None:
        recorded["recorded_at"] = kept
    lines = found(capsys, save(tmp_path / "a.yaml", [recorded]), "--max-age", 30)[1]
    told = [line.split(" ")[5][:-1] for line in lines if ": age: recorded on" in line]
    assert told == ([] if expected is None else [expected])


def test_age(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.yaml", [interaction({}, response(created_at=1_577_923_200))])
    assert (
        found(capsys, path, "--max-age", 30)[1][0]
        == f"{path}#1: warning: age: recorded on 2020-01-02; record it again"
    )
    assert not any("recorded on" in line for line in found(capsys, path, "--max-age", 100_000)[1])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cassettes/test_a/test_one.yaml", None),
        ("cassettes/test_a/test_one[x].yaml", None),
        ("cassettes/test_a/TestIt.test_two.yaml", None),
        ("cassettes/test_a/test_gone.yaml", "has no test test_gone"),
        ("cassettes/test_b/test_one.yaml", "there is no"),
        ("cassettes/recorded/test_gone.yaml", None),
        ("elsewhere/test_b/test_one.yaml", None),
    ],
)
def test_orphans(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    whole: dict[str, Any],
    name: str,
    says: str | None,
) -> None:
    (tmp_path / "test_a.py").write_text(
        "def test_one(x): ...\nclass TestIt:\n    async def test_two(self): ...\n"
    )
    lines = found(capsys, save(tmp_path / name, [interaction({}, whole)]))[1]
    assert (len(lines) == 1) is (says is None)
    if says is not None:
        assert f"{name}: warning: orphan: " in lines[0]
        assert says in lines[0]


def test_recorded_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: dict[str, Any]
) -> None:
    kept = [
        interaction({}, whole),
        interaction({}, {}, status=429),
        interaction({}, {}, status=404),
    ]
    path = save(tmp_path / "a.yaml", kept)
    status, lines = found(capsys, path, "--strict")
    assert (status, lines) == (
        1,
        [
            f"{path}#2: warning: failure: a failure was recorded (status 429) and is replayed each "
            "time; record it again unless it is meant",
            "1 cassette, 3 interactions: 0 errors, 1 warning",
        ],
    )


@pytest.fixture(scope="module")
def whole_stream() -> bytes:
    """A stream with several kinds of items, as the API sends it."""
    with MockServer() as server:
        server.script([reasoning("Let me think."), function_call("look", at="sky"), "Hello, world"])
        ask = {"model": "gpt-5", "input": "x", "stream": True}
        return httpx2.post(f"{server.base_url}/responses", json=ask).content


@pytest.mark.parametrize(
    ("event", "old", "new", "said"),
    [
        ("", "", "", None),
        ("output_text.done", "Hello, world", "Bye, world", "response.output_text.done says"),
        ("output_item.done", "Hello, world", "Bye, world", "response.output_item.done says"),
        ("completed", "Hello, world", "Bye, world", "[2].content[0]: response.completed says"),
        ("output_text.delta", "Hello", "Bye", 'where the deltas said "Bye, world"'),
        ("function_call_arguments.done", "sky", "sea", "output[1].arguments: response."),
        ("completed", "Let me think", "Let it be", "[0].summary[0]: response.completed says"),
        ("content_part.added", '"sequence_number":', '"sequence_number":1', "sequence_number 1"),
        ("output_text.done", '"item_id":"msg_', '"item_id":"msg_x', "calls output[2] msg_x"),
        ("completed", '"id":"resp_', '"id":"resp_x', "calls the response resp_x"),
        (
            "completed",
            '"usage":{"input_tokens":',
            '"usage":{"input_tokens":1',
            "output_tokens are not",
        ),
        ("completed", '"cached_tokens":0', '"cached_tokens":999', "are more than"),
    ],
)
def test_a_stream_that_was_edited_by_hand_must_agree_with_itself(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    whole_stream: bytes,
    event: str,
    old: str,
    new: str,
    said: str | None,
) -> None:
    frames = whole_stream.decode().split("\n\n")
    named = (place for place, frame in enumerate(frames) if event in frame.partition("\n")[0])
    place = next(place for place in named if old in frames[place])
    frames[place] = frames[place].replace(old, new, 1)
    path = save(tmp_path / "a.yaml", [interaction({}, "\n\n".join(frames).encode())])
    status, lines = found(capsys, path, "--strict")
    told = [line for line in lines if ": consistency: " in line]
    if said is None:
        assert (status, told) == (0, [])
        return
    assert status == 1
    assert said in told[0]
    assert "Edit all alike, or `mockserver convert --to scripted`" in told[0]


def test_a_service_that_renames_everything_in_each_event_is_no_contradiction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole_stream: bytes
) -> None:
    """As GitHub Copilot does."""
    numbers = count()
    renamed = re.sub(
        rb'"(id|item_id)":"(resp|msg|rs|fc)_[^"]*"',
        lambda found: b'"%s":"%s_%d"' % (found[1], found[2], next(numbers)),
        whole_stream,
    )
    lines = found(capsys, save(tmp_path / "a.yaml", [interaction({}, renamed)]))[1]
    assert not [line for line in lines if ": consistency: " in line]


def test_the_turns_of_a_websocket_must_agree_with_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"type": "response.create", "input": "x"}
    events = [
        {"type": "response.created", "sequence_number": 0, "response": response()},
        {"type": "response.completed", "sequence_number": 2, "response": response()},
    ]
    said = [{"from": "client", "data": json.dumps(asked)}]
    said += [{"from": "server", "data": json.dumps(event)} for event in events]
    turn = interaction(None, b"", status=101, method="GET")
    turn["response"]["mockserver"] = {"websocket": said}
    lines = found(capsys, save(tmp_path / "a.yaml", [turn]))[1]
    assert "response.completed has sequence_number 2 after 0" in lines[0]
