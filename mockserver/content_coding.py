"""Content codings (RFC 9110, 8.4): bodies as the application meant them.

Three readers: `decode` holds the header to its word, `decode_leniently` takes recordings as they
are, and `StreamDecoder` undoes a coding piece by piece.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Literal, TypeAlias

MAX_BODY = 64 * 1024 * 1024
"""Largest decoded body of a recording in bytes. What expands further is a decompression bomb."""

INFLATED = frozenset({"gzip", "x-gzip", "deflate"})
"""The codings that need no further package."""

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_STEP = 1 << 20

Reason: TypeAlias = Literal["unknown", "damaged", "cut", "too_large", "no_codec"]


class CodingError(ValueError):
    """A body cannot be decoded.

    reason: the coding is `unknown`, the body is not coded so (`damaged`) or ends too early (`cut`),
    it expands too far (`too_large`), or the package for it is not installed (`no_codec`).
    """

    def __init__(self, reason: Reason, what: str, coding: str = "") -> None:
        super().__init__(what)
        self.reason = reason
        self.coding = coding


def codings(header: str | None) -> list[str]:
    """The codings that a `content-encoding` names, in the order in which they were applied."""
    named = [part.strip().lower() for part in (header or "").split(",")]
    return [coding for coding in named if coding not in ("", "identity")]


def decode(body: bytes, header: str, max_bytes: int) -> bytes:
    """The body without the codings that its header names, of which gzip and deflate are known.

    Raises:
        CodingError: the body is not coded as the header says, or holds more than `max_bytes`.
    """
    for coding in reversed(codings(header)):
        if coding not in INFLATED:
            raise CodingError("unknown", f"'{coding}' is not known", coding)
        window = zlib.MAX_WBITS if coding == "deflate" else zlib.MAX_WBITS | 16
        inflater = zlib.decompressobj(window)
        try:
            body = inflater.decompress(body, max_bytes + 1)
        except zlib.error:
            raise CodingError("damaged", f"the body is not {coding}", coding) from None
        if len(body) > max_bytes:
            raise CodingError("too_large", f"it holds more than {max_bytes} bytes", coding)
        if not inflater.eof:
            raise CodingError("cut", f"the {coding} body ends too early", coding)
    return body


def decode_leniently(body: bytes, header: str | None) -> bytes:
    """The body as its application meant it, whether or not the header tells the truth.

    Undoes each coding named by the header, last first, and leaves alone what is not in fact coded
    so. A gzip or zstd body that no header announces is recognised by its first bytes.

    Raises:
        CodingError: it expands beyond `MAX_BODY`, or needs a package that is not installed.
    """
    for coding in reversed(codings(header)):
        if coding in ("gzip", "x-gzip") and body.startswith(_GZIP):
            body = _attempt(_gzip, body)
        elif coding == "zstd" and body.startswith(_ZSTD):
            body = _attempt(_zstd, body)
        elif coding == "deflate":
            body = _attempt(_deflate, body)
        elif coding == "br" and body:
            body = _attempt(_brotli, body)
    if body.startswith(_GZIP):
        return _attempt(_gzip, body)
    if body.startswith(_ZSTD):
        return _attempt(_zstd, body)
    return body


class StreamDecoder:
    """Undoes gzip or deflate piece by piece, whichever of the two it is."""

    def __init__(self) -> None:
        self._inflater: Any = zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes hold. Raises CodingError when they cannot be coded so."""
        try:
            while data and not self._inflater.eof:
                yield self._inflater.decompress(data, _STEP)
                data = self._inflater.unconsumed_tail
        except zlib.error:
            raise CodingError("damaged", "the body is not gzip or deflate") from None

    def finish(self) -> None:
        """Raises CodingError when the body ended too early."""
        if not self._inflater.eof:
            raise CodingError("cut", "the body ends too early")


def _attempt(codec: Callable[[bytes], bytes], body: bytes) -> bytes:
    try:
        return codec(body)
    except CodingError:
        raise
    except Exception:  # each codec has an exception of its own: the body is simply not coded so
        return body


def _gzip(body: bytes) -> bytes:
    """Undo gzip, several members if there are; a cut member gives what it holds."""
    pieces: list[bytes] = []
    size = 0
    while body.startswith(_GZIP):
        codec = zlib.decompressobj(zlib.MAX_WBITS | 16)
        piece = codec.decompress(body, MAX_BODY - size + 1)
        size += len(piece)
        _check_size(size)
        pieces.append(piece)
        body = codec.unused_data
    return b"".join(pieces)


def _deflate(body: bytes) -> bytes:
    """Undo deflate with the zlib header (RFC 9110) or without (as some servers send it)."""
    try:
        return _inflate(body, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(body, -zlib.MAX_WBITS)


def _inflate(body: bytes, window: int) -> bytes:
    codec = zlib.decompressobj(window)
    result = codec.decompress(body, MAX_BODY + 1)
    _check_size(len(result))
    if not codec.eof or codec.unused_data:
        raise zlib.error("the end is not where it should be")
    return result


def _brotli(body: bytes) -> bytes:
    try:
        decoder = _package("brotli", "br").Decompressor()
    except CodingError:
        if _is_text(body):  # so the header does not tell the truth
            return body
        raise
    pieces: list[bytes] = []
    size = 0
    for start in range(0, len(body), 1024):  # small bites, so that a bomb shows itself early
        pieces.append(decoder.process(body[start : start + 1024]))
        size += len(pieces[-1])
        _check_size(size)
    return b"".join(pieces) if decoder.is_finished() else body


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _zstd(body: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd

        result = zstd.ZstdDecompressor().decompress(body, MAX_BODY + 1)
    else:
        package = _package("zstandard", "zstd")
        reader = package.ZstdDecompressor().stream_reader(body, read_across_frames=True)
        result = bytes(reader.read(MAX_BODY + 1))
    _check_size(len(result))
    return result


def _check_size(size: int) -> None:
    if size > MAX_BODY:
        raise CodingError("too_large", f"it expands to more than {MAX_BODY // 1024 // 1024} MiB")


def _package(name: str, coding: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        what = f"it is compressed with `{coding}`, which needs the package `{name}`"
        raise CodingError("no_codec", what, coding) from None
