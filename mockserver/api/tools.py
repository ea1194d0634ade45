"""Tools and tool choices. One model serves the request and its echo: the echo only fills in more of
the keys.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union, get_args

from pydantic import Field, Tag
from typing_extensions import NotRequired, TypedDict

from mockserver.api.json import Json
from mockserver.api.later import LaterUnion
from mockserver.api.parts import one_of

__all__ = ["MCP_SERVERS", "TOOL_TYPES", "Tool", "ToolChoice", "family"]

ToolName: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]+$")
]
Callers: TypeAlias = list[Literal["direct", "programmatic"]]
FileIds: TypeAlias = Annotated[list[str], Field(max_length=50)]
ContextSize: TypeAlias = Literal["low", "medium", "high"]
MemoryLimit: TypeAlias = Literal["1g", "4g", "16g", "64g"]

# `async` is a keyword of Python, so that these keys need the functional form.
_Async = TypedDict("_Async", {"async": NotRequired[bool | None]})


class FunctionTool(_Async):
    type: Literal["function"]
    allowed_callers: NotRequired[Callers | None]
    defer_loading: NotRequired[bool | None]
    description: NotRequired[str | None]
    name: ToolName
    output_schema: NotRequired[Json | None]
    parameters: NotRequired[Json | None]
    strict: NotRequired[bool | None]


class TextSyntax(TypedDict):
    type: Literal["text"]


class Grammar(TypedDict):
    type: Literal["grammar"]
    definition: str
    syntax: Literal["lark", "regex"]


class CustomTool(_Async):
    type: Literal["custom"]
    allowed_callers: NotRequired[Callers | None]
    defer_loading: NotRequired[bool | None]
    description: NotRequired[str | None]
    format: NotRequired[Annotated[TextSyntax | Grammar, Field(discriminator="type")] | None]
    name: ToolName


class NamespaceTool(TypedDict):
    type: Literal["namespace"]
    description: NotRequired[str | None]
    name: ToolName
    tools: list[Annotated[FunctionTool | CustomTool, Field(discriminator="type")]]


class ToolSearchTool(TypedDict):
    type: Literal["tool_search"]
    description: NotRequired[str | None]
    execution: NotRequired[Literal["server", "client"] | None]
    parameters: NotRequired[Json | None]


class ProgrammaticToolCalling(TypedDict):
    type: Literal["programmatic_tool_calling"]


class HybridSearch(TypedDict):
    embedding_weight: float
    text_weight: float


class RankingOptions(TypedDict):
    hybrid_search: NotRequired[HybridSearch | None]
    ranker: NotRequired[Literal["auto", "default-2024-11-15"] | None]
    score_threshold: NotRequired[Annotated[float, Field(ge=0.0, le=1.0)] | None]


class ComparisonFilter(TypedDict):
    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: str
    value: str | float | bool | list[str | float]


class CompoundFilter(TypedDict):
    type: Literal["and", "or"]
    # One that stands in another may be of either kind; what is none, nothing fulfils.
    filters: list[dict[str, Any]]


SearchFilter: TypeAlias = Annotated[ComparisonFilter | CompoundFilter, Field(discriminator="type")]


class FileSearchTool(TypedDict):
    type: Literal["file_search"]
    filters: NotRequired[SearchFilter | None]
    max_num_results: NotRequired[Annotated[int, Field(ge=1, le=50)] | None]
    ranking_options: NotRequired[RankingOptions | None]
    vector_store_ids: list[str]


class DomainFilter(TypedDict):
    allowed_domains: NotRequired[list[str] | None]
    blocked_domains: NotRequired[list[str] | None]


class UserLocation(TypedDict):
    type: NotRequired[Literal["approximate"] | None]
    city: NotRequired[str | None]
    country: NotRequired[str | None]
    region: NotRequired[str | None]
    timezone: NotRequired[str | None]


class WebSearchTool(TypedDict):
    type: Literal[
        "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"
    ]
    external_web_access: NotRequired[bool | None]
    filters: NotRequired[DomainFilter | None]
    return_token_budget: NotRequired[Literal["default", "unlimited"] | int | None]
    search_content_types: NotRequired[list[Literal["text", "image"]] | None]
    search_context_size: NotRequired[ContextSize | None]
    user_location: NotRequired[UserLocation | None]


class ComputerTool(TypedDict):
    type: Literal["computer", "computer_use"]


class ComputerUsePreviewTool(TypedDict):
    type: Literal["computer_use_preview"]
    display_height: int
    display_width: int
    environment: Literal["windows", "mac", "linux", "ubuntu", "browser"]


class ToolFilter(TypedDict):
    read_only: NotRequired[bool | None]
    tool_names: NotRequired[list[str] | None]


class ApprovalFilter(TypedDict):
    always: NotRequired[ToolFilter | None]
    never: NotRequired[ToolFilter | None]


class McpTool(TypedDict):
    type: Literal["mcp"]
    allowed_callers: NotRequired[Callers | None]
    allowed_tools: NotRequired[
        Annotated[
            Annotated[list[str], Tag("<array>")] | Annotated[ToolFilter, Tag("<object>")],
            one_of("an array of strings or object"),
        ]
        | None
    ]
    authorization: NotRequired[str | None]
    connector_id: NotRequired[str | None]
    defer_loading: NotRequired[bool | None]
    headers: NotRequired[dict[str, str] | None]
    require_approval: NotRequired[
        Annotated[
            Annotated[Literal["always", "never"], Tag("<string>")]
            | Annotated[ApprovalFilter, Tag("<object>")],
            one_of("a string or object"),
        ]
        | None
    ]
    server_description: NotRequired[str | None]
    server_label: str
    server_url: NotRequired[str | None]
    tunnel_id: NotRequired[str | None]


MCP_SERVERS = ("server_url", "connector_id", "tunnel_id")
"""Members of an MCP tool that say where the server is, in the order in which errors name them."""


class NetworkDisabled(TypedDict):
    type: Literal["disabled"]


class DomainSecret(TypedDict):
    domain: str
    name: str
    value: str


class NetworkAllowlist(TypedDict):
    type: Literal["allowlist"]
    allowed_domains: list[str]
    domain_secrets: NotRequired[list[DomainSecret] | None]


NetworkPolicy: TypeAlias = Annotated[
    NetworkDisabled | NetworkAllowlist, Field(discriminator="type")
]


class ContainerAuto(TypedDict):
    type: Literal["auto"]
    file_ids: NotRequired[FileIds | None]
    memory_limit: NotRequired[MemoryLimit | None]
    network_policy: NotRequired[NetworkPolicy | None]


class CodeInterpreterTool(TypedDict):
    type: Literal["code_interpreter"]
    allowed_callers: NotRequired[Callers | None]
    container: Annotated[
        Annotated[str, Tag("<string>")] | Annotated[ContainerAuto, Tag("<object>")],
        one_of("a string or object"),
    ]


class ImageMask(TypedDict):
    file_id: NotRequired[str | None]
    image_url: NotRequired[str | None]


class ImageGenerationTool(TypedDict):
    type: Literal["image_generation"]
    action: NotRequired[Literal["generate", "edit", "auto"] | None]
    background: NotRequired[Literal["transparent", "opaque", "auto"] | None]
    complexity: NotRequired[Literal["low", "medium", "high"] | None]
    frame_count: NotRequired[int | None]
    frame_duration_ms: NotRequired[int | None]
    input_fidelity: NotRequired[Literal["high", "low"] | None]
    input_image_mask: NotRequired[ImageMask | None]
    model: NotRequired[str | None]
    moderation: NotRequired[Literal["auto", "low"] | None]
    n: NotRequired[int | None]
    output_compression: NotRequired[Annotated[int, Field(ge=0, le=100)] | None]
    output_format: NotRequired[Literal["png", "webp", "jpeg", "gif", "svg"] | None]
    partial_images: NotRequired[Annotated[int, Field(ge=0, le=3)] | None]
    quality: NotRequired[Literal["low", "medium", "high", "xhigh", "max", "auto"] | None]
    size: NotRequired[str | None]
    svg: NotRequired[Json | None]


class LocalShellTool(TypedDict):
    type: Literal["local_shell"]


class ShellContainerAuto(TypedDict):
    type: Literal["container_auto"]
    file_ids: NotRequired[FileIds | None]
    memory_limit: NotRequired[MemoryLimit | None]
    network_policy: NotRequired[NetworkPolicy | None]
    skills: NotRequired[list[Json] | None]


class LocalEnvironment(TypedDict):
    type: Literal["local"]
    skills: NotRequired[list[Json] | None]


class ContainerReference(TypedDict):
    type: Literal["container_reference"]
    container_id: str


class ShellTool(TypedDict):
    type: Literal["shell"]
    allowed_callers: NotRequired[Callers | None]
    environment: NotRequired[
        Annotated[
            ShellContainerAuto | LocalEnvironment | ContainerReference, Field(discriminator="type")
        ]
        | None
    ]


class ApplyPatchTool(TypedDict):
    type: Literal["apply_patch"]
    allowed_callers: NotRequired[Callers | None]


_TOOLS: tuple[Any, ...] = (
    FunctionTool,
    FileSearchTool,
    WebSearchTool,
    ComputerTool,
    ComputerUsePreviewTool,
    McpTool,
    CodeInterpreterTool,
    ProgrammaticToolCalling,
    ImageGenerationTool,
    LocalShellTool,
    ShellTool,
    CustomTool,
    NamespaceTool,
    ToolSearchTool,
    ApplyPatchTool,
)
_TOOL_TYPES = {name: each for each in _TOOLS for name in get_args(each.__annotations__["type"])}

if TYPE_CHECKING:
    Tool: TypeAlias = Json
else:
    Tool = Annotated[
        Any,
        LaterUnion(
            lambda: Annotated[Union[_TOOLS], Field(discriminator="type")],  # noqa: UP007
            lambda tool: _TOOL_TYPES.get(_type_of(tool)),
        ),
    ]
    """Any tool of a request, or of its echo."""

TOOL_TYPES: tuple[str, ...] = tuple(_TOOL_TYPES)
"""Every `type` of a tool."""


def _type_of(tool: Any) -> str | None:
    kind = tool.get("type") if isinstance(tool, dict) else None
    return kind if isinstance(kind, str) else None


def family(kind: str) -> str:
    """The type of a tool without a date or `preview`, which stand for the same tool: `web_search`,
    `computer` …
    """
    return next((name for name in ("web_search", "computer") if kind.startswith(name)), kind)


class NamedChoice(TypedDict):
    type: Literal["function", "custom"]
    name: str


class McpChoice(TypedDict):
    type: Literal["mcp"]
    name: NotRequired[str | None]
    server_label: str


class AllowedTools(TypedDict):
    type: Literal["allowed_tools"]
    mode: Literal["auto", "required", "none"]
    tools: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=128)]


class HostedChoice(TypedDict):
    type: Literal[
        "file_search",
        "web_search",
        "web_search_2025_08_26",
        "web_search_preview",
        "web_search_preview_2025_03_11",
        "computer",
        "computer_use",
        "computer_use_preview",
        "image_generation",
        "code_interpreter",
        "apply_patch",
        "shell",
        "programmatic_tool_calling",
    ]


ToolChoice: TypeAlias = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag("<string>")]
    | Annotated[
        Annotated[
            NamedChoice | McpChoice | AllowedTools | HostedChoice, Field(discriminator="type")
        ],
        Tag("<object>"),
    ],
    one_of("an object or 'none', 'auto', or 'required'"),
]
