"""`mockserver show`: a cassette as a table, one interaction in full, a stream as a timeline."""

import argparse
import json
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.api.json import compact, parse
from mockserver.api.requests import input_text
from mockserver.cassettes import (
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    describe_item,
    describe_outcome,
    is_create,
    is_stream,
    payload,
    pieces,
    request_value,
    route,
)
from mockserver.cli.cassette_files import cassettes, files_of, numbered, pick
from mockserver.sse import events
from mockserver.wording import WIDTH, counted, one_line, shorten, table

if TYPE_CHECKING:
    from mockserver.script.steps import Step
    from mockserver.session import CassetteContents


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "List the interactions of cassettes, recorded or scripted, or show one of them in full."
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH[#N]",
        help="a cassette, a folder of them, or one interaction, from 1",
    )


def run(args: argparse.Namespace) -> int:
    """0 when everything could be read, 2 when not."""
    status = 0
    for name in args.paths:
        path, number = numbered(name)
        for file, result in cassettes(files_of([str(path)])):
            try:
                print("\n".join(_lines(file, result, number)))
            except ValueError as error:
                print(error, file=sys.stderr)
                status = 2
    return status


def _lines(path: Path, result: "CassetteContents | ValueError", number: int | None) -> list[str]:
    """A cassette as a table, or the interaction of that number in full."""
    if isinstance(result, ValueError):
        raise result
    if number is None:
        return _overview(path, result)
    chosen = pick(_in_order(result), path, number)
    if isinstance(chosen, Interaction):
        return _in_full(chosen)
    return _scripted_in_full(path, chosen, number)


def _overview(path: Path, cassette: "CassetteContents") -> list[str]:
    """A line for each interaction; scripted and recorded ones apart."""
    recorded: list[tuple[str, ...]] = []
    scripted: list[tuple[str, ...]] = []
    for number, each in enumerate(_in_order(cassette), 1):
        if isinstance(each, Interaction):
            recorded.append(_row(number, each))
        else:
            scripted.append(_step_row(number, each))
    kind = ", scripted" if scripted and not recorded else ""
    lines = [f"{path}: {counted(len(recorded) + len(scripted), 'interaction')}{kind}"]
    if scripted:
        lines += table(("#", "when", "times", "reply"), scripted)
    if recorded:
        lines += table(("#", "request", "model", "asks", "", "answer"), recorded)
    return [*lines, ""]


def _in_order(cassette: "CassetteContents") -> "list[Interaction | Step]":
    """What a file holds, in its order: recorded interactions know their places, scripted ones have
    the others.
    """
    places = {int(each.source.rpartition("#")[2]): each for each in cassette.recorded}
    steps = iter(cassette.steps)
    return [
        places.get(number) or next(steps)
        for number in range(1, len(places) + len(cassette.steps) + 1)
    ]


def _step_row(number: int, step: "Step") -> tuple[str, ...]:
    return str(number), shorten(str(step.when), 40), str(step.times), _step_answer(step)


def _step_answer(step: "Step") -> str:
    """What a scripted interaction answers, in a few words."""
    words = []
    if step.generated:
        words.append("made-up reply")
    if step.error is not None:
        error = step.error.api_error()
        words.append(f"{error.status} {error.code or error.type}: {error.message}")
    elif step.reply is not None:
        status = step.reply.get("status", "completed")
        output = ", ".join(map(_abbreviated, step.reply.get("output", []))) or "no output"
        words.append(output if status == "completed" else f"{status}: {output}")
    answer = " ".join(words)
    if step.stream.fault is None:
        return answer
    return f"{answer}, fault {step.stream.fault.kind}".lstrip(", ")


def _abbreviated(item: Any) -> str:
    if isinstance(item, str):
        item = {"content": item}
    whole = {"type": "message", **item}
    arguments = item.get("arguments")
    if arguments is not None and not isinstance(arguments, str):
        whole["arguments"] = compact(arguments).decode()
    return describe_item(whole)


def _scripted_in_full(path: Path, step: "Step", number: int) -> list[str]:
    from mockserver.cassettes.document import raw_interactions
    from mockserver.cli.convert import script_text

    return [step.source, "", *script_text([list(raw_interactions(path))[number - 1]]).splitlines()]


def _row(number: int, interaction: Interaction) -> tuple[str, ...]:
    request, response = interaction.request, interaction.response
    body = request_value(request)
    if response.messages is not None:
        form = "ws"
    else:
        form = ("cut" if response.cut else "sse") if is_stream(response) else str(response.status)
    if interaction.reply_only:
        return str(number), "(not recorded)", "", "", form, describe_outcome(interaction)
    model = str(body.get("model") or "") if isinstance(body, dict) else ""
    asks = input_text(body) if is_create(request) else ""
    what = f"{request.method} {route(request.uri)}"
    return (
        str(number),
        shorten(what, 26),
        shorten(model, 16),
        shorten(one_line(asks), 24),
        form,
        describe_outcome(interaction),
    )


def _in_full(interaction: Interaction) -> list[str]:
    """One interaction with headers and bodies; a stream as a timeline."""
    request, response = interaction.request, interaction.response
    at = f", recorded at {interaction.recorded_at}" if interaction.recorded_at else ""
    lines = [f"{interaction.source}{at}", *filter(None, [interaction.note]), ""]
    lines += ["(the request was not recorded)"] if interaction.reply_only else _request(request)
    lines += ["", f"{response.status} {response.reason}".rstrip(), *_headers(response.headers), ""]
    if response.messages is not None:
        return [*lines, *_conversation(response)]
    if is_stream(response):
        return [*lines, *_timeline(response)]
    return [*lines, *_body(payload(response))]


def _request(request: RecordedRequest) -> list[str]:
    return [f"{request.method} {request.uri}", *_headers(request.headers), "", *_body(request.body)]


def _headers(headers: HeaderFields) -> list[str]:
    return [shorten(f"{name}: {one_line(value)}", WIDTH) for name, value in headers]


def _body(raw: bytes) -> list[str]:
    if not raw:
        return ["(no body)"]
    try:
        return json.dumps(parse(raw), indent=2, ensure_ascii=False).splitlines()
    except ValueError:
        return raw.decode("utf-8", "backslashreplace").splitlines()


def _timeline(response: RecordedResponse) -> list[str]:
    """A stream as a table of its events; a run of equal ones, such as deltas, is one line."""
    rows: list[tuple[str, ...]] = []
    run: list[tuple[str, str, str]] = []  # time, sequence number, delta
    name = ""
    for at, kind, value in _timed_events(response):
        delta = value.get("delta") if isinstance(value, dict) else None
        joins = isinstance(delta, str) and kind == name and bool(run)
        if not joins and run:
            rows.append(_line(name, run))
            run = []
        name = kind
        if isinstance(delta, str):
            run.append((at, _number(value), delta))
        else:
            rows.append((at, _number(value), kind, _detail(value)))
    if run:
        rows.append(_line(name, run))
    end = ["(the stream was cut here)"] if response.cut else []
    return [*table(("ms", "no.", "event", "what"), rows), *end]


def _line(name: str, run: list[tuple[str, str, str]]) -> tuple[str, ...]:
    times = f" ×{len(run)}" if len(run) > 1 else ""
    text = json.dumps("".join(delta for _, _, delta in run), ensure_ascii=False)
    return run[0][0], run[0][1], name + times, text


def _timed_events(response: RecordedResponse) -> Iterator[tuple[str, str, Any]]:
    """(time at which the event was whole, name, value)."""
    arrivals = _arrivals(response)
    sent = 0
    for _, frame in pieces(response):
        sent += len(frame)
        while arrivals and arrivals[0][0] < sent:
            arrivals.popleft()
        at = f"{arrivals[0][1]:.0f}" if arrivals else ""
        for event in events(frame):
            value = _parsed(event.data)
            kind = value.get("type") if isinstance(value, dict) else None
            name = str(event.name or kind or "(no name)")
            yield at, name if event.whole else f"{name} (cut)", value or event.data


def _arrivals(response: RecordedResponse) -> deque[tuple[int, float]]:
    """How many bytes had come at which time; none where times were not recorded."""
    arrivals: deque[tuple[int, float]] = deque()
    end = 0
    for offset, piece in pieces(response, 1.0) if response.chunks else ():
        end += len(piece)
        arrivals.append((end, offset))
    return arrivals


def _conversation(response: RecordedResponse) -> list[str]:
    rows = []
    for message in response.messages or ():
        value = _parsed(message.data)
        kind = str(value.get("type")) if isinstance(value, dict) else "(text)"
        arrow = "→" if message.sender == "client" else "←"
        rows.append((f"{message.offset_ms:.0f}", arrow, kind, _detail(value or message.data)))
    return table(("ms", "", "message", "what"), rows)


def _detail(value: Any) -> str:
    """What an event is about, in a few words."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if isinstance(value.get("delta"), str):
        return json.dumps(value["delta"], ensure_ascii=False)
    if isinstance(value.get("response"), dict):
        response = value["response"]
        return f"{response.get('status')} {response.get('id')}"
    if isinstance(value.get("item"), dict):
        return describe_item(value["item"])
    for key in ("text", "arguments", "message", "input"):
        if isinstance(value.get(key), str):
            return json.dumps(value[key], ensure_ascii=False)
    return str(value.get("item_id") or "")


def _number(value: Any) -> str:
    return str(value.get("sequence_number", "")) if isinstance(value, dict) else ""


def _parsed(text: str) -> Any:
    try:
        return parse(text.encode())
    except ValueError:
        return None
