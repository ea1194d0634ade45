"""Whether a recorded answer agrees with itself: what its deltas add up to, and what it says of the
same thing in several places. Recordings do; ones that were edited by hand may not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mockserver.api.events import TERMINAL
from mockserver.api.json import Json
from mockserver.cassettes.match import shorten_pair

_FINAL_TEXT = {
    "code_interpreter_call_code": "code",
    "custom_tool_call_input": "input",
    "function_call_arguments": "arguments",
    "mcp_call_arguments": "arguments",
    "output_text": "text",
    "reasoning_summary_text": "text",
    "reasoning_text": "text",
    "refusal": "refusal",
}
"""What the deltas of a kind add up to: the field of the event that ends them."""
_TEXT_OF_PART = ("text", "refusal")
_TEXT_OF_ITEM = ("arguments", "code", "input")
_PARTS_OF_ITEM = ("content", "summary")

_Place: TypeAlias = tuple[Any, ...]
"""Where a text stands: output index, list of parts, index in it; or output index and field."""


def inconsistencies(events: Iterable[Json]) -> Iterator[str]:
    """Where a stream contradicts itself, in words.

    Args:
        events: the values of its events, in order.
    """
    seen = _Seen()
    for event in events:
        if event.get("type") == "response.created" and seen.is_over:
            # Two streams in one file, as some collections of test data have them.
            yield from seen.ids.changes()
            seen = _Seen()
        yield from seen.take(event)
    yield from seen.ids.changes()


def usage_inconsistencies(usage: Any) -> Iterator[str]:
    """Where the sums of a Response's usage are wrong, in words."""
    if not isinstance(usage, dict):
        return
    counts = {name: _count(usage, f"{name}_tokens") for name in ("input", "output", "total")}
    read, written, total = counts.values()
    if read is None or written is None or total is None:
        return
    if read + written != total:
        yield f"usage: {read} input_tokens and {written} output_tokens are not {total} total_tokens"
    for whole, details, part in (
        ("input", "input_tokens_details", "cached_tokens"),
        ("output", "output_tokens_details", "reasoning_tokens"),
    ):
        count = _count(usage.get(details), part)
        most = counts[whole] or 0
        if count is not None and count > most:
            yield f"usage: {count} {part} are more than {most} {whole}_tokens"


def _count(holder: Any, name: str) -> int | None:
    count = holder.get(name) if isinstance(holder, dict) else None
    return count if isinstance(count, int) else None


class _Ids:
    """By which ids things go, the response and each output.

    Some services name everything anew in every event, and mean the same (GitHub Copilot).
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._all: list[str] = []
        self._changes: list[str] = []

    def add(self, kind: str, thing: str, some_id: Any) -> None:
        """Note by which id an event calls a thing."""
        if not isinstance(some_id, str):
            return
        self._all.append(some_id)
        known = self._known.setdefault(thing, some_id)
        if known != some_id:
            self._changes.append(f"{kind} calls {thing} {some_id}, which was {known}")

    def changes(self) -> list[str]:
        """Where a thing goes by another id than before."""
        is_renamed_always = len(set(self._all)) == len(self._all)
        return [] if is_renamed_always else self._changes


@dataclass
class _Seen:
    """What the events so far have said."""

    number: int | None = None
    ids: _Ids = field(default_factory=_Ids)
    is_over: bool = False
    is_whole: bool = False
    """Whether the stream began with the response; one that is resumed lacks its first deltas."""
    deltas: dict[_Place, list[str]] = field(default_factory=dict)
    texts: dict[_Place, tuple[str, str]] = field(default_factory=dict)
    """What was said last at a place, and by which event."""

    def take(self, event: Json) -> Iterator[str]:
        """Compare an event with those before it."""
        kind = str(event.get("type"))
        yield from self._numbered(kind, event.get("sequence_number"))
        if kind == "response.created":
            self.is_whole = True
        index = event.get("output_index")
        if isinstance(index, int):
            yield from self._in_item(kind, event, index)
        response = event.get("response")
        if isinstance(response, dict):
            yield from self._in_response(kind, response)

    def _numbered(self, kind: str, number: Any) -> Iterator[str]:
        if not isinstance(number, int):
            return
        if self.number is not None and number != self.number + 1:
            yield f"{kind} has sequence_number {number} after {self.number}"
        self.number = number

    def _in_item(self, kind: str, event: Json, index: int) -> Iterator[str]:
        item = event.get("item")
        if isinstance(item, dict):
            self.ids.add(kind, f"output[{index}]", item.get("id"))
            if kind.endswith(".done"):
                yield from self._item(kind, index, item)
        self.ids.add(kind, f"output[{index}]", event.get("item_id"))
        name = kind.removeprefix("response.").rpartition(".")[0]
        place = _place(name, event, index)
        if place is None:
            return
        text = event.get("delta" if kind.endswith(".delta") else _FINAL_TEXT[name])
        if not isinstance(text, str):
            return
        if kind.endswith(".delta"):
            self.deltas.setdefault(place, []).append(text)
        elif kind.endswith(".done"):
            yield from self._final(kind, place, text)

    def _item(self, kind: str, index: int, item: Json) -> Iterator[str]:
        for place, text in _texts(index, item):
            yield from self._final(kind, place, text)

    def _in_response(self, kind: str, response: Json) -> Iterator[str]:
        self.ids.add(kind, "the response", response.get("id"))
        if kind not in TERMINAL:
            return
        self.is_over = True
        yield from usage_inconsistencies(response.get("usage"))
        output = response.get("output")
        for index, item in enumerate(output if isinstance(output, list) else ()):
            if isinstance(item, dict):
                self.ids.add(kind, f"output[{index}]", item.get("id"))
                yield from self._item(kind, index, item)

    def _final(self, kind: str, place: _Place, text: str) -> Iterator[str]:
        """A whole text: the same as its deltas, and as what was said before."""
        before = self.texts.get(place)
        deltas = self.deltas.get(place)
        if before is None and deltas is not None and self.is_whole:
            before = "".join(deltas), "the deltas"
        self.texts[place] = text, kind
        if before is not None and before[0] != text:
            there, here = shorten_pair(before[0], text)
            yield f"{_shown(place)}: {kind} says {here}, where {before[1]} said {there}"


def _place(name: str, event: Json, index: int) -> _Place | None:
    if name not in _FINAL_TEXT:
        return None
    if _FINAL_TEXT[name] in _TEXT_OF_ITEM:
        return index, _FINAL_TEXT[name]
    parts = "summary" if name == "reasoning_summary_text" else "content"
    number = event.get(f"{parts}_index")
    return (index, parts, number) if isinstance(number, int | None) else None


def _texts(index: int, item: Json) -> Iterator[tuple[_Place, str]]:
    for name in _TEXT_OF_ITEM:
        if isinstance(item.get(name), str):
            yield (index, name), item[name]
    for name in _PARTS_OF_ITEM:
        parts = item.get(name)
        for number, part in enumerate(parts if isinstance(parts, list) else ()):
            for key in _TEXT_OF_PART:
                if isinstance(part, dict) and isinstance(part.get(key), str):
                    yield (index, name, number), part[key]


def _shown(place: _Place) -> str:
    index, name, *rest = place
    return f"output[{index}].{name}" + "".join(f"[{number}]" for number in rest)
