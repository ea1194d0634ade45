"""Prompt caching of one session: which prompts it has answered, and what its replies say of
that.
"""

from collections.abc import Callable

from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.compose import (
    LEAST_CACHED,
    Prompt,
    PromptCache,
    Tokenizer,
    cacheable,
    diagnostics,
    echoed_options,
    prompt_prefix,
)
from mockserver.session.store import Stored


def cached_tokens(
    cache: PromptCache, request: CreateRequest, prompt: Prompt, tokenizer: Tokenizer
) -> int:
    """How many tokens of a prompt the cache holds; the prompt is in it from now on."""
    if prompt.tokens < LEAST_CACHED or not cacheable(request):
        return 0
    prefix = prompt_prefix(request.body, prompt.items, request.model)
    cached = cache.cached(prefix, tokenizer, prompt.tokens)
    cache.remember(prefix)
    return cached


def cache_fields(
    request: CreateRequest,
    prompt: Prompt,
    lookup: Callable[[str], Stored | None],
    tokenizer: Tokenizer,
) -> Json:
    """The fields of a Response that speak of caching, where the request uses
    `prompt_cache_options`.
    """
    options = echoed_options(request)
    if options is None:
        return {}
    fields: Json = {"prompt_cache_options": options}
    if "comparison_response_id" in options:
        stored = lookup(options["comparison_response_id"])
        compared = None if stored is None else stored.answer.request
        model = "" if stored is None else stored.answer.response["model"]
        fields["prompt_cache_diagnostics"] = diagnostics(
            request, prompt.tokens, compared, model, tokenizer
        )
    return fields
