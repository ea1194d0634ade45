"""How an answer leaves: as one JSON body or as a stream of events, in its pace and with its fault."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.answer.compose import Answer
from mockserver.protocol.json import Json, pretty
from mockserver.script.action import Drop, End, Frame, Head, Stall, Wait, Write, encode
from mockserver.script.fault import Delivery
from mockserver.script.plan import plan
from mockserver.server.call import Call
from mockserver.server.headers import reply_headers
from mockserver.server.sse import DONE, MEDIA_TYPE
from mockserver.server.wire import drop, until_gone
from mockserver.session.run import Run
from mockserver.session.session import Outcome

_BATCH = 16_384
"""Frames that wait for nothing leave together, up to about this many bytes; a frame is never divided."""


def deliver(call: Call, outcome: Outcome) -> Response:
    """The reply to a create request. What is stored is stored before its last byte leaves."""
    answer = outcome.answer
    if outcome.error is not None:
        refusal = call.refusal(outcome.error)
        return (
            Planned([Frame(outcome.error.body(), bytes(refusal.body))], refusal, outcome)
            if outcome.delivery
            else refusal
        )
    if answer is None:
        return Planned([], call.reply({}), outcome)
    if answer.request.background:
        return _in_background(call, outcome, answer)
    if answer.request.stream:
        return _streamed(call, outcome, answer)
    (body,) = answer.rendered(_json_body)
    reply = call.json_reply(body)
    if outcome.delivery:
        return Planned(_kept(call, outcome, [Frame(answer.response, bytes(reply.body))]), reply, outcome)
    call.session.keep(outcome)
    return reply


def follow(call: Call, run: Run, after: int = -1) -> Response:
    """The stream of a background response from the event behind `after` on, live where it still runs."""
    return StreamingResponse(_followed(run, after), headers=_stream_headers(call))


def _in_background(call: Call, outcome: Outcome, answer: Answer) -> Response:
    clock = asyncio.get_running_loop().time
    now = clock()
    run = call.session.begin(outcome, now)
    if outcome.claim is not None and outcome.stored is not None:
        outcome.claim.watch(lambda: run.status(clock()), answer.response, outcome.stored.items)
    if not answer.request.stream:
        return call.reply(run.view(now))
    if outcome.delivery.fault is not None:
        return Planned(_frames(answer), StreamingResponse((), headers=_stream_headers(call)), outcome)
    return follow(call, run)


def _streamed(call: Call, outcome: Outcome, answer: Answer) -> Response:
    headers = _stream_headers(call)
    if outcome.delivery:
        frames = _kept(call, outcome, list(_frames(answer)))
        return Planned(frames, StreamingResponse((), headers=headers), outcome)
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


def _kept(call: Call, outcome: Outcome, frames: list[Frame]) -> Iterator[Frame]:
    """The frames; the answer is stored when the last of them is asked for."""
    yield from frames[:-1]
    call.session.keep(outcome)
    yield frames[-1]


async def _followed(run: Run, after: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    number = after + 1
    while True:
        out = run.events(loop.time())
        for batch in _batches(encode(event, "sse") for event in out[number:]):
            yield batch
        number = max(number, len(out))
        if run.status(loop.time()) not in ("queued", "in_progress"):
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
    """A stream that waits for nothing but its client, so that nobody needs to watch whether that has gone."""

    def __init__(self, batches: Iterable[bytes], headers: Mapping[str, str]) -> None:
        self._batches = batches
        self.status_code = 200
        self.background = None
        self.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for batch in self._batches:
            await send({"type": "http.response.body", "body": batch, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Planned(Response):
    """A reply that leaves by plan: waits, writes, and perhaps goes wrong.

    reply: gives status and headers. frames: asked for one by one, each after what came before it has left.
    """

    def __init__(self, frames: Iterable[Frame], reply: Response, outcome: Outcome) -> None:
        self._frames, self._reply = frames, reply
        self._delivery: Delivery = outcome.delivery
        self._seed = outcome.identity.seed
        self._marker = outcome.answer is not None and outcome.answer.dialect.done_marker
        self._claim = outcome.claim
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(until_gone(receive))
        sending = asyncio.ensure_future(self._send(scope, receive, send))
        await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, sending):
            task.cancel()
        _, sent = await asyncio.gather(gone, sending, return_exceptions=True)
        if self._claim is not None:
            self._claim.abandon()
        if isinstance(sent, Exception):
            raise sent

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        streamed = self._reply.headers.get("content-type") == MEDIA_TYPE
        actions = plan(self._frames, self._delivery, seed=self._seed, transport="sse" if streamed else "http")
        for action in actions:
            match action:
                case Head():
                    await send(self._start(action))
                case Write():
                    await send({"type": "http.response.body", "body": action.data, "more_body": True})
                    await asyncio.sleep(0)  # Let it be noticed that the client has gone.
                case Wait():
                    await asyncio.sleep(action.ms / 1000)
                case End():
                    marker = DONE if streamed and self._marker else b""
                    await send({"type": "http.response.body", "body": marker, "more_body": False})
                case Stall():
                    await asyncio.Event().wait()
                case Drop():
                    await drop(scope, receive, reset=action.reset)

    def _start(self, head: Head) -> Json:
        fields = {**dict(self._reply.headers), **head.headers}
        if head.status is not None or self._delivery.fault is not None:
            fields.pop("content-length", None)  # A fault may change the length of a body.
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        return {"type": "http.response.start", "status": head.status or self._reply.status_code, "headers": raw}
