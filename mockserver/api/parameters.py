"""The parameters of a request: their types, their defaults, and which a Response repeats.

Null stands for absent, but for what is required: it is taken away at the top level before a body
is checked.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, Tag
from typing_extensions import NotRequired, TypedDict

from mockserver.api.expected import alternatives, expects
from mockserver.api.items import Input, InputItems
from mockserver.api.json import Json
from mockserver.api.models import ModelFacts
from mockserver.api.parts import one_of
from mockserver.api.tools import Tool, ToolChoice

__all__ = [
    "MOST_ITEMS",
    "MOVED",
    "PARAMETERS",
    "CompactBody",
    "ConversationBody",
    "ConversationItemsBody",
    "ConversationUpdateBody",
    "CreateBody",
    "InputTokensBody",
    "Parameter",
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is known of a parameter of `POST /responses` beside its type."""

    default: Any = None
    """Its value when the request does not say."""
    echo: Literal["always", "if sent", "never"] = "always"
    """When a Response repeats it; "never" also for those that `compose.echo` rewrites."""
    model_fact: str | None = None
    """The fact of the model that is the default, where models differ."""
    sampling: bool = False
    """Whether models that reason refuse it."""
    required: bool = False
    """Whether a request needs it; then null is of a wrong type, elsewhere it stands for absent."""
    replaced_by: tuple[str, ...] = ()
    """What may be given in its place, where it is required."""

    def default_for(self, facts: ModelFacts) -> Any:
        """Its value for a model when the request does not say."""
        return copy(self.default) if self.model_fact is None else getattr(facts, self.model_fact)


MOST_ITEMS = 20
"""Items that a conversation takes at once."""

_IF_SENT = Parameter(echo="if sent")
_OR_NULL = Parameter()

Text64: TypeAlias = Annotated[str, Field(max_length=64)]
Metadata: TypeAlias = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]],
    Field(max_length=16),
    expects("a metadata object", dict),
]
IncludedData: TypeAlias = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]
Include: TypeAlias = Annotated[
    list[IncludedData], expects(f"an array of {alternatives(get_args(IncludedData))}", list)
]
Tools: TypeAlias = Annotated[list[Tool], Field(fail_fast=True), expects("an array of tools", list)]
Retention: TypeAlias = Literal["in_memory", "24h"]
# Those that the API names (August 2026), then those that only the SDK has.
ServiceTier: TypeAlias = (
    Literal["auto", "default", "fast", "flex", "priority"] | Literal["scale", "ultrafast"]
)
Summary: TypeAlias = Literal["concise", "detailed", "auto"]
Effort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class AccessProgramsParam(TypedDict):
    cyber: NotRequired[Literal["standard", "daybreak_blue", "daybreak_red"] | None]


class BackgroundOptions(TypedDict):
    completion_window: NotRequired[Literal["soonest", "2h", "8h"] | None]
    continuation_id: NotRequired[str | None]


class ContextManagement(TypedDict):
    type: Literal["compaction"]
    compact_threshold: NotRequired[Annotated[int, Field(ge=1000)] | None]


class ConversationReferenceParam(TypedDict):
    id: str


Conversation: TypeAlias = Annotated[
    Annotated[str, Tag("<string>")] | Annotated[ConversationReferenceParam, Tag("<object>")],
    one_of("a string or object"),
]


class ImageParam(TypedDict):
    context_compression: NotRequired[Literal["auto", "enabled", "disabled"] | None]


class ModerationMode(TypedDict):
    mode: Literal["score", "block"]


class ModerationPolicy(TypedDict):
    input: NotRequired[ModerationMode | None]
    output: NotRequired[ModerationMode | None]


class ModerationParam(TypedDict):
    model: str
    policy: NotRequired[ModerationPolicy | None]


class MultiAgentParam(TypedDict):
    enabled: bool
    max_concurrent_subagents: NotRequired[Annotated[int, Field(ge=1)] | None]


class PromptParam(TypedDict):
    id: str
    variables: NotRequired[Json | None]
    version: NotRequired[str | None]


class PromptCacheOptionsParam(TypedDict):
    comparison_response_id: NotRequired[str | None]
    mode: NotRequired[Literal["implicit", "explicit"] | None]
    prewarm: NotRequired[bool | None]
    ttl: NotRequired[Literal["30m", "12h"] | None]


class ReasoningParam(TypedDict):
    context: NotRequired[Literal["auto", "current_turn", "all_turns"] | None]
    effort: NotRequired[
        Annotated[
            Effort | None,
            # The list for a number is an older one (measured, August 2026).
            expects(
                f"one of {alternatives(get_args(Effort))} or integer",
                str,
                type(None),
                instead={int: alternatives(("minimal", "low", "medium", "high"))},
            ),
        ]
    ]
    generate_summary: NotRequired[Summary | None]
    mode: NotRequired[Literal["standard", "pro"] | None]
    summary: NotRequired[Summary | None]


class StreamOptions(TypedDict):
    include_obfuscation: NotRequired[bool | None]


class TextFormat(TypedDict):
    type: Literal["text"]


class JsonObjectFormat(TypedDict):
    type: Literal["json_object"]


class JsonSchemaFormatParam(TypedDict):
    type: Literal["json_schema"]
    description: NotRequired[str | None]
    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")]
    schema: Json
    strict: NotRequired[bool | None]


class Text(TypedDict):
    format: NotRequired[
        Annotated[
            Annotated[
                JsonObjectFormat | TextFormat | JsonSchemaFormatParam, Field(discriminator="type")
            ]
            | None,
            expects("a text format", dict, type(None)),
        ]
    ]
    verbosity: NotRequired[Literal["low", "medium", "high"] | None]


class CreateBody(TypedDict):
    """`POST /responses`, and `response.create` on a WebSocket.

    In the order in which the API looks at them, whatever the order of the body (31 of them compared
    in pairs, August 2026); at the end those whose place is not known.
    """

    model: NotRequired[
        Annotated[str, Parameter(echo="never", required=True, replaced_by=("prompt",))]
    ]
    # Refused without it: a request that names a previous response (measured, August 2026).
    input: NotRequired[
        Annotated[
            Input, Parameter(echo="never", required=True, replaced_by=("prompt", "conversation"))
        ]
    ]
    previous_response_id: NotRequired[Annotated[str, _OR_NULL]]
    conversation: NotRequired[Conversation]
    prompt: NotRequired[Annotated[PromptParam, _IF_SENT]]
    moderation: NotRequired[ModerationParam]
    include: NotRequired[Include]
    tools: NotRequired[Tools]
    tool_choice: NotRequired[ToolChoice]
    metadata: NotRequired[Annotated[Metadata, Parameter({})]]
    text: NotRequired[Text]
    temperature: NotRequired[Annotated[float, Field(ge=0.0, le=2.0), Parameter(1.0, sampling=True)]]
    top_p: NotRequired[
        Annotated[float, Field(ge=0.0, le=1.0), Parameter(1.0, model_fact="top_p", sampling=True)]
    ]
    presence_penalty: NotRequired[
        Annotated[float, Field(ge=-2.0, le=2.0), Parameter(0.0, sampling=True)]
    ]
    frequency_penalty: NotRequired[
        Annotated[float, Field(ge=-2.0, le=2.0), Parameter(0.0, sampling=True)]
    ]
    parallel_tool_calls: NotRequired[Annotated[bool, Parameter(True)]]
    stream: NotRequired[Annotated[bool, Parameter(False, echo="never")]]
    stream_options: NotRequired[StreamOptions]
    background: NotRequired[Annotated[bool, Parameter(False)]]
    max_output_tokens: NotRequired[Annotated[int, Field(ge=16), _OR_NULL]]
    max_tool_calls: NotRequired[Annotated[int, Field(ge=1), _OR_NULL]]
    reasoning: NotRequired[ReasoningParam]
    user: NotRequired[Annotated[str, _OR_NULL]]
    safety_identifier: NotRequired[Annotated[Text64, _OR_NULL]]
    prompt_cache_options: NotRequired[Annotated[PromptCacheOptionsParam, _IF_SENT]]
    prompt_cache_key: NotRequired[Annotated[Text64, _OR_NULL]]
    prompt_cache_retention: NotRequired[Retention]
    truncation: NotRequired[Annotated[Literal["auto", "disabled"], Parameter("disabled")]]
    instructions: NotRequired[Annotated[str, _OR_NULL]]
    store: NotRequired[Annotated[bool, Parameter(True)]]
    service_tier: NotRequired[ServiceTier]
    top_logprobs: NotRequired[Annotated[int, Field(ge=0, le=20), Parameter(0)]]
    context_management: NotRequired[Annotated[list[ContextManagement], Field(min_length=1)]]
    access_programs: NotRequired[AccessProgramsParam]
    background_options: NotRequired[BackgroundOptions]
    client_metadata: NotRequired[dict[str, str]]
    """What Codex CLI says of itself, over HTTP and WebSocket; it is in no published type."""
    generate: NotRequired[Annotated[bool, Parameter(True, echo="never")]]
    image: NotRequired[ImageParam]
    multi_agent: NotRequired[MultiAgentParam]
    stream_id: NotRequired[str]


MOVED: Mapping[str, str] = MappingProxyType(
    {
        "messages": "input",
        "max_completion_tokens": "max_output_tokens",
        "response_format": "text.format",
        "reasoning_effort": "reasoning.effort",
        "verbosity": "text.verbosity",
    }
)
"""Parameters of chat completions that the API knows to have gone elsewhere.

`messages` was measured in August 2026, the others are told in issues and logs. `max_tokens` is not
among them: it is unknown (measured in August and in September 2026).
"""


class CompactBody(TypedDict):
    """`POST /responses/compact`."""

    image: NotRequired[ImageParam]
    input: NotRequired[Input]
    instructions: NotRequired[str]
    model: str
    previous_response_id: NotRequired[str]
    prompt_cache_key: NotRequired[Text64]
    prompt_cache_options: NotRequired[PromptCacheOptionsParam]
    prompt_cache_retention: NotRequired[Retention]
    service_tier: NotRequired[Literal["auto", "default", "fast", "flex", "priority"]]


class InputTokensBody(TypedDict):
    """`POST /responses/input_tokens`."""

    conversation: NotRequired[Conversation]
    input: NotRequired[Input]
    instructions: NotRequired[str]
    model: NotRequired[str]
    parallel_tool_calls: NotRequired[bool]
    personality: NotRequired[str]
    previous_response_id: NotRequired[str]
    reasoning: NotRequired[ReasoningParam]
    text: NotRequired[Text]
    tool_choice: NotRequired[ToolChoice]
    tools: NotRequired[Tools]
    truncation: NotRequired[Literal["auto", "disabled"]]


class ConversationBody(TypedDict):
    """`POST /conversations`."""

    items: NotRequired[Annotated[InputItems, Field(max_length=MOST_ITEMS)]]
    metadata: NotRequired[Metadata]


class ConversationUpdateBody(TypedDict):
    """`POST /conversations/{id}`. The metadata replaces the old."""

    metadata: Metadata


class ConversationItemsBody(TypedDict):
    """`POST /conversations/{id}/items`."""

    items: Annotated[InputItems, Field(max_length=MOST_ITEMS)]


def _known(annotation: Any) -> Parameter | None:
    """What stands beside a type: `NotRequired[Annotated[type, …, Parameter(…)]]`."""
    (type_,) = get_args(annotation)
    found = (note for note in getattr(type_, "__metadata__", ()) if isinstance(note, Parameter))
    return next(found, None)


PARAMETERS: dict[str, Parameter] = {
    name: _known(annotation) or Parameter(echo="never")
    for name, annotation in CreateBody.__annotations__.items()
}
"""Every parameter of `POST /responses`, in the API's order."""
