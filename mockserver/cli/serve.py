"""`mockserver serve`: a server for clients in any language."""

import argparse
import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import WEBHOOK_SECRET
from mockserver.cli.main import add_options, read_configuration, settings_of
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.http.certificate import Certificate
    from mockserver.http.workers import Board
    from mockserver.session import CassetteContents, Sessions


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
    from mockserver.cli.cassette_files import Progress, files_of
    from mockserver.cli.watching import CassetteWatch
    from mockserver.http import certificate_of, create_app, listen, run, url_of
    from mockserver.http.workers import check_cassettes
    from mockserver.session import load_cassettes

    said_elsewhere = read_configuration("serve")
    names = options.cassettes or said_elsewhere.get("cassette", ())
    files = files_of(names)
    if names and not files:
        raise ValueError(f"no cassettes in {', '.join(names)}")
    settings = settings_of(options, "serve", said_elsewhere, cassette=tuple(map(str, files)))
    cassettes = load_cassettes(settings.cassette, Progress(len(files)))
    for path in cassettes.empty:
        print(f"mockserver: {path} holds no interactions", file=sys.stderr)
    check_cassettes(settings, cassettes)
    sessions = _sessions(settings, cassettes)
    certificate = certificate_of(settings)
    sock = listen(settings.host, settings.port)
    url = url_of(sock, "https" if certificate else "http") + "/v1"
    lines = [*_greeting(url, names), *_webhook_lines(settings), *_state_lines(settings)]
    greeting = "\n".join(lines)
    greet = partial(print, greeting, flush=True)
    if settings.workers == 1:
        watch = partial(CassetteWatch(names, sessions).start, polls=settings.watch)
        run(create_app(sessions), sock, greet, certificate, settings, watch)
        return 0
    return _serve_with_workers(sessions, names, sock, certificate, greet)


def _serve_with_workers(
    sessions: "Sessions",
    names: Sequence[str],
    sock: socket.socket,
    certificate: "Certificate | None",
    greet: Callable[[], None],
) -> int:
    """Serve with several processes; returns the exit status."""
    from mockserver.cli.watching import CassetteWatch
    from mockserver.cli.workers import run_workers
    from mockserver.http import create_app, run, sockets_of_workers

    settings = sessions.settings
    watch = CassetteWatch(names, sessions)
    sockets = sockets_of_workers(sock, settings.workers)

    def serve(board: "Board", on_ready: Callable[[], None], is_again: bool) -> None:
        # The files may have changed since this process read them.
        if is_again and settings.state is None:
            asyncio.run(CassetteWatch(names, sessions).reload())
        app = create_app(sessions, board)

        def begin() -> None:
            watch.start(polls=settings.watch)
            board.keep_metrics(app.metrics, sessions)

        run(app, sockets[board.worker], on_ready, certificate, settings, begin)

    with contextlib.ExitStack() as stack:
        for each in sockets:
            stack.enter_context(each)
        return run_workers(settings.workers, serve, greet)


def _sessions(settings: Settings, cassettes: "CassetteContents") -> "Sessions":
    if settings.state is None:
        from mockserver.session import Sessions

        return Sessions(settings, cassettes)
    from mockserver.session import SharedSessions

    return SharedSessions(settings, cassettes)


def _greeting(url: str, cassettes: Sequence[str]) -> list[str]:
    export = [
        "",
        f"  export OPENAI_BASE_URL={url}",
        "  export OPENAI_API_KEY=any-key",
    ]
    if cassettes:
        playing = f"mockserver answers at {url}, playing {', '.join(cassettes)}."
        return [url, "", f"{playing} Stop it with Ctrl-C. Point an SDK at it:", *export]
    return [
        url,
        "",
        f"mockserver answers at {url}. Stop it with Ctrl-C. Try:",
        "",
        f"  curl {url}/responses -H 'content-type: application/json' "
        """-d '{"model": "gpt-5", "input": "Hello"}'""",
        "",
        "or point an SDK at it:",
        *export,
    ]


def _webhook_lines(settings: Settings) -> list[str]:
    """Where webhooks go, and what the application checks them with."""
    if not settings.webhook:
        return []
    told = f"Background responses are announced to {', '.join(settings.webhook)}, signed with"
    if settings.webhook_secret:
        return ["", f"{told} the secret given."]
    return ["", f"{told} this secret:", f"  export OPENAI_WEBHOOK_SECRET={WEBHOOK_SECRET}"]


def _state_lines(settings: Settings) -> list[str]:
    """Where the state is that other servers share, and whether it can be reached."""
    if settings.state is None:
        return []
    from mockserver.session import trouble_with, without_password

    told = f"Its state is shared by way of {without_password(settings.state)}"
    trouble = asyncio.run(trouble_with(settings.state))
    if trouble is None:
        return ["", f"{told}."]
    return ["", f"{told}, which cannot be reached yet: {trouble}. Until it can, requests get 503."]
