"""What was received, as it may be shown: keys are masked, by the names and the shapes that the
scrubbing of recordings knows.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, overload

from mockserver.masking import mask_field

T = TypeVar("T")

_IDENTITIES = frozenset({"organization", "project", "user"})
"""Kinds that recordings leave out and that are no keys: tests ask for them."""

_MEDIA = re.compile(r"data:(?:image|audio|video)/[\w.+-]{1,100};base64,[A-Za-z0-9+/]*={0,2}")
"""What holds no key that anybody could use, but would take seconds a megabyte to search."""


class SentHeaders(Mapping[str, str]):
    """The headers of a request, keys masked: `headers.get("authorization", reveal=True)` has one as
    it was sent.

    fields: as they were sent. size: how many characters they have, where that is known.
    """

    __slots__ = ("_size", "fields")

    def __init__(self, fields: Mapping[str, str] | None = None, size: int | None = None) -> None:
        self.fields: Mapping[str, str] = fields if fields is not None else {}
        self._size = -1 if size is None else size

    @property
    def size(self) -> int:
        """How many characters they have."""
        if self._size < 0:
            self._size = sum([len(name) + len(value) for name, value in self.fields.items()])
        return self._size

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str | T, /) -> str | T: ...
    @overload
    def get(
        self, name: str, default: str | T | None = None, /, *, reveal: bool
    ) -> str | T | None: ...
    def get(self, name: str, default: Any = None, /, *, reveal: bool = False) -> Any:
        """A field, or the default. reveal: with the key that it may hold."""
        if name not in self.fields:
            return default
        return self.fields[name] if reveal else self[name]

    def __getitem__(self, name: str) -> str:
        value = self.fields[name]
        masked = mask_field(name, value)
        return masked if masked != value else mask_text(value)

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __repr__(self) -> str:
        return repr(dict(self))


def mask_text(text: str) -> str:
    """A text in which placeholders stand for what looks like a key."""
    from mockserver.cassettes.secret_rules import DEFAULT_SCRUB_RULES
    from mockserver.cassettes.secret_search import apply_edits, find_edits

    found = find_edits(text, DEFAULT_SCRUB_RULES)
    keys = [edit for edit in found if edit.kind not in _IDENTITIES]
    return apply_edits(text, keys) if keys else text


def mask_json(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    """A JSON value without keys: in texts, and under the names that say that they hold one."""
    from mockserver.cassettes.secret_names import member_secret_kind
    from mockserver.cassettes.secret_rules import placeholder

    match value:
        case dict():
            return {key: mask_json(each, (*path, key)) for key, each in value.items()}
        case list():
            return [mask_json(each, (*path, index)) for index, each in enumerate(value)]
        case str() if _MEDIA.fullmatch(value):
            return value
        case str():
            kind = member_secret_kind(path, value)
            is_key = kind is not None and kind not in _IDENTITIES
            return placeholder(kind) if kind is not None and is_key else mask_text(value)
    return value
