"""From a request and a reply to a Response, its events and its usage: pure functions, no state.

An author's reply is completed to the Response that the API would send (`compose`), or one is made
up (`generated_reply`). An `Identity` gives it ids, a clock and padding; a `Tokenizer` counts; what
the model reads is measured and fitted to its window (`fit_prompt`).

It imports `mockserver.api` and `mockserver.schemas`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.compose.answer import Answer as Answer
    from mockserver.compose.answer import compose as compose
    from mockserver.compose.answer import copied_answer as copied_answer
    from mockserver.compose.compaction import check_trigger as check_trigger
    from mockserver.compose.compaction import compact as compact
    from mockserver.compose.complete import complete_items as complete_items
    from mockserver.compose.events import beginning as beginning
    from mockserver.compose.generator import generated_reply as generated_reply
    from mockserver.compose.identity import EPOCH as EPOCH
    from mockserver.compose.identity import Identity as Identity
    from mockserver.compose.identity import digest as digest
    from mockserver.compose.identity import identify as identify
    from mockserver.compose.identity import request_id as request_id
    from mockserver.compose.limits import cut_output as cut_output
    from mockserver.compose.moderation import CATEGORIES as CATEGORIES
    from mockserver.compose.moderation import moderation_results as moderation_results
    from mockserver.compose.prompt import Prompt as Prompt
    from mockserver.compose.prompt import fit_prompt as fit_prompt
    from mockserver.compose.prompt import measure_prompt as measure_prompt
    from mockserver.compose.prompt_cache import LEAST_CACHED as LEAST_CACHED
    from mockserver.compose.prompt_cache import Prefix as Prefix
    from mockserver.compose.prompt_cache import PromptCache as PromptCache
    from mockserver.compose.prompt_cache import cacheable as cacheable
    from mockserver.compose.prompt_cache import diagnostics as diagnostics
    from mockserver.compose.prompt_cache import echoed_options as echoed_options
    from mockserver.compose.prompt_cache import prompt_prefix as prompt_prefix
    from mockserver.compose.stencil import Composition as Composition
    from mockserver.compose.tokens import Tokenizer as Tokenizer
    from mockserver.compose.tokens import estimate as estimate
    from mockserver.compose.tokens import exact as exact
    from mockserver.compose.tokens import logprobs as logprobs
    from mockserver.compose.tokens import tokenizer as tokenizer
    from mockserver.compose.usage import input_tokens as input_tokens
    from mockserver.compose.usage import output_tokens as output_tokens
    from mockserver.compose.usage.media import file_tokens as file_tokens
    from mockserver.compose.usage.media import image_size as image_size
    from mockserver.compose.usage.media import image_tokens as image_tokens
    from mockserver.compose.usage.tools import format_text as format_text
    from mockserver.compose.usage.tools import namespace_text as namespace_text

_OFFERED = {
    "answer": "Answer compose copied_answer",
    "compaction": "check_trigger compact",
    "complete": "complete_items",
    "events": "beginning",
    "generator": "generated_reply",
    "identity": "EPOCH Identity digest identify request_id",
    "limits": "cut_output",
    "moderation": "CATEGORIES moderation_results",
    "prompt": "Prompt fit_prompt measure_prompt",
    "prompt_cache": "LEAST_CACHED Prefix PromptCache cacheable diagnostics echoed_options "
    "prompt_prefix",
    "stencil": "Composition",
    "tokens": "Tokenizer estimate exact logprobs tokenizer",
    "usage": "input_tokens output_tokens",
    "usage.media": "file_tokens image_size image_tokens",
    "usage.tools": "format_text namespace_text",
}
_HOMES = {name: module for module, names in _OFFERED.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
