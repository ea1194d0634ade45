"""Interactions without secrets: the form that is written to disk, and the form that matching
compares.

Headers are kept by an allow-list. Everything else is searched for secrets, which give way to
placeholders; whatever holds none stays as it is, byte for byte, and JSON stays JSON. A text that a
stream delivers in pieces is searched as a whole, so that a key split over several events does not
slip through.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote_plus, unquote_plus

from mockserver.api import Path
from mockserver.api.json import compact, parse
from mockserver.cassettes.interaction import (
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    SocketMessage,
    is_stream,
)
from mockserver.cassettes.json_text import as_json
from mockserver.cassettes.scrub_json import Scrubbed, ScrubbedText, scrub_documents
from mockserver.cassettes.secret_names import (
    REQUEST_HEADERS,
    header_secret_kind,
    is_kept_header,
    member_secret_kind,
)
from mockserver.cassettes.secret_rules import DEFAULT_SCRUB_RULES, ScrubRules, kind_of, placeholder
from mockserver.cassettes.secret_search import apply_edits, find_edits
from mockserver.cassettes.secret_values import PLACEHOLDER, is_stand_in
from mockserver.sse import frames, lines_with_ends, looks_like_events, split_data_line

T = TypeVar("T")

_PAIR = r"[\w.%+*\[\]-]+=[^\s&]*"
_FORM = re.compile(rf"{_PAIR}(?:&{_PAIR})*&?", re.ASCII)
_CONTEXT = 24
_PASSES = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret in an interaction: where (`request.headers.authorization`,
    `response.body[2].delta`), of what kind, and its surroundings with the secret itself left out.
    """

    path: str
    kind: str
    excerpt: str


def scrub_interaction(
    interaction: Interaction, by: ScrubRules = DEFAULT_SCRUB_RULES
) -> Interaction:
    """The interaction without secrets and without headers that are not on the allow-list. Doing it
    twice is the same.

    A stream stays a stream: the texts of its deltas, joined, are the scrubbed text of its final
    events, and the lengths of recorded chunks are adapted.
    """
    return _settled(lambda each: _Scrubbing(by).interaction(each), interaction)


def scrub_request(
    request: RecordedRequest, by: ScrubRules = DEFAULT_SCRUB_RULES
) -> RecordedRequest:
    """The part of a live request that recordings are compared with."""
    return _settled(lambda each: _Scrubbing(by).request(each), request)


def _settled(scrubbed: Callable[[T], T], value: T) -> T:
    """The value scrubbed until nothing is left: what one pass takes out may have hidden what stood
    beside it.
    """
    for _ in range(_PASSES):
        before, value = value, scrubbed(value)
        if value == before:
            break
    return value


def find_secrets(interaction: Interaction, by: ScrubRules = DEFAULT_SCRUB_RULES) -> list[Finding]:
    """Everything that `scrub` would take out, except for headers that are merely not worth
    keeping.
    """
    scrubbing = _Scrubbing(by)
    scrubbing.interaction(interaction)
    return scrubbing.findings


def scrubbed_kinds(interaction: Interaction) -> set[str]:
    """The kinds of secrets that were taken out of an interaction, by the placeholders in it."""
    request, response = interaction.request, interaction.response
    texts = [request.uri, *(value for _, value in (*request.headers, *response.headers))]
    texts += [_decoded(body)[0] for body in (request.body, response.body) if body]
    texts += [message.data for message in response.messages or ()]
    if response.value is not None:
        texts.append(compact(response.value).decode())
    return {kind_of(each) for text in texts for each in PLACEHOLDER.findall(text)}


class _Scrubbing:
    """One pass over an interaction, which scrubs and takes note of what it found."""

    def __init__(self, by: ScrubRules) -> None:
        self._by = by
        self.findings: list[Finding] = []

    def interaction(self, given: Interaction) -> Interaction:
        return replace(
            given, request=self.request(given.request), response=self._response(given.response)
        )

    def request(self, given: RecordedRequest) -> RecordedRequest:
        body, _ = self._body(given.body, False, "request.body")
        return RecordedRequest(
            given.method,
            self._uri(given.uri),
            self._headers(given.headers, "request", REQUEST_HEADERS),
            body,
        )

    def _response(self, given: RecordedResponse) -> RecordedResponse:
        body, value, chunks, messages = given.body, given.value, given.chunks, given.messages
        if body is not None:
            stream = is_stream(given) or looks_like_events(body)
            body, lengths = self._body(body, stream, "response.body")
            chunks = None if chunks is None else tuple(_rechunked(chunks, lengths))
        if value is not None:
            done = self._documents([compact(value).decode()], "response.body", numbered=False)
            value = parse(done.texts[0].encode()) if done.changes else value
        if messages is not None:
            messages = self._messages(messages)
        headers = self._headers(given.headers, "response", None)
        reason = self._text(given.reason, "response.status.message")
        return replace(
            given,
            reason=reason,
            headers=headers,
            body=body,
            value=value,
            chunks=chunks,
            messages=messages,
        )

    def _headers(
        self, headers: HeaderFields, side: str, kept: frozenset[str] | None
    ) -> HeaderFields:
        result: list[tuple[str, str]] = []
        for name, value in headers:
            path = f"{side}.headers.{name}"
            if is_kept_header(name, kept, self._by.headers):
                result.append((name, self._text(value, path)))
            elif (kind := header_secret_kind(name, value)) is not None:
                self._note(path, kind, f"<{len(value)} characters>")
        return tuple(result)

    def _uri(self, uri: str) -> str:
        uri = self._text(uri, "request.uri")
        base, mark, query = uri.partition("?")
        return base + mark + self._parameters(query, "request.uri?")

    def _parameters(self, form: str, path: str) -> str:
        return "&".join(self._parameter(pair, path) for pair in form.split("&"))

    def _parameter(self, pair: str, path: str) -> str:
        name, sign, value = pair.partition("=")
        decoded = unquote_plus(value)
        kind = member_secret_kind((unquote_plus(name),), decoded)
        if kind is not None and not is_stand_in(decoded):
            self._note(f"{path}{name}", kind, f"<{len(value)} characters>")
            return f"{name}{sign}{placeholder(kind)}"
        if decoded == value or decoded == (clean := self._text(decoded, f"{path}{name}")):
            return pair
        return f"{name}{sign}{quote_plus(clean)}"

    def _body(self, body: bytes, stream: bool, path: str) -> tuple[bytes, list[tuple[int, int]]]:
        """The scrubbed body, and for each of its pieces the length before and after."""
        if stream:
            return self._stream(body, path)
        text, encoding = _decoded(body)
        if as_json(text) is not None:
            text = self._documents([text], path, numbered=False).texts[0]
        else:
            text = self._text(text, path)
            if _FORM.fullmatch(text):
                text = self._parameters(text, f"{path}.")
        result = text.encode(encoding)
        return result, [(len(body), len(result))]

    def _stream(self, body: bytes, path: str) -> tuple[bytes, list[tuple[int, int]]]:
        whole = frames(body)
        lines = [lines_with_ends(frame) for frame in whole]
        documents: list[tuple[int, str]] = []
        for number, frame in enumerate(lines):
            text = "\n".join(_data_texts(frame))
            if text and as_json(text) is not None:
                documents.append((number, text))
        numbers = [number for number, _ in documents]
        tail = _tail(lines[-1]) if lines and numbers[-1:] != [len(lines) - 1] else ""
        done = self._documents([text for _, text in documents], path, tail=tail)
        new_data = dict(zip(numbers, done.texts, strict=True))
        pieces = [
            self._frame(frame, new_data.get(number), f"{path}[{number}]")
            for number, frame in enumerate(lines)
        ]
        if done.tail_is_secret:
            pieces[-1] = b""
        sizes = [(len(old), len(new)) for old, new in zip(whole, pieces, strict=True)]
        return b"".join(pieces), sizes

    def _frame(self, frame: list[tuple[bytes, bytes]], data: str | None, path: str) -> bytes:
        """A frame with its data lines, where these are JSON, replaced by the scrubbed text."""
        new = iter([] if data is None else data.split("\n"))
        pieces: list[bytes] = []
        for line, end in frame:
            prefix, old = split_data_line(line)
            if old is not None and data is not None:
                pieces += (prefix, next(new).encode(_decoded(old)[1]), end)
            else:
                text, encoding = _decoded(line)
                pieces += (self._text(text, path).encode(encoding), end)
        return b"".join(pieces)

    def _messages(self, messages: tuple[SocketMessage, ...]) -> tuple[SocketMessage, ...]:
        texts: dict[int, str] = {}
        for sender in ("client", "server"):
            numbers = [
                i
                for i, m in enumerate(messages)
                if m.sender == sender and as_json(m.data) is not None
            ]
            given = [messages[i].data for i in numbers]
            done = self._documents(given, f"response.websocket.{sender}")
            texts.update(zip(numbers, done.texts, strict=True))
        return tuple(
            replace(
                m, data=texts[i] if i in texts else self._text(m.data, f"response.websocket[{i}]")
            )
            for i, m in enumerate(messages)
        )

    def _documents(
        self, texts: list[str], path: str, *, numbered: bool = True, tail: str = ""
    ) -> Scrubbed:
        result = scrub_documents(texts, self._by, tail=tail)
        for change in result.changes:
            self._note_change(
                (f"{path}[{change.document}]" if numbered else path) + _dotted(change.path), change
            )
        return result

    def _text(self, text: str, path: str) -> str:
        found = find_edits(text, self._by)
        if not found:
            return text
        self._note_change(path, ScrubbedText(0, (), text, tuple(found)))
        return apply_edits(text, found)

    def _note_change(self, path: str, change: ScrubbedText) -> None:
        for kind, excerpt in _excerpts(change):
            self._note(path, kind, excerpt)

    def _note(self, path: str, kind: str, excerpt: str) -> None:
        self.findings.append(Finding(path, kind, excerpt))


def _excerpts(change: ScrubbedText) -> Iterator[tuple[str, str]]:
    """What stands around each secret, taken from the scrubbed text, so that no neighbour shows
    either.
    """
    shift = 0
    clean = apply_edits(change.text, change.edits)
    for edit in change.edits:
        start = edit.start + shift
        end = start + len(edit.replacement)
        shift += len(edit.replacement) - (edit.end - edit.start)
        before, after = clean[max(0, start - _CONTEXT) : start], clean[end : end + _CONTEXT]
        yield edit.kind, f"{before}<{edit.end - edit.start} characters>{after}".replace("\n", " ")


def _dotted(path: Path) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


def _decoded(raw: bytes) -> tuple[str, str]:
    """Text, and the encoding that gives back the same bytes."""
    try:
        return raw.decode(), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


def _tail(frame: list[tuple[bytes, bytes]]) -> str:
    """The data of a last event that was cut before its end."""
    return "".join(_data_texts(frame))


def _data_texts(frame: list[tuple[bytes, bytes]]) -> list[str]:
    fields = (split_data_line(line)[1] for line, _ in frame)
    return [_decoded(data)[0] for data in fields if data is not None]


def _rechunked(
    chunks: Iterable[tuple[float, int]], lengths: list[tuple[int, int]]
) -> Iterator[tuple[float, int]]:
    """Chunks of the scrubbed body: a border inside a changed piece stays as near to where it was as
    it can.
    """
    at = before = 0
    moved = 0
    old_start = new_start = index = 0
    for offset, length in chunks:
        at += length
        while index < len(lengths) and at >= old_start + lengths[index][0]:
            old_start += lengths[index][0]
            new_start += lengths[index][1]
            index += 1
        moved = new_start + (min(at - old_start, lengths[index][1]) if index < len(lengths) else 0)
        yield offset, moved - before
        before = moved
