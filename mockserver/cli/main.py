"""`mockserver`: the command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

COMMANDS = ("serve", "record", "check", "show", "diff", "convert", "scrub")
"""Each is a module of this package, imported only when it is asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 well done, 1 the command's own no, 2 wrong
    usage.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _Parser(
        prog="mockserver",
        description="A deterministic test double for the OpenAI Responses API and Open Responses.",
        epilog="Run 'mockserver COMMAND --help' for the options of a command.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in given[:1] if given[:1] and given[0] in COMMANDS else COMMANDS:
        import_module(f"mockserver.cli.{name}").add_parser(commands)
    options, unknown = parser.parse_known_args(given)
    if unknown:
        commands.choices[given[0]].error(f"unknown: {' '.join(unknown)}")
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # Whoever reads has had enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError) as error:
        print(f"mockserver: {error}", file=sys.stderr)
        return 1


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where the options are listed."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See '{self.prog} --help'.\n")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"mockserver {version('mockserver')}")
        parser.exit()
