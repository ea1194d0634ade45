"""`mockserver show`."""

from pathlib import Path

import pytest

from cassette_samples import call, interaction, message, response, run, save, stream, streamed
from mockserver.command import show


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    body = streamed("pong")
    cut = stream({"type": "response.created", "response": response(status="in_progress")}) + b"event: resp"
    return save(
        tmp_path / "a.yaml",
        [
            interaction({"model": "gpt-5", "input": "Say\n pong " + "!" * 90}, response(message("pong\nagain"))),
            interaction(
                {"model": "gpt-5", "input": "w", "stream": True}, body, mockserver={"chunks": [[20, len(body)]]}
            ),
            interaction({"model": "gpt-5", "input": []}, response(call("get_weather", city="Paris"))),
            interaction({}, {"error": {"type": "t", "code": "bad", "message": "No."}}, status=400),
            interaction(None, response(), uri="/v1/responses/resp_1", method="GET"),
            interaction({"stream": True}, cut, mockserver={"cut": True}),
            interaction({}, "<html>", status=502),
        ],
    )


def test_a_table_that_fits(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(show, cassette) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{cassette}: 7 interactions"
    assert all(len(line) <= 100 for line in lines[1:])
    assert lines[3].startswith("1  POST /responses        gpt-5  Say pong !!!")
    assert '200  message "pong again"' in lines[3]
    assert "sse  message" in lines[4]
    assert 'function_call get_weather({"city"' in lines[5]
    assert "400  bad: No." in lines[6]
    assert "GET /responses/resp_1" in lines[7]
    assert "cut  in_progress: no output" in lines[8]
    assert "502  6 bytes" in lines[9]


def test_one_in_full(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(show, f"{cassette}#1") == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{cassette}#1\n\nPOST https://api.openai.com/v1/responses\ncontent-type: application/json\n")
    assert '  "model": "gpt-5",' in out
    assert "\n200 OK\n" in out
    assert '"text": "pong\\nagain"' in out


def test_a_stream_as_a_timeline(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(show, f"{cassette}#2") == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("ms"))
    assert [line.split(None, 3) for line in lines[start + 2 :]] == [
        ["20", "0", "response.created", "in_progress resp_1"],
        ["20", "1", "response.output_text.delta", '×4  "pong"'],
        ["20", "5", "response.output_item.done", 'message "pong"'],
        ["20", "6", "response.completed", "completed resp_1"],
    ]


def test_a_stream_that_was_cut(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(show, f"{cassette}#6") == 0
    out = capsys.readouterr().out
    assert "resp (cut)" in out
    assert out.rstrip().endswith("(the stream was cut here)")


def test_a_conversation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = [
        {"from": "client", "offset_ms": 0, "data": '{"type":"response.create"}'},
        {"from": "server", "offset_ms": 7.4, "data": '{"type":"response.output_text.delta","delta":"a"}'},
        {"from": "server", "offset_ms": 9, "data": "noise"},
    ]
    path = save(tmp_path / "a.yaml", [interaction(None, "", status=101, method="GET", mockserver={"websocket": said})])
    assert run(show, path, f"{path}#1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ws" in lines[3]
    assert [line.split() for line in lines[-3:]] == [
        ["0", "→", "response.create"],
        ["7", "←", "response.output_text.delta", '"a"'],
        ["9", "←", "(text)", "noise"],
    ]


def test_what_cannot_be_shown(cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("- 1")
    assert run(show, tmp_path) == 2
    assert run(show, f"{cassette}#8") == 2
    captured = capsys.readouterr()
    assert "a.yaml: 7 interactions" in captured.out
    assert "bad.yaml: the document is not a mapping" in captured.err
    assert "it has no interaction 8. It has 7, counted from 1." in captured.err


def test_an_answer_without_its_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.chunks.txt"
    path.write_bytes(streamed("hi").split(b"data: ")[-1].strip())
    assert run(show, path, f"{path}#1") == 0
    out = capsys.readouterr().out
    assert '1  (not recorded)               sse  message "hi"' in out
    assert "(the request was not recorded)" in out


def test_progress_when_loading_takes_long(
    cassette: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(0, 10_000, 3))
    monkeypatch.setattr("mockserver.command.loading.time.monotonic", lambda: float(next(clock)))
    assert run(show, cassette) == 0
    assert "loading cassettes: 100%\n" in capsys.readouterr().err
