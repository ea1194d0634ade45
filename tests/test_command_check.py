"""`mockserver check`."""

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from cassette_samples import interaction, message, response, run, save, stream, streamed
from mockserver.cassettes import Interaction, RecordedRequest, RecordedResponse
from mockserver.cli import check

real_secrets, real_wrong = check._secrets, check._wrong


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[arg-type,misc]


@dataclass
class Finding:
    path: str
    kind: str
    excerpt: str


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever contains `hush` is a secret."""

    def find(interaction: Interaction) -> list[Finding]:
        return (
            [Finding("request.body", "api key", "hu…")]
            if b"hush" in interaction.request.body
            else []
        )

    monkeypatch.setattr(check, "_secrets", find)


@pytest.fixture(autouse=True)
def conformance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The models have tests of their own."""

    def wrong(model: str, value: dict[str, Any]) -> list[str]:
        lacks = [f"{model.lower()}.{name}: Field required" for name in value.get("lacks", ())]
        return [*lacks, *value.get("odd", [])]

    monkeypatch.setattr(check, "_wrong", wrong)


def found(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    status = run("check", *arguments)
    return status, capsys.readouterr().out.splitlines()


def test_nothing_to_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(
        tmp_path / "a.yaml",
        [interaction({}, response(message("x"))), interaction({}, streamed("x"))],
    )
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


def test_with_the_real_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "_secrets", real_secrets)
    monkeypatch.setattr(check, "_wrong", real_wrong)
    key = "sk-proj-" + "a1B2c3D4" * 6
    path = save(
        tmp_path / "a.yaml",
        [interaction({"input": f"use {key}"}, response(message("x"), status="odd"))],
    )
    status, lines = found(capsys, path)
    assert status == 1
    assert any(": error: secret: " in line and "mockserver scrub" in line for line in lines)
    assert any(": warning: protocol: status: " in line for line in lines)
    assert not any(key in line for line in lines)


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


def test_a_cassette_of_both_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.yaml", [{"reply": "x"}, interaction({"input": "hush"}, response())])
    status, lines = found(capsys, path)
    assert (status, lines[-1]) == (1, "1 cassette, 2 interactions: 1 error, 0 warnings")
    assert lines[0].startswith(f"{path}#2: error: secret")


def test_no_cassettes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", tmp_path) == 2
    assert "no cassettes in" in capsys.readouterr().err


def test_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.yaml", [interaction({"input": "hush"}, response())])
    status, lines = found(capsys, path)
    assert status == 1
    assert lines[0] == (
        f"{path}#1: error: secret: api key at request.body: hu…; remove it with `mockserver scrub`"
    )


def test_warnings_count_when_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lacking = response(
        lacks=["moderation", "e", "background", "d", "c"],
        odd=["a: no", "b: no", "a: no", "c: no", "d: no", "e: no"],
    )
    cut = stream({"type": "response.created", "response": response()})
    path = save(
        tmp_path / "a.yaml",
        [interaction({}, lacking), interaction({}, cut), interaction({}, {}, status=400)],
    )
    status, lines = found(capsys, path)
    assert (status, [line.partition("warning: ")[2] for line in lines[:-1]]) == (
        0,
        [
            "age: the answer lacks `background`, `c`, `d` and 2 more, which the API sends today; "
            "record it again",
            "protocol: a: no",
            "protocol: b: no",
            "protocol: c: no",
            "protocol: and 2 more deviations from the API",
            "cut: the stream ends before its terminal event",
        ],
    )
    assert found(capsys, path, "--strict")[0] == 1
    assert found(capsys, path, "--quiet")[1] == lines[-1:]


@pytest.mark.parametrize(
    ("kept", "headers", "created", "expected"),
    [
        (
            "2026-02-03T04:05:06Z",
            {"Date": "Tue, 06 Jan 2026 00:00:00 GMT"},
            5,
            utc(2026, 2, 3, 4, 5, 6),
        ),
        ("Mon, 05 Jan 2026 00:00:00 GMT", {}, 5, utc(2026, 1, 5)),
        (None, {"Date": "Tue, 06 Jan 2026 00:00:00 GMT"}, 5, utc(2026, 1, 6)),
        ("soon", {}, 86400, utc(1970, 1, 2)),
        (None, {}, 86400.5, utc(1970, 1, 2, 0, 0, 0, 500_000)),
        (None, {}, None, None),
        (None, {}, "x", None),
    ],
)
def test_when_it_was_recorded(
    kept: str | None, headers: dict[str, str], created: Any, expected: datetime | None
) -> None:
    fields = tuple((name.lower(), value) for name, value in headers.items())
    answer = RecordedResponse(200, headers=fields, value=response(created_at=created))
    told = check.recorded_at(
        Interaction(RecordedRequest("POST", "/v1/responses"), answer, recorded_at=kept)
    )
    assert told == expected


def test_age(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.yaml", [interaction({}, response(created_at=1_577_923_200))])
    assert (
        found(capsys, path, "--max-age", 30)[1][0]
        == f"{path}#1: warning: age: recorded on 2020-01-02; record it again"
    )
    assert len(found(capsys, path, "--max-age", 100_000)[1]) == 1


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, says: str | None
) -> None:
    (tmp_path / "test_a.py").write_text(
        "def test_one(x): ...\nclass TestIt:\n    async def test_two(self): ...\n"
    )
    lines = found(capsys, save(tmp_path / name, [interaction({}, response())]))[1]
    assert (len(lines) == 1) is (says is None)
    if says is not None:
        assert f"{name}: warning: orphan: " in lines[0]
        assert says in lines[0]
