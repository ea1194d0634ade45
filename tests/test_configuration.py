"""Options in the environment and in files of a project."""

from pathlib import Path
from typing import Any

import pytest
from openai import AuthenticationError, OpenAI

from mockserver.options import Option
from mockserver.settings import OPTIONS, Settings, options_of
from mockserver.settings.configuration import (
    ConfigurationError,
    configured,
    misspelt_variables,
    variable_of,
)
from server_process import ServerProcess, command

pytest_plugins = "pytester"

_VALUES: dict[str, tuple[str, Any]] = {
    "bool": ("1", True),
    "int": ("7", 7),
    "float": ("1.5", 1.5),
    "string": ("text", "text"),
    "list": ("a, b\nc", ("a, b", "c")),
}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for option in OPTIONS:
        monkeypatch.delenv(variable_of(option), raising=False)


@pytest.mark.parametrize("option", options_of("serve"), ids=lambda option: option.name)
def test_every_option_of_a_command_is_a_variable_too(
    option: Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, value = (option.choices[0],) * 2 if option.choices else _VALUES[option.kind]
    monkeypatch.setenv(f"MOCKSERVER_{option.name.upper()}", text)
    assert configured("serve") == {option.name: value}
    assert getattr(Settings.of("serve", configured("serve")), option.name) == value


@pytest.mark.parametrize(
    ("text", "members"),
    [("one", ("one",)), ('["a", "b\\nc"]', ("a", "b\nc")), ("[ab]+", ("[ab]+",)), ("[1]", None)],
)
def test_a_list_in_a_variable(
    text: str, members: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSERVER_SCRUB", text)
    if members is None:
        with pytest.raises(ConfigurationError, match="MOCKSERVER_SCRUB: must be a list of strings"):
            configured("record")
    else:
        assert configured("record") == {} or configured("plugin")["scrub"] == members


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_SEED", "")
    assert configured("serve") == {}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("SEED", "x", "MOCKSERVER_SEED: must be a whole number, not 'x'"),
        ("PORT", "99999", "MOCKSERVER_PORT: must be a whole number from 0 to 65535"),
        ("ON_MISS", "ignore", "MOCKSERVER_ON_MISS: must be one of fail, generate, echo"),
        ("VERBOSE", "maybe", "MOCKSERVER_VERBOSE: must be one of 1, true, yes, on, 0"),
    ],
)
def test_a_variable_that_cannot_be_is_named_with_the_rule(
    name: str, text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MOCKSERVER_{name}", text)
    with pytest.raises(ConfigurationError, match=said):
        configured("serve")


def test_the_environment_goes_before_pyproject_and_that_before_the_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mockserver.toml").write_text('seed = 1\nspeed = 1\ndialect = "open"\n')
    (tmp_path / "pyproject.toml").write_text("[tool.mockserver]\nseed = 2\nspeed = 2\n")
    monkeypatch.setenv("MOCKSERVER_SEED", "3")
    (tmp_path / "mockserver.toml").write_text("seed = 1\nspeed = 1\nstore-limit = 9\n")
    assert configured("serve") == {"seed": 3, "speed": 2, "store_limit": 9}


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("mockserver.toml", "sede = 1", "mockserver.toml: unknown option 'sede'; did you mean 'se"),
        ("mockserver.toml", "seed = ", "mockserver.toml: no TOML: "),
        ("mockserver.toml", 'seed = "x"', "mockserver.toml, seed: must be a whole number"),
        ("pyproject.toml", "[tool]\nmockserver = 3", r"\[tool.mockserver\]: expected a table"),
    ],
)
def test_a_file_that_cannot_be_is_named_with_the_rule(
    file: str, content: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(content)
    with pytest.raises(ConfigurationError, match=said):
        configured("serve")


def test_what_another_command_takes_may_stand_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text('port = 9000\nscrub = ["secret"]\n')
    assert configured("serve") == {"port": 9000}
    assert configured("plugin") == {"scrub": ("secret",)}


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_SEDE", "1")
    monkeypatch.setenv("MOCKSERVER_UPSTREAM_API_KEY", "sk-1")
    monkeypatch.setenv("MOCKSERVER_URL", "http://mock:8080")
    assert list(misspelt_variables()) == [
        "the variable MOCKSERVER_SEDE is not read; did you mean MOCKSERVER_SEED?"
    ]


def test_a_server_starts_as_it_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "steps.yaml"
    steps.write_text("interactions:\n- reply: From the environment.\n")
    monkeypatch.setenv("MOCKSERVER_CASSETTE", str(steps))
    monkeypatch.setenv("MOCKSERVER_API_KEYS", "let-me-in")
    with ServerProcess() as server, OpenAI(base_url=server.url, api_key="let-me-in") as client:
        reply = client.responses.create(model="gpt-5", input="Hi")
        assert reply.output_text == "From the environment."
        with pytest.raises(AuthenticationError):
            client.with_options(api_key="other").responses.create(model="gpt-5", input="Hi")


def test_a_command_says_in_one_line_what_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_SEDE", "1")
    monkeypatch.setenv("MOCKSERVER_SEED", "x")
    done = command("serve")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "mockserver: the variable MOCKSERVER_SEDE is not read; did you mean MOCKSERVER_SEED?",
        "mockserver: MOCKSERVER_SEED: must be a whole number, not 'x'",
    ]


def test_a_suite_does_not_start_with_what_cannot_be(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    monkeypatch.setenv("MOCKSERVER_SEED", "x")
    done = pytester.runpytest_inprocess()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines("ERROR: MOCKSERVER_SEED: must be a whole number, not 'x'")


def test_what_kubernetes_says_of_a_service_is_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Service named `mockserver` puts these into every pod: kubernetes.io/docs/concepts/services-networking/service."""
    address = "tcp://10.0.0.11:8080"
    for name, text in (
        ("PORT", address),
        ("PORT_8080_TCP", address),
        ("PORT_8080_TCP_PROTO", "tcp"),
        ("PORT_8080_TCP_PORT", "8080"),
        ("PORT_8080_TCP_ADDR", "10.0.0.11"),
        ("SERVICE_HOST", "10.0.0.11"),
        ("SERVICE_PORT", "8080"),
    ):
        monkeypatch.setenv(f"MOCKSERVER_{name}", text)
    assert configured("serve") == {}
    assert list(misspelt_variables()) == []
