"""One request and its answer, as every format of cassette is read and as ours is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from mockserver.api.events import LAST
from mockserver.api.json import parse, pretty
from mockserver.sse import frames

HeaderFields: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields in recorded order: (lower-case name, value). A repeated field is repeated here."""

FRAMING_HEADERS = frozenset(
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
    headers: HeaderFields = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class SocketMessage:
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
    headers: HeaderFields = ()
    body: bytes | None = None
    value: Any = None
    chunks: tuple[tuple[float, int], ...] | None = None
    cut: bool = False
    messages: tuple[SocketMessage, ...] | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and its answer; `source` names it for people (`cassettes/chat.yaml#3`, counted
    from 1).

    `reply_only` marks what was read from a file that holds an answer alone: its request is not
    known. `note` says what was concluded where the recorder hid something.
    """

    request: RecordedRequest
    response: RecordedResponse
    source: str = ""
    recorded_at: str | None = None
    reply_only: bool = False
    note: str = ""


def header_value(headers: HeaderFields, name: str) -> str | None:
    """The first value of a field, by its lower-case name."""
    return next((value for key, value in headers if key == name), None)


def media_type(headers: HeaderFields) -> str:
    """The media type in lower case without parameters; empty when there is none."""
    return (header_value(headers, "content-type") or "").partition(";")[0].strip().lower()


def json_or_none(raw: bytes) -> Any:
    """The JSON value that the bytes spell; None when they are no JSON."""
    try:
        return parse(raw)
    except ValueError:
        return None


def request_value(request: RecordedRequest) -> Any:
    """The JSON value of the request's body, or None when it is not JSON."""
    return json_or_none(request.body)


def is_stream(response: RecordedResponse) -> bool:
    """Whether the answer is a stream of server-sent events."""
    return media_type(response.headers) == "text/event-stream"


def payload(response: RecordedResponse) -> bytes:
    """The body to send: as recorded, or rendered from the value where only that was kept."""
    if response.body is None:
        return b"" if response.value is None else pretty(response.value)
    return response.body


def pieces(response: RecordedResponse, speed: float = 0.0) -> list[tuple[float, bytes]]:
    """A stream as (milliseconds after the request, bytes), in order.

    At speed 0, or where no times were recorded, each event at once. Otherwise the recorded
    chunks at their recorded times divided by `speed`.
    """
    body = payload(response)
    if speed <= 0 or not response.chunks:
        return [(0.0, frame) for frame in frames(body)]
    result = []
    start = 0
    for offset, length in response.chunks:
        result.append((offset / speed, body[start : start + length]))
        start += length
    return result


WEBSOCKET_METHOD = "WEBSOCKET"
"""The method under which a turn is matched; its body is the client's message."""


def conversation_turns(interaction: Interaction) -> Iterator[Interaction]:
    """The interaction itself, or the turns of its conversation. Offsets count from each client's
    message.
    """
    messages = interaction.response.messages
    if messages is None:
        yield interaction
        return
    turns: list[tuple[SocketMessage, list[SocketMessage]]] = []
    open_turn = 0
    for message in messages:
        if message.sender == "client":
            turns.append((message, []))
        elif turns:
            turns[open_turn][1].append(message)
            if event_type_of(message.data) in LAST and open_turn + 1 < len(turns):
                open_turn += 1
        if (
            message.sender == "client"
            and turns[open_turn][1]
            and event_type_of(turns[open_turn][1][-1].data) in LAST
        ):
            open_turn = len(turns) - 1
    for number, (asked, answered) in enumerate(turns, 1):
        yield _turn(interaction, number, asked, answered)


def _is_over(answered: list[SocketMessage]) -> bool:
    return any(event_type_of(message.data) in LAST for message in answered)


def event_type_of(data: str) -> str | None:
    """The type of the event that a message holds; None when it holds none."""
    value = json_or_none(data.encode())
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _turn(
    interaction: Interaction, number: int, asked: SocketMessage, answered: list[SocketMessage]
) -> Interaction:
    request = RecordedRequest(
        WEBSOCKET_METHOD, interaction.request.uri, interaction.request.headers, asked.data.encode()
    )
    messages = tuple(
        SocketMessage("server", max(0.0, m.offset_ms - asked.offset_ms), m.data) for m in answered
    )
    response = RecordedResponse(
        101,
        "Switching Protocols",
        interaction.response.headers,
        b"",
        cut=interaction.response.cut and not _is_over(answered),
        messages=messages,
    )
    return Interaction(
        request, response, f"{interaction.source} turn {number}", interaction.recorded_at
    )
