"""Searches of the web."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import COMPLETED, ItemType, TokenCounter
from mockserver.api.items.fields import received
from mockserver.api.items.making import HostedTool, Making, Offer, RandomNumbers, slug
from mockserver.api.items.streaming import EventFields, EventOptions, ItemEvent, stages
from mockserver.api.json import Json

__all__ = ["TYPES", "web_searches"]

_HITS = 2


class SourceUrl(TypedDict):
    type: str
    url: NotRequired[str]
    name: NotRequired[str]


class SearchAction(TypedDict):
    type: Literal["search"]
    queries: NotRequired[list[str]]
    query: NotRequired[str]
    sources: NotRequired[list[SourceUrl]]


class OpenPageAction(TypedDict):
    type: Literal["open_page"]
    url: NotRequired[str | None]


class FindInPageAction(TypedDict):
    type: Literal["find_in_page"]
    pattern: str
    url: str


class WebSearchCall(TypedDict):
    id: str
    type: Literal["web_search_call"]
    status: Literal["in_progress", "searching", "completed", "failed", "incomplete"]
    action: NotRequired[
        Annotated[SearchAction | OpenPageAction | FindInPageAction, Field(discriminator="type")]
    ]
    results: NotRequired[list[Any] | None]


class WebSearchProgress(ItemEvent):
    type: Literal[
        "response.web_search_call.in_progress",
        "response.web_search_call.searching",
        "response.web_search_call.completed",
    ]


def _action(value: Any) -> Any:
    action = {"query": value} if isinstance(value, str) else value
    if not isinstance(action, dict) or "type" in action:
        return action
    query = action.get("query") or next(iter(action.get("queries") or [""]))
    return {"type": "search", "queries": [query], "query": query, **action}


def _opening(item: Json, options: EventOptions) -> Json:
    """Recorded: what is searched for is not known yet; models that do not reason show at least that
    they search (6 of 6), those that do show nothing (11 of 11).
    """
    if "action" not in item:
        return item
    if options.reasons:
        return {key: value for key, value in item.items() if key != "action"}
    return {**item, "action": {"type": "search"}}


def _events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    return stages(item, "in_progress", "searching")


def _result_tokens(_item: Json, counter: TokenCounter) -> int:
    return counter.costs.web_search


def web_searches(items: Iterable[Json]) -> int:
    """How many of these items are searches, which are billed by number."""
    return sum(item["type"] == web_search_call.name for item in items)


def _made_up_search(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A search, and a message that cites the pages found."""
    rng = making.rng("web search")
    domains = (offer.tool.get("filters") or {}).get("allowed_domains") or ()
    pages = [_page(making, domains, rng) for _ in range(_HITS)]
    action: Json = {"type": "search", "queries": [making.query], "query": making.query}
    call: Json = {"type": "web_search_call", "action": action}
    snippets = [making.sentence(rng) for _ in pages]
    include = making.request.include
    if "web_search_call.action.sources" in include:
        action["sources"] = [{"type": "url", "url": page["url"]} for page in pages]
    if "web_search_call.results" in include:
        call["results"] = [
            {"type": "text_result", **page, "snippet": snippet}
            for page, snippet in zip(pages, snippets, strict=True)
        ]
    return [call, _cited(making, pages, rng)]


def _page(making: Making, domains: Sequence[str], rng: RandomNumbers) -> Json:
    word = making.word(rng)
    host = rng.choice(domains) if domains else f"{word}.example.com"
    return {
        "title": f"{making.query[:60].strip()} - {word.title()}",
        "url": f"https://{host}/{word}/{slug(making.query)}",
    }


def _cited(making: Making, pages: Sequence[Json], rng: RandomNumbers) -> Json:
    """Sentences, each followed by the link to the page that it is from; the annotation covers the
    link.
    """
    text = ""
    annotations = []
    for page in pages:
        text += f"{' ' if text else ''}{making.sentence(rng)[:-1]} "
        link = f"([{page['url'].split('/')[2]}]({page['url']}))"
        place = {"start_index": len(text), "end_index": len(text) + len(link)}
        annotations.append({"type": "url_citation", **place, **page})
        text += f"{link}."
    return making.message(text, annotations)


def _echoed_tool(tool: Json) -> Json:
    location = tool.get("user_location") or {"country": "US"}
    place = {key: location.get(key) for key in ("city", "country", "region", "timezone")}
    common = {
        "search_context_size": tool.get("search_context_size", "medium"),
        "user_location": {"type": "approximate", **place},
    }
    if tool["type"].startswith("web_search_preview"):
        # Recorded: the preview repeats nothing else (16 of 16).
        return common
    echo = {
        "return_token_budget": "default",
        "search_content_types": ["text"],
        **tool,
        **common,
    }
    echo.pop("external_web_access", None)
    return echo


web_search_call = ItemType(
    name="web_search_call",
    prefix="ws_",
    checks_id=True,
    sent=WebSearchCall,
    received=received(WebSearchCall, unchecked=("results",), status=NotRequired[str | None]),
    defaults=COMPLETED,
    today={"action": {"type": "search", "queries": [""], "query": ""}},
    shapes={"action": _action},
    opens_without=("results",),
    opening=_opening,
    events=_events,
    event_types=(WebSearchProgress,),
    keeps_null=("results",),
    result_tokens=_result_tokens,
    tool=HostedTool(
        "web_search", lambda costs: costs.web_search, _made_up_search, echo=_echoed_tool
    ),
)

TYPES = (web_search_call,)
