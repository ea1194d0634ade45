"""Usage as the API would count it: pure functions of request, context and output.

The frame around the texts (tokens per message, per tool, per call) is data, see
`mockserver.api.token_table`.
"""

from collections.abc import Sequence
from typing import Any

from mockserver.api.items import item_type
from mockserver.api.json import Json
from mockserver.api.token_table import token_costs
from mockserver.compose.counter import ModelTokenCounter, context_tokens, stated_tokens
from mockserver.compose.signatures import (
    format_text,
    function_tools,
    hosted_tools_tokens,
    tools_tokens,
)
from mockserver.compose.texts import kind_of, mapping, string
from mockserver.compose.tokens import Tokenizer

# What each effort takes where an item says nothing else. Multiples of 64, as older models report
# them.
_EFFORT = {
    "none": 0,
    "minimal": 0,
    "low": 64,
    "medium": 192,
    "high": 448,
    "xhigh": 960,
    "max": 1984,
}


def input_tokens(request_body: Json, items: Sequence[Any], model: str, tokenizer: Tokenizer) -> int:
    """Tokens of the prompt, as create and `/responses/input_tokens` both report them.

    `items` is the whole resolved context: history, then input. `request_body` supplies
    instructions, tools, tool_choice, text.format and reasoning. Never raises on odd values.
    """
    costs = token_costs(model)
    reasoning = mapping(request_body.get("reasoning"))
    total = costs.prime + _instructions_tokens(request_body.get("instructions"), model, tokenizer)
    total += context_tokens(
        items, model, tokenizer, all_turns=reasoning.get("context") == "all_turns"
    )
    tools = request_body.get("tools")
    functions = [tool for tool in function_tools(tools) if not tool.get("defer_loading")]
    total += tools_tokens(functions, costs, tokenizer) + hosted_tools_tokens(tools, costs)
    if costs.forced_call and (name := forced_function(request_body)):
        total += tokenizer.count(name) + costs.forced_call
    format_ = mapping(mapping(request_body.get("text")).get("format"))
    if format_.get("type") == "json_schema":
        total += tokenizer.count(format_text(format_))
    return total + (costs.pro_mode if reasoning.get("mode") == "pro" else 0)


def _instructions_tokens(instructions: Any, model: str, tokenizer: Tokenizer) -> int:
    if isinstance(instructions, str):
        return tokenizer.count(instructions) + token_costs(model).message if instructions else 0
    if isinstance(instructions, list):
        return context_tokens(instructions, model, tokenizer, all_turns=False)
    return 0


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


def reasoning_tokens(item: Json, model: str, tokenizer: Tokenizer, effort: str | None) -> int:
    """The tokens that were thought for one reasoning item: those of its reasoning text; else as
    many as its ciphertext has room for; else those of its summary; else what `effort` takes. 0
    where a model does not reason.
    """
    if not token_costs(model).reasoning_step:
        return 0
    known = stated_tokens(item, model, tokenizer)
    return _EFFORT.get(effort or "medium", _EFFORT["medium"]) if known is None else known


def shown_reasoning(tokens: int, model: str) -> int:
    """`reasoning_tokens` as the model reports it: older models round down to a multiple of 64."""
    step = token_costs(model).reasoning_step
    return tokens // step * step if step else 0


def usage_object(
    input_tokens: int,
    output_tokens: int,
    *,
    model: str,
    reasoning_tokens: int = 0,
    cached_tokens: int = 0,
) -> Json:
    """The usage object in wire order. `output_tokens` includes all `reasoning_tokens`; of these the
    details show what the model reports (older ones round down to a multiple of 64).
    """
    return {
        "input_tokens": input_tokens,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": cached_tokens},
        "output_tokens": output_tokens,
        "output_tokens_details": {"reasoning_tokens": shown_reasoning(reasoning_tokens, model)},
        "total_tokens": input_tokens + output_tokens,
    }
