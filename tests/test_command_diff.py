"""`mockserver diff`."""

from pathlib import Path
from typing import Any

import pytest

from cassette_samples import call, interaction, message, response, run, save, streamed


def compare(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    a: list[dict[str, Any]],
    b: list[dict[str, Any]],
    *options: str,
) -> tuple[int, list[str]]:
    one, other = save(tmp_path / "a.yaml", a), save(tmp_path / "b.yaml", b)
    status = run("diff", one, other, *options)
    return status, capsys.readouterr().out.splitlines()


def test_the_same_by_meaning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = interaction({"model": "m", "input": "a"}, response(message("hi")))
    again = interaction(
        {"input": "a", "model": "m"}, response(message("hi", id="msg_2"), id="resp_2", created_at=5)
    )
    assert compare(tmp_path, capsys, [one], [again]) == (0, ["The cassettes say the same."])
    status, lines = compare(tmp_path, capsys, [one], [again], "--exact")
    assert status == 1
    assert [line for line in lines if line.startswith("    answer")] == [
        "    answer created_at:",
        "    answer id:",
        "    answer output[0].id:",
    ]


def test_order_does_not_count_but_content_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = interaction({"input": "a"}, response(message("one")))
    second = interaction({"input": "b"}, response(message("two")))
    changed = interaction({"input": "b"}, response(message("three")))
    assert compare(tmp_path, capsys, [first, second], [second, first])[0] == 0
    assert compare(tmp_path, capsys, [first, second], [changed, first]) == (
        1,
        [
            "a.yaml#2 / b.yaml#1: POST /responses 'b'",
            "    answer output[0].content[0].text:",
            '      - "two"',
            '      + "three"',
        ],
    )
    assert (
        compare(tmp_path, capsys, [second], [changed], "--ignore", "output[*].content[*].text")[0]
        == 0
    )


def test_changed_requests_are_paired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = interaction({"model": "gpt-4", "input": "a"}, response(message("x")))
    other = interaction({"model": "gpt-5", "input": "a"}, response(message("x")))
    status, lines = compare(tmp_path, capsys, [one], [other])
    assert (status, lines[1:]) == (1, ["    request model:", '      - "gpt-4"', '      + "gpt-5"'])


def test_what_stands_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = interaction({"input": "a"}, response(message("x")))
    other = interaction(None, {"object": "list"}, uri="/v1/models", method="GET")
    status, lines = compare(tmp_path, capsys, [one], [other])
    assert status == 1
    assert lines == [
        "only in A: POST /responses 'a'",
        '    answer: message "x"',
        "only in B: GET /models",
        "    answer: list",
    ]


def test_streams(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask = {"input": "a", "stream": True}
    one, other = interaction(ask, streamed("pong")), interaction(ask, streamed("pin"))
    assert compare(tmp_path, capsys, [one], [interaction(ask, streamed("pong"))])[0] == 0
    assert "    answer output[0].content[0].text:" in compare(tmp_path, capsys, [one], [other])[1]
    short = interaction(ask, streamed("pong").partition(b"event: response.output_item.done")[0])
    assert "    answer events[2]:" in compare(tmp_path, capsys, [one], [short])[1]
    plain = interaction(ask, response(message("pong")))
    assert compare(tmp_path, capsys, [one], [plain])[1][1:] == [
        "    answer form:",
        '      - "a stream"',
        '      + "a body"',
    ]


def test_status_and_bodies_that_are_not_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = interaction({}, "<a>"), interaction({}, "<b>", status=502)
    lines = compare(tmp_path, capsys, [one], [other])[1]
    assert lines[1:4] == ["    answer status:", "      - 200", "      + 502"]
    assert "    answer body:" in lines


def test_single_interactions_and_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(
        tmp_path / "a.yaml", [interaction({"n": n}, response(call("f", n=n))) for n in (1, 1, 2)]
    )
    assert run("diff", f"{path}#1", f"{path}#2") == 0
    assert run("diff", f"{path}#1", f"{path}#3") == 1
    assert run("diff", path, tmp_path / "none.yaml") == 2
    assert run("diff", path, path, "--ignore", "a]") == 2
    assert "is no path" in capsys.readouterr().err
