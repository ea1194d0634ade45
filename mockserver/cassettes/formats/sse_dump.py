"""What `curl -N` printed: server-sent events, or with `-i` the headers before them.

The bytes of the body are kept as they are. A stream without its last event was cut.
"""

import re
from typing import Any

from mockserver.api.events import LAST
from mockserver.api.json import parse
from mockserver.cassettes.vcr import Malformed
from mockserver.sse import events

_BEGINNINGS = re.compile(rb"(?:event|data|id|retry)?:|HTTP/\d(?:\.\d)? \d{3}")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})(?: (.*))?")
_EVENT_STREAM = "text/event-stream; charset=utf-8"
_ANOTHER = "Dump what /v1/responses answers with `stream: true`: `curl -N`, with or without `-i`."


def is_dump(head: bytes) -> bool:
    """Whether a text begins with a field of an event, a comment or a status line."""
    return _BEGINNINGS.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()) is not None


def response(text: bytes) -> dict[str, Any]:
    """The response as VCR v1 has it. Raises Malformed."""
    body = text.lstrip(b"\r\n")
    code, reason = 200, "OK"
    headers: list[tuple[str, str]] = [("content-type", _EVENT_STREAM)]
    # Heads of proxies, redirects and 100 Continue come before that of the answer.
    while body.startswith(b"HTTP/"):
        head, body = _head_and_rest(body)
        code, reason, headers = _parse_head(head)
    kind = next((value for name, value in headers if name == "content-type"), "")
    is_cut = "text/event-stream" in kind and _is_cut(body)
    found: dict[str, Any] = {
        "status": {"code": code, "message": reason},
        "headers": headers,
        "body": {"string": body},
    }
    return found | {"mockserver": {"cut": True}} if is_cut else found


def _head_and_rest(text: bytes) -> tuple[str, bytes]:
    end = _BLANK_LINE.search(text)
    if end is None:
        raise Malformed("the dump ends within its headers", "Was it cut? Dump it again.")
    return text[: end.start()].decode("latin-1"), text[end.end() :]


def _parse_head(head: str) -> tuple[int, str, list[tuple[str, str]]]:
    first, *lines = head.splitlines()
    status = _STATUS_LINE.fullmatch(first.rstrip())
    if status is None:
        raise Malformed(f"the dump has the status line {first[:80]!r}", _ANOTHER)
    fields = [line.partition(":") for line in lines]
    headers = [(name.strip().lower(), value.strip()) for name, _, value in fields]
    return int(status[1]), status[2] or "", headers


def _is_cut(body: bytes) -> bool:
    """Whether the last event is missing. Raises Malformed for a stream of another API."""
    kinds: list[str] = []
    is_whole = False
    for event in events(body):
        kind = _kind(event.name, event.data)
        kinds.append(kind)
        is_whole = is_whole or (kind in LAST and event.whole)
    if not kinds:
        raise Malformed("the dump holds no event", "Was it cut? Dump it again.")
    if not any(kind.startswith("response.") or kind == "error" for kind in kinds):
        raise Malformed(f"a stream of another API, which begins with {kinds[0]!r}", _ANOTHER)
    return not is_whole


def _kind(name: str, data: str) -> str:
    """The type of an event, by its name or its data."""
    if name:
        return name
    try:
        value = parse(data.encode("utf-8", "surrogatepass"))
    except ValueError:
        return data[:40]
    if not isinstance(value, dict):
        return data[:40]
    return str(value.get("type") or value.get("object") or data[:40])
