"""The tools that a request offers, and which of them a made-up reply calls."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mockserver.api.items import HOSTED_TOOLS, NAMED_CALLS, bringing_tools
from mockserver.api.items.making import Offer
from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.api.tools import family

__all__ = [
    "CLIENT_TOOLS",
    "DULL_WORDS",
    "AllowedOffers",
    "all_offers",
    "allowed_offers",
    "best_offer",
    "last_turn",
    "related_offers",
    "uncalled_offers",
]

CLIENT_TOOLS = ("function", "custom")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+")
DULL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are at be by call can do for from get how i in is it me my of on or please s that"
        " the this to tool use what when with you your",
    )
)
"""Words that say nothing about a tool."""


@dataclass(frozen=True, slots=True)
class AllowedOffers:
    """What `tool_choice` allows: the tools that may be called, in the order offered, and whether
    one must be.

    named: whether it names that one.
    """

    offers: Sequence[Offer]
    forced: bool
    named: bool = False


def allowed_offers(request: CreateRequest) -> AllowedOffers:
    """What a request's `tool_choice` allows."""
    chosen = request.tool_choice
    offers = list(all_offers(request))
    if isinstance(chosen, str):
        return AllowedOffers([] if chosen == "none" else offers, chosen == "required")
    if chosen.get("type") == "allowed_tools":
        allowed = [
            offer for offer in offers if any(_means(each, offer) for each in chosen["tools"])
        ]
        return AllowedOffers(
            [] if chosen.get("mode") == "none" else allowed, chosen.get("mode") == "required"
        )
    return AllowedOffers(
        [offer for offer in offers if _means(chosen, offer)], forced=True, named=True
    )


def best_offer(offers: Sequence[Offer], text: str) -> Offer | None:
    """The tool whose name and description share most words with a text; of equals the first. None
    of none.
    """
    wanted = _words(text)
    return max(offers, key=lambda offer: len(wanted & _about(offer)), default=None)


def related_offers(offers: Sequence[Offer], text: str) -> list[Offer]:
    """The tools that share a word with a text; all, when none does."""
    wanted = _words(text)
    return [offer for offer in offers if wanted & _about(offer)] or list(offers)


def uncalled_offers(offers: Iterable[Offer], items: Sequence[Json]) -> list[Offer]:
    """The tools not called since the last message of the user."""
    turn = last_turn(items)
    called = {
        (item.get("namespace"), item.get("name"))
        for item in turn
        if item.get("type") in NAMED_CALLS
    }
    kinds = {item.get("type") for item in turn}

    def used(offer: Offer) -> bool:
        if offer.kind in CLIENT_TOOLS:
            return bool(called & {(offer.namespace, offer.name), (None, offer.name)})
        return not kinds.isdisjoint(HOSTED_TOOLS[offer.kind].calls())

    return [offer for offer in offers if not used(offer)]


def last_turn(items: Sequence[Json]) -> Sequence[Json]:
    """The items since the last message of the user."""
    for index in range(len(items) - 1, -1, -1):
        if items[index].get("role") == "user":
            return items[index + 1 :]
    return items


def all_offers(request: CreateRequest) -> Iterator[Offer]:
    """The tools that a request offers, those that its input brought in included."""
    merges = model_facts(request.model).merges_tools
    searches = any(tool["type"] == "tool_search" for tool in request.tools)
    brought = {}
    for item in bringing_tools(request.items):
        apart = item["type"] == "tool_search_output" and not (
            merges and item.get("execution") != "server"
        )
        for tool in item.get("tools") or ():
            for offer in _unfolded(tool, waits=False):
                namespace = offer.namespace or (
                    offer.name if apart and offer.kind == "function" else None
                )
                brought[offer.namespace, offer.kind, offer.name] = Offer(
                    offer.tool, namespace, brought=True
                )
    for tool in request.tools:
        for offer in _unfolded(tool, waits=searches):
            yield brought.pop((offer.namespace, offer.kind, offer.name), offer)
    yield from brought.values()


def _unfolded(tool: Json, *, waits: bool) -> Iterator[Offer]:
    """A tool, or the tools of a namespace. waits: whether a deferred one is not there until it is
    searched for.
    """
    namespace = tool["name"] if tool["type"] == "namespace" else None
    for each in tool["tools"] if namespace else [tool]:
        yield Offer(each, namespace, not (waits and each.get("defer_loading")))


def _means(reference: Json, offer: Offer) -> bool:
    """Whether a reference in `tool_choice` means this tool."""
    kind = family(reference.get("type") or "")
    if kind == "namespace":
        return offer.namespace is not None and offer.namespace == reference.get("name")
    return kind == offer.kind and all(
        reference.get(key) in (None, offer.tool.get(key))
        for key in (
            ("server_label",) if kind == "mcp" else ("name",) if kind in CLIENT_TOOLS else ()
        )
    )


def _about(offer: Offer) -> frozenset[str]:
    tool = offer.tool
    kind = None if tool["type"] in CLIENT_TOOLS else tool["type"]
    described = (
        kind,
        tool.get("name"),
        tool.get("description"),
        offer.namespace,
        tool.get("server_label"),
    )
    return _words(" ".join(text for text in described if text))


def _words(text: str) -> frozenset[str]:
    """The telling words of a text or an identifier, in small letters and without a plural's `s`."""
    words = (word.lower() for word in _WORD.findall(text.replace("_", " ")))
    return frozenset(word.removesuffix("s") for word in words if word not in DULL_WORDS)
