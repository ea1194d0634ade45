"""Usage as the API would count it: pure functions of request, context and output; and what of a
context the model's window has room for.

The frame around the texts (tokens per message, per tool, per call) is data, see
`mockserver.api.token_table`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.errors import api_error
from mockserver.api.items import item_type, picture_tokens, web_searches
from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.api.token_table import TokenCosts, token_costs
from mockserver.compose.counted_texts import kind_of, mapping, string
from mockserver.compose.counter import ModelTokenCounter, context_tokens, stated_tokens
from mockserver.compose.signatures import (
    format_text,
    function_tools,
    hosted_tools_tokens,
    tools_tokens,
)
from mockserver.compose.tokens import Tokenizer

# Near the medians of recorded traffic. Multiples of 64, as older models report them.
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
    total = costs.prime
    if instructions := request_body.get("instructions"):
        total += _instructions_tokens(instructions, model, tokenizer)
    total += context_tokens(
        items, model, tokenizer, all_turns=reasoning.get("context") == "all_turns"
    )
    if tools := request_body.get("tools"):
        total += _functions_tokens(tools, costs, tokenizer) + hosted_tools_tokens(tools, costs)
    if costs.forced_call and (name := forced_function(request_body)):
        total += tokenizer.count(name) + costs.forced_call
    format_ = mapping(mapping(request_body.get("text")).get("format"))
    if format_.get("type") == "json_schema":
        total += tokenizer.count(format_text(format_)) + costs.schema
    return total + (costs.pro_mode if reasoning.get("mode") == "pro" else 0)


def _functions_tokens(tools: Any, costs: TokenCosts, tokenizer: Tokenizer) -> int:
    functions = [tool for tool in function_tools(tools) if not tool.get("defer_loading")]
    return tools_tokens(functions, costs, tokenizer)


def _instructions_tokens(instructions: Any, model: str, tokenizer: Tokenizer) -> int:
    if isinstance(instructions, str):
        return tokenizer.count(instructions) + token_costs(model).message
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
    tools = request_body.get("tools")
    message = costs.out_message_tools if tools else costs.out_message
    if _format_kind(request_body) == "json_schema":
        message += costs.out_schema_tools if tools else costs.out_schema
    forced = costs.out_forced_call is not None and forced_function(request_body) is not None
    counter = ModelTokenCounter(model, tokenizer, message=message, forced=forced)
    total = reasoning_tokens
    calls = 0
    for item in output_items:
        name = kind_of(item)
        if not name:
            continue
        kind = item_type(name)
        total += kind.written_tokens(item, counter)
        calls += kind.named_call
    return total + (costs.out_parallel if calls > 1 else 0)


def output_effect(
    output_items: Sequence[Any], request_body: Json, model: str, tokenizer: Tokenizer
) -> int:
    """Input tokens that a response's output adds to the prompt: hosted tools make the model read
    their results. Where several calls at once change what the tools cost, it makes up for that.
    """
    counter = ModelTokenCounter(model, tokenizer)
    kinds = [item_type(kind_of(item)) for item in output_items]
    total = sum(
        kind.result_tokens(item, counter) for kind, item in zip(kinds, output_items, strict=True)
    )
    tools = request_body.get("tools")
    parallel = counter.costs.parallel_tools
    if tools and parallel is not None and sum(kind.named_call for kind in kinds) > 1:
        total += parallel - _functions_tokens(tools, counter.costs, tokenizer)
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


def _format_kind(request_body: Json) -> str:
    """The type of the format that is asked for; "" for none."""
    return kind_of(mapping(request_body["text"]).get("format")) if "text" in request_body else ""


def reasoning_tokens(item: Json, model: str, tokenizer: Tokenizer, effort: str | None) -> int:
    """The tokens that were thought for one reasoning item. 0 where a model does not reason.

    It tells of them by its reasoning text, else by what its ciphertext has room for, else by its
    summary. What is made up takes no less than its effort does, told or not.

    effort: `none` for what an author wrote, which takes what it tells of.
    """
    if not token_costs(model).reasoning_step:
        return 0
    return max(stated_tokens(item, model, tokenizer) or 0, effort_tokens(effort))


def effort_tokens(effort: str | None) -> int:
    """What an effort takes to think; with 0 there is nothing to tell of."""
    return _EFFORT.get(effort or "medium", _EFFORT["medium"])


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
    shown = shown_reasoning(reasoning_tokens, model) if reasoning_tokens else 0
    return {
        "input_tokens": input_tokens,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": cached_tokens},
        "output_tokens": output_tokens,
        "output_tokens_details": {"reasoning_tokens": shown},
        "total_tokens": input_tokens + output_tokens,
    }


def tool_usage(items: Sequence[Json] = (), count: Callable[[str], int] = len) -> Json:
    """`tool_usage` of a Response with these items: the searches made, and what its pictures cost.
    The model that draws reads the revised prompt, and writes the picture.

    count: counts the tokens of a text.
    """
    pictures = [(tokens, item) for item in items if (tokens := picture_tokens(item))]
    read = sum(count(item.get("revised_prompt") or "") for _, item in pictures)
    drawn = sum(tokens for tokens, _ in pictures)
    image = {
        "input_tokens": read,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": read},
        "output_tokens": drawn,
        "output_tokens_details": {"image_tokens": drawn, "text_tokens": 0},
        "total_tokens": read + drawn,
    }
    return {"image_gen": image, "web_search": {"num_requests": web_searches(items)}}


@dataclass(slots=True)
class MeasuredPrompt:
    """What the model reads: the items that are left of the context, and the tokens of the whole
    prompt.
    """

    items: Sequence[Json]
    tokens: int


def measure_prompt(request: CreateRequest, tokenizer: Tokenizer) -> MeasuredPrompt:
    """The prompt of a request in its context, which may be longer than the window if it must not be
    truncated.

    With `truncation: auto` the oldest items leave until the rest fits; a call leaves together with
    its output, and reasoning together with what it led to. The last item stays in any case.
    """
    tokens = _tokens(request, request.items, tokenizer)
    window = model_facts(request.model).context_window
    if tokens <= window or request.truncation != "auto":
        return MeasuredPrompt(request.items, tokens)
    units = _units(request.items)
    least = 1
    most = len(units) - 1
    while least < most:
        middle = (least + most) // 2
        if _tokens(request, _kept(request.items, units[middle:]), tokenizer) <= window:
            most = middle
        else:
            least = middle + 1
    kept = _kept(request.items, units[most:])
    return MeasuredPrompt(kept, _tokens(request, kept, tokenizer))


def fit_prompt(request: CreateRequest, tokenizer: Tokenizer) -> MeasuredPrompt:
    """The prompt of a request that is to be answered. Raises ApiError 400
    `context_length_exceeded`.
    """
    prompt = measure_prompt(request, tokenizer)
    if prompt.tokens > model_facts(request.model).context_window:
        raise api_error("context_length_exceeded")
    return prompt


def _tokens(request: CreateRequest, items: Sequence[Json], tokenizer: Tokenizer) -> int:
    return input_tokens(request.body, items, request.model, tokenizer)


def _units(items: Sequence[Json]) -> list[list[int]]:
    """The places of the items, in groups that leave together, by the first of each."""
    units: list[list[int]] = []
    by_call: dict[str, list[int]] = {}
    for index, item in enumerate(items):
        call_id = item.get("call_id") or item.get("approval_request_id")
        unit = by_call.get(call_id) if call_id else None
        if unit is None and index and items[index - 1]["type"] == "reasoning":
            unit = units[-1]
        if unit is None:
            unit = []
            units.append(unit)
        unit.append(index)
        key = item.get("id") if item_type(item["type"]).tie == "id" else call_id
        if key:
            by_call[key] = unit
    return units


def _kept(items: Sequence[Json], units: Sequence[Sequence[int]]) -> list[Json]:
    """The items of these groups, in their order."""
    return [items[index] for index in sorted(index for unit in units for index in unit)]
