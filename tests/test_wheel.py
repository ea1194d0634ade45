"""The wheel and the sdist: what they hold, and what the wheel must never install."""

import ast
import configparser
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from suites import PLAIN

ROOT = Path(__file__).parent.parent


def built(kind: str, folder: Path) -> Path:
    """What the build backend that is installed here makes, without a network."""
    pytest.importorskip("hatchling", reason="hatchling, which builds it, is not installed here")
    code = f"from hatchling.build import build_{kind}; print(build_{kind}({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(built("wheel", tmp_path_factory.mktemp("dist")))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The paths of the files in the sdist, from its root."""
    path = built("sdist", tmp_path_factory.mktemp("sdist"))
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def places_read(test: Path) -> set[str]:
    """The paths below the root that a test spells as `ROOT / "a" / "b"`."""
    found = set()
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        parts: list[str] = []
        while (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and isinstance(node.right, ast.Constant)
        ):
            parts.insert(0, str(node.right.value))
            node = node.left
        if parts and isinstance(node, ast.Name) and node.id == "ROOT":
            found.add("/".join(parts))
    return found


def test_the_sdist_holds_what_its_tests_read(sdist: set[str]) -> None:
    """The fault: a folder that tests read is not among those that the sdist includes."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    read = {place for test in tests for place in places_read(test) if (ROOT / place).exists()}
    assert {"README.md", "Makefile", "docs/scripting.md", "cassettes"} <= read
    folders = {f"{parent}" for name in sdist for parent in Path(name).parents}
    assert read <= sdist | {folder.replace("\\", "/") for folder in folders}


def test_the_sdist_holds_every_file_of_what_it_includes(sdist: set[str]) -> None:
    folders = ("mockserver", "fixtures", "cassettes", "tests", "benchmarks", "clients", "drift")
    for folder in (*folders, "docs"):
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
        names = {path.relative_to(ROOT).as_posix() for path in files}
        assert {name for name in names if "__pycache__" not in name} <= sdist


def test_it_installs_exactly_two_modules(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "mockserver",
        "pytest_mockserver",
    }


def test_it_registers_the_command_and_the_plugin(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points["pytest11"]) == {"mockserver": "pytest_mockserver.plugin"}
    assert dict(points["console_scripts"]) == {"mockserver": "mockserver.cli.main:main"}


def test_it_holds_every_module_and_data_file(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    sources = [
        path
        for path in (ROOT / "mockserver").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {path.relative_to(ROOT).as_posix() for path in sources} <= names
    plugin = (ROOT / "fixtures").rglob("*.py")
    assert {path.relative_to(ROOT / "fixtures").as_posix() for path in plugin} <= names


def test_pytest_takes_the_plugin_from_an_installed_wheel(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    """The fault: pytest rewrites the modules of an installed plugin's distribution, which it does
    not do in an editable installation.
    """
    installed = tmp_path / "installed"
    wheel.extractall(installed)
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_it.py").write_text(
        "import mockserver as package\n\n"
        "def test_it(mockserver):\n"
        f"    assert package.__file__.startswith({str(installed)!r})\n"
        "    assert mockserver.script('Hello') is None\n"
        "    assert mockserver.client().responses.create(model='m', input='x').output_text\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *PLAIN, "test_it.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_it_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
