"""Fields that items share, and the lax form of an item as it is derived from the strict one.

What the server sends is typed once, strictly: keys in wire order (`id`, `type`, `status`, then the
alphabet), no key beyond the API's. What a client sends back is the same, taken more loosely.
"""

from collections.abc import Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import Discriminator, Field, Tag
from typing_extensions import NotRequired, TypedDict, is_typeddict

from mockserver.api.json import Json
from mockserver.api.later import Later, type_of

__all__ = [
    "Agent",
    "AsyncField",
    "CallId",
    "Caller",
    "EncryptedContent",
    "ItemId",
    "ItemRole",
    "Status",
    "nullable_keys",
    "of_agent",
    "received",
]


class Agent(TypedDict):
    """Which agent an item or an event is of, in the beta of `multi_agent`."""

    agent_name: str


Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]
ItemRole: TypeAlias = Literal[
    "unknown", "user", "assistant", "system", "critic", "discriminator", "developer", "tool"
]
ItemId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
CallId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
EncryptedContent: TypeAlias = Annotated[str, Field(max_length=20_971_520)]

# `async` is a keyword of Python, so that this key needs the functional form.
AsyncField = TypedDict("AsyncField", {"async": NotRequired[bool]})


class DirectCaller(TypedDict):
    type: Literal["direct"]


class ProgramCaller(TypedDict):
    type: Literal["program"]
    caller_id: str


Caller: TypeAlias = Annotated[DirectCaller | ProgramCaller, Field(discriminator="type")]

# What the service notes about an item; it is not looked at when it comes back.
_NOTES = frozenset({"async", "caller", "created_by"})


def received(
    sent: Any,
    *,
    unchecked: Sequence[str] = (),
    optional: Sequence[str] = (),
    refused: Sequence[str] = (),
    **changes: Any,
) -> Later:
    """The lax form of an item (or of an object in it), as a request may hold it.

    Id and status may be missing, null stands for absent, and so may everything in the objects
    inside: every item that was sent can be sent back unchanged. A key that is never sent is
    unknown, at every depth.

    Args:
        sent: the strict form, a TypedDict.
        unchecked: keys that may hold anything.
        optional: keys that may be missing, though they are always sent.
        refused: keys that may not come back, though some server sends them.
        changes: keys whose lax type is another one than the rule gives.
    """

    def derive() -> Any:
        fields: dict[str, Any] = {}
        for key in sorted(sent.__annotations__):
            if key in changes:
                fields[key] = type_of(changes[key])
            elif key in _NOTES or key in unchecked:
                fields[key] = NotRequired[Any]
            elif key not in refused:
                fields[key] = _lax_field(key, sent.__annotations__[key], key in optional)
        make: Any = TypedDict
        return make(sent.__name__, fields)

    return Later(derive)


@cache
def of_agent(item: Any, agent: Any = Agent) -> Any:
    """The type of an item, strict or lax, with the agent that it may be of."""
    make: Any = TypedDict
    return make(item.__name__, {**item.__annotations__, "agent": NotRequired[agent]})


@cache
def nullable_keys(sent: Any) -> frozenset[str]:
    """The keys of an item that are always sent, null included."""
    annotations: dict[str, Any] = sent.__annotations__
    return frozenset(key for key, value in annotations.items() if type(None) in get_args(value))


def _lax_field(key: str, annotation: Any, optional: bool) -> Any:
    given = _given(annotation)
    lax = {"id": ItemId, "call_id": CallId}.get(key) or _lax(given)
    required = given is annotation and type(None) not in get_args(given)
    if required and not optional and key not in ("id", "status"):
        return lax
    return NotRequired[lax | None]


def _given(annotation: Any) -> Any:
    """The type of a key where it is there."""
    return get_args(annotation)[0] if get_origin(annotation) is NotRequired else annotation


def _lax(annotation: Any) -> Any:
    """The same type, in whose objects everything may be missing."""
    if is_typeddict(annotation):
        return _lax_object(annotation)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        discriminated = any(getattr(note, "discriminator", None) for note in inner[1:])
        return _lax_variants(get_args(inner[0])) if discriminated else _lax(inner[0])
    if origin is list:
        return list.__class_getitem__(_lax(inner[0]))
    if origin in (Union, UnionType):
        union: Any = Union
        return union[tuple(map(_lax, inner))]
    return annotation


@cache
def _lax_object(sent: Any) -> Any:
    make: Any = TypedDict
    fields = {}
    for key, annotation in sent.__annotations__.items():
        fields[key] = NotRequired[_lax(_given(annotation)) | None]
    return make(sent.__name__, fields)


@cache
def _lax_variants(variants: tuple[Any, ...]) -> Any:
    """Objects told apart by their `type`, and any object whose type is not among these."""
    tags: dict[str, str] = {}
    branches: list[Any] = [Annotated[Json, Tag("<object>")]]
    for variant in variants:
        names = get_args(variant.__annotations__["type"])
        branches.append(Annotated[_lax_object(variant), Tag(f"<{names[0]}>")])
        tags.update((name, f"<{names[0]}>") for name in names)

    def tag_of(value: Any) -> str | None:
        if not isinstance(value, dict):
            return None
        kind = value.get("type")
        return tags.get(kind, "<object>") if isinstance(kind, str) else "<object>"

    union: Any = Union
    return Annotated[union[tuple(branches)], Discriminator(tag_of)]
