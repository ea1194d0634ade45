"""Pace and faults as data: when bytes leave, and what goes deliberately wrong on the wire.

Times are milliseconds. A fault before the response acts instead of it, or delays it; a fault in
mid-stream acts after `after_events` events or after `after_bytes` bytes of the body, and just
before the terminal event when neither is given. A place behind the end of a stream is its end, so
that a fault is never lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from mockserver.api.error_table import FAILURE
from mockserver.script.errors import Place, shown, unknown

Kind: TypeAlias = Literal[
    "delay",
    "hang",
    "reset",
    "empty_reply",
    "status",
    "drop",
    "stall",
    "garbled_json",
    "unknown_event",
    "duplicate_event",
    "missing_event",
    "wrong_sequence",
    "cut_character",
    "cut_frame",
    "error_then_failed",
    "failed_only",
    "missing_terminal",
    "done_marker",
]

_AT = ("after_events", "after_bytes", "probability")

KINDS: Mapping[str, tuple[str, ...]] = {
    # Before the response.
    "delay": ("delay_ms", "probability"),
    "hang": ("probability",),
    "reset": ("probability",),
    "empty_reply": ("close_code", "probability"),
    "status": ("status", "headers", "body", "probability"),
    # In mid-stream.
    "drop": ("close_code", *_AT),
    "stall": ("stall_ms", *_AT),
    "garbled_json": _AT,
    "unknown_event": ("event", *_AT),
    "duplicate_event": _AT,
    "missing_event": _AT,
    "wrong_sequence": _AT,
    "cut_character": ("then", *_AT),
    "cut_frame": ("then", *_AT),
    "error_then_failed": ("code", "message", *_AT),
    "failed_only": ("code", "message", *_AT),
    "missing_terminal": ("probability",),
    "done_marker": _AT,
}
"""Every kind of fault with the keys that it takes besides `kind`."""

BEFORE_RESPONSE = frozenset({"delay", "hang", "reset", "empty_reply", "status"})
REPLACES_RESPONSE = BEFORE_RESPONSE - {"delay"}
PACE_KEYS = ("ttft_ms", "itl_ms", "jitter_ms")
STREAM_KEYS = (*PACE_KEYS, "fault")


@dataclass(frozen=True, slots=True)
class Pace:
    """When bytes leave, in milliseconds. All zero: as fast as they can.

    `ttft_ms` passes before the first event that shows output, `itl_ms` before each further delta; a
    JSON body waits `ttft_ms`. `jitter_ms` is the most that a wait is longer or shorter, drawn from
    the seed.
    """

    ttft_ms: float = 0
    itl_ms: float = 0
    jitter_ms: float = 0

    def __bool__(self) -> bool:
        return bool(self.ttft_ms or self.itl_ms or self.jitter_ms)


@dataclass(frozen=True, slots=True)
class Fault:
    """One deliberate misbehaviour; see `KINDS` for which fields go with which kind.

    `probability` makes it chaos: whether it strikes is drawn from the seed. `close_code` is what a
    WebSocket closes with; without one the connection ends abnormally. `then` says what follows a
    cut: `drop`, `stall` or `continue` (the rest follows in a chunk of its own).
    """

    kind: Kind
    after_events: int | None = None
    after_bytes: int | None = None
    probability: float = 1.0
    delay_ms: float = 0
    stall_ms: float | None = None
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    event: str = "response.unheard_of"
    code: str = "server_error"
    message: str = FAILURE
    close_code: int | None = None
    then: Literal["drop", "stall", "continue"] = "drop"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply travels: its pace, and perhaps one fault."""

    pace: Pace = Pace()
    fault: Fault | None = None

    def __bool__(self) -> bool:
        """False when a reply leaves at once and unharmed."""
        return bool(self.pace or self.fault)

    @property
    def replaces_response(self) -> bool:
        """Whether the fault always comes instead of a reply, so that none need be scripted."""
        return (
            self.fault is not None
            and self.fault.kind in REPLACES_RESPONSE
            and self.fault.probability >= 1
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
        name: _number(stream[name], name, place, stream) for name in PACE_KEYS if name in stream
    }
    fault = (
        to_fault(stream["fault"], place, stream, "fault")
        if stream.get("fault") is not None
        else None
    )
    return Delivery(Pace(**waits), fault)


def to_fault(value: Any, place: Place | str = "", container: Any = None, key: Any = None) -> Fault:
    """A fault from its mapping, or from its kind alone; raises ScriptError."""
    if isinstance(value, Fault):
        return value
    place = Place(place) if isinstance(place, str) else place
    given = (
        {"kind": value}
        if isinstance(value, str)
        else place.mapping(value, "'fault'", container, key)
    )
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        at = (given, "kind") if given is value and "kind" in given else (container, key)
        said = "the fault has no 'kind'" if kind is None else unknown("kind of fault", kind, KINDS)
        raise place.error(
            said, *at, next_step=f"Kinds: {', '.join(KINDS)}." if kind is None else ""
        )
    place.check_keys(given, ("kind", *KINDS[kind]), f"the fault '{kind}'")
    fields = {
        name: _CHECKS[name](option, name, place, given)
        for name, option in given.items()
        if name != "kind"
    }
    if "after_events" in fields and "after_bytes" in fields:
        raise place.error(
            "a fault acts after events or after bytes, not both", given, "after_bytes"
        )
    if kind == "delay" and "delay_ms" not in fields:
        raise place.error(
            "the fault 'delay' needs 'delay_ms'", container, key, next_step="Give milliseconds."
        )
    return Fault(kind=kind, **fields)  # type: ignore[arg-type]


def _number(value: Any, name: str, place: Place, container: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise place.error(
            f"'{name}' must be a number from 0 upwards, not {shown(value)}", container, name
        )
    return value


def _count(value: Any, name: str, place: Place, container: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise place.error(
            f"'{name}' must be a whole number from 0 upwards, not {shown(value)}", container, name
        )
    return value


def _probability(value: Any, name: str, place: Place, container: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise place.error(
            f"'{name}' must be a number from 0 to 1, not {shown(value)}", container, name
        )
    return value


def _text(value: Any, name: str, place: Place, container: Any) -> str:
    if not isinstance(value, str):
        raise place.error(f"'{name}' must be a string, not {shown(value)}", container, name)
    return value


def status_code(value: Any, name: str, place: Place, container: Any) -> int:
    """A status that an answer without a reply can have; raises ScriptError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 200 <= value <= 599:
        raise place.error(
            f"'{name}' must be a status from 200 to 599, not {shown(value)}", container, name
        )
    return value


def header_fields(value: Any, name: str, place: Place, container: Any) -> dict[str, str]:
    """Header fields, names in lower case; numbers become text. Raises ScriptError."""
    given = place.mapping(value, f"'{name}'", container, name)
    for field_name, text in given.items():
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            raise place.error(
                f"the header '{field_name}' must be a string, not {shown(text)}", given, field_name
            )
        if any(sign in f"{field_name}{text}" for sign in "\r\n\0") or not field_name.strip():
            raise place.error(f"the header '{field_name}' cannot be sent", given, field_name)
    return {field_name.lower(): str(text) for field_name, text in given.items()}


def _close_code(value: Any, name: str, place: Place, container: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not (1000 <= value <= 4999):
        raise place.error(
            f"'{name}' must be a close code from 1000 to 4999, not {shown(value)}", container, name
        )
    return value


def _then(value: Any, name: str, place: Place, container: Any) -> str:
    if value not in ("drop", "stall", "continue"):
        raise place.error(
            f"'{name}' must be drop, stall or continue, not {shown(value)}", container, name
        )
    return str(value)


_CHECKS: dict[str, Any] = {
    "after_events": _count,
    "after_bytes": _count,
    "probability": _probability,
    "delay_ms": _number,
    "stall_ms": _number,
    "status": status_code,
    "headers": header_fields,
    "body": _text,
    "event": _text,
    "code": _text,
    "message": _text,
    "close_code": _close_code,
    "then": _then,
}
