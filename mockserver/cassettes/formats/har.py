"""HAR files, as browsers, proxies and Polly.js write them.

HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): `log.entries`, with headers as lists of
`{name, value}` and the answer's text in `response.content`, in base64 where `encoding` says so.
Polly.js keeps a body that came compressed as a JSON list of its chunks, each in base64 or, in older
releases, in hexadecimal.
"""

import base64
import binascii
import json
from typing import Any
from urllib.parse import urlsplit

from mockserver.cassettes.canonical import route
from mockserver.cassettes.vcr import Malformed

_ROOTS = ("/responses", "/conversations", "/models", "/files", "/vector_stores", "/embeddings")
_SAVE = (
    "Save it with content: `Save all as HAR with content` in Chrome, `Save All As HAR` in Firefox."
)


def entries(document: Any) -> list[Any] | None:
    """The entries of a HAR document; None where it is none."""
    log = document.get("log") if isinstance(document, dict) else None
    found = log.get("entries") if isinstance(log, dict) else None
    return found if isinstance(found, list) else None


def exchange(entry: Any) -> dict[str, Any] | None:
    """One entry as VCR v1 has it; None for what a page loads besides. Raises Malformed."""
    request, response = _part(entry, "request"), _part(entry, "response")
    url = str(request.get("url") or "")
    status = response.get("status")
    if not _is_of_the_api(url) or request.get("method") == "OPTIONS":
        return None
    if status in (0, None):  # blocked, or broken off before an answer
        return None
    headers = _headers(request, "request")
    answered = _headers(response, "response")
    posted = request.get("postData")
    text = posted.get("text") if isinstance(posted, dict) else None
    answer: dict[str, Any] = {
        "status": {"code": status, "message": response.get("statusText") or ""},
        "headers": answered,
    }
    if entry.get("_webSocketMessages") is not None:
        answer["mockserver"] = {"websocket": _messages(entry["_webSocketMessages"])}
    else:
        answer["body"] = {"string": _content(response, answered)}
    return {
        "request": {
            "method": request.get("method"),
            "uri": url,
            "headers": headers,
            "body": "" if text is None else text,
        },
        "response": answer,
        "recorded_at": entry.get("startedDateTime"),
    }


def _is_of_the_api(url: str) -> bool:
    path = route(urlsplit(url).path)
    return path.startswith(_ROOTS)


def _part(entry: Any, name: str) -> dict[str, Any]:
    part = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(part, dict):
        raise Malformed(f"it has no `{name}`")
    return part


def _headers(part: dict[str, Any], where: str) -> list[tuple[Any, Any]]:
    """Without the fields of HTTP/2 that begin with a colon, which are no headers."""
    raw = part.get("headers") or []
    if not isinstance(raw, list) or not all(isinstance(field, dict) for field in raw):
        raise Malformed(f"the {where}'s `headers` are not a list of {{name, value}}")
    fields = [(field.get("name", ""), field.get("value", "")) for field in raw]
    return [(name, value) for name, value in fields if not str(name).startswith(":")]


def _messages(raw: Any) -> list[dict[str, Any]]:
    """The messages of a WebSocket as Chrome keeps them, with seconds of the epoch."""
    try:
        return [
            {
                "from": {"send": "client", "receive": "server"}[message["type"]],
                "offset_ms": max(0.0, (message["time"] - raw[0]["time"]) * 1000),
                "data": message["data"],
            }
            for message in raw
        ]
    except (TypeError, KeyError, IndexError):
        raise Malformed("`_webSocketMessages` is no list of {type, time, data}") from None


def _content(response: dict[str, Any], headers: list[tuple[Any, Any]]) -> bytes:
    content = response.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(text, str):
        if response.get("status") == 204 or (isinstance(content, dict) and not content.get("size")):
            return b""
        raise Malformed("the answer's body was not saved", _SAVE)
    encoding = content.get("encoding")
    is_coded = any(str(name).lower() == "content-encoding" for name, _ in headers)
    chunks = _chunks(text) if is_coded else None
    try:
        if chunks is not None:
            unpack = base64.b64decode if encoding == "base64" else bytes.fromhex
            return b"".join(unpack(chunk) for chunk in chunks)
        if encoding == "base64":
            return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"the answer's body is not what its `encoding` says: {error}") from None
    return text.encode("utf-8", "surrogatepass")


def _chunks(text: str) -> list[str] | None:
    """The chunks of a compressed body as Polly.js keeps it; None for any other text."""
    if not text.startswith('["'):
        return None
    try:
        chunks = json.loads(text)
    except ValueError:
        return None
    return chunks if all(isinstance(chunk, str) for chunk in chunks) else None
