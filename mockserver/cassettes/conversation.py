"""A recorded WebSocket conversation as turns: one message of the client and what the server
answered.
"""

from collections.abc import Iterator

from mockserver.api.events import LAST
from mockserver.api.json import parse
from mockserver.cassettes.interaction import Interaction, Message, RecordedRequest, RecordedResponse

METHOD = "WEBSOCKET"
"""The method under which a turn is matched; its body is the client's message."""


def expand(interaction: Interaction) -> Iterator[Interaction]:
    """The interaction itself, or the turns of its conversation. Offsets count from each client's
    message.
    """
    messages = interaction.response.messages
    if messages is None:
        yield interaction
        return
    turns: list[tuple[Message, list[Message]]] = []
    open_turn = 0
    for message in messages:
        if message.sender == "client":
            turns.append((message, []))
        elif turns:
            turns[open_turn][1].append(message)
            if type_of(message.data) in LAST and open_turn + 1 < len(turns):
                open_turn += 1
        if (
            message.sender == "client"
            and turns[open_turn][1]
            and type_of(turns[open_turn][1][-1].data) in LAST
        ):
            open_turn = len(turns) - 1
    for number, (asked, answered) in enumerate(turns, 1):
        yield _turn(interaction, number, asked, answered)


def type_of(data: str) -> str | None:
    """The type of the event that a message holds; None when it holds none."""
    try:
        value = parse(data.encode())
    except ValueError:
        return None
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _turn(
    interaction: Interaction, number: int, asked: Message, answered: list[Message]
) -> Interaction:
    request = RecordedRequest(
        METHOD, interaction.request.uri, interaction.request.headers, asked.data.encode()
    )
    messages = tuple(
        Message("server", max(0.0, m.offset_ms - asked.offset_ms), m.data) for m in answered
    )
    response = RecordedResponse(
        101, "Switching Protocols", interaction.response.headers, b"", messages=messages
    )
    return Interaction(
        request, response, f"{interaction.source} turn {number}", interaction.recorded_at
    )
