"""The table of options, and what derives from it."""

import inspect
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from mockserver import MockServer
from mockserver.keywords import Options
from mockserver.options import Option, OptionError, Place, UnknownOptionError
from mockserver.settings import OPTIONS, Settings, options_of


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_can_be_said_everywhere_or_it_is_told_why_not(option: Option) -> None:
    assert option.but.keys() <= set(get_args(Place))
    assert all(reason for reason in option.but.values())
    assert option.default is None or option.check(option.default) == option.default


def test_type_checkers_and_help_see_every_keyword_of_a_server() -> None:
    shown = inspect.signature(MockServer).parameters
    names = [option.name for option in options_of("MockServer") if option.name != "cassette"]
    assert list(shown) == ["cassette", *names]
    assert list(get_type_hints(Options)) == names, (
        "give each option a line in `Options` (mockserver/keywords.py), in the order of the table"
    )
    for option in options_of("MockServer"):
        assert option.name == "cassette" or shown[option.name].default == option.default
        assert f"{option.name}: " in (MockServer.__doc__ or "")


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("seed", 7, 7),
        ("seed", None, None),
        ("cassette", "a.yaml", ("a.yaml",)),
        ("cassette", Path("a.yaml"), ("a.yaml",)),
        ("match_ignore", "metadata", ("metadata",)),
        ("match_ignore", iter(["a", "b"]), ("a", "b")),
        ("speed", 2, 2),
        ("on_miss", "echo", "echo"),
        ("strict_models", True, True),
    ],
)
def test_values_that_can_be(name: str, value: Any, held: Any) -> None:
    assert getattr(Settings.of("MockServer", {name: value}), name) == held


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("seed", "x", "seed: 'x' is no int"),
        ("seed", True, "seed: True is no int"),
        ("port", -1, "port: -1 is not a whole number from 0 to 65535"),
        ("max_body", 0, "max_body: 0 is not a whole number from 1 upwards"),
        ("speed", -0.5, "speed: -0.5 is not a number from 0 upwards"),
        ("speed", float("inf"), "speed: inf is not a number from 0 upwards"),
        ("strict_models", 1, "strict_models: 1 is no bool"),
        ("api_keys", 5, "api_keys: 5 is no list"),
        ("api_keys", [5], "api_keys: \\[5\\] is no list of strings"),
        ("upstream", 5, "upstream: 5 is no string"),
        ("tokens", "exakt", "unknown tokens 'exakt'; did you mean 'exact'?"),
    ],
)
def test_values_that_cannot_be(name: str, value: Any, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        Settings.of("MockServer", {name: value})


def test_an_option_that_cannot_be_said_somewhere_is_refused_with_the_reason() -> None:
    with pytest.raises(UnknownOptionError, match="must not spend the key"):
        Settings.of("sessions", {"record": "all"})
    with pytest.raises(UnknownOptionError, match="did you mean 'seed'"):
        Settings.of("sessions", {"sed": 1})
    with pytest.raises(TypeError, match="unexpected keyword argument 'sed'; did you mean 'seed'"):
        MockServer(sed=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'guard': it changes the environment"):
        MockServer(guard=True)  # type: ignore[call-arg]


def test_what_is_not_said_is_as_it_was_or_as_it_is_there() -> None:
    base = Settings.of("serve", {"seed": 7})
    assert base.port == 8080
    assert Settings.of("MockServer", {}).port == 0
    assert Settings.of("sessions", {"on_miss": "echo"}, base).seed == 7


@pytest.mark.parametrize(
    ("ci", "allowed", "kept"),
    [(None, False, False), ("true", False, True), ("0", False, False), ("1", True, False)],
)
def test_nothing_is_recorded_in_ci_unless_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch, ci: str | None, allowed: bool, kept: bool
) -> None:
    if ci is not None:
        monkeypatch.setenv("CI", ci)
    assert Settings(allow_ci=allowed).is_kept_from_recording is kept
