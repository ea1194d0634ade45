"""`mockserver`: the command line, and what its commands have in common."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, NoReturn

from mockserver.names import suggest
from mockserver.options import Place
from mockserver.settings import Settings, options_of

COMMANDS = {
    "serve": "serve the API; play cassettes when some are given",
    "record": "pass requests on to a real API and record the traffic as a cassette",
    "check": "check cassettes for CI",
    "show": "list the interactions of a cassette, or show one in full",
    "diff": "compare two recorded cassettes by meaning",
    "drift": "let the server make recorded replies again, and list what differs",
    "convert": "turn a recording of any dialect into ours, or into a script",
    "scrub": "take secrets out of recorded cassettes",
    "completion": "print what lets a shell complete commands and options",
    "schema": "print the JSON Schema of cassettes, for editors",
}
"""Each is a module of this package, imported only when it is asked for: `add_arguments` says what
it takes, `run` does it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 well done, 1 the command's own no, 2 wrong
    usage.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    is_completed = arguments is None and "_ARGCOMPLETE" in os.environ
    if is_completed:
        words = os.environ.get("COMP_LINE", "").split()[1:]
    parser = _Parser(
        prog="mockserver",
        description="A deterministic test double for the OpenAI Responses API and Open Responses.",
        epilog="Run 'mockserver COMMAND --help' for the options of a command.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about)
        if words[:1] == [name]:
            module = import_module(f"mockserver.cli.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    if is_completed:
        from mockserver.cli.completion import complete

        complete(parser)
    options, unknown = parser.parse_known_args(words)
    if unknown:
        command = commands.choices[words[0]]
        known = re.findall(r"--[a-z-]+", command.format_help())
        hint = suggest(unknown[0].partition("=")[0], known)
        command.error(f"unknown: {' '.join(unknown)}{hint}")
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # Whoever reads has had enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError) as error:
        from mockserver.cli.colour import paint

        print(f"{paint('mockserver:', 'red', sys.stderr)} {error}", file=sys.stderr)
        return 1


def run_command(*arguments: object) -> int:
    """Run a command as the command line does; returns the exit status."""
    return main(list(map(str, arguments)))


def add_options(
    parser: argparse.ArgumentParser, place: Place, names: Iterable[str] | None = None
) -> None:
    """Add the options that can be said in a place, or those named, each under its heading."""
    groups: dict[str, Callable[..., argparse.Action]] = {"": parser.add_argument}
    for option in options_of(place):
        if names is not None and option.name not in names:
            continue
        if option.section not in groups:
            groups[option.section] = parser.add_argument_group(option.section).add_argument
        groups[option.section](
            *(option.flags or (option.flag,)), dest=option.name, **option.argument(place)
        )


def settings_of(
    options: argparse.Namespace, place: Place, said_elsewhere: Mapping[str, Any], **more: Any
) -> Settings:
    """The settings that a command's options come to.

    Args:
        said_elsewhere: what holds of what the command line leaves open, as of `configured`.
        more: what the command says in its own way.
    """
    said = {}
    for option in options_of(place):
        value = getattr(options, option.name, None)
        said[option.name] = said_elsewhere.get(option.name) if value is None else value
    settings = replace(Settings.of(place, said), **more)
    if settings.log_format == "json":
        from mockserver.session.request_lines import log_as_json

        log_as_json()
    return settings


def read_configuration(place: Place) -> dict[str, Any]:
    """What the environment and the files of the working directory say; a variable that is nearly
    an option is named on standard error.
    """
    from mockserver.settings.configuration import configured, misspelt_variables

    for sentence in misspelt_variables():
        print(f"mockserver: {sentence}", file=sys.stderr)
    return configured(place)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where the options are listed."""

    def error(self, message: str) -> NoReturn:
        stop = "" if message.endswith("?") else "."
        self.exit(2, f"{self.prog}: {message}{stop} See '{self.prog} --help'.\n")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"mockserver {version('mockserver')}")
        parser.exit()
