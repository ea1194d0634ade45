"""Texts as tokens: one counter for usage, limits, logprobs and the cache.

`exact` is o200k_base, the encoding of every model since gpt-4o. `estimate` takes 4.6 characters for
a token and needs no vocabulary. Both hold the same promises, so that whatever is built on one works
on the other.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

from mockserver.api.json import Json

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
        self._count = lru_cache(maxsize=1024)(encoder.count)

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


# Names, states and ciphertexts: in an item, yet not in the prompt.
_UNSEEN = frozenset(
    (
        "type",
        "id",
        "status",
        "call_id",
        "encrypted_content",
        "fingerprint",
        "result",
        "container_id",
        "created_by",
    )
)


def string(value: Any) -> str:
    """The value, if it is a string; else the empty one."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Json:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def kind_of(item: Any) -> str:
    """The type of an item, part or tool; empty when it has none."""
    return string(mapping(item).get("type"))


def canonical_arguments(arguments: Any) -> str:
    """Arguments as the prompt repeats them: compact JSON, however the client spaced them."""
    if not isinstance(arguments, str):
        return ""
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def dumped(value: Any) -> str:
    """A value as JSON; empty for one nested too deep to be written."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def strings(value: Any, depth: int = 0) -> Iterator[str]:
    """Every string within a value, except ids, states and ciphertexts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 50:
        for key, entry in value.items():
            if key not in _UNSEEN:
                yield from strings(entry, depth + 1)
    elif isinstance(value, list) and depth < 50:
        for entry in value:
            yield from strings(entry, depth + 1)
