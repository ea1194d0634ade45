"""Made-up work with an MCP server: its list of tools, a call, and the approval that a call may
need.
"""

from collections.abc import Sequence
from typing import Any

from mockserver.api.json import Json
from mockserver.compose.made import Making
from mockserver.compose.offered import Offer, best
from mockserver.schemas import paragraph, sentence

__all__ = ["approved", "mcp"]

_NAMES = ("search", "fetch")
"""The tools of a server of which nothing is known."""


def mcp(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """The server's tools, unless they are listed already; then a call and a message, or a request
    for approval.
    """
    tool, label = offer.tool, offer.tool["server_label"]
    known = [item for item in making.request.items if item.get("type") == "mcp_list_tools"]
    listed = next(
        (
            item["tools"]
            for item in reversed(known)
            if item["server_label"] == label and item["tools"]
        ),
        None,
    )
    tools = listed or [_tool(making, name) for name in _allowed(tool) or _NAMES]
    listing = [] if listed else [{"type": "mcp_list_tools", "server_label": label, "tools": tools}]
    called = _picked(making, tools)
    about = {
        "server_label": label,
        "name": called["name"],
        "arguments": making.arguments(called.get("input_schema"), called["name"]),
    }
    if _needs_approval(tool.get("require_approval"), called):
        return [*listing, {"type": "mcp_approval_request", **about}]
    return [*listing, *_done(making, about)]


def approved(making: Making) -> list[Json]:
    """The calls that the input has just approved, and a message; nothing when it has approved
    none.
    """
    requests = {
        item.get("id"): item
        for item in making.request.items
        if item.get("type") == "mcp_approval_request"
    }
    output: list[Json] = []
    for item in making.request.input_items:
        asked = (
            requests.get(item.get("approval_request_id"))
            if item["type"] == "mcp_approval_response"
            else None
        )
        if asked is not None and item["approve"]:
            about = {key: asked[key] for key in ("server_label", "name", "arguments")}
            output += _done(making, {**about, "approval_request_id": asked["id"]})[:1]
    return [*output, making.message(output[-1]["output"])] if output else []


def _done(making: Making, about: Json) -> list[Json]:
    output = paragraph(making.rng(f"mcp {about['name']}"))
    return [{"type": "mcp_call", **about, "output": output}, making.message(output)]


def _picked(making: Making, tools: Sequence[Json]) -> Json:
    chosen = making.request.tool_choice
    named = chosen.get("name") if isinstance(chosen, dict) else None
    if named:
        return next((each for each in tools if each["name"] == named), _tool(making, named))
    offers = [Offer({"type": "function", **each}) for each in tools]
    picked = best(offers, making.query)
    return tools[0 if picked is None else offers.index(picked)]


def _tool(making: Making, name: str) -> Json:
    """A tool as a server would describe it."""
    key = "id" if name == "fetch" else "query"
    schema = {
        "type": "object",
        "properties": {key: {"type": "string"}},
        "required": [key],
        "additionalProperties": False,
    }
    described = sentence(making.rng(f"mcp tool {name}"))
    return {
        "annotations": {"read_only": True},
        "description": described,
        "input_schema": schema,
        "name": name,
    }


def _allowed(tool: Json) -> list[str]:
    """The names that the request limits the server's tools to; none when it does not."""
    allowed = tool.get("allowed_tools")
    names: Any = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
    return list(names or ())


def _needs_approval(required: Any, called: Json) -> bool:
    """Whether a call has to be approved by the client, which is so unless the request says
    otherwise.
    """
    if not isinstance(required, dict):
        return bool(required != "never")
    never, always = required.get("never") or {}, required.get("always") or {}
    if _listed(always, called):
        return True
    return not (_listed(never, called) or (always and not never))


def _listed(names: Json, called: Json) -> bool:
    reads = bool((called.get("annotations") or {}).get("read_only"))
    named: bool = called["name"] in (names.get("tool_names") or ())
    return named or (reads and bool(names.get("read_only")))
