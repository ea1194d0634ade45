"""`mockserver convert`: any dialect of cassette into ours, or a recording into a script.

In a script what was asked becomes `when`, what came back a reply that gives the same again. What
the server derives by itself is left out: ids, times, usage, defaults, the echo of the request.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from mockserver.api.json import Json, compact, parse
from mockserver.api.requests import CreateRequest
from mockserver.cassettes import (
    FRAMING_HEADERS,
    CassetteError,
    HeaderFields,
    Interaction,
    RecordedResponse,
    answer_value,
    conversation_turns,
    header_value,
    is_create,
    is_event_stream,
    payload,
    request_value,
)
from mockserver.cli.aimock import read_fixtures, to_steps
from mockserver.cli.cassette_files import files_of, interactions_of
from mockserver.script.items import ITEM_KEYS
from mockserver.sse import frames

_LONG = 400
"""Characters from which on a condition asks for the beginning of a text instead of all of it."""

_DERIVED = frozenset({"id", "encrypted_content", "call_id"})
_EXACT = ("id", "created_at", "completed_at", "usage", "service_tier", "billing")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Turn recorded cassettes of any dialect into one of ours, or into a scripted one; and "
        "aimock's fixtures into a scripted one."
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH[#N]",
        help="recorded cassettes of any dialect, taken in this order",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="where to write; standard output by default"
    )
    parser.add_argument(
        "--to",
        choices=("recorded", "scripted"),
        default="recorded",
        help=(
            "recorded: requests and answers as they were; scripted: conditions and replies, to "
            "be edited by hand (default: recorded)"
        ),
    )
    parser.add_argument(
        "--exact", action="store_true", help="scripted: keep ids, times and usage as recorded"
    )


def run(args: argparse.Namespace) -> int:
    """0 when converted, 2 when something could not be read or written."""
    try:
        if args.to == "scripted":
            text = _scripted(args.paths, args.exact)
        else:
            text = _recorded([each for name in args.paths for each in interactions_of(name)])
        _write(text, args.output)
    except (CassetteError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _recorded(interactions: list[Interaction]) -> str:
    from mockserver.cassettes import CASSETTE_HEAD, EMPTY_CASSETTE, render_interaction

    for interaction in interactions:
        if interaction.reply_only:
            raise CassetteError(
                interaction.source,
                "it holds an answer without its request",
                next_step="A recorded cassette needs both; use --to scripted.",
            )
    if not interactions:
        return EMPTY_CASSETTE
    return CASSETTE_HEAD + "".join(render_interaction(_unframed(each)) for each in interactions)


def _unframed(interaction: Interaction) -> Interaction:
    """Bodies are written decoded and whole, so the fields about their coding and length would be
    lies.
    """
    request = interaction.request
    response = interaction.response
    return replace(
        interaction,
        request=replace(request, headers=_without_framing(request.headers)),
        response=replace(response, headers=_without_framing(response.headers)),
    )


def _without_framing(headers: HeaderFields) -> HeaderFields:
    return tuple((name, value) for name, value in headers if name not in FRAMING_HEADERS)


def _scripted(names: list[str], exact: bool) -> str:
    """The script of all recordings, and behind it that of aimock's fixtures."""
    interactions: list[Interaction] = []
    converted: list[Json] = []
    for name in names:
        for path in files_of([name]):
            fixtures = read_fixtures(path) if path.is_file() else None
            if fixtures is None:
                interactions += interactions_of(str(path))
                continue
            found, lines = to_steps(path, fixtures)
            converted += found
            print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr)
    steps, left = to_script(interactions, exact=exact)
    for interaction in left:
        what = f"{interaction.request.method} {interaction.request.uri}"
        print(
            f"left out {interaction.source}: {what} is answered from the server's own state",
            file=sys.stderr,
        )
    return script_text([*steps, *converted])


def _write(text: str, output: str | None) -> None:
    if output is None:
        print(text, end="")
        return
    path = Path(output)
    if path.exists():
        raise CassetteError(
            path, "it exists already", next_step="Choose another name, or remove it first."
        )
    path.write_text(text, "utf-8")
    path.chmod(0o600)


def to_script(
    interactions: Iterable[Interaction], *, exact: bool = False
) -> tuple[list[Json], list[Interaction]]:
    """Scripted interactions, and those recorded ones that need none: the server answers them from
    what it stores.

    `exact` keeps ids, times and usage as they were recorded.
    """
    turns = [turn for interaction in interactions for turn in conversation_turns(interaction)]
    names = _call_names(turns)
    steps: list[Json] = []
    left: list[Interaction] = []
    for turn in turns:
        step = _step(turn, names, exact) if turn.reply_only or is_create(turn.request) else None
        if step is None:
            left.append(turn)
        else:
            steps.append(step)
    return steps, left


def script_text(steps: list[Json]) -> str:
    """The steps as the text of a scripted cassette."""
    text: str = yaml.dump(
        {"interactions": steps}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def _step(turn: Interaction, names: dict[str, str], exact: bool) -> Json | None:
    body = request_value(turn.request)
    step: Json = {}
    when = _when(body, names) if isinstance(body, dict) else {}
    if when:
        step["when"] = when
    value = answer_value(turn.response)
    is_answer = isinstance(value, dict) and isinstance(value.get("output"), list)
    if turn.response.status >= 400 or (isinstance(value, dict) and not is_answer):
        return step | _failure(turn.response, value)
    if not isinstance(value, dict):
        return None
    step["reply"] = _reply(value, exact)
    stream = _stream(turn.response)
    return step | {"stream": stream} if stream else step


def _when(body: Json, names: dict[str, str]) -> Json:
    request = CreateRequest({name: value for name, value in body.items() if value is not None})
    when: Json = {"model": body["model"]} if isinstance(body.get("model"), str) else {}
    try:
        if request.input_text:
            when["input"] = _condition(request.input_text)
        outputs = {
            names.get(o.call_id, o.name): _condition(o.text) for o in request.tool_output_list
        }
    except (AttributeError, KeyError, TypeError):  # a request that the API refused, perhaps
        return when
    return {**when, "tool_outputs": outputs} if outputs else when


def _condition(text: str) -> Any:
    if len(text) > _LONG:
        return {"contains": text[:_LONG].rsplit("\n", 1)[0] or text[:_LONG]}
    return text


def _call_names(turns: Iterable[Interaction]) -> dict[str, str]:
    """The tool of every call id that some reply gave out."""
    names: dict[str, str] = {}
    for turn in turns:
        value = answer_value(turn.response)
        for item in _output(value):
            if isinstance(item, dict) and isinstance(item.get("call_id"), str):
                names[item["call_id"]] = str(item.get("name") or item.get("type"))
    return names


def _output(value: Any) -> list[Any]:
    """The output of an answer; nothing where it is no list."""
    output = value.get("output") if isinstance(value, dict) else None
    return output if isinstance(output, list) else []


def _reply(value: Json, exact: bool) -> Any:
    output = [item if exact else _item(item) for item in _output(value)]
    reply: Json = (
        {name: value[name] for name in _EXACT if value.get(name) is not None} if exact else {}
    )
    if value.get("status") in ("failed", "cancelled", "queued", "incomplete"):
        reply["status"] = value["status"]
    for name in ("incomplete_details", "error"):
        if value.get(name) is not None:
            reply[name] = value[name]
    if not reply and len(output) == 1 and isinstance(output[0], str):
        return output[0]
    return {**reply, "output": output}


def _item(item: Any) -> Any:
    """An item without what is derived; whole where its abbreviation would not be understood."""
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        return item
    short = {
        name: value for name, value in item.items() if name not in _DERIVED and value is not None
    }
    if short.get("status") == "completed" and item["type"] != "reasoning":
        del short["status"]
    if not short.keys() <= ITEM_KEYS.get(item["type"], frozenset()):
        return item
    if item["type"] == "message":
        return _message(short)
    if item["type"] == "reasoning" and not short.get("summary"):
        short.pop("summary", None)
    if isinstance(short.get("arguments"), str):
        short["arguments"] = _arguments(short["arguments"])
    return {name: short[name] for name in ("type", "name") if name in short} | short


def _message(item: Json) -> Any:
    content = item.get("content")
    if item.get("role") == "assistant":
        item = {name: value for name, value in item.items() if name != "role"}
    if isinstance(content, list) and len(content) == 1 and _is_plain(content[0]):
        text = content[0]["text"]
        return text if item.keys() == {"type", "content"} else {**item, "content": text}
    return item


def _is_plain(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and part.get("type") == "output_text"
        and isinstance(part.get("text"), str)
        and not part.get("annotations")
        and not part.get("logprobs")
    )


def _arguments(text: str) -> Any:
    """The object, where its JSON text would be the same again."""
    try:
        value = parse(text.encode())
    except ValueError:
        return text
    return value if isinstance(value, dict) and compact(value).decode() == text else text


def _failure(response: RecordedResponse, value: Any) -> Json:
    error = value.get("error", value) if isinstance(value, dict) else None
    if not isinstance(error, dict) or "message" not in error or response.status < 400:
        content_type = header_value(response.headers, "content-type")
        fault: Json = {"kind": "status", "status": response.status}
        if content_type:
            fault["headers"] = {"content-type": content_type}
        return {
            "stream": {"fault": {**fault, "body": payload(response).decode("utf-8", "replace")}}
        }
    kept = {name: error.get(name) for name in ("code", "param", "message")}
    if isinstance(error.get("type"), str):
        kept = {"type": error["type"], **kept}
    return {"error": {"status": response.status, **kept}}


def _stream(response: RecordedResponse) -> Json:
    """The pace, where times were recorded, and the end, where it came too soon."""
    stream: Json = {}
    chunks = response.chunks or ()
    if len(chunks) > 1 and is_event_stream(response):
        first, last = chunks[0][0], chunks[-1][0]
        stream = {"ttft_ms": round(first), "itl_ms": round((last - first) / (len(chunks) - 1), 1)}
    if response.cut and is_event_stream(response):
        whole = sum(
            1 for frame in frames(payload(response)) if frame.endswith((b"\n\n", b"\r\n\r\n"))
        )
        stream["fault"] = {"kind": "drop", "after_events": whole}
    return stream


class _Dumper(yaml.SafeDumper):
    """Lists indented as people write them, long text as blocks, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = (
        "|"
        if "\n" in text and not any(line != line.rstrip() for line in text.split("\n"))
        else None
    )
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
