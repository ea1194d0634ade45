"""Output items of tools that the service runs: searches, code, images, MCP, tool search,
programs.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.json import Json
from mockserver.api.tools import Tool

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


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
    action: NotRequired[
        Annotated[SearchAction | OpenPageAction | FindInPageAction, Field(discriminator="type")]
    ]
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
    role: Literal[
        "unknown", "user", "assistant", "system", "critic", "discriminator", "developer", "tool"
    ]
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
