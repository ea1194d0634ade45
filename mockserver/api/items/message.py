"""Messages, and references to items that the service keeps."""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import COMPLETED, Included, ItemType, TokenCounter, free
from mockserver.api.items.fields import ItemId, ItemRole, Status
from mockserver.api.items.streaming import (
    ContentEvent,
    EventFields,
    EventOptions,
    pieces,
    text_deltas,
)
from mockserver.api.json import Json
from mockserver.api.parts import (
    Annotation,
    AssistantContent,
    ConversationPart,
    InstructionContent,
    Logprob,
    OutputPart,
    OutputText,
    RefusalPart,
    StreamedPart,
    UserContent,
)

__all__ = ["TYPES", "AssistantMessage", "UserMessage", "output_text"]

Phase: TypeAlias = Literal["commentary", "final_answer"]


class Message(TypedDict):
    id: str
    type: Literal["message"]
    status: Status
    content: list[OutputPart]
    phase: NotRequired[Phase]
    role: Literal["assistant"]


class ConversationMessage(TypedDict):
    """A message of anybody, in listings and conversations."""

    id: str
    type: Literal["message"]
    status: Status
    content: list[ConversationPart]
    phase: NotRequired[Phase]
    role: ItemRole


class _ReceivedMessage(TypedDict):
    id: NotRequired[ItemId | None]
    type: NotRequired[Literal["message"] | None]
    status: NotRequired[Status | None]


class AssistantMessage(_ReceivedMessage):
    role: Literal["assistant"]
    content: AssistantContent
    phase: NotRequired[Phase | None]


class UserMessage(_ReceivedMessage):
    role: Literal["user"]
    content: UserContent


class PlainMessage(_ReceivedMessage):
    """A message of the system or the developer."""

    role: Literal["assistant", "system", "developer", "user"]
    content: InstructionContent


class ItemReference(TypedDict):
    type: NotRequired[Literal["item_reference"] | None]
    id: str


class ContentPartEvent(ContentEvent):
    type: Literal["response.content_part.added", "response.content_part.done"]
    part: StreamedPart


class OutputTextDelta(ContentEvent):
    type: Literal["response.output_text.delta"]
    delta: str
    logprobs: list[Logprob]
    obfuscation: NotRequired[str]


class OutputTextDone(ContentEvent):
    type: Literal["response.output_text.done"]
    logprobs: list[Logprob]
    text: str


class AnnotationAdded(ContentEvent):
    type: Literal["response.output_text.annotation.added"]
    annotation: Annotation
    annotation_index: int


class RefusalDelta(ContentEvent):
    """Recorded: never padded (18 of 18)."""

    type: Literal["response.refusal.delta"]
    delta: str


class RefusalDone(ContentEvent):
    type: Literal["response.refusal.done"]
    refusal: str


# Its content, as an author may abbreviate it.


def output_text(text: str, **fields: Any) -> Json:
    """A content part of an assistant message, in wire order."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text, **fields}


def _content(value: Any) -> list[Json]:
    parts = value if isinstance(value, list) else [value]
    return [_part({"text": part} if isinstance(part, str) else dict(part)) for part in parts]


def _part(part: Json) -> Json:
    kind = part.get("type", "refusal" if "refusal" in part else "output_text")
    if kind == "refusal":
        return {"type": "refusal", **part}
    if kind != "output_text":
        return part
    whole = {**output_text(part.get("text", "")), **part}
    length = len(whole["text"])
    whole["annotations"] = [_annotation(dict(each), length) for each in whole["annotations"]]
    return whole


def _annotation(annotation: Json, length: int) -> Json:
    """A citation without a place covers the whole text."""
    place: Json = {}
    if annotation.get("type") in ("url_citation", "container_file_citation"):
        place = {"start_index": 0, "end_index": length}
    elif annotation.get("type") in ("file_citation", "file_path"):
        place = {"index": length}
    return {**annotation, **{key: value for key, value in place.items() if key not in annotation}}


def _listed_content(value: Any) -> Any:
    """Text parts lose the nulls that SDKs send when they pass one back."""
    return [_listed_part(part) for part in value] if isinstance(value, list) else value


def _listed_part(part: Json) -> Json:
    if part.get("type") not in ("input_text", "output_text"):
        return part
    return {key: value for key, value in part.items() if value is not None}


# Its events.


def _events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    for index, part in enumerate(item["content"]):
        at = {"content_index": index}
        if part["type"] == "refusal":
            opened, finished = {**part, "refusal": ""}, part
            written = text_deltas("refusal", "refusal", part["refusal"])
        else:
            opened = {**part, "annotations": [], "logprobs": [], "text": ""}
            # Recorded: `content_part.done` has none, though `output_text.done` has them all.
            finished = {**part, "logprobs": []}
            written = _text_events(part)
        yield "content_part.added", {"part": opened, **at}
        for name, fields in written:
            yield name, {**fields, **at}
        yield "content_part.done", {"part": finished, **at}


def _text_events(part: Json) -> Iterator[EventFields]:
    text: str = part["text"]
    logprobs = part.get("logprobs") or []
    annotations = part.get("annotations") or []
    ends = [_end(annotation, len(text)) for annotation in annotations]
    portions: Iterator[tuple[str, list[Json]]] = ((piece, []) for piece in pieces(text, ends))
    if logprobs:
        portions = ((entry["token"], [entry]) for entry in logprobs)
    offset = announced = 0
    for delta, probabilities in portions:
        yield "output_text.delta", {"delta": delta, "logprobs": probabilities}
        offset += len(delta)
        while announced < len(annotations) and ends[announced] <= offset:
            yield _announced(annotations, announced)
            announced += 1
    for index in range(announced, len(annotations)):
        yield _announced(annotations, index)
    yield "output_text.done", {"text": text, "logprobs": logprobs}


def _announced(annotations: list[Json], index: int) -> EventFields:
    fields = {"annotation": annotations[index], "annotation_index": index}
    return "output_text.annotation.added", fields


def _end(annotation: Json, length: int) -> int:
    """Where in the text an annotation is announced: after what it annotates."""
    if annotation.get("type") == "container_file_citation":
        # Recorded: after the last delta (2 of 2).
        return length
    end = annotation.get("end_index", annotation.get("index"))
    return end if isinstance(end, int) else length


# Data on demand, and tokens.


def _completed(item: Json, included: Included) -> Json:
    if "message.output_text.logprobs" not in included.names:
        return item
    parts = [
        {**part, "logprobs": part.get("logprobs") or included.logprobs(part["text"])}
        if part["type"] == "output_text"
        else part
        for part in item["content"]
    ]
    return {**item, "content": parts}


def _input_tokens(item: Json, counter: TokenCounter) -> int:
    costs = counter.costs
    tokens = costs.message + counter.content(item.get("content"))
    if item.get("role") == "assistant":
        tokens += costs.assistant
    if item.get("phase") == "commentary":
        tokens += costs.commentary
    return tokens


def _output_tokens(item: Json, counter: TokenCounter) -> int:
    parts = item.get("content")
    refusals = [part for part in parts if part.get("type") == "refusal"] if parts else ()
    return counter.message + counter.text(parts) + counter.costs.out_refusal * len(refusals)


message = ItemType(
    name="message",
    prefix="msg_",
    checks_id=True,
    sent=Message,
    listed=ConversationMessage,
    received=PlainMessage,
    open_responses=True,
    defaults={**COMPLETED, "content": [], "role": "assistant"},
    shapes={"content": _content},
    parts={"content": (OutputText, RefusalPart)},
    listed_shapes={"content": _listed_content},
    opens_as={"content": []},
    events=_events,
    event_types=(
        ContentPartEvent,
        OutputTextDelta,
        OutputTextDone,
        AnnotationAdded,
        RefusalDelta,
        RefusalDone,
    ),
    completed=_completed,
    input_tokens=_input_tokens,
    output_tokens=_output_tokens,
)

item_reference = ItemType(
    name="item_reference",
    prefix="item_",
    received=ItemReference,
    input_tokens=free,
)

TYPES = (message, item_reference)
