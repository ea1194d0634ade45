"""Replies that take their time or go wrong: a plan of writes, waits and faults, carried out on one
connection.
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.json import Json
from mockserver.http.sse import DONE, MEDIA_TYPE
from mockserver.http.wire import drop, until_gone
from mockserver.script.action import Drop, End, Frame, Head, Stall, Wait, Write
from mockserver.script.condition import Transport
from mockserver.script.plan import plan
from mockserver.session.session import Outcome


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
