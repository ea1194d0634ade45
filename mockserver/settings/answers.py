"""Options: where the server listens, and what answers a request."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.api import DIALECTS
from mockserver.settings.row import ANSWERED_UPSTREAM, PLUGIN_SERVER, VERIFIED, row

OnMiss: TypeAlias = Literal["fail", "generate", "echo"]
OnUnused: TypeAlias = Literal["fail", "warn", "ignore"]
StrictSteps: TypeAlias = Literal["fail", "warn", "off"]
Tokens: TypeAlias = Literal["exact", "estimate"]


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)  # `Settings` is made
class AnswerSettings:
    """Where the server listens, and what answers a request."""

    host: str = row(
        "string", "address to listen at", "127.0.0.1", section="where", but=PLUGIN_SERVER
    )
    port: int = row(
        "int",
        "port to listen at; 0 takes a free one",
        0,
        least=0,
        most=65_535,
        defaults={"serve": 8080, "record": 8080},
        section="where",
        but=PLUGIN_SERVER,
    )
    certfile: str | None = row(
        "string",
        "a TLS certificate, with those above it, in PEM: then the server speaks HTTPS",
        metavar="PATH",
        section="where",
        but={**PLUGIN_SERVER, "MockServer": "it stands on this machine, for this process"},
    )
    keyfile: str | None = row(
        "string",
        "the key of that certificate, in PEM, if another file holds it",
        metavar="PATH",
        section="where",
        but={**PLUGIN_SERVER, "MockServer": "it stands on this machine, for this process"},
    )
    root_path: str = row(
        "string",
        "the path under which a proxy in front shows the server, such as /mock",
        "",
        metavar="PATH",
        section="where",
        but={**PLUGIN_SERVER, "MockServer": "no proxy stands before it"},
    )
    cassette: tuple[str, ...] = row(
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
    watch: bool = row(
        "bool",
        "read cassettes again as soon as they change; SIGHUP has them read again in any case",
        False,
        section="answers",
        but={
            **dict.fromkeys(("plugin", "marker", "MockServer"), "a test begins with what there is"),
            "record": "it writes its cassette itself",
            "sessions": "they share the server's cassettes",
        },
    )
    seed: int | None = row(
        "int",
        "what every made-up value derives from (default: the cassette's, or 0)",
        metavar="N",
        section="answers",
        but=ANSWERED_UPSTREAM,
    )
    locale: str | None = row(
        "string",
        "where made-up names, cities, companies and the like are from, such as de_DE; others than "
        "en_US, de_DE, fr_FR, es_ES and ja_JP need the extra `faker`",
        metavar="LOCALE",
        section="answers",
        but=ANSWERED_UPSTREAM,
    )
    faker_provider: tuple[str, ...] = row(
        "list",
        "a class of providers that faker is given besides its own, as module:Class (repeatable)",
        (),
        metavar="MODULE:CLASS",
        section="answers",
        but={**ANSWERED_UPSTREAM, "sessions": "it is code, which nobody names over HTTP"},
    )
    dialect: str = row(
        "string",
        "whose rules hold where the two differ",
        "openai",
        choices=tuple(DIALECTS),
        section="answers",
        but=ANSWERED_UPSTREAM,
    )
    on_miss: OnMiss | None = row(
        "string",
        "what a request gets that nothing answers: an error that explains it, a made-up reply, "
        "or its own text (default: fail with cassettes, generate without, until anything is "
        "scripted)",
        choices=("fail", "generate", "echo"),
        section="answers",
        but=ANSWERED_UPSTREAM,
    )
    on_unused: OnUnused = row(
        "string",
        "what scripted steps that were never used do to a passing test",
        "fail",
        choices=("fail", "warn", "ignore"),
        but={
            **dict.fromkeys(("serve", "record", "sessions"), VERIFIED),
            "MockServer": "`verify()` tells of them",
        },
    )
    strict_steps: StrictSteps = row(
        "string",
        "what a scripted step does that cannot answer its request in reality, such as a call of a "
        "tool that is not offered: answer with an error, warn, or nothing (from November 2027 on: "
        "fail)",
        "warn",
        choices=("fail", "warn", "off"),
        section="answers",
        but=ANSWERED_UPSTREAM,
    )
    tokens: Tokens = row(
        "string",
        "how usage is counted: by the real vocabulary, or by a rule of thumb",
        "exact",
        choices=("exact", "estimate"),
        section="answers",
        but=ANSWERED_UPSTREAM,
    )
