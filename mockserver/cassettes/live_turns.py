"""The messages of a WebSocket conversation under way, sorted into its turns."""

from dataclasses import dataclass, field
from typing import Any

from mockserver.api.events import LAST
from mockserver.cassettes.interaction import SocketMessage, json_or_none


@dataclass(slots=True)
class _LiveTurn:
    lane: Any
    messages: list[SocketMessage] = field(default_factory=list)


class LiveTurns:
    """Gathers messages as they come, and gives out each turn as soon as it is over.

    A turn begins with a `response.create` of the client and ends with the last event of its answer.
    Of several that are open in one lane (`stream_id`), the first is being answered.
    """

    def __init__(self) -> None:
        self._open: list[_LiveTurn] = []
        self._loose = _LiveTurn(None)
        """Messages of no turn, such as those of a kind that we don't know."""

    @property
    def is_open(self) -> bool:
        """Whether the upstream has not ended a turn."""
        return bool(self._open)

    def add(self, message: SocketMessage) -> tuple[SocketMessage, ...]:
        """Take in a message; returns the messages of the turn that it ends, if it ends one."""
        value = json_or_none(message.data.encode())
        event = value if isinstance(value, dict) else {}
        lane, kind = event.get("stream_id"), event.get("type")
        if message.sender == "client" and kind == "response.create":
            self._open.append(_LiveTurn(lane, [message]))
            return ()
        turn = self._answered_in(lane)
        turn.messages.append(message)
        if message.sender == "client" or kind not in LAST or not _is_asked(turn.messages):
            return ()
        if turn is self._loose:
            self._loose = _LiveTurn(None)
        else:
            self._open.remove(turn)
        return tuple(turn.messages)

    def unfinished(self) -> list[tuple[SocketMessage, ...]]:
        """The messages of each turn that is not over."""
        return [tuple(turn.messages) for turn in self._open]

    def others(self) -> tuple[SocketMessage, ...]:
        """The messages of no turn, if the client sent any."""
        return tuple(self._loose.messages) if _is_asked(self._loose.messages) else ()

    def _answered_in(self, lane: Any) -> _LiveTurn:
        in_lane = (turn for turn in self._open if turn.lane == lane)
        return next(in_lane, self._open[0] if self._open else self._loose)


def _is_asked(messages: list[SocketMessage]) -> bool:
    return any(message.sender == "client" for message in messages)
