"""What of a context the model's window has room for."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.api.errors import api_error
from mockserver.api.items import item_type
from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage import input_tokens


@dataclass(frozen=True, slots=True)
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
    least, most = 1, len(units) - 1
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
