"""Server-sent events as bytes: split without changing one, and read as generously as a client
must.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# One line end; CRLF is never taken for two.
_LINE_END = rb"(?:\r\n|\n|\r(?!\n))"
_FRAME_END = re.compile(_LINE_END + rb"(?:" + _LINE_END + rb")+")
_LINE = re.compile(_LINE_END)
_BOM = b"\xef\xbb\xbf"
_LINE_AND_END = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_STREAM_STARTS = (b"event:", b"data:", b": ")

DONE = b"data: [DONE]\n\n"
"""The marker that ends a stream in the `open-responses` dialect."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event as a client sees it. `whole` is false for the last one of a stream that ends
    without a blank line.
    """

    name: str
    data: str
    id: str | None = None
    whole: bool = True


def frames(body: bytes) -> list[bytes]:
    """The body cut after each blank line. Joined, the pieces are the body again."""
    cuts = [match.end() for match in _FRAME_END.finditer(body)]
    if not cuts or cuts[-1] < len(body):
        cuts.append(len(body))
    starts = [0, *cuts[:-1]]
    return [body[start:end] for start, end in zip(starts, cuts, strict=True) if end > start]


def events(body: bytes) -> Iterator[ServerSentEvent]:
    """The events of a stream, by the rules of the HTML standard; an unfinished last one is given
    and marked.
    """
    identifier: str | None = None
    for frame in frames(body.removeprefix(_BOM)):
        whole = _FRAME_END.search(frame) is not None
        name, data = "", []
        for line in _LINE.split(frame):
            field, _, raw = line.partition(b":")
            value = raw.removeprefix(b" ").decode("utf-8", "replace")
            if field == b"event":
                name = value
            elif field == b"data":
                data.append(value)
            elif field == b"id":
                identifier = value
        if data or (name and not whole):
            yield ServerSentEvent(name, "\n".join(data), identifier, whole)


def render_event(name: str, data: bytes) -> bytes:
    """One event as the API writes it; without a name only its data."""
    field = b"event: " + name.encode() + b"\n" if name else b""
    return field + b"data: " + data + b"\n\n"


def render_comment(text: str) -> bytes:
    """A comment, which clients pass over."""
    lines = text.splitlines() or [""]
    return "".join(f": {line}\n" for line in lines).encode() + b"\n"


def looks_like_events(body: bytes) -> bool:
    """Whether a body begins as streams of events do, whatever its headers say."""
    return body[:64].removeprefix(_BOM).startswith(_STREAM_STARTS)


def lines_with_ends(frame: bytes) -> list[tuple[bytes, bytes]]:
    """The lines of a frame, each with its end. Joined, they are the frame again."""
    return [(line, end) for line, end in _LINE_AND_END.findall(frame) if line or end]


def split_data_line(line: bytes) -> tuple[bytes, bytes | None]:
    """What stands before the value of a data field, and the value; None where a line has none."""
    start = len(_BOM) if line.startswith(_BOM) else 0
    if not line.startswith(b"data:", start):
        return b"", None
    start += 6 if line[start + 5 : start + 6] == b" " else 5
    return line[:start], line[start:]
