"""`mockserver show`."""

from pathlib import Path

import pytest

from cassette_samples import call, interaction, message, response, run, save, stream, streamed


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    body = streamed("pong")
    cut = (
        stream({"type": "response.created", "response": response(status="in_progress")})
        + b"event: resp"
    )
    return save(
        tmp_path / "a.yaml",
        [
            interaction(
                {"model": "gpt-5", "input": "Say\n pong " + "!" * 90},
                response(message("pong\nagain")),
            ),
            interaction(
                {"model": "gpt-5", "input": "w", "stream": True},
                body,
                mockserver={"chunks": [[20, len(body)]]},
            ),
            interaction(
                {"model": "gpt-5", "input": []}, response(call("get_weather", city="Paris"))
            ),
            interaction({}, {"error": {"type": "t", "code": "bad", "message": "No."}}, status=400),
            interaction(None, response(), uri="/v1/responses/resp_1", method="GET"),
            interaction({"stream": True}, cut, mockserver={"cut": True}),
            interaction({}, "<html>", status=502),
        ],
    )


def test_a_table_that_fits(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", cassette) == 0
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
    assert run("show", f"{cassette}#1") == 0
    out = capsys.readouterr().out
    assert out.startswith(
        f"{cassette}#1\n\nPOST https://api.openai.com/v1/responses\ncontent-type: "
        "application/json\n"
    )
    assert '  "model": "gpt-5",' in out
    assert "\n200 OK\n" in out
    assert '"text": "pong\\nagain"' in out


def test_a_stream_as_a_timeline(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", f"{cassette}#2") == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("ms"))
    assert [line.split(None, 3) for line in lines[start + 2 :]] == [
        ["20", "0", "response.created", "in_progress resp_1"],
        ["20", "1", "response.output_text.delta", '×4  "pong"'],
        ["20", "5", "response.output_item.done", 'message "pong"'],
        ["20", "6", "response.completed", "completed resp_1"],
    ]


def test_a_stream_that_was_cut(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", f"{cassette}#6") == 0
    out = capsys.readouterr().out
    assert "resp (cut)" in out
    assert out.rstrip().endswith("(the stream was cut here)")


def test_a_conversation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = [
        {"from": "client", "offset_ms": 0, "data": '{"type":"response.create"}'},
        {
            "from": "server",
            "offset_ms": 7.4,
            "data": '{"type":"response.output_text.delta","delta":"a"}',
        },
        {"from": "server", "offset_ms": 9, "data": "noise"},
    ]
    path = save(
        tmp_path / "a.yaml",
        [interaction(None, "", status=101, method="GET", mockserver={"websocket": said})],
    )
    assert run("show", path, f"{path}#1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ws" in lines[3]
    assert [line.split() for line in lines[-3:]] == [
        ["0", "→", "response.create"],
        ["7", "←", "response.output_text.delta", '"a"'],
        ["9", "←", "(text)", "noise"],
    ]


def test_what_cannot_be_shown(
    cassette: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text("- 1")
    assert run("show", tmp_path) == 2
    assert run("show", f"{cassette}#8") == 2
    captured = capsys.readouterr()
    assert "a.yaml: 7 interactions" in captured.out
    assert "bad.yaml: the document is not a mapping" in captured.err
    assert "it has no interaction 8. It has 7, counted from 1." in captured.err


def test_an_answer_without_its_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.chunks.txt"
    path.write_bytes(streamed("hi").split(b"data: ")[-1].strip())
    assert run("show", path, f"{path}#1") == 0
    out = capsys.readouterr().out
    assert '1  (not recorded)               sse  message "hi"' in out
    assert "(the request was not recorded)" in out


def test_progress_when_loading_takes_long(
    cassette: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(0, 10_000, 3))
    monkeypatch.setattr("mockserver.cli.cassette_files.time.monotonic", lambda: float(next(clock)))
    assert run("show", cassette) == 0
    assert "loading cassettes" not in capsys.readouterr().err  # Nobody sees it.
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run("show", cassette) == 0
    assert "loading cassettes: 100%\n" in capsys.readouterr().err


SCRIPTED = """\
interactions:
- when: {model: gpt-5*, input: {contains: weather}}
  reply: {output: [{type: function_call, name: get_weather, arguments: {city: Paris}}, Let me look.]}
- reply: {status: incomplete, output: [Once upon]}
  times: always
- error: {status: 429, code: rate_limit_exceeded}
- generated: true
- stream: {fault: reset}
- reply: [{content: "It is \\"18\\" °C"}]
  stream: {fault: {kind: drop, after_events: 3}}
"""


def test_a_scripted_one_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SCRIPTED, "utf-8")
    assert run("show", path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{path}: 6 interactions, scripted"
    assert lines[1].split() == ["#", "when", "times", "reply"]
    assert all(len(line) <= 100 for line in lines[1:])
    assert [line.split(None, 2)[0] for line in lines[3:9]] == list("123456")
    assert lines[3].startswith(
        '1  model: glob "gpt-5*", input: contains "…  1       function_call get_weather({"city"'
    )
    assert lines[4].endswith(
        'any request                               always  incomplete: message "Once upon"'
    )
    assert "1       429 rate_limit_exceeded: " in lines[5]
    assert lines[6].endswith("  made-up reply")
    assert lines[7].endswith("  fault reset")
    assert lines[8].endswith('  message "It is "18" °C", fault drop')


def test_a_scripted_one_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SCRIPTED, "utf-8")
    assert run("show", f"{path}#2") == 0
    assert capsys.readouterr().out == (
        f"{path}:4\n\ninteractions:\n- reply:\n    status: incomplete\n    output:\n    - Once "
        "upon\n  times: always\n"
    )


def test_both_kinds_in_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(
        tmp_path / "a.json",
        [{"reply": "a"}, interaction({}, response(message("b"))), {"reply": "c"}],
    )
    assert run("show", path, f"{path}#2", f"{path}#3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{path}: 3 interactions"
    assert [line[0] for line in lines[3:5] + lines[7:8]] == ["1", "3", "2"]
    assert f"{path}#2" in lines
    assert lines[-1] == "- reply: c"


@pytest.mark.parametrize(
    "arguments",
    [("diff", "{a}", "{a}"), ("convert", "{a}"), ("convert", "{a}#1", "--to", "scripted")],
)
def test_other_commands_say_that_they_read_recordings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SCRIPTED, "utf-8")
    command, *options = arguments
    assert run(command, *(option.format(a=path) for option in options)) == 2
    assert capsys.readouterr().err == (
        f"{path}: it is scripted, where only recordings are read. "
        "`mockserver serve`, `show` and `check` take scripted ones as well.\n"
    )
