"""Code that runs in a container of the service."""

from collections.abc import Iterator, Sequence
from operator import methodcaller
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import COMPLETED, ItemType, constant
from mockserver.api.items.fields import received
from mockserver.api.items.making import HostedTool, Making, Offer
from mockserver.api.items.streaming import (
    EventFields,
    EventOptions,
    ItemEvent,
    TextDelta,
    stages,
    text_deltas,
)
from mockserver.api.json import Json

__all__ = ["TYPES"]

_OUTPUTS = "code_interpreter_call.outputs"
"""What asks for `outputs`."""


class LogsOutput(TypedDict):
    type: Literal["logs"]
    logs: str


class ImageOutput(TypedDict):
    type: Literal["image"]
    url: str


class CodeInterpreterCall(TypedDict):
    id: str
    type: Literal["code_interpreter_call"]
    status: Literal["in_progress", "interpreting", "completed", "incomplete", "failed"]
    code: str | None
    container_id: str
    outputs: list[Annotated[LogsOutput | ImageOutput, Field(discriminator="type")]] | None


class CodeInterpreterProgress(ItemEvent):
    type: Literal[
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
    ]


class CodeDelta(TextDelta):
    type: Literal["response.code_interpreter_call_code.delta"]


class CodeDone(ItemEvent):
    type: Literal["response.code_interpreter_call_code.done"]
    code: str


def _opening(item: Json, options: EventOptions) -> Json:
    """Recorded: no outputs yet where they are asked for (2 of 2), else null (5 of 5)."""
    return {**item, "outputs": [] if _OUTPUTS in options.include else None}


def _events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    yield "code_interpreter_call.in_progress", {}
    yield from text_deltas("code_interpreter_call_code", "code", item.get("code") or "")
    yield from stages(item, "interpreting")


def _made_up_run(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A program about the question, what it prints, and a message that says it."""
    words = len(making.query.split())
    call: Json = {
        "type": "code_interpreter_call",
        "code": f"question = {making.query!r}\nprint(len(question.split()))",
    }
    if _OUTPUTS in making.request.include:
        call["outputs"] = [{"type": "logs", "logs": f"{words}\n"}]
    if isinstance(offer.tool["container"], str):
        call["container_id"] = offer.tool["container"]
    return [call, making.message(f"The code printed {words}: so many words are in the question.")]


code_interpreter_call = ItemType(
    name="code_interpreter_call",
    prefix="ci_",
    checks_id=True,
    sent=CodeInterpreterCall,
    received=received(CodeInterpreterCall, status=NotRequired[str | None]),
    defaults={
        **COMPLETED,
        "code": "",
        "container_id": methodcaller("container"),
        "outputs": None,
    },
    opens_as={"code": ""},
    opening=_opening,
    events=_events,
    event_types=(CodeInterpreterProgress, CodeDelta, CodeDone),
    written="code",
    result_tokens=constant(900),
    tool=HostedTool("code_interpreter", 650, _made_up_run),
)

TYPES = (code_interpreter_call,)
