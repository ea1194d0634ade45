"""The reference says all there is, and nothing else; every page is in the navigation."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.script import CONDITION_KEYS, FAULTS, load_steps
from mockserver.settings import options_of
from site_pages import PAGES

ROOT = Path(__file__).resolve().parents[1]
SCRIPTING = (ROOT / "docs" / "scripting.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first column of the table below a heading, without its head."""
    section = SCRIPTING.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return list(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_every_fault_is_explained() -> None:
    assert rows("Pace and faults") == list(FAULTS), "run: python tests/site_pages.py"


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_that_are_made_of_code_are_current(name: str) -> None:
    shown = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert shown == PAGES[name](), "run: python tests/site_pages.py"


def test_every_condition_is_explained() -> None:
    assert rows("Conditions") == list(CONDITION_KEYS)


def test_the_indented_example_is_a_cassette() -> None:
    block = re.findall(r"(?:^    .*\n)+", SCRIPTING, re.MULTILINE)[0]
    assert len(load_steps(yaml.safe_load(block), "docs/scripting.md")) == 2


@pytest.mark.parametrize(
    "cell", re.findall(r"\| `((?:reply|error|generated): [^|]*)` \|", SCRIPTING)
)
def test_the_abbreviations_of_cassettes(cell: str) -> None:
    for example in cell.split("`, `"):
        written = yaml.safe_load(
            example.replace("{…}", "{type: function_call, name: f}").replace("…", "x")
        )
        assert load_steps(written, "docs/scripting.md")


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(--[a-z-]+)", TROUBLESHOOTING))))
def test_options_named_in_troubleshooting_exist(command: str) -> None:
    plugin = {f"--mockserver{option.flag[1:]}" for option in options_of("plugin")}
    assert command in {option.flag for option in options_of("serve")} | plugin


@pytest.mark.parametrize(
    "quoted",
    [
        "no reply for this request",
        "No session is open at",
        "Unknown parameter:",
        "No tool output found for",
        "Previous response with id",
    ],
)
def test_texts_named_in_troubleshooting_are_said(quoted: str) -> None:
    assert quoted in TROUBLESHOOTING
    sources = (ROOT / "mockserver").rglob("*.py")
    assert any(quoted in source.read_text(encoding="utf-8") for source in sources)


def navigated(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from navigated(value)


def test_every_page_is_in_the_navigation_once() -> None:
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    configuration = toml.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    listed = list(navigated(configuration["project"]["nav"]))
    docs = ROOT / "docs"
    pages = [path.relative_to(docs).as_posix() for path in docs.rglob("*.md")]
    assert sorted(listed) == sorted(pages), "add the page to `nav` in zensical.toml"


def test_the_limits_are_those_of_the_options() -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    limits = {option.flag: option.default for option in options_of("serve")}
    limited = re.findall(r"^\| [^|]+ \| ([^|]+) \| (`--[^|]+) \|$", page, re.MULTILINE)
    assert len(limited) >= 8
    for told, flags in limited:
        for flag in re.findall(r"--[a-z-]+", flags):
            spelt = "an hour" if limits[flag] == 3600 else f"{limits[flag]:,.0f}"
            assert spelt in told, f"{flag} is {spelt}"
