"""What the items of a context cost: their texts, and the frame that the prompt format puts around
them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.items import item_type
from mockserver.api.json import Json
from mockserver.api.requests import content_text
from mockserver.api.token_table import TokenCosts, token_costs
from mockserver.compose.counted_texts import canonical_arguments, kind_of, mapping, string, strings
from mockserver.compose.media import file_tokens, image_tokens
from mockserver.compose.signatures import function_tools, tools_tokens
from mockserver.compose.tokens import Tokenizer

# What a ciphertext has beyond its envelope. Found in recorded traffic, where it is right within a
# tenth.
_BYTES_PER_TOKEN = 5


class ModelTokenCounter:
    """Counts tokens for one request, by the prompt format of its model.

    names: the functions that calls of the context call, by `call_id`. message: what a message of
    the output costs beside its text. forced: whether the request left the model one function.
    """

    def __init__(
        self,
        model: str,
        tokenizer: Tokenizer,
        *,
        names: Mapping[str, str] | None = None,
        message: int = 0,
        forced: bool = False,
    ) -> None:
        self.costs = token_costs(model)
        self.message = message
        self.forced = forced
        self._model = model
        self._tokenizer = tokenizer
        self._names = names or {}

    def text(self, text: Any) -> int:
        return self._tokenizer.count(content_text(text, between=""))

    def content(self, content: Any) -> int:
        total = self.text(content)
        for part in content if isinstance(content, list) else ():
            kind = kind_of(part)
            if kind in ("input_image", "computer_screenshot"):
                total += image_tokens(part, self.costs.image)
            elif kind in ("input_file", "input_video", "input_audio"):
                total += file_tokens(part, self._tokenizer)
        return total

    def strings(self, value: Any) -> int:
        return self._tokenizer.count(" ".join(strings(value)))

    def arguments(self, arguments: Any) -> int:
        return self._tokenizer.count(canonical_arguments(arguments))

    def image(self, part: Any) -> int:
        return image_tokens(mapping(part), self.costs.image)

    def tools(self, tools: Any) -> int:
        return tools_tokens(function_tools(tools), self.costs, self._tokenizer)

    def thought(self, item: Json) -> int:
        return stated_tokens(item, self._model, self._tokenizer) or 0

    def sealed(self, ciphertext: Any) -> int:
        return sealed_tokens(ciphertext, self._model)

    def called(self, call_id: Any) -> int:
        return self._tokenizer.count(self._names.get(string(call_id), ""))


def context_tokens(
    items: Sequence[Any], model: str, tokenizer: Tokenizer, *, all_turns: bool
) -> int:
    """Tokens of all items. The reasoning of earlier turns is dropped, unless `all_turns`; a
    compaction stands for all that was before it.
    """
    known = since_compaction([item for item in items if isinstance(item, dict)])
    turn = -1
    names: dict[str, str] = {}
    for index, item in enumerate(known):
        if item.get("role") == "user":
            turn = index
        if item_type(item.get("type")).named_call:
            names[string(item.get("call_id"))] = string(item.get("name"))
    counter = ModelTokenCounter(model, tokenizer, names=names)
    total = 0
    for index, item in enumerate(known):
        kind = kind_of(item) or ("message" if "role" in item else "item_reference")
        if kind != "reasoning" or all_turns or index > turn:
            total += item_type(kind).input_tokens(item, counter)
    return total + (_call_frames(known, counter.costs) if names else 0)


def _call_frames(items: Sequence[Json], costs: TokenCosts) -> int:
    """What calls cost by what stands before them: reasoning, or another call."""
    total = 0
    before = previous = ""
    for item in items:
        kind = kind_of(item)
        if item_type(kind).named_call:
            is_parallel = item_type(before).named_call
            if is_parallel and not item_type(previous).named_call:
                total += costs.parallel_calls
            if not is_parallel and before != "reasoning":
                total += costs.lone_call
        previous, before = before, kind
    return total


def since_compaction(items: Sequence[Json]) -> Sequence[Json]:
    """The items that still count: from the last compaction on."""
    start = 0
    for index, item in enumerate(items):
        if item.get("type") == "compaction":
            start = index
    return items[start:]


def stated_tokens(item: Json, model: str, tokenizer: Tokenizer) -> int | None:
    """The tokens that a reasoning item tells of, by text, ciphertext or summary; None for none."""
    if text := content_text(item.get("content"), between=""):
        return tokenizer.count(text)
    if isinstance(sealed := item.get("encrypted_content"), str) and sealed:
        return sealed_tokens(sealed, model)
    if text := content_text(item.get("summary"), between=""):
        return tokenizer.count(text)
    return None


def sealed_tokens(ciphertext: Any, model: str) -> int:
    """The tokens that an `encrypted_content` of this length holds, roughly."""
    if not isinstance(ciphertext, str):
        return 0
    return max(
        0, round((len(ciphertext) * 3 / 4 - token_costs(model).sealed_envelope) / _BYTES_PER_TOKEN)
    )


def sealed_size(tokens: int, model: str) -> int:
    """The length in characters, a multiple of 4, of an `encrypted_content` that holds so many
    tokens.
    """
    return -(-(token_costs(model).sealed_envelope + tokens * _BYTES_PER_TOKEN) // 3) * 4
