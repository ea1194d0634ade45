"""What the events of all items have in common: the keys that they share, and the portions in which
a text is streamed.

`type` comes first on the wire, the other keys in alphabetical order. The functions here and those
of the item types yield `(name, fields)` pairs, the name without its `response.` in front;
numbering, padding and the output index are added where the stream is made.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.fields import Agent
from mockserver.api.json import Json

__all__ = [
    "ContentEvent",
    "EventFields",
    "EventOptions",
    "ItemEvent",
    "StreamEvent",
    "SummaryEvent",
    "TextDelta",
    "no_events",
    "pieces",
    "stages",
    "text_deltas",
]

EventFields: TypeAlias = tuple[str, Json]
_PIECE = re.compile(r"\s*(?:\w{1,12}|[^\w\s]{1,8})|\s+")


class StreamEvent(TypedDict):
    agent: NotRequired[Agent]
    sequence_number: int
    stream_id: NotRequired[str]


class ItemEvent(StreamEvent):
    item_id: str
    output_index: int


class ContentEvent(ItemEvent):
    content_index: int


class SummaryEvent(ItemEvent):
    summary_index: int


class TextDelta(ItemEvent):
    delta: str
    obfuscation: NotRequired[str]


@dataclass(frozen=True, slots=True)
class EventOptions:
    """What a request and its dialect say about the events of an item.

    reasoning_event: name of the raw reasoning events, `reasoning_text` or `reasoning` by dialect.
    tools: the tools that the request declares.
    recipher: gives the other ciphertext that `added` shows of an encrypted content.
    compacting: whether the compaction is being written because the input asked for it.
    include: what the request asks for beside the usual.
    reasons: whether the model reasons.
    """

    reasoning_event: str
    tools: Sequence[Json]
    recipher: Callable[[str], str]
    compacting: bool = False
    include: frozenset[str] = frozenset()
    reasons: bool = False


def no_events(_item: Json, _options: EventOptions) -> Iterator[EventFields]:
    """Nothing between `output_item.added` and `output_item.done`."""
    yield from ()


def pieces(text: str, cuts: Iterable[int] = ()) -> Iterator[str]:
    """A text in the portions in which it is streamed: about a word each, never across one of the
    `cuts`. Each is made as it is asked for.
    """
    start = 0
    for end in (*sorted({cut for cut in cuts if 0 < cut < len(text)}), len(text)):
        while start < end:
            piece = _PIECE.match(text, start, end)
            assert piece is not None, "the pattern takes any character"
            yield piece[0]
            start = piece.end()


def portions(text: str) -> list[str]:
    """All pieces of a text."""
    return _PIECE.findall(text)


def text_deltas(
    name: str, key: str, text: str, parts: Iterable[str] | None = None
) -> Iterator[EventFields]:
    """The `.delta` events of a text, in these portions or word by word, and its `.done` event,
    which has the whole text under `key`.
    """
    for portion in pieces(text) if parts is None else parts:
        yield f"{name}.delta", {"delta": portion}
    yield f"{name}.done", {key: text}


def stages(item: Json, *names: str) -> Iterator[EventFields]:
    """The events that only say how far a hosted tool has come; one that failed never says
    `completed`.
    """
    kind = item["type"]
    for name in names:
        yield f"{kind}.{name}", {}
    if item.get("status") not in ("failed", "incomplete"):
        yield f"{kind}.completed", {}
