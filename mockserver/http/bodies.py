"""The bodies of requests: how much of them is held at a time, and what was compressed."""

from typing import Final

from mockserver.api import ApiError, api_error
from mockserver.content_coding import CodingError, decode
from mockserver.settings import Settings

_MANY: Final = 8
"""How many of the longest bodies are held at a time, or as much in more that are shorter."""
_BUSY = (
    "The requests that are under way hold {:.0f} MiB of bodies already. "
    "Do: send fewer of them at a time, or raise --max-body, of which {} times as much is held."
)


class Bodies:
    """What the requests hold that are under way. size: how many bytes."""

    def __init__(self) -> None:
        self.size = 0

    def take(self, size: int, settings: Settings) -> None:
        """Hold so many bytes more. Raises ApiError 503, after which SDKs try again, when that is
        too much.
        """
        if self.size + size > _MANY * settings.max_bytes:
            text = _BUSY.format(self.size / 1024 / 1024, _MANY)
            raise ApiError(503, text, type="mockserver_error", code="mockserver_busy")
        self.size += size

    def give_back(self, size: int) -> None:
        """Hold so many bytes less."""
        self.size -= size


def decoded(body: bytes, codings: str, max_bytes: int) -> bytes:
    """A body without the codings that its `content-encoding` names.

    Raises ApiError: 415 for a coding that is not known, 400 when the body is not of it, 413 when it
    holds too much.
    """
    try:
        return decode(body, codings, max_bytes)
    except CodingError as error:
        raise _not_decoded(error, max_bytes) from None


def _not_decoded(error: CodingError, max_bytes: int) -> ApiError:
    coding = error.coding
    if error.reason == "unknown":
        return ApiError(
            415,
            f"Unsupported content encoding: '{coding}'. Send the body as it is, or as gzip or "
            "deflate.",
        )
    if error.reason == "too_large":
        return api_error("body_too_large", got=f"more than {max_bytes}", limit=max_bytes)
    if error.reason == "cut":
        return api_error("invalid_json", detail=f"The {coding} body ends too early.")
    return api_error(
        "invalid_json", detail=f"The body is not {coding}, though 'content-encoding' says so."
    )
