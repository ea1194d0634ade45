"""From the bytes of a request to a valid request, or the first error, in the order in which the API finds them."""

from mockserver.protocol.dialect import Dialect
from mockserver.protocol.errors import api_error
from mockserver.protocol.json import Json, parse
from mockserver.protocol.request import CreateRequest

__all__ = ["MAX_BYTES", "parse_create"]

MAX_BYTES = 64 * 1024 * 1024


def parse_create(
    raw: bytes,
    *,
    dialect: Dialect,
    strict_models: bool = False,
    allow_unknown: bool = False,
    max_bytes: int = MAX_BYTES,
) -> CreateRequest:
    """The body of `POST /responses`. Raises ApiError."""
    body = parse_object(raw, max_bytes)
    return CreateRequest({key: value for key, value in body.items() if value is not None})


def parse_object(raw: bytes, max_bytes: int = MAX_BYTES) -> Json:
    """A body that is a JSON object. Raises ApiError 400 when it is not, 413 when it has more than `max_bytes`."""
    if len(raw) > max_bytes:
        raise api_error("body_too_large", got=len(raw), limit=max_bytes)
    try:
        body = parse(raw)
    except ValueError as error:
        raise api_error("invalid_json", detail=f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if not isinstance(body, dict):
        raise api_error("invalid_json", detail="Expected a JSON object.")
    return body
