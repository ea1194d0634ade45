"""A request reduced to what matters for matching: one tree, in which ids are leaves of a kind of
their own.

Comparing two such trees gives the differences; a digest of one gives the key for looking it up.
Both come from here, so that what is looked up and what is explained cannot disagree.
"""

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl

from mockserver.api.forms import without_boundary
from mockserver.api.json import Json
from mockserver.api.json import parse as parse_json
from mockserver.cassettes.interaction import RecordedRequest, header_value
from mockserver.cassettes.match_rules import MatchRules, Normaliser, PatternsAhead
from mockserver.content_coding import decode_leniently

_ROOTS = frozenset(
    [
        "audio",
        "batches",
        "chat",
        "completions",
        "containers",
        "conversations",
        "embeddings",
        "evals",
        "files",
        "fine_tuning",
        "images",
        "models",
        "moderations",
        "realtime",
        "responses",
        "uploads",
        "vector_stores",
    ]
)
"""First words of the API's paths."""
_LITERALS = frozenset(
    ["cancel", "compact", "content", "files", "input_items", "input_tokens", "items", "responses"]
)
"""Path segments that are no ids, though an id may stand in their place."""
_PARENTS = frozenset({"conversations", "items", "responses"})
_ID_KEYS = frozenset(
    [
        "after",
        "approval_request_id",
        "before",
        "call_id",
        "container",
        "container_id",
        "conversation",
        "conversation_id",
        "id",
        "item_id",
        "previous_response_id",
        "response_id",
    ]
)
_PREFIX = re.compile(r"([a-z]{2,6})_")
_ID = re.compile(r"[a-z]{2,6}_[0-9A-Za-z]{20,}\Z")


@dataclass(frozen=True, slots=True)
class Id:
    """An id. Its role is where it stands and its prefix; `value` may differ from run to run."""

    prefix: str
    value: str


IGNORED = Id("", "ignored")
"""Stands for an ignored element of a list, so that those after it keep their places."""


def tree(request: RecordedRequest, rules: MatchRules) -> Json:
    """The request as `{method, path, query, body}` without what the rules leave out."""
    path, _, query = request.uri.partition("?")
    whole = {
        "method": request.method.upper(),
        "path": _path(path),
        "query": _query(query.partition("#")[0]),
        "body": _body(request),
    }
    result: Json = _Walk(rules.normalise).value(whole, "", rules.ahead)
    return result


def scrubbed(request: RecordedRequest, rules: MatchRules) -> RecordedRequest | None:
    """The request in the form in which it would have been recorded; None when that is no other."""
    form = request if rules.scrub is None else rules.scrub(request)
    return form if (form.body, form.uri) != (request.body, request.uri) else None


def key(canonical: Json) -> tuple[bytes, tuple[str, ...]]:
    """A digest of everything but the ids, and the ids in their order."""
    ids: list[str] = []

    def placeholder(leaf: Any) -> Json | None:
        if leaf is IGNORED:
            return None
        ids.append(leaf.value)
        return {"$id": leaf.prefix}

    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), default=placeholder)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), tuple(ids)


def route(uri: str) -> str:
    """The path from the API's own first word on: `/responses/resp_1`, whatever stands before it."""
    path = uri.partition("?")[0].partition("#")[0]
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
    segments = [segment for segment in path.split("/") if segment]
    for index, segment in enumerate(segments):
        if segment in _ROOTS:
            return "/" + "/".join(segments[index:])
    if "v1" in segments:
        segments = segments[segments.index("v1") + 1 :]
    return "/" + "/".join(segments)


def _path(path: str) -> list[str | Id]:
    segments = route(path).split("/")[1:]
    previous = ["", *segments]
    return [
        _id(segment)
        if _ID.match(segment) or (before in _PARENTS and segment not in _LITERALS)
        else segment
        for before, segment in zip(previous, segments, strict=False)
    ]


def _query(text: str) -> Json:
    """Each name without its `[]`; one value as it is, several as a list."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        values.setdefault(name.removesuffix("[]"), []).append(value)
    return {name: listed[0] if len(listed) == 1 else listed for name, listed in values.items()}


def _body(request: RecordedRequest) -> Any:
    """The JSON value. At its top a null or `stream: false` says no more than leaving it out."""
    raw = request.body
    if not raw.strip():
        return None
    try:
        raw = decode_leniently(raw, header_value(request.headers, "content-encoding"))
        value = parse_json(raw)
    except ValueError:
        return without_boundary(raw).decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {
            k: v for k, v in value.items() if v is not None and not (k == "stream" and v is False)
        }
    return value


def _id(text: str) -> Id:
    prefix = _PREFIX.match(text)
    return Id(prefix[1] if prefix else "", text)


class _Walk:
    """One way down a value: leaves out, normalises, marks ids, and gives equal numbers one form."""

    def __init__(self, normalisers: tuple[Normaliser, ...]) -> None:
        self._normalisers = normalisers

    def value(self, value: Any, name: str, ahead: PatternsAhead) -> Any:
        if isinstance(value, str):
            return self._string(value, name, ahead)
        if isinstance(value, dict):
            return self._dict(value, ahead)
        if isinstance(value, list):
            return self._list(value, name, ahead)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def _dict(self, value: Json, ahead: PatternsAhead) -> Json:
        result = {}
        for name, item in value.items():
            left = ahead.step(name) if ahead else ahead
            if left is not None:
                result[name] = self.value(item, name, left)
        return result

    def _list(self, value: list[Any], name: str, ahead: PatternsAhead) -> list[Any]:
        if not ahead:
            return [self.value(item, name, ahead) for item in value]
        result = []
        for index, item in enumerate(value):
            left = ahead.step(index)
            result.append(IGNORED if left is None else self.value(item, name, left))
        while result and result[-1] is IGNORED:
            result.pop()
        return result

    def _string(self, text: str, name: str, ahead: PatternsAhead) -> Any:
        if name == "arguments" and text[:1] in "{[":
            try:
                return _Arguments(self._normalisers).value(parse_json(text.encode()), "", ahead)
            except ValueError:
                pass
        for normalise in self._normalisers:
            text = normalise(text)
        if name in _ID_KEYS or _ID.match(text):
            return _id(text)
        return text


class _Arguments(_Walk):
    """The arguments of a tool call are a JSON text; what looks like an id in them is the tool's own
    business.
    """

    def _string(self, text: str, name: str, ahead: PatternsAhead) -> Any:  # noqa: ARG002
        for normalise in self._normalisers:
            text = normalise(text)
        return text
