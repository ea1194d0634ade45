"""Request bodies. Null stands for absent: it is taken away at the top level before a body is
checked.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, Tag, with_config
from typing_extensions import NotRequired, TypedDict

from mockserver.api.input_items import Input, InputItems
from mockserver.api.json import Json
from mockserver.api.parts import one_of
from mockserver.api.tools import Tool, ToolChoice

__all__ = [
    "CompactBody",
    "ConversationBody",
    "ConversationItemsBody",
    "ConversationUpdateBody",
    "CreateBody",
    "InputTokensBody",
    "PenaltyBody",
]

# Nested objects may hold keys that are not listed, except where the API is known to refuse them.
_LAX = ConfigDict(strict=True, extra="allow")
_CLOSED = ConfigDict(strict=True, extra="forbid")

Text64: TypeAlias = Annotated[str, Field(max_length=64)]
Metadata: TypeAlias = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]],
    Field(max_length=16),
]
Include: TypeAlias = list[
    Literal[
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
        "reasoning.encrypted_content",
        "message.output_text.logprobs",
    ]
]


class AccessPrograms(TypedDict):
    cyber: NotRequired[Literal["standard", "daybreak_blue", "daybreak_red"] | None]


class BackgroundOptions(TypedDict):
    completion_window: NotRequired[Literal["soonest", "2h", "8h"] | None]
    continuation_id: NotRequired[str | None]


class ContextManagement(TypedDict):
    type: Literal["compaction"]
    compact_threshold: NotRequired[Annotated[int, Field(ge=1000)] | None]


class ConversationReference(TypedDict):
    id: str


Conversation: TypeAlias = Annotated[
    Annotated[str, Tag("<string>")] | Annotated[ConversationReference, Tag("<object>")],
    one_of("a string or object"),
]


class Image(TypedDict):
    context_compression: NotRequired[Literal["auto", "enabled", "disabled"] | None]


class ModerationMode(TypedDict):
    mode: Literal["score", "block"]


class ModerationPolicy(TypedDict):
    input: NotRequired[ModerationMode | None]
    output: NotRequired[ModerationMode | None]


class Moderation(TypedDict):
    model: str
    policy: NotRequired[ModerationPolicy | None]


class Prompt(TypedDict):
    id: str
    variables: NotRequired[Json | None]
    version: NotRequired[str | None]


class PromptCacheOptions(TypedDict):
    comparison_response_id: NotRequired[str | None]
    mode: NotRequired[Literal["implicit", "explicit"] | None]
    prewarm: NotRequired[bool | None]
    ttl: NotRequired[Literal["30m", "12h"] | None]


@with_config(_CLOSED)
class Reasoning(TypedDict):
    context: NotRequired[Literal["auto", "current_turn", "all_turns"] | None]
    effort: NotRequired[Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None]
    generate_summary: NotRequired[Literal["auto", "concise", "detailed"] | None]
    mode: NotRequired[Literal["standard", "pro"] | None]
    summary: NotRequired[Literal["auto", "concise", "detailed"] | None]


@with_config(_CLOSED)
class StreamOptions(TypedDict):
    include_obfuscation: NotRequired[bool | None]


@with_config(_CLOSED)
class TextFormat(TypedDict):
    type: Literal["text"]


@with_config(_CLOSED)
class JsonObjectFormat(TypedDict):
    type: Literal["json_object"]


@with_config(_CLOSED)
class JsonSchemaFormat(TypedDict):
    type: Literal["json_schema"]
    description: NotRequired[str | None]
    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]
    schema: Json
    strict: NotRequired[bool | None]


@with_config(_CLOSED)
class Text(TypedDict):
    format: NotRequired[
        Annotated[TextFormat | JsonObjectFormat | JsonSchemaFormat, Field(discriminator="type")]
        | None
    ]
    verbosity: NotRequired[Literal["low", "medium", "high"] | None]


@with_config(_LAX)
class CreateBody(TypedDict):
    """`POST /responses`, and `response.create` on a WebSocket."""

    access_programs: NotRequired[AccessPrograms]
    background: NotRequired[bool]
    background_options: NotRequired[BackgroundOptions]
    context_management: NotRequired[Annotated[list[ContextManagement], Field(min_length=1)]]
    conversation: NotRequired[Conversation]
    generate: NotRequired[bool]
    image: NotRequired[Image]
    include: NotRequired[Include]
    input: NotRequired[Input]
    instructions: NotRequired[str]
    max_output_tokens: NotRequired[Annotated[int, Field(ge=16)]]
    max_tool_calls: NotRequired[Annotated[int, Field(ge=1)]]
    metadata: NotRequired[Metadata]
    model: NotRequired[str]
    moderation: NotRequired[Moderation]
    multi_agent: NotRequired[Any]
    parallel_tool_calls: NotRequired[bool]
    previous_response_id: NotRequired[str]
    prompt: NotRequired[Prompt]
    prompt_cache_key: NotRequired[Text64]
    prompt_cache_options: NotRequired[PromptCacheOptions]
    prompt_cache_retention: NotRequired[Literal["in_memory", "24h"]]
    reasoning: NotRequired[Reasoning]
    safety_identifier: NotRequired[Text64]
    service_tier: NotRequired[
        Literal["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"]
    ]
    store: NotRequired[bool]
    stream: NotRequired[bool]
    stream_id: NotRequired[str]
    stream_options: NotRequired[StreamOptions]
    temperature: NotRequired[Annotated[float, Field(ge=0.0, le=2.0)]]
    text: NotRequired[Text]
    tool_choice: NotRequired[ToolChoice]
    tools: NotRequired[Annotated[list[Tool], Field(fail_fast=True)]]
    top_logprobs: NotRequired[Annotated[int, Field(ge=0, le=20)]]
    top_p: NotRequired[Annotated[float, Field(ge=0.0, le=1.0)]]
    truncation: NotRequired[Literal["auto", "disabled"]]
    user: NotRequired[str]


class PenaltyBody(CreateBody):
    """The same in Open Responses, which has penalties."""

    frequency_penalty: NotRequired[Annotated[float, Field(ge=-2.0, le=2.0)]]
    presence_penalty: NotRequired[Annotated[float, Field(ge=-2.0, le=2.0)]]


@with_config(_LAX)
class CompactBody(TypedDict):
    """`POST /responses/compact`."""

    image: NotRequired[Image]
    input: NotRequired[Input]
    instructions: NotRequired[str]
    model: str
    previous_response_id: NotRequired[str]
    prompt_cache_key: NotRequired[Text64]
    prompt_cache_options: NotRequired[PromptCacheOptions]
    prompt_cache_retention: NotRequired[Literal["in_memory", "24h"]]
    service_tier: NotRequired[Literal["auto", "default", "fast", "flex", "priority"]]


@with_config(_LAX)
class InputTokensBody(TypedDict):
    """`POST /responses/input_tokens`."""

    conversation: NotRequired[Conversation]
    input: NotRequired[Input]
    instructions: NotRequired[str]
    model: NotRequired[str]
    parallel_tool_calls: NotRequired[bool]
    personality: NotRequired[str]
    previous_response_id: NotRequired[str]
    reasoning: NotRequired[Reasoning]
    text: NotRequired[Text]
    tool_choice: NotRequired[ToolChoice]
    tools: NotRequired[Annotated[list[Tool], Field(fail_fast=True)]]
    truncation: NotRequired[Literal["auto", "disabled"]]


@with_config(_LAX)
class ConversationBody(TypedDict):
    """`POST /conversations`."""

    items: NotRequired[Annotated[InputItems, Field(max_length=20)]]
    metadata: NotRequired[Metadata]


@with_config(_LAX)
class ConversationUpdateBody(TypedDict):
    """`POST /conversations/{id}`. The metadata replaces the old."""

    metadata: Metadata


@with_config(_LAX)
class ConversationItemsBody(TypedDict):
    """`POST /conversations/{id}/items`."""

    items: Annotated[InputItems, Field(max_length=20)]
