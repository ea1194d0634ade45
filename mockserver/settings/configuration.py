"""Options said in the environment and in files of a project.

`MOCKSERVER_SEED=7` goes before `seed = 7` under `[tool.mockserver]` in pyproject.toml, and that
before the same in mockserver.toml, without a heading.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from mockserver.names import nearest, suggest
from mockserver.options import Option, OptionError, Place
from mockserver.settings import OPTION_NAMES, OPTIONS

PREFIX = "MOCKSERVER_"
_FILES = ("pyproject.toml", "mockserver.toml")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_LONGEST_FILE = 1024 * 1024
"""Bytes; configuration is written by hand."""


class ConfigurationError(ValueError):
    """What the environment or a file says of an option cannot be."""


def configured(place: Place, folder: str | os.PathLike[str] = ".") -> dict[str, Any]:
    """What the environment, and the files in a folder, say of the options of a place.

    Raises ConfigurationError, with the variable or the file, for a value that cannot be, and for a
    name in a file that no option has.
    """
    return {**from_files(place, folder), **from_environment(place)}


_LINKS = ("tcp://", "udp://")
"""How Kubernetes and Docker begin the variables of a service that is called `mockserver`, of which
`MOCKSERVER_PORT` is one.
"""


def from_environment(place: Place) -> dict[str, Any]:
    """What `MOCKSERVER_…` variables say; an empty one says nothing. Raises ConfigurationError."""
    values: dict[str, Any] = {}
    for option in _said_in(place):
        variable = variable_of(option)
        text = os.environ.get(variable, "")
        if text and not text.startswith(_LINKS):
            values[option.name] = _checked(option, _read(option, text, variable), variable)
    return values


def from_files(place: Place, folder: str | os.PathLike[str]) -> dict[str, Any]:
    """What the files of a folder say, the first of them first. Raises ConfigurationError."""
    values: dict[str, Any] = {}
    wanted = {option.name for option in _said_in(place)}
    for where, table in _tables(Path(folder)):
        for name, value in table.items():
            option = OPTION_NAMES.get(name.replace("-", "_"))
            if option is None:
                hint = suggest(name, OPTION_NAMES)
                raise ConfigurationError(f"{where}: unknown option '{name}'{hint}")
            checked = _checked(option, value, f"{where}, {name}")
            if option.name in wanted:
                values.setdefault(option.name, checked)
    return values


def misspelt_variables() -> Iterator[str]:
    """A sentence for each variable that is nearly one of ours."""
    for variable in sorted(os.environ):
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in OPTION_NAMES:
            likely = nearest(name, OPTION_NAMES)
            if likely is not None:
                meant = variable_of(OPTION_NAMES[likely])
                yield f"the variable {variable} is not read; did you mean {meant}?"


def variable_of(option: Option) -> str:
    """The variable that says an option."""
    return PREFIX + option.name.upper()


def _said_in(place: Place) -> Iterable[Option]:
    # The cassettes of `serve` are its arguments, which a container's environment says as well.
    return (
        option
        for option in OPTIONS
        if option.said_in(place) or (place == "serve" and option.name == "cassette")
    )


def _tables(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where options stand in the files that there are, and what stands there."""
    for name in _FILES:
        path = folder / name
        if not path.is_file():
            continue
        if path.stat().st_size > _LONGEST_FILE:
            raise ConfigurationError(f"{path}: longer than {_LONGEST_FILE} bytes")
        content = path.read_bytes()
        if name == "pyproject.toml" and b"mockserver" not in content:
            continue
        table = _parse(path, content)
        where = str(path)
        if name == "pyproject.toml":
            table = table.get("tool", {}).get("mockserver", {})
            where = f"{path} [tool.mockserver]"
        if not isinstance(table, dict):
            raise ConfigurationError(f"{where}: expected a table of options")
        yield where, table


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        table: dict[str, Any] = toml.loads(content.decode())
        return table
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: no TOML: {error}") from None


def _read(option: Option, text: str, variable: str) -> Any:
    """The value that a variable's text stands for."""
    if option.kind == "bool":
        if text.lower() in (*_TRUE, *_FALSE):
            return text.lower() in _TRUE
        raise ConfigurationError(f"{variable}: must be one of {', '.join((*_TRUE, *_FALSE))}")
    if option.kind == "list":
        return _members(text)
    if option.kind in ("int", "float"):
        try:
            return int(text) if option.kind == "int" else float(text)
        except ValueError:
            raise ConfigurationError(f"{variable}: must be {option.rule}, not '{text}'") from None
    return text


def _members(text: str) -> Any:
    """The texts of a list: a JSON array, or one a line."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass  # A regular expression may begin so too.
    return [line for line in text.splitlines() if line]


def _checked(option: Option, value: Any, where: str) -> Any:
    try:
        return option.check(value)
    except OptionError as error:
        raise ConfigurationError(f"{where}: must be {error.rule}") from None
