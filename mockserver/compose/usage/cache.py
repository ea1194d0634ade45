"""Prompt caching: which part of a prompt an earlier request of the session has sent already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from mockserver.api.json import Json
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage.text import dumped

__all__ = ["LEAST_CACHED", "Prefix", "PromptCache", "prompt_prefix"]

LEAST_CACHED = 1024
"""A prompt of fewer tokens is never cached."""

_STEP = 128
_BLOCK = 512
_REMEMBERED = 1 << 16
_VOLATILE = frozenset(("id", "status", "annotations", "logprobs", "phase"))


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prompt as a chain of blocks: `digests[i]` stands for blocks 0 to i."""

    blocks: tuple[str, ...]
    digests: tuple[bytes, ...]


def prompt_prefix(request_body: Json, items: Sequence[Any], model: str) -> Prefix:
    """The prompt in the order in which it is cached: model, tools and format, instructions,
    items.
    """
    chain, blocks, digests = model.encode(), [], []
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

    def remember(self, prefix: Prefix) -> None:
        """Add a prompt that was answered."""
        for digest in prefix.digests:
            self._known.pop(digest, None)
            self._known[digest] = None
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
