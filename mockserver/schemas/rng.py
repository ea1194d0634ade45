"""A random source whose numbers never change: Knuth's 64-bit linear congruential generator (MMIX),
seeded by BLAKE2b.

Numbers in a range are the upper bits of the product of state and range, so that the weak lower bits
never show.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_MASK = 0xFFFFFFFFFFFFFFFF


class Rng:
    """Numbers drawn in turn from a seed; equal seeds give equal numbers on every Python and every
    machine.
    """

    __slots__ = ("origin", "state")

    def __init__(self, *seed: object) -> None:
        text = ":".join(map(str, seed)).encode()
        self.origin = blake2b(text, digest_size=8).digest()
        self.state = int.from_bytes(self.origin, "big")

    def child(self, place: object) -> Rng:
        """A source for a part, which depends on the seed and the place of the part, not on what was
        drawn before.
        """
        twin = Rng.__new__(Rng)
        twin.origin = blake2b(self.origin + str(place).encode(), digest_size=8).digest()
        twin.state = int.from_bytes(twin.origin, "big")
        return twin

    def bits(self) -> int:
        """The next 64 bits, of which the upper ones are the good ones."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & _MASK
        return self.state

    def below(self, bound: int) -> int:
        """An integer in [0, bound); bounds beyond 2^64 are drawn from several words."""
        if bound <= _MASK:
            return (self.bits() * bound) >> 64
        value = 0
        size = 0
        while size < bound.bit_length() + 64:
            value = (value << 32) | (self.bits() >> 32)
            size += 32
        return (value * bound) >> size

    def between(self, low: int, high: int) -> int:
        """An integer in [low, high], both included."""
        return low + self.below(high - low + 1)

    def unit(self) -> float:
        """A float in [0, 1), 53 bits of it drawn."""
        return (self.bits() >> 11) * 2.0**-53

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.unit() < probability

    def choice(self, options: Sequence[T]) -> T:
        """One of the options."""
        # As `below` draws: most of what is made up are choices.
        self.state = state = (self.state * 6364136223846793005 + 1442695040888963407) & _MASK
        return options[(state * len(options)) >> 64]

    def choices(self, *lists: Sequence[T]) -> list[T]:
        """One option of each list, drawn in turn."""
        return [self.choice(options) for options in lists]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in a drawn order."""
        mixed = list(options)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed
