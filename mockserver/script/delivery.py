"""How a reply leaves: its pace and perhaps a fault, and the plan that follows from them.

The plan is a pure transformation of frames into actions, and lazy: what it says to write has been
written before what follows is asked for. Times are milliseconds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from mockserver.script.actions import (
    Action,
    Frame,
    FrameWriter,
    PacedFrames,
    encode,
    lane_of,
    write_all,
)
from mockserver.script.conditions import Transport
from mockserver.script.places import NUMBER, Place

if TYPE_CHECKING:
    from mockserver.script.faults.base import Fault

LIFECYCLE = frozenset({"response.created", "response.queued", "response.in_progress"})
PACE_KEYS = ("ttft_ms", "itl_ms", "jitter_ms", "keepalive_ms")
STREAM_KEYS = (*PACE_KEYS, "fault")


@dataclass(frozen=True, slots=True)
class Pace:
    """When bytes leave, in milliseconds. All zero: as fast as they can.

    `ttft_ms` passes before the first event that shows output, `itl_ms` before each further delta; a
    JSON body waits `ttft_ms`. `jitter_ms` is the most that a wait is longer or shorter, drawn from
    the seed. In a stream, each `keepalive_ms` of a wait end with a `keepalive` event.
    """

    ttft_ms: float = 0
    itl_ms: float = 0
    jitter_ms: float = 0
    keepalive_ms: float = 0

    def __bool__(self) -> bool:
        return bool(self.ttft_ms or self.itl_ms or self.jitter_ms)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply travels: its pace, and perhaps one fault."""

    pace: Pace = Pace()
    fault: "Fault | None" = None

    def __bool__(self) -> bool:
        """False when a reply leaves at once and unharmed."""
        return bool(self.pace or self.fault)

    @property
    def replaces_response(self) -> bool:
        """Whether the fault always comes instead of a reply, so that none need be scripted."""
        return (
            self.fault is not None and self.fault.replaces_response and self.fault.probability >= 1
        )


PLAIN = Delivery()


def to_delivery(
    value: Any, place: Place | str = "", container: Any = None, key: Any = None
) -> Delivery:
    """A delivery from the mapping that `stream` holds; raises ScriptError."""
    if isinstance(value, Delivery):
        return value
    place = Place(place) if isinstance(place, str) else place
    stream = place.mapping(value, "'stream'", container, key)
    place.check_keys(stream, STREAM_KEYS, "stream")
    waits = {
        name: NUMBER(stream[name], name, place, stream) for name in PACE_KEYS if name in stream
    }
    if stream.get("fault") is None:
        return Delivery(Pace(**waits))
    from mockserver.script.faults.base import to_fault  # Most scripts have no fault.

    return Delivery(Pace(**waits), to_fault(stream["fault"], place, stream, "fault"))


def plan(
    frames: Iterable[Frame], delivery: Delivery, *, seed: int, transport: Transport
) -> Iterator[Action]:
    """What to do for these frames, in order; ends with `Stall`, `Drop` or `End`.

    `seed` decides jitter and whether a fault with a probability strikes. `Head` comes before the
    first `Write`; where there is none, the connection ends without an answer.
    """
    fault = delivery.fault
    paced: PacedFrames = ((0, frame) for frame in frames)
    if delivery.pace:
        paced = _add_pace(frames, delivery.pace, seed, transport)
        if delivery.pace.keepalive_ms and transport != "http":
            paced = _add_keepalives(paced, delivery.pace.keepalive_ms, transport)
    if fault is None or not _strikes(fault, seed) or (fault.needs_events and transport == "http"):
        return write_all(paced)
    return fault.actions(paced, transport)


def _strikes(fault: "Fault", seed: int) -> bool:
    return fault.probability >= 1 or _draw(seed, "fault") < fault.probability


def _draw(seed: int, name: str) -> float:
    """A number from 0 up to 1 that depends on nothing but its arguments."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _add_pace(
    frames: Iterable[Frame], pace: Pace, seed: int, transport: Transport
) -> Iterator[tuple[float, Frame]]:
    """Each frame with the milliseconds to wait before it."""
    shows_output = False
    has_delta = False
    for index, frame in enumerate(frames):
        kind = str(frame.event.get("type", ""))
        is_delta = kind.endswith((".delta", ".partial_image"))
        wait = 0.0
        if not shows_output and (transport == "http" or kind not in LIFECYCLE):
            shows_output = True
            has_delta = is_delta
            wait = pace.ttft_ms
        elif is_delta:
            wait = pace.itl_ms if has_delta else 0.0
            has_delta = True
        if wait:
            jitter = pace.jitter_ms * (2 * _draw(seed, f"jitter {index}") - 1)
            wait = max(0.0, wait + jitter)
        yield wait, frame


def _add_keepalives(paced: PacedFrames, every: float, transport: Transport) -> PacedFrames:
    """The frames with keepalive events in long waits, after which they are numbered.

    As on the wire: `{"type":"keepalive","sequence_number":N}`, counted like any other event.
    """
    writer = FrameWriter(transport)
    for wait, frame in paced:
        while wait > every:
            number = writer.shift(frame).event.get("sequence_number", 0)
            event = {"type": "keepalive", "sequence_number": number, **lane_of(frame.event)}
            yield every, Frame(event, encode(event, transport))
            writer.added_events += 1
            wait -= every
        yield wait, writer.shift(frame)
