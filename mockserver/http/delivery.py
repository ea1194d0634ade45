"""How an answer leaves: as one body or as a stream of events, in its pace and with its fault."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from mockserver.api import Json
from mockserver.cassettes import Interaction, is_stream, payload, pieces, replay_headers
from mockserver.compose import Answer
from mockserver.http.call import Call, encoded_fields
from mockserver.http.connection import drop, is_gone, until_gone
from mockserver.http.replies import STREAM_TYPE, send_stream, stream_fields
from mockserver.script import Drop, End, Frame, Head, Stall, Transport, Wait, Write, encode, plan
from mockserver.session.background import BackgroundRun, Follower
from mockserver.session.outcome import Ending, Outcome
from mockserver.session.session import Session
from mockserver.sse import DONE

T = TypeVar("T")

_FAKER = "x-mockserver-faker"
"""The version of faker, where values of a reply are its own: other versions may make others."""
_BATCH = 32_768
"""Frames that wait for nothing leave together, up to about this many bytes; a frame is never
divided.
"""


def deliver(call: Call, outcome: Outcome) -> Response:
    """The reply to a create request. What is stored is stored before its last byte leaves."""
    reply = _delivered(call, outcome)
    return reply if not outcome.faker else _WithField(reply, _FAKER, outcome.faker)


class _WithField(Response):
    """A reply with one more header field."""

    def __init__(self, reply: Response, name: str, text: str) -> None:
        self._reply = reply
        self._field = name.encode(), text.encode()
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], self._field]}
            await send(message)

        await self._reply(scope, receive, told)


def _delivered(call: Call, outcome: Outcome) -> Response:
    answer = outcome.answer
    if outcome.error is not None:
        refusal = call.refusal(outcome.error)
        if not outcome.delivery:
            return refusal
        frames = [Frame(outcome.error.body(), bytes(refusal.body))]
        return PlannedReply(call, outcome, refusal.raw_headers, frames, refusal.status_code)
    if outcome.http is not None:
        headers = {"x-request-id": call.request_id, **outcome.http.headers}
        whole = Response(outcome.http.body, outcome.http.status, headers)
        if not outcome.delivery:
            return whole
        frames = [Frame({}, outcome.http.body)]
        return PlannedReply(call, outcome, whole.raw_headers, frames, whole.status_code)
    if answer is None:
        return PlannedReply(call, outcome, call.reply({}).raw_headers, [])
    if outcome.run is not None and not answer.request.stream:
        return call.reply(outcome.run.body(outcome.run.started))
    if outcome.run is not None and outcome.delivery.fault is None:
        return follow(call, outcome.run)
    if answer.request.stream:
        return _stream(call, outcome, answer)
    body = answer.json() if outcome.body is None else outcome.body
    reply = call.json_reply(body)
    if not outcome.delivery:
        return reply
    return PlannedReply(call, outcome, reply.raw_headers, [Frame(answer.response, body)])


def _stream(call: Call, outcome: Outcome, answer: Answer) -> Response:
    if outcome.delivery:
        return PlannedReply(call, outcome, stream_fields(call.request_id), _frames(answer))
    return ImmediateStream(call, outcome, _sse_batches(answer))


def follow(call: Call, run: BackgroundRun, after: int = -1) -> Response:
    """The stream of a background response from the event behind `after` on, live where it still
    runs.
    """
    reply = StreamingResponse(_followed(call.session, run, after))
    reply.raw_headers = stream_fields(call.request_id)
    return reply


async def _followed(session: Session, run: BackgroundRun, after: int) -> AsyncIterator[bytes]:
    response_id = run.answer.id
    follower = Follower(run.timeline, after)
    while True:
        view = await session.state.begin(ids=(response_id,))
        stored = view.response(response_id)
        if stored is not None and stored.run is not None:
            run = stored.run
        for batch in _batches(encode(event, "sse") for event in follower.news(run, view.now)):
            yield batch
            await asyncio.sleep(0)  # Others get their turn, and what has gone is noticed.
        if not run.is_running(view.now):
            break
        wait = run.next_due(view.now) - view.now
        if wait > 0:
            await session.state.wait(response_id, wait)
    if run.answer.dialect.done_marker:
        yield DONE


def replay(interaction: Interaction, speed: float) -> Response:
    """The recorded answer, byte for byte.

    speed: 0 sends a stream at once; 1 in its recorded time, 2 in half of it. One that was cut ends
    by closing the connection.
    """
    recorded = interaction.response
    body = payload(recorded)
    fields = encoded_fields(replay_headers(recorded))
    is_at_once = speed <= 0 or not recorded.chunks
    if recorded.cut or is_stream(recorded):
        if is_at_once and not recorded.cut and len(body) <= _BATCH:
            reply = Response(body, recorded.status)
        else:
            parts = pieces(recorded, speed)
            if is_at_once:
                parts = [(0.0, batch) for batch in _batches(part for _, part in parts)]
            stream = BrokenStream if recorded.cut else StreamingResponse
            reply = stream(_paced(parts), recorded.status)
        reply.raw_headers = fields
        return reply
    reply = Response(body, recorded.status)
    length = [field for field in reply.raw_headers if field[0] == b"content-length"]
    reply.raw_headers = [*fields, *length]
    return reply


def replayed_messages(interaction: Interaction, speed: float) -> AsyncIterator[str]:
    """The recorded messages of a turn of a WebSocket conversation, at the same speeds."""
    messages = interaction.response.messages or ()
    return _paced(
        [(message.offset_ms / speed if speed else 0.0, message.data) for message in messages]
    )


async def _paced(parts: Sequence[tuple[float, T]]) -> AsyncIterator[T]:
    """The parts, each at its time in milliseconds after the first call."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for offset, part in parts:
        wait = start + offset / 1000 - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        yield part


class PlannedReply(Response):
    """A reply that leaves by plan: waits, writes, and perhaps goes wrong.

    What it leaves behind is kept when its last frame leaves unharmed. It ends when its client has
    gone.

    frames: each made as it is asked for; the first one at once, so that what cannot be composed is
    refused, not broken off.
    """

    def __init__(
        self,
        call: Call,
        outcome: Outcome,
        fields: list[tuple[bytes, bytes]],
        frames: Iterable[Frame],
        status: int = 200,
    ) -> None:
        self._session = call.session
        self._outcome = outcome
        self._frames = iter(frames)
        self._next = next(self._frames, None)
        self.raw_headers = fields
        self.status_code = status
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._session.ending(self._outcome) as ending:
            await _while_connected(receive, self._send(ending, scope, receive, send))

    async def _send(self, ending: Ending, scope: Scope, receive: Receive, send: Send) -> None:
        outcome = self._outcome
        is_stream = STREAM_TYPE in self.raw_headers
        transport: Transport = "sse" if is_stream else "http"
        seed = outcome.identity.seed
        has_written = False
        for action in plan(self._upcoming(), outcome.delivery, seed=seed, transport=transport):
            match action:
                case Head():
                    await send(self._start(action))
                case Write():
                    if has_written:
                        await asyncio.sleep(0)  # Let it be noticed that the client has gone.
                    has_written = True
                    if action.is_last:
                        await ending.keep()
                    await send(_part(action.data))
                case Wait():
                    has_written = False
                    await asyncio.sleep(action.ms / 1000)
                case End():
                    has_marker = outcome.answer is not None and outcome.answer.dialect.done_marker
                    marker = DONE if is_stream and has_marker else b""
                    await send({"type": "http.response.body", "body": marker, "more_body": False})
                case Stall():
                    await asyncio.Event().wait()
                case Drop():
                    await drop(scope, receive, reset=action.reset)

    def _upcoming(self) -> Iterator[Frame]:
        while self._next is not None:
            frame = self._next
            self._next = next(self._frames, None)
            yield frame if self._next is not None else replace(frame, is_last=True)

    def _start(self, head: Head) -> Json:
        fields = self.raw_headers
        if head.status is not None or self._outcome.delivery.fault is not None:
            others = {**dict(self.headers), **head.headers}
            others.pop("content-length", None)  # A fault may change the length of a body.
            fields = encoded_fields(others.items())
        status = head.status or self.status_code
        return {"type": "http.response.start", "status": status, "headers": fields}


class ImmediateStream(Response):
    """A stream that waits for nothing but its client, so that it is enough to look between two
    batches whether that has gone.

    batches: each made as it is asked for; there is one at least.
    """

    def __init__(self, call: Call, outcome: Outcome, batches: Iterable[bytes]) -> None:
        self._session = call.session
        self._outcome = outcome
        self._request_id = call.request_id
        self._batches = iter(batches)
        self._first = next(self._batches)
        self._second = next(self._batches, None)
        self.status_code = 200
        self.background = None
        self.raw_headers = stream_fields(call.request_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._session.ending(self._outcome) as ending:
            batch = self._first
            if self._second is None:
                await ending.keep()
                if send_stream(scope, send, self._request_id, batch):
                    return
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            for following in self._rest():
                await send(_part(batch))
                await asyncio.sleep(0)  # Others get their turn, and it is noticed who has gone.
                if is_gone(scope):
                    await until_gone(receive)
                    return
                batch = following
            await ending.keep()
            await send(_part(batch))
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _rest(self) -> Iterator[bytes]:
        if self._second is not None:
            yield self._second
        yield from self._batches


class BrokenStream(StreamingResponse):
    """A stream that breaks off after its last part, as the recorded one did."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _while_connected(receive, self._send(scope, receive, send))

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        async for part in self.body_iterator:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await drop(scope, receive, reset=False)


async def _while_connected(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do what is done for a client, until it is done or the client has gone."""
    gone = asyncio.ensure_future(until_gone(receive))
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({gone, working}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, working):
            task.cancel()
        _, ended = await asyncio.gather(gone, working, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


def _part(data: bytes) -> Json:
    return {"type": "http.response.body", "body": data, "more_body": True}


def _sse_batches(answer: Answer) -> Iterator[bytes]:
    marker = (DONE,) if answer.dialect.done_marker else ()
    return _batches(chain(answer.stream(), marker))


def _batches(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Frames in portions that are sent in one piece each, made as they are asked for."""
    batch: list[bytes] = []
    size = 0
    for each in frames:
        if size >= _BATCH:
            yield b"".join(batch)
            batch.clear()
            size = 0
        batch.append(each)
        size += len(each)
    if batch:
        yield b"".join(batch)


def _frames(answer: Answer) -> Iterator[Frame]:
    return (Frame(event, encode(event, "sse")) for event in answer.events())
