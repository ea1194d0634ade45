"""Secrets in JSON documents, and in texts that a sequence of documents delivers in pieces."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mockserver.api import Path
from mockserver.cassettes.json_text import JsonScan, JsonString, encode_like, scan_json, splice
from mockserver.cassettes.secret_names import member_secret_kind
from mockserver.cassettes.secret_rules import ScrubRules, placeholder
from mockserver.cassettes.secret_search import Edit, apply_edits, find_edits

# What tells apart the streams that run side by side through one sequence of events.
_IDENTITY = (
    "type",
    "item_id",
    "output_index",
    "content_index",
    "summary_index",
    "index",
    "stream_id",
    "response_id",
)
_OBFUSCATION_STEP = 16
_TAIL_DELTA = 4096
_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class ScrubbedText:
    """A text in which secrets were found: which document, where in it, the text, what to replace in
    it.
    """

    document: int
    path: Path
    text: str
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Scrubbed:
    """The documents as text again, and what was changed. `tail_is_secret` says that a secret runs
    on into the tail.
    """

    texts: list[str]
    changes: list[ScrubbedText] = field(default_factory=list)
    tail_is_secret: bool = False


def scrub_documents(texts: list[str], by: ScrubRules, *, tail: str = "") -> Scrubbed:
    """Scrub JSON objects and arrays that belong together, in order, such as the events of one
    stream.

    Strings are searched one by one; the pieces of a delta are joined first. `tail` is the text
    after the last one.
    """
    work = [_Document(text) for text in texts]
    result = Scrubbed(texts)
    find = _Finder(by, work)
    deltas: dict[tuple[Any, ...], list[tuple[int, JsonString]]] = {}
    for number, document in enumerate(work):
        for literal in document.scan.literals:
            if "delta" in literal.path and not literal.key:
                deltas.setdefault(document.stream_of(literal.path), []).append((number, literal))
            else:
                _scrub_literal(document, literal, number, find, result)
        _scrub_logprobs(document, number, by, result)
    for pieces in deltas.values():
        _scrub_pieces(work, pieces, by, result)
        result.tail_is_secret |= bool(tail) and _runs_on(
            "".join(piece.value for _, piece in pieces), tail, by
        )
    if result.changes:
        result.texts = [document.text_now() for document in work]
    return result


class _Finder:
    """Finds the edits of a text, and remembers those of short ones: names and identifiers come
    again and again.
    """

    def __init__(self, by: ScrubRules, documents: Iterable["_Document"]) -> None:
        self._by = by
        literals = (each for document in documents for each in document.scan.literals)
        strings = dict.fromkeys(each.value for each in literals)  # the same names in every event
        self._shapes = by.shapes_in("\0".join(strings))
        self._known: dict[str, list[Edit]] = {}

    def __call__(self, text: str) -> list[Edit]:
        if len(text) > _REMEMBERED:
            return find_edits(text, self._by, shapes=self._shapes)
        found = self._known.get(text)
        if found is None:
            found = find_edits(text, self._by, shapes=self._shapes)
            self._known[text] = found
        return found


class _Document:
    def __init__(self, text: str) -> None:
        self.text = text
        self.scan: JsonScan = scan_json(text)
        self.value: Any = json.loads(text)
        self._changes: list[tuple[int, int, str]] = []

    def put(self, literal: JsonString, value: str) -> None:
        self._changes.append(
            (literal.start, literal.end, encode_like(value, self.text[literal.start : literal.end]))
        )

    def empty(self, array: Path) -> None:
        self._changes.append((*self.scan.arrays[array], "[]"))

    def text_now(self) -> str:
        return splice(self.text, self._changes)

    def stream_of(self, path: Path) -> tuple[Any, ...]:
        """What pieces of one text have in common: where they stand, and the identifiers on the way
        there.
        """
        identity: list[Any] = [path]
        value = self.value
        for key in path:
            if isinstance(value, dict):
                identity.append(tuple(str(value.get(name)) for name in _IDENTITY))
            value = value[key]
        return tuple(identity)

    def logprobs(self) -> Iterator[Path]:
        for path in self.scan.arrays:
            if path[-1:] == ("logprobs",) or path[-2:-1] == ("logprobs",):
                yield path


def _scrub_literal(
    document: _Document, literal: JsonString, number: int, find: "_Finder", result: Scrubbed
) -> None:
    value = literal.value
    kind = None if literal.key else member_secret_kind(literal.path, value)
    found = find(value) if kind is None else [Edit(0, len(value), kind, placeholder(kind))]
    if found:
        document.put(literal, apply_edits(value, found))
        result.changes.append(ScrubbedText(number, literal.path, value, tuple(found)))


def _scrub_logprobs(document: _Document, number: int, by: ScrubRules, result: Scrubbed) -> None:
    """Tokens spell the text once more, in pieces, with their bytes and their alternatives."""
    for path in document.logprobs():
        depth = len(path)
        tokens = [
            literal.value
            for literal in document.scan.literals
            if literal.path[:depth] == path
            and literal.path[depth + 1 :] == ("token",)
            and not literal.key
        ]
        text = "".join(tokens)
        found = find_edits(text, by)
        if found:
            document.empty(path)
            result.changes.append(ScrubbedText(number, path, text, tuple(found)))


def _scrub_pieces(
    work: list[_Document], pieces: list[tuple[int, JsonString]], by: ScrubRules, result: Scrubbed
) -> None:
    text = "".join(literal.value for _, literal in pieces)
    found = find_edits(text, by)
    if not found:
        return
    result.changes.append(ScrubbedText(pieces[0][0], pieces[0][1].path, text, tuple(found)))
    start = 0
    for number, literal in pieces:
        end = start + len(literal.value)
        new = _share(literal.value, start, end, found)
        if new != literal.value:
            work[number].put(literal, new)
            _adjust(work[number], literal, new)
        start = end


def _share(value: str, start: int, end: int, found: list[Edit]) -> str:
    """What one piece, which covers text[start:end], keeps: a replacement goes where its secret
    began.
    """
    result: list[str] = []
    at = start
    for edit in found:
        if edit.end <= start or edit.start >= end:
            continue
        result.append(value[at - start : max(at, edit.start) - start])
        if edit.start >= start:
            result.append(edit.replacement)
        at = min(end, edit.end)
    return "".join((*result, value[at - start :]))


def _adjust(document: _Document, delta: JsonString, new: str) -> None:
    """What goes with a delta: its log probabilities, and padding that hides its length (a multiple
    of 16 together).
    """
    for path in document.logprobs():
        document.empty(path)
    for literal in document.scan.literals:
        padded = literal.path == ("obfuscation",) and not literal.key and delta.path == ("delta",)
        if padded and (len(delta.value) + len(literal.value)) % _OBFUSCATION_STEP == 0:
            padding = (literal.value or "x") * _OBFUSCATION_STEP
            document.put(literal, padding[: -len(new) % _OBFUSCATION_STEP])


def _runs_on(text: str, tail: str, by: ScrubRules) -> bool:
    """Whether a secret at the end of a text goes on in an event that was cut, which cannot be read
    as JSON.
    """
    _, mark, rest = tail.partition('"delta"')
    rest = rest.lstrip(" :").removeprefix('"')
    if not mark or not rest:
        return False
    near = text[-_TAIL_DELTA:]
    return any(edit.start < len(near) < edit.end for edit in find_edits(near + rest, by))
