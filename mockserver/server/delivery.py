"""How an answer leaves: as one JSON body, or as a stream of server-sent events."""

from collections.abc import AsyncIterator, Iterable, Iterator

from starlette.responses import Response, StreamingResponse

from mockserver.answer.compose import Answer
from mockserver.server.call import Call
from mockserver.server.headers import reply_headers
from mockserver.server.sse import DONE, MEDIA_TYPE, frame
from mockserver.session.session import Outcome

_BATCH = 16_384
"""Frames that wait for nothing leave together, up to about this many bytes; a frame is never divided."""


def deliver(call: Call, outcome: Outcome) -> Response:
    """The reply to a create request. What is stored is stored before its last byte leaves."""
    if outcome.error is not None:
        return call.refusal(outcome.error)
    answer = outcome.answer
    assert answer is not None
    if not answer.request.stream:
        call.session.keep(outcome)
        return call.reply(answer.body())
    headers = {**reply_headers(call.request_id), "content-type": MEDIA_TYPE}
    return StreamingResponse(_batches(_frames(call, outcome, answer)), headers=headers)


def _frames(call: Call, outcome: Outcome, answer: Answer) -> Iterator[bytes]:
    frames = [frame(event) for event in answer.events()]
    yield from frames[:-1]
    call.session.keep(outcome)
    yield frames[-1]
    if answer.dialect.done_marker:
        yield DONE


async def _batches(frames: Iterable[bytes]) -> AsyncIterator[bytes]:
    batch: list[bytes] = []
    size = 0
    for each in frames:
        batch.append(each)
        size += len(each)
        if size >= _BATCH:
            yield b"".join(batch)
            batch, size = [], 0
    if batch:
        yield b"".join(batch)
