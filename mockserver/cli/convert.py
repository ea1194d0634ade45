"""`mockserver convert`: any dialect of cassette into ours, or a recording into a script."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockserver.cassettes.errors import CassetteError
from mockserver.cassettes.interaction import FRAMING, Headers, Interaction
from mockserver.cli.help import Formatter
from mockserver.cli.loading import cassette_files, load_all, numbered, pick


def add_parser(subparsers: Any) -> None:
    """Add `convert` to the command line."""
    parser = subparsers.add_parser(
        "convert",
        help="turn a recording of any dialect into ours, or into a script",
        description=(
            "Turn recorded cassettes of any dialect into one of ours, or into a scripted one."
        ),
        formatter_class=Formatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH[#N]",
        help="recorded cassettes of any dialect, taken in this order",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="where to write; standard output by default"
    )
    parser.add_argument(
        "--to",
        choices=("recorded", "scripted"),
        default="recorded",
        help=(
            "recorded: requests and answers as they were; scripted: conditions and replies, to "
            "be edited by hand"
        ),
    )
    parser.add_argument(
        "--exact", action="store_true", help="scripted: keep ids, times and usage as recorded"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when converted, 2 when something could not be read or written."""
    try:
        interactions = _read(args.paths)
        text = (
            _scripted(interactions, args.exact)
            if args.to == "scripted"
            else _recorded(interactions)
        )
        _write(text, args.output)
    except (CassetteError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _read(names: list[str]) -> list[Interaction]:
    found: list[Interaction] = []
    for name in names:
        path, number = numbered(name)
        for file, result in load_all(cassette_files([str(path)])):
            if isinstance(result, CassetteError):
                raise result
            found += result if number is None else [pick(result, file, number)]
    return found


def _recorded(interactions: list[Interaction]) -> str:
    from mockserver.cassettes.write import EMPTY, HEAD, render_interaction

    unknown = [interaction for interaction in interactions if interaction.reply_only]
    if unknown:
        raise CassetteError(
            unknown[0].source,
            "it holds an answer without its request",
            next_step="A recorded cassette needs both; use --to scripted.",
        )
    return (
        HEAD + "".join(render_interaction(_unframed(interaction)) for interaction in interactions)
        if interactions
        else EMPTY
    )


def _unframed(interaction: Interaction) -> Interaction:
    """Bodies are written decoded and whole, so the fields about their coding and length would be
    lies.
    """
    request, response = interaction.request, interaction.response
    return replace(
        interaction,
        request=replace(request, headers=_without_framing(request.headers)),
        response=replace(response, headers=_without_framing(response.headers)),
    )


def _without_framing(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name not in FRAMING)


def _scripted(interactions: list[Interaction], exact: bool) -> str:
    from mockserver.cli.to_script import render, to_script

    steps, left = to_script(interactions, exact=exact)
    for interaction in left:
        what = f"{interaction.request.method} {interaction.request.uri}"
        print(
            f"left out {interaction.source}: {what} is answered from the server's own state",
            file=sys.stderr,
        )
    return render(steps)


def _write(text: str, output: str | None) -> None:
    if output is None:
        print(text, end="")
        return
    path = Path(output)
    if path.exists():
        raise CassetteError(
            path, "it exists already", next_step="Choose another name, or remove it first."
        )
    path.write_text(text, "utf-8")
    path.chmod(0o600)
