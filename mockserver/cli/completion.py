"""`mockserver completion`: what lets a shell complete commands, options and files."""

import argparse
import sys

_SHELLS = ("bash", "zsh", "fish", "powershell")
_MISSING = "mockserver: completion needs argcomplete. Do: pip install 'mockserver[completion]'."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Print what lets a shell complete commands and options. In bash and zsh: "
        'eval "$(mockserver completion bash)"; in fish: mockserver completion fish | source.'
    )
    parser.add_argument("shell", choices=_SHELLS, help="the shell")


def run(options: argparse.Namespace) -> int:
    """Print it."""
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        print(_MISSING, file=sys.stderr)
        return 1
    print(shellcode(["mockserver"], shell=options.shell))
    return 0


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for completions, and end."""
    try:
        from argcomplete import autocomplete
    except ImportError:
        sys.exit(_MISSING)
    autocomplete(parser)
