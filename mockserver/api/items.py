"""Output items: what the model and the hosted tools write, and what listings and conversations hold
besides.

Keys stand in wire order: `id`, `type`, `status`, then the rest alphabetically. In
`response.output_item.added` an item shows its fields empty, or not yet at all; those are
`NotRequired` here.
"""

from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.client_items import (
    ApplyPatchCall,
    ApplyPatchCallOutput,
    ComputerCall,
    ComputerCallOutput,
    CustomToolCall,
    CustomToolCallOutput,
    FunctionCall,
    FunctionCallOutput,
    LocalShellCall,
    LocalShellCallOutput,
    ShellCall,
    ShellCallOutput,
)
from mockserver.api.hosted_items import (
    AdditionalTools,
    CodeInterpreterCall,
    FileSearchCall,
    ImageGenerationCall,
    McpApprovalRequest,
    McpApprovalResponse,
    McpCall,
    McpListTools,
    Program,
    ProgramOutput,
    ToolSearchCall,
    ToolSearchOutput,
    WebSearchCall,
)
from mockserver.api.json import Json
from mockserver.api.parts import ConversationPart, OutputPart, ReasoningText, SummaryText

__all__ = ["ITEM_TYPES", "STORED_ITEM_TYPES", "OutputItem", "StoredItem"]

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]
Phase: TypeAlias = Literal["commentary", "final_answer"]


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


class Compaction(TypedDict):
    id: str
    type: Literal["compaction"]
    created_by: NotRequired[str]
    encrypted_content: str


# Items that only listings and conversations hold.


class ConversationMessage(TypedDict):
    id: str
    type: Literal["message"]
    status: Status
    content: list[ConversationPart]
    phase: NotRequired[Phase]
    role: Literal[
        "unknown", "user", "assistant", "system", "critic", "discriminator", "developer", "tool"
    ]


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

StoredItem: TypeAlias = Annotated[
    ConversationMessage | ConfigurationUpdate | _OtherOutput, Field(discriminator="type")
]
"""Any item of a list of input items or of a conversation."""

ITEM_TYPES: tuple[str, ...] = (
    "message",
    *(get_args(c.__annotations__["type"])[0] for c in get_args(_OtherOutput)),
)
"""Every `type` of an output item."""

STORED_ITEM_TYPES: tuple[str, ...] = (*ITEM_TYPES, "configuration_update")
"""Every `type` of an item in a listing."""
