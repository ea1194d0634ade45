"""Bodies without their content encoding, whether or not the header tells the truth about it."""

import sys
import zlib
from importlib import import_module
from typing import Any

MAX_BODY = 64 * 1024 * 1024
"""Largest decoded body in bytes. What expands further is a decompression bomb, not a recording."""

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"


class BodyTooLargeError(ValueError):
    """A body expands beyond `MAX_BODY`."""


class NoCodecError(ValueError):
    """A body needs a package that is not installed."""


def decode(body: bytes, encoding: str | None) -> bytes:
    """The body as the application meant it.

    Undoes each content coding named by the header, last first, and leaves alone what is not in fact
    coded so. A gzip or zstd body that no header announces is recognised by its first bytes.

    Raises BodyTooLargeError, or NoCodecError naming the package for `br` or `zstd`.
    """
    for name in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        body = _undo(name, body)
    if body.startswith(_GZIP):
        return _attempt(_gzip, body)
    if body.startswith(_ZSTD):
        return _attempt(_zstd, body)
    return body


def _undo(name: str, body: bytes) -> bytes:
    if name in ("gzip", "x-gzip") and body.startswith(_GZIP):
        return _attempt(_gzip, body)
    if name == "zstd" and body.startswith(_ZSTD):
        return _attempt(_zstd, body)
    if name == "deflate":
        return _attempt(_deflate, body)
    if name == "br" and body:
        return _attempt(_brotli, body)
    return body


def _attempt(codec: Any, body: bytes) -> bytes:
    try:
        result: bytes = codec(body)
    except (BodyTooLargeError, NoCodecError):
        raise
    except Exception:  # each codec has an exception of its own: the body is simply not coded so
        return body
    return result


def _gzip(body: bytes) -> bytes:
    """Undo gzip, several members if there are; a cut member gives what it holds."""
    pieces: list[bytes] = []
    size = 0
    while body.startswith(_GZIP):
        codec = zlib.decompressobj(wbits=31)
        piece = codec.decompress(body, MAX_BODY - size + 1)
        size += len(piece)
        _limit(size)
        pieces.append(piece)
        body = codec.unused_data
    return b"".join(pieces)


def _deflate(body: bytes) -> bytes:
    """Undo deflate with the zlib header (RFC 9110) or without (as some servers send it)."""
    try:
        return _inflate(body, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(body, -zlib.MAX_WBITS)


def _inflate(body: bytes, wbits: int) -> bytes:
    codec = zlib.decompressobj(wbits=wbits)
    result = codec.decompress(body, MAX_BODY + 1)
    _limit(len(result))
    if not codec.eof or codec.unused_data:
        raise zlib.error("the end is not where it should be")
    return result


def _brotli(body: bytes) -> bytes:
    try:
        decoder = _package("brotli", "br").Decompressor()
    except NoCodecError:
        if _is_text(body):  # so the header does not tell the truth
            return body
        raise
    pieces: list[bytes] = []
    size = 0
    for start in range(0, len(body), 1024):  # small bites, so that a bomb shows itself early
        pieces.append(decoder.process(body[start : start + 1024]))
        size += len(pieces[-1])
        _limit(size)
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
        reader = (
            _package("zstandard", "zstd")
            .ZstdDecompressor()
            .stream_reader(body, read_across_frames=True)
        )
        result = bytes(reader.read(MAX_BODY + 1))
    _limit(len(result))
    return result


def _limit(size: int) -> None:
    if size > MAX_BODY:
        raise BodyTooLargeError(f"it expands to more than {MAX_BODY // 1024 // 1024} MiB")


def _package(name: str, coding: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise NoCodecError(
            f"it is compressed with `{coding}`, which needs the package `{name}`"
        ) from None
