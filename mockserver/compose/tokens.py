"""Texts as tokens: one counter for usage, limits, logprobs and the cache.

`exact` is o200k_base, the encoding of every model since gpt-4o. `estimate` takes 4.6 characters for
a token and needs no vocabulary. Both hold the same promises, so that whatever is built on one works
on the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mockserver.compose.o200k import Encoder

# Long texts are counted in blocks, cut where no token can reach across, and the blocks are
# remembered: a text that has grown at its end costs only what was added.
_BLOCK = 4096
_CUT = re.compile(r"(?<=[a-z])(?= [a-z])|(?<=\n)(?=[A-Za-z0-9])")


class Tokenizer(Protocol):
    """What counting needs. For every text: `"".join(split(text)) == text` and `len(split(text)) ==
    count(text)`.
    """

    def count(self, text: str) -> int:
        """The number of tokens."""

    def split(self, text: str) -> list[str]:
        """The text of each token. A character spread over several tokens belongs to the last of
        them; the earlier ones are then empty strings.
        """

    def truncate(self, text: str, limit: int) -> str:
        """The first `limit` tokens of `text`, without a character that is only partly in them."""


def tokenizer(mode: str) -> Tokenizer:
    """The tokenizer called "exact" or "estimate"; anything else raises ValueError."""
    if mode not in ("exact", "estimate"):
        raise ValueError(
            f'unknown tokenizer {mode!r}: use "exact" (o200k_base) or "estimate" (4.6 characters '
            "a token)"
        )
    return exact() if mode == "exact" else estimate()


@cache
def exact() -> Tokenizer:
    """o200k_base. The same object every time; it may be used from several threads."""
    from mockserver.compose.o200k import load

    return _Exact(load())


def estimate() -> Tokenizer:
    """ceil(characters / 4.6), the ratio that fits recorded traffic best; about 5 % off on ordinary
    prompts.
    """
    return _ESTIMATE


class _Exact:
    __slots__ = ("_count", "_encoder")

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._count = lru_cache(maxsize=4096)(encoder.count)

    def count(self, text: str) -> int:
        return self._count(text) if len(text) <= _BLOCK else sum(map(self._count, _blocks(text)))

    def split(self, text: str) -> list[str]:
        return self._encoder.split(text)

    def truncate(self, text: str, limit: int) -> str:
        # A token is 128 bytes at most, so that the rest of a long text need not be looked at.
        head = text if len(text) <= 128 * limit + _BLOCK else text[: 128 * limit + _BLOCK]
        return "".join(self.split(head)[: max(limit, 0)])


class _Estimate:
    __slots__ = ()

    def count(self, text: str) -> int:
        return -(-len(text) * 10 // 46)

    def split(self, text: str) -> list[str]:
        return [text[46 * i // 10 : 46 * (i + 1) // 10] for i in range(self.count(text))]

    def truncate(self, text: str, limit: int) -> str:
        return text[: 46 * max(limit, 0) // 10]


_ESTIMATE = _Estimate()


def _blocks(text: str) -> Iterator[str]:
    """Blocks of about `_BLOCK` characters. Where they are cut depends on what stands before the cut
    alone.
    """
    start = 0
    while len(text) - start > _BLOCK and (cut := _CUT.search(text, start + _BLOCK)):
        yield text[start : cut.start()]
        start = cut.start()
    yield text[start:]
