"""Functions and custom tools: calls by a name that the client gave, and what it answers."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import CALL, CALL_OUTPUT, ItemType, TokenCounter, encoded
from mockserver.api.items.fields import AsyncField, Caller, Status, received
from mockserver.api.items.making import Making, Offer
from mockserver.api.items.streaming import (
    EventFields,
    EventOptions,
    ItemEvent,
    TextDelta,
    text_deltas,
)
from mockserver.api.json import Json
from mockserver.api.parts import ToolOutputContent

__all__ = ["TYPES", "made_up_call"]


class FunctionCall(AsyncField):
    id: str
    type: Literal["function_call"]
    status: Status
    arguments: str
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    name: str
    namespace: NotRequired[str]


class FunctionCallOutput(TypedDict):
    id: str
    type: Literal["function_call_output"]
    status: Status
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    name: NotRequired[str]
    namespace: NotRequired[str]
    output: ToolOutputContent


class CustomToolCall(AsyncField):
    id: str
    type: Literal["custom_tool_call"]
    status: NotRequired[Status]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    input: str
    name: str
    namespace: NotRequired[str]


class CustomToolCallOutput(TypedDict):
    id: str
    type: Literal["custom_tool_call_output"]
    status: NotRequired[Status]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    output: ToolOutputContent


class ArgumentsDelta(TextDelta):
    type: Literal["response.function_call_arguments.delta"]


class ArgumentsDone(ItemEvent):
    type: Literal["response.function_call_arguments.done"]
    arguments: str


class CustomInputDelta(TextDelta):
    type: Literal["response.custom_tool_call_input.delta"]


class CustomInputDone(ItemEvent):
    type: Literal["response.custom_tool_call_input.done"]
    input: str


def _function_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    return text_deltas("function_call_arguments", "arguments", item["arguments"])


def _custom_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    return text_deltas("custom_tool_call_input", "input", item["input"])


def _output(value: Any) -> Any:
    return value if isinstance(value, list) else encoded(value)


def _call_tokens(item: Json, counter: TokenCounter) -> int:
    written = counter.text(item.get("input")) or counter.arguments(item.get("arguments"))
    frame = counter.costs.call + (counter.costs.call_with_id if item.get("id") else 0)
    return frame + counter.text(item.get("name")) + written


def _written_tokens(item: Json, counter: TokenCounter) -> int:
    arguments = counter.text(item.get("arguments"))
    if counter.forced and counter.costs.out_forced_call is not None:
        return counter.costs.out_forced_call + arguments
    return counter.costs.out_call + counter.text(item.get("name")) + arguments


def _answer_tokens(item: Json, counter: TokenCounter) -> int:
    name = counter.called(item.get("call_id"))
    return counter.costs.call_output + name + counter.content(item.get("output"))


def made_up_call(making: Making, offer: Offer) -> Json:
    """The item that calls a function or a custom tool."""
    place: Json = {} if offer.namespace is None else {"namespace": offer.namespace}
    name = offer.tool["name"]
    if offer.kind == "custom":
        written = making.custom_input(offer.tool)
        return {"type": "custom_tool_call", "name": name, "input": written, **place}
    arguments = making.arguments(offer.tool.get("parameters"), name)
    return {"type": "function_call", "name": name, "arguments": arguments, **place}


function_call = ItemType(
    name="function_call",
    prefix="fc_",
    checks_id=True,
    sent=FunctionCall,
    received=received(FunctionCall, name=Annotated[str, Field(min_length=1)]),
    open_responses=True,
    defaults={**CALL, "arguments": "{}"},
    shapes={"arguments": encoded},
    opens_as={"arguments": ""},
    events=_function_events,
    event_types=(ArgumentsDelta, ArgumentsDone),
    answered_by="function_call_output",
    answer_keys=("name",),
    named_call=True,
    written="arguments",
    input_tokens=_call_tokens,
    output_tokens=_written_tokens,
)

function_call_output = ItemType(
    name="function_call_output",
    prefix="fco_",
    sent=FunctionCallOutput,
    received=received(
        FunctionCallOutput,
        unchecked=("name", "namespace"),
        optional=("call_id",),
        output=ToolOutputContent,
    ),
    open_responses=True,
    defaults={**CALL_OUTPUT, "output": ""},
    shapes={"output": _output},
    # A tool search that the client runs may be answered like a function.
    also_answers=("tool_search_call",),
    client_written=True,
    keeps_null=("call_id",),
    input_tokens=_answer_tokens,
)

custom_tool_call = ItemType(
    name="custom_tool_call",
    prefix="ctc_",
    checks_id=True,
    sent=CustomToolCall,
    received=received(CustomToolCall, unchecked=("namespace",)),
    defaults={**CALL, "input": ""},
    shapes={"input": encoded},
    opens_as={"input": ""},
    events=_custom_events,
    event_types=(CustomInputDelta, CustomInputDone),
    answered_by="custom_tool_call_output",
    named_call=True,
    written="input",
    input_tokens=_call_tokens,
)

custom_tool_call_output = ItemType(
    name="custom_tool_call_output",
    prefix="ctco_",
    sent=CustomToolCallOutput,
    received=received(CustomToolCallOutput, output=ToolOutputContent),
    defaults={**CALL_OUTPUT, "output": ""},
    client_written=True,
    input_tokens=_answer_tokens,
)

TYPES = (function_call, function_call_output, custom_tool_call, custom_tool_call_output)
