"""`mockserver diff A B`: what two cassettes say differently, by meaning and not by line."""

import argparse
import sys
from pathlib import Path

from mockserver.api.requests import input_text
from mockserver.cassettes import (
    Interaction,
    InteractionPair,
    MatchRules,
    RecordingDifference,
    describe_outcome,
    pair_interactions,
    reply_differences,
    request_value,
    route,
    shorten_pair,
)
from mockserver.cli.cassette_files import interactions_of
from mockserver.cli.colour import paint
from mockserver.wording import WIDTH, one_line, shorten


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Say what two recorded cassettes, or two interactions of such, say differently."
    )
    parser.epilog = "Exit status: 0 they say the same, 1 they differ, 2 one cannot be read."
    parser.add_argument(
        "a", metavar="A[#N]", help="a recorded cassette, or one interaction of it, from 1"
    )
    parser.add_argument("b", metavar="B[#N]", help="the other one")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="PATH", help="leave out, as `input[*].id`"
    )
    parser.add_argument(
        "--exact", action="store_true", help="also compare ids, times and usage of the answers"
    )


def run(args: argparse.Namespace) -> int:
    """0 when they say the same, 1 when not, 2 when one cannot be read."""
    try:
        rules = MatchRules(ignore=tuple(args.ignore))
        lines = compare_cassettes(
            interactions_of(args.a), interactions_of(args.b), rules, exact=args.exact
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines or ["The cassettes say the same."]))
    return 1 if lines else 0


def compare_cassettes(
    a: list[Interaction],
    b: list[Interaction],
    rules: MatchRules | None = None,
    *,
    exact: bool = False,
) -> list[str]:
    """Lines about what differs; none when the cassettes say the same."""
    rules = rules or MatchRules()
    lines: list[str] = []
    for found in pair_interactions(a, b, rules):
        lines += _pair_lines(found, rules, exact)
    return lines


def _pair_lines(found: InteractionPair, rules: MatchRules, exact: bool) -> list[str]:
    if found.b is None or found.a is None:
        only = found.a or found.b
        assert only is not None
        return [
            f"only in {'A' if found.b is None else 'B'}: {_title(only)}",
            f"    answer: {describe_outcome(only)}"[:WIDTH],
        ]
    lines = [*_difference_lines("request", found.differences)]
    lines += _difference_lines(
        "answer", reply_differences(found.a.response, found.b.response, rules, exact=exact)
    )
    return [f"{_place(found.a)} / {_place(found.b)}: {_title(found.a)}", *lines] if lines else []


def _difference_lines(part: str, differences: list[RecordingDifference]) -> list[str]:
    lines = []
    for difference in differences:
        there, here = shorten_pair(difference.recorded, difference.live)
        lines.append(f"    {part} {difference.path}:")
        lines.append(paint(f"      - {there}", "red"))
        lines.append(paint(f"      + {here}", "green"))
    return lines


def _place(interaction: Interaction) -> str:
    name, _, number = interaction.source.rpartition("#")
    return f"{Path(name).name}#{number}"


def _title(interaction: Interaction) -> str:
    if interaction.reply_only:
        return "an answer without its request"
    asks = one_line(input_text(request_value(interaction.request)))
    what = f"{interaction.request.method} {route(interaction.request.uri)}"
    return f"{what} {shorten(asks, 40)!r}" if asks else what
