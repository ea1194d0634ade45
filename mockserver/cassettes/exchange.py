"""One request on its way to the upstream and back: what its client gets as it arrives, and what is
recorded of it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from mockserver.api.errors import ApiError
from mockserver.cassettes.interaction import (
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    media_type,
)
from mockserver.cassettes.record import Recorder, not_written
from mockserver.cassettes.upstream import Reply, failure, keys_of
from mockserver.errors import CassetteError

log = logging.getLogger("mockserver")

Clock: TypeAlias = Callable[[], float]
"""Seconds from a fixed moment, which never go back."""

_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n")
"""How an event ends."""


@dataclass(frozen=True, slots=True)
class UpstreamHead:
    """The answer begins. `length` is that of its body in bytes, where it is known and there is a
    body.
    """

    status: int
    headers: HeaderFields
    length: int | None = None


@dataclass(frozen=True, slots=True)
class UpstreamPart:
    """Bytes for the client."""

    data: bytes


@dataclass(frozen=True, slots=True)
class UpstreamEnd:
    """The answer is complete, and recorded."""


@dataclass(frozen=True, slots=True)
class UpstreamFailure:
    """The answer cannot be completed. `is_told` says that a stream can still tell of it in an
    event; where the upstream broke off it does not, as it will not on replay.
    """

    error: ApiError
    is_told: bool = False


ExchangeStep: TypeAlias = UpstreamHead | UpstreamPart | UpstreamEnd | UpstreamFailure


@dataclass(slots=True)
class Exchange:
    """A request on its way to the upstream and back. It goes on to its end whether or not somebody
    takes its steps.

    JSON is handed on whole, since nobody can use half of it, and so everything that may go wrong
    with it, down to the disk, can still be said as an error. Everything else is handed on chunk by
    chunk; its end is held back until it is recorded: a client that has seen a whole answer can rely
    on the recording.
    """

    recorder: Recorder
    request: RecordedRequest
    order: int = 0
    clock: Clock = time.monotonic
    _steps: "asyncio.Queue[ExchangeStep]" = field(default_factory=asyncio.Queue, init=False)
    _chunks: list[tuple[float, bytes]] = field(default_factory=list, init=False)

    async def steps(self) -> AsyncIterator[ExchangeStep]:
        """What the client is to get, in order, as it arrives. `run` must be under way."""
        while True:
            step = await self._steps.get()
            yield step
            if isinstance(step, UpstreamEnd | UpstreamFailure):
                return

    async def run(self) -> None:
        """Carry the exchange out and record it. Failures are steps, not exceptions."""
        try:
            await asyncio.to_thread(self.recorder.ready)
            await self._run()
        except ApiError as error:
            self._steps.put_nowait(UpstreamFailure(error))
        except CassetteError as error:
            self._steps.put_nowait(UpstreamFailure(not_written(error), self._between_events()))
        except Exception as error:
            # Whatever it is, the client must not wait without end.
            log.exception(
                "recording %s %s failed", self.request.method, self.request.uri.partition("?")[0]
            )
            unexpected = failure(
                "recording_failed", f"The recorder failed: {type(error).__name__}.", status=500
            )
            self._steps.put_nowait(UpstreamFailure(unexpected, self._between_events()))

    async def _run(self) -> None:
        request = self.request
        start = self.clock()
        reply = await self.recorder.upstream.open(
            request.method, request.uri, request.headers, request.body
        )
        bodiless = request.method == "HEAD" or reply.status in (204, 304)
        whole = bodiless or _is_json(reply.headers)
        try:
            async for chunk in reply.chunks():
                offset = (self.clock() - start) * 1000
                if not whole:
                    if not self._chunks:
                        self._steps.put_nowait(UpstreamHead(reply.status, reply.headers))
                    self._steps.put_nowait(UpstreamPart(chunk))
                self._chunks.append((offset, chunk))
        except ApiError:
            # What a client has seen of a stream is worth keeping; half a JSON body is worth
            # nothing.
            if not whole and self._chunks:
                await self._keep(reply, cut=True)
            raise
        finally:
            await reply.aclose()
        body_cut = (
            not whole and not reply.framed and media_type(reply.headers) == "text/event-stream"
        )
        cut = body_cut and not self._between_events()
        await self._keep(reply, cut=cut)
        if cut:
            raise failure(
                "upstream_disconnected",
                f"{self.recorder.upstream.origin} broke off in the middle of an event.",
            )
        if whole or not self._chunks:
            body = self._body()
            self._steps.put_nowait(
                UpstreamHead(reply.status, reply.headers, None if bodiless else len(body))
            )
            self._steps.put_nowait(UpstreamPart(body))
        self._steps.put_nowait(UpstreamEnd())

    async def _keep(self, reply: Reply, *, cut: bool) -> None:
        request, upstream = self.request, self.recorder.upstream
        recorded = RecordedRequest(
            request.method, upstream.url_of(request.uri), request.headers, request.body
        )
        chunks = tuple((offset, len(chunk)) for offset, chunk in self._chunks)
        response = RecordedResponse(
            reply.status, reply.reason, reply.headers, self._body(), chunks=chunks, cut=cut
        )
        interaction, secrets = Interaction(recorded, response), keys_of(request.headers)
        writing = asyncio.to_thread(
            self.recorder.keep, interaction, order=self.order, secrets=secrets
        )
        await asyncio.shield(writing)  # what is complete is written even when we are told to end

    def _body(self) -> bytes:
        return b"".join(chunk for _, chunk in self._chunks)

    def _between_events(self) -> bool:
        return not self._chunks or self._body().endswith(_ENDS)


def _is_json(headers: HeaderFields) -> bool:
    return media_type(headers).endswith(("/json", "+json"))
