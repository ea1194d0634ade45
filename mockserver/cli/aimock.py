"""Fixtures of aimock (github.com/CopilotKit/aimock) as scripted interactions.

A fixture is `{match, response}` with the pace beside it. The first that matches answers, as often
as it is asked: it becomes a stub. One that counts (`sequenceIndex`, `turnIndex`) becomes a step
that is used once, in the order of the file.
"""

import json
from pathlib import Path
from typing import Any

from mockserver.api.json import Json, compact, parse
from mockserver.errors import CassetteError

MAX_FILE = 64 * 1024 * 1024
_COUNTED = ("sequenceIndex", "turnIndex")
_FINISHED = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Inexpressible(ValueError):  # noqa: N818
    """A fixture asks for what a script cannot say."""


def read_fixtures(path: Path) -> list[Any] | None:
    """The fixtures of a file; None where it is another one. Raises OSError."""
    if not path.name.endswith(".json") or path.stat().st_size > MAX_FILE:
        return None
    try:
        document = parse(path.read_bytes())
    except ValueError:
        return None
    found = document.get("fixtures") if isinstance(document, dict) else None
    return found if isinstance(found, list) else None


def to_steps(path: Path, fixtures: list[Any]) -> tuple[list[Json], list[str]]:
    """The scripted interactions, and a line for each thing that was left out.

    Raises CassetteError for what is no fixture.
    """
    steps: list[Json] = []
    left: list[str] = []
    for number, fixture in enumerate(fixtures, 1):
        if not isinstance(fixture, dict) or not isinstance(fixture.get("response"), dict):
            raise CassetteError(
                path,
                "this is no fixture of aimock: it has no `response`",
                where=f"fixture {number}",
                next_step="One has `match` and `response`.",
            )
        try:
            step, lost = _step(fixture)
        except Inexpressible as error:
            left.append(f"left out {path}#{number}: {error}")
            continue
        if "times" not in step and any("times" in before for before in steps):
            left.append(
                f"look at {path}#{number}: what answers once comes before the stubs above it; "
                "say more in its `when` if it may not"
            )
        steps.append(step)
        if lost:
            left.append(f"left out of {path}#{number}: {', '.join(lost)}")
    return steps, left


def _step(fixture: Json) -> tuple[Json, list[str]]:
    match = fixture.get("match") or {}
    if not isinstance(match, dict):
        raise Inexpressible("its `match` is no mapping")
    when = _when(match)
    step: Json = {"when": when} if when else {}
    answer, lost = _answer(fixture["response"])
    stream, lost_pace = _stream(fixture)
    step |= answer | ({"stream": stream} if stream else {})
    if not any(match.get(name) is not None for name in _COUNTED):
        step["times"] = "always"
    return step, [*lost, *lost_pace]


def _when(match: Json) -> Json:
    when: Json = {}
    tool_result: Json = {}
    for name, value in match.items():
        match name, value:
            case "userMessage", str():
                when["input"] = {"contains": value}
            case "systemMessage", str():
                when["instructions"] = {"contains": value}
            case "toolName", str():
                when["tools"] = {"contains": value}
            case "model", str():
                when["model"] = value
            case "toolCallId", str():
                tool_result["call_id"] = value
            case "toolResultContains", str():
                tool_result["output"] = {"contains": value}
            case "hasToolResult", bool():
                when["tool_outputs"] = {"exists": value}
            case "responseFormat", str():
                when["json"] = {"$.text.format.type": value}
            case (("sequenceIndex" | "turnIndex"), int()):
                pass  # the order of the file
            case ("endpoint", "chat") | (_, None):
                pass
            case _:
                raise Inexpressible(
                    f"`match.{name}: {json.dumps(value)[:60]}` is no condition of a script"
                )
    if tool_result:
        when["item"] = {"type": "function_call_output", **tool_result}
    return when


def _answer(response: Json) -> tuple[Json, list[str]]:
    if isinstance(response.get("error"), dict):
        error = response["error"]
        kept = {name: error[name] for name in ("type", "code", "message") if error.get(name)}
        return {"error": {"status": response.get("status", 500), **kept}}, []
    output: list[Any] = []
    if isinstance(response.get("reasoning"), str):
        output.append({"type": "reasoning", "summary": [response["reasoning"]]})
    for query in response.get("webSearches") or []:
        output.append({"type": "web_search_call", "action": {"type": "search", "query": query}})
    output += _output(response)
    if not output:
        kinds = ", ".join(response) or "nothing"
        raise Inexpressible(f"its response has {kinds}, which no Response holds")
    known = {"content", "toolCalls", "blocks", "reasoning", "webSearches", "finishReason"}
    lost = [f"response.{name}" for name in response if name not in known]
    reason = _FINISHED.get(str(response.get("finishReason")))
    if reason is not None:
        details = {"status": "incomplete", "incomplete_details": {"reason": reason}}
        return {"reply": {**details, "output": output}}, lost
    if len(output) == 1 and isinstance(output[0], str):
        return {"reply": output[0]}, lost
    return {"reply": {"output": output}}, lost


def _output(response: Json) -> list[Any]:
    """Text and calls, in the order of `blocks` where there are some."""
    blocks = response.get("blocks")
    if isinstance(blocks, list):
        members = [block for block in blocks if isinstance(block, dict)]
        return [
            str(block.get("text", "")) if block.get("type") == "text" else _call(block)
            for block in members
        ]
    content = response.get("content")
    texts = [] if content is None or content == "" else [_text(content)]
    calls = response.get("toolCalls") or []
    return [*texts, *(_call(call) for call in calls if isinstance(call, dict))]


def _text(content: Any) -> str:
    """Text; a structured output is written as JSON."""
    return content if isinstance(content, str) else compact(content).decode()


def _call(call: Json) -> Json:
    arguments = call.get("arguments", {})
    if isinstance(arguments, str):
        try:
            value = parse(arguments.encode())
        except ValueError:
            value = None
        if isinstance(value, dict) and compact(value).decode() == arguments:
            arguments = value
    item = {"type": "function_call", "name": str(call.get("name", "")), "arguments": arguments}
    return item | ({"call_id": call["id"]} if isinstance(call.get("id"), str) else {})


def _stream(fixture: Json) -> tuple[Json, list[str]]:
    stream: Json = {}
    lost: list[str] = []
    profile = fixture.get("streamingProfile")
    if isinstance(profile, dict):
        if _is_number(profile.get("ttft")):
            stream["ttft_ms"] = profile["ttft"]
        if _is_number(profile.get("tps")) and profile["tps"] > 0:
            stream["itl_ms"] = round(1000 / profile["tps"], 1)
    if _is_number(fixture.get("latency")):
        stream.setdefault("itl_ms", fixture["latency"])
    for name in fixture:
        if name not in ("match", "response", "latency", "streamingProfile"):
            lost.append(name)
    return stream, lost


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
