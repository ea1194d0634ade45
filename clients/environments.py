"""Where the clients are installed: virtual environments and one folder of Node packages.

Versions are pinned in `python/pyproject.toml` and `node/package.json`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parent / ".clients"
PYTHON_PINS = HERE / "python" / "pyproject.toml"
NODE_PINS = HERE / "node" / "package.json"
BIN = "Scripts" if os.name == "nt" else "bin"


@cache
def python(group: str, newest: bool) -> Path:
    """The interpreter of an environment that has what this group of pyproject.toml lists."""
    folder = FOLDER / group
    pins = PYTHON_PINS.read_text(encoding="utf-8")
    if newest:
        pins = re.sub(r"==[^\"]+", "", pins)
    if not _is_installed(folder, pins):
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(folder / BIN / "python"), "-m", "pip", "install", "--quiet", "uv")
        wanted = folder / "pyproject.toml"
        wanted.write_text(pins, encoding="utf-8")
        uv = (str(folder / BIN / "uv"), "pip", "install", "--quiet", "--python", str(folder))
        run(*uv, "--group", f"{wanted}:{group}")
        _note_installed(folder, pins, newest)
    return folder / BIN / "python"


@cache
def node(newest: bool) -> Path:
    """The folder that has Node itself, the packages of package.json and the clients beside them."""
    folder = FOLDER / "node"
    pins = NODE_PINS.read_text(encoding="utf-8")
    if not _is_installed(folder, pins + "newest" * newest):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(NODE_PINS, folder)
        npm = ("npm", "install", "--no-audit", "--no-fund", "--loglevel", "error")
        run(*npm, cwd=folder)
        if newest:
            # By the Node that came with them: npm offers no package that is too new for its own.
            names = (f"{name}@latest" for name in json.loads(pins)["dependencies"])
            run(*npm, *names, cwd=folder, path=folder / "node_modules" / ".bin")
        _note_installed(folder, pins + "newest" * newest, newest)
    for client in HERE.glob("node/*.mjs"):
        shutil.copy(client, folder)
    return folder


def run(*command: str, cwd: Path | None = None, path: Path | None = None) -> None:
    """Run a command to its end, with `path` before the others; exit where it fails."""
    environment = os.environ.copy()
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        sys.exit(f"{command[0]} is not installed.")
    if subprocess.run([program, *command[1:]], cwd=cwd, env=environment, check=False).returncode:
        sys.exit(f"This failed: {' '.join(command)}")


def _is_installed(folder: Path, wanted: str) -> bool:
    """Whether it is what is wanted; what is newest is asked for anew each time."""
    note = folder / ".installed"
    return note.exists() and note.read_text(encoding="utf-8") == wanted


def _note_installed(folder: Path, wanted: str, newest: bool) -> None:
    if not newest:
        (folder / ".installed").write_text(wanted, encoding="utf-8")
