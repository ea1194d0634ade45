"""Content parts and annotations.

The models here and in the neighbouring modules are `TypedDict`s, for two reasons: values travel as
plain dicts in wire order, and only a `TypedDict` tells "absent" (`NotRequired[X]`) from "null" (`X
| None`). On the way in, null stands for absent wherever the API lets it, hence `NotRequired[X |
None]`.
"""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import ConfigDict, Discriminator, Field, Tag
from typing_extensions import NotRequired, TypedDict

__all__ = [
    "AgentPart",
    "Annotation",
    "AssistantPart",
    "ConversationPart",
    "Logprob",
    "OutputPart",
    "ReasoningText",
    "StreamedPart",
    "SummaryText",
    "ToolOutputPart",
    "UserPart",
    "kind_of",
]

STRICT = ConfigDict(strict=True, extra="forbid")
"""How what the server sends is checked: no conversion, no key beyond the API's."""

_KINDS: dict[type[Any], str] = {str: "<string>", list: "<array>", dict: "<object>"}


def kind_of(value: Any) -> str | None:
    """Tells the branches of a union apart by JSON type. The tags' brackets keep them apart from
    keys in error paths.
    """
    return _KINDS.get(type(value))


def one_of(expected: str) -> Discriminator:
    """Chooses by JSON type; `expected` completes "expected one of …" in the error."""
    return Discriminator(kind_of, "expected", f"one of {expected}")


class PromptCacheBreakpoint(TypedDict):
    mode: Literal["explicit"]
    ttl: NotRequired[Literal["30m", "12h"] | None]


ImageUrl: TypeAlias = Annotated[str, Field(max_length=20_971_520)]
FileData: TypeAlias = Annotated[str, Field(max_length=33_554_432)]


# What a user, system or developer message and a tool's output may hold.


class InputText(TypedDict):
    type: Literal["input_text"]
    text: Annotated[str, Field(max_length=10_485_760)]
    prompt_cache_breakpoint: NotRequired[PromptCacheBreakpoint | None]


class InputImage(TypedDict):
    type: Literal["input_image"]
    detail: NotRequired[Literal["low", "high", "auto", "original"] | None]
    file_id: NotRequired[str | None]
    image_url: NotRequired[ImageUrl | None]
    prompt_cache_breakpoint: NotRequired[PromptCacheBreakpoint | None]


class InputFile(TypedDict):
    type: Literal["input_file"]
    detail: NotRequired[Literal["auto", "low", "high"] | None]
    file_data: NotRequired[FileData | None]
    file_id: NotRequired[str | None]
    file_url: NotRequired[str | None]
    filename: NotRequired[str | None]
    prompt_cache_breakpoint: NotRequired[PromptCacheBreakpoint | None]


class InputVideo(TypedDict):
    """Open Responses only, in tool outputs."""

    type: Literal["input_video"]
    video_url: str


class ComputerScreenshot(TypedDict):
    type: Literal["computer_screenshot"]
    detail: NotRequired[Literal["low", "high", "auto", "original"] | None]
    file_id: NotRequired[str | None]
    image_url: NotRequired[ImageUrl | None]
    prompt_cache_breakpoint: NotRequired[PromptCacheBreakpoint | None]


class PlainText(TypedDict):
    """Messages of a conversation only."""

    type: Literal["text"]
    text: str


# Annotations of output text.


class UrlCitation(TypedDict):
    type: Literal["url_citation"]
    end_index: int
    start_index: int
    title: str
    url: str


class FileCitation(TypedDict):
    type: Literal["file_citation"]
    file_id: str
    filename: str
    index: int


class ContainerFileCitation(TypedDict):
    type: Literal["container_file_citation"]
    container_id: str
    end_index: int
    file_id: str
    filename: str
    start_index: int


class FilePath(TypedDict):
    type: Literal["file_path"]
    file_id: str
    index: int


Annotation: TypeAlias = Annotated[
    UrlCitation | FileCitation | ContainerFileCitation | FilePath, Field(discriminator="type")
]


class TopLogprob(TypedDict):
    bytes: list[int]
    logprob: float
    token: str


class Logprob(TypedDict):
    bytes: list[int]
    logprob: float
    token: str
    top_logprobs: list[TopLogprob]


# What the model writes. `annotations` and `logprobs` are always there, empty if need be.


class OutputText(TypedDict):
    type: Literal["output_text"]
    annotations: list[Annotation]
    logprobs: list[Logprob]
    text: str


class RefusalPart(TypedDict):
    type: Literal["refusal"]
    refusal: str


class SummaryText(TypedDict):
    type: Literal["summary_text"]
    text: str


class ReasoningText(TypedDict):
    type: Literal["reasoning_text"]
    text: str


class ReplayedText(TypedDict):
    """Output text that comes back as input: whatever it carried is kept, nothing but the text is
    needed.
    """

    type: Literal["output_text"]
    annotations: NotRequired[list[Any] | None]
    logprobs: NotRequired[list[Any] | None]
    text: str


OutputPart: TypeAlias = Annotated[OutputText | RefusalPart, Field(discriminator="type")]
"""Parts of a message that the model writes."""

StreamedPart: TypeAlias = Annotated[
    OutputText | RefusalPart | ReasoningText | SummaryText, Field(discriminator="type")
]
"""Parts of `response.content_part.*` events."""

UserPart: TypeAlias = Annotated[InputText | InputImage | InputFile, Field(discriminator="type")]
"""Parts of a user's message in a request."""

InstructionPart: TypeAlias = Annotated[
    InputText
    | InputImage
    | ReplayedText
    | RefusalPart
    | InputFile
    | ComputerScreenshot
    | SummaryText,
    Field(discriminator="type"),
]
"""Parts of a message of the system or the developer in a request. What of it is refused, as it is
of a user, is not known.
"""

AssistantPart: TypeAlias = Annotated[ReplayedText | RefusalPart, Field(discriminator="type")]
"""Parts of an assistant message in a request."""

ToolOutputPart: TypeAlias = Annotated[
    InputText | InputImage | InputFile | InputVideo, Field(discriminator="type")
]
"""Parts of a tool's output."""


class EncryptedPart(TypedDict):
    type: Literal["encrypted_content"]
    encrypted_content: str


_SpokenPart: TypeAlias = (
    InputText
    | InputImage
    | InputFile
    | ReplayedText
    | RefusalPart
    | PlainText
    | SummaryText
    | ReasoningText
    | ComputerScreenshot
)

ConversationPart: TypeAlias = Annotated[_SpokenPart, Field(discriminator="type")]
"""Parts of a conversation's messages."""

AgentPart: TypeAlias = Annotated[_SpokenPart | EncryptedPart, Field(discriminator="type")]
"""Parts of what agents of the service say to each other."""

_Part = TypeVar("_Part")
_Content: TypeAlias = Annotated[
    Annotated[str, Tag("<string>"), Field(max_length=10_485_760)]
    | Annotated[list[_Part], Tag("<array>")],
    one_of("an array of objects or string"),
]

UserContent: TypeAlias = _Content[UserPart]
InstructionContent: TypeAlias = _Content[InstructionPart]
AssistantContent: TypeAlias = _Content[AssistantPart]
ToolOutputContent: TypeAlias = _Content[ToolOutputPart]
