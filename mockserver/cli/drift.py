"""`mockserver drift`: does the server still answer as the service did when it was recorded?

It is given the output of each recorded reply, which no server could know, and asked to make the
rest from the recorded request. What differs, the service does otherwise than the server thinks.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from mockserver.api.json import Json
from mockserver.cassettes import MISSING, Interaction
from mockserver.cli.cassette_files import files_of, numbered, recordings
from mockserver.cli.drift_report import Drift, Drifts, drift_in_full, drift_report
from mockserver.cli.main import add_options, settings_of
from mockserver.cli.regeneration import (
    STATE,
    MadeReply,
    RecordedReply,
    Regeneration,
    recorded_replies,
)
from mockserver.cli.reply_drift import (
    IDS,
    Deviation,
    IdPairs,
    response_deviations,
    stream_deviations,
)
from mockserver.cli.wire_history import is_at, is_explained
from mockserver.errors import ScriptError
from mockserver.options import Option

_STATE = tuple(f"response.{name}" for name in STATE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Let the server make the replies of recordings again, from the recorded requests and "
        "output items, and list where they differ: what the service does otherwise than the "
        "server. Nothing is sent anywhere."
    )
    parser.epilog = (
        "Exit status: 0 no reply differs, 1 some do, 2 there is nothing to compare, or a "
        "cassette cannot be read."
    )
    parser.add_argument(
        "paths", nargs="*", metavar="CASSETTE", help="recorded cassettes, or folders of them"
    )
    parser.add_argument(
        "--top",
        type=Option("int", "", least=1).read,
        default=20,
        metavar="N",
        help="how many differences to list, those of most replies first (default: 20)",
    )
    parser.add_argument(
        "--show", metavar="FILE#N", help="show all differences of one reply, from 1"
    )
    parser.add_argument(
        "--usage", action="store_true", help="compare token counts too, which the server estimates"
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="PATH",
        help="a difference that does not count, as `response.store` or `response.tools*`",
    )
    add_options(parser, "serve", ("dialect",))


def run(args: argparse.Namespace) -> int:
    """0 when no reply differs, 1 when some do, 2 when nothing can be compared."""
    shown, number = numbered(args.show) if args.show else (None, None)
    files = files_of(args.paths or ([str(shown)] if shown else []))
    regeneration_of = partial(Regeneration, settings_of(args, "serve", {}), with_usage=args.usage)
    drifts = Drifts()
    is_readable = True
    for _, result in recordings(files):
        if isinstance(result, ValueError):
            print(result, file=sys.stderr)
            is_readable = False
            continue
        asyncio.run(_compare(drifts, result, regeneration_of(), args.ignore))
    if shown:
        name = str(shown) if number is None else f"{shown}#{number}"
        drifts.compared = [each for each in drifts.compared if _is_named(each, name)]
        lines = [line for each in drifts.compared for line in drift_in_full(each)]
    else:
        lines = drift_report(drifts, args.top)
    print("\n".join(lines))
    if not drifts.compared:
        print("mockserver: there is no recorded reply to compare", file=sys.stderr)
    if not is_readable or not drifts.compared:
        return 2
    return 1 if drifts.differing else 0


async def _compare(
    drifts: Drifts,
    interactions: Iterable[Interaction],
    regeneration: Regeneration,
    ignored: Sequence[str],
) -> None:
    """Make the replies of one cassette again, in order."""
    for recorded in recorded_replies(interactions):
        if recorded.left_out:
            drifts.left_out[recorded.left_out] += 1
            continue
        try:
            made = await regeneration.reply(recorded)
        except ScriptError as error:
            refused = Deviation("the output", MISSING, f"cannot be sent: {error}")
            drifts.compared.append(Drift(recorded, None, [refused]))
            continue
        ids = IdPairs(frozenset(_ids_in(regeneration.given(recorded))))
        found = [
            each
            for each in _deviations(recorded, made, ids)
            if not any(is_at(pattern, path) for pattern in ignored for path in _paths(each))
        ]
        lasting = [
            each
            for each in found
            if not any(
                is_explained(path, each.recorded, each.ours, recorded.day) for path in _paths(each)
            )
        ]
        drifts.compared.append(Drift(recorded, made, lasting, len(found) - len(lasting)))


def _deviations(recorded: RecordedReply, made: MadeReply, ids: IdPairs) -> list[Deviation]:
    if recorded.status != made.status or recorded.status >= 400:
        return list(_refusals(recorded, made))
    if recorded.events is None:
        found = response_deviations(recorded.value, made.value, ids)
    else:
        found = stream_deviations(recorded.events, made.events or (), ids)
    if made.stateless:
        return [each for each in found if not each.path.endswith(_STATE)]
    return found


def _paths(deviation: Deviation) -> tuple[str, ...]:
    """Where a difference is; in the Response also where the Response is in an event."""
    _, _, inner = deviation.path.partition(": ")
    return (deviation.path, inner) if inner.startswith("response.") else (deviation.path,)


def _refusals(recorded: RecordedReply, made: MadeReply) -> Iterator[Deviation]:
    """Where refusals differ, or that only one of the two is one. Messages may differ."""
    there, here = _error(recorded.value), _error(made.value)
    if recorded.status != made.status:
        yield Deviation("status", _outcome(recorded.status, there), _outcome(made.status, here))
        return
    for name in ("type", "code", "param"):
        if there.get(name) != here.get(name):
            yield Deviation(f"error.{name}", there.get(name), here.get(name))


def _error(value: Json) -> Json:
    error = value.get("error")
    return error if isinstance(error, dict) else {}


def _outcome(status: int, error: Json) -> str:
    return f"{status}: {error.get('message')}" if status >= 400 else str(status)


def _ids_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name in IDS and isinstance(each, str):
                yield each
            yield from _ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids_in(each)


def _is_named(drift: Drift, name: str) -> bool:
    """Whether `FILE` or `FILE#N` names a reply, or the interaction that it is one of several of."""
    source = drift.recorded.source
    return source == name or source.startswith((f"{name} ", f"{name}#"))
