"""Who a reply is: its ids, its clock and its padding, all derived from what was asked.

Nothing here counts globally, looks at a clock or draws random numbers: the same seed, request and
occurrence give the same identity in every process.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b, shake_128

EPOCH = 1_790_812_800
"""Where virtual time begins (2026-10-01T00:00:00Z), in Unix seconds: in the month whose API this
is.
"""

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TO_ALPHABET = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_NOISE = 160
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""The digit that says which variant a UUID is of (RFC 9562, 4.1), by one that looks random."""
_HEX = re.compile(r"[0-9a-f]+")
_TIME_PLACES = {50: 18, 48: 0}
"""Where an id has its time, by its length without prefix."""
_END_OF_TIME = 2**31
"""What is later is no time, but digits that somebody invented."""
_PAD = 16
_PADS = 64


@dataclass(slots=True, unsafe_hash=True)
class Identity:
    """The identity of one reply.

    key: 16 bytes that no other reply of the session shares.
    created_at: virtual Unix seconds at which the reply begins.
    partition: 16 hex digits shared by a response, its items and every response chained to it.
    stored: whether the reply is kept by the server, which shows in its ids.
    """

    key: bytes
    created_at: int
    partition: str
    stored: bool = True
    _response_id: str = field(default="", init=False, repr=False, compare=False)

    @property
    def seed(self) -> int:
        """A number for generators that must differ from reply to reply."""
        return int.from_bytes(self.key[:8], "big")

    @property
    def response_id(self) -> str:
        """The id of the Response, which is asked for more than once."""
        if not self._response_id:
            self._response_id = self.id("resp_", "response")
        return self._response_id

    def id(self, prefix: str, label: object) -> str:
        """An id in the layout of the API: partition, stored or not, time, then digits that look
        random.
        """
        spelled = _spelled(self.key) + _spelled_label(prefix, str(label))
        noise = blake2b(spelled, digest_size=16).hexdigest()
        kept = "00" if self.stored else "01"
        head = f"{prefix}{self.partition}{kept}{self.created_at:08x}"
        return f"{head}{noise[:4]}81{_VARIANTS[noise[4]]}{noise[5:22]}"

    def dated_id(self, prefix: str, label: object) -> str:
        """An id in the older layout, which conversations and what is inserted into them still have:
        time first, partition last.
        """
        noise = digest(self.key, prefix, label, "dated").hex()
        digits = f"{noise[:4]}81{_VARIANTS[noise[4]]}{noise[5:22]}"
        return f"{prefix}{self.created_at:08x}{digits}{self.partition}"

    def short_id(self, prefix: str, label: object) -> str:
        """An id of a thing outside the responses, such as a container: two digits shorter."""
        return self.id(prefix, label)[:-2]

    def call_id(self, label: object) -> str:
        """The id that a client-run tool call and its output share: `call_` and 24 letters and
        digits.
        """
        return "call_" + letters(digest(self.key, "call", label, size=24))

    def token(self, label: object) -> str:
        """An opaque text that looks like the API's encrypted contents (a Fernet token)."""
        return _token(self.key, self.created_at, str(label))

    def padding(self, sequence_number: int, delta: str) -> str:
        """The `obfuscation` of a delta: with it, delta and padding together are a multiple of 16
        characters long.
        """
        block, place = divmod(sequence_number, _PADS)
        start = place * _PAD
        return _noise(self.key, block)[start : start + -len(delta) % _PAD]

    def paddings(self, first: int, deltas: Sequence[str]) -> list[str]:
        """The padding of each of several deltas, of which the first has this number."""
        found: list[str] = []
        block, place = divmod(first, _PADS)
        while len(found) < len(deltas):
            noise = _noise(self.key, block)
            starts = range(place * _PAD, _PADS * _PAD, _PAD)
            block, place = block + 1, 0
            waiting = deltas[len(found) : len(found) + len(starts)]
            found += [
                noise[start : start + -len(delta) % _PAD]
                for start, delta in zip(starts, waiting, strict=False)
            ]
        return found


def identify(
    *,
    seed: int,
    request: bytes,
    occurrence: int,
    created_at: int = EPOCH,
    partition: str | None = None,
    stored: bool = True,
) -> Identity:
    """The identity of the `occurrence`-th (from 0) reply to a request, given in canonical form."""
    key = digest(seed, occurrence, request)
    return Identity(key, created_at, partition or digest(key, "partition").hex()[:16], stored)


def id_time(name: str) -> int | None:
    """The Unix seconds in an id of the API, in its layout of today or in the older one; None for
    any other name.
    """
    body = name.rpartition("_")[2]
    place = _TIME_PLACES.get(len(body))
    if place is None or not _HEX.fullmatch(body):
        return None
    time = int(body[place : place + 8], 16)
    return time if time < _END_OF_TIME else None


def request_id(*about: object) -> str:
    """The id of an HTTP request, derived from what is told of it."""
    return "req_" + digest("request", *about).hex()


def digest(*parts: object, size: int = 16) -> bytes:
    """A digest of several values: equal for equal values in every process."""
    pieces = []
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        pieces.append(b"%d:" % len(data))
        pieces.append(data)
    return blake2b(b"".join(pieces), digest_size=size).digest()


def _spelled(part: bytes) -> bytes:
    """A value as it goes into a digest."""
    return b"%d:%b" % (len(part), part)


@lru_cache(maxsize=1024)
def _spelled_label(prefix: str, label: str) -> bytes:
    """What an id is of, as it goes into its digest: the same in one reply after the other."""
    return _spelled(prefix.encode()) + _spelled(label.encode())


def letters(noise: bytes) -> str:
    """Bytes as letters and digits, one for each."""
    return noise.translate(_TO_ALPHABET).decode()


@lru_cache(maxsize=64)
def _token(key: bytes, created_at: int, label: str) -> str:
    noise = b"".join(
        [digest(key, "token", label, block, size=64) for block in range(-(-_NOISE // 64))]
    )
    stamp = created_at.to_bytes(8, "big")
    return base64.urlsafe_b64encode(b"\x80" + stamp + noise[:_NOISE]).decode()


@lru_cache(maxsize=64)
def _noise(key: bytes, block: int) -> str:
    """Letters for the padding of 64 events."""
    return letters(shake_128(digest(key, "padding", block)).digest(_PADS * _PAD))
