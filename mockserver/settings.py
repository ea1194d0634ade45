"""Every option once: its name, type, default and help, and where it can be said.

A field of `Settings` is a row of the table. From it derive the arguments of `mockserver serve` and
`record`, the plugin's options, ini keys and marker, the keywords of `MockServer`, the body of
`POST /__mockserver__/sessions`, and docs/options.md. To add an option, add a row here, and its
type to `Options` (`mockserver/keywords.py`); then use it where it matters as `settings.NAME`.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from os import PathLike
from typing import Any, Literal, TypeAlias

from mockserver.api import DIALECTS
from mockserver.options import Kind, Option, Place, UnknownOptionError, reference

OnMiss: TypeAlias = Literal["fail", "generate", "echo"]
Repeat: TypeAlias = Literal["fail", "last", "loop"]
RecordMode: TypeAlias = Literal["none", "once", "new_episodes", "all", "rewrite"]
OnUnused: TypeAlias = Literal["fail", "warn", "ignore"]
Tokens: TypeAlias = Literal["exact", "estimate"]
Paths: TypeAlias = str | PathLike[str] | Iterable[str | PathLike[str]]


def _row(
    kind: Kind,
    help: str,  # noqa: A002
    default: Any = None,
    *,
    is_secret: bool = False,
    **details: Any,
) -> Any:
    """A field of `Settings` that is an option. is_secret: its values are shown to nobody."""
    option = Option(kind, help, default, **details)
    return field(default=default, metadata={"option": option}, repr=not is_secret)


_PLUGIN_SERVER: dict[Place, str] = {
    "plugin": "its server stands at a free port of this machine",
    "marker": "its server stands at a free port of this machine",
    "sessions": "they share the server's",
}
_ANSWERED_UPSTREAM: dict[Place, str] = {"record": "the upstream judges and answers"}
_COMMAND_RECORDS: dict[Place, str] = {
    "serve": "`mockserver record` records",
    "sessions": "whoever opens a session must not spend the key of who runs the server",
}
_VERIFIED = "`GET /__mockserver__/verify` tells of them"
_WHOLE_RUN = "it is about the whole run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for a server and its sessions, every value checked."""

    host: str = _row(
        "string", "address to listen at", "127.0.0.1", section="where", but=_PLUGIN_SERVER
    )
    port: int = _row(
        "int",
        "port to listen at; 0 takes a free one",
        0,
        least=0,
        most=65_535,
        defaults={"serve": 8080, "record": 8080},
        section="where",
        but=_PLUGIN_SERVER,
    )
    cassette: tuple[str, ...] = _row(
        "list",
        "cassette that answers requests, scripted or recorded; repeatable",
        (),
        metavar="PATH",
        section="answers",
        but={
            "serve": "its arguments are cassettes, and folders of them",
            "record": "its `--cassette` is the file to record into",
        },
    )
    seed: int | None = _row(
        "int",
        "what every made-up value derives from (default: the cassette's, or 0)",
        metavar="N",
        section="answers",
        but=_ANSWERED_UPSTREAM,
    )
    dialect: str = _row(
        "string",
        "whose rules hold where the two differ",
        "openai",
        choices=tuple(DIALECTS),
        section="answers",
        but=_ANSWERED_UPSTREAM,
    )
    on_miss: OnMiss | None = _row(
        "string",
        "what a request gets that nothing answers: an error that explains it, a made-up reply, "
        "or its own text (default: fail with cassettes, generate without, until anything is "
        "scripted)",
        choices=("fail", "generate", "echo"),
        section="answers",
        but=_ANSWERED_UPSTREAM,
    )
    on_unused: OnUnused = _row(
        "string",
        "what scripted steps that were never used do to a passing test",
        "fail",
        choices=("fail", "warn", "ignore"),
        but={
            **dict.fromkeys(("serve", "record", "sessions"), _VERIFIED),
            "MockServer": "`verify()` tells of them",
        },
    )
    tokens: Tokens = _row(
        "string",
        "how usage is counted: by the real vocabulary, or by a rule of thumb",
        "exact",
        choices=("exact", "estimate"),
        section="answers",
        but=_ANSWERED_UPSTREAM,
    )
    record: RecordMode | None = _row(
        "string",
        "whether requests go to the real API and are recorded: none: replay only; once: record "
        "where there is no cassette; new_episodes: record what the cassette lacks; all: record "
        "everything; rewrite: begin the cassette anew, if the test passes (default: replay "
        "cassettes/MODULE/TEST.yaml where it is there)",
        choices=("none", "once", "new_episodes", "all", "rewrite"),
        but={**_COMMAND_RECORDS, "record": "`--mode` says it"},
    )
    upstream: str = _row(
        "string",
        "the API to record",
        "https://api.openai.com/v1",
        metavar="URL",
        but=_COMMAND_RECORDS,
    )
    timeout: float = _row(
        "float",
        "longest silence of the upstream",
        600.0,
        metavar="SECONDS",
        least=0,
        but=_COMMAND_RECORDS,
    )
    scrub: tuple[str, ...] = _row(
        "list",
        "a secret of your own to take out of recordings (repeatable)",
        (),
        metavar="REGEX",
        is_secret=True,
        but=_COMMAND_RECORDS,
    )
    keep_header: tuple[str, ...] = _row(
        "list",
        "a further header to record (repeatable)",
        (),
        metavar="NAME",
        but=_COMMAND_RECORDS,
    )
    allow_ci: bool = _row(
        "bool", "record although the variable CI is set", False, but=_COMMAND_RECORDS
    )
    record_errors: bool = _row(
        "bool",
        "record answers that tell of the key, the limit or the service (401, 403, 429, 5xx) in "
        "modes once and new_episodes as well, which leave them out",
        False,
        but=_COMMAND_RECORDS,
    )
    verbatim: bool = _row(
        "bool",
        "record rate-limit, timing and request-id headers, and request bodies as they were sent, "
        "though each recording differs in them (default for cassettes that hold such headers)",
        False,
        but=_COMMAND_RECORDS,
    )
    speed: float = _row(
        "float",
        "how fast recorded streams replay: 0 at once, 1 in their own time, 2 in half",
        0.0,
        metavar="N",
        least=0,
        section="recorded cassettes",
    )
    repeat: Repeat = _row(
        "string",
        "what follows the last recorded answer to a request: an error, that answer again, or the "
        "first again",
        "fail",
        choices=("fail", "last", "loop"),
        section="recorded cassettes",
    )
    match_order: bool = _row(
        "bool", "answer in recorded order, whatever is asked", False, section="recorded cassettes"
    )
    match_ignore: tuple[str, ...] = _row(
        "list",
        "a part of requests that does not count, such as metadata or input[*].id (repeatable)",
        (),
        metavar="PATH",
        section="recorded cassettes",
    )
    match_normalise: tuple[str, ...] = _row(
        "list",
        "dates, uuids, temp_paths, epochs, call_ids, hex_ids, or PATTERN=>REPLACEMENT: what counts "
        "as the same (repeatable)",
        (),
        metavar="NAME",
        section="recorded cassettes",
    )
    strict_models: bool = _row(
        "bool",
        "refuse models that the API does not have",
        False,
        section="requests",
        but=_ANSWERED_UPSTREAM,
    )
    allow_unknown: bool = _row(
        "bool",
        "ignore parameters that the API does not know",
        False,
        section="requests",
        but=_ANSWERED_UPSTREAM,
    )
    examples: bool = _row(
        "bool",
        "answer made-up ids with examples, and forgive what a body lacks",
        False,
        section="requests",
        but=_ANSWERED_UPSTREAM,
    )
    api_keys: tuple[str, ...] = _row(
        "list",
        "a key to let in (repeatable), also to the control endpoints; without, any key",
        (),
        metavar="KEY",
        flags=("--api-key",),
        is_secret=True,
        section="requests",
    )
    cors: tuple[str, ...] = _row(
        "list",
        "an origin whose web pages may use the server, such as http://localhost:3000 "
        "(repeatable); '*' is every page that is visited. Without, pages cannot reach the control "
        "endpoints and what is recorded",
        (),
        metavar="ORIGIN",
        section="requests",
    )
    allowed_host: tuple[str, ...] = _row(
        "list",
        "a name, beside localhost and addresses, under which the control endpoints and what is "
        "recorded may be reached, such as mockserver or *.example.com (repeatable)",
        (),
        metavar="HOST",
        section="requests",
    )
    max_body: float = _row(
        "int", "longest body of a request, in MiB", 64, metavar="MIB", least=1, section="requests"
    )
    store_limit: int = _row(
        "int",
        "how many responses, and how many conversations, are kept; the oldest leave",
        10_000,
        metavar="N",
        least=1,
        section="requests",
        but=_ANSWERED_UPSTREAM,
    )
    compute_seconds: float = _row(
        "float",
        "how long the answer to one request may be computed",
        60.0,
        metavar="SECONDS",
        least=0,
        section="requests",
    )
    open_sessions: bool = _row(
        "bool",
        "open a session when a request first names it: by its path /s/NAME, the header "
        "x-mockserver-session, a cookie mockserver-session or the key mockserver-session:NAME",
        False,
        section="requests",
        but={**_PLUGIN_SERVER, "record": "they would share one recording"},
    )
    store_size: float = _row(
        "int",
        "how much memory the responses that are kept may take, and the conversations as much "
        "again, in MiB, about; the oldest leave",
        128,
        metavar="MIB",
        least=1,
        section="requests",
        but=_ANSWERED_UPSTREAM,
    )
    journal_limit: int = _row(
        "int",
        "how many requests the journal keeps; the oldest leave",
        10_000,
        metavar="N",
        least=1,
        section="requests",
    )
    journal_size: float = _row(
        "int",
        "how much memory the journal of requests may take, in MiB, about; the oldest leave",
        64,
        metavar="MIB",
        least=1,
        section="requests",
    )
    websocket_seconds: float = _row(
        "float",
        "how long a WebSocket may stay open",
        3600.0,
        metavar="SECONDS",
        least=0,
        section="requests",
        but=_ANSWERED_UPSTREAM,
    )
    verbose: bool = _row(
        "bool",
        "tell standard error of every request",
        False,
        flags=("--verbose", "-v"),
        but={"record": "it tells of every request"},
    )
    usage: bool = _row(
        "bool",
        "say at the end how many tokens were used, by model",
        False,
        but={
            **dict.fromkeys(("serve", "sessions"), "`GET /__mockserver__/requests` has it"),
            "marker": _WHOLE_RUN,
            "MockServer": "`requests` have it",
        },
    )
    guard: bool = _row(
        "bool",
        "point OPENAI_BASE_URL to an address that refuses for the whole run, unless it is set, so "
        "that a client made at import cannot reach the real API and says so; OPENAI_API_KEY, "
        "AZURE_OPENAI_ENDPOINT and the like are filled in where they are missing",
        False,
        but={
            **dict.fromkeys(
                ("serve", "record", "MockServer", "sessions"), "it changes the environment of tests"
            ),
            "marker": _WHOLE_RUN,
        },
    )

    @property
    def max_bytes(self) -> int:
        """The longest body of a request, in bytes."""
        return int(self.max_body * 1024 * 1024)

    @property
    def is_kept_from_recording(self) -> bool:
        """Whether CI is set, where nothing should be recorded unseen, and nobody allowed it."""
        return os.environ.get("CI", "").lower() not in ("", "0", "false") and not self.allow_ci

    @classmethod
    def of(
        cls, place: Place, options: Mapping[str, Any], base: "Settings | None" = None
    ) -> "Settings":
        """The settings that options come to; one that is None, or is not among them, is as in
        `base`, or else as it is by default.

        Raises UnknownOptionError for one that cannot be said there, OptionError for a value that
        cannot be.
        """
        values: dict[str, Any] = {}
        if base is None:
            values = {each.name: each.default_in(place) for each in options_of(place)}
        for name, value in options.items():
            option = OPTION_NAMES.get(name)
            if option is None or not option.said_in(place):
                raise UnknownOptionError(name, place, OPTIONS)
            if value is not None:
                values[name] = option.check(value)
        return replace(base or Settings(), **values)


OPTIONS: tuple[Option, ...] = tuple(
    replace(row.metadata["option"], name=row.name) for row in fields(Settings)
)
OPTION_NAMES: Mapping[str, Option] = {option.name: option for option in OPTIONS}


def options_of(place: Place) -> list[Option]:
    """The options that can be said in a place."""
    return [option for option in OPTIONS if option.said_in(place)]


if __name__ == "__main__":
    sys.stdout.write(reference(OPTIONS))
