"""`mockserver serve`: a server for clients in any language."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mockserver.api.dialects import DIALECTS, dialect
from mockserver.cli.help import Formatter
from mockserver.cli.numbers import not_negative, port, whole

if TYPE_CHECKING:
    from mockserver.session.journal import Received

ON_MISS = ("fail", "generate", "echo")
_IGNORE = "a part of requests that does not count, such as metadata or input[*].id (repeatable)"
_NORMALISE = (
    "dates, uuids, temp_paths, or PATTERN=>REPLACEMENT: what counts as the same (repeatable)"
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "serve",
        help="serve the API; play cassettes when some are given",
        description=(
            "Serve the Responses API. Without a cassette every request gets a made-up, valid answer; with cassettes, "
            "scripted or recorded, requests get what they hold."
        ),
        formatter_class=Formatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add(
        "cassettes",
        nargs="*",
        metavar="CASSETTE",
        help="a scripted or recorded cassette, or a folder of them",
    )
    add("--verbose", "-v", action="store_true", help="tell standard error of every request")
    add = parser.add_argument_group("where").add_argument
    add("--host", default="127.0.0.1", help="address to listen at")
    add("--port", type=port, default=8080, help="port to listen at; 0 takes a free one")
    add = parser.add_argument_group("answers").add_argument
    add(
        "--seed",
        type=int,
        help="what every made-up value derives from (default: the cassette's, or 0)",
    )
    add(
        "--dialect",
        choices=sorted(DIALECTS),
        default="openai",
        help="whose rules hold where the two differ",
    )
    add(
        "--on-miss",
        choices=ON_MISS,
        default=argparse.SUPPRESS,
        help="what a request gets that nothing answers: an error that explains it, a made-up reply, or its own text "
        "(default: fail with cassettes, generate without)",
    )
    add(
        "--tokens",
        choices=("exact", "estimate"),
        default="exact",
        help="how usage is counted: by the real vocabulary, or by a rule of thumb",
    )
    add = parser.add_argument_group("recorded cassettes").add_argument
    add(
        "--speed",
        type=not_negative,
        default=0.0,
        help="how fast streams replay: 0 at once, 1 in their own time, 2 in half",
    )
    add(
        "--repeat",
        choices=("fail", "last", "loop"),
        default="fail",
        help="what follows the last recorded answer to a request: an error, that answer again, or the first again",
    )
    add("--match-order", action="store_true", help="answer in recorded order, whatever is asked")
    add("--match-ignore", action="append", default=[], metavar="PATH", help=_IGNORE)
    add("--match-normalise", action="append", default=[], metavar="NAME", help=_NORMALISE)
    add = parser.add_argument_group("requests").add_argument
    add("--strict-models", action="store_true", help="refuse models that the API does not have")
    add("--allow-unknown", action="store_true", help="ignore parameters that the API does not know")
    add(
        "--examples",
        action="store_true",
        help="answer made-up ids with examples, and forgive what a body lacks",
    )
    add(
        "--api-key",
        action="append",
        default=[],
        metavar="KEY",
        help="a key to let in (repeatable); without, any key",
    )
    add(
        "--max-body",
        type=whole(1),
        default=64,
        metavar="MIB",
        help="longest body of a request, in MiB",
    )
    add(
        "--store-limit",
        type=whole(1),
        default=10_000,
        metavar="N",
        help="how many responses are kept; the oldest leave",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes. Raises OSError when the port cannot be had, ValueError for a bad
    cassette.
    """
    from mockserver.cassettes.match_rules import match_rules
    from mockserver.cli.loading import Progress, cassette_files
    from mockserver.compose.tokens import tokenizer
    from mockserver.http.app import create_app
    from mockserver.http.uvicorn_server import listen, run, url_of
    from mockserver.session.opening import Sessions, load_cassettes
    from mockserver.session.session import Session
    from mockserver.settings import Settings

    rules = match_rules(
        ignore=options.match_ignore, normalise=options.match_normalise, order=options.match_order
    )
    files = cassette_files(options.cassettes)
    if options.cassettes and not files:
        raise ValueError(f"no cassettes in {', '.join(options.cassettes)}")
    cassettes = load_cassettes(map(str, files), Progress(len(files)))
    for path in cassettes.empty:
        print(f"mockserver: {path} holds no interactions", file=sys.stderr)

    def make() -> Session:
        session = Session(
            seed=options.seed if options.seed is not None else cassettes.seed or 0,
            dialect=dialect(options.dialect),
            on_miss=getattr(options, "on_miss", None),
            tokenizer=tokenizer(options.tokens),
            store_limit=options.store_limit,
            player=cassettes.player(rules, options.repeat),
            prompts=cassettes.prompts,
        )
        session.scripted.play(cassettes.steps)
        session.journal.on_done = _tell if options.verbose else None
        return session

    settings = Settings(
        strict_models=options.strict_models,
        allow_unknown=options.allow_unknown,
        api_keys=tuple(options.api_key),
        max_body=options.max_body,
        speed=options.speed,
        examples=options.examples,
    )
    sock = listen(options.host, options.port)
    url = url_of(sock) + "/v1"
    app = create_app(Sessions(make), settings)
    run(app, sock, lambda: print("\n".join(_greeting(url, options.cassettes)), flush=True))
    return 0


def _tell(received: "Received") -> None:
    fine = received.by is not None and received.status is not None and received.status < 400
    with suppress(OSError):  # nobody listens, which must not harm the answer
        print(
            f"{received}, status {received.status}" if fine else received,
            file=sys.stderr,
            flush=True,
        )


def _greeting(url: str, cassettes: Sequence[str]) -> list[str]:
    playing = f", playing {', '.join(cassettes)}" if cassettes else ""
    return [
        url,
        "",
        f"mockserver answers at {url}{playing}. Stop it with Ctrl-C. Try:",
        "",
        f'  curl {url}/responses -H \'content-type: application/json\' -d \'{{"model": "gpt-5", "input": "Hello"}}\'',
        "",
        "or point an SDK at it:",
        "",
        f"  export OPENAI_BASE_URL={url}",
        "  export OPENAI_API_KEY=any-key",
    ]
