"""Embeddings: unit vectors from the words of a text.

Each word has a direction of its own, and a text the sum of its words'. So equal texts are equal, in
every run and under every seed, and texts that share words are nearer to each other than others.
"""

import base64
import math
import re
import struct
from collections import Counter
from collections.abc import Sequence
from hashlib import shake_128
from typing import Any

from mockserver.api import Json, api_error
from mockserver.compose import Tokenizer

__all__ = ["DEFAULT_EMBEDDING", "EMBEDDING_MODELS", "Embedder", "texts_of"]

EMBEDDING_MODELS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""The models by name, with the length of their vectors."""
DEFAULT_EMBEDDING = 1536
_FIXED = ("text-embedding-ada-002",)
"""Models whose vectors have one length only."""
_MOST_TOKENS = 8_192
_MOST_TOKENS_A_REQUEST = 300_000
_MOST_TEXTS = 2_048
_WORD = re.compile(r"\w+")
_LANE = 4
"""Bytes in which the components of many words are added up, side by side in one long number."""
_MIDDLE = 127.5


def texts_of(given: Any) -> list[str | list[int]]:
    """The texts that `input` gives, some as tokens. Raises ApiError 400 for what is none."""
    if isinstance(given, str):
        given = [given]
    if given and all(type(each) is int for each in given):
        given = [given]
    if len(given) > _MOST_TEXTS:
        raise api_error("array_above_max_length", param="input", limit=_MOST_TEXTS, got=len(given))
    kinds = {type(each) for each in given}
    if kinds not in ({str}, {list}) or not all(given):
        raise api_error("invalid_embedding_input")
    texts: list[str | list[int]] = list(given)
    return texts


class Embedder:
    """Makes the embeddings of one model.

    Args:
        model: its name.
        dimensions: how long the vectors are to be; None for as long as the model's are.

    Raises:
        ApiError: 400 for a length that the model does not have.
    """

    def __init__(self, model: str, dimensions: int | None = None) -> None:
        self._model = model
        self._full = EMBEDDING_MODELS.get(model, DEFAULT_EMBEDDING)
        if dimensions is not None and model in _FIXED:
            raise api_error("embedding_dimensions_fixed")
        if dimensions is not None and dimensions > self._full:
            raise api_error("embedding_dimensions_exceeded", got=dimensions, limit=self._full)
        self._dimensions = self._full if dimensions is None else dimensions

    def answer(
        self, texts: Sequence[str | list[int]], tokenizer: Tokenizer, *, is_base64: bool
    ) -> Json:
        """The answer to a request. Raises ApiError 400 for texts with too many tokens."""
        tokens = _count(texts, tokenizer)
        data: list[Json] = []
        for index, text in enumerate(texts):
            vector = self.vector(text)
            packed = struct.pack(f"<{len(vector)}f", *vector)
            shown: Any = base64.b64encode(packed).decode() if is_base64 else vector
            data.append({"object": "embedding", "index": index, "embedding": shown})
        return {
            "object": "list",
            "data": data,
            "model": self._model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    def vector(self, text: str | list[int]) -> list[float]:
        """The vector of a text, or of tokens: of length 1, in single precision."""
        if isinstance(text, str):
            counted = Counter(_WORD.findall(text.lower())) or Counter([text])
        else:
            counted = Counter(f"token {token}" for token in text)
        total = 0
        for word, times in counted.items():
            total += self._direction(word) * times
        sums = struct.unpack(f"<{self._full}I", total.to_bytes(_LANE * self._full, "little"))
        middle = _MIDDLE * sum(counted.values())
        # A shorter vector is the beginning of the whole one, as the models that allow it have it.
        parts = [each - middle for each in sums[: self._dimensions]]
        if not any(parts):
            parts[0] = 1.0
        length = math.sqrt(math.fsum(each * each for each in parts))
        form = f"<{len(parts)}f"
        return list(struct.unpack(form, struct.pack(form, *(each / length for each in parts))))

    def _direction(self, word: str) -> int:
        """The components of a word, each a byte in a lane of its own."""
        lanes = bytearray(_LANE * self._full)
        lanes[::_LANE] = shake_128(f"{self._model}\n{word}".encode()).digest(self._full)
        return int.from_bytes(lanes, "little")


def _count(texts: Sequence[str | list[int]], tokenizer: Tokenizer) -> int:
    total = 0
    for text in texts:
        tokens = tokenizer.count(text) if isinstance(text, str) else len(text)
        if tokens > _MOST_TOKENS:
            raise api_error("embedding_context_exceeded", limit=_MOST_TOKENS, got=tokens)
        total += tokens
    if total > _MOST_TOKENS_A_REQUEST:
        raise api_error("embedding_tokens_exceeded", limit=_MOST_TOKENS_A_REQUEST, got=total)
    return total
