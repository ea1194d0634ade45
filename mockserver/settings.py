"""Every option once: its name, type, default and help, and where it can be said.

A field of `Settings` is a row of the table. From it derive the arguments of `mockserver serve` and
`record`, the plugin's options, ini keys and marker, the keywords of `MockServer`, the body of
`POST /__mockserver__/sessions`, and docs/options.md. To add an option, add a row here, and its
type to `Options`; then use it where it matters as `settings.NAME`.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from os import PathLike, fspath
from typing import Any, Literal, TypeAlias, TypedDict

from mockserver.api import DIALECTS
from mockserver.names import describe_unknown, suggest

Place: TypeAlias = Literal["serve", "record", "plugin", "marker", "MockServer", "sessions"]
"""Where options are said: two commands, the plugin's options and ini keys, its marker, the keywords
of `MockServer`, and the body of `POST /__mockserver__/sessions`.
"""
PLACES: tuple[Place, ...] = ("serve", "record", "plugin", "marker", "MockServer", "sessions")

Kind: TypeAlias = Literal["string", "int", "float", "bool", "list"]
OnMiss: TypeAlias = Literal["fail", "generate", "echo"]
Repeat: TypeAlias = Literal["fail", "last", "loop"]
RecordMode: TypeAlias = Literal["none", "once", "new_episodes", "all", "rewrite"]
OnUnused: TypeAlias = Literal["fail", "warn", "ignore"]
Tokens: TypeAlias = Literal["exact", "estimate"]
Paths: TypeAlias = str | PathLike[str] | Iterable[str | PathLike[str]]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Args:
        kind: what values are; a `list` may be given as its only member.
        default: what holds when nobody says anything.
        defaults: other defaults, by place.
        metavar: what stands for the value in help texts.
        least: the smallest number. most: the largest.
        flags: how the commands spell it, where that is not `--name`.
        section: the heading under which the commands list it.
        but: the places where it cannot be said, and why.
    """

    kind: Kind
    help: str
    default: Any = None
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    least: float | None = None
    most: float | None = None
    defaults: Mapping[Place, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    section: str = ""
    but: Mapping[Place, str] = field(default_factory=dict)
    name: str = ""

    @property
    def flag(self) -> str:
        """How the commands spell it."""
        return self.flags[0] if self.flags else "--" + self.name.replace("_", "-")

    def said_in(self, place: Place) -> bool:
        """Whether it can be said there."""
        return place not in self.but

    def default_in(self, place: Place) -> Any:
        """What holds when it is not said there."""
        return self.defaults.get(place, self.default)

    def help_in(self, place: Place) -> str:
        """The help text, with the default where that says something."""
        default = self.default_in(place)
        if default in (None, False, ()) or "(default" in self.help:
            return self.help
        return f"{self.help} (default: {default})"

    def argument(self, place: Place) -> dict[str, Any]:
        """The keywords of `add_argument` that make it an argument of a command; None is its
        default.
        """
        keywords: dict[str, Any] = {"help": self.help_in(place), "default": None}
        if self.choices:
            keywords["choices"] = self.choices
        elif self.kind == "bool":
            keywords["action"] = "store_true"
        elif self.kind == "list":
            keywords["action"] = "append"
        elif self.kind in ("int", "float"):
            unbounded = int if self.kind == "int" else float
            keywords["type"] = unbounded if self.least is None else self.read
        if self.metavar is not None:
            keywords["metavar"] = self.metavar
        return keywords

    def read(self, text: str) -> int | float:
        """A number of the command line. Raises ArgumentTypeError, whose text argparse shows."""
        try:
            number: int | float = int(text) if self.kind == "int" else float(text)
            self.check(number)
        except ValueError:
            from argparse import ArgumentTypeError

            raise ArgumentTypeError(f"expected {self._expected()}, not '{text}'") from None
        return number

    def check(self, value: Any) -> Any:
        """The value as `Settings` hold it. Raises OptionError for one that cannot be."""
        if self.choices and value not in self.choices:
            raise OptionError(self, value, f"none of {', '.join(self.choices)}")
        if self.kind == "list":
            members = [value] if isinstance(value, str | PathLike) else value
            if not isinstance(members, Iterable):
                raise OptionError(self, value, "no list")
            texts = tuple(fspath(each) if isinstance(each, PathLike) else each for each in members)
            if not all(isinstance(each, str) for each in texts):
                raise OptionError(self, value, "no list of strings")
            return texts
        types: dict[str, Any] = {"string": str, "int": int, "float": int | float, "bool": bool}
        if not isinstance(value, types[self.kind]) or (
            isinstance(value, bool) and self.kind != "bool"
        ):
            raise OptionError(self, value, f"no {self.kind}")
        if self.kind in ("int", "float") and not self._within(value):
            raise OptionError(self, value, f"not {self._expected()}")
        return value

    def _within(self, number: float) -> bool:
        """Whether a number is within the bounds; infinity and what is no number never are."""
        least = float("-inf") if self.least is None else self.least
        most = float("inf") if self.most is None else self.most
        return least <= number <= most and abs(number) < float("inf")

    def _expected(self) -> str:
        noun = "a whole number" if self.kind == "int" else "a number"
        if self.least is None:
            return noun
        upper = "upwards" if self.most is None else f"to {self.most:g}"
        return f"{noun} from {self.least:g} {upper}"


class OptionError(ValueError):
    """A value that an option cannot have.

    Attributes:
        name: the option. value: what it was given.
        reason: why not, for where the option is named beside it.
    """

    def __init__(self, option: Option, value: Any, wrong: str) -> None:
        self.name = option.name
        self.value = value
        hint = suggest(str(value), option.choices)
        self.reason = f"{value!r} is {wrong}{hint}"
        if option.choices:
            super().__init__(describe_unknown(option.name, value, option.choices))
        else:
            super().__init__(f"{option.name}: {self.reason}")


class UnknownOptionError(ValueError):
    """An option that nobody knows, or that cannot be said where it was.

    Attributes:
        name: what was given. hint: the nearest option, as words to add to a text.
    """

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.hint = suggest(name, [option.name for option in options_of(place)])
        self.reason = OPTION_NAMES[name].but.get(place, "") if name in OPTION_NAMES else ""
        why = f": {self.reason}" if self.reason else self.hint
        super().__init__(f"unknown option '{name}'{why}")


def _row(kind: Kind, help: str, default: Any = None, **details: Any) -> Any:  # noqa: A002
    """A field of `Settings` that is an option."""
    option = Option(kind, help, default, **details)
    return field(default=default, metadata={"option": option})


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
_WHOLE_RUN = "it is about the whole run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for a server and its sessions, every value checked."""

    host: str = _row(
        "string",
        "address to listen at",
        "127.0.0.1",
        section="where",
        but=_PLUGIN_SERVER,
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
            "serve": "`GET /__mockserver__/verify` tells of them",
            "record": "`GET /__mockserver__/verify` tells of them",
            "MockServer": "`verify()` tells of them",
            "sessions": "`GET /__mockserver__/verify` tells of them",
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
        "bool",
        "answer in recorded order, whatever is asked",
        False,
        section="recorded cassettes",
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
        "dates, uuids, temp_paths, or PATTERN=>REPLACEMENT: what counts as the same (repeatable)",
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
        "a key to let in (repeatable); without, any key",
        (),
        metavar="KEY",
        flags=("--api-key",),
        section="requests",
    )
    max_body: float = _row(
        "int",
        "longest body of a request, in MiB",
        64,
        metavar="MIB",
        least=1,
        section="requests",
    )
    store_limit: int = _row(
        "int",
        "how many responses are kept; the oldest leave",
        10_000,
        metavar="N",
        least=1,
        section="requests",
        but=_ANSWERED_UPSTREAM,
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
            "serve": "`GET /__mockserver__/requests` has it",
            "marker": _WHOLE_RUN,
            "MockServer": "`requests` have it",
            "sessions": "`GET /__mockserver__/requests` has it",
        },
    )
    guard: bool = _row(
        "bool",
        "point OPENAI_BASE_URL to an address that refuses for the whole run, unless it is set, so "
        "that a client made at import cannot reach the real API and says so; OPENAI_API_KEY is "
        "filled in where it is missing",
        False,
        but={
            "serve": "it changes the environment of tests",
            "record": "it changes the environment of tests",
            "marker": _WHOLE_RUN,
            "MockServer": "it changes the environment of tests",
            "sessions": "it changes the environment of tests",
        },
    )

    @property
    def max_bytes(self) -> int:
        """The longest body of a request, in bytes."""
        return int(self.max_body * _MIB)

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
                raise UnknownOptionError(name, place)
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


class Options(TypedDict, total=False):
    """The keywords of `MockServer`, as type checkers and editors see them."""

    host: str
    port: int
    seed: int | None
    dialect: str
    on_miss: OnMiss | None
    tokens: Tokens
    record: RecordMode | None
    upstream: str
    timeout: float
    scrub: Iterable[str]
    keep_header: Iterable[str]
    allow_ci: bool
    speed: float
    repeat: Repeat
    match_order: bool
    match_ignore: Iterable[str]
    match_normalise: Iterable[str]
    strict_models: bool
    allow_unknown: bool
    examples: bool
    api_keys: Iterable[str]
    max_body: int
    store_limit: int
    websocket_seconds: float
    verbose: bool
