"""`mockserver check`: can these cassettes be trusted? Readable, valid, without secrets, not too
old, still wanted.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

from mockserver.api.events import LAST
from mockserver.cassettes import (
    CassetteError,
    Interaction,
    answer_value,
    header_value,
    is_create,
    is_event_stream,
    route,
    stream_events,
)
from mockserver.cli.cassette_files import cassettes, files_of
from mockserver.cli.table import counted
from mockserver.options import Option
from mockserver.testing import orphan_reason

_MISSING = ": Field required"
_FIELDS = 3
"""Most fields that are named of those which an answer lacks."""

_PER_INTERACTION = 3
"""Most deviations from the protocol that are told of one interaction."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a cassette. An `error` makes it unfit for CI, a `warning` only with
    `--strict`.
    """

    where: str
    level: Literal["error", "warning"]
    about: Literal["unreadable", "secret", "protocol", "cut", "age", "orphan"]
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.about}: {self.text}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Check that cassettes, recorded or scripted, can be read; and of recordings, that they "
        "hold no secrets, are whole and not too old, keep to the API, and still belong to a test."
    )
    parser.epilog = "Exit status: 0 nothing found, 1 something found, 2 a cassette cannot be read."
    parser.add_argument("paths", nargs="+", metavar="PATH", help="cassettes, or folders of them")
    parser.add_argument(
        "--max-age",
        type=Option("int", "", least=0).read,
        metavar="DAYS",
        help="warn of recordings older than this",
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings as well")
    parser.add_argument("--quiet", "-q", action="store_true", help="print errors only")


def run(args: argparse.Namespace) -> int:
    """0 when nothing is found, 1 when something is, 2 when a cassette cannot be read."""
    counts: Counter[str] = Counter()
    files = files_of(args.paths)
    oldest = (
        None if args.max_age is None else datetime.now(timezone.utc) - timedelta(days=args.max_age)
    )
    for problem in _check(files, oldest, counts):
        counts[problem.level] += 1
        counts[problem.about] += 1
        if problem.level == "error" or not args.quiet:
            print(problem)
    if not files:
        print(f"no cassettes in {', '.join(args.paths)}", file=sys.stderr)
        return 2
    print(
        f"{counted(counts['cassettes'], 'cassette')}, "
        f"{counted(counts['interactions'], 'interaction')}: "
        f"{counted(counts['error'], 'error')}, {counted(counts['warning'], 'warning')}"
    )
    if counts["unreadable"]:
        return 2
    return 1 if counts["error"] or (args.strict and counts["warning"]) else 0


def _check(files: list[Path], oldest: datetime | None, counts: Counter[str]) -> Iterator[Problem]:
    for path, result in cassettes(files):
        counts["cassettes"] += path.exists()
        if isinstance(result, ValueError):
            yield _unreadable(path, result)
            continue
        counts["interactions"] += len(result.steps) + len(result.recorded)
        for interaction in result.recorded:
            yield from interaction_problems(interaction, oldest)
        reason = None if result.steps else orphan_reason(path)
        if reason is not None:
            yield Problem(str(path), "warning", "orphan", reason)


def _unreadable(path: Path, error: ValueError) -> Problem:
    """With the place once, which such an error begins with."""
    place = (
        error.path
        if isinstance(error, CassetteError)
        else str(getattr(error, "source", "")) or str(path)
    )
    text = str(error).removeprefix(place).removeprefix(", ").removeprefix(": ")
    return Problem(place, "error", "unreadable", text)


def interaction_problems(
    interaction: Interaction, oldest: datetime | None = None
) -> Iterator[Problem]:
    """What is wrong with one recorded interaction: leaked secrets, age, an end too soon, an answer
    beyond the API.
    """
    where = interaction.source
    for finding in _secrets(interaction):
        text = (
            f"{finding.kind} at {finding.path}: {finding.excerpt}; remove it with `mockserver "
            "scrub`"
        )
        yield Problem(where, "error", "secret", text)
    when = recorded_at(interaction)
    if oldest is not None and when is not None and when < oldest:
        yield Problem(where, "warning", "age", f"recorded on {when:%Y-%m-%d}; record it again")
    if is_create(interaction.request):
        yield from _protocol_problems(interaction)


def recorded_at(interaction: Interaction) -> datetime | None:
    """When an interaction was recorded: by its own word, its `date` header, or the response's
    `created_at`.
    """
    for text in (interaction.recorded_at, header_value(interaction.response.headers, "date")):
        when = _moment(text) if text else None
        if when is not None:
            return when
    value = answer_value(interaction.response)
    created = value.get("created_at") if isinstance(value, dict) else None
    if isinstance(created, (int, float)) and 0 < created < 1 << 35:
        return datetime.fromtimestamp(created, timezone.utc)
    return None


def _moment(text: str) -> datetime | None:
    # Before Python 3.11, fromisoformat does not know the Z.
    for read, spelled in (
        (datetime.fromisoformat, text.replace("Z", "+00:00")),
        (parsedate_to_datetime, text),
    ):
        try:
            when = read(spelled)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return None


def _protocol_problems(interaction: Interaction) -> Iterator[Problem]:
    response = interaction.response
    if response.status != 200 or route(interaction.request.uri) != "/responses":
        return
    if is_event_stream(response):
        values = [value for _, value in stream_events(response)]
        if response.cut or not any(isinstance(v, dict) and v.get("type") in LAST for v in values):
            yield Problem(
                interaction.source, "warning", "cut", "the stream ends before its terminal event"
            )
        found = [
            line for value in values if isinstance(value, dict) for line in _wrong("Event", value)
        ]
    else:
        value = answer_value(response)
        found = (
            _wrong("Response", value)
            if isinstance(value, dict)
            else ["the answer is not a JSON object"]
        )
    yield from _deviations(interaction.source, found)


def _deviations(where: str, found: list[str]) -> Iterator[Problem]:
    """Fields that came after the recording in one line; the other deviations in a few."""
    missing = {
        line.rpartition(": ")[0].rpartition(".")[2] for line in found if line.endswith(_MISSING)
    }
    others = list(dict.fromkeys(line for line in found if not line.endswith(_MISSING)))
    if missing:
        fields = ", ".join(f"`{name}`" for name in sorted(missing)[:_FIELDS])
        fields += f" and {len(missing) - _FIELDS} more" if len(missing) > _FIELDS else ""
        yield Problem(
            where,
            "warning",
            "age",
            f"the answer lacks {fields}, which the API sends today; record it again",
        )
    for line in others[:_PER_INTERACTION]:
        yield Problem(where, "warning", "protocol", line)
    if len(others) > _PER_INTERACTION:
        text = f"and {len(others) - _PER_INTERACTION} more deviations from the API"
        yield Problem(where, "warning", "protocol", text)


def _wrong(model: str, value: dict[str, Any]) -> list[str]:
    from mockserver.api.validation import conformance_errors

    if model != "Event":
        return conformance_errors(model, value)
    kind_of = str(value.get("type"))
    return [
        f"{kind_of}: {line.removeprefix(kind_of).lstrip('.')}"
        for line in conformance_errors(model, value)
    ]


def _secrets(interaction: Interaction) -> Any:
    from mockserver.cassettes import find_secrets

    return find_secrets(interaction)
