"""The reply to a request that nobody scripted: plausible, valid, and always the same for the same
request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api.items import HOSTED_TOOLS
from mockserver.api.items.functions import made_up_call
from mockserver.api.items.making import Offer
from mockserver.api.items.mcp import approved_calls
from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.compose.compaction import triggered
from mockserver.compose.identity import digest
from mockserver.compose.making import FileSearch, ReplyMaking
from mockserver.compose.offered_tools import (
    CLIENT_TOOLS,
    AllowedOffers,
    allowed_offers,
    best_offer,
    uncalled_offers,
)
from mockserver.compose.usage import effort_tokens
from mockserver.schemas import phrase, sentence

if TYPE_CHECKING:
    from mockserver.schemas import Locale


def generated_reply(
    request: CreateRequest,
    seed: int,
    files: FileSearch | None = None,
    locale: Locale | None = None,
) -> Json:
    """A reply to a request in its context.

    Args:
        files: finds what `file_search` does.
        locale: where made-up values come from.

    A tool is called where `tool_choice` demands it, or where functions are offered and the last
    item comes from the user; else the reply is a message: a document that fits `text.format`, or
    text. Where the input asks for a compaction, that is all that is put out. Raises ApiError 422
    when a schema of the request allows no value.
    """
    if triggered(request):
        return {"output": []}
    making = ReplyMaking(request, digest(seed, "text", request.canonical), files, locale)
    return {"output": [*_reasoning(making), *_actions(making)]}


def _actions(making: ReplyMaking) -> list[Json]:
    """A call, a hosted tool's work and what is said about it, or a message alone."""
    if making.request.is_only_text and not making.request.tools:
        return [making.message()]
    allowed = allowed_offers(making.request)
    if allowed.offers and (resumed := approved_calls(making)):
        return resumed
    picked = _demanded(making, allowed) if allowed.forced else _wanted(making, allowed)
    if picked is None:
        return [making.message()]
    if picked.kind in CLIENT_TOOLS:
        return [made_up_call(making, picked)]
    return HOSTED_TOOLS[picked.kind].make(making, picked, allowed.offers)


def _demanded(making: ReplyMaking, allowed: AllowedOffers) -> Offer | None:
    """The tool to call where one must be: one not called since the user spoke, functions before
    hosted tools.

    Functions are called again when there is nothing else; hosted tools are not, so that a message
    ends the turn.
    """
    request = making.request
    offers = [offer for offer in allowed.offers if offer.loaded or allowed.named]
    functions = [offer for offer in offers if offer.kind in CLIENT_TOOLS]
    hosted = [
        offer for offer in offers if offer.kind not in CLIENT_TOOLS and _has_work(offer, allowed)
    ]
    for group in (
        uncalled_offers(functions, request.items),
        uncalled_offers(hosted, request.items),
        functions,
    ):
        if group:
            return best_offer(group, request.input_text)
    return None


def _wanted(making: ReplyMaking, allowed: AllowedOffers) -> Offer | None:
    """The function to call of the model's own accord: when the user has just spoken, or a search
    has brought it in.
    """
    request = making.request
    last = request.items[-1] if request.items else {}
    found = last.get("type") == "tool_search_output"
    if not found and last.get("role") != "user":
        return None
    offers = [offer for offer in allowed.offers if offer.loaded and offer.kind in CLIENT_TOOLS]
    if found:
        offers = [offer for offer in offers if offer.brought] or offers
    if any(offer.kind == "function" for offer in offers):
        return best_offer(uncalled_offers(offers, request.items) or offers, request.input_text)
    searches = (
        offer
        for offer in allowed.offers
        if offer.kind == "tool_search" and _has_work(offer, allowed)
    )
    return None if found else next(searches, None)


def _has_work(offer: Offer, allowed: AllowedOffers) -> bool:
    """Whether there is something for a hosted tool to do: a tool search needs tools that are not
    loaded yet.
    """
    if offer.kind != "tool_search" or offer.tool.get("execution") == "client":
        return True
    return not all(each.loaded for each in allowed.offers)


def _reasoning(making: ReplyMaking) -> list[Json]:
    """A reasoning item, on models that reason, unless the effort is `none`; with a summary where
    one is asked for and anything was thought.
    """
    asked = making.request.reasoning
    facts = model_facts(making.request.model)
    effort = asked.get("effort") or facts.effort
    if not facts.reasoning or effort == "none":
        return []
    is_told = asked.get("summary") or asked.get("generate_summary")
    if not is_told or not effort_tokens(effort):
        return [{"type": "reasoning"}]
    rng = making.rng("reasoning")
    return [
        {"type": "reasoning", "summary": [f"**Considering the {phrase(rng)}**\n\n{sentence(rng)}"]}
    ]
