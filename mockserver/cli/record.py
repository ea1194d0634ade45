"""`mockserver record`: stand between a client and the real API, and keep what passes."""

import argparse
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cassettes.interaction import RecordedRequest
from mockserver.cassettes.upstream import KEY_VARIABLE
from mockserver.cli.colour import Colour, paint
from mockserver.cli.main import add_options, read_configuration, settings_of
from mockserver.settings import OPTION_NAMES, Settings
from mockserver.wording import WIDTH, counted, one_line, shorten

if TYPE_CHECKING:
    from mockserver.cassettes.interaction import Interaction
    from mockserver.cassettes.record import Recorder
    from mockserver.session import Received, UpstreamSource

_LOOPBACK = ("127.", "::1", "localhost")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Listen as an API server, pass every request on to the upstream, and record it with its "
        "answer in a cassette, without secrets. The upstream's key is read from "
        f"{KEY_VARIABLE}; without it, the key that the client sends is passed on. Whoever reaches "
        "the address can spend the key."
    )
    parser.add_argument("--cassette", required=True, metavar="PATH", help="the file to record into")
    parser.add_argument(
        "--mode",
        choices=OPTION_NAMES["record"].choices,
        default="once",
        help="once: record where there is no cassette yet, else replay; new_episodes: replay what "
        "the cassette holds, record the rest; all: record everything; rewrite: start afresh; "
        "none: replay only (default: once)",
    )
    add_options(parser, "record")


def run(options: argparse.Namespace) -> int:
    """Record until a signal comes.

    Raises OSError when the port cannot be had, ValueError for a bad option or a cassette that
    cannot be used.
    """
    settings = settings_of(
        options,
        "record",
        read_configuration("record"),
        record=options.mode,
        cassette=(options.cassette,),
    )
    from mockserver.cassettes import allowed_mode

    is_kept = settings.is_kept_from_recording
    allow = "use --mode none to replay, or --allow-ci"
    try:
        mode = allowed_mode(options.cassette, options.mode, is_kept=is_kept, allow=allow)
    except ValueError as error:
        print(f"mockserver: {error}", file=sys.stderr)
        return 2
    settings = replace(settings, record=mode)

    from mockserver.http import certificate_of, create_app, listen, run, url_of
    from mockserver.session import CassetteContents, Sessions, open_upstream

    upstream = open_upstream(settings, options.cassette)
    progress = _Progress(settings.usage)
    upstream.recorder.on_kept = progress.kept
    upstream.recorder.on_left_out = progress.left_out
    sessions = Sessions(settings, CassetteContents(), upstream)
    session = sessions.default
    session.logs_misses = False
    session.journal.watch(progress.answered)
    certificate = certificate_of(settings)
    sock = listen(settings.host, settings.port)
    url = url_of(sock, "https" if certificate else "http") + "/v1"
    greeting = _greeting(url, settings, upstream.recorder)
    app = create_app(sessions)
    run(app, sock, lambda: print("\n".join(greeting), flush=True), certificate, settings)
    return _finish(upstream, session.journal.misses, options.cassette, progress)


class _Progress:
    """Tells standard error of each request in a line, and remembers what the last word needs."""

    def __init__(self, usage: bool) -> None:
        self._usage = usage
        self._spent: list[tuple[str, int, int]] = []
        self.replayed = 0

    def kept(self, interaction: "Interaction") -> None:
        from mockserver.cassettes import describe_outcome

        _say("recorded", interaction.request, describe_outcome(interaction))
        if self._usage:
            self._spent += _spent(interaction)

    def left_out(self, interaction: "Interaction") -> None:
        from mockserver.cassettes import failure_of

        about = f"{failure_of(interaction)}; --record-errors records it"
        _say("not recorded", interaction.request, about)

    def answered(self, received: "Received", *, is_over: bool) -> None:
        if not is_over:
            return
        request = RecordedRequest(received.method, received.path, (), received.content)
        if received.by == "recorded":
            self.replayed += 1
            _say("replayed", request, Path(received.source).name)
        elif received.by == "miss":
            _say("refused", request, "the cassette does not answer it")

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
    from mockserver.cassettes import request_value, route

    body = request_value(request)
    model = (
        f" {body['model']}" if isinstance(body, dict) and isinstance(body.get("model"), str) else ""
    )
    line = f"{what} {request.method} {route(request.uri)}{model} → {one_line(about)}"
    with suppress(OSError):  # nobody listens, which must not harm the recording
        colour: Colour = "red" if what == "refused" else "green" if what == "recorded" else "dim"
        shown = shorten(line, WIDTH).removeprefix(what)
        print(paint(what, colour, sys.stderr) + shown, file=sys.stderr, flush=True)


def _spent(interaction: "Interaction") -> list[tuple[str, int, int]]:
    """Model, input tokens and output tokens of each response that an interaction holds."""
    from mockserver.cassettes import answer_value, conversation_turns

    found = []
    for turn in conversation_turns(interaction):
        value = answer_value(turn.response)
        usage = value.get("usage") if isinstance(value, dict) else None
        if isinstance(usage, dict):
            read, written = (usage.get(name) for name in ("input_tokens", "output_tokens"))
            found.append((str(value.get("model")), _number(read), _number(written)))
    return found


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _finish(
    upstream: "UpstreamSource", misses: "list[Received]", cassette: str, progress: _Progress
) -> int:
    count = upstream.recorder.close()
    replayed = f", {progress.replayed} replayed" if progress.replayed else ""
    lost = ""
    if upstream.lost:
        lost = f"; {counted(upstream.lost, 'exchange')} broken off, not recorded"
    kinds = ", ".join(sorted(upstream.recorder.scrubbed))
    scrubbed = f"; taken out of bodies and URLs: {kinds}" if kinds else ""
    print(
        "\n".join(
            [
                f"{counted(count, 'interaction')} recorded in {cassette}{replayed}{lost}{scrubbed}",
                *progress.usage(),
            ]
        ),
        flush=True,
    )
    for miss in misses:
        print(miss.text, file=sys.stderr)
    return 1 if misses else 0


def _greeting(url: str, settings: Settings, recorder: "Recorder") -> list[str]:
    lines = [url, "", f"mockserver at {url}: {_doing(settings, recorder)}."]
    if recorder.records and not settings.host.startswith(_LOOPBACK):
        lines.append(
            f"Warning: {settings.host} can be reached from other machines, which may then use "
            "your key."
        )
    return [*lines, "Stop it with Ctrl-C."]


def _doing(settings: Settings, recorder: "Recorder") -> str:
    """What the mode comes to with the cassette that is there, or is not."""
    path = settings.cassette[0]
    upstream = settings.upstream
    mode = f"(mode {settings.record})"
    if not recorder.records and not Path(path).exists():
        return f"refusing everything, since there is no {path} {mode}; --mode once records it"
    if not recorder.records:
        return f"replaying {path}, which exists {mode}; --mode new_episodes adds to it"
    if recorder.replays:
        return f"replaying {path}, and recording into it what it lacks, from {upstream} {mode}"
    return f"recording into {path} what {upstream} answers {mode}"
