"""What one item of a context costs: its texts, and the frame that the prompt format puts around
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.api.calls import CLIENT_CALLS
from mockserver.api.json import Json
from mockserver.api.requests import content_text
from mockserver.api.token_costs import HOSTED_TOOL, LATER_TOOLS, TokenCosts, token_costs
from mockserver.api.tools import family
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage.media import file_tokens, image_tokens
from mockserver.compose.usage.reasoning import carried_tokens, sealed_tokens
from mockserver.compose.usage.text import canonical_arguments, kind_of, mapping, string, strings
from mockserver.compose.usage.tools import namespace_text

__all__ = [
    "context_tokens",
    "function_tools",
    "hosted_tools_tokens",
    "since_compaction",
    "tools_tokens",
]

_OUTPUTS = ("function_call_output", "custom_tool_call_output")
_OTHER_TOOL = 100
_SILENT = ("item_reference", "compaction_trigger", "configuration_update", "mcp_approval_request")


def context_tokens(
    items: Sequence[Any], model: str, tokenizer: Tokenizer, *, all_turns: bool
) -> int:
    """Tokens of all items. The reasoning of earlier turns is dropped, unless `all_turns`; a
    compaction stands for all that was before it.
    """
    costs = token_costs(model)
    known = since_compaction([item for item in items if isinstance(item, dict)])
    turn = max((i for i, item in enumerate(known) if item.get("role") == "user"), default=-1)
    names = {
        string(item.get("call_id")): string(item.get("name"))
        for item in known
        if kind_of(item) in CLIENT_CALLS
    }
    total = 0
    for index, item in enumerate(known):
        kind = kind_of(item)
        if kind == "compaction":
            total += costs.message + sealed_tokens(item.get("encrypted_content"), model)
        elif kind != "reasoning":
            total += _item_tokens(item, names, costs, tokenizer)
        elif all_turns or index > turn:
            total += costs.reasoning + carried_tokens(item, model, tokenizer)
    return total


def since_compaction(items: Sequence[Json]) -> Sequence[Json]:
    """The items that still count: from the last compaction on."""
    last = max((i for i, item in enumerate(items) if item.get("type") == "compaction"), default=0)
    return items[last:]


def _item_tokens(
    item: Json, names: Mapping[str, str], costs: TokenCosts, tokenizer: Tokenizer
) -> int:
    kind = kind_of(item) or ("message" if "role" in item else "item_reference")
    if kind == "message":
        extra = costs.assistant if item.get("role") == "assistant" else 0
        extra += costs.commentary if item.get("phase") == "commentary" else 0
        return costs.message + extra + _content_tokens(item.get("content"), costs, tokenizer)
    if kind in CLIENT_CALLS:
        written = string(item.get("input")) or canonical_arguments(item.get("arguments"))
        extra = costs.call_with_id if item.get("id") else 0
        return (
            costs.call
            + extra
            + tokenizer.count(string(item.get("name")))
            + tokenizer.count(written)
        )
    if kind in _OUTPUTS:
        name = names.get(string(item.get("call_id")), "")
        return (
            costs.call_output
            + tokenizer.count(name)
            + _content_tokens(item.get("output"), costs, tokenizer)
        )
    if kind in ("additional_tools", "tool_search_output"):
        return (
            costs.message
            + LATER_TOOLS
            + tools_tokens(function_tools(item.get("tools")), costs, tokenizer)
        )
    if kind == "mcp_list_tools":
        return tools_tokens(function_tools(item.get("tools")), costs, tokenizer)
    if kind == "computer_call_output":
        return costs.call_output + image_tokens(mapping(item.get("output")), costs.image)
    if kind in _SILENT:
        return 0
    return costs.call + tokenizer.count(" ".join(strings(item)))


def _content_tokens(content: Any, costs: TokenCosts, tokenizer: Tokenizer) -> int:
    total = tokenizer.count(content_text(content, between=""))
    for part in content if isinstance(content, list) else ():
        kind = kind_of(part)
        if kind in ("input_image", "computer_screenshot"):
            total += image_tokens(part, costs.image)
        elif kind in ("input_file", "input_video", "input_audio"):
            total += file_tokens(part, tokenizer)
    return total


def function_tools(tools: Any) -> list[Json]:
    """The tools that are declared as signatures: functions, custom tools, a client's tool search,
    members of namespaces."""
    return list(_signatures(tools))


def _signatures(tools: Any) -> Iterator[Json]:
    for tool in tools if isinstance(tools, list) else ():
        if not isinstance(tool, dict):
            continue
        kind = kind_of(tool)
        if kind == "namespace":
            yield from _signatures(tool.get("tools"))
        elif isinstance(tool.get("input_schema"), dict):
            yield {"type": "function", **tool, "parameters": tool["input_schema"]}
        elif kind in ("function", "custom"):
            yield tool
        elif kind == "tool_search" and tool.get("parameters"):
            yield {"name": "tool_search", **tool}


def tools_tokens(tools: Sequence[Json], costs: TokenCosts, tokenizer: Tokenizer) -> int:
    """Tokens of tools that are declared as signatures."""
    if not tools:
        return 0
    bare = sum(
        not tool.get("description") and bool(mapping(tool.get("parameters")).get("properties"))
        for tool in tools
    )
    text = tokenizer.count(namespace_text(tools, notes=costs.notes))
    return text + costs.tools + costs.tool * len(tools) + costs.bare_tool * bare


def hosted_tools_tokens(tools: Any, costs: TokenCosts) -> int:
    """Tokens of declared hosted tools."""
    total = 0
    for tool in tools if isinstance(tools, list) else ():
        kind = kind_of(tool)
        if kind in ("", "function", "custom", "namespace"):
            continue
        total += (
            costs.web_search
            if family(kind) == "web_search"
            else HOSTED_TOOL.get(family(kind), _OTHER_TOOL)
        )
    return total
