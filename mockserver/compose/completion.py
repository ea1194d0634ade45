"""Items as an author wrote them, completed to what the API sends.

An item that has an `id` is taken to be a copy of a real one: it keeps all it has, in its order, and
gets only what no client can do without. Any other item is an abbreviation: it gets every key that
the API sends today, in wire order.
"""

import copy
from collections.abc import Iterable
from typing import Any

from mockserver.api.items import item_type
from mockserver.api.json import Json
from mockserver.compose.identity import Identity


def complete_items(
    output: Iterable[Any], identity: Identity, agent: str | None = None
) -> list[Json]:
    """The output items of a reply: strings become assistant messages, abbreviations become whole
    items.

    agent: whose items these are, where they do not say.
    """
    items: list[Json] = []
    last_call: str | None = None
    for index, given in enumerate(output):
        item = {"type": "message", "content": given} if isinstance(given, str) else dict(given)
        item.setdefault("type", "message")
        if agent is not None and "id" not in item:
            item.setdefault("agent", {"agent_name": agent})
        item = _complete(item, _Mint(identity, index, last_call))
        last_call = item.get("call_id") or last_call
        items.append(item)
    return items


class _Mint:
    """Makes what an abbreviation leaves out, for the item at one position of one reply."""

    def __init__(self, identity: Identity, index: int, last_call: str | None) -> None:
        self._identity = identity
        self._index = index
        self._last_call = last_call

    @property
    def seed(self) -> int:
        return self._identity.seed + self._index

    def id(self, prefix: str) -> str:
        return self._identity.id(prefix, self._index)

    def call_id(self) -> str:
        return self._identity.call_id(self._index)

    def answered_call(self) -> str:
        """The call that an output item answers: the one before it in the reply, if there is one."""
        return self._last_call or self.call_id()

    def container(self) -> str:
        return self._identity.short_id("cntr_", "container")

    def token(self) -> str:
        return self._identity.token(self._index)


def _complete(item: Json, mint: _Mint) -> Json:
    kind = item_type(item["type"])
    verbatim = "id" in item
    for key, default in kind.defaults.items():
        if key not in item:
            item[key] = default(mint) if callable(default) else copy.copy(default)
    if not verbatim:
        item = {**kind.today, **item, "id": mint.id(kind.prefix)}
        for key, shape in kind.abbreviations.items():
            item[key] = shape(item[key])
    for key, shape in kind.shapes.items():
        if key in item and not (verbatim and _is_copied(item[key])):
            item[key] = shape(item[key])
    return item if verbatim else _in_wire_order(item)


def _in_wire_order(item: Json) -> Json:
    """`id`, `type` and `status` first, the other keys by the alphabet."""
    ordered = {"id": item["id"], "type": item["type"]}
    for key in ("status", *sorted(item)):
        if key in item and key not in ordered:
            ordered[key] = item[key]
    return ordered


def _is_copied(value: Any) -> bool:
    """Whether content is copied from a real message, which may be older than `logprobs`."""
    return isinstance(value, list) and all(
        isinstance(part, dict) and "annotations" in part for part in value
    )
