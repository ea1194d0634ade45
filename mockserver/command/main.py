"""`mockserver`: the command line."""

import argparse
import sys
from collections.abc import Sequence

from mockserver.command import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 well done, 1 the command's own no, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="mockserver",
        description="A deterministic test double for the OpenAI Responses API and Open Responses.",
        epilog="Run 'mockserver COMMAND --help' for the options of a command.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (serve,):
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (OSError, ValueError) as error:
        print(f"mockserver: {error}", file=sys.stderr)
        return 1
