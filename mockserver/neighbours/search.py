"""Searching texts by plain overlap of words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from mockserver.compose.offered_tools import DULL_WORDS

__all__ = ["Chunk", "best_chunks", "chunks", "fits", "words"]

_WORD = re.compile(r"\w+")
_DULL = DULL_WORDS | {"did", "does", "has", "have", "not", "there", "was", "were", "will"}
_LETTERS_A_TOKEN = 4
"""Chunks are measured in letters, so many to a token."""
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a text that was found. score: from 0 to 1."""

    text: str
    score: float
    source: Any


def words(text: str) -> frozenset[str]:
    """The words that say something, in small letters, without the plural's s; all words, where none
    does.
    """
    found = set(_WORD.findall(text.lower()))
    return frozenset(map(_stem, found - _DULL or found))


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word


def chunks(text: str, tokens: int, overlap: int) -> Iterator[str]:
    """The pieces that a text is cut into, between words where there are any."""
    length, step_back = tokens * _LETTERS_A_TOKEN, overlap * _LETTERS_A_TOKEN
    start = 0
    while start < len(text):
        end = start + length
        if end < len(text):
            # Overlaps are at most half of a piece, so that each step leads on.
            space = text.rfind(" ", start + length * 3 // 4, end)
            end = space if space > 0 else end
        piece = text[start:end].strip()
        if piece:
            yield piece
        if end >= len(text):
            return
        start = end - step_back


def best_chunks(
    queries: Iterable[str], texts: Iterable[tuple[str, Any]], *, most: int, threshold: float = 0.0
) -> list[Chunk]:
    """The pieces that share words with a query, best first; those before others that came first.

    The score is the part of the query's words that a piece has.

    Args:
        queries: what is searched; the best of several counts.
        texts: pieces, each with what it comes from.
        most: how many pieces there may be.
        threshold: the lowest score.
    """
    wanted = [found for found in map(words, queries) if found]
    scored = []
    for text, source in texts:
        held = words(text)
        score = max((len(query & held) / len(query) for query in wanted), default=0.0)
        if score > 0 and score >= threshold:
            scored.append(Chunk(text, round(score, 4), source))
            if len(scored) > 4 * most:
                scored = _best(scored, most)
    return _best(scored, most)


def _best(found: list[Chunk], most: int) -> list[Chunk]:
    return sorted(found, key=lambda chunk: -chunk.score)[:most]


def fits(attributes: Mapping[str, Any], wanted: Any, depth: int = 0) -> bool:
    """Whether attributes fulfil a filter: a comparison, or several joined by `and` or `or`. What is
    no filter nothing fulfils.

    depth: how many joins it stands in.
    """
    if not isinstance(wanted, dict) or depth > _DEEPEST:
        return False
    kind = wanted.get("type")
    if kind in ("and", "or"):
        parts = wanted.get("filters")
        if not isinstance(parts, list):
            return False
        join = all if kind == "and" else any
        return join(fits(attributes, each, depth + 1) for each in parts)
    key = wanted.get("key")
    compare = _COMPARISONS.get(kind) if isinstance(kind, str) else None
    if compare is None or not isinstance(key, str):
        return False
    return compare(attributes.get(key), wanted.get("value"))


def _is_in(value: Any, wanted: Any) -> bool:
    return isinstance(wanted, list) and value in wanted


def _in_order(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """The comparison of two numbers or two texts; others have no order."""

    def compared(value: Any, wanted: Any) -> bool:
        try:
            return bool(compare(value, wanted))
        except TypeError:
            return False

    return compared


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "ne": ne,
    "gt": _in_order(gt),
    "gte": _in_order(ge),
    "lt": _in_order(lt),
    "lte": _in_order(le),
    "in": _is_in,
    "nin": lambda value, wanted: not _is_in(value, wanted),
}
