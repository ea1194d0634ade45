"""The Response and what belongs to it, keys in wire order.

Every key is always there, null included, except those that are `NotRequired`: these are absent
unless in use.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, Tag, with_config
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items import OutputItem, StoredItem
from mockserver.api.json import Json
from mockserver.api.parts import STRICT, one_of
from mockserver.api.tools import Tool, ToolChoice

__all__ = [
    "RUNNING",
    "WIRE_ORDER",
    "CompactedResponse",
    "Conversation",
    "DeletedResponse",
    "InputTokenCount",
    "ItemList",
    "Response",
    "Usage",
]

Status: TypeAlias = Literal[
    "queued", "in_progress", "completed", "failed", "incomplete", "cancelled"
]
RUNNING = frozenset({"queued", "in_progress"})
"""The statuses of a response that has not ended."""

Reason: TypeAlias = Literal["max_output_tokens", "content_filter", "max_messages", "steered"]
"""Why a response is incomplete."""


class CacheWriteDetails(TypedDict):
    ttl_12h_tokens: int
    ttl_30m_tokens: int


class InputTokensDetails(TypedDict):
    cache_write_tokens: int
    cache_write_tokens_details: NotRequired[CacheWriteDetails]
    cached_tokens: int


class OutputTokensDetails(TypedDict):
    reasoning_tokens: int


class Usage(TypedDict):
    """Token counts; `total_tokens` is input and output together."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class ImageTokensDetails(TypedDict):
    image_tokens: int
    text_tokens: int


class ImageUsage(TypedDict):
    input_tokens: int
    input_tokens_details: ImageTokensDetails
    output_tokens: int
    output_tokens_details: ImageTokensDetails
    total_tokens: int


class WebSearchUsage(TypedDict):
    num_requests: int


class ToolUsage(TypedDict):
    image_gen: ImageUsage
    web_search: WebSearchUsage


class Billing(TypedDict):
    payer: Literal["developer"]


class ConversationReference(TypedDict):
    id: str


ErrorCode: TypeAlias = Literal[
    "server_error",
    "rate_limit_exceeded",
    "invalid_prompt",
    "data_residency_mismatch",
    "bio_policy",
    "misalignment_policy_violation",
    "vector_store_timeout",
    "invalid_image",
    "invalid_image_format",
    "invalid_base64_image",
    "invalid_image_url",
    "image_too_large",
    "image_too_small",
    "image_parse_error",
    "image_content_policy_violation",
    "invalid_image_mode",
    "image_file_too_large",
    "unsupported_image_media_type",
    "empty_image_file",
    "failed_to_download_image",
    "image_file_not_found",
    # In no list of the API's, but on the wire.
    "insufficient_quota",
]


class ResponseError(TypedDict):
    code: ErrorCode
    message: str
    misalignment: NotRequired[Json]
    param: NotRequired[str | None]
    type: NotRequired[str]


class IncompleteDetails(TypedDict):
    reason: Reason


class ModerationResult(TypedDict):
    type: Literal["moderation_result"]
    categories: dict[str, bool]
    category_applied_input_types: dict[str, list[str]]
    category_scores: dict[str, float]
    flagged: bool
    model: str


class ModerationError(TypedDict):
    type: Literal["error"]
    code: str
    message: str


ModerationOutcome: TypeAlias = Annotated[
    ModerationResult | ModerationError, Field(discriminator="type")
]


class Moderation(TypedDict):
    input: ModerationOutcome
    output: ModerationOutcome


class Reasoning(TypedDict):
    """`context` and `mode` are there on models that reason."""

    context: NotRequired[Literal["auto", "current_turn", "all_turns"] | None]
    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None
    generate_summary: NotRequired[Literal["concise", "detailed", "auto"] | None]
    mode: NotRequired[Literal["standard", "pro"]]
    summary: Literal["concise", "detailed", "auto"] | None


class PlainFormat(TypedDict):
    type: Literal["text", "json_object"]


class JsonSchemaFormat(TypedDict):
    type: Literal["json_schema"]
    description: str | None
    name: str
    schema: Json | None
    strict: bool


class TextConfig(TypedDict):
    format: Annotated[PlainFormat | JsonSchemaFormat, Field(discriminator="type")]
    verbosity: Literal["low", "medium", "high"]


class Prompt(TypedDict):
    id: str
    variables: NotRequired[Json | None]
    version: NotRequired[str | None]


class PromptCacheOptions(TypedDict):
    comparison_response_id: NotRequired[str]
    mode: Literal["implicit", "explicit"]
    prewarm: NotRequired[bool]
    ttl: Literal["30m", "12h"]


class CacheMiss(TypedDict):
    type: Literal["cache_miss"]
    cache_missed_tokens: int
    comparison_reusable_tokens: NotRequired[int]
    reason: str


class CacheNote(TypedDict):
    type: Literal["cache_hit", "comparison_response_not_found", "unavailable"]


class InputTransformation(TypedDict):
    id: str
    type: Literal["reasoning"]
    action: Literal["removed"]
    reason: Literal[
        "organization_mismatch",
        "end_user_mismatch",
        "model_mismatch",
        "prefix_mismatch",
        "turn_boundary",
    ]


class AccessPrograms(TypedDict):
    cyber: Literal["standard", "daybreak_blue", "daybreak_red"]


class Image(TypedDict):
    context_compression: Literal["enabled", "disabled"]


@with_config(STRICT)
class Response(TypedDict):
    id: str
    object: Literal["response"]
    created_at: int
    status: Status
    access_programs: NotRequired[AccessPrograms | None]
    background: bool
    billing: NotRequired[Billing]
    completed_at: int | None
    conversation: NotRequired[ConversationReference]
    error: ResponseError | None
    frequency_penalty: float
    image: NotRequired[Image]
    incomplete_details: IncompleteDetails | None
    input_transformations: NotRequired[list[InputTransformation]]
    instructions: (
        Annotated[
            Annotated[str, Tag("<string>")] | Annotated[list[Any], Tag("<array>")],
            one_of("an array of objects or string"),
        ]
        | None
    )
    max_output_tokens: int | None
    max_tool_calls: int | None
    model: str
    moderation: Moderation | None
    output: list[OutputItem]
    parallel_tool_calls: bool
    presence_penalty: float
    previous_response_id: str | None
    prompt: NotRequired[Prompt]
    prompt_cache_diagnostics: NotRequired[
        Annotated[CacheMiss | CacheNote, Field(discriminator="type")]
    ]
    prompt_cache_key: str | None
    prompt_cache_options: NotRequired[PromptCacheOptions]
    prompt_cache_retention: NotRequired[Literal["in_memory", "24h"] | None]
    reasoning: Reasoning | None
    safety_identifier: str | None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"]
    store: bool
    temperature: float
    text: TextConfig
    tool_choice: ToolChoice
    tool_usage: ToolUsage
    tools: list[Tool]
    top_logprobs: int
    top_p: float
    truncation: Literal["auto", "disabled"]
    usage: Usage | None
    user: str | None
    metadata: dict[str, str]


WIRE_ORDER: tuple[str, ...] = tuple(Response.__annotations__)
"""The keys of a Response in the order of the wire."""


class CompactedResponse(TypedDict):
    """What `POST /responses/compact` returns."""

    id: str
    object: Literal["response.compaction"]
    created_at: int
    image: NotRequired[Image]
    output: list[StoredItem]
    usage: Usage


class InputTokenCount(TypedDict):
    object: Literal["response.input_tokens"]
    input_tokens: int


class DeletedResponse(TypedDict):
    id: str
    object: Literal["response", "response.deleted"]
    deleted: Literal[True]


class ItemList(TypedDict):
    object: Literal["list"]
    data: list[StoredItem]
    first_id: str | None
    has_more: bool
    last_id: str | None


class Conversation(TypedDict):
    id: str
    object: Literal["conversation"]
    created_at: int
    metadata: dict[str, str]
