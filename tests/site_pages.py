"""The pages that are made of code: `python tests/site_pages.py` writes them into docs/."""

import argparse
import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2

import reference_page
from mockserver import MockServer
from mockserver.api.dialects import OPEN_RESPONSES, OPENAI, Dialect
from mockserver.api.models import MODELS
from mockserver.cli import COMMANDS
from mockserver.options import reference
from mockserver.script import FAULTS
from mockserver.settings import OPTIONS, options_of

DOCS = Path(__file__).resolve().parents[1] / "docs"

_COMMAND_LINE = """\
# Command line

What the commands take. `mockserver COMMAND --help` says it as well, and lists the options of `serve` and `record`, which have names
elsewhere too: see [options](options.md).
"""

_CONTROL = """\
# Control API

How a server is scripted and looked at over HTTP, from any language. `GET /__mockserver__/openapi.json` is the same as an OpenAPI
document. Below `/s/NAME` each of these belongs to the session NAME. Bodies are JSON, and say so
(`content-type: application/json`); who may ask is told in [what to trust](security.md).

Steps and conditions have the words of [cassettes](scripting.md). What is refused is answered with `{"error": {"message": …}}`, which
says what to do.

| | |
|---|---|
"""

_MODELS = """\
# Models and dialects

## Models

What depends on the model. A name that is not listed is echoed unchanged and has plain defaults; `strict_models` refuses it.
`snapshot` is the name that the Response repeats, `effort` the default of `reasoning.effort` and, behind it, what the model
accepts: another value is refused. Windows are in tokens; a longer prompt is refused, or cut where `truncation` says `auto`.

| model | snapshot | window | effort |
|---|---|---|---|
"""

_DIALECTS = """
## Dialects

`openai` is what api.openai.com does, `open-responses` what the specification says. `--dialect` says which holds, the header
`x-mockserver-dialect` says it for one request.

| rule | `openai` | `open-responses` |
|---|---|---|
"""

_LLMS = """\
# mockserver

> A deterministic test double for the OpenAI Responses API and Open Responses: a server, a pytest fixture, record and replay. To write tests
> with it, read "For coding agents" first.
"""


def command_line() -> str:
    """Each command with its arguments."""
    parts = [_COMMAND_LINE, "\n| command | what it does |\n|---|---|\n"]
    parts += [f"| [`{name}`](#mockserver-{name}) | {about} |\n" for name, about in COMMANDS.items()]
    listed = {"serve": options_of("serve"), "record": options_of("record")}
    for name in COMMANDS:
        parser = argparse.ArgumentParser(prog=f"mockserver {name}")
        import_module(f"mockserver.cli.{name}").add_arguments(parser)
        parts.append(
            f"\n## mockserver {name}\n\n{' '.join((parser.description or '').split())}\n\n"
        )
        elsewhere = {option.name for option in listed.get(name, ())}
        arguments = [
            argument(action)
            for action in parser._actions
            if action.dest not in elsewhere | {"help"} or not action.option_strings
        ]
        if arguments:
            parts += ["| argument | what it is |\n|---|---|\n", *arguments]
        if parser.epilog:
            parts.append(f"\n{' '.join(parser.epilog.split())}\n")
    return "".join(parts)


def argument(action: argparse.Action) -> str:
    """One line of a command's table."""
    value_name = action.metavar or (action.dest.upper() if action.nargs != 0 else "")
    if action.choices is not None:
        value_name = " or ".join(f"{choice}" for choice in action.choices)
    spelt = ", ".join(action.option_strings)
    told = (action.help or "") % {**vars(action), "prog": "mockserver"}
    shown = reference_page.cell(" ".join(f"{spelt} {value_name}".split()))
    return f"| `{shown}` | {reference_page.cell(told)} |\n"


def control_api() -> str:
    """Each endpoint with what it does."""
    with MockServer() as server:
        document = httpx2.get(f"{server.url}/__mockserver__/openapi.json").json()
    rows = [
        f"| `{method.upper()} {path}` | {sentence(operation['summary'])} |\n"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return _CONTROL + "".join(rows)


def sentence(text: str) -> str:
    """A text that may stand in a table and begins with a capital letter."""
    shown = reference_page.cell(text)
    return shown[0].upper() + shown[1:]


def scripting() -> str:
    """The page as it is written, with the table of faults in the words of their classes."""
    written = (DOCS / "scripting.md").read_text(encoding="utf-8")
    before, head, rest = written.partition("| fault | what happens |\n|---|---|\n")
    assert head, "docs/scripting.md has no table of faults"
    rows = [f"| `{kind}` | {told_by(fault)} |\n" for kind, fault in FAULTS.items()]
    return "".join([before, head, *rows, rest[rest.index("\n\n") + 1 :]])


def told_by(documented: object) -> str:
    """A docstring as a table shows it."""
    return reference_page.cell(" ".join((documented.__doc__ or "").split()))


def models() -> str:
    """The tables of models and of dialects."""
    rows = []
    for name, facts in MODELS.items():
        efforts = ", ".join(facts.efforts)
        effort = f"{facts.effort} ({efforts})" if facts.effort else "–"
        snapshot = "the same" if facts.snapshot == name else f"`{facts.snapshot}`"
        rows.append(f"| `{name}` | {snapshot} | {facts.context_window:,} | {effort} |\n")
    return _MODELS + "".join(rows) + _DIALECTS + "".join(dialect_rows())


def dialect_rows() -> list[str]:
    """One line for each rule in which the dialects differ, in its own words."""
    told = dict(
        re.findall(
            r'^    (\w+): [^\n]*\n    """(.*?)"""',
            inspect.getsource(Dialect),
            re.MULTILINE | re.DOTALL,
        )
    )
    rows = []
    for rule in dataclasses.fields(Dialect):
        here, there = getattr(OPENAI, rule.name), getattr(OPEN_RESPONSES, rule.name)
        if rule.name in told and here != there:
            text = reference_page.cell(" ".join(told[rule.name].split()))
            rows.append(f"| {text} | {value(here)} | {value(there)} |\n")
    return rows


def value(rule: object) -> str:
    """A rule as a table shows it."""
    if isinstance(rule, bool):
        return "yes" if rule else "no"
    if isinstance(rule, tuple):
        return ", ".join(f"`{each}`" for each in rule)
    if isinstance(rule, int):
        return f"{rule:,}"
    return f"`{rule}`" if rule else "–"


def llms() -> str:
    """The pages for language models (https://llmstxt.org): title, address, first sentence."""
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    text = (DOCS.parent / "zensical.toml").read_text(encoding="utf-8")
    parts = [_LLMS]
    for entry in toml.loads(text)["project"]["nav"]:
        for title, value in entry.items():
            parts.append(f"\n## {title}\n\n")
            parts += [
                f"- [{name}]({page.removesuffix('.md')}.html){lead(page)}\n"
                for name, page in leaves(title, value)
            ]
    return "".join(parts)


def leaves(title: str, value: Any) -> Iterator[tuple[str, str]]:
    """The pages below an entry of the navigation, with their titles."""
    if isinstance(value, str):
        yield title, value
        return
    for entry in value:
        for name, below in entry.items():
            yield from leaves(name, below)


def lead(page: str) -> str:
    """A colon and the first sentence of a page; nothing where it begins with something else."""
    _, first, *_ = (DOCS / page).read_text(encoding="utf-8").split("\n\n")
    first = " ".join(first.split())
    if not (first[0].isalpha() or first[0] == "`"):
        return ""
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", first)
    opening, *_ = re.split(r"(?<=[.:])\s(?=[A-Z`])", plain)
    return f": {opening}"


PAGES: dict[str, Callable[[], str]] = {
    "command_line.md": command_line,
    "control_api.md": control_api,
    "models.md": models,
    "options.md": lambda: reference(OPTIONS),
    "reference.md": reference_page.page,
    "scripting.md": scripting,
    "llms.txt": llms,
}
"""The pages, and what makes them."""

if __name__ == "__main__":
    for page_name, make in PAGES.items():
        (DOCS / page_name).write_text(make(), encoding="utf-8")
