"""The turns of one WebSocket connection: what answers a message, and how the answer leaves."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from mockserver.api import (
    ApiError,
    CreateRequest,
    Dialect,
    Json,
    compact,
    create_request,
    parse,
)
from mockserver.cassettes import WEBSOCKET_METHOD, Interaction
from mockserver.http.call import Call
from mockserver.http.delivery import replayed_messages
from mockserver.script import Arrival, Drop, End, Stall, Wait, Write, plan
from mockserver.session.inquiry import Inquiry
from mockserver.session.masked import SentHeaders
from mockserver.session.outcome import Ending, Outcome
from mockserver.session.received import Received
from mockserver.session.session import SessionAnswer
from mockserver.session.sources import RecordedAnswer, UpstreamAnswer
from mockserver.session.state import StoredResponse
from mockserver.session.steering import (
    Steer,
    SteerError,
    failed_event,
    pending_event,
    required_input,
    succession,
    with_steers,
)
from mockserver.session.turn import ConnectionCache, Turn, error_event, in_lane
from mockserver.session.worker import LONG

_MESSAGES_AT_ONCE = 16
"""How many messages leave before others get their turn, where no other lane wants one."""


@dataclass(frozen=True, slots=True)
class ClientMessage:
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

    passed_on: the client's first message, where the conversation goes on with the upstream.
    """

    error: ApiError | None = None
    code: int | None = None
    reset: bool = False
    passed_on: str | None = None


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
        self.decided = asyncio.Event()
        """Set once it is known whether the conversation goes on here or with the upstream."""
        self._call = call
        self._session = call.session
        self._dialect = dialect
        self._socket = socket
        self._arrival = Arrival(call.headers, "websocket")

    async def answer(self, asked: ClientMessage) -> None:
        """Answer one message to its end, with all that follows from it."""
        received = self.receive(asked.raw)
        metrics = self._call.metrics
        metrics.begin(received)
        try:
            await self._answer(asked, received)
        finally:
            await self._session.state.note(received)
            self._session.journal.done(received)
            metrics.end(received, "/responses")

    async def _answer(self, asked: ClientMessage, received: Received) -> None:
        try:
            turn = await self._begin(asked, received)
        except ApiError as error:
            self.decided.set()
            self._session.refused(received, error)
            received.status = error.status
            self.known.evict(asked.lane, asked.previous)
            await self._socket.send(compact(error_event(error, asked.named)))
            await self._return_queued(asked.lane, asked.previous, error.message)
            return
        if isinstance(turn, UpstreamAnswer):
            text = asked.raw.decode("utf-8", "replace")
            self._socket.close(Closing(passed_on=text))
            await _wait_for_end()
            return
        self.decided.set()
        if isinstance(turn, Interaction):
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
            SentHeaders(self._call.headers),
            body,
            transport="websocket",
        )
        received.at = time.monotonic()
        return self._session.journal.add(received)

    async def _begin(
        self, asked: ClientMessage, received: Received
    ) -> Turn | Interaction | UpstreamAnswer:
        """What answers a message. Raises ApiError."""
        if len(asked.raw) <= LONG:
            return await self._find(asked, received)
        async with self._session.arrivals:
            return await self._find(asked, received)

    async def _find(
        self, asked: ClientMessage, received: Received
    ) -> Turn | Interaction | UpstreamAnswer:
        request: CreateRequest | None = None
        refusal = asked.refused
        previous: str | None = None
        if refusal is None:
            try:
                request = await self._request(asked.frame or {}, len(asked.raw))
                previous = request.previous_response_id
                steers = self.known.queued(asked.lane, previous)
                if steers:
                    body = with_steers(request.body, steers)
                    request = await self._request(body, len(asked.raw))
                received.request = request
            except ApiError as error:
                refusal = error
        inquiry = self._inquiry(received, request, refusal)
        found = await self._session.answer(inquiry)
        if isinstance(found, RecordedAnswer):
            return found.interaction
        if isinstance(found, UpstreamAnswer):
            if self.decided.is_set():
                from mockserver.cassettes import failure  # Only recording needs it.

                raise failure(
                    "mockserver_miss",
                    "This conversation began as a replay and cannot go on live.",
                    status=422,
                )
            return found
        turn = await self._turn(found, previous, asked.lane, received)
        if turn.outcome.answer is not None:
            self.known.unqueue(asked.lane, previous)
        return turn

    def _inquiry(
        self, received: Received, request: CreateRequest | None, refusal: ApiError | None = None
    ) -> Inquiry:
        return Inquiry(
            WEBSOCKET_METHOD,
            self._call.target,
            self._arrival,
            self._dialect,
            received.content,
            request=request,
            refusal=refusal,
            received=received,
            supply=self.known,
        )

    async def _request(self, body: Json, size: int) -> CreateRequest:
        settings = self._call.settings
        check = partial(
            create_request,
            body,
            dialect=self._dialect,
            strict_models=settings.strict_models,
            allow_unknown=settings.allow_unknown,
            websocket=True,
        )
        return await self._session.compute(check) if size > LONG else check()

    async def _turn(
        self,
        found: SessionAnswer | None,
        previous: str | None,
        lane: str | None,
        received: Received,
    ) -> Turn:
        assert isinstance(found, Outcome), "a create request is answered or refused"
        if found.is_long:
            await self._session.compute(found.prepare)
        received.status = 200 if found.error is None else found.error.status
        return Turn(found, previous, lane, self._session.tokenizer)

    async def _replay(self, interaction: Interaction) -> None:
        """The recorded messages, at once or in their own time."""
        async for message in replayed_messages(interaction, self._call.settings.speed):
            await self._socket.send(message.encode())
            await asyncio.sleep(0)
        if interaction.response.cut:
            self._socket.close(Closing())
            await _wait_for_end()

    async def _deliver(self, turn: Turn) -> None:
        """Send the frames of a turn as its delivery says. What is stored is stored before its last
        event leaves.
        """
        self.known.begin(turn)
        async with self._session.ending(turn.outcome) as ending:
            if turn.outcome.delivery:
                await self._send(turn, ending)
            else:
                await self._send_at_once(turn, ending)
        if not turn.ended:
            self.known.finish(turn)
            self.known.evict(turn.lane, turn.previous)
            await self._return_queued(turn.lane, turn.previous, "the request failed.")

    async def _send_at_once(self, turn: Turn, ending: Ending) -> None:
        """Send the frames of a turn that nothing delays, and that nothing happens to."""
        for sent, frame in enumerate(turn.frames(), 1):
            if turn.ended:
                await self._settle(turn, ending)
            await self._socket.send(frame.data)
            await self._let_others(turn, sent)

    async def _send(self, turn: Turn, ending: Ending) -> None:
        outcome, sent = turn.outcome, 0
        for action in plan(
            turn.frames(), outcome.delivery, seed=outcome.identity.seed, transport="websocket"
        ):
            match action:
                case Write():
                    await self._settle(turn, ending)
                    await self._socket.send(
                        _first(action.data, turn.lane) if turn.untouched else action.data
                    )
                    sent += 1
                    await self._let_others(turn, sent)
                case Wait():
                    await asyncio.sleep(action.ms / 1000)
                case Stall():
                    await _wait_for_end()
                case Drop():
                    self._socket.close(Closing(code=action.code, reset=action.reset))
                    await _wait_for_end()
                case End():
                    await self._settle(turn, ending)

    async def _let_others(self, turn: Turn, sent: int) -> None:
        """Give other turns their turn, after so many messages of this one."""
        if self._socket.shared or turn.lane is not None or sent % _MESSAGES_AT_ONCE == 0:
            await asyncio.sleep(0)

    async def _settle(self, turn: Turn, ending: Ending) -> None:
        """Keep the response as soon as its last event is on its way."""
        if turn.ended and turn.response_id in self.known.running:
            self.known.finish(turn)
            await ending.keep(turn.outcome.answer)
            if turn.outcome.answer is not None:
                self.known.remember(turn.lane, StoredResponse(turn.outcome.answer))

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
            request = await self._request(body, len(received.content))
            inquiry = self._inquiry(received, request)
            inquiry.is_own = True
            found = await self._session.answer(inquiry)
            successor = await self._turn(found, response["id"], turn.lane, received)
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
        if queued and not await self._is_known(str(response_id)):
            self.known.unqueue(lane, response_id)
            await self._give_back(queued, lane, reason)

    async def _is_known(self, response_id: str) -> bool:
        """Whether a response can be continued."""
        if self.known.response(response_id) is not None:
            return True
        view = await self._session.state.begin(ids=(response_id,))
        return view.response(response_id) is not None

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


async def _wait_for_end() -> None:
    """Until the connection ends, which cancels its turns."""
    await asyncio.Event().wait()
