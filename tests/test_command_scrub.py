"""`mockserver scrub`: existing cassettes without their secrets."""

from pathlib import Path

import pytest

from mockserver.cassettes import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    append_interactions,
    load,
)
from mockserver.cli import run_command

KEY = "sk-proj-T3stAbCdEfGh1234567890_abcdefghijkl-XYZ"


def run(*arguments: object) -> int:
    return run_command("scrub", *arguments)


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    request = RecordedRequest(
        "POST", "/v1/responses", (("authorization", f"Bearer {KEY}"),), KEY.encode()
    )
    append_interactions(
        tmp_path / "leaky.yaml",
        [Interaction(request, RecordedResponse(200, "OK", body=b"customer 12"))],
    )
    return tmp_path / "leaky.yaml"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    append_interactions(
        tmp_path / "clean.yaml",
        [Interaction(RecordedRequest("GET", "/v1/models"), RecordedResponse(200, "OK"))],
    )
    return tmp_path / "clean.yaml"


def test_secrets_are_taken_out_in_place(
    leaky: Path, clean: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = clean.read_bytes()
    assert run(leaky.parent) == 0
    assert KEY not in leaky.read_text()
    assert load(leaky)[0].request == RecordedRequest(
        "POST", "/v1/responses", (), b"SCRUBBED-API-KEY"
    )
    assert clean.read_bytes() == before
    assert capsys.readouterr().out == f"{leaky}: 2 secrets taken out\n"


def test_a_dry_run_says_what_and_where(
    leaky: Path, clean: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = leaky.read_bytes()
    assert run("--dry-run", clean) == 0
    assert run("--dry-run", leaky, clean) == 1
    said = capsys.readouterr().out
    assert f"{leaky}#1: api-key at request.body: " in said
    assert f"{leaky}#1: token at request.headers.authorization: " in said
    assert KEY not in said
    assert leaky.read_bytes() == before


def test_own_patterns_and_headers(leaky: Path) -> None:
    assert run("--scrub", r"customer \d+", "--keep-header", "Authorization", leaky) == 0
    [kept] = load(leaky)
    assert kept.response.body == b"SCRUBBED-SECRET"
    assert kept.request.headers == (("authorization", "Bearer SCRUBBED-API-KEY"),)


def test_the_result_may_go_elsewhere(
    leaky: Path, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = leaky.read_bytes()
    assert run("--output", tmp_path / "new.yaml", leaky) == 0
    assert leaky.read_bytes() == before
    assert KEY not in (tmp_path / "new.yaml").read_text()
    assert run("--output", tmp_path / "new.yaml", leaky, clean) == 1
    assert "--output takes one cassette" in capsys.readouterr().err


def test_what_cannot_be_read_is_said(
    tmp_path: Path, leaky: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none.yaml", leaky) == 1
    assert "none.yaml" in capsys.readouterr().err
    assert KEY not in leaky.read_text()


def test_it_says_when_there_is_nothing_to_do(
    leaky: Path, clean: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clean) == 0
    assert run("--dry-run", clean) == 0
    assert capsys.readouterr().out == "nothing to take out of 1 recorded cassette\n" * 2
    assert run("--keep-header", "authorization", "--keep-header", "x", leaky) == 0
    assert "nothing" not in capsys.readouterr().out


def test_headers_alone_are_no_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    answer = RecordedResponse(200, "OK", (("server", "cloudflare"),))
    append_interactions(path, [Interaction(RecordedRequest("GET", "/v1/models"), answer)])
    assert run(path) == 0
    assert capsys.readouterr().out == f"{path}: only headers taken out\n"


def test_scripted_cassettes_are_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted = tmp_path / "scripted.yaml"
    scripted.write_text(f"interactions:\n- reply: my key is {KEY}\n")
    assert run(scripted) == 0
    assert KEY in scripted.read_text()
    assert capsys.readouterr().out == "passed over 1 scripted cassette; this reads recordings\n"
