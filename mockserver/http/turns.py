"""The turns of one WebSocket connection: what answers a message, and how the answer leaves."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from mockserver.api.dialects import Dialect
from mockserver.api.errors import ApiError
from mockserver.api.json import Json, compact, parse
from mockserver.api.requests import CreateRequest
from mockserver.api.validation import create_request
from mockserver.cassettes import WEBSOCKET_METHOD, Interaction, Missed, Played
from mockserver.http.call import Call
from mockserver.http.delivery import replayed_messages
from mockserver.script.actions import Drop, End, Stall, Wait, Write
from mockserver.script.conditions import Arrival
from mockserver.script.delivery import plan
from mockserver.session.journal import Received
from mockserver.session.steering import (
    Steer,
    SteerError,
    failed_event,
    pending_event,
    required_input,
    succession,
    with_steers,
)
from mockserver.session.store import Stored
from mockserver.session.turn import ConnectionCache, Turn, error_event, in_lane

_MESSAGES_AT_ONCE = 16
"""How many messages leave before others get their turn, where no other lane wants one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of the client: its lane, or the refusal that it gets when its turn has come.

    named: the `stream_id` that answers carry, also where the lane itself was refused.
    """

    lane: str | None
    frame: Json | None = None
    raw: bytes = b""
    refused: ApiError | None = None
    named: str | None = None

    @property
    def previous(self) -> object:
        """The response that the message continues, as the client wrote it."""
        return (self.frame or {}).get("previous_response_id")


@dataclass(frozen=True, slots=True)
class Closing:
    """How a connection ends: with a last error, with a closing handshake, by a reset, or by
    vanishing.
    """

    error: ApiError | None = None
    code: int | None = None
    reset: bool = False


class Socket(Protocol):
    """What turns need of the connection."""

    @property
    def shared(self) -> bool: ...
    async def send(self, data: bytes) -> None: ...
    def close(self, closing: Closing) -> None: ...


class Turns:
    """Answers messages, one of each lane at a time."""

    def __init__(self, call: Call, dialect: Dialect, socket: Socket) -> None:
        self.known = ConnectionCache()
        self._call, self._session, self._dialect, self._socket = call, call.session, dialect, socket
        self._arrival = Arrival(call.headers, "websocket")

    async def answer(self, asked: Asked) -> None:
        """Answer one message to its end, with all that follows from it."""
        received = self.receive(asked.raw)
        try:
            await self._answer(asked, received)
        finally:
            self._session.journal.done(received)

    async def _answer(self, asked: Asked, received: Received) -> None:
        try:
            turn = self._begun(asked, received)
        except ApiError as error:
            self._session.refused(received, error)
            received.status = error.status
            self.known.evict(asked.lane, asked.previous)
            await self._socket.send(compact(error_event(error, asked.named)))
            await self._return_queued(asked.lane, asked.previous, error.message)
            return
        if isinstance(turn, Interaction):
            received.answered("recorded", turn.source)
            await self._replay(turn)
            return
        following: Turn | None = turn
        while following is not None:
            await self._deliver(following)
            following = await self._successor(following)

    def receive(self, body: bytes) -> Received:
        """Note a message in the journal."""
        received = Received(
            WEBSOCKET_METHOD,
            self._call.received.path,
            self._call.headers,
            body,
            transport="websocket",
        )
        received.at = time.monotonic()
        return self._session.journal.add(received)

    def _begun(self, asked: Asked, received: Received) -> Turn | Interaction:
        """The turn that answers a message, or the recorded one. Raises ApiError."""
        if asked.frame is None or asked.refused is not None:
            return self._recorded_or(asked.refused, asked)
        try:
            request = self._request(asked.frame)
        except ApiError as error:
            return self._recorded_or(error, asked)
        previous = request.previous_response_id
        steers = self.known.queued(asked.lane, previous)
        if steers:
            request = self._request(with_steers(request.body, steers))
        received.request = request
        turn = self._turn(request, asked.lane, received, partial(self._found, asked))
        if isinstance(turn, Turn) and turn.outcome.answer is not None:
            self.known.unqueue(asked.lane, previous)
        return turn

    def _recorded_or(self, error: ApiError | None, asked: Asked) -> Interaction:
        found = self._found(asked) if asked.frame is not None else None
        if isinstance(found, Played):
            return found.interaction
        raise error or AssertionError("a message is a frame, or refused")

    def _found(self, asked: Asked) -> Played | Missed | None:
        call = self._call
        return self._session.replay(
            WEBSOCKET_METHOD, call.target, tuple(call.headers.items()), asked.raw
        )

    def _request(self, body: Json) -> CreateRequest:
        settings = self._call.settings
        return create_request(
            body,
            dialect=self._dialect,
            strict_models=settings.strict_models,
            allow_unknown=settings.allow_unknown,
            websocket=True,
        )

    def _turn(
        self,
        request: CreateRequest,
        lane: str | None,
        received: Received,
        replay: Callable[[], Played | Missed | None] = lambda: None,
    ) -> Turn | Interaction:
        outcome = self._session.answer(
            request,
            self._arrival,
            dialect=self._dialect,
            lookup=self._remembered,
            replay=replay,
            received=received,
            strict_models=self._call.settings.strict_models,
        )
        if isinstance(outcome, Played):
            return outcome.interaction
        received.status = 200 if outcome.error is None else outcome.error.status
        return Turn(outcome, request.previous_response_id, lane, self._session.tokenizer)

    def _remembered(self, response_id: str) -> Stored | None:
        return self.known.find(response_id) or self._session.store.get(response_id)

    async def _replay(self, interaction: Interaction) -> None:
        """The recorded messages, at once or in their own time."""
        async for message in replayed_messages(interaction, self._call.settings.speed):
            await self._socket.send(message.encode())
            await asyncio.sleep(0)

    async def _deliver(self, turn: Turn) -> None:
        """Send the frames of a turn as its delivery says. What is stored is stored before its last
        event leaves.
        """
        self.known.begin(turn)
        outcome, sent = turn.outcome, 0
        for action in plan(
            turn.frames(), outcome.delivery, seed=outcome.identity.seed, transport="websocket"
        ):
            match action:
                case Write():
                    self._settle(turn)
                    await self._socket.send(
                        _first(action.data, turn.lane) if turn.untouched else action.data
                    )
                    sent += 1
                    if (
                        self._socket.shared
                        or turn.lane is not None
                        or sent % _MESSAGES_AT_ONCE == 0
                    ):
                        await asyncio.sleep(0)
                case Wait():
                    await asyncio.sleep(action.ms / 1000)
                case Stall():
                    await _for_ever()
                case Drop():
                    self._socket.close(Closing(code=action.code, reset=action.reset))
                    await _for_ever()
                case End():
                    self._settle(turn)
        if not turn.ended:
            self.known.finish(turn)
            self.known.evict(turn.lane, turn.previous)
            await self._return_queued(turn.lane, turn.previous, "the request failed.")

    def _settle(self, turn: Turn) -> None:
        """Keep the response as soon as its last event is on its way."""
        if turn.ended and turn.response_id in self.known.running:
            self.known.finish(turn)
            self._session.keep(turn.outcome)
            if turn.outcome.answer is not None:
                self.known.remember(turn.lane, Stored(turn.outcome.answer))

    async def _successor(self, turn: Turn) -> Turn | None:
        """The turn that steering input brings about, or None."""
        answer = turn.outcome.answer
        if answer is None or not turn.steers:
            return None
        if turn.status not in ("completed", "incomplete"):
            await self._give_back(turn.steers, turn.lane, f"The response is {turn.status}.")
            return None
        response = answer.response
        required = required_input(response["output"])
        if required:
            self.known.queue(turn.lane, response["id"], turn.steers)
            for steer in turn.steers:
                await self._socket.send(turn.frame(pending_event(steer, required)).data)
            return None
        body = succession(answer.request, response["id"], turn.steers)
        received = self.receive(compact(body))
        try:
            successor = self._turn(self._request(body), turn.lane, received)
            assert isinstance(successor, Turn), "no recording is asked for a successor"
            if successor.outcome.error is not None:
                raise successor.outcome.error
        except ApiError as error:
            self._session.refused(received, error)
            received.status = error.status
            await self._give_back(turn.steers, turn.lane, error.message)
            return None
        return successor

    async def _return_queued(self, lane: str | None, response_id: object, reason: str) -> None:
        """Give back what waits for a continuation, once there can be none any more."""
        queued = self.known.queued(lane, response_id)
        if queued and self._remembered(str(response_id)) is None:
            self.known.unqueue(lane, response_id)
            await self._give_back(queued, lane, reason)

    async def _give_back(self, steers: Sequence[Steer], lane: str | None, reason: str) -> None:
        refused = SteerError(
            "successor_creation_failed", f"The successor could not be created: {reason}"
        )
        for steer in steers:
            event = failed_event(refused, steer.given, steer.target, steer.id)
            await self._socket.send(compact(in_lane(event, lane)))


def _first(data: bytes, lane: str | None) -> bytes:
    """An error that stands in for a whole answer, with the lane that it belongs to."""
    return data if lane is None else compact(in_lane(parse(data), lane))


async def _for_ever() -> None:
    """Until the connection ends, which cancels its turns."""
    await asyncio.Event().wait()
