"""Request bodies that were compressed on their way."""

import zlib

from mockserver.api.errors import ApiError, api_error

__all__ = ["decoded"]

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""Which format zlib is to expect, by content coding."""


def decoded(body: bytes, codings: str, max_bytes: int) -> bytes:
    """A body without the codings that its `content-encoding` names.

    Raises ApiError: 415 for a coding that is not known, 400 when the body is not of it, 413 when it
    holds too much.
    """
    for coding in reversed([name.strip().lower() for name in codings.split(",")]):
        if coding not in ("", "identity"):
            body = _inflated(body, coding, max_bytes)
    return body


def _inflated(body: bytes, coding: str, max_bytes: int) -> bytes:
    if coding not in _WINDOWS:
        raise ApiError(
            415,
            f"Unsupported content encoding: '{coding}'. Send the body as it is, or as gzip or "
            "deflate.",
        )
    inflater = zlib.decompressobj(_WINDOWS[coding])
    try:
        inflated = inflater.decompress(body, max_bytes + 1)
    except zlib.error:
        raise api_error(
            "invalid_json", detail=f"The body is not {coding}, though 'content-encoding' says so."
        ) from None
    if len(inflated) > max_bytes:
        raise api_error("body_too_large", got=f"more than {max_bytes}", limit=max_bytes)
    if not inflater.eof:
        raise api_error("invalid_json", detail=f"The {coding} body ends too early.")
    return inflated
