"""Tokens of what the model wrote."""

from collections.abc import Sequence
from typing import Any

from mockserver.api.calls import CLIENT_CALLS, WRITTEN
from mockserver.api.json import Json
from mockserver.api.requests import content_text
from mockserver.api.token_costs import HOSTED_CALL, token_costs
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage.items import function_tools, tools_tokens
from mockserver.compose.usage.text import kind_of, mapping, string, strings

__all__ = ["forced_function", "hosted_tokens", "output_tokens"]

# Made by the service, not written by the model.
_UNWRITTEN = (
    "compaction",
    "mcp_list_tools",
    "mcp_approval_request",
    "image_generation_call",
    "additional_tools",
    "program_output",
)


def output_tokens(
    output_items: Sequence[Any],
    request_body: Json,
    model: str,
    tokenizer: Tokenizer,
    reasoning_tokens: int = 0,
) -> int:
    """Tokens of a response's output, `reasoning_tokens` (of all its reasoning items together)
    included.
    """
    costs = token_costs(model)
    message = (
        costs.out_message_tools
        if request_body.get("tools") or _wants_object(request_body)
        else costs.out_message
    )
    forced = costs.out_forced_call is not None and forced_function(request_body) is not None
    total, calls = reasoning_tokens, 0
    for item in output_items:
        kind = kind_of(item)
        if kind == "message":
            total += message + tokenizer.count(content_text(item.get("content"), between=""))
        elif kind == "reasoning":
            total += costs.out_reasoning
        elif kind == "function_call" and forced:
            total += (costs.out_forced_call or 0) + tokenizer.count(string(item.get("arguments")))
        elif kind in WRITTEN:
            written = string(item.get(WRITTEN[kind]))
            total += (
                costs.out_call
                + tokenizer.count(string(item.get("name")))
                + tokenizer.count(written)
            )
        elif kind and not kind.endswith("_output") and kind not in _UNWRITTEN:
            total += costs.out_call + tokenizer.count(" ".join(strings(_written(item))))
        calls += kind in CLIENT_CALLS
    return total + (costs.out_parallel if calls > 1 else 0)


def hosted_tokens(output_items: Sequence[Any], model: str, tokenizer: Tokenizer) -> int:
    """Input tokens that hosted tools add to the response that calls them, since the model reads
    their results.
    """
    costs = token_costs(model)
    total = 0
    for item in output_items:
        kind = kind_of(item)
        if kind == "web_search_call":
            total += costs.web_search
        elif kind == "mcp_list_tools":
            total += tools_tokens(function_tools(item.get("tools")), costs, tokenizer)
        elif kind != "tool_search_call" or item.get("execution") == "server":
            total += HOSTED_CALL.get(kind, 0)
    return total


def forced_function(request_body: Json) -> str | None:
    """The one function that `tool_choice` leaves to the model, or None."""
    choice = request_body.get("tool_choice")
    if choice == "required":
        tools = request_body.get("tools")
        choice = tools[0] if isinstance(tools, list) and len(tools) == 1 else None
    return (
        string(choice.get("name")) or None
        if isinstance(choice, dict) and kind_of(choice) == "function"
        else None
    )


def _wants_object(request_body: Json) -> bool:
    return kind_of(mapping(request_body.get("text")).get("format")) == "json_object"


def _written(item: Json) -> Json:
    return {
        key: item[key]
        for key in ("action", "actions", "queries", "code", "operation", "arguments")
        if key in item
    }
