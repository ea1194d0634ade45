"""What the items of a context cost: their texts, and the frame that the prompt format puts around
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.api.items import HOSTED_TOOLS, item_type
from mockserver.api.json import Json
from mockserver.api.requests import content_text
from mockserver.api.token_table import TokenCosts, token_costs
from mockserver.api.tools import family
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage.media import file_tokens, image_tokens
from mockserver.compose.usage.reasoning import carried_tokens, sealed_tokens
from mockserver.compose.usage.text import canonical_arguments, kind_of, mapping, string, strings
from mockserver.compose.usage.tools import namespace_text

__all__ = [
    "ModelTokenCounter",
    "context_tokens",
    "function_tools",
    "hosted_tools_tokens",
    "since_compaction",
    "tools_tokens",
]

_OTHER_TOOL = 100


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
        return carried_tokens(item, self._model, self._tokenizer)

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
    turn = max((i for i, item in enumerate(known) if item.get("role") == "user"), default=-1)
    names = {
        string(item.get("call_id")): string(item.get("name"))
        for item in known
        if item_type(kind_of(item)).named_call
    }
    counter = ModelTokenCounter(model, tokenizer, names=names)
    total = 0
    for index, item in enumerate(known):
        kind = kind_of(item) or ("message" if "role" in item else "item_reference")
        if kind != "reasoning" or all_turns or index > turn:
            total += item_type(kind).input_tokens(item, counter)
    return total


def since_compaction(items: Sequence[Json]) -> Sequence[Json]:
    """The items that still count: from the last compaction on."""
    last = max((i for i, item in enumerate(items) if item.get("type") == "compaction"), default=0)
    return items[last:]


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
        hosted = HOSTED_TOOLS.get(family(kind))
        tokens = hosted.tokens if hosted else _OTHER_TOOL
        total += tokens(costs) if callable(tokens) else tokens
    return total
