"""Tokens of what the model wrote."""

from collections.abc import Sequence
from typing import Any

from mockserver.api.items import item_type
from mockserver.api.json import Json
from mockserver.api.token_table import token_costs
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage.items import ModelTokenCounter
from mockserver.compose.usage.text import kind_of, mapping, string

__all__ = ["forced_function", "hosted_tokens", "output_tokens"]


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
    tools = request_body.get("tools") or _wants_object(request_body)
    message = costs.out_message_tools if tools else costs.out_message
    forced = costs.out_forced_call is not None and forced_function(request_body) is not None
    counter = ModelTokenCounter(model, tokenizer, message=message, forced=forced)
    total = reasoning_tokens
    calls = 0
    for item in output_items:
        if not kind_of(item):
            continue
        kind = item_type(item["type"])
        total += kind.written_tokens(item, counter)
        calls += kind.named_call
    return total + (costs.out_parallel if calls > 1 else 0)


def hosted_tokens(output_items: Sequence[Any], model: str, tokenizer: Tokenizer) -> int:
    """Input tokens that hosted tools add to the response that calls them, since the model reads
    their results.
    """
    counter = ModelTokenCounter(model, tokenizer)
    return sum(
        item_type(kind_of(item)).result_tokens(item, counter)
        for item in output_items
        if kind_of(item)
    )


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
