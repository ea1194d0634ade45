"""How an answer leaves: as one JSON body or as a stream, in its pace and with its fault."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.api.json import Json, pretty
from mockserver.api.responses import RUNNING
from mockserver.cassettes import Interaction, is_stream, payload, pieces, replay_headers
from mockserver.compose import Answer
from mockserver.http.call import Call, reply_headers
from mockserver.http.uvicorn_server import drop, until_gone
from mockserver.script.actions import Drop, End, Frame, Head, Stall, Wait, Write, encode
from mockserver.script.conditions import Transport
from mockserver.script.delivery import plan
from mockserver.session.background import BackgroundRun
from mockserver.session.session import Outcome
from mockserver.session.store import Stored
from mockserver.sse import DONE

MEDIA_TYPE = "text/event-stream; charset=utf-8"


class Planned(Response):
    """A reply that leaves by plan: waits, writes, and perhaps goes wrong.

    reply: gives status and headers. keep: stores the outcome, which happens when its last frame
    leaves unharmed.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        reply: Response,
        outcome: Outcome,
        keep: Callable[[Outcome], None] | None = None,
    ) -> None:
        self._frames, self._reply, self._outcome, self._keep = frames, reply, outcome, keep
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(until_gone(receive))
        sending = asyncio.ensure_future(self._send(scope, receive, send))
        await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, sending):
            task.cancel()
        _, sent = await asyncio.gather(gone, sending, return_exceptions=True)
        if self._outcome.claim is not None:
            self._outcome.claim.abandon()
        if isinstance(sent, Exception):
            raise sent

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        outcome, streamed = self._outcome, self._reply.headers.get("content-type") == MEDIA_TYPE
        transport: Transport = "sse" if streamed else "http"
        for action in plan(
            self._frames, outcome.delivery, seed=outcome.identity.seed, transport=transport
        ):
            match action:
                case Head():
                    await send(self._start(action))
                case Write():
                    if self._keep is not None and self._frames[-1].data in action.data:
                        self._keep(outcome)
                    await send(
                        {"type": "http.response.body", "body": action.data, "more_body": True}
                    )
                    await asyncio.sleep(0)  # Let it be noticed that the client has gone.
                case Wait():
                    await asyncio.sleep(action.ms / 1000)
                case End():
                    marker = (
                        DONE
                        if streamed and outcome.answer and outcome.answer.dialect.done_marker
                        else b""
                    )
                    await send({"type": "http.response.body", "body": marker, "more_body": False})
                case Stall():
                    await asyncio.Event().wait()
                case Drop():
                    await drop(scope, receive, reset=action.reset)

    def _start(self, head: Head) -> Json:
        fields = {**dict(self._reply.headers), **head.headers}
        if head.status is not None or self._outcome.delivery.fault is not None:
            fields.pop("content-length", None)  # A fault may change the length of a body.
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        return {
            "type": "http.response.start",
            "status": head.status or self._reply.status_code,
            "headers": raw,
        }


T = TypeVar("T")


def replay(interaction: Interaction, speed: float) -> Response:
    """The recorded answer, byte for byte.

    speed: 0 sends a stream event by event at once; 1 in its recorded time, 2 in half of it. One
    that was cut ends by closing the connection.
    """
    recorded = interaction.response
    if is_stream(recorded):
        stream = BrokenStream if recorded.cut else StreamingResponse
        reply: Response = stream(_paced(pieces(recorded, speed)), recorded.status)
    else:
        reply = Response(payload(recorded), recorded.status)
    length = [field for field in reply.raw_headers if field[0] == b"content-length"]
    fields = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in replay_headers(recorded)
    ]
    reply.raw_headers = [*fields, *length]
    return reply


def replayed_messages(interaction: Interaction, speed: float) -> AsyncIterator[str]:
    """The recorded messages of a turn of a WebSocket conversation, at the same speeds."""
    messages = interaction.response.messages or ()
    return _paced(
        [(message.offset_ms / speed if speed else 0.0, message.data) for message in messages]
    )


class BrokenStream(StreamingResponse):
    """A stream that breaks off after its last part, as the recorded one did."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        async for part in self.body_iterator:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await drop(scope, receive, reset=False)


async def _paced(parts: Sequence[tuple[float, T]]) -> AsyncIterator[T]:
    """The parts, each at its time in milliseconds after the first call."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for offset, part in parts:
        wait = start + offset / 1000 - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        yield part


_BATCH = 16_384
"""Frames that wait for nothing leave together, up to about this many bytes; a frame is never
divided.
"""


def deliver(call: Call, outcome: Outcome) -> Response:
    """The reply to a create request. What is stored is stored before its last byte leaves."""
    answer = outcome.answer
    if outcome.error is not None:
        refusal = call.refusal(outcome.error)
        frames = [Frame(outcome.error.body(), bytes(refusal.body))]
        return Planned(frames, refusal, outcome) if outcome.delivery else refusal
    if answer is None:
        return Planned([], call.reply({}), outcome)
    if answer.request.background:
        return _in_background(call, outcome, answer)
    if answer.request.stream:
        return _streamed(call, outcome, answer)
    (body,) = answer.rendered(_json_body)
    reply = call.json_reply(body)
    if outcome.delivery:
        return Planned([Frame(answer.response, body)], reply, outcome, keep=call.session.keep)
    call.session.keep(outcome)
    return reply


def follow(call: Call, run: BackgroundRun, after: int = -1) -> Response:
    """The stream of a background response from the event behind `after` on, live where it still
    runs.
    """
    return StreamingResponse(_followed(run, after), headers=_stream_headers(call))


def _in_background(call: Call, outcome: Outcome, answer: Answer) -> Response:
    clock = asyncio.get_running_loop().time
    now = clock()
    run = call.session.begin(outcome, now)
    if outcome.claim is not None:
        outcome.claim.watch(lambda: run.status(clock()), answer.response, Stored(answer).items)
    if not answer.request.stream:
        return call.reply(run.view(now))
    if outcome.delivery.fault is not None:
        return Planned(
            list(_frames(answer)), StreamingResponse((), headers=_stream_headers(call)), outcome
        )
    return follow(call, run)


def _streamed(call: Call, outcome: Outcome, answer: Answer) -> Response:
    headers = _stream_headers(call)
    if outcome.delivery:
        return Planned(
            list(_frames(answer)),
            StreamingResponse((), headers=headers),
            outcome,
            keep=call.session.keep,
        )
    return Immediate(_stored_before_the_end(call, outcome, answer.rendered(_sse_batches)), headers)


def _json_body(answer: Answer) -> list[bytes]:
    return [pretty(answer.body())]


def _sse_batches(answer: Answer) -> list[bytes]:
    marker = [DONE] if answer.dialect.done_marker else []
    return _batches([*(frame.data for frame in _frames(answer)), *marker])


def _batches(frames: Iterable[bytes]) -> list[bytes]:
    """Frames in portions that are sent in one piece each."""
    batches: list[list[bytes]] = []
    size = _BATCH
    for each in frames:
        if size >= _BATCH:
            batches.append([])
            size = 0
        batches[-1].append(each)
        size += len(each)
    return [b"".join(batch) for batch in batches]


def _stored_before_the_end(call: Call, outcome: Outcome, batches: list[bytes]) -> Iterator[bytes]:
    yield from batches[:-1]
    call.session.keep(outcome)
    yield batches[-1]


def _frames(answer: Answer) -> Iterator[Frame]:
    return (Frame(event, encode(event, "sse")) for event in answer.events())


async def _followed(run: BackgroundRun, after: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    number = after + 1
    while True:
        out = run.events(loop.time())
        for batch in _batches(encode(event, "sse") for event in out[number:]):
            yield batch
        number = max(number, len(out))
        if run.status(loop.time()) not in RUNNING:
            break
        wait = run.due(len(out)) - loop.time()
        if wait > 0:
            await _until(run.changed, wait)
    if run.answer.dialect.done_marker:
        yield DONE


async def _until(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, for so long at most."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        return


def _stream_headers(call: Call) -> Mapping[str, str]:
    return {**reply_headers(call.request_id), "content-type": MEDIA_TYPE}


class Immediate(Response):
    """A stream that waits for nothing but its client, so that nobody needs to watch whether that
    has gone.
    """

    def __init__(self, batches: Iterable[bytes], headers: Mapping[str, str]) -> None:
        self._batches = batches
        self.status_code = 200
        self.background = None
        self.raw_headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        for batch in self._batches:
            await send({"type": "http.response.body", "body": batch, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
