"""What can be known of an item type: one `ItemType` says it all, and everything else asks it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any, Protocol, TypeAlias

from mockserver.api.items.fields import nullable_keys
from mockserver.api.items.making import HostedTool
from mockserver.api.items.streaming import EventFields, EventOptions, no_events
from mockserver.api.json import Json
from mockserver.api.token_table import TokenCosts

__all__ = [
    "ANSWERED_CALL_ID",
    "CALL",
    "CALL_OUTPUT",
    "COMPLETED",
    "NEW_CALL_ID",
    "NEW_TOKEN",
    "Included",
    "ItemType",
    "Mint",
    "TokenCounter",
    "constant",
    "encoded",
    "filled",
    "free",
    "text_parts",
]

Normalise: TypeAlias = Callable[[Any], Any]


class Mint(Protocol):
    """Makes what an abbreviation leaves out, for the item at one position of one reply."""

    @property
    def seed(self) -> int: ...

    def call_id(self) -> str: ...

    def answered_call(self) -> str: ...

    def container(self) -> str: ...

    def token(self) -> str: ...


class TokenCounter(Protocol):
    """Counts tokens for one request, by the prompt format of its model."""

    @property
    def costs(self) -> TokenCosts: ...

    @property
    def message(self) -> int:
        """What a message of the output costs beside its text."""

    @property
    def forced(self) -> bool:
        """Whether the request left the model one function to call."""

    def text(self, text: Any) -> int:
        """Tokens of a text; 0 for what is none."""

    def content(self, content: Any) -> int:
        """Tokens of a message's content or a call's output: texts, images and files."""

    def strings(self, value: Any) -> int:
        """Tokens of every text within a value."""

    def arguments(self, arguments: Any) -> int:
        """Tokens of arguments as the prompt repeats them: compact JSON."""

    def image(self, part: Any) -> int:
        """Tokens of an image."""

    def tools(self, tools: Any) -> int:
        """Tokens of tools that are declared as signatures."""

    def thought(self, item: Json) -> int:
        """Tokens of a reasoning item that is carried along."""

    def sealed(self, ciphertext: Any) -> int:
        """Tokens that an `encrypted_content` stands for."""

    def called(self, call_id: Any) -> int:
        """Tokens of the name of the function that a call of the context calls."""


@dataclass(frozen=True, slots=True)
class Included:
    """What is sent although no author gave it, and what makes it.

    names: what `include` asks for. seals: ids of items that are sealed without being asked for.
    token: makes a ciphertext. logprobs: makes the log probabilities of a text.
    """

    names: frozenset[str]
    seals: frozenset[str]
    token: Callable[[object], str]
    logprobs: Callable[[str], list[Json]]


def free(_item: Json, _counter: TokenCounter) -> int:
    """For what costs no tokens."""
    return 0


def constant(tokens: int) -> Callable[[Json, TokenCounter], int]:
    """For what costs so many tokens, roughly: the service does not publish them."""
    return lambda _item, _counter: tokens


def _read_tokens(item: Json, counter: TokenCounter) -> int:
    return counter.costs.call + counter.strings(item)


# What the model writes in an item without a rule of its own.
_WRITTEN_KEYS = ("action", "actions", "queries", "code", "operation", "arguments")


def _as_given(item: Json, _included: Included) -> Json:
    return item


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemType:
    """All that is known of one item type."""

    name: str
    prefix: str
    """How its ids begin, separator included."""
    checks_id: bool = False
    """Whether the service looks at the first letters of an id that a request gives."""

    # Its types.

    sent: Any = None
    """The strict type, as the server puts it out; None for what it never puts out."""
    listed: Any = None
    """The strict type in listings and conversations, where it differs from `sent`."""
    received: Any
    """The lax type, as a request may hold it; or a `Later`, which makes it."""
    beta: bool = False
    """Whether only the beta of `multi_agent` knows the type."""
    open_responses: bool = False
    """Whether Open Responses knows the type, so that it goes without a prefix there."""

    # How an author's abbreviation is completed.

    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What clients cannot do without; a function makes the value with a Mint."""
    today: Mapping[str, Any] = field(default_factory=dict)
    """What the API sends today, though earlier recordings lack it."""
    shapes: Mapping[str, Normalise] = field(default_factory=dict)
    """How values may be abbreviated, by key."""
    parts: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """The types of the parts that a list holds, by key; the first is meant where none is named."""
    abbreviations: Mapping[str, Normalise] = field(default_factory=dict)
    """How further values may be abbreviated, by key, in items without an `id`. An item that has one
    is copied, and keeps the form in which it was recorded.
    """

    # Its events.

    opens_as: Mapping[str, Any] = field(default_factory=dict)
    """Keys that `output_item.added` shows empty, and how."""
    opens_without: Sequence[str] = ()
    """Keys that are absent until the item is done."""
    opens_completed: bool = False
    """Whether its status is final from the beginning."""
    opening: Callable[[Json, EventOptions], Json] | None = None
    """Changes the opened item where emptying keys is not enough."""
    events: Callable[[Json, EventOptions], Iterator[EventFields]] = no_events
    """What comes between `output_item.added` and `output_item.done`."""
    events_name_item: bool = True
    """Whether these events carry `item_id`."""
    event_types: Sequence[Any] = ()
    """The types of these events."""

    # Calls and what answers them.

    answered_by: str | None = None
    """The type of the item by which the client answers."""
    must_be_answered: bool = True
    """Whether the next request is refused unless it answers."""
    answer_keys: Sequence[str] = ()
    """Keys that the answer repeats."""
    also_answers: Sequence[str] = ()
    """Types of calls that it answers, besides those that name it in `answered_by`."""
    tie: str = "call_id"
    """The key that ties a call to its answer, or an answer to its call."""
    id_ties: bool = False
    """Whether its id may take the place of `call_id`."""
    unmatched: str = "no_tool_call"
    """The error for an answer to a call that is not there."""
    client_written: bool = False
    """Whether the client writes it, not the model."""
    named_call: bool = False
    """Whether it calls what the client offers by a name of its own."""

    brings_tools: bool = False
    """Whether its `tools` may be called from then on."""

    # Listings, and data on demand.

    keeps_null: Sequence[str] = ()
    """Keys that listings show though they are null, besides those that are always sent."""
    lists_status: bool = True
    """Whether listings show a status, if the type has one."""
    listed_shapes: Mapping[str, Normalise] = field(default_factory=dict)
    """How values are tidied up for listings, by key."""
    completed: Callable[[Json, Included], Json] = _as_given
    """The item with what `include` asks for, where its author gave none."""

    # Tokens.

    written: str | None = None
    """The key of the text that the model wrote, if it wrote one."""
    input_tokens: Callable[[Json, TokenCounter], int] = _read_tokens
    """What it costs in a prompt."""
    output_tokens: Callable[[Json, TokenCounter], int] | None = None
    """What it costs to write, where the rule of `written_tokens` is not right."""
    result_tokens: Callable[[Json, TokenCounter], int] = free
    """Input tokens that it adds to the response that it is part of: results the model reads."""

    tool: HostedTool | None = None
    """The hosted tool whose work it is."""

    def keys(self) -> frozenset[str]:
        """The keys that an author may give, besides `id`."""
        return (
            frozenset({*self.sent.__annotations__, "agent"}) - {"id"} if self.sent else frozenset()
        )

    def ties(self, item: Json) -> list[str]:
        """What ties this item to its answer or its call. Nothing where the server runs the tool
        itself.
        """
        names = [item[self.tie]] if item.get(self.tie) else []
        if self.id_ties and item.get("id"):
            names.append(item["id"])
        return names

    def awaits_answer(self, item: Json) -> bool:
        """Whether the next request must answer this item."""
        if self.answered_by is None or not self.must_be_answered:
            return False
        return not item.get("async") and item.get("execution") != "server"

    def written_tokens(self, item: Json, counter: TokenCounter) -> int:
        """What it costs to write an item: the frame of a call, and what the model wrote in it."""
        if self.output_tokens is not None:
            return self.output_tokens(item, counter)
        if item["type"].endswith("_output"):
            return 0
        if self.written is not None:
            name = counter.text(item.get("name"))
            return counter.costs.out_call + name + counter.text(item.get(self.written))
        written = {key: item[key] for key in _WRITTEN_KEYS if key in item}
        return counter.costs.out_call + counter.strings(written)

    def listed_item(self, item: Json, new_id: Callable[[str], str]) -> Json:
        """An item of a request as it is stored and listed: with an id, and without the nulls that
        stand for absent.
        """
        strict = self.listed or self.sent
        if strict is None:
            return {"id": item.get("id") or new_id(self.prefix), **item}
        head = {"id": item.get("id") or new_id(self.prefix), "type": self.name}
        if self.lists_status and "status" in strict.__annotations__:
            head["status"] = item.get("status") or "completed"
        null = nullable_keys(strict).union(self.keeps_null)
        rest = {
            key: item[key]
            for key in sorted(item)
            if key not in head and (item[key] is not None or key in null)
        }
        for key, tidied in self.listed_shapes.items():
            if key in rest:
                rest[key] = tidied(rest[key])
        return {**head, **rest}


# What many types have in common.

NEW_CALL_ID = methodcaller("call_id")
ANSWERED_CALL_ID = methodcaller("answered_call")
NEW_TOKEN = methodcaller("token")
COMPLETED: Mapping[str, Any] = {"status": "completed"}
CALL: Mapping[str, Any] = {"status": "completed", "call_id": NEW_CALL_ID}
CALL_OUTPUT: Mapping[str, Any] = {"status": "completed", "call_id": ANSWERED_CALL_ID}


def encoded(value: Any) -> str:
    """Arguments may be written as an object; the API sends the JSON text of it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def filled(**defaults: Any) -> Normalise:
    """Objects of which some keys are missing get their defaults."""
    return lambda value: {**defaults, **value} if isinstance(value, dict) else value


def text_parts(kind: str) -> Normalise:
    """Lists of one kind of text parts, which may be written as strings."""

    def normalise(value: Any) -> list[Json]:
        parts = value if isinstance(value, list) else [value]
        return [
            {"type": kind, "text": part} if isinstance(part, str) else {"type": kind, **part}
            for part in parts
        ]

    return normalise
