"""Made-up searches: of the web, of files, of tools."""

from collections.abc import Iterator, Sequence

from mockserver.api.json import Json
from mockserver.compose.made import Making, slug
from mockserver.compose.made_call import call_item
from mockserver.compose.offered import CLIENT_TOOLS, Offer, best, related
from mockserver.compose.tool_echo import echo_tool
from mockserver.schemas import WORDS, Rng, sentence

__all__ = ["file_search", "tool_search", "web_search"]

_HITS = 2


def web_search(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A search, and a message that cites the pages found."""
    rng = making.rng("web search")
    domains = (offer.tool.get("filters") or {}).get("allowed_domains") or ()
    pages = [_page(making.query, domains, rng) for _ in range(_HITS)]
    sources = [{"type": "url", "url": page["url"]} for page in pages]
    action = {
        "type": "search",
        "queries": [making.query],
        "query": making.query,
        "sources": sources,
    }
    results = [{"type": "text_result", **page, "snippet": sentence(rng)} for page in pages]
    return [
        {"type": "web_search_call", "action": action, "results": results},
        _cited(making, pages, rng),
    ]


def file_search(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A search, and a message that cites the files found."""
    rng = making.rng("file search")
    stores = offer.tool.get("vector_store_ids") or [""]
    results: list[Json] = [
        {
            "attributes": {},
            "file_id": making.name("file-", 22, (stores[hit % len(stores)], hit)),
            "filename": f"{rng.choice(WORDS)}-{slug(making.query, 24)}.txt",
            "score": round(0.95 - 0.1 * hit - 0.05 * rng.unit(), 4),
            "text": sentence(rng),
        }
        for hit in range(min(offer.tool.get("max_num_results") or _HITS, _HITS))
    ]
    text, annotations = "", []
    for result in results:
        text = f"{text} {result['text']}".strip()
        known = {"file_id": result["file_id"], "filename": result["filename"]}
        annotations.append({"type": "file_citation", **known, "index": len(text)})
    call = {"type": "file_search_call", "queries": [making.query], "results": results}
    return [call, making.message(text, annotations)]


def tool_search(making: Making, offer: Offer, offers: Sequence[Offer]) -> list[Json]:
    """A search for deferred tools. The client answers one of its own; the server's finds tools, and
    calls a function.

    offers: all tools that may be called.
    """
    if offer.tool.get("execution") == "client":
        arguments = (
            making.arguments(offer.tool["parameters"], "tool_search")
            if offer.tool.get("parameters")
            else None
        )
        asked = {"query": making.query} if arguments is None else arguments
        call_id = making.name("call_", 24, "tool search")
        return [
            {
                "type": "tool_search_call",
                "arguments": asked,
                "call_id": call_id,
                "execution": "client",
            }
        ]
    found = related([each for each in offers if not each.loaded], making.query)
    paths = list(
        dict.fromkeys(
            path for each in found if (path := each.namespace or each.name or _label(each))
        )
    )
    searched: list[Json] = [
        {"type": "tool_search_call", "arguments": {"paths": paths}, "execution": "server"},
        {"type": "tool_search_output", "execution": "server", "tools": list(_loaded(found))},
    ]
    callable_ = [each for each in found if each.kind in CLIENT_TOOLS]
    picked = best(callable_, making.query)
    if picked is None:
        return [*searched, making.message()]
    return [*searched, call_item(making, Offer(picked.tool, picked.namespace or picked.name))]


def _label(offer: Offer) -> str | None:
    label: str | None = offer.tool.get("server_label")
    return label


def _loaded(found: Sequence[Offer]) -> Iterator[Json]:
    """The tools as the output of a search lists them: those of a namespace within it."""
    for namespace in dict.fromkeys(each.namespace for each in found):
        tools = [echo_tool(each.tool) for each in found if each.namespace == namespace]
        if namespace is None:
            yield from tools
        else:
            yield {"type": "namespace", "description": "", "name": namespace, "tools": tools}


def _page(query: str, domains: Sequence[str], rng: Rng) -> Json:
    word = rng.choice(WORDS)
    host = rng.choice(domains) if domains else f"{word}.example.com"
    return {
        "title": f"{query[:60].strip()} - {word.title()}",
        "url": f"https://{host}/{word}/{slug(query)}",
    }


def _cited(making: Making, pages: Sequence[Json], rng: Rng) -> Json:
    """Sentences, each followed by the link to the page that it is from; the annotation covers the
    link.
    """
    text, annotations = "", []
    for page in pages:
        text += f"{' ' if text else ''}{sentence(rng)[:-1]} "
        link = f"([{page['url'].split('/')[2]}]({page['url']}))"
        place = {"start_index": len(text), "end_index": len(text) + len(link)}
        annotations.append({"type": "url_citation", **place, **page})
        text += f"{link}."
    return making.message(text, annotations)
