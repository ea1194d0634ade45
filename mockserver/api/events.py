"""Streaming events, of server-sent streams and WebSockets alike.

Events that look the same share a type. `type` comes first on the wire, the other keys in
alphabetical order. The events of an item stand with its type, in `mockserver.api.items`.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union, get_args

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items import EVENT_MODELS, OutputItem
from mockserver.api.items.streaming import StreamEvent
from mockserver.api.json import Json
from mockserver.api.responses import Response

__all__ = ["EVENT_TYPES", "LAST", "TERMINAL", "Event"]


class ErrorDetails(TypedDict):
    type: str
    code: str | None
    message: str
    param: NotRequired[str | None]
    headers: NotRequired[dict[str, str]]
    misalignment: NotRequired[Json]


class ResponseEvent(StreamEvent):
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


class OutputItemEvent(StreamEvent):
    type: Literal["response.output_item.added", "response.output_item.done"]
    item: OutputItem
    output_index: int


class AudioDelta(StreamEvent):
    type: Literal["response.audio.delta", "response.audio.transcript.delta"]
    delta: str


class PlainEvent(StreamEvent):
    type: Literal["response.audio.done", "response.audio.transcript.done", "keepalive"]


# Steering, on a WebSocket only.


class SteerReference(TypedDict):
    id: str
    previous_response_id: str


class SteerAccepted(StreamEvent):
    type: Literal["response.steer.accepted"]
    steer: SteerReference


class SteerPending(StreamEvent):
    type: Literal["response.steer.pending"]
    reason: str
    required_input: list[Json]
    steer: SteerReference


class SteeredInput(TypedDict):
    id: NotRequired[str | None]
    input: Any
    previous_response_id: str


class SteerFailed(StreamEvent):
    type: Literal["response.steer.failed"]
    error: ErrorDetails
    steer: SteeredInput


# Injection, on a WebSocket only, in the beta of `multi_agent`.


class InjectCreated(StreamEvent):
    type: Literal["response.inject.created"]
    response_id: str


class InjectError(TypedDict):
    code: Literal["response_already_completed", "response_not_found"]
    message: str


class InjectFailed(StreamEvent):
    type: Literal["response.inject.failed"]
    error: InjectError
    input: list[Json]
    response_id: str


_MODELS: tuple[Any, ...] = (
    ResponseEvent,
    ErrorEvent,
    OutputItemEvent,
    *EVENT_MODELS,
    AudioDelta,
    PlainEvent,
    SteerAccepted,
    SteerPending,
    SteerFailed,
    InjectCreated,
    InjectFailed,
)

if TYPE_CHECKING:
    Event: TypeAlias = Json
else:
    Event = Annotated[Union[_MODELS], Field(discriminator="type")]  # noqa: UP007
    """Any event."""

EVENT_TYPES: tuple[str, ...] = tuple(
    name for model in _MODELS for name in get_args(model.__annotations__["type"])
)
"""Every `type` of an event: those of the API, the undocumented ones, those of Open Responses,
steering and injection.
"""

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The events that bring a finished Response."""

LAST = TERMINAL | {"error"}
"""The events after which a WebSocket has nothing more to say to a request."""
