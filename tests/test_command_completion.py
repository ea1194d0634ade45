"""`mockserver completion`, and what a shell gets that asks."""

import os
import subprocess
import sys

import pytest

from mockserver.cli import COMMANDS, run_command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_what_a_shell_reads_names_the_command(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command("completion", shell) == 0
    assert "mockserver" in capsys.readouterr().out


def test_without_argcomplete_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    monkeypatch.setitem(sys.modules, "argcomplete.shell_integration", None)
    assert run_command("completion", "bash") == 1
    assert "pip install 'mockserver[completion]'" in capsys.readouterr().err


def completions(line: str) -> set[str]:
    """What a shell is told at the end of a line."""
    environment = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    code = (
        "import os, sys; os.dup2(1, 8); os.dup2(2, 9); from mockserver.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    return set(done.stdout.split("\x0b")) if done.returncode == 0 else {done.stderr}


def test_commands_and_options_are_completed() -> None:
    assert completions("mockserver ") >= set(COMMANDS)
    assert completions("mockserver se") == {"serve"}
    assert "--store-limit" in completions("mockserver serve --sto")
    assert completions("mockserver serve --dialect ") >= {"openai", "open-responses"}
