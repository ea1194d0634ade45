"""Cassettes and scripts, damaged, against every command that reads files."""

import asyncio
import gzip
import io
import json
import random
import re
import tempfile
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import yaml

from benchmarks.fuzz import seeds as known
from benchmarks.fuzz.asgi import Request, ask
from benchmarks.fuzz.findings import Findings, HungError, ending
from benchmarks.fuzz.mutation import Mutator, Pool, damaged, written
from mockserver.cli import run_command
from mockserver.http import create_app
from mockserver.session import Sessions, load_cassettes
from mockserver.settings import Settings

YAML_VALUES = (
    *(".inf", "-.inf", ".nan", "~", "2020-01-01", "2020-13-45", "0x10", "0o8", "1_000", "1e999"),
    *("!!binary aGk=", "!!binary 'é'", "!!python/object:os.system {}", "!!set {a}", "!x y"),
    *("&a [*a]", "*nothing", "&b {<<: *b}", "[", "{", "'", '"\\ud800"', '"\\x00"', "|", ">-"),
    *(
        "? a",
        "- - -",
        "{}",
        "[]",
        "[1, [2]]",
        "yes",
        "9" * 5_000,
        "!!int x",
        "!!float x",
        "!!null x",
    ),
    *("!!timestamp x", "!!str", "!!map []", "!!seq {}", "!!omap [a]", "!!pairs x", "12:30:45", "-"),
)
_VALUE = re.compile(r"(?<=: )[^\n]+$", re.MULTILINE)
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check", "{}"),
    ("show", "{}"),
    ("show", "{}#1"),
    ("diff", "{}", "{base}"),
    ("convert", "{}"),
    ("convert", "{}", "--to", "scripted"),
    ("convert", "{}", "--to", "scripted", "--exact"),
    ("scrub", "{}", "--dry-run"),
    ("scrub", "{}", "--output", "{out}"),
)


def run_files(
    seed: int, numbers: Iterable[int], seeds: known.Seeds, pool: Pool, findings: Findings
) -> None:
    """Make files, and run every command on each."""
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            drawn = random.Random(f"{seed}:file:{number}")
            base, ending_, data = _file(drawn, seeds, Mutator(drawn, pool, known.TYPES))
            path = Path(folder) / f"case{ending_}"
            path.write_bytes(data)
            findings.case = f"--seed {seed} --file {number}: from {base}, {data[:1_000]!r}"
            _run_commands(path, base, findings)
            asyncio.run(_serve(path, seeds, drawn, findings))


def _run_commands(path: Path, base: Path, findings: Findings) -> None:
    out = path.with_name("out.yaml")
    for command in _COMMANDS:
        out.unlink(missing_ok=True)
        words = [word.replace("{}", str(path)) for word in command]
        words = [word.format(base=base, out=out) if "{" in word else word for word in words]
        said = io.StringIO()
        try:
            with redirect_stdout(said), redirect_stderr(said), ending():
                status = run_command(*words)
            findings.statuses[f"{words[0]} {status}"] += 1
        except SystemExit:
            continue
        except (Exception, HungError) as error:
            findings.add(error)


async def _serve(path: Path, seeds: known.Seeds, drawn: random.Random, findings: Findings) -> None:
    """Load a file as `serve` does, and ask for what it may hold."""
    try:
        with ending():
            contents = load_cassettes([str(path)])
            app = create_app(Sessions(Settings(on_miss="fail"), contents))
    except ValueError:
        return
    except (Exception, HungError) as error:
        findings.add(error)
        return
    bodies = [each.request.body for each in contents.recorded[:3]]
    bodies.append(json.dumps(drawn.choice(seeds.creates)).encode())
    for body in bodies:
        messages = [b'{"type":"response.create",' + body[1:]] if drawn.random() < 0.2 else None
        request = Request("POST", "/v1/responses", body=body, messages=messages)
        try:
            with ending():
                reply = await ask(app, request)
        except (Exception, HungError) as error:
            findings.add(error)
            continue
        findings.slow(reply.seconds)


def _file(drawn: random.Random, seeds: known.Seeds, mutator: Mutator) -> tuple[Path, str, bytes]:
    """A damaged file: from which one, how its name ends, and what it holds."""
    base = drawn.choice(seeds.files)
    raw = base.read_bytes()
    ending_ = next(each for each in (".chunks.txt", *known.ENDINGS) if base.name.endswith(each))
    if base.name.endswith(".gz"):
        ending_, raw = ".yaml", gzip.decompress(raw)
    chance = drawn.random()
    if chance < 0.2:
        script = {"interactions": list(drawn.sample(known.STEPS, k=3)), "prompts": known.PROMPTS}
        ending_, data = drawn.choice((".yaml", ".json")), written(mutator.changed(script), drawn)
    elif chance < 0.6 and ending_ != ".chunks.txt":
        data = _restructured(raw, drawn, mutator)
    elif chance < 0.85:
        text = raw.decode("utf-8", "replace")
        data = _edited(text, drawn).encode("utf-8", "surrogatepass")
    else:
        data = damaged(raw, drawn)
    if ending_ == ".yaml" and drawn.random() < 0.15:
        data = gzip.compress(data, 1, mtime=0)
        data = damaged(data, drawn) if drawn.random() < 0.7 else data
        ending_ = ".yaml.gz"
    return base, ending_, data


def _restructured(raw: bytes, drawn: random.Random, mutator: Mutator) -> bytes:
    """The document with another structure, or with other bodies in it."""
    try:
        document = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        document = json.loads(json.dumps(document, default=str))
    except (yaml.YAMLError, ValueError, TypeError):
        return damaged(raw, drawn)
    if drawn.random() < 0.6:
        document = _with_other_bodies(document, drawn, mutator)
    else:
        document = mutator.changed(document)
    return written(document, drawn)


def _with_other_bodies(value: Any, drawn: random.Random, mutator: Mutator) -> Any:
    """The same with some of the JSON texts in it changed, those of events too."""
    if isinstance(value, dict):
        return {key: _with_other_bodies(each, drawn, mutator) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_other_bodies(each, drawn, mutator) for each in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    if value.startswith(("event:", "data:")):
        lines = value.split("\n")
        place = drawn.randrange(len(lines))
        head, mark, data = lines[place].partition("data: ")
        lines[place] = head + mark + _changed_text(data, drawn, mutator)
        return "\n".join(lines)
    return _changed_text(value, drawn, mutator)


def _changed_text(text: str, drawn: random.Random, mutator: Mutator) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return written(mutator.changed(value), drawn).decode("utf-8", "replace")


def _edited(text: str, drawn: random.Random) -> str:
    """The text as somebody may have edited it: lines and values, some of them odd."""
    for _ in range(drawn.randint(1, 3)):
        lines = text.split("\n")
        place = drawn.randrange(len(lines))
        change = drawn.randrange(5)
        if change == 0:
            del lines[place]
        elif change == 1:
            lines.insert(place, lines[drawn.randrange(len(lines))] if lines else "")
        elif change == 2:
            lines[place] = " " * drawn.randint(1, 3) + lines[place]
        text = "\n".join(lines)
        values = list(_VALUE.finditer(text)) if change > 2 else []
        if values:
            found = drawn.choice(values)
            text = text[: found.start()] + drawn.choice(YAML_VALUES) + text[found.end() :]
    return text
