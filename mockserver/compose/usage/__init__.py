"""Usage as the API would count it: pure functions of request, context and output.

The frame around the texts (tokens per message, per tool, per call) is data, see
`mockserver.api.token_table`.
"""

from collections.abc import Sequence
from typing import Any

from mockserver.api.json import Json
from mockserver.api.token_table import token_costs
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage.items import (
    context_tokens,
    function_tools,
    hosted_tools_tokens,
    since_compaction,
    tools_tokens,
)
from mockserver.compose.usage.output import forced_function, hosted_tokens, output_tokens
from mockserver.compose.usage.reasoning import reasoning_tokens, sealed_size, shown_reasoning
from mockserver.compose.usage.text import mapping
from mockserver.compose.usage.tools import format_text

__all__ = [
    "hosted_tokens",
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "sealed_size",
    "shown_reasoning",
    "since_compaction",
    "usage",
]


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


def usage(
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
