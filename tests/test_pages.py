"""Every page of the documentation is played: its files are written, its commands run, its tests pass.

Not run: commands other than pytest, mockserver, curl and python; JavaScript, which is compiled
where there is Node; and the Python of pages that use a package which is not installed here, which
is compiled.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver import MockServer
from page_play import Play, blocks, missing

ROOT = Path(__file__).resolve().parents[1]
OWN_TESTS = {"from_vcrpy.md"}
"""Pages that want something that is not installed here; tests of their own do what they say."""
PAGES = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in OWN_TESTS]
PLAYED = [
    path
    for path in PAGES
    if {language for language, _ in blocks(path.read_text(encoding="utf-8"))}
    & {"python", "yaml", "toml", "json", "console"}
]
SCRIPTED = [
    path
    for path in PAGES
    if {language for language, _ in blocks(path.read_text(encoding="utf-8"))} & {"js", "ts"}
]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """What stands in for the real API."""
    with MockServer() as server:
        server.when(input={"contains": "capital of France"}).reply("Paris.")
        yield server.base_url


@pytest.mark.skipif(os.name == "nt", reason="the pages speak to a POSIX shell")
@pytest.mark.parametrize("path", PLAYED, ids=shown)
def test_the_page_is_true(path: Path, tmp_path: Path, upstream: str, own_pytest: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lacking = missing(text)
    if "chromium.launch()" in text:
        # Playwright's own browser is downloaded; the one of the system will do.
        program = shutil.which("chromium") or shutil.which("google-chrome")
        launch = f"chromium.launch(executable_path={program!r}, args=['--no-sandbox'])"
        text = text.replace("chromium.launch()", launch)
        lacking = lacking if program else ["a Chromium"]
    shutil.copytree(ROOT / "cassettes", tmp_path / "cassettes")
    play = Play(tmp_path, upstream, own_pytest.parent)
    try:
        for language, block in blocks(text):
            if language == "python" and lacking:
                compile(block, shown(path), "exec")
            elif language != "console" or not lacking:
                play.take(language, block)
        if not lacking:
            play.finish()
    finally:
        play.end_server()
    if lacking:
        pytest.skip(f"compiled, not run: {', '.join(lacking)} is not installed")


@pytest.mark.parametrize("path", SCRIPTED, ids=shown)
def test_its_javascript_is_javascript(path: Path, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("needs node")
    for language, block in blocks(path.read_text(encoding="utf-8")):
        if language == "js":
            file = tmp_path / "example.mjs"
            file.write_text(block, encoding="utf-8")
            subprocess.run(["node", "--check", str(file)], check=True)
