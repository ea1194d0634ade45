"""What a model thinks before it answers: summaries, raw text, or a ciphertext of it."""

from collections.abc import Iterator
from typing import Any, Literal

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import Included, ItemType, TokenCounter, text_parts
from mockserver.api.items.fields import EncryptedContent, Status, received
from mockserver.api.items.streaming import (
    ContentEvent,
    EventFields,
    EventOptions,
    SummaryEvent,
    text_deltas,
)
from mockserver.api.json import Json
from mockserver.api.parts import ReasoningText, SummaryText

__all__ = ["TYPES"]


class ReasoningItem(TypedDict):
    id: str
    type: Literal["reasoning"]
    status: NotRequired[Status]
    content: NotRequired[list[ReasoningText]]
    encrypted_content: NotRequired[str]
    summary: list[SummaryText]


class RawReasoningDelta(ContentEvent):
    type: Literal["response.reasoning_text.delta", "response.reasoning.delta"]
    delta: str
    obfuscation: NotRequired[str]


class RawReasoningDone(ContentEvent):
    type: Literal["response.reasoning_text.done", "response.reasoning.done"]
    text: str


class SummaryPartAdded(SummaryEvent):
    type: Literal["response.reasoning_summary_part.added"]
    part: SummaryText


class SummaryPartDone(SummaryEvent):
    type: Literal["response.reasoning_summary_part.done"]
    part: SummaryText
    status: NotRequired[Literal["incomplete"]]


class SummaryTextDelta(SummaryEvent):
    type: Literal["response.reasoning_summary_text.delta"]
    delta: str
    obfuscation: NotRequired[str]


class SummaryTextDone(SummaryEvent):
    type: Literal["response.reasoning_summary_text.done"]
    text: str


def _events(item: Json, options: EventOptions) -> Iterator[EventFields]:
    for index, part in enumerate(item.get("summary") or []):
        at = {"summary_index": index}
        yield "reasoning_summary_part.added", {"part": {**part, "text": ""}, **at}
        for name, fields in text_deltas("reasoning_summary_text", "text", part["text"]):
            yield name, {**fields, **at}
        yield "reasoning_summary_part.done", {"part": part, **at}
    for index, part in enumerate(item.get("content") or []):
        at = {"content_index": index}
        yield "content_part.added", {"part": {**part, "text": ""}, **at}
        for name, fields in text_deltas(options.reasoning_event, "text", part["text"]):
            yield name, {**fields, **at}
        yield "content_part.done", {"part": part, **at}


def _completed(item: Json, included: Included) -> Json:
    """A reasoning item has a ciphertext where one is asked for, and since July 2026 unasked."""
    wanted = "reasoning.encrypted_content" in included.names or item["id"] in included.seals
    if not wanted or item.get("encrypted_content"):
        return item
    rest = {key: value for key, value in item.items() if key != "encrypted_content"}
    summary: Any = rest.pop("summary")
    return {**rest, "encrypted_content": included.token(item["id"]), "summary": summary}


def _input_tokens(item: Json, counter: TokenCounter) -> int:
    return counter.costs.reasoning + counter.thought(item)


def _output_tokens(_item: Json, counter: TokenCounter) -> int:
    # The frame alone: what was thought is counted for all reasoning items together.
    return counter.costs.out_reasoning


reasoning = ItemType(
    name="reasoning",
    prefix="rs_",
    checks_id=True,
    sent=ReasoningItem,
    # Even null: https://github.com/BerriAI/litellm/issues/13484
    received=received(
        ReasoningItem,
        refused=("status",),
        encrypted_content=NotRequired[EncryptedContent | None],
    ),
    open_responses=True,
    defaults={"summary": []},
    # Recorded since June 2026.
    today={"content": []},
    shapes={"summary": text_parts("summary_text"), "content": text_parts("reasoning_text")},
    parts={"summary": (SummaryText,), "content": (ReasoningText,)},
    opens_as={"summary": [], "content": []},
    events=_events,
    event_types=(
        RawReasoningDelta,
        RawReasoningDone,
        SummaryPartAdded,
        SummaryPartDone,
        SummaryTextDelta,
        SummaryTextDone,
    ),
    # The API's reasoning items have no status, in listings neither.
    lists_status=False,
    completed=_completed,
    input_tokens=_input_tokens,
    output_tokens=_output_tokens,
)

TYPES = (reasoning,)
