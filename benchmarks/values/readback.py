"""Do pydantic and zod read back what is made for the schemas that they write?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from mockserver.schemas import generate

SEEDS = 20
ZOD = "zod@4.6.7"
_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".clients" / "zod"


def readback() -> int:
    """How many values are refused, or tests fail; prints what was read back."""
    return _by_pydantic() + _by_zod()


def _by_pydantic() -> int:
    """The models and their values are those of the test, which has them all."""
    test = ("-m", "pytest", "-q", "tests/test_schema_libraries.py", "-k", "pydantic")
    ran = subprocess.run([sys.executable, *test], cwd=_ROOT, capture_output=True, text=True)
    summary = ran.stdout.strip().rpartition("\n")[2]
    print(f"pydantic: {summary} (a type each, {SEEDS} seeds)")
    return ran.returncode


def _by_zod() -> int:
    """zod itself, where Node and npm are."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("zod: left out, since there is no Node")
        return 0
    _FOLDER.mkdir(parents=True, exist_ok=True)
    script = _FOLDER / "zod.mjs"
    shutil.copy(Path(__file__).with_name("zod.mjs"), script)
    if not (_FOLDER / "node_modules" / "zod").is_dir():
        (_FOLDER / "package.json").write_text("{}", encoding="utf-8")
        install = (npm, "install", "--no-audit", "--no-fund", "--loglevel", "error", ZOD)
        if subprocess.run(install, cwd=_FOLDER).returncode:
            print(f"zod: left out, since npm could not install {ZOD}")
            return 0
    schemas = json.loads(_output(node, str(script)))
    made = {
        name: [generate(schema, seed) for seed in range(SEEDS)] for name, schema in schemas.items()
    }
    values = _FOLDER / "values.json"
    values.write_text(json.dumps(made), encoding="utf-8")
    refused = json.loads(_output(node, str(script), str(values)))
    print(*refused, sep="\n", end="\n" if refused else "")
    print(f"zod: {len(schemas)} schemas, {SEEDS} seeds: {len(refused)} values refused")
    return len(refused)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
