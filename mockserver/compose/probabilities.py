"""Log probabilities, made up: of each token of a text, and of the likeliest in its place."""

import math
from hashlib import blake2b
from typing import Any

from mockserver.api.json import Json
from mockserver.compose.tokens import Tokenizer

_COMMON = (" the", " a", ",", " of", " and", ".", " to", " in", " is", "\n", " for", " that", " it",
           " with", " as", " on", " be", " at", " by", " this", " are", " or")  # fmt: skip


def logprobs(text: str, top_logprobs: int, tokenizer: Tokenizer, seed: int) -> list[Json]:
    """One entry per token: `{bytes, logprob, token, top_logprobs}`, the tokens joined being `text`.

    `logprob` is at most 0. `top_logprobs` entries follow, the chosen token first, their
    probabilities falling and not above 1 together. A token that ends within a character is joined
    with the next.
    """
    tokens = [token for token in tokenizer.split(text) if token]
    return [
        _entry(token, _unit(seed, index, token), top_logprobs) for index, token in enumerate(tokens)
    ]


def _entry(token: str, chance: float, top: int) -> Json:
    probability = 1.0 - 0.9 * chance**4
    entry: Json = {**_scored(token, probability), "top_logprobs": []}
    if top > 0:
        rest = min(probability, 1.0 - probability + 1e-6)
        others = [other for other in _COMMON if other != token]
        start = int(chance * len(others))
        alternatives = [others[(start + k) % len(others)] for k in range(min(top - 1, len(others)))]
        entry["top_logprobs"] = [
            _scored(token, probability),
            *(_scored(other, rest * 0.5 ** (k + 1)) for k, other in enumerate(alternatives)),
        ]
    return entry


def _scored(token: str, probability: float) -> dict[str, Any]:
    return {
        "bytes": list(token.encode("utf-8", "surrogatepass")),
        "logprob": min(0.0, round(math.log(probability), 6)),
        "token": token,
    }


def _unit(seed: int, index: int, token: str) -> float:
    """A number from 0 up to 1 that depends on the arguments alone."""
    digest = blake2b(
        f"{seed}:{index}:{token}".encode("utf-8", "surrogatepass"), digest_size=7
    ).digest()
    return int.from_bytes(digest, "big") / (1 << 56)
