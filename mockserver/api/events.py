"""Streaming events, of server-sent streams and WebSockets alike.

Events that look the same share a model. `type` comes first on the wire, the other keys in
alphabetical order.
"""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.client_items import ShellOutput
from mockserver.api.items import OutputItem
from mockserver.api.json import Json
from mockserver.api.parts import Annotation, Logprob, StreamedPart, SummaryText
from mockserver.api.responses import Response

__all__ = ["EVENT_TYPES", "LAST", "TERMINAL", "Event"]


class _Event(TypedDict):
    sequence_number: int
    stream_id: NotRequired[str]


class _ItemEvent(_Event):
    item_id: str
    output_index: int


class _ContentEvent(_ItemEvent):
    content_index: int


class _SummaryEvent(_ItemEvent):
    summary_index: int


class ErrorDetails(TypedDict):
    type: str
    code: str | None
    message: str
    param: NotRequired[str | None]
    headers: NotRequired[dict[str, str]]
    misalignment: NotRequired[Json]


class ResponseEvent(_Event):
    type: Literal[
        "response.created",
        "response.queued",
        "response.in_progress",
        "response.completed",
        "response.incomplete",
        "response.failed",
    ]
    response: Response


class ErrorEvent(TypedDict):
    type: Literal["error"]
    error: ErrorDetails
    sequence_number: NotRequired[int]
    status: NotRequired[int]
    stream_id: NotRequired[str]


class OutputItemEvent(_Event):
    type: Literal["response.output_item.added", "response.output_item.done"]
    item: OutputItem
    output_index: int


class ContentPartEvent(_ContentEvent):
    type: Literal["response.content_part.added", "response.content_part.done"]
    part: StreamedPart


class OutputTextDelta(_ContentEvent):
    type: Literal["response.output_text.delta"]
    delta: str
    logprobs: list[Logprob]
    obfuscation: NotRequired[str]


class OutputTextDone(_ContentEvent):
    type: Literal["response.output_text.done"]
    logprobs: list[Logprob]
    text: str


class AnnotationAdded(_ContentEvent):
    type: Literal["response.output_text.annotation.added"]
    annotation: Annotation
    annotation_index: int


class RefusalDelta(_ContentEvent):
    type: Literal["response.refusal.delta"]
    delta: str
    obfuscation: NotRequired[str]


class RefusalDone(_ContentEvent):
    type: Literal["response.refusal.done"]
    refusal: str


class RawReasoningDelta(_ContentEvent):
    type: Literal["response.reasoning_text.delta", "response.reasoning.delta"]
    delta: str
    obfuscation: NotRequired[str]


class RawReasoningDone(_ContentEvent):
    type: Literal["response.reasoning_text.done", "response.reasoning.done"]
    text: str


class SummaryPartAdded(_SummaryEvent):
    type: Literal["response.reasoning_summary_part.added"]
    part: SummaryText


class SummaryPartDone(_SummaryEvent):
    type: Literal["response.reasoning_summary_part.done"]
    part: SummaryText
    status: NotRequired[Literal["incomplete"]]


class SummaryTextDelta(_SummaryEvent):
    type: Literal["response.reasoning_summary_text.delta"]
    delta: str
    obfuscation: NotRequired[str]


class SummaryTextDone(_SummaryEvent):
    type: Literal["response.reasoning_summary_text.done"]
    text: str


class ItemDelta(_ItemEvent):
    type: Literal[
        "response.function_call_arguments.delta",
        "response.mcp_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.code_interpreter_call_code.delta",
        "response.apply_patch_call_operation_diff.delta",
    ]
    delta: str
    obfuscation: NotRequired[str]


class ArgumentsDone(_ItemEvent):
    type: Literal["response.function_call_arguments.done", "response.mcp_call_arguments.done"]
    arguments: str


class CustomInputDone(_ItemEvent):
    type: Literal["response.custom_tool_call_input.done"]
    input: str


class CodeDone(_ItemEvent):
    type: Literal["response.code_interpreter_call_code.done"]
    code: str


class DiffDone(_ItemEvent):
    type: Literal["response.apply_patch_call_operation_diff.done"]
    diff: str


class ProgressEvent(_ItemEvent):
    type: Literal[
        "response.web_search_call.in_progress",
        "response.web_search_call.searching",
        "response.web_search_call.completed",
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
        "response.image_generation_call.in_progress",
        "response.image_generation_call.generating",
        "response.image_generation_call.completed",
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.compaction.compacting",
    ]


class PartialImage(_ItemEvent):
    type: Literal["response.image_generation_call.partial_image"]
    background: NotRequired[str]
    output_format: NotRequired[str]
    partial_image_b64: str
    partial_image_index: int
    quality: NotRequired[str]
    size: NotRequired[str]


class ShellCommandEvent(_Event):
    type: Literal["response.shell_call_command.added", "response.shell_call_command.done"]
    command: str
    command_index: int
    output_index: int


class ShellCommandDelta(_Event):
    type: Literal["response.shell_call_command.delta"]
    command_index: int
    delta: str
    obfuscation: NotRequired[str]
    output_index: int


class ShellDelta(TypedDict):
    """One of the two, or both."""

    stderr: NotRequired[str]
    stdout: NotRequired[str]


class ShellOutputDelta(_ItemEvent):
    type: Literal["response.shell_call_output_content.delta"]
    command_index: int
    delta: ShellDelta


class ShellOutputDone(_ItemEvent):
    type: Literal["response.shell_call_output_content.done"]
    command_index: int
    output: list[ShellOutput]


class AudioDelta(_Event):
    type: Literal["response.audio.delta", "response.audio.transcript.delta"]
    delta: str


class PlainEvent(_Event):
    type: Literal["response.audio.done", "response.audio.transcript.done", "keepalive"]


# Steering, on a WebSocket only.


class Steer(TypedDict):
    id: str
    previous_response_id: str


class SteerAccepted(_Event):
    type: Literal["response.steer.accepted"]
    steer: Steer


class SteerPending(_Event):
    type: Literal["response.steer.pending"]
    reason: str
    required_input: list[Json]
    steer: Steer


class SteeredInput(TypedDict):
    id: NotRequired[str | None]
    input: Any
    previous_response_id: str


class SteerFailed(_Event):
    type: Literal["response.steer.failed"]
    error: ErrorDetails
    steer: SteeredInput


Event: TypeAlias = Annotated[
    ResponseEvent
    | ErrorEvent
    | OutputItemEvent
    | ContentPartEvent
    | OutputTextDelta
    | OutputTextDone
    | AnnotationAdded
    | RefusalDelta
    | RefusalDone
    | RawReasoningDelta
    | RawReasoningDone
    | SummaryPartAdded
    | SummaryPartDone
    | SummaryTextDelta
    | SummaryTextDone
    | ItemDelta
    | ArgumentsDone
    | CustomInputDone
    | CodeDone
    | DiffDone
    | ProgressEvent
    | PartialImage
    | ShellCommandEvent
    | ShellCommandDelta
    | ShellOutputDelta
    | ShellOutputDone
    | AudioDelta
    | PlainEvent
    | SteerAccepted
    | SteerPending
    | SteerFailed,
    Field(discriminator="type"),
]
"""Any event."""

EVENT_TYPES: tuple[str, ...] = tuple(
    name
    for model in get_args(get_args(Event)[0])
    for name in get_args(model.__annotations__["type"])
)
"""Every `type` of an event: those of the API, the undocumented ones, those of Open Responses, and
steering.
"""

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The events that bring a finished Response."""

LAST = TERMINAL | {"error"}
"""The events after which a WebSocket has nothing more to say to a request."""
