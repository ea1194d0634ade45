"""`mockserver record`: stand between a client and the real API, and keep what passes."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from mockserver.command.help import Formatter
from mockserver.command.table import counted

if TYPE_CHECKING:
    from mockserver.server.recording import RecordingApp

KEY_VARIABLE = "MOCKSERVER_UPSTREAM_API_KEY"
_MODES = ("none", "once", "new_episodes", "all", "rewrite")
_LOOPBACK = ("127.", "::1", "localhost")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "record",
        help="pass requests on to a real API and record the traffic as a cassette",
        description=(
            "Listen as an API server, pass every request on to the upstream, and record it with its answer in a "
            f"cassette, without secrets. The upstream's key is read from {KEY_VARIABLE}; without it, the key that the "
            "client sends is passed on."
        ),
        formatter_class=Formatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("--cassette", required=True, metavar="PATH", default=argparse.SUPPRESS, help="the file to record into")
    add("--upstream", metavar="URL", default="https://api.openai.com/v1", help="the API to record")
    add(
        "--mode",
        choices=_MODES,
        default="once",
        help="once: record where there is no cassette yet, else replay; new_episodes: replay what the cassette holds, "
        "record the rest; all: record everything; rewrite: start afresh; none: replay only",
    )
    add("--host", default="127.0.0.1", help="address to listen at; whoever reaches it can spend the key")
    add("--port", type=int, default=8080, help="port to listen at; 0 takes a free one")
    add("--timeout", type=float, default=600.0, metavar="SECONDS", help="longest silence of the upstream")
    add("--speed", type=float, default=0.0, help="how fast recorded streams replay: 0 at once, 1 in their own time")
    add("--scrub", action="append", default=[], metavar="REGEX", help="a secret of your own to take out (repeatable)")
    add("--keep-header", action="append", default=[], metavar="NAME", help="a further header to record (repeatable)")
    add("--allow-ci", action="store_true", help="record although the variable CI is set")


def run(options: argparse.Namespace) -> int:
    """Record until a signal comes.

    Raises OSError when the port cannot be had, ValueError for a bad option or a cassette that cannot be used.
    """
    if options.mode != "none" and os.environ.get("CI", "").lower() not in ("", "0", "false") and not options.allow_ci:
        print(
            "mockserver: CI is set, where nothing should be recorded unseen. Use --mode none to replay, or --allow-ci.",
            file=sys.stderr,
        )
        return 2

    from mockserver.cassette.record import Recorder
    from mockserver.cassette.secret import rules
    from mockserver.cassette.upstream import Upstream
    from mockserver.server.recording import recording_app
    from mockserver.server.run import listen, run, url_of

    key = os.environ.get(KEY_VARIABLE) or None
    by = rules(options.scrub, secrets=_known_keys(), headers=options.keep_header)
    upstream = Upstream(options.upstream, api_key=key, timeout=options.timeout)
    recorder = Recorder(options.cassette, upstream, options.mode, rules=by)
    app = recording_app(recorder, recorder.player(), speed=options.speed)
    sock = listen(options.host, options.port)
    url = url_of(sock) + "/v1"
    run(app, sock, lambda: print("\n".join(_greeting(url, options)), flush=True))
    return _finish(app, options.cassette)


def _finish(app: "RecordingApp", cassette: str) -> int:
    count = app.recorder.close()
    lost = f"; {counted(app.lost, 'exchange')} broken off, not recorded" if app.lost else ""
    print(f"{counted(count, 'interaction')} recorded in {cassette}{lost}", flush=True)
    for missed in app.missed:
        print("\n".join(missed.explain()), file=sys.stderr)
    return 1 if app.missed else 0


def _greeting(url: str, options: argparse.Namespace) -> list[str]:
    lines = [url, "", f"mockserver passes {url} on to {options.upstream}; {options.mode} into {options.cassette}."]
    if not options.host.startswith(_LOOPBACK):
        lines.append(f"Warning: {options.host} can be reached from other machines, which may then use your key.")
    return [*lines, "Stop it with Ctrl-C."]


def _known_keys() -> list[str]:
    """Keys that must not be written even where they look like nothing."""
    names = (KEY_VARIABLE, "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "AZURE_OPENAI_API_KEY", "OPENAI_ORG_ID")
    return [value for name in names if (value := os.environ.get(name))]
