"""docs/reference.md, made of the public names; `python tests/site_pages.py` writes it."""

import inspect
import re
from collections.abc import Callable, Container, Iterator
from typing import Any

import mockserver
from mockserver import MockServer, Received
from mockserver.script import NAMED_ERRORS

_COMMON = {"id", "status", "agent", "when", "times", "scenario", "stream"}
"""Parameters of builders that the text above their table explains once."""

_HEAD = """\
# Reference

Every public name, from its own docstring. What a step may look like, conditions and faults stand in
[scripting.md](scripting.md), options in [options.md](options.md).
"""

_BUILDERS = """
## Replies and items

All of `from mockserver import …`. Builders of items take `id`, and most `status` and `agent`, as well; `reply`, `incomplete`, `failed`,
`generated` and `error` take `when`, `times`, `scenario` and `stream`.
"""

_ERRORS = """
## Errors

`error.NAME()` answers with this row; `error(status, code=…, message=…, type=…, param=…, headers=…, retry_after=…)` says any
other. What is left out comes from the row with that status and code. In a cassette: `error: NAME`.

| name | status | code | message |
|---|---|---|---|
"""

_SERVER = """
## The server

What the fixture `mockserver` is, and `with MockServer(…) as server:`. Its options are in [options.md](options.md).

| name | means |
|---|---|
"""

_RECEIVED = """
## A received request

What `server.requests` holds and `server.last_request` is. Plain attributes are `method`, `path`, `headers` (keys are
masked in what is printed), `content` (the bytes of the body), `transport` (`http`, `sse` or `websocket`), `number`, `by` and
`source` (what answered it), `status` and `text` (of the answer, of an error). `request` is the request as predicates and
callable steps get it.

| name | means |
|---|---|
"""

_OWN_USE = {"answered"}
"""What the server itself calls."""


def page() -> str:
    """The page, as it must stand in docs/."""
    parts = [
        _HEAD,
        _BUILDERS,
        "\n| name | means |\n|---|---|\n",
        *(row(call(name, builder, _COMMON), builder) for name, builder in builders()),
        _ERRORS,
        *(error_row(name) for name in sorted(NAMED_ERRORS)),
        _SERVER,
        *members(MockServer),
        _RECEIVED,
        *members(Received),
    ]
    return "".join(parts)


def builders() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions that make a reply or an item, in the order of their names."""
    for name in dir(mockserver):
        value = getattr(mockserver, name)
        if inspect.isfunction(value):
            yield name, value


def row(shown: str, documented: object) -> str:
    """One line of a table."""
    return f"| `{shown}` | {first_sentence(documented)} |\n"


def error_row(name: str) -> str:
    """One line of the table of errors."""
    known = NAMED_ERRORS[name]
    code = "–" if known.code is None else f"`{known.code}`"
    return f"| `{name}` | {known.status} | {code} | {cell(known.message)} |\n"


def members(kind: type) -> Iterator[str]:
    """A line for each public method and property, as they stand in the source; what is inherited
    comes last.
    """
    inherited = (each for base in kind.__mro__ if base is not object for each in vars(base).items())
    for name, value in inherited:
        if name.startswith("_") or name in _OWN_USE:
            continue
        if isinstance(value, property):
            yield row(name, value)
        elif inspect.isfunction(value) or isinstance(value, classmethod):
            yield row(call(name, getattr(kind, name)), value)


def call(name: str, function: Callable[..., Any], common: Container[str] = ()) -> str:
    """A function and its parameters, without their types and what is common to many."""
    shown = []
    starred = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self" or parameter.name in common:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            shown.append(f"*{parameter.name}")
            starred = True
        elif parameter.kind is parameter.VAR_KEYWORD:
            shown.append(f"**{parameter.name}")
        elif parameter.kind is parameter.KEYWORD_ONLY:
            if not starred:
                shown.append("*")
                starred = True
            shown.append(parameter.name)
        else:
            shown.append(parameter.name)
    return f"{name}({', '.join(shown)})"


def first_sentence(documented: object) -> str:
    """The first paragraph of a docstring up to its first full stop."""
    text = inspect.getdoc(documented) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return cell(re.split(r"(?<=[.:])\s(?=[A-Z])", paragraph)[0])


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|")
