"""What a request says about prompt caching, and what its Response says back.

https://platform.openai.com/docs/guides/prompt-caching
"""

from collections.abc import Sequence

from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage import input_tokens

__all__ = ["cacheable", "diagnostics", "echoed_options"]

_TTL = "30m"


def cacheable(request: CreateRequest) -> bool:
    """Whether the request uses the cache: in the mode `explicit` only if it marks a breakpoint."""
    options = request.body.get("prompt_cache_options") or {}
    return options.get("mode") != "explicit" or any(_marked(item) for item in request.items)


def echoed_options(request: CreateRequest) -> Json | None:
    """`prompt_cache_options` as the Response shows them; None when the request has none."""
    options = request.body.get("prompt_cache_options")
    if options is None:
        return None
    compared = options.get("comparison_response_id")
    return {
        **({"comparison_response_id": compared} if compared else {}),
        "mode": options.get("mode") or "implicit",
        "ttl": options.get("ttl") or _TTL,
    }


def diagnostics(
    request: CreateRequest,
    tokens: int,
    compared: CreateRequest | None,
    model: str,
    tokenizer: Tokenizer,
) -> Json:
    """How the prompt of a request relates to that of an earlier one, `compared`, which used `model`
    (its snapshot).

    tokens: of the whole prompt. compared: None when there is no such response any more.
    """
    if compared is None:
        return {"type": "comparison_response_not_found"}
    shared = _shared(request.items, compared.items)
    changed = _changed(request, compared, model)
    reason = changed or _diverged(request.items, compared.items, shared)
    if reason is None:
        return {"type": "cache_hit"}
    reusable = 0 if changed else min(tokens, _tokens(request, shared, tokenizer))
    return {
        "type": "cache_miss",
        "cache_missed_tokens": tokens - reusable,
        "comparison_reusable_tokens": reusable,
        "reason": reason,
    }


def _changed(request: CreateRequest, compared: CreateRequest, model: str) -> str | None:
    """The first difference that stands before the items of a prompt."""
    now, then = request.body, compared.body
    if model_facts(request.model).snapshot != model:
        return "model_changed"
    for reason, key in (
        ("prompt_cache_key_changed", "prompt_cache_key"),
        ("service_tier_changed", "service_tier"),
    ):
        if now.get(key) != then.get(key):
            return reason
    if (now.get("tools") or []) != (then.get("tools") or []):
        return "tools_changed"
    if request.text_format != compared.text_format:
        return "text_format_changed"
    if request.reasoning.get("effort") != compared.reasoning.get("effort"):
        return "reasoning_effort_changed"
    verbosities = [(body.get("text") or {}).get("verbosity") or "medium" for body in (now, then)]
    if verbosities[0] != verbosities[1]:
        return "verbosity_changed"
    return (
        "input_changed" if (request.instructions or "") != (compared.instructions or "") else None
    )


def _diverged(items: Sequence[Json], compared: Sequence[Json], shared: int) -> str | None:
    """Why the items that both have do not go as far as the compared ones did."""
    if shared == len(compared):
        return None
    compacted = any(item["type"] == "compaction" for item in items[shared:])
    return "context_compacted" if compacted else "input_changed"


def _shared(items: Sequence[Json], compared: Sequence[Json]) -> int:
    """How many items two contexts begin with in common."""
    pairs = zip(items, compared, strict=False)
    return next(
        (index for index, (a, b) in enumerate(pairs) if _said(a) != _said(b)),
        min(len(items), len(compared)),
    )


def _said(item: Json) -> Json:
    """An item without what the server adds when it stores it."""
    return {key: value for key, value in item.items() if key not in ("id", "status")}


def _tokens(request: CreateRequest, count: int, tokenizer: Tokenizer) -> int:
    return input_tokens(request.body, request.items[:count], request.model, tokenizer)


def _marked(item: Json) -> bool:
    parts = item.get("content") if isinstance(item.get("content"), list) else item.get("output")
    return isinstance(parts, list) and any(
        isinstance(part, dict) and part.get("prompt_cache_breakpoint") is not None for part in parts
    )
