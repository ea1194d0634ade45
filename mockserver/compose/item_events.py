"""The events of one output item, by the state machine of its type.

Every machine yields `(name, fields)` pairs, the name without its `response.` in front; numbering,
padding and the output index are the stream's business (`mockserver.compose.events`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mockserver.api.json import Json

Fields = tuple[str, Json]
_PIECE = re.compile(r"\s*(?:\w{1,12}|[^\w\s]{1,8})|\s+")


@dataclass(frozen=True, slots=True)
class Options:
    """What a request and its dialect say about the events of an item.

    reasoning_event: name of the raw reasoning events, `reasoning_text` or `reasoning` by dialect.
    partial_images: how many partial images an image generation streams.
    recipher: gives the other ciphertext that `added` shows of an encrypted content.
    compacting: whether the compaction is being written because the input asked for it.
    """

    reasoning_event: str
    partial_images: int
    recipher: Callable[[str], str]
    compacting: bool = False


def item_events(item: Json, options: Options) -> Iterator[Fields]:
    """All events of an item: `output_item.added`, those of its type, `output_item.done`."""
    machine = _MACHINES.get(item["type"], _nothing)
    yield "output_item.added", {"item": opening(item, options)}
    for name, fields in machine(item, options):
        yield name, {"item_id": item.get("id", ""), **fields}
    yield "output_item.done", {"item": item}


def opening(item: Json, options: Options) -> Json:
    """The item as `output_item.added` shows it: begun, and empty of what its events will bring."""
    empty = {
        **item,
        **{key: value for key, value in _EMPTY.get(item["type"], {}).items() if key in item},
    }
    if "status" in item and item["type"] not in _BORN_COMPLETED:
        empty["status"] = "in_progress"
    for key in _LATE.get(item["type"], ()):
        empty.pop(key, None)
    for key in ("encrypted_content", "fingerprint"):
        if isinstance(item.get(key), str):
            empty[key] = options.recipher(item[key])
    if item["type"] == "apply_patch_call" and "diff" in item["operation"]:
        empty["operation"] = {**item["operation"], "diff": ""}
    return empty


def pieces(text: str, cuts: Iterable[int] = ()) -> list[str]:
    """A text in the portions in which it is streamed: about a word each, never across one of the
    `cuts`.
    """
    out: list[str] = []
    start = 0
    for end in (*sorted({cut for cut in cuts if 0 < cut < len(text)}), len(text)):
        out += _PIECE.findall(text[start:end])
        start = end
    return out


_EMPTY: dict[str, Json] = {
    "message": {"content": []},
    "reasoning": {"summary": [], "content": []},
    "function_call": {"arguments": ""},
    "custom_tool_call": {"input": ""},
    "file_search_call": {"queries": [], "results": None},
    "code_interpreter_call": {"code": "", "outputs": None},
    "mcp_list_tools": {"tools": []},
    "mcp_call": {"arguments": "", "error": None, "output": None},
    "local_shell_call": {"action": {"type": "exec", "command": [], "env": {}}},
    "shell_call": {"action": {"commands": [], "max_output_length": None, "timeout_ms": None}},
    "shell_call_output": {"output": []},
    "tool_search_call": {"arguments": {}},
    "program": {"code": ""},
    "program_output": {"result": ""},
}
"""What an item lacks when it is added, and shows only when it is done."""

_LATE: dict[str, tuple[str, ...]] = {
    "web_search_call": ("action", "results"),
    "mcp_list_tools": ("error",),
    "image_generation_call": (
        *(
            "result",
            "action",
            "background",
            "output_format",
            "quality",
            "revised_prompt",
            "size",
            "error",
        ),
        *("frame_count", "frame_duration_ms", "complexity", "svg_usage"),
    ),
}
"""Keys that are absent until the item is done."""

_BORN_COMPLETED = {
    "shell_call_output",
    "apply_patch_call_output",
    "computer_call_output",
    "program_output",
}
"""Items whose status is final from the beginning."""


def _nothing(_item: Json, _options: Options) -> Iterator[Fields]:
    yield from ()


def _message(item: Json, _options: Options) -> Iterator[Fields]:
    for index, part in enumerate(item["content"]):
        at = {"content_index": index}
        refusal = part["type"] == "refusal"
        shown = (
            {**part, "refusal": ""}
            if refusal
            else {**part, "annotations": [], "logprobs": [], "text": ""}
        )
        yield "content_part.added", {"part": shown, **at}
        for name, fields in _refusal(part) if refusal else _output_text(part):
            yield name, {**fields, **at}
        yield "content_part.done", {"part": part if refusal else {**part, "logprobs": []}, **at}


def _output_text(part: Json) -> Iterator[Fields]:
    text, logprobs, annotations = (
        part["text"],
        part.get("logprobs") or [],
        part.get("annotations") or [],
    )
    ends = [_end(annotation, len(text)) for annotation in annotations]
    steps = [(entry["token"], [entry]) for entry in logprobs] or [
        (piece, []) for piece in pieces(text, ends)
    ]
    offset = shown = 0
    for delta, probabilities in steps:
        yield "output_text.delta", {"delta": delta, "logprobs": probabilities}
        offset += len(delta)
        while shown < len(annotations) and ends[shown] <= offset:
            yield (
                "output_text.annotation.added",
                {"annotation": annotations[shown], "annotation_index": shown},
            )
            shown += 1
    for index in range(shown, len(annotations)):
        yield (
            "output_text.annotation.added",
            {"annotation": annotations[index], "annotation_index": index},
        )
    yield "output_text.done", {"text": text, "logprobs": logprobs}


def _end(annotation: Json, length: int) -> int:
    """Where in the text an annotation is announced: after what it annotates."""
    end = annotation.get("end_index", annotation.get("index"))
    return end if isinstance(end, int) else length


def _refusal(part: Json) -> Iterator[Fields]:
    yield from _deltas("refusal", pieces(part["refusal"]), "refusal", part["refusal"])


def _reasoning(item: Json, options: Options) -> Iterator[Fields]:
    for index, part in enumerate(item.get("summary") or []):
        at = {"summary_index": index}
        yield "reasoning_summary_part.added", {"part": {**part, "text": ""}, **at}
        for name, fields in _deltas(
            "reasoning_summary_text", pieces(part["text"]), "text", part["text"]
        ):
            yield name, {**fields, **at}
        yield "reasoning_summary_part.done", {"part": part, **at}
    for index, part in enumerate(item.get("content") or []):
        at = {"content_index": index}
        yield "content_part.added", {"part": {**part, "text": ""}, **at}
        for name, fields in _deltas(
            options.reasoning_event, pieces(part["text"]), "text", part["text"]
        ):
            yield name, {**fields, **at}
        yield "content_part.done", {"part": part, **at}


def _function_call(item: Json, _options: Options) -> Iterator[Fields]:
    yield from _deltas(
        "function_call_arguments", pieces(item["arguments"]), "arguments", item["arguments"]
    )


def _custom_tool_call(item: Json, _options: Options) -> Iterator[Fields]:
    yield from _deltas("custom_tool_call_input", pieces(item["input"]), "input", item["input"])


def _web_search_call(item: Json, _options: Options) -> Iterator[Fields]:
    yield from _stages(item, "web_search_call", "in_progress", "searching")


def _file_search_call(item: Json, _options: Options) -> Iterator[Fields]:
    yield from _stages(item, "file_search_call", "in_progress", "searching")


def _code_interpreter_call(item: Json, _options: Options) -> Iterator[Fields]:
    code = item.get("code") or ""
    yield "code_interpreter_call.in_progress", {}
    yield from _deltas("code_interpreter_call_code", pieces(code), "code", code)
    yield from _stages(item, "code_interpreter_call", "interpreting")


def _image_generation_call(item: Json, options: Options) -> Iterator[Fields]:
    about = {
        key: item[key]
        for key in ("background", "output_format", "quality", "size")
        if item.get(key)
    }
    yield from (("image_generation_call.in_progress", {}), ("image_generation_call.generating", {}))
    if item.get("result"):
        for index in range(options.partial_images):
            image = {"partial_image_b64": item["result"], "partial_image_index": index}
            yield "image_generation_call.partial_image", {**image, **about}
    yield from _stages(item, "image_generation_call")


def _mcp_list_tools(item: Json, _options: Options) -> Iterator[Fields]:
    yield "mcp_list_tools.in_progress", {}
    yield f"mcp_list_tools.{'failed' if item.get('error') else 'completed'}", {}


def _mcp_call(item: Json, _options: Options) -> Iterator[Fields]:
    yield "mcp_call.in_progress", {}
    yield from _deltas("mcp_call_arguments", [item["arguments"]], "arguments", item["arguments"])
    yield (
        f"mcp_call.{'failed' if item.get('error') or item.get('status') == 'failed' else 'completed'}",
        {},
    )


def _shell_call(item: Json, _options: Options) -> Iterator[Fields]:
    for index, command in enumerate(item["action"]["commands"]):
        at = {"command_index": index}
        yield "shell_call_command.added", {"command": "", **at}
        for name, fields in _deltas("shell_call_command", pieces(command), "command", command):
            yield name, {**fields, **at}


def _shell_call_output(item: Json, _options: Options) -> Iterator[Fields]:
    for index, result in enumerate(item["output"]):
        at = {"command_index": index}
        delta = {stream: result[stream] for stream in ("stdout", "stderr") if result.get(stream)}
        if delta:
            yield "shell_call_output_content.delta", {"delta": delta, **at}
        yield "shell_call_output_content.done", {"output": [result], **at}


def _apply_patch_call(item: Json, _options: Options) -> Iterator[Fields]:
    diff = item["operation"].get("diff")
    if diff is not None:
        yield from _deltas("apply_patch_call_operation_diff", pieces(diff), "diff", diff)


def _compaction(_item: Json, options: Options) -> Iterator[Fields]:
    if options.compacting:
        yield "compaction.compacting", {}


def _deltas(name: str, portions: Iterable[str], key: str, whole: str) -> Iterator[Fields]:
    for portion in portions:
        yield f"{name}.delta", {"delta": portion}
    yield f"{name}.done", {key: whole}


def _stages(item: Json, name: str, *stages: str) -> Iterator[Fields]:
    """The events that only say how far a hosted tool has come; one that failed never says
    `completed`.
    """
    for stage in stages:
        yield f"{name}.{stage}", {}
    if item.get("status") not in ("failed", "incomplete"):
        yield f"{name}.completed", {}


_MACHINES: dict[str, Callable[[Json, Options], Iterator[Fields]]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _function_call,
    "custom_tool_call": _custom_tool_call,
    "web_search_call": _web_search_call,
    "file_search_call": _file_search_call,
    "code_interpreter_call": _code_interpreter_call,
    "image_generation_call": _image_generation_call,
    "mcp_list_tools": _mcp_list_tools,
    "mcp_call": _mcp_call,
    "shell_call": _shell_call,
    "shell_call_output": _shell_call_output,
    "apply_patch_call": _apply_patch_call,
    "compaction": _compaction,
}
"""Types without a machine of their own are added and done, with nothing between."""
