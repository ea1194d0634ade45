"""`mockserver record`: stand between a client and the real API, and keep what passes."""

import argparse
import os
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cassettes.upstream import KEY_VARIABLE, SECRET_VARIABLES
from mockserver.cli.help import Formatter
from mockserver.cli.numbers import not_negative, port
from mockserver.cli.table import WIDTH, counted, one_line, shorten

if TYPE_CHECKING:
    from mockserver.cassettes.interaction import Interaction, RecordedRequest
    from mockserver.cassettes.play import Played
    from mockserver.cassettes.record import Recorder
    from mockserver.http.recording import RecordingApp

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
    add(
        "--cassette",
        required=True,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="the file to record into",
    )
    add("--upstream", metavar="URL", default="https://api.openai.com/v1", help="the API to record")
    add(
        "--mode",
        choices=_MODES,
        default="once",
        help="once: record where there is no cassette yet, else replay; new_episodes: replay what the cassette holds, "
        "record the rest; all: record everything; rewrite: start afresh; none: replay only",
    )
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen at; whoever reaches it can spend the key",
    )
    add("--port", type=port, default=8080, help="port to listen at; 0 takes a free one")
    add(
        "--timeout",
        type=not_negative,
        default=600.0,
        metavar="SECONDS",
        help="longest silence of the upstream",
    )
    add(
        "--speed",
        type=not_negative,
        default=0.0,
        help="how fast recorded streams replay: 0 at once, 1 in their own time, 2 in half",
    )
    add(
        "--scrub",
        action="append",
        default=[],
        metavar="REGEX",
        help="a secret of your own to take out (repeatable)",
    )
    add(
        "--keep-header",
        action="append",
        default=[],
        metavar="NAME",
        help="a further header to record (repeatable)",
    )
    add(
        "--usage",
        action="store_true",
        help="say in the end how many tokens were recorded, by model",
    )
    add("--allow-ci", action="store_true", help="record although the variable CI is set")


def run(options: argparse.Namespace) -> int:
    """Record until a signal comes.

    Raises OSError when the port cannot be had, ValueError for a bad option or a cassette that
    cannot be used.
    """
    if (
        options.mode != "none"
        and os.environ.get("CI", "").lower() not in ("", "0", "false")
        and not options.allow_ci
    ):
        print(
            "mockserver: CI is set, where nothing should be recorded unseen. Use --mode none to replay, or --allow-ci.",
            file=sys.stderr,
        )
        return 2

    from mockserver.cassettes.record import Recorder
    from mockserver.cassettes.secret_rules import scrub_rules
    from mockserver.cassettes.upstream import Upstream
    from mockserver.http.recording import recording_app
    from mockserver.http.uvicorn_server import listen, run, url_of

    key = os.environ.get(KEY_VARIABLE) or None
    by = scrub_rules(options.scrub, secrets=_known_keys(), headers=options.keep_header)
    upstream = Upstream(options.upstream, api_key=key, timeout=options.timeout)
    recorder = Recorder(options.cassette, upstream, options.mode, rules=by)
    app = recording_app(recorder, recorder.player(), speed=options.speed)
    sock = listen(options.host, options.port)
    url = url_of(sock) + "/v1"
    said = _Said(options.usage)
    recorder.on_kept, app.on_found = said.kept, said.found
    greeting = _greeting(url, options, recorder)
    run(app, sock, lambda: print("\n".join(greeting), flush=True))
    return _finish(app, options.cassette, said)


class _Said:
    """Tells standard error of each request in a line, and remembers what the last word needs."""

    def __init__(self, usage: bool) -> None:
        self._usage = usage
        self._spent: list[tuple[str, int, int]] = []
        self.replayed = 0

    def kept(self, interaction: "Interaction") -> None:
        from mockserver.cassettes.summary import outcome

        _say("recorded", interaction.request, outcome(interaction))
        if self._usage:
            self._spent += _spent(interaction)

    def found(self, request: "RecordedRequest", played: "Played | None") -> None:
        if played is None:
            _say("refused", request, "the cassette does not answer it")
        else:
            self.replayed += 1
            _say("replayed", request, Path(played.interaction.source).name)

    def usage(self) -> list[str]:
        """A line per model: its requests, and the tokens that they came to."""
        total: dict[str, Counter[str]] = {}
        for model, read, written in self._spent:
            total.setdefault(model, Counter()).update(requests=1, read=read, written=written)
        return [
            f"  {model}: {counted(sums['requests'], 'response')}, "
            f"{counted(sums['read'], 'input token')}, {counted(sums['written'], 'output token')}"
            for model, sums in sorted(total.items())
        ]


def _say(what: str, request: "RecordedRequest", about: str) -> None:
    from mockserver.cassettes.canonical import route
    from mockserver.cassettes.summary import request_value

    body = request_value(request)
    model = (
        f" {body['model']}" if isinstance(body, dict) and isinstance(body.get("model"), str) else ""
    )
    line = f"{what} {request.method} {route(request.uri)}{model} → {one_line(about)}"
    with suppress(OSError):  # nobody listens, which must not harm the recording
        print(shorten(line, WIDTH), file=sys.stderr, flush=True)


def _spent(interaction: "Interaction") -> list[tuple[str, int, int]]:
    """Model, input tokens and output tokens of each response that an interaction holds."""
    from mockserver.cassettes.interaction import expand
    from mockserver.cassettes.summary import answer

    found = []
    for turn in expand(interaction):
        value = answer(turn.response)
        usage = value.get("usage") if isinstance(value, dict) else None
        if isinstance(usage, dict):
            read, written = (usage.get(name) for name in ("input_tokens", "output_tokens"))
            found.append((str(value.get("model")), _number(read), _number(written)))
    return found


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _finish(app: "RecordingApp", cassette: str, said: _Said) -> int:
    count = app.recorder.close()
    replayed = f", {said.replayed} replayed" if said.replayed else ""
    lost = f"; {counted(app.lost, 'exchange')} broken off, not recorded" if app.lost else ""
    print(
        "\n".join(
            [
                f"{counted(count, 'interaction')} recorded in {cassette}{replayed}{lost}",
                *said.usage(),
            ]
        ),
        flush=True,
    )
    for missed in app.missed:
        print("\n".join(missed.explain()), file=sys.stderr)
    return 1 if app.missed else 0


def _greeting(url: str, options: argparse.Namespace, recorder: "Recorder") -> list[str]:
    lines = [url, "", f"mockserver at {url}: {_doing(options, recorder)}."]
    if recorder.records and not options.host.startswith(_LOOPBACK):
        lines.append(
            f"Warning: {options.host} can be reached from other machines, which may then use your key."
        )
    return [*lines, "Stop it with Ctrl-C."]


def _doing(options: argparse.Namespace, recorder: "Recorder") -> str:
    """What the mode comes to with the cassette that is there, or is not."""
    path, upstream, mode = options.cassette, options.upstream, f"(mode {options.mode})"
    if not recorder.records and not Path(path).exists():
        return f"refusing everything, since there is no {path} {mode}; --mode once records it"
    if not recorder.records:
        return f"replaying {path}, which exists {mode}; --mode new_episodes adds to it"
    if recorder.replays:
        return f"replaying {path}, and recording into it what it lacks, from {upstream} {mode}"
    return f"recording into {path} what {upstream} answers {mode}"


def _known_keys() -> list[str]:
    """Keys that must not be written even where they look like nothing."""
    return [value for name in SECRET_VARIABLES if (value := os.environ.get(name))]
