"""Colour: on a terminal, and nowhere else."""

from pathlib import Path

import pytest

from mockserver.cli import run_command

RED, GREEN, YELLOW = "\x1b[31m", "\x1b[32m", "\x1b[33m"


@pytest.fixture
def cassette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "chat.yaml"
    path.write_text("interactions:\n- reply: Hello!\n")
    return path


def test_what_is_no_terminal_gets_none(cassette: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("check", cassette) == 0
    assert run_command("check", cassette.parent / "none.yaml") != 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err


@pytest.mark.parametrize(("is_broken", "colour"), [(False, GREEN), (True, RED)])
def test_a_terminal_gets_it(
    cassette: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_broken: bool,
    colour: str,
) -> None:
    if is_broken:
        cassette.write_text("interactions:\n- replly: Hello!\n")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    run_command("check", cassette)
    assert colour in capsys.readouterr().out


def test_the_environment_decides(
    cassette: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run_command("check", cassette)
    assert GREEN in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run_command("check", cassette)
    assert "\x1b" not in capsys.readouterr().out


def test_errors_and_differences_are_coloured(
    cassette: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run_command("serve", cassette.parent / "none.yaml", "--port", "0") == 1
    assert f"{RED}mockserver:\x1b[0m" in capsys.readouterr().err
    recorded = Path(__file__).resolve().parents[1] / "cassettes" / "recorded" / "capital.yaml"
    other = cassette.with_name("other.yaml")
    text = recorded.read_text(encoding="utf-8")
    other.write_text(text.replace("Paris", "Tours"), "utf-8")
    assert run_command("diff", recorded, other) == 1
    out = capsys.readouterr().out
    assert f"{RED}      - " in out
    assert f"{GREEN}      + " in out
