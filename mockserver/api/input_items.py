"""Input items: what a request may hold.

Laxer than the output items: ids and statuses may be missing, null stands for absent, `type` may be
omitted for messages and references, and keys that are not listed are kept, so that any output item
can be sent back unchanged.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag
from typing_extensions import NotRequired, TypedDict

from mockserver.api.json import Json
from mockserver.api.parts import (
    AssistantContent,
    ComputerScreenshot,
    ToolOutputContent,
    UserContent,
    one_of,
)
from mockserver.api.tools import Tool

__all__ = ["Input", "InputItem", "InputItems"]

ItemId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
CallId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]
EncryptedContent: TypeAlias = Annotated[str, Field(max_length=20_971_520)]


class _Item(TypedDict):
    id: NotRequired[ItemId | None]


class _StatusItem(_Item):
    status: NotRequired[Status | None]


class AssistantMessage(_StatusItem):
    type: NotRequired[Literal["message"] | None]
    role: Literal["assistant"]
    content: AssistantContent
    phase: NotRequired[Literal["commentary", "final_answer"] | None]


class PlainMessage(_StatusItem):
    """A message of a user, the system or the developer."""

    type: NotRequired[Literal["message"] | None]
    role: Literal["assistant", "system", "developer", "user"]
    content: UserContent


class ItemReference(TypedDict):
    type: NotRequired[Literal["item_reference"] | None]
    id: str


class Reasoning(_StatusItem):
    type: Literal["reasoning"]
    content: NotRequired[list[Json] | None]
    encrypted_content: NotRequired[EncryptedContent | None]
    summary: list[Json]


class FunctionCall(_StatusItem):
    type: Literal["function_call"]
    arguments: str
    call_id: CallId
    name: Annotated[str, Field(min_length=1)]
    namespace: NotRequired[str | None]


class FunctionCallOutput(_StatusItem):
    type: Literal["function_call_output"]
    call_id: NotRequired[CallId | None]
    output: ToolOutputContent


class CustomToolCall(_StatusItem):
    type: Literal["custom_tool_call"]
    call_id: CallId
    input: str
    name: str


class CustomToolCallOutput(_StatusItem):
    type: Literal["custom_tool_call_output"]
    call_id: CallId
    output: ToolOutputContent


class WebSearchCall(_Item):
    type: Literal["web_search_call"]
    action: NotRequired[Json | None]
    status: NotRequired[str | None]


class FileSearchCall(_Item):
    type: Literal["file_search_call"]
    queries: list[str]
    results: NotRequired[list[Json] | None]
    status: NotRequired[str | None]


class CodeInterpreterCall(_Item):
    type: Literal["code_interpreter_call"]
    code: NotRequired[str | None]
    container_id: str
    outputs: NotRequired[list[Json] | None]
    status: NotRequired[str | None]


class ImageGenerationCall(_Item):
    type: Literal["image_generation_call"]
    result: NotRequired[str | None]
    status: NotRequired[str | None]


class ComputerCall(_StatusItem):
    type: Literal["computer_call"]
    action: NotRequired[Json | None]
    actions: NotRequired[list[Json] | None]
    call_id: CallId
    pending_safety_checks: NotRequired[list[Json] | None]


class ComputerCallOutput(_Item):
    type: Literal["computer_call_output"]
    acknowledged_safety_checks: NotRequired[list[Json] | None]
    call_id: CallId
    output: ComputerScreenshot
    status: NotRequired[str | None]


class McpListTools(_Item):
    type: Literal["mcp_list_tools"]
    error: NotRequired[Any]
    server_label: str
    tools: list[Json]


class McpCall(_Item):
    type: Literal["mcp_call"]
    approval_request_id: NotRequired[str | None]
    arguments: str
    error: NotRequired[Any]
    name: str
    output: NotRequired[str | None]
    server_label: str
    status: NotRequired[str | None]


class McpApprovalRequest(_Item):
    type: Literal["mcp_approval_request"]
    arguments: str
    name: str
    server_label: str


class McpApprovalResponse(_Item):
    type: Literal["mcp_approval_response"]
    approval_request_id: str
    approve: bool
    reason: NotRequired[str | None]


class LocalShellCall(_StatusItem):
    type: Literal["local_shell_call"]
    action: Json
    call_id: CallId


class LocalShellCallOutput(_StatusItem):
    type: Literal["local_shell_call_output"]
    call_id: NotRequired[CallId | None]
    output: str


class ShellAction(TypedDict):
    commands: list[str]
    max_output_length: NotRequired[int | None]
    timeout_ms: NotRequired[int | None]


class ShellCall(_StatusItem):
    type: Literal["shell_call"]
    action: ShellAction
    call_id: CallId
    environment: NotRequired[Json | None]


class ShellCallOutput(_StatusItem):
    type: Literal["shell_call_output"]
    call_id: CallId
    max_output_length: NotRequired[int | None]
    output: list[Json]


class ApplyPatchCall(_Item):
    type: Literal["apply_patch_call"]
    call_id: CallId
    operation: Json
    status: NotRequired[Literal["in_progress", "completed"] | None]


class ApplyPatchCallOutput(_Item):
    type: Literal["apply_patch_call_output"]
    call_id: CallId
    output: NotRequired[str | None]
    status: Literal["completed", "failed"]


class ToolSearchCall(_StatusItem):
    type: Literal["tool_search_call"]
    arguments: Any
    call_id: NotRequired[CallId | None]
    execution: NotRequired[Literal["server", "client"] | None]


class ToolSearchOutput(_StatusItem):
    type: Literal["tool_search_output"]
    call_id: NotRequired[CallId | None]
    execution: NotRequired[Literal["server", "client"] | None]
    tools: list[Tool]


class AdditionalTools(_Item):
    type: Literal["additional_tools"]
    role: NotRequired[str | None]
    tools: list[Tool]


class ConfigurationUpdate(_Item):
    type: Literal["configuration_update"]
    reasoning: NotRequired[Json | None]
    text: NotRequired[Json | None]


class Program(_Item):
    type: Literal["program"]
    call_id: CallId
    code: str
    fingerprint: str


class ProgramOutput(_Item):
    type: Literal["program_output"]
    call_id: CallId
    result: str
    status: NotRequired[Literal["completed", "incomplete"] | None]


class Compaction(_Item):
    type: Literal["compaction"]
    encrypted_content: EncryptedContent


class CompactionTrigger(_Item):
    type: Literal["compaction_trigger"]


def _tag(item: Any) -> str | None:
    """Which model an item is for: its type, which a message and a reference may omit."""
    if not isinstance(item, dict):
        return None
    kind = item.get("type")
    if kind is None:
        kind = (
            "item_reference"
            if "id" in item and "role" not in item and "content" not in item
            else "message"
        )
    if kind == "message" and item.get("role") == "assistant":
        return "<assistant>"
    return kind if isinstance(kind, str) else "<none>"


InputItem: TypeAlias = Annotated[
    Annotated[PlainMessage, Tag("message")]
    | Annotated[AssistantMessage, Tag("<assistant>")]
    | Annotated[ItemReference, Tag("item_reference")]
    | Annotated[Reasoning, Tag("reasoning")]
    | Annotated[FunctionCall, Tag("function_call")]
    | Annotated[FunctionCallOutput, Tag("function_call_output")]
    | Annotated[CustomToolCall, Tag("custom_tool_call")]
    | Annotated[CustomToolCallOutput, Tag("custom_tool_call_output")]
    | Annotated[WebSearchCall, Tag("web_search_call")]
    | Annotated[FileSearchCall, Tag("file_search_call")]
    | Annotated[CodeInterpreterCall, Tag("code_interpreter_call")]
    | Annotated[ImageGenerationCall, Tag("image_generation_call")]
    | Annotated[ComputerCall, Tag("computer_call")]
    | Annotated[ComputerCallOutput, Tag("computer_call_output")]
    | Annotated[McpListTools, Tag("mcp_list_tools")]
    | Annotated[McpCall, Tag("mcp_call")]
    | Annotated[McpApprovalRequest, Tag("mcp_approval_request")]
    | Annotated[McpApprovalResponse, Tag("mcp_approval_response")]
    | Annotated[LocalShellCall, Tag("local_shell_call")]
    | Annotated[LocalShellCallOutput, Tag("local_shell_call_output")]
    | Annotated[ShellCall, Tag("shell_call")]
    | Annotated[ShellCallOutput, Tag("shell_call_output")]
    | Annotated[ApplyPatchCall, Tag("apply_patch_call")]
    | Annotated[ApplyPatchCallOutput, Tag("apply_patch_call_output")]
    | Annotated[ToolSearchCall, Tag("tool_search_call")]
    | Annotated[ToolSearchOutput, Tag("tool_search_output")]
    | Annotated[AdditionalTools, Tag("additional_tools")]
    | Annotated[ConfigurationUpdate, Tag("configuration_update")]
    | Annotated[Program, Tag("program")]
    | Annotated[ProgramOutput, Tag("program_output")]
    | Annotated[Compaction, Tag("compaction")]
    | Annotated[CompactionTrigger, Tag("compaction_trigger")],
    Discriminator(_tag),
]

# Only the first error is told; looking for more would cost seconds in a long list.
InputItems: TypeAlias = Annotated[list[InputItem], Field(fail_fast=True)]

Input: TypeAlias = Annotated[
    Annotated[str, Tag("<string>"), Field(max_length=10_485_760)]
    | Annotated[InputItems, Tag("<array>")],
    one_of("an array of objects or string"),
]
