"""Options: how real traffic is recorded, and how recordings play."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.settings.answers import AnswerSettings
from mockserver.settings.row import COMMAND_RECORDS, WHOLE_RUN, row

Repeat: TypeAlias = Literal["fail", "last", "loop"]
RecordMode: TypeAlias = Literal["none", "once", "new_episodes", "all", "rewrite"]


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)  # `Settings` is made
class RecordingSettings(AnswerSettings):
    """How real traffic is recorded, and how recordings play."""

    record: RecordMode | None = row(
        "string",
        "whether requests go to the real API and are recorded: none: replay only; once: record "
        "where there is no cassette; new_episodes: record what the cassette lacks; all: record "
        "everything; rewrite: begin the cassette anew, if the test passes (default: replay "
        "cassettes/MODULE/TEST.yaml where it is there)",
        choices=("none", "once", "new_episodes", "all", "rewrite"),
        but={**COMMAND_RECORDS, "record": "`--mode` says it"},
    )
    upstream: str = row(
        "string",
        "the API to record",
        "https://api.openai.com/v1",
        metavar="URL",
        but=COMMAND_RECORDS,
    )
    timeout: float = row(
        "float",
        "longest silence of the upstream",
        600.0,
        metavar="SECONDS",
        least=0,
        but=COMMAND_RECORDS,
    )
    scrub: tuple[str, ...] = row(
        "list",
        "a secret of your own to take out of recordings (repeatable)",
        (),
        metavar="REGEX",
        is_secret=True,
        but=COMMAND_RECORDS,
    )
    keep_header: tuple[str, ...] = row(
        "list",
        "a further header to record (repeatable)",
        (),
        metavar="NAME",
        but=COMMAND_RECORDS,
    )
    allow_ci: bool = row(
        "bool", "record although the variable CI is set", False, but=COMMAND_RECORDS
    )
    record_errors: bool = row(
        "bool",
        "record answers that tell of the key, the limit or the service (401, 403, 429, 5xx) in "
        "modes once and new_episodes as well, which leave them out",
        False,
        but=COMMAND_RECORDS,
    )
    verbatim: bool = row(
        "bool",
        "record rate-limit, timing and request-id headers, and request bodies as they were sent, "
        "though each recording differs in them (default for cassettes that hold such headers)",
        False,
        but=COMMAND_RECORDS,
    )
    speed: float = row(
        "float",
        "how fast recorded streams replay: 0 at once, 1 in their own time, 2 in half",
        0.0,
        metavar="N",
        least=0,
        section="recorded cassettes",
    )
    repeat: Repeat = row(
        "string",
        "what follows the last recorded answer to a request: an error, that answer again, or the "
        "first again",
        "fail",
        choices=("fail", "last", "loop"),
        section="recorded cassettes",
    )
    match_order: bool = row(
        "bool", "answer in recorded order, whatever is asked", False, section="recorded cassettes"
    )
    match_ignore: tuple[str, ...] = row(
        "list",
        "a part of requests that does not count, such as metadata or input[*].id (repeatable)",
        (),
        metavar="PATH",
        section="recorded cassettes",
    )
    match_normalise: tuple[str, ...] = row(
        "list",
        "dates, uuids, temp_paths, epochs, call_ids, hex_ids, or PATTERN=>REPLACEMENT: what counts "
        "as the same (repeatable)",
        (),
        metavar="NAME",
        section="recorded cassettes",
    )
    vcr: bool = row(
        "bool",
        "let the tests that pytest-recording marks with `vcr` play through the server: the same "
        "cassettes, names, modes and matchers, streams in their own time with speed 1",
        False,
        section="recorded cassettes",
        but={
            **dict.fromkeys(("serve", "record", "MockServer", "sessions"), "it is about pytest"),
            "marker": WHOLE_RUN,
        },
    )
