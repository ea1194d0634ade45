"""The reply to a request that nobody scripted: plausible, valid, and always the same for the same request."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.answer.compaction import triggered
from mockserver.answer.identity import digest
from mockserver.answer.schema import generate
from mockserver.answer.schema.rng import Rng
from mockserver.answer.words import paragraph, sentence, title
from mockserver.protocol.json import Json, compact
from mockserver.protocol.model_table import model_facts
from mockserver.protocol.request import CreateRequest

_CLIENT_TOOLS = ("function", "custom")


def unscripted_reply(request: CreateRequest, seed: int) -> Json:
    """A reply to a request in its context.

    A tool is called where `tool_choice` demands it, or where functions are offered and the last item comes from the
    user; else the reply is a message: a document that fits `text.format`, or text. Where the input asks for a
    compaction, that is all that is put out.
    """
    if triggered(request):
        return {"output": []}
    key = digest(seed, "text", request.canonical)
    output = [*_reasoning(request, key)]
    call = _call(request, key)
    output.append(call or {"type": "message", "content": _text(request, key)})
    return {"output": output}


def last_turn(items: Sequence[Json]) -> Sequence[Json]:
    """The items since the last message of the user."""
    for index in range(len(items) - 1, -1, -1):
        if items[index].get("role") == "user":
            return items[index + 1 :]
    return items


@dataclass(frozen=True, slots=True)
class Choice:
    """What `tool_choice` allows: the tools that may be called, and whether one must be."""

    tools: Sequence[Json]
    forced: bool


def choice(request: CreateRequest) -> Choice:
    """The tools that may be called, in the order offered."""
    chosen = request.tool_choice
    if isinstance(chosen, str):
        return Choice([] if chosen == "none" else request.tools, chosen == "required")
    if chosen.get("type") == "allowed_tools":
        allowed = [tool for tool in request.tools if any(_names(each, tool) for each in chosen["tools"])]
        return Choice([] if chosen.get("mode") == "none" else allowed, chosen.get("mode") == "required")
    return Choice([tool for tool in request.tools if _names(chosen, tool)], True)


def _names(reference: Json, tool: Json) -> bool:
    """Whether a reference in `tool_choice` means this tool."""
    same = reference.get("type") == tool.get("type")
    return same and all(reference.get(key) in (None, tool.get(key)) for key in ("name", "server_label"))


def _call(request: CreateRequest, key: bytes) -> Json | None:
    allowed = choice(request)
    tools = [tool for tool in allowed.tools if tool["type"] in _CLIENT_TOOLS]
    asked = bool(request.items) and request.items[-1].get("role") == "user"
    if not tools or not (allowed.forced or (asked and any(tool["type"] == "function" for tool in tools))):
        return None
    called = {item.get("name") for item in last_turn(request.items)}
    tool = next((tool for tool in tools if tool["name"] not in called), tools[0])
    if tool["type"] == "custom":
        return {"type": "custom_tool_call", "name": tool["name"], "input": sentence(_rng(key, "sentence"))}
    arguments = generate(tool.get("parameters") or {"type": "object", "properties": {}}, _seed(key))
    return {"type": "function_call", "name": tool["name"], "arguments": arguments}


def _text(request: CreateRequest, key: bytes) -> str:
    wanted = request.text_format
    if wanted.get("type") == "json_schema":
        return compact(generate(wanted["schema"], _seed(key))).decode()
    if wanted.get("type") == "json_object":
        return compact({"answer": sentence(_rng(key, "sentence"))}).decode()
    return paragraph(_rng(key, "paragraph"))


def _reasoning(request: CreateRequest, key: bytes) -> list[Json]:
    """A reasoning item, on models that reason, unless the effort is `none`."""
    facts = model_facts(request.model)
    effort = request.reasoning.get("effort") or facts.effort
    if not facts.reasoning or effort == "none":
        return []
    if not (request.reasoning.get("summary") or request.reasoning.get("generate_summary")):
        return [{"type": "reasoning"}]
    rng = _rng(key, "reasoning")
    return [{"type": "reasoning", "summary": [f"**{title(rng)}**\n\n{sentence(rng)}"]}]


def _rng(key: bytes, use: str) -> Rng:
    return Rng(key.hex(), use)


def _seed(key: bytes) -> int:
    return int.from_bytes(key[:6], "big")
