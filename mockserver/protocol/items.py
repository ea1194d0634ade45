"""Output items: what the model and the hosted tools write, and what listings and conversations hold besides.

Keys stand in wire order: `id`, `type`, `status`, then the rest alphabetically. In `response.output_item.added`
an item shows its fields empty, or not yet at all; those are `NotRequired` here.
"""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.protocol.json import Json
from mockserver.protocol.parts import (
    ComputerScreenshot,
    ConversationPart,
    InputPart,
    OutputPart,
    ReasoningText,
    SummaryText,
    ToolOutputContent,
)
from mockserver.protocol.tools import Tool

__all__ = ["ITEM_TYPES", "STORED_ITEM_TYPES", "OutputItem", "StoredItem"]

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]
Phase: TypeAlias = Literal["commentary", "final_answer"]


class DirectCaller(TypedDict):
    type: Literal["direct"]


class ProgramCaller(TypedDict):
    type: Literal["program"]
    caller_id: str


Caller: TypeAlias = Annotated[DirectCaller | ProgramCaller, Field(discriminator="type")]

_Async = TypedDict("_Async", {"async": NotRequired[bool]})


class Message(TypedDict):
    id: str
    type: Literal["message"]
    status: Status
    content: list[OutputPart]
    phase: NotRequired[Phase]
    role: Literal["assistant"]


class Reasoning(TypedDict):
    id: str
    type: Literal["reasoning"]
    status: NotRequired[Status]
    content: NotRequired[list[ReasoningText]]
    encrypted_content: NotRequired[str]
    summary: list[SummaryText]


class FunctionCall(_Async):
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


class CustomToolCall(_Async):
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


class SourceUrl(TypedDict):
    type: str
    url: NotRequired[str]
    name: NotRequired[str]


class SearchAction(TypedDict):
    type: Literal["search"]
    queries: NotRequired[list[str]]
    query: NotRequired[str]
    sources: NotRequired[list[SourceUrl]]


class OpenPageAction(TypedDict):
    type: Literal["open_page"]
    url: NotRequired[str | None]


class FindInPageAction(TypedDict):
    type: Literal["find_in_page"]
    pattern: str
    url: str


class WebSearchCall(TypedDict):
    id: str
    type: Literal["web_search_call"]
    status: Literal["in_progress", "searching", "completed", "failed", "incomplete"]
    action: NotRequired[Annotated[SearchAction | OpenPageAction | FindInPageAction, Field(discriminator="type")]]
    results: NotRequired[list[Any] | None]


class FileSearchResult(TypedDict):
    attributes: NotRequired[dict[str, str | float | bool] | None]
    file_id: NotRequired[str]
    filename: NotRequired[str]
    score: NotRequired[float]
    text: NotRequired[str]
    vector_store_id: NotRequired[str]


class FileSearchCall(TypedDict):
    id: str
    type: Literal["file_search_call"]
    status: Literal["in_progress", "searching", "completed", "incomplete", "failed"]
    queries: list[str]
    results: list[FileSearchResult] | None


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


class ImageGenerationCall(TypedDict):
    id: str
    type: Literal["image_generation_call"]
    status: Literal["in_progress", "generating", "completed", "failed"]
    action: NotRequired[Literal["generate", "edit", "auto"]]
    background: NotRequired[Literal["transparent", "opaque", "auto"]]
    error: NotRequired[Json]
    output_format: NotRequired[Literal["png", "webp", "jpeg", "gif", "svg"]]
    quality: NotRequired[Literal["low", "medium", "high", "xhigh", "max", "auto"]]
    result: NotRequired[str | None]
    revised_prompt: NotRequired[str | None]
    size: NotRequired[str]
    svg_usage: NotRequired[Json]


class Point(TypedDict):
    x: int
    y: int


class ClickAction(TypedDict):
    type: Literal["click"]
    button: Literal["left", "right", "wheel", "back", "forward"]
    keys: NotRequired[list[str] | None]
    x: int
    y: int


class PointerAction(TypedDict):
    type: Literal["double_click", "move"]
    keys: NotRequired[list[str] | None]
    x: int
    y: int


class DragAction(TypedDict):
    type: Literal["drag"]
    keys: NotRequired[list[str] | None]
    path: list[Point]


class KeypressAction(TypedDict):
    type: Literal["keypress"]
    keys: list[str]


class ScrollAction(TypedDict):
    type: Literal["scroll"]
    keys: NotRequired[list[str] | None]
    scroll_x: int
    scroll_y: int
    x: int
    y: int


class TypeAction(TypedDict):
    type: Literal["type"]
    text: str


class PlainAction(TypedDict):
    type: Literal["screenshot", "wait"]


ComputerAction: TypeAlias = Annotated[
    ClickAction | PointerAction | DragAction | KeypressAction | ScrollAction | TypeAction | PlainAction,
    Field(discriminator="type"),
]


class SafetyCheck(TypedDict):
    id: str
    code: NotRequired[str | None]
    message: NotRequired[str | None]


class ComputerCall(TypedDict):
    id: str
    type: Literal["computer_call"]
    status: Status
    action: NotRequired[ComputerAction]
    actions: NotRequired[list[ComputerAction]]
    call_id: str
    pending_safety_checks: list[SafetyCheck]


class ComputerCallOutput(TypedDict):
    id: str
    type: Literal["computer_call_output"]
    status: Literal["completed", "incomplete", "failed", "in_progress"]
    acknowledged_safety_checks: NotRequired[list[SafetyCheck]]
    call_id: str
    created_by: NotRequired[str]
    output: ComputerScreenshot


class McpToolInfo(TypedDict):
    annotations: NotRequired[Json | None]
    description: NotRequired[str | None]
    input_schema: Json
    name: str


class McpListTools(TypedDict):
    id: str
    type: Literal["mcp_list_tools"]
    error: NotRequired[str | Json | None]
    server_label: str
    tools: list[McpToolInfo]


class McpCall(TypedDict):
    id: str
    type: Literal["mcp_call"]
    status: Literal["in_progress", "completed", "incomplete", "calling", "failed"]
    approval_request_id: str | None
    arguments: str
    error: str | Json | None
    name: str
    output: str | None
    server_label: str


class McpApprovalRequest(TypedDict):
    id: str
    type: Literal["mcp_approval_request"]
    arguments: str
    name: str
    server_label: str


class McpApprovalResponse(TypedDict):
    id: str
    type: Literal["mcp_approval_response"]
    approval_request_id: str
    approve: bool
    reason: NotRequired[str | None]


class ExecAction(TypedDict):
    type: Literal["exec"]
    command: list[str]
    env: dict[str, str]
    timeout_ms: NotRequired[int | None]
    user: NotRequired[str | None]
    working_directory: NotRequired[str | None]


class LocalShellCall(TypedDict):
    id: str
    type: Literal["local_shell_call"]
    status: Status
    action: ExecAction
    call_id: str


class LocalShellCallOutput(TypedDict):
    id: str
    type: Literal["local_shell_call_output"]
    status: NotRequired[Status | None]
    call_id: NotRequired[str]
    output: str


class ShellAction(TypedDict):
    commands: list[str]
    max_output_length: int | None
    timeout_ms: int | None


class LocalShellEnvironment(TypedDict):
    type: Literal["local"]


class ContainerEnvironment(TypedDict):
    type: Literal["container_reference"]
    container_id: str


class ShellCall(TypedDict):
    id: str
    type: Literal["shell_call"]
    status: Status
    action: ShellAction
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    environment: NotRequired[
        Annotated[LocalShellEnvironment | ContainerEnvironment, Field(discriminator="type")] | None
    ]


class TimeoutOutcome(TypedDict):
    type: Literal["timeout"]


class ExitOutcome(TypedDict):
    type: Literal["exit"]
    exit_code: int


class ShellOutput(TypedDict):
    created_by: NotRequired[str]
    outcome: Annotated[TimeoutOutcome | ExitOutcome, Field(discriminator="type")]
    stderr: str
    stdout: str


class ShellCallOutput(TypedDict):
    id: str
    type: Literal["shell_call_output"]
    status: Status
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    max_output_length: int | None
    output: list[ShellOutput]


class FileOperation(TypedDict):
    type: Literal["create_file", "update_file"]
    diff: str
    path: str


class DeleteOperation(TypedDict):
    type: Literal["delete_file"]
    path: str


PatchOperation: TypeAlias = Annotated[FileOperation | DeleteOperation, Field(discriminator="type")]


class ApplyPatchCall(TypedDict):
    id: str
    type: Literal["apply_patch_call"]
    status: Literal["in_progress", "completed"]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    operation: PatchOperation


class ApplyPatchCallOutput(TypedDict):
    id: str
    type: Literal["apply_patch_call_output"]
    status: Literal["completed", "failed"]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    output: NotRequired[str | None]


class ToolSearchCall(TypedDict):
    id: str
    type: Literal["tool_search_call"]
    status: Status
    arguments: Any
    call_id: str | None
    created_by: NotRequired[str]
    execution: Literal["server", "client"]


class ToolSearchOutput(TypedDict):
    id: str
    type: Literal["tool_search_output"]
    status: Status
    call_id: str | None
    created_by: NotRequired[str]
    execution: Literal["server", "client"]
    tools: list[Tool]


class AdditionalTools(TypedDict):
    id: str
    type: Literal["additional_tools"]
    role: Literal["unknown", "user", "assistant", "system", "critic", "discriminator", "developer", "tool"]
    tools: list[Tool]


class Program(TypedDict):
    id: str
    type: Literal["program"]
    call_id: str
    code: str
    fingerprint: str


class ProgramOutput(TypedDict):
    id: str
    type: Literal["program_output"]
    status: Literal["completed", "incomplete"]
    call_id: str
    result: str


class Compaction(TypedDict):
    id: str
    type: Literal["compaction"]
    created_by: NotRequired[str]
    encrypted_content: str


# Items that only listings and conversations hold.


class UserMessage(TypedDict):
    id: str
    type: Literal["message"]
    status: Status
    content: list[InputPart]
    role: Literal["user", "system", "developer"]


class ConversationMessage(TypedDict):
    id: str
    type: Literal["message"]
    status: Status
    content: list[ConversationPart]
    phase: NotRequired[Phase]
    role: Literal["unknown", "user", "assistant", "system", "critic", "discriminator", "developer", "tool"]


class ConfigurationUpdate(TypedDict):
    id: str
    type: Literal["configuration_update"]
    reasoning: NotRequired[Json | None]
    text: NotRequired[Json | None]


_OtherOutput: TypeAlias = (
    FileSearchCall
    | FunctionCall
    | FunctionCallOutput
    | WebSearchCall
    | ComputerCall
    | ComputerCallOutput
    | Reasoning
    | Program
    | ProgramOutput
    | ToolSearchCall
    | ToolSearchOutput
    | AdditionalTools
    | Compaction
    | ImageGenerationCall
    | CodeInterpreterCall
    | LocalShellCall
    | LocalShellCallOutput
    | ShellCall
    | ShellCallOutput
    | ApplyPatchCall
    | ApplyPatchCallOutput
    | McpCall
    | McpListTools
    | McpApprovalRequest
    | McpApprovalResponse
    | CustomToolCall
    | CustomToolCallOutput
)

OutputItem: TypeAlias = Annotated[Message | _OtherOutput, Field(discriminator="type")]
"""Any item of `output`."""

StoredItem: TypeAlias = Annotated[ConversationMessage | ConfigurationUpdate | _OtherOutput, Field(discriminator="type")]
"""Any item of a list of input items or of a conversation."""

ITEM_TYPES: tuple[str, ...] = ("message", *(get_args(c.__annotations__["type"])[0] for c in get_args(_OtherOutput)))
"""Every `type` of an output item."""

STORED_ITEM_TYPES: tuple[str, ...] = (*ITEM_TYPES, "configuration_update")
"""Every `type` of an item in a listing."""
