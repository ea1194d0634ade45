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
from typing import Literal

from mockserver.api import conformance_errors
from mockserver.api.events import LAST
from mockserver.cassettes import (
    Interaction,
    answer_value,
    conversation_turns,
    failure_of,
    find_secrets,
    header_value,
    inconsistencies,
    is_create,
    is_event_stream,
    scrubbed_kinds,
    stream_events,
    usage_inconsistencies,
)
from mockserver.cli.cassette_files import cassettes, files_of
from mockserver.cli.colour import Colour, paint
from mockserver.options import Option
from mockserver.session.localised import uses_faker
from mockserver.testing import orphan_reason
from mockserver.wording import counted

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
    about: Literal[
        "unreadable",
        "secret",
        "protocol",
        "failure",
        "consistency",
        "cut",
        "age",
        "orphan",
        "masked",
    ]
    text: str

    def __str__(self) -> str:
        level = paint(self.level, "red" if self.level == "error" else "yellow")
        return f"{self.where}: {level}: {self.about}: {self.text}"


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
    files = files_of(args.paths)
    if not files:
        print(f"no cassettes in {', '.join(args.paths)}", file=sys.stderr)
        return 2
    oldest = None
    if args.max_age is not None:
        oldest = datetime.now(timezone.utc) - timedelta(days=args.max_age)
    counts: Counter[str] = Counter()
    kinds: set[str] = set()
    for problem in _problems(files, oldest, counts, kinds):
        counts[problem.level] += 1
        counts[problem.about] += 1
        if problem.level == "error" or not args.quiet:
            print(problem)
    if kinds and not args.quiet:
        print(f"secrets were taken out when it was recorded: {', '.join(sorted(kinds))}")
    if counts["faker"] and not args.quiet:
        from mockserver.schemas.faking import VERSION

        print(f"faker {VERSION} makes values of {counted(counts['faker'], 'step')}")
    found = f"{counted(counts['error'], 'error')}, {counted(counts['warning'], 'warning')}"
    colour: Colour = "red" if counts["error"] else "yellow" if counts["warning"] else "green"
    print(
        f"{counted(counts['cassettes'], 'cassette')}, "
        f"{counted(counts['interactions'], 'interaction')}: {paint(found, colour)}"
    )
    if counts["unreadable"]:
        return 2
    return 1 if counts["error"] or (args.strict and counts["warning"]) else 0


def _problems(
    files: list[Path], oldest: datetime | None, counts: Counter[str], kinds: set[str]
) -> Iterator[Problem]:
    """What is wrong; counts what there is, and adds the kinds of secrets that were taken out."""
    for path, result in cassettes(files):
        counts["cassettes"] += path.exists()
        if isinstance(result, ValueError):
            yield _unreadable(path, result)
            continue
        counts["interactions"] += len(result.steps) + len(result.recorded)
        for interaction in result.recorded:
            kinds |= scrubbed_kinds(interaction)
            yield from _interaction_problems(interaction, oldest)
        counts["faker"] += sum(map(uses_faker, result.steps))
        reason = None if result.steps else orphan_reason(path)
        if reason is not None:
            yield Problem(str(path), "warning", "orphan", reason)


def _unreadable(path: Path, error: ValueError) -> Problem:
    """With the place once, which such an error begins with."""
    place = getattr(error, "path", "") or getattr(error, "source", "") or str(path)
    text = str(error).removeprefix(place).removeprefix(", ").removeprefix(": ")
    return Problem(place, "error", "unreadable", text)


def _interaction_problems(interaction: Interaction, oldest: datetime | None) -> Iterator[Problem]:
    """What is wrong with a recorded interaction: leaked secrets, age, an end too soon, an answer
    beyond the API.
    """
    where = interaction.source
    for finding in find_secrets(interaction):
        text = f"{finding.kind} at {finding.path}: {finding.excerpt}"
        yield Problem(where, "error", "secret", f"{text}; remove it with `mockserver scrub`")
    if interaction.note:
        yield Problem(where, "warning", "masked", interaction.note)
    recorded = recorded_at(interaction)
    if oldest is not None and recorded is not None and recorded < oldest:
        yield Problem(where, "warning", "age", f"recorded on {recorded:%Y-%m-%d}; record it again")
    failed = failure_of(interaction)
    if failed is not None:
        text = (
            f"a failure was recorded ({failed}) and is replayed each time; record it again unless "
            "it is meant"
        )
        yield Problem(where, "warning", "failure", text)
    yield from _contradictions(interaction)
    if not is_create(interaction.request) or interaction.response.status != 200:
        return
    if is_event_stream(interaction.response):
        yield from _stream_problems(interaction)
        return
    value = answer_value(interaction.response)
    if isinstance(value, dict):
        yield from _deviations(where, conformance_errors("Response", value))
    else:
        yield from _deviations(where, ["the answer is not a JSON object"])


def recorded_at(interaction: Interaction) -> datetime | None:
    """When an interaction was recorded: by its own word, its `date` header, or the response's
    `created_at`.
    """
    for text in (interaction.recorded_at, header_value(interaction.response.headers, "date")):
        moment = _moment(text) if text else None
        if moment is not None:
            return moment
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
            moment = read(spelled)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return None


def _stream_problems(interaction: Interaction) -> Iterator[Problem]:
    where = interaction.source
    events = [value for _, value in stream_events(interaction.response) if isinstance(value, dict)]
    is_complete = any(event.get("type") in LAST for event in events)
    if interaction.response.cut or not is_complete:
        yield Problem(where, "warning", "cut", "the stream ends before its terminal event")
    deviations = []
    for event in events:
        kind = str(event.get("type"))
        for line in conformance_errors("Event", event):
            deviations.append(f"{kind}: {line.removeprefix(kind).lstrip('.')}")
    yield from _deviations(where, deviations)


def _contradictions(interaction: Interaction) -> Iterator[Problem]:
    """Where an answer that was edited by hand does not agree with itself."""
    lines: list[str] = []
    for turn in conversation_turns(interaction):
        response = turn.response
        if response.messages is not None or is_event_stream(response):
            values = (value for _, value in stream_events(response))
            lines += inconsistencies(value for value in values if isinstance(value, dict))
        elif isinstance(value := answer_value(response), dict):
            lines += usage_inconsistencies(value.get("usage"))
    for line in lines[:_PER_INTERACTION]:
        text = f"{line}. Was it edited? Edit all alike, or `mockserver convert --to scripted` it"
        yield Problem(interaction.source, "warning", "consistency", text)
    if len(lines) > _PER_INTERACTION:
        text = f"and {len(lines) - _PER_INTERACTION} more such places"
        yield Problem(interaction.source, "warning", "consistency", text)


def _deviations(where: str, lines: list[str]) -> Iterator[Problem]:
    """Fields that came after the recording in one line; the other deviations in a few."""
    missing = sorted({_field(line) for line in lines if line.endswith(_MISSING)})
    others = list(dict.fromkeys(line for line in lines if not line.endswith(_MISSING)))
    if missing:
        fields = ", ".join(f"`{name}`" for name in missing[:_FIELDS])
        more = f" and {len(missing) - _FIELDS} more" if len(missing) > _FIELDS else ""
        text = f"the answer lacks {fields}{more}, which the API sends today; record it again"
        yield Problem(where, "warning", "age", text)
    for line in others[:_PER_INTERACTION]:
        yield Problem(where, "warning", "protocol", line)
    if len(others) > _PER_INTERACTION:
        text = f"and {len(others) - _PER_INTERACTION} more deviations from the API"
        yield Problem(where, "warning", "protocol", text)


def _field(line: str) -> str:
    """The last name of the path that a line begins with."""
    return line.rpartition(": ")[0].rpartition(".")[2]
