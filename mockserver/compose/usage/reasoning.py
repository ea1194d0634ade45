"""How many tokens a reasoning item stands for."""

from typing import Any

from mockserver.api.json import Json
from mockserver.api.requests import content_text
from mockserver.api.token_table import token_costs
from mockserver.compose.tokens import Tokenizer

__all__ = ["carried_tokens", "reasoning_tokens", "sealed_size", "sealed_tokens", "shown_reasoning"]

# What each effort takes where an item says nothing else. Multiples of 64, as older models report
# them.
_EFFORT = {
    "none": 0,
    "minimal": 0,
    "low": 64,
    "medium": 192,
    "high": 448,
    "xhigh": 960,
    "max": 1984,
}

# What a ciphertext has beyond its envelope. Found in recorded traffic, where it is right within a
# tenth.
_BYTES_PER_TOKEN = 5


def reasoning_tokens(item: Json, model: str, tokenizer: Tokenizer, effort: str | None) -> int:
    """The tokens that were thought for one reasoning item: those of its reasoning text; else as
    many as its ciphertext has room for; else those of its summary; else what `effort` takes. 0
    where a model does not reason.
    """
    if not token_costs(model).reasoning_step:
        return 0
    known = _told(item, model, tokenizer)
    return _EFFORT.get(effort or "medium", _EFFORT["medium"]) if known is None else known


def shown_reasoning(tokens: int, model: str) -> int:
    """`reasoning_tokens` as the model reports it: older models round down to a multiple of 64."""
    step = token_costs(model).reasoning_step
    return tokens // step * step if step else 0


def carried_tokens(item: Json, model: str, tokenizer: Tokenizer) -> int:
    """The tokens of a reasoning item in the input, as far as the item tells."""
    return _told(item, model, tokenizer) or 0


def _told(item: Json, model: str, tokenizer: Tokenizer) -> int | None:
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
