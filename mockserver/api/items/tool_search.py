"""Tools that come into a running conversation: by a search, or with the client's input."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import COMPLETED, ItemType, TokenCounter, free
from mockserver.api.items.fields import ItemRole, Status, received
from mockserver.api.items.functions import made_up_call
from mockserver.api.items.making import HostedTool, Making, Offer
from mockserver.api.json import Json
from mockserver.api.tools import Tool

__all__ = ["TYPES"]

_LATER_TOOLS = 80
"""Tokens of an item that brings tools, beside their signatures."""
_SEARCH_RESULT = 300


class ToolSearchCall(TypedDict):
    id: str
    type: Literal["tool_search_call"]
    status: Status
    arguments: Any
    call_id: str | None
    created_by: NotRequired[str]
    execution: Literal["server", "client"]


class ToolSearchOutput(TypedDict):
    id: str
    type: Literal["tool_search_output"]
    status: Status
    call_id: str | None
    created_by: NotRequired[str]
    execution: Literal["server", "client"]
    tools: list[Tool]


class AdditionalTools(TypedDict):
    id: str
    type: Literal["additional_tools"]
    role: ItemRole
    tools: list[Tool]


def _tools_tokens(item: Json, counter: TokenCounter) -> int:
    return counter.costs.message + _LATER_TOOLS + counter.tools(item.get("tools"))


def _result_tokens(item: Json, _counter: TokenCounter) -> int:
    return _SEARCH_RESULT if item.get("execution") == "server" else 0


# Made-up work.


def _made_up_search(making: Making, offer: Offer, offers: Sequence[Offer]) -> list[Json]:
    """A search for deferred tools. The client answers one of its own; the server's finds tools, and
    calls a function.
    """
    if offer.tool.get("execution") == "client":
        return [_client_search(making, offer.tool)]
    found = making.related([each for each in offers if not each.loaded], making.query)
    paths = [each.namespace or each.name or each.tool.get("server_label") for each in found]
    arguments = {"paths": list(dict.fromkeys(path for path in paths if path))}
    searched: list[Json] = [
        {"type": "tool_search_call", "arguments": arguments, "execution": "server"},
        {
            "type": "tool_search_output",
            "execution": "server",
            "tools": list(_loaded(making, found)),
        },
    ]
    functions = [each for each in found if each.kind in ("function", "custom")]
    picked = making.best(functions, making.query)
    if picked is None:
        return [*searched, making.message()]
    called = Offer(picked.tool, picked.namespace or picked.name)
    return [*searched, made_up_call(making, called)]


def _client_search(making: Making, tool: Json) -> Json:
    arguments: Any = {"query": making.query}
    if tool.get("parameters"):
        arguments = making.arguments(tool["parameters"], "tool_search")
    return {
        "type": "tool_search_call",
        "arguments": arguments,
        "call_id": making.name("call_", 24, "tool search"),
        "execution": "client",
    }


def _loaded(making: Making, found: Sequence[Offer]) -> Iterator[Json]:
    """The tools as the output of a search lists them: those of a namespace within it."""
    for namespace in dict.fromkeys(each.namespace for each in found):
        tools = [making.echo(each.tool) for each in found if each.namespace == namespace]
        if namespace is None:
            yield from tools
        else:
            yield {"type": "namespace", "description": "", "name": namespace, "tools": tools}


def _echoed_tool(tool: Json) -> Json:
    return {"description": None, "parameters": None, **tool}


tool_search_call = ItemType(
    name="tool_search_call",
    prefix="tsc_",
    checks_id=True,
    sent=ToolSearchCall,
    received=received(ToolSearchCall, optional=("execution",)),
    defaults={**COMPLETED, "arguments": {}, "call_id": None, "execution": "server"},
    opens_as={"arguments": {}},
    answered_by="tool_search_output",
    answer_keys=("execution",),
    result_tokens=_result_tokens,
    tool=HostedTool("tool_search", 30, _made_up_search, echo=_echoed_tool),
)

tool_search_output = ItemType(
    name="tool_search_output",
    prefix="tso_",
    sent=ToolSearchOutput,
    received=received(ToolSearchOutput, optional=("execution",), tools=list[Tool]),
    defaults={**COMPLETED, "call_id": None, "execution": "server", "tools": []},
    client_written=True,
    brings_tools=True,
    input_tokens=_tools_tokens,
)

additional_tools = ItemType(
    name="additional_tools",
    prefix="at_",
    sent=AdditionalTools,
    received=received(AdditionalTools, role=NotRequired[str | None], tools=list[Tool]),
    defaults={"role": "developer", "tools": []},
    brings_tools=True,
    input_tokens=_tools_tokens,
    output_tokens=free,
)

TYPES = (tool_search_call, tool_search_output, additional_tools)
