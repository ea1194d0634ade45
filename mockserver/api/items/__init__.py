"""The items of requests, responses and conversations, one module a family.

Each family holds all that is known of its types, as `ItemType`s; validation, completion, events,
limits, listings, token counts and made-up replies ask them here. A type that is not known has an
`ItemType` too: the world is open, and an item with an id passes through as it is. The package
imports the rest of `api` only; what families need of the rooms above is passed to them.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union, get_args

from pydantic import ConfigDict, Discriminator, Field, Tag, with_config
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items import (
    agents,
    code_interpreter,
    compaction,
    computer,
    file_search,
    functions,
    image_generation,
    mcp,
    message,
    program,
    reasoning,
    shell,
    tool_search,
    web_search,
)
from mockserver.api.items.agents import ROOT_AGENT
from mockserver.api.items.base import ItemType
from mockserver.api.items.fields import Agent, EncryptedContent, ItemId, of_agent
from mockserver.api.items.image_generation import picture_tokens
from mockserver.api.items.making import HostedTool
from mockserver.api.items.web_search import web_searches
from mockserver.api.json import Json
from mockserver.api.later import Later, LaterUnion, type_of
from mockserver.api.parts import one_of

__all__ = [
    "BETA_ITEM_TYPES",
    "HOSTED_TOOLS",
    "INPUT_ITEM_TYPES",
    "ITEM_TYPES",
    "NAMED_CALLS",
    "PADDED_EVENTS",
    "ROOT_AGENT",
    "STORED_ITEM_TYPES",
    "Input",
    "InputItem",
    "InputItems",
    "ItemType",
    "OutputItem",
    "StoredItem",
    "answered_calls",
    "item_type",
    "picture_tokens",
    "web_searches",
]

_FAMILIES = (
    message,
    reasoning,
    functions,
    web_search,
    file_search,
    code_interpreter,
    image_generation,
    computer,
    mcp,
    shell,
    tool_search,
    program,
    compaction,
    agents,
)

_TYPES: Mapping[str, ItemType] = {each.name: each for family in _FAMILIES for each in family.TYPES}


@with_config(ConfigDict(strict=True, extra="allow"))
class UnknownItem(TypedDict):
    """An item of a type that is not known here; it needs an id. What ties items together and what
    is sealed are texts in every item.
    """

    id: ItemId
    type: str
    approval_request_id: NotRequired[str | None]
    call_id: NotRequired[str | None]
    encrypted_content: NotRequired[EncryptedContent | None]


_UNKNOWN = ItemType(name="", prefix="item_", received=UnknownItem)

INPUT_ITEM_TYPES: tuple[str, ...] = tuple(_TYPES)
"""Every `type` of an item in a request."""

BETA_ITEM_TYPES = frozenset(each.name for each in _TYPES.values() if each.beta)
"""Those that only the beta of `multi_agent` has."""

ITEM_TYPES: tuple[str, ...] = tuple(each.name for each in _TYPES.values() if each.sent)
"""Every `type` of an output item."""

STORED_ITEM_TYPES: tuple[str, ...] = tuple(
    each.name for each in _TYPES.values() if each.sent or each.listed
)
"""Every `type` of an item in a listing."""

NAMED_CALLS: tuple[str, ...] = tuple(each.name for each in _TYPES.values() if each.named_call)
"""Calls of what the client offers by a name of its own."""

HOSTED_TOOLS: Mapping[str, HostedTool] = {
    each.tool.type: each.tool for each in _TYPES.values() if each.tool
}
"""The tools that the service knows by their types."""

EVENT_MODELS: tuple[Any, ...] = tuple(
    model for each in _TYPES.values() for model in each.event_types
)
"""The types of the events that come between the beginning and the end of an item."""

PADDED_EVENTS: frozenset[str] = frozenset(
    name
    for model in EVENT_MODELS
    if "obfuscation" in model.__annotations__
    for name in get_args(model.__annotations__["type"])
)
"""The `type` of each event whose delta is padded."""


_ANSWERED_CALLS: Mapping[str, tuple[str, ...]] = {
    answer: (
        *(each.name for each in _TYPES.values() if each.answered_by == answer),
        *_TYPES[answer].also_answers,
    )
    for answer in {each.answered_by for each in _TYPES.values() if each.answered_by}
}


def item_type(kind: Any) -> ItemType:
    """What is known of a type of items."""
    return _TYPES.get(kind, _UNKNOWN) if isinstance(kind, str) else _UNKNOWN


def bringing_tools(items: Iterable[Json]) -> Iterator[Json]:
    """Those of some items that bring in tools."""
    return (item for item in items if item_type(item.get("type")).brings_tools)


def answered_calls(answer: ItemType) -> tuple[str, ...]:
    """The types of the calls that an item of this type may answer; none for most."""
    return _ANSWERED_CALLS.get(answer.name, ())


def input_item_tag(item: Any) -> str | None:
    """Which type an input item is held against: its own, which a message and a reference may
    omit.
    """
    if not isinstance(item, dict):
        return None
    kind = item.get("type")
    if kind is None:
        lone_id = "id" in item and "role" not in item and "content" not in item
        kind = "item_reference" if lone_id else "message"
    if not isinstance(kind, str):
        return "<none>"
    if kind == "message" and item.get("role") in ("assistant", "user"):
        return f"<{item['role']}>"
    return "<unknown>" if kind not in _TYPES and item.get("id") else kind


_RECEIVED: Mapping[str, Any] = {
    **{each.name: each.received for each in _TYPES.values()},
    "<assistant>": message.AssistantMessage,
    "<user>": message.UserMessage,
    "<unknown>": UnknownItem,
}
"""The lax types, by what `input_item_tag` says."""


@cache
def _received_type(tag: str) -> Any:
    received = type_of(_RECEIVED[tag])
    return received if received is UnknownItem else of_agent(received, Agent | None)


def _input_item_union() -> Any:
    union: Any = Union
    branches = [Annotated[_received_type(tag), Tag(tag)] for tag in _RECEIVED]
    return Annotated[union[tuple(branches)], Discriminator(input_item_tag)]


def _input_item_branch(item: Any) -> Any:
    tag = input_item_tag(item)
    return _received_type(tag) if tag in _RECEIVED else None


def _union(types: Iterable[Any]) -> Any:
    """Items told apart by `type`."""
    union: Any = Union
    return Annotated[union[tuple(map(of_agent, types))], Field(discriminator="type")]


if TYPE_CHECKING:
    OutputItem: TypeAlias = Json
    StoredItem: TypeAlias = Json
    InputItem: TypeAlias = Json
else:
    OutputItem = Annotated[
        Any, Later(lambda: _union(each.sent for each in _TYPES.values() if each.sent))
    ]
    """Any item of `output`."""

    StoredItem = Annotated[
        Any,
        Later(
            lambda: _union(
                each.listed or each.sent for each in _TYPES.values() if each.listed or each.sent
            )
        ),
    ]
    """Any item of a list of input items or of a conversation."""

    InputItem = Annotated[Any, LaterUnion(_input_item_union, _input_item_branch)]

# Only the first error is told; looking for more would cost seconds in a long list.
InputItems: TypeAlias = Annotated[list[InputItem], Field(fail_fast=True)]

Input: TypeAlias = Annotated[
    Annotated[str, Tag("<string>"), Field(max_length=10_485_760)]
    | Annotated[InputItems, Tag("<array>")],
    one_of("a string or array of input items"),
]
