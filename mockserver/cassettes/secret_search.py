"""Secrets in text: where they stand, as they are or encoded, and what to put in their place."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from mockserver.cassettes.secret_rules import ScrubRules, SecretShape, narrowed, placeholder
from mockserver.cassettes.secret_values import PLACEHOLDER

_SHORTEST = 3
_SHORTEST_ENCODED = 12
_MAX_DEPTH = 2

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_WRAPPED = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{56,80}\r?\n)+[A-Za-z0-9+/]+={0,2}")
_PERCENT = re.compile(r"(?<![^\s\"'<>&=?])[^\s\"'<>&=?]*%[0-9A-Fa-f]{2}[^\s\"'<>&=?]*")
_SEPARATOR = re.compile(r"[+/_-]+")
_PRINTABLE = re.compile(rb"[\t\n\r -~]{8,}")
_MAX_STARTS = 64
_MAX_JOINED = 4096
_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace text[start:end], which is a secret or encodes one."""

    start: int
    end: int
    kind: str
    replacement: str


def find_edits(
    text: str, by: ScrubRules, depth: int = 0, shapes: tuple[SecretShape, ...] | None = None
) -> list[Edit]:
    """What to replace in a text, in order and without overlap: secrets as they are, in base64,
    percent-encoded.

    shapes: those of the rules that may be in the text, where that is known.
    """
    if len(text) < _SHORTEST:
        return []
    plain = _merged(_plain(text, by, shapes))
    if depth == _MAX_DEPTH or len(text) < _SHORTEST_ENCODED:
        return plain
    return sorted([*plain, *_encoded(text, plain, by, depth)], key=lambda edit: edit.start)


def apply_edits(text: str, changes: Iterable[Edit]) -> str:
    """The text with every edit done."""
    pieces: list[str] = []
    at = 0
    for change in changes:
        pieces += (text[at : change.start], change.replacement)
        at = change.end
    return "".join((*pieces, text[at:]))


def _plain(
    text: str, by: ScrubRules, shapes: tuple[SecretShape, ...] | None
) -> Iterator[tuple[int, int, str]]:
    """Where secrets of known shapes stand that are no placeholders."""
    possible = narrowed(by.shapes if shapes is None else shapes, text.lower())
    if not possible:
        return
    done = [match.span() for match in PLACEHOLDER.finditer(text)]
    for shape in possible:
        for start, end, kind in shape.find(text):
            if not any(s <= start and end <= e for s, e in done):
                yield start, end, kind


def _merged(found: Iterable[tuple[int, int, str]]) -> list[Edit]:
    """Overlapping finds become one, so that no end of a secret is left over."""
    merged: list[Edit] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0], -span[1])):
        if merged and start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Edit(last.start, max(last.end, end), last.kind, last.replacement)
        else:
            merged.append(Edit(start, end, kind, placeholder(kind)))
    return merged


def _encoded(text: str, plain: list[Edit], by: ScrubRules, depth: int) -> Iterator[Edit]:
    """Runs that decode to text with a secret in it, outside what is replaced anyway."""
    if "%" not in text and _BASE64.search(text) is None:
        return
    borders = [0, *(border for edit in plain for border in (edit.start, edit.end)), len(text)]
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        at = start
        for found in sorted(_candidates(text, start, end), key=lambda pair: pair[0].span()):
            match, decode = found
            if match.start() < at:
                continue
            change = decode(match.group(), by, depth + 1)
            if change is not None:
                kind, replacement = change
                yield Edit(match.start(), match.end(), kind, replacement)
                at = match.end()


_Decode = Callable[[str, ScrubRules, int], "tuple[str, str] | None"]


def _candidates(text: str, start: int, end: int) -> Iterator[tuple[re.Match[str], _Decode]]:
    if "\n" in text:
        yield from ((match, _wrapped) for match in _WRAPPED.finditer(text, start, end))
    yield from ((match, _base64) for match in _BASE64.finditer(text, start, end))
    if "%" in text:
        yield from ((match, _percent) for match in _PERCENT.finditer(text, start, end))


def _base64(run: str, by: ScrubRules, depth: int) -> tuple[str, str] | None:
    """Look into a run at each place where its base64 may begin: four alignments, and after what may
    separate words.
    """
    bare = run.rstrip("=")
    standard = bare.translate(_URL_SAFE)
    words = [match.end() for match in _SEPARATOR.finditer(bare)] if len(bare) <= _MAX_JOINED else []
    for skip in [0, 1, 2, 3, *words[:_MAX_STARTS]]:
        usable = len(bare) - (1 if (len(bare) - skip) % 4 == 1 else 0)
        packed = standard[skip:usable]
        if len(packed) < 16:
            continue
        raw = binascii.a2b_base64(packed + "=" * (-len(packed) % 4))
        # Most of it is no text at all, and pictures are large: look at what could be text before
        # looking closely.
        if not find_edits("\0".join(map(bytes.decode, _PRINTABLE.findall(raw))), by, depth):
            continue
        decoded = raw.decode("latin-1")
        found = find_edits(decoded, by, depth)
        if found:
            encode = base64.urlsafe_b64encode if "-" in bare or "_" in bare else base64.b64encode
            again = encode(apply_edits(decoded, found).encode("latin-1")).decode("ascii")
            rest = bare[usable:]
            return found[0].kind, bare[:skip] + (
                again.rstrip("=") + rest if rest or bare == run else again
            )
    return None


def _wrapped(block: str, by: ScrubRules, depth: int) -> tuple[str, str] | None:
    return _base64("".join(block.split()), by, depth)


def _percent(token: str, by: ScrubRules, depth: int) -> tuple[str, str] | None:
    decoded = unquote(token, errors="surrogateescape")
    found = find_edits(decoded, by, depth)
    if not found:
        return None
    return found[0].kind, quote(
        apply_edits(decoded, found), safe="/:+,;@$!*()~", errors="surrogateescape"
    )
