"""One recorded request or response, from whatever shape its recorder gave it."""

import base64
import binascii
import math
from typing import Any

from mockserver.api.json import compact
from mockserver.cassettes.interaction import (
    HeaderFields,
    RecordedRequest,
    RecordedResponse,
    SocketMessage,
    header_value,
)
from mockserver.content_coding import CodingError, decode_leniently


class Malformed(ValueError):  # noqa: N818
    """A part of an interaction does not have a shape that any recorder writes."""

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.next_step = next_step


def request_of(raw: Any) -> RecordedRequest:
    """Read a request. Raises Malformed."""
    raw = _mapping(raw, "request")
    headers = headers_of(raw.get("headers"), "request")
    uri = raw.get("uri", raw.get("url"))
    if not uri:
        raise Malformed("the request has no `uri`")
    if "parsed_body" in raw:
        body = compact(_string_keys(raw["parsed_body"]))
    else:
        body = _decoded(_body(raw, "request"), headers, "request")
    return RecordedRequest(_text(raw.get("method") or "POST").upper(), _text(uri), headers, body)


def response_of(raw: Any) -> RecordedResponse:
    """Read a response. Raises Malformed."""
    raw = _mapping(raw, "response")
    headers = headers_of(raw.get("headers"), "response")
    status, reason = _status(raw)
    additions = _mapping(raw.get("mockserver") or {}, "response.mockserver")
    body = value = None
    if "parsed_body" in raw:
        value = _string_keys(raw["parsed_body"])
    else:
        body = _decoded(_body(raw, "response"), headers, "response")
    return RecordedResponse(
        status,
        reason,
        headers,
        body,
        value,
        _chunks(additions.get("chunks"), body),
        additions.get("cut") is True,
        _messages(additions.get("websocket")),
    )


def headers_of(raw: Any, where: str) -> HeaderFields:
    """Header fields from a mapping or a list of pairs, whose values are scalars or lists, text or
    bytes.
    """
    if raw is None:
        return ()
    pairs = list(raw.items()) if isinstance(raw, dict) else raw
    if not isinstance(pairs, (list, tuple)) or not all(
        isinstance(p, (list, tuple)) and len(p) == 2 for p in pairs
    ):
        raise Malformed(f"the {where}'s `headers` are neither a mapping nor a list of pairs")
    fields: list[tuple[str, str]] = []
    for name, values in pairs:
        listed = values if isinstance(values, (list, tuple)) else [values]
        fields += [(_field(name).lower(), _field(value)) for value in listed if value is not None]
    return tuple(fields)


def _status(raw: dict[str, Any]) -> tuple[int, str]:
    status = raw.get("status", raw.get("status_code"))
    code, reason = status, None
    if isinstance(status, dict):
        code, reason = status.get("code"), status.get("message")
    elif isinstance(status, str) and not status.isdigit() and "code" in raw:
        # go-vcr keeps Go's own pair: `status: 200 OK` beside `code: 200`.
        code, reason = raw["code"], status.removeprefix(f"{raw['code']} ")
    try:
        number = int(code)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"the response's status is {code!r}, not a number") from None
    if not 100 <= number <= 999:
        raise Malformed(f"the response's status is {number}, not an HTTP status")
    return number, "" if reason is None else _text(reason)


def _body(raw: dict[str, Any], where: str) -> bytes:
    body = raw.get("body")
    if body is None:
        body = raw.get("content")
    if isinstance(body, dict):
        if "base64_string" in body:
            return _base64(body["base64_string"], where)
        if "base64" in str(body.get("encoding", "")):
            return _base64(body.get("data", body.get("string", "")), where)
        if "string" in body:
            body = body["string"]
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return compact(_string_keys(body))


def _base64(text: Any, where: str) -> bytes:
    try:
        packed = text if isinstance(text, bytes) else str(text).encode()
        return base64.b64decode(b"".join(packed.split()), validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise Malformed(f"the {where}'s body is not base64: {error}") from None


def _decoded(body: bytes, headers: HeaderFields, where: str) -> bytes:
    try:
        return decode_leniently(body, header_value(headers, "content-encoding"))
    except CodingError as error:
        if error.reason == "too_large":
            raise Malformed(
                f"the {where}'s body is a decompression bomb: {error}",
                "Do not use this file unless you know its origin.",
            ) from None
        raise Malformed(
            f"the {where}'s body cannot be read: {error}",
            "Install it with `pip install 'mockserver[decode]'`.",
        ) from None


def _chunks(raw: Any, body: bytes | None) -> tuple[tuple[float, int], ...] | None:
    if raw is None or body is None:
        return None
    try:
        chunks = tuple((_offset(offset), int(length)) for offset, length in raw)
    except (TypeError, ValueError, OverflowError):
        raise Malformed(
            "the response's `mockserver.chunks` is not a list of [offset_ms, length]"
        ) from None
    total = sum(length for _, length in chunks)
    if total != len(body) or any(length < 0 for _, length in chunks):
        raise Malformed(
            f"the response's `mockserver.chunks` add up to {total} bytes, but its body has "
            f"{len(body)}",
            "After editing a body by hand, delete `chunks`; it is then replayed event by event.",
        )
    return chunks


def _messages(raw: Any) -> tuple[SocketMessage, ...] | None:
    if raw is None:
        return None
    try:
        return tuple(
            SocketMessage(_sender(m["from"]), _offset(m.get("offset_ms", 0)), str(m["data"]))
            for m in raw
        )
    except (TypeError, ValueError, KeyError, AttributeError):
        raise Malformed(
            "the response's `mockserver.websocket` is not a list of {from, offset_ms, data}"
        ) from None


def _sender(value: Any) -> Any:
    if value not in ("client", "server"):
        raise ValueError(value)
    return value


def _offset(value: Any) -> float:
    offset = float(value)
    if not math.isfinite(offset) or offset < 0:
        raise ValueError(value)
    return offset


def _string_keys(value: Any) -> Any:
    """JSON has only string keys; YAML reads `1:` and `true:` as other things."""
    if isinstance(value, dict):
        return {_key(key): _string_keys(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_string_keys(item) for item in value]
    if isinstance(value, set):
        raise Malformed("a body is a set, which JSON has not")
    return _text(value) if isinstance(value, bytes) else value


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return str(key).lower() if isinstance(key, bool) else "null" if key is None else _text(key)


def _field(value: Any) -> str:
    """A header's name or value; one that was folded over several lines is one line."""
    return " ".join(_text(value).split("\r\n")).replace("\n", " ").replace("\r", " ").strip()


def _mapping(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Malformed(f"`{where}` is not a mapping")
    return raw


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, (bytes, bytearray)) else str(value)
