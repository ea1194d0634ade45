"""The o200k_base tokenizer, exact and ready within a millisecond.

The vocabulary file beside this module is cut into 4,096 shards by the checksum of a token's bytes.
A shard is read when a text first asks for a token in it, so that a process which counts one prompt
reads a few kilobytes, not all 199,998 tokens. `pack` makes the file from tiktoken's own (MIT
licence, see o200k_base.LICENSE).
"""

import re
import struct
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from zlib import crc32

_SHARDS = 4096
_FILE = Path(__file__).with_name("o200k_base.bin")
# A stretch without any boundary is cut into runs of this many characters, so that none takes long.
_RUN = 2000
# What is remembered of pieces, in bytes, about: a piece and each of its tokens are strings.
_MEMO_BYTES = 16 * 1024 * 1024
_PIECE_BYTES = 250
_TOKEN_BYTES = 65
_UNMERGEABLE = 1 << 30
_Utf8 = getincrementaldecoder("utf-8")

# Every character beyond ASCII is replaced by one that stands for its Unicode class, so that the
# standard `re` can run a pattern of Unicode classes: ª for letters without case, ̀ (U+0300) for
# marks.
_STANDS_FOR = {
    "Ll": "a",
    "Lu": "A",
    "Lt": "A",
    "Lm": "ª",
    "Lo": "ª",
    "M": "\u0300",
    "N": "0",
    "Z": "\t",
    "": "!",
}
_UPPER, _LOWER = "[A-Zª\u0300]", "[a-zª\u0300]"
_NO_PREFIX, _NO_SYMBOL = "\\r\\nA-Za-zª0-9", "\\sA-Za-zª0-9"
_PIECE = re.compile(
    f"[^{_NO_PREFIX}]?{_UPPER}*{_LOWER}+(?i:'(?:[sdmt]|re|ve|ll))?"
    f"|[^{_NO_PREFIX}]?{_UPPER}+{_LOWER}*(?i:'(?:[sdmt]|re|ve|ll))?"
    f"|[0-9]{{1,3}}| ?[^{_NO_SYMBOL}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    re.ASCII,
)


class _Classes(dict[int, str]):
    """Code point → the character that stands for its class; ASCII stands for itself."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if code < 128 or character == "ſ":
            stand_in = "s" if character == "ſ" else character
        elif character in "\x85\u2028\u2029":
            stand_in = "\t"
        else:
            stand_in = _STANDS_FOR.get(category) or _STANDS_FOR.get(category[0]) or "!"
        self[code] = stand_in
        return stand_in


_classes = _Classes()


def pieces(text: str) -> list[str]:
    """The stretches of `text` that are tokenized on their own; joined, they are `text`."""
    if text.isascii():
        return _PIECE.findall(text)
    return [text[m.start() : m.end()] for m in _PIECE.finditer(text.translate(_classes))]


class Vocabulary:
    """Token bytes → rank, read shard by shard. Safe between threads: a shard read twice gives the
    same entries.
    """

    __slots__ = ("_data", "_offsets", "_ranks", "_read")

    def __init__(self, data: bytes | mmap) -> None:
        self._data = data
        self._offsets = struct.unpack_from(f"<{_SHARDS + 1}I", data)
        self._ranks: dict[bytes, int] = {}
        self._read: set[int] = set()

    def rank(self, token: bytes) -> int:
        """The rank of a token; a number above every rank when there is no such token."""
        rank = self._ranks.get(token)
        if rank is None:
            shard = crc32(token) % _SHARDS
            if shard not in self._read:
                self._ranks.update(self._shard(shard))
                self._read.add(shard)
                rank = self._ranks.get(token)
        return _UNMERGEABLE if rank is None else rank

    def _shard(self, shard: int) -> Iterator[tuple[bytes, int]]:
        start = self._offsets[shard]
        (size,) = struct.unpack_from("<H", self._data, start)
        ranks = struct.unpack_from(f"<{size}I", self._data, start + 2)
        lengths = self._data[start + 2 + 4 * size : start + 2 + 5 * size]
        at = start + 2 + 5 * size
        for rank, length in zip(ranks, lengths, strict=True):
            yield self._data[at : at + length], rank
            at += length

    def merge(self, piece: bytes) -> list[bytes]:
        """Byte-pair encoding: join the pair of lowest rank, the leftmost first, until no pair is a
        token.
        """
        if self.rank(piece) < _UNMERGEABLE:
            return [piece]
        end = len(piece)
        after = list(range(1, end + 1))
        before = list(range(-1, end - 1))
        ranks = [self.rank(piece[i : i + 2]) for i in range(end - 1)] + [_UNMERGEABLE]
        heap = [(rank, start) for start, rank in enumerate(ranks) if rank < _UNMERGEABLE]
        heapify(heap)
        while heap:
            rank, start = heappop(heap)
            if ranks[start] != rank:
                continue
            joined = after[start]
            after[start] = after[joined]
            ranks[joined] = _UNMERGEABLE
            if after[start] < end:
                before[after[start]] = start
            for left in (start, before[start]):
                if left >= 0:
                    middle = after[left]
                    ranks[left] = (
                        self.rank(piece[left : after[middle]]) if middle < end else _UNMERGEABLE
                    )
                    if ranks[left] < _UNMERGEABLE:
                        heappush(heap, (ranks[left], left))
        tokens = []
        start = 0
        while start < end:
            tokens.append(piece[start : after[start]])
            start = after[start]
        return tokens


class Encoder(dict[str, tuple[str, ...]]):
    """Text → tokens. As a mapping: the tokens of each piece met so far."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._weight = 0

    def __missing__(self, piece: str) -> tuple[str, ...]:
        if len(piece) <= _RUN:
            decoder = _Utf8("surrogatepass")
            merged = self._vocabulary.merge(piece.encode("utf-8", "surrogatepass"))
            tokens = tuple(map(decoder.decode, merged))
        else:
            runs = [piece[start : start + _RUN] for start in range(0, len(piece), _RUN)]
            # Its runs are remembered, it is not.
            return tuple(chain.from_iterable(map(self.__getitem__, runs)))
        self._weight += _PIECE_BYTES + len(piece) + len(tokens) * _TOKEN_BYTES
        if self._weight >= _MEMO_BYTES:
            self.clear()
            self._weight = 0
        self[piece] = tokens
        return tokens

    def count(self, text: str) -> int:
        """The number of tokens in `text`."""
        return sum(map(len, map(self.__getitem__, pieces(text))))

    def split(self, text: str) -> list[str]:
        """The text of each token; empty for a token that ends within a character, which goes to the
        token after.
        """
        return list(chain.from_iterable(map(self.__getitem__, pieces(text))))


def load() -> Encoder:
    """A new encoder from the vocabulary file."""
    with _FILE.open("rb") as file:
        return Encoder(Vocabulary(mmap(file.fileno(), 0, access=ACCESS_READ)))


def pack(ranks: Mapping[bytes, int]) -> bytes:
    """The content of the vocabulary file: shard offsets, then per shard its size, ranks, lengths
    and token bytes.
    """
    shards: list[list[tuple[int, bytes]]] = [[] for _ in range(_SHARDS)]
    for token, rank in ranks.items():
        shards[crc32(token) % _SHARDS].append((rank, token))
    blocks = [_block(sorted(shard)) for shard in shards]
    offsets = []
    at = 4 * (_SHARDS + 1)
    for block in blocks:
        offsets.append(at)
        at += len(block)
    return struct.pack(f"<{_SHARDS + 1}I", *offsets, at) + b"".join(blocks)


def _block(entries: Iterable[tuple[int, bytes]]) -> bytes:
    ranks = [rank for rank, _ in entries]
    tokens = [token for _, token in entries]
    head = struct.pack(f"<H{len(ranks)}I", len(ranks), *ranks)
    return head + bytes(map(len, tokens)) + b"".join(tokens)
