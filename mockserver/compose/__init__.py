"""From a request and a reply to a Response, its events and its usage: pure functions, no state.

An author's reply is completed to the Response that the API would send (`compose`), or one is made
up (`generated_reply`). An `Identity` gives it ids, a clock and padding; a `Tokenizer` counts; what
the model reads is measured and fitted to its window (`fit_prompt`).

It imports `mockserver.api` and `mockserver.schemas`.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.compose.answer import Answer as Answer
    from mockserver.compose.answer import copied_answer as copied_answer
    from mockserver.compose.compaction import check_trigger as check_trigger
    from mockserver.compose.compaction import compact as compact
    from mockserver.compose.compaction import triggered as triggered
    from mockserver.compose.completion import complete_items as complete_items
    from mockserver.compose.counter import sealed_size as sealed_size
    from mockserver.compose.counter import since_compaction as since_compaction
    from mockserver.compose.events import beginning as beginning
    from mockserver.compose.generator import generated_reply as generated_reply
    from mockserver.compose.identity import EPOCH as EPOCH
    from mockserver.compose.identity import Identity as Identity
    from mockserver.compose.identity import digest as digest
    from mockserver.compose.identity import identify as identify
    from mockserver.compose.identity import letters as letters
    from mockserver.compose.identity import request_id as request_id
    from mockserver.compose.limits import cut_output as cut_output
    from mockserver.compose.media import file_tokens as file_tokens
    from mockserver.compose.media import image_size as image_size
    from mockserver.compose.media import image_tokens as image_tokens
    from mockserver.compose.misfits import Misfit as Misfit
    from mockserver.compose.misfits import decisive as decisive
    from mockserver.compose.misfits import find_misfits as find_misfits
    from mockserver.compose.misfits import may_misfit as may_misfit
    from mockserver.compose.moderation import CATEGORIES as CATEGORIES
    from mockserver.compose.moderation import moderation_results as moderation_results
    from mockserver.compose.moderation import moderation_verdict as moderation_verdict
    from mockserver.compose.probabilities import logprobs as logprobs
    from mockserver.compose.prompt_cache import LEAST_CACHED as LEAST_CACHED
    from mockserver.compose.prompt_cache import Prefix as Prefix
    from mockserver.compose.prompt_cache import PromptCache as PromptCache
    from mockserver.compose.prompt_cache import cacheable as cacheable
    from mockserver.compose.prompt_cache import diagnostics as diagnostics
    from mockserver.compose.prompt_cache import echoed_options as echoed_options
    from mockserver.compose.prompt_cache import prompt_prefix as prompt_prefix
    from mockserver.compose.signatures import format_text as format_text
    from mockserver.compose.signatures import namespace_text as namespace_text
    from mockserver.compose.stencil import Outline as Outline
    from mockserver.compose.stencil import PromptForm as PromptForm
    from mockserver.compose.stencil import prompt_form as prompt_form
    from mockserver.compose.stencil import type_of_message as type_of_message
    from mockserver.compose.tokens import Tokenizer as Tokenizer
    from mockserver.compose.tokens import estimate as estimate
    from mockserver.compose.tokens import exact as exact
    from mockserver.compose.tokens import tokenizer as tokenizer
    from mockserver.compose.usage import MeasuredPrompt as MeasuredPrompt
    from mockserver.compose.usage import fit_prompt as fit_prompt
    from mockserver.compose.usage import input_tokens as input_tokens
    from mockserver.compose.usage import measure_prompt as measure_prompt
    from mockserver.compose.usage import output_effect as output_effect
    from mockserver.compose.usage import output_tokens as output_tokens
    from mockserver.compose.usage import reasoning_tokens as reasoning_tokens
    from mockserver.compose.usage import shown_reasoning as shown_reasoning
    from mockserver.compose.usage import usage_object as usage_object
else:
    __getattr__, __dir__ = lazy_exports(__name__)
