"""The links of the pages lead somewhere, on the site and where the repository is shown. `make docs`
builds the site; these tests need no builder.
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OUTSIDE = [
    ROOT / name
    for name in (
        "README.md",
        "AGENTS.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "examples/README.md",
    )
]
CODE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
CONFIGURATION = toml.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """A page without its blocks of code and its inline code."""
    return re.sub(r"`[^`\n]*`", "", CODE.sub("", path.read_text(encoding="utf-8")))


def headings(path: Path) -> Iterator[str]:
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        yield heading.replace("`", "")


def anchors(path: Path) -> set[str]:
    """The anchors that the site and GitHub give alike: they spell them by rules of their own."""
    found = set()
    for heading in headings(path):
        plain = re.sub(r"[^\w\s-]", "", heading).strip().lower()
        here = re.sub(r"\s", "-", plain)
        site = re.sub(r"[-\s]+", "-", plain.encode("ascii", "ignore").decode())
        if here == site:
            found.add(here)
    return found


def links(path: Path) -> list[str]:
    """What a page links to in this repository."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(path))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("path", [*PAGES, *OUTSIDE], ids=shown)
def test_links_lead_somewhere(path: Path) -> None:
    for target in links(path):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.is_file() or file.is_dir(), f"{shown(path)} links to {target}"
        if anchor:
            assert anchor in anchors(file), f"{shown(path)} links to {target}: no such heading"


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_a_page_stays_within_the_site(path: Path) -> None:
    """What is not below docs/ is not on the site."""
    for target in links(path):
        file = (path.parent / target.partition("#")[0]).resolve()
        assert file.is_relative_to(DOCS), f"{shown(path)} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_a_page_has_one_title(path: Path) -> None:
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    assert text.startswith(("# ", "---\n"))


def test_pictures_are_used_and_small() -> None:
    pictures = {path for path in DOCS.rglob("*") if path.suffix in {".png", ".svg"}}
    used = {
        (path.parent / target).resolve() for path in [*PAGES, *OUTSIDE] for target in links(path)
    }
    assert pictures <= used
    assert all(path.stat().st_size < 150_000 for path in pictures)


def test_nothing_of_the_site_comes_from_elsewhere() -> None:
    assert CONFIGURATION["theme"]["font"] is False
    assert "http" not in str({key: CONFIGURATION[key] for key in CONFIGURATION if key != "nav"})


def test_the_workflow_builds_the_site() -> None:
    text = (ROOT / ".github" / "workflows" / "docs.yml").read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"]["docs"]["steps"]
    assert "make docs" in [step.get("run") for step in steps]
    assert re.search(
        r"^docs:.*\n\t.*zensical build.*--strict$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
