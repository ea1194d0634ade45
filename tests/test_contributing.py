"""What CONTRIBUTING.md and docs/architecture.md name is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

FLOORS = (
    "api",
    "schemas",
    "compose",
    "neighbours",
    "script",
    "cassettes",
    "session",
    "http",
    "cli",
)
BELOW: dict[str, set[str]] = {
    "api": set(),
    "schemas": set(),
    "compose": {"api", "schemas"},
    "neighbours": {"api", "schemas", "compose"},
    "script": {"api", "schemas", "compose"},
    "cassettes": {"api", "schemas", "compose"},
    "session": {"api", "schemas", "compose", "neighbours", "script", "cassettes"},
    "http": {"api", "schemas", "compose", "neighbours", "script", "cassettes", "session"},
    "cli": {"api", "schemas", "compose", "neighbours", "script", "cassettes", "session", "http"},
}


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"^\| `make ([a-z-]+)", CONTRIBUTING, re.MULTILINE)))
)
def test_the_make_targets_exist(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`(mockserver/[\w/]+(?:\.py|/))`", CONTRIBUTING)))
)
def test_the_files_that_are_named_exist(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\]\((\S+\.md)\)", CONTRIBUTING))))
def test_the_pages_that_are_linked_exist(name: str) -> None:
    assert (ROOT / name).exists()


def test_every_room_is_explained() -> None:
    rooms = {
        path.name for path in (ROOT / "mockserver").iterdir() if (path / "__init__.py").exists()
    }
    assert set(re.findall(r"^\| `(\w+)` \|", ARCHITECTURE, re.MULTILINE)) == rooms - {"answer"}


@pytest.mark.parametrize("room", FLOORS)
def test_a_room_imports_only_from_floors_below_it(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in (ROOT / "mockserver" / room).rglob("*.py")
        for module in _imports(path)
        if module.split(".")[1] in FLOORS and module.split(".")[1] not in {room, *BELOW[room]}
    ]
    assert wrong == []


@pytest.mark.parametrize(("library", "room"), [("starlette", "http"), ("uvicorn", "http")])
def test_only_the_edge_knows_its_libraries(library: str, room: str) -> None:
    edge = ROOT / "mockserver" / room
    knowing = [
        path
        for path in (ROOT / "mockserver").rglob("*.py")
        if not path.is_relative_to(edge) and library in _libraries(path)
    ]
    assert knowing == []


def _imports(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module is not None
        and node.module.startswith("mockserver.")
    ]


def _libraries(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    named += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in named}
