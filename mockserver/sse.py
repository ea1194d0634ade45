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


@dataclass(frozen=True, slots=True)
class Event:
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


def events(body: bytes) -> Iterator[Event]:
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
            yield Event(name, "\n".join(data), identifier, whole)
