"""Tools of MCP servers: their lists, calls, and the approval that a call may need."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import (
    COMPLETED,
    ItemType,
    TokenCounter,
    constant,
    encoded,
    free,
)
from mockserver.api.items.fields import received
from mockserver.api.items.making import HostedTool, Making, Offer
from mockserver.api.items.streaming import (
    EventFields,
    EventOptions,
    ItemEvent,
    TextDelta,
    text_deltas,
)
from mockserver.api.json import Json

__all__ = ["TYPES", "approved_calls"]

_MASK = "<redacted>"
_NAMES = ("search", "fetch")
"""The tools of a server of which nothing is known."""


class McpToolInfo(TypedDict):
    annotations: NotRequired[Json | None]
    description: NotRequired[str | None]
    input_schema: Json
    name: str


class McpListTools(TypedDict):
    id: str
    type: Literal["mcp_list_tools"]
    error: NotRequired[str | Json | None]
    server_label: str
    tools: list[McpToolInfo]


class McpCall(TypedDict):
    id: str
    type: Literal["mcp_call"]
    status: Literal["in_progress", "completed", "incomplete", "calling", "failed"]
    approval_request_id: str | None
    arguments: str
    error: str | Json | None
    name: str
    output: str | None
    server_label: str


class McpApprovalRequest(TypedDict):
    id: str
    type: Literal["mcp_approval_request"]
    arguments: str
    name: str
    server_label: str


class McpApprovalResponse(TypedDict):
    id: str
    type: Literal["mcp_approval_response"]
    approval_request_id: str
    approve: bool
    reason: NotRequired[str | None]


class McpProgress(ItemEvent):
    type: Literal[
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
    ]


class McpArgumentsDelta(TextDelta):
    type: Literal["response.mcp_call_arguments.delta"]


class McpArgumentsDone(ItemEvent):
    type: Literal["response.mcp_call_arguments.done"]
    arguments: str


def _listing_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    yield "mcp_list_tools.in_progress", {}
    yield f"mcp_list_tools.{'failed' if item.get('error') else 'completed'}", {}


def _call_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    arguments = item["arguments"]
    failed = item.get("error") or item.get("status") == "failed"
    yield "mcp_call.in_progress", {}
    # Recorded: the arguments come whole, in exactly one delta.
    yield from text_deltas("mcp_call_arguments", "arguments", arguments, [arguments])
    yield f"mcp_call.{'failed' if failed else 'completed'}", {}


def _tool_error(value: Any) -> Any:
    """The error of a tool may be written as its message."""
    if not isinstance(value, str):
        return value
    return {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": value}]}


def _listed_tools_tokens(item: Json, counter: TokenCounter) -> int:
    return counter.tools(item.get("tools"))


# Made-up work.


def _made_up_work(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """The server's tools, unless they are listed already; then a call and a message, or a request
    for approval.
    """
    tool = offer.tool
    label = tool["server_label"]
    listed = _listed_tools(making, label)
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
    return [*listing, *_called(making, about)]


def approved_calls(making: Making) -> list[Json]:
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
        if item["type"] != "mcp_approval_response" or not item["approve"]:
            continue
        asked = requests.get(item.get("approval_request_id"))
        if asked is not None:
            about = {key: asked[key] for key in ("server_label", "name", "arguments")}
            output += _called(making, {**about, "approval_request_id": asked["id"]})[:1]
    return [*output, making.message(output[-1]["output"])] if output else []


def _called(making: Making, about: Json) -> list[Json]:
    output = making.paragraph(making.rng(f"mcp {about['name']}"))
    return [{"type": "mcp_call", **about, "output": output}, making.message(output)]


def _listed_tools(making: Making, label: str) -> list[Json]:
    """The tools of a server that an earlier turn has listed."""
    for item in reversed(making.request.items):
        if item.get("type") == "mcp_list_tools" and item["server_label"] == label and item["tools"]:
            tools: list[Json] = item["tools"]
            return tools
    return []


def _picked(making: Making, tools: Sequence[Json]) -> Json:
    chosen = making.request.tool_choice
    named = chosen.get("name") if isinstance(chosen, dict) else None
    if named:
        return next((each for each in tools if each["name"] == named), _tool(making, named))
    offers = [Offer({"type": "function", **each}) for each in tools]
    picked = making.best(offers, making.query)
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
    return {
        "annotations": {"read_only": True},
        "description": making.sentence(making.rng(f"mcp tool {name}")),
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
    never = required.get("never") or {}
    always = required.get("always") or {}
    if _filters(always, called):
        return True
    return not (_filters(never, called) or (always and not never))


def _filters(names: Json, called: Json) -> bool:
    reads = bool((called.get("annotations") or {}).get("read_only"))
    named: bool = called["name"] in (names.get("tool_names") or ())
    return named or (reads and bool(names.get("read_only")))


def _echoed_tool(tool: Json) -> Json:
    echo = {
        "allowed_tools": None,
        "headers": None,
        "require_approval": "always",
        "server_description": None,
        **tool,
    }
    echo.setdefault("server_url", None)
    if echo["headers"]:
        echo["headers"] = dict.fromkeys(echo["headers"], _MASK)
    if "authorization" in echo:
        echo["authorization"] = _MASK
    return echo


mcp_list_tools = ItemType(
    name="mcp_list_tools",
    prefix="mcpl_",
    checks_id=True,
    sent=McpListTools,
    received=received(McpListTools, unchecked=("error",)),
    defaults={"tools": []},
    opens_as={"tools": []},
    opens_without=("error",),
    events=_listing_events,
    keeps_null=("error",),
    input_tokens=_listed_tools_tokens,
    output_tokens=free,
    result_tokens=_listed_tools_tokens,
)

mcp_call = ItemType(
    name="mcp_call",
    prefix="mcp_",
    checks_id=True,
    sent=McpCall,
    received=received(McpCall, unchecked=("error",), status=NotRequired[str | None]),
    defaults={
        **COMPLETED,
        "approval_request_id": None,
        "arguments": "{}",
        "error": None,
        "output": None,
    },
    shapes={"arguments": encoded},
    abbreviations={"error": _tool_error},
    opens_as={"arguments": "", "error": None, "output": None},
    events=_call_events,
    event_types=(McpProgress, McpArgumentsDelta, McpArgumentsDone),
    written="arguments",
    result_tokens=constant(300),
    tool=HostedTool(
        "mcp", 50, _made_up_work, called_by=("mcp_call", "mcp_approval_request"), echo=_echoed_tool
    ),
)

mcp_approval_request = ItemType(
    name="mcp_approval_request",
    prefix="mcpr_",
    checks_id=True,
    sent=McpApprovalRequest,
    received=received(McpApprovalRequest),
    defaults={"arguments": "{}"},
    shapes={"arguments": encoded},
    answered_by="mcp_approval_response",
    must_be_answered=False,
    tie="id",
    input_tokens=free,
    output_tokens=free,
)

mcp_approval_response = ItemType(
    name="mcp_approval_response",
    prefix="mcpa_",
    sent=McpApprovalResponse,
    received=received(McpApprovalResponse),
    client_written=True,
    tie="approval_request_id",
    unmatched="no_approval_request",
)

TYPES = (mcp_list_tools, mcp_call, mcp_approval_request, mcp_approval_response)
