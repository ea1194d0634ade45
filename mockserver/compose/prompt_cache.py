"""Prompt caching: which part of a prompt was sent before, and what a Response says of it.

https://platform.openai.com/docs/guides/prompt-caching
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.compose.counted_texts import dumped
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage import input_tokens

LEAST_CACHED = 1024
"""A prompt of fewer tokens is never cached."""

_STEP = 128
_BLOCK = 512
_REMEMBERED = 1 << 14
_VOLATILE = frozenset(("id", "status", "annotations", "logprobs", "phase"))
_TTL = "30m"


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prompt as a chain of blocks: `digests[i]` stands for blocks 0 to i."""

    blocks: tuple[str, ...]
    digests: tuple[bytes, ...]


def prompt_prefix(request_body: Json, items: Sequence[Any], model: str) -> Prefix:
    """The prompt in the order in which it is cached: model, tools and format, instructions,
    items.
    """
    chain = model.encode()
    blocks = []
    digests = []
    for block in _blocks(request_body, items):
        chain = blake2b(chain + block.encode("utf-8", "surrogatepass"), digest_size=12).digest()
        blocks.append(block)
        digests.append(chain)
    return Prefix(tuple(blocks), tuple(digests))


def _blocks(request_body: Json, items: Sequence[Any]) -> Iterator[str]:
    head = [
        request_body.get("tools") or [],
        request_body.get("text") or {},
        request_body.get("instructions") or "",
    ]
    for value in (*head, *map(_lasting, items)):
        text = value if isinstance(value, str) else dumped(value)
        for start in range(0, len(text), _BLOCK):
            yield text[start : start + _BLOCK]


def _lasting(item: Any) -> Any:
    """An item without what differs between its output form and its input form."""
    if not isinstance(item, dict):
        return item
    lasting = {
        key: value for key, value in item.items() if key not in _VOLATILE and value is not None
    }
    if isinstance(content := lasting.get("content"), str):
        lasting["content"] = [{"text": content}]
    elif isinstance(content, list):
        lasting["content"] = [
            {k: v for k, v in part.items() if k not in _VOLATILE and k != "type"}
            if isinstance(part, dict)
            else part
            for part in content
        ]
    if "role" in lasting:
        lasting["type"] = "message"
    return dict(sorted(lasting.items()))


class PromptCache:
    """The prompts of one session. It has no clock: nothing expires, but the oldest make way for new
    ones.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[bytes, None] = {}

    def cached(self, prefix: Prefix, tokenizer: Tokenizer, input_tokens: int) -> int:
        """`cached_tokens` of a prompt of `input_tokens`: a multiple of 128, at least 1,024, or
        0.
        """
        if input_tokens < LEAST_CACHED:
            return 0
        shared = 0
        while shared < len(prefix.digests) and prefix.digests[shared] in self._known:
            shared += 1
        tokens = sum(map(tokenizer.count, prefix.blocks[:shared]))
        whole = shared == len(prefix.digests)
        tokens = min(tokens, input_tokens - 1) if not whole else input_tokens - 1
        return tokens // _STEP * _STEP if tokens >= LEAST_CACHED else 0

    @property
    def known(self) -> Prefix:
        """All that was answered, as one prompt without its blocks."""
        return Prefix((), tuple(self._known))

    def remember(self, prefix: Prefix) -> None:
        """Add a prompt that was answered."""
        for digest in prefix.digests:
            self._known.pop(digest, None)
            self._known[digest] = None
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]


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
    reusable = 0 if changed else min(tokens, _leading_tokens(request, shared, tokenizer))
    return {
        "type": "cache_miss",
        "cache_missed_tokens": tokens - reusable,
        "comparison_reusable_tokens": reusable,
        "reason": reason,
    }


def _changed(request: CreateRequest, compared: CreateRequest, model: str) -> str | None:
    """The first difference that stands before the items of a prompt."""
    now = request.body
    then = compared.body
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


def _leading_tokens(request: CreateRequest, count: int, tokenizer: Tokenizer) -> int:
    return input_tokens(request.body, request.items[:count], request.model, tokenizer)


def _marked(item: Json) -> bool:
    parts = item.get("content") if isinstance(item.get("content"), list) else item.get("output")
    return isinstance(parts, list) and any(
        isinstance(part, dict) and part.get("prompt_cache_breakpoint") is not None for part in parts
    )
