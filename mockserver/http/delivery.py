"""How an answer leaves: as one JSON body or as a stream of events, in its pace and with its
fault.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.api.ending import RUNNING
from mockserver.api.json import pretty
from mockserver.compose.compose import Answer
from mockserver.http.call import Call
from mockserver.http.headers import reply_headers
from mockserver.http.planned import Planned
from mockserver.http.sse import DONE, MEDIA_TYPE
from mockserver.script.action import Frame, encode
from mockserver.session.run import Run
from mockserver.session.session import Outcome
from mockserver.session.store import Stored

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


def follow(call: Call, run: Run, after: int = -1) -> Response:
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


async def _followed(run: Run, after: int) -> AsyncIterator[bytes]:
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
