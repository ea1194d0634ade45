"""The head of a request: its path, taken apart, and its fields."""

from functools import lru_cache
from typing import NamedTuple, TypeVar, overload
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import Scope

from mockserver.http.session_names import named_in, split_path
from mockserver.script import without_prefix
from mockserver.session.masked import SentHeaders

T = TypeVar("T")


class PathParts(NamedTuple):
    """A path, taken apart.

    whole: as the client wrote it, below the root of the server. session: the name of the session
    that it begins with, "" where it names none. within: the path within that session. bare: the
    same without the prefix of the API. deployment: the model that the prefix names.
    """

    whole: str
    session: str
    within: str
    bare: str
    deployment: str | None


@lru_cache(maxsize=1024)
def path_parts(path: str, root_path: str) -> PathParts:
    """The parts of a path. root_path: where the server stands, which proxies may cut off."""
    whole = _below(root_path.rstrip("/"), path)
    session, within = split_path(whole)
    bare, deployment = without_prefix(within)
    return PathParts(whole, session, within, bare, deployment)


def target_of(scope: Scope, root_path: str) -> str:
    """Path and query as they came over the wire, without root and session."""
    return _target(scope.get("raw_path"), scope["path"], scope["query_string"], root_path)


@lru_cache(maxsize=1024)
def _target(raw: bytes | None, path: str, query: bytes, root_path: str) -> str:
    sent = raw.partition(b"?")[0].decode("latin-1") if raw else quote(path, safe=_UNQUOTED)
    whole = _below(root_path.rstrip("/"), sent)
    if path_parts(path, root_path).session:
        whole = split_path(whole)[1]
    return f"{whole}?{query.decode('latin-1')}" if query else whole


_UNQUOTED = "/:@!$&'()*+,;=~%"


def _below(root_path: str, path: str) -> str:
    """A path without that of a proxy in front, which may have taken it off itself."""
    rest = path.removeprefix(root_path)
    return rest if rest.startswith("/") else f"/{rest}" if not rest else path


class Fields(Headers):
    """The fields of a request, found at once however many they are."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        self._first = dict(raw[::-1])

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str | T, /) -> str | T: ...
    def get(self, key: str, default: object = None, /) -> object:
        """A field, or the default."""
        value = self._first.get(_field_name(key))
        return default if value is None else value.decode("latin-1")

    def __getitem__(self, key: str) -> str:
        return self._first[_field_name(key)].decode("latin-1")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and _field_name(key) in self._first


@lru_cache(maxsize=256)
def _field_name(key: str) -> bytes:
    """The name of a field as it travels."""
    return key.lower().encode("latin-1")


class RequestHead(NamedTuple):
    """The fields of a request, and what they say to all that serve it.

    shown: the fields as the journal has them. session: the name of the session that they name, ""
    where they name none.
    """

    fields: Fields
    shown: SentHeaders
    session: str


def head_of(raw: list[tuple[bytes, bytes]]) -> RequestHead:
    """The head with these fields. A client sends the same ones again and again: they are looked at
    once, and kept once for all requests of the journal.
    """
    return _head(tuple(raw))


@lru_cache(maxsize=256)
def _head(raw: tuple[tuple[bytes, bytes], ...]) -> RequestHead:
    fields = Fields(list(raw))
    size = sum([len(name) + len(value) for name, value in raw])
    return RequestHead(fields, SentHeaders(fields, size), named_in(fields))
