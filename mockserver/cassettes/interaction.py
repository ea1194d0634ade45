"""One request and its answer, as every dialect of cassette is read and as ours is written."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields in recorded order: (lower-case name, value). A repeated field is repeated here."""

FRAMING = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Fields that describe one connection or one encoding of the body. They are recomputed, never
replayed.
"""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request: upper-case method, absolute or relative URI with its query, decoded body (empty
    when none).
    """

    method: str
    uri: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Message:
    """One text message of a WebSocket conversation; `offset_ms` counts from the handshake."""

    sender: Literal["client", "server"]
    offset_ms: float
    data: str


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """An answer.

    `body` holds the bytes after content decoding. Where the recording kept only a parsed JSON value
    it is None and `value` holds that value. `chunks` are (milliseconds since the request, length in
    bytes), in order, and their lengths add up to the body. `cut` marks a reply that the upstream
    did not finish. `messages` is the conversation of a WebSocket, where this was one.
    """

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes | None = None
    value: Any = None
    chunks: tuple[tuple[float, int], ...] | None = None
    cut: bool = False
    messages: tuple[Message, ...] | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and its answer; `source` names it for people (`cassettes/chat.yaml#3`, counted
    from 1).

    `reply_only` marks what was read from a file that holds an answer alone: its request is not
    known.
    """

    request: RecordedRequest
    response: RecordedResponse
    source: str = ""
    recorded_at: str | None = None
    reply_only: bool = False


def header(headers: Headers, name: str) -> str | None:
    """The first value of a field, by its lower-case name."""
    return next((value for key, value in headers if key == name), None)


def media_type(headers: Headers) -> str:
    """The media type in lower case without parameters; empty when there is none."""
    return (header(headers, "content-type") or "").partition(";")[0].strip().lower()


def is_stream(response: RecordedResponse) -> bool:
    """Whether the answer is a stream of server-sent events."""
    return media_type(response.headers) == "text/event-stream"
