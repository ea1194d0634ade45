"""What a fault is: its keys with their checks, and where in a stream it strikes."""

import inspect
from collections.abc import Callable, Generator, Iterator
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, ParamSpec, TypeAlias, cast, get_type_hints

from mockserver.api.error_table import FAILURE
from mockserver.api.json import Json, pretty
from mockserver.names import check_arguments, describe_unknown, without_none
from mockserver.script.actions import (
    Action,
    Drop,
    End,
    Frame,
    FrameWriter,
    Head,
    PacedFrames,
    Stall,
    Wait,
    Write,
)
from mockserver.script.conditions import Transport
from mockserver.script.places import CLOSE_CODE, COUNT, PROBABILITY, TEXT, Check, Place

P = ParamSpec("P")

FAULTS: dict[str, type["Fault"]] = {}
"""Every kind of fault, in the order of the documentation."""

CloseCode: TypeAlias = Annotated[int | None, CLOSE_CODE]

Count: TypeAlias = Annotated[int | None, COUNT]

_ENDS = ("drop", "stall", "continue")
THEN = Check("drop, stall or continue", lambda value: value in _ENDS, {"enum": list(_ENDS)})

Text: TypeAlias = Annotated[str, TEXT]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One deliberate misbehaviour.

    probability: how likely it strikes; whether it does is drawn from the seed.
    """

    kind: ClassVar[str]
    replaces_response: ClassVar[bool] = False
    needs_events: ClassVar[bool] = False
    """Whether it means nothing to a JSON body, which has no events."""

    probability: Annotated[float, PROBABILITY] = 1.0

    def __init_subclass__(cls) -> None:
        if "kind" in vars(cls):
            FAULTS[cls.kind] = cls

    @classmethod
    @cache
    def checks(cls) -> dict[str, Any]:
        """The keys that a cassette may give besides `kind`, each with its check."""
        hints = get_type_hints(cls, include_extras=True)
        return {each.name: hints[each.name].__metadata__[0] for each in fields(cls)}

    @classmethod
    def required_keys(cls) -> list[str]:
        """The keys that a cassette must give."""
        return [
            each.name
            for each in fields(cls)
            if each.default is MISSING and each.default_factory is MISSING
        ]

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        """What a connection has to do for these frames; ends with `Stall`, `Drop` or `End`."""
        raise NotImplementedError


def builder(fault: Callable[P, Fault]) -> Callable[P, Json]:
    """The public function of a fault, with the signature of its class."""
    kind = cast("type[Fault]", fault)
    signature = inspect.signature(kind)

    def build(*args: P.args, **kwargs: P.kwargs) -> Json:
        __tracebackhide__ = True
        check_arguments(kind.kind, kwargs, signature.parameters)
        try:
            options = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{kind.kind}(): {error}") from None
        return {"fault": {"kind": kind.kind, **without_none(**options)}}

    build.__name__ = build.__qualname__ = kind.kind
    build.__doc__ = kind.__doc__
    build.__signature__ = signature.replace(return_annotation=Json)  # type: ignore[attr-defined]
    return build


@dataclass(frozen=True, kw_only=True)
class StreamFault(Fault):
    """A fault that strikes at one frame, before which all is written as usual."""

    def is_due(self, frame: Frame, writer: FrameWriter) -> bool:
        """Whether the fault acts at this frame, which has not been written yet."""
        return frame.is_terminal

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        """What happens instead of writing this frame; by default nothing."""
        return iter(())

    def strike_at_end(self, writer: FrameWriter) -> Iterator[Action]:
        """What happens where the fault's place lies behind the last event."""
        return iter(())

    def actions(self, paced: PacedFrames, transport: Transport) -> Iterator[Action]:
        writer = FrameWriter(transport)
        struck = False
        yield Head()
        for wait, frame in paced:
            if wait:
                yield Wait(wait)
            frame = writer.shift(frame)
            if struck or not self.is_due(frame, writer):
                yield writer.write(frame)
                continue
            struck = True
            if (yield from _has_ended(self.strike(frame, writer))):
                return
        if not struck and (yield from _has_ended(self.strike_at_end(writer))):
            return
        yield End()


def _has_ended(actions: Iterator[Action]) -> Generator[Action, None, bool]:
    """Pass actions on; returns whether the last one was the end of the connection's work."""
    last: Action | None = None
    for last in actions:
        yield last
    return isinstance(last, Drop | Stall | End)


@dataclass(frozen=True, kw_only=True)
class PlacedFault(StreamFault):
    """A fault that acts after so many events or bytes, or just before the terminal event."""

    after_events: Count = None
    after_bytes: Count = None

    def is_due(self, frame: Frame, writer: FrameWriter) -> bool:
        if writer.transport == "http":
            return True
        if self.after_bytes is not None:
            return writer.bytes + len(frame.data) > self.after_bytes
        if self.after_events is not None:
            return writer.events >= self.after_events
        return self.is_usual_place(frame, writer)

    def is_usual_place(self, frame: Frame, writer: FrameWriter) -> bool:
        """Whether the fault acts at this frame when its author says nothing."""
        return frame.is_terminal

    def first_bytes(self, frame: Frame, writer: FrameWriter) -> int:
        """How many bytes of this frame go out before a cut."""
        if writer.transport == "websocket":
            return 0
        if self.after_bytes is not None:
            return min(max(0, self.after_bytes - writer.bytes), len(frame.data))
        if writer.transport == "http":
            return 0 if self.after_events == 0 else len(frame.data) // 2
        return 0


@dataclass(frozen=True, kw_only=True)
class EventFault(PlacedFault):
    """A fault that befalls one event, rather than the gap between two."""

    def is_due(self, frame: Frame, writer: FrameWriter) -> bool:
        return frame.is_terminal or super().is_due(frame, writer)


@dataclass(frozen=True, kw_only=True)
class CutFault(EventFault):
    """A cut inside an event. then: what follows it; after `continue`, the rest of the event."""

    then: Annotated[Literal["drop", "stall", "continue"], THEN] = "drop"

    def cut(self, frame: Frame, place: int, writer: FrameWriter) -> Iterator[Action]:
        if self.then == "continue":
            yield from writer.write_in_two(frame, place)
            return
        if place:
            yield Write(frame.data[:place])
        yield Stall() if self.then == "stall" else Drop()


@dataclass(frozen=True, kw_only=True)
class FailureFault(EventFault):
    """A failure with this `code` and `message`. It comes after `response.created`."""

    sends_error: ClassVar[bool] = False
    """Whether an `error` event comes before `response.failed`."""

    code: Text = "server_error"
    message: Text = FAILURE

    def is_due(self, frame: Frame, writer: FrameWriter) -> bool:
        created = writer.transport == "http" or writer.response is not None
        return created and super().is_due(frame, writer)

    def strike(self, frame: Frame, writer: FrameWriter) -> Iterator[Action]:
        error = {"code": self.code, "message": self.message}
        if writer.transport == "http":
            failed = {
                **frame.event,
                "status": "failed",
                "completed_at": None,
                "error": error,
                "output": [],
            }
            yield writer.write(Frame(failed, pretty({**failed, "usage": None})))
        else:
            number = writer.number_of(frame)
            if self.sends_error:
                nested = {"type": "server_error", **error, "param": None}
                yield writer.write_extra("error", number, error=nested)
                number += 1
            response = {**(writer.response or {}), "status": "failed", "error": error}
            yield writer.write_extra("response.failed", number, response=response)
        yield End()


def to_fault(value: Any, place: Place | str = "", container: Any = None, key: Any = None) -> Fault:
    """A fault from its mapping, or from its kind alone; raises ScriptError."""
    if isinstance(value, Fault):
        return value
    place = Place(place) if isinstance(place, str) else place
    if isinstance(value, str):
        options = {"kind": value}
    else:
        options = place.mapping(value, "'fault'", container, key)
    kind = options.get("kind")
    if not isinstance(kind, str) or kind not in FAULTS:
        at = (options, "kind") if options is value and "kind" in options else (container, key)
        if kind is None:
            said, next_step = "the fault has no 'kind'", f"Kinds: {', '.join(FAULTS)}."
        else:
            said, next_step = describe_unknown("kind of fault", kind, FAULTS), ""
        raise place.error(said, *at, next_step=next_step)
    checks = FAULTS[kind].checks()
    place.check_keys(options, ("kind", *checks), f"the fault '{kind}'")
    values = {
        name: checks[name](option, name, place, options)
        for name, option in options.items()
        if name != "kind"
    }
    if "after_events" in values and "after_bytes" in values:
        said = "a fault acts after events or after bytes, not both"
        raise place.error(said, options, "after_bytes")
    for name in FAULTS[kind].required_keys():
        if name not in values:
            said = f"the fault '{kind}' needs '{name}'"
            next_step = "Give milliseconds." if name.endswith("_ms") else ""
            raise place.error(said, container, key, next_step=next_step)
    return FAULTS[kind](**values)
