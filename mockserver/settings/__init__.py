"""Every option once: its name, type, default and help, and where it can be said.

A field of `Settings`, here or in one of the tables that it extends, is a row of the table. From it
derive the arguments of `mockserver serve` and `record`, the plugin's options, ini keys and marker,
the keywords of `MockServer`, the body of `POST /__mockserver__/sessions`, and docs/options.md. To
add an option, add a row to the table of its kind, and its type to `Options`
(`mockserver/keywords.py`); then use it where it matters as `settings.NAME`.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from os import PathLike
from typing import Any, Literal, TypeAlias

from mockserver.options import Option, Place, UnknownOptionError
from mockserver.settings.requests import RequestSettings
from mockserver.settings.row import ANSWERED_UPSTREAM, WHOLE_RUN, row

LogFormat: TypeAlias = Literal["text", "json"]
Paths: TypeAlias = str | PathLike[str] | Iterable[str | PathLike[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(RequestSettings):
    """What holds for a server and its sessions, every value checked."""

    webhook: tuple[str, ...] = row(
        "list",
        "URL that is told how each background response ends, as the API's webhooks tell it "
        "(repeatable)",
        (),
        metavar="URL",
        section="webhooks",
        but=ANSWERED_UPSTREAM,
    )
    webhook_secret: str | None = row(
        "string",
        "what webhooks are signed with (default: the secret that the fixture puts into "
        "OPENAI_WEBHOOK_SECRET, and `serve` prints)",
        metavar="WHSEC",
        is_secret=True,
        section="webhooks",
        but=ANSWERED_UPSTREAM,
    )
    verbose: bool = row(
        "bool",
        "tell standard error of every request",
        False,
        flags=("--verbose", "-v"),
        but={"record": "it tells of every request"},
    )
    log_format: LogFormat = row(
        "string",
        "how standard error is told of requests and faults: for people, or as JSON objects",
        "text",
        choices=("text", "json"),
        but={
            **dict.fromkeys(("plugin", "marker", "MockServer"), "logging is the caller's"),
            "sessions": "they share the server's",
        },
    )
    usage: bool = row(
        "bool",
        "say at the end how many tokens were used, by model",
        False,
        but={
            **dict.fromkeys(("serve", "sessions"), "`GET /__mockserver__/requests` has it"),
            "marker": WHOLE_RUN,
            "MockServer": "`requests` have it",
        },
    )
    guard: bool = row(
        "bool",
        "point OPENAI_BASE_URL to an address that refuses for the whole run, unless it is set, so "
        "that a client made at import cannot reach the real API and says so; OPENAI_API_KEY, "
        "AZURE_OPENAI_ENDPOINT and the like are filled in where they are missing",
        False,
        but={
            **dict.fromkeys(
                ("serve", "record", "MockServer", "sessions"), "it changes the environment of tests"
            ),
            "marker": WHOLE_RUN,
        },
    )

    @property
    def are_workers_apart(self) -> bool:
        """Whether several processes serve that have no state in common."""
        return self.workers > 1 and self.state is None

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


SHARED_BY_SESSIONS = ("host", "port", "max_header_size", "max_header_lines", "request_seconds")
"""What is a server's alone, and none of its sessions can say of itself."""


def options_of(place: Place) -> list[Option]:
    """The options that can be said in a place."""
    return [option for option in OPTIONS if option.said_in(place)]
