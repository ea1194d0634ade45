"""`mockserver serve`: a server for clients in any language."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mockserver.cli.main import add_options, settings_of

if TYPE_CHECKING:
    from mockserver.session.journal import Received


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Serve the Responses API. Without a cassette every request gets a made-up, valid answer; "
        "with cassettes, scripted or recorded, requests get what they hold."
    )
    parser.add_argument(
        "cassettes",
        nargs="*",
        metavar="CASSETTE",
        help="a scripted or recorded cassette, or a folder of them",
    )
    add_options(parser, "serve")


def run(options: argparse.Namespace) -> int:
    """Serve until a signal comes.

    Raises:
        OSError: the port cannot be had.
        ValueError: a cassette cannot be used.
    """
    from mockserver.api import dialect
    from mockserver.cassettes import make_match_rules
    from mockserver.cli.cassette_files import Progress, files_of
    from mockserver.compose import tokenizer
    from mockserver.http.app import create_app
    from mockserver.http.uvicorn_server import listen, run, url_of
    from mockserver.session.opening import Sessions, load_cassettes
    from mockserver.session.session import Session

    files = files_of(options.cassettes)
    if options.cassettes and not files:
        raise ValueError(f"no cassettes in {', '.join(options.cassettes)}")
    settings = settings_of(options, "serve", cassette=tuple(map(str, files)))
    rules = make_match_rules(
        ignore=settings.match_ignore,
        normalise=settings.match_normalise,
        order=settings.match_order,
    )
    cassettes = load_cassettes(settings.cassette, Progress(len(files)))
    for path in cassettes.empty:
        print(f"mockserver: {path} holds no interactions", file=sys.stderr)

    def make() -> Session:
        session = Session(
            seed=settings.seed if settings.seed is not None else cassettes.seed or 0,
            dialect=dialect(settings.dialect),
            on_miss=settings.on_miss,
            tokenizer=tokenizer(settings.tokens),
            store_limit=settings.store_limit,
            player=cassettes.player(rules, settings.repeat),
            prompts=cassettes.prompts,
        )
        session.scripted.play(cassettes.steps)
        session.journal.on_done = _tell if settings.verbose else None
        return session

    sock = listen(settings.host, settings.port)
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
        f"  curl {url}/responses -H 'content-type: application/json' "
        """-d '{"model": "gpt-5", "input": "Hello"}'""",
        "",
        "or point an SDK at it:",
        "",
        f"  export OPENAI_BASE_URL={url}",
        "  export OPENAI_API_KEY=any-key",
    ]
