"""From frames to what a connection has to do: pace and faults, as pure transformations.

A frame is one event as the bytes of a server-sent event or of a WebSocket message, or one whole
JSON body. The plan is lazy: what it says to write has been written before what follows is asked
for. A server that executes it flushes every `Write`, so that what was sent before a cut has really
reached the client.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeAlias

from mockserver.api.json import compact
from mockserver.script.action import Action, Drop, End, Frame, Head, Stall, Wait, Write
from mockserver.script.condition import Transport
from mockserver.script.fault import BEFORE_RESPONSE, Delivery, Fault, Pace
from mockserver.script.strike import Striker

LIFECYCLE = frozenset({"response.created", "response.queued", "response.in_progress"})
EVENTS_ONLY = frozenset(
    {
        "unknown_event",
        "duplicate_event",
        "missing_event",
        "wrong_sequence",
        "missing_terminal",
        "done_marker",
    }
)
"""Faults that mean nothing to a body without events."""


def plan(
    frames: Iterable[Frame], delivery: Delivery, *, seed: int, transport: Transport
) -> Iterator[Action]:
    """What to do for these frames, in order; ends with `Stall`, `Drop` or `End`.

    `seed` decides jitter and whether a fault with a probability strikes. `Head` comes before the
    first `Write`; where there is none, the connection ends without an answer.
    """
    fault = delivery.fault
    if fault is not None and not _strikes(fault, seed):
        fault = None
    if fault is not None and transport == "http" and fault.kind in EVENTS_ONLY:
        fault = None
    if fault is not None and fault.kind in BEFORE_RESPONSE:
        if fault.kind != "delay":
            yield from _instead(fault, transport)
            return
        yield Wait(fault.delay_ms)
        fault = None
    paced = _paced(frames, delivery.pace, seed, transport)
    yield from _delivered(paced) if fault is None else Striker(fault, transport).actions(paced)


def _strikes(fault: Fault, seed: int) -> bool:
    return fault.probability >= 1 or _draw(seed, "fault") < fault.probability


def _draw(seed: int, name: str) -> float:
    """A number from 0 up to 1 that depends on nothing but its arguments."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _instead(fault: Fault, transport: Transport) -> Iterator[Action]:
    """The faults that come instead of an answer."""
    match fault.kind:
        case "hang":
            yield Stall()
        case "status" if transport == "websocket":
            error = {
                "type": "server_error",
                "code": "server_error",
                "message": fault.body,
                "param": None,
            }
            yield Head()
            yield Write(compact({"type": "error", "status": fault.status, "error": error}))
            yield End()
        case "status":
            yield Head(fault.status, dict(fault.headers))
            if fault.body:
                yield Write(fault.body.encode())
            yield End()
        case _:
            yield Drop(reset=fault.kind == "reset", code=fault.close_code)


Paced: TypeAlias = Iterator[tuple[float, Frame]]


def _paced(frames: Iterable[Frame], pace: Pace, seed: int, transport: Transport) -> Paced:
    """Each frame with the milliseconds to wait before it."""
    if not pace:
        for frame in frames:
            yield 0, frame
        return
    first_shown = first_delta = False
    for index, frame in enumerate(frames):
        kind = str(frame.event.get("type", ""))
        wait = 0.0
        if not first_shown and (transport == "http" or kind not in LIFECYCLE):
            first_shown, wait = True, pace.ttft_ms
            first_delta = _is_delta(kind)
        elif _is_delta(kind):
            wait, first_delta = (pace.itl_ms if first_delta else 0.0), True
        else:
            yield 0, frame
            continue
        jitter = pace.jitter_ms * (2 * _draw(seed, f"jitter {index}") - 1) if wait else 0.0
        yield max(0.0, wait + jitter), frame


def _is_delta(kind: str) -> bool:
    return kind.endswith((".delta", ".partial_image"))


def _delivered(paced: Paced) -> Iterator[Action]:
    yield Head()
    for wait, frame in paced:
        if wait:
            yield Wait(wait)
        yield Write(frame.data)
    yield End()
