"""Answers remembered as bytes with holes, so that the same answer under another identity costs next
to nothing.

An answer is rendered once with an identity that leaves marks instead of ids and padding. What
stands between the marks never changes; each later answer only fills the holes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.json import Json, text_size
from mockserver.compose.identity import Identity


class Composition:
    """A reply on its way to be a Response under any identity, and what is remembered of how it was
    rendered.

    make: the Response under an identity. reply: what it is made from.
    """

    __slots__ = ("_reply", "_size", "_stencils", "id", "is_long", "make", "usage")

    def __init__(self, make: Callable[[Identity], Json], reply: Json) -> None:
        self.make = make
        self.is_long = False
        """Whether making it takes its time."""
        self.id: str | None = reply.get("id")
        """The Response's id where the reply gives it."""
        self.usage: Json | None = None
        """The tokens of the Response, once one was made."""
        self._reply = reply
        self._size: int | None = None
        self._stencils: dict[object, Stencils | None] = {}

    @property
    def size(self) -> int:
        """How many characters the reply has, about."""
        if self._size is None:
            self._size = text_size(self._reply)
        return self._size

    def remembered(
        self, form: object, render: Callable[[Identity], Iterable[bytes]], identity: Identity
    ) -> Iterator[bytes] | None:
        """What `render` makes of an identity, by stencil from the second time on; None when there
        is no stencil.

        form: tells renderings apart.
        """
        if form not in self._stencils:
            self._stencils[form] = _UNSEEN
            return None
        found = self._stencils[form]
        if found is _UNSEEN:
            found = self._stencils[form] = stencils(render, identity)
        return None if found is None else found.fill(identity)


@dataclass(frozen=True, slots=True)
class Stencil:
    """Bytes with holes.

    parts: what stands between the holes. holes: which value goes into each. values: how many of the
    values it needs, from the first on.
    """

    parts: tuple[bytes, ...]
    holes: tuple[int, ...]
    values: int

    def fill(self, values: list[bytes]) -> bytes:
        """The bytes with a value in each hole."""
        pieces: list[bytes] = [b""] * (2 * len(self.holes) + 1)
        pieces[::2] = self.parts
        pieces[1::2] = [values[hole] for hole in self.holes]
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Stencils:
    """The stencils of one answer's chunks, and how the values for their holes are made."""

    chunks: tuple[Stencil, ...]
    recipes: tuple[tuple[Any, ...], ...]

    def fill(self, identity: Identity) -> Iterator[bytes]:
        """The chunks as they are under an identity, each made as it is asked for."""
        values: list[bytes] = []
        for chunk in self.chunks:
            values += [
                getattr(identity, method)(*arguments).encode()
                for method, *arguments in self.recipes[len(values) : chunk.values]
            ]
            yield chunk.fill(values)


def stencils(render: Callable[[Identity], Iterable[bytes]], like: Identity) -> Stencils | None:
    """The stencils of what `render` makes of an identity; None when it takes more from it than can
    be left out, or is too large to be kept.

    like: an identity with the time, the partition and the storing of those that will be filled in.
    """
    marking = _Marking(like.key, like.created_at, like.partition, like.stored)
    mark = re.compile(rb"<~(\d+)~%s~>" % marking.key.hex().encode())
    made: list[Stencil] = []
    size = 0
    try:
        for chunk in render(marking):
            size += len(chunk)
            if size > _LARGEST:
                return None
            made.append(_cut(chunk, mark))
    except _TooDeepError:
        return None
    return Stencils(tuple(made), tuple(marking.recipes))


_LARGEST = 1_048_576
"""Answers with more bytes are not remembered as stencils."""
_UNSEEN = Stencils((), ())
"""Stands for a form that was rendered once: whether it is worth a stencil shows when it comes
again.
"""


def _cut(chunk: bytes, mark: re.Pattern[bytes]) -> Stencil:
    pieces = mark.split(chunk)
    holes = tuple(map(int, pieces[1::2]))
    return Stencil(tuple(pieces[::2]), holes, max(holes, default=-1) + 1)


class _TooDeepError(Exception):
    """The answer depends on its identity in a way that marks cannot show."""


@dataclass(frozen=True, slots=True)
class _Marking(Identity):
    """An identity that leaves a mark wherever it is used, and remembers what the mark stands for.

    Marks hold the identity's key, a digest of the request, so that no text of the request can look
    like one.
    """

    recipes: dict[tuple[Any, ...], int] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        raise _TooDeepError

    def id(self, prefix: str, label: object) -> str:
        return self._mark("id", prefix, label)

    def padding(self, sequence_number: int, delta: str) -> str:
        return self._mark("padding", sequence_number, delta)

    def short_id(self, prefix: str, label: object) -> str:
        return self._mark("short_id", prefix, label)

    def call_id(self, label: object) -> str:
        return self._mark("call_id", label)

    def token(self, label: object, size: int = 160) -> str:  # noqa: ARG002
        raise _TooDeepError

    def _mark(self, *recipe: Any) -> str:
        return f"<~{self.recipes.setdefault(recipe, len(self.recipes))}~{self.key.hex()}~>"
