"""Searches in the files of vector stores."""

from collections.abc import Iterator, Sequence
from typing import Literal

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import COMPLETED, ItemType, constant
from mockserver.api.items.fields import received
from mockserver.api.items.making import HostedTool, Making, Offer, slug
from mockserver.api.items.streaming import EventFields, EventOptions, ItemEvent, stages
from mockserver.api.json import Json

__all__ = ["TYPES"]

_HITS = 2
_NOTHING = "The files say nothing about that."


class FileSearchResult(TypedDict):
    attributes: NotRequired[dict[str, str | float | bool] | None]
    file_id: NotRequired[str]
    filename: NotRequired[str]
    score: NotRequired[float]
    text: NotRequired[str]
    vector_store_id: NotRequired[str]


class FileSearchCall(TypedDict):
    id: str
    type: Literal["file_search_call"]
    status: Literal["in_progress", "searching", "completed", "incomplete", "failed"]
    queries: list[str]
    results: list[FileSearchResult] | None


class FileSearchProgress(ItemEvent):
    type: Literal[
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
    ]


def _events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    return stages(item, "in_progress", "searching")


def _made_up_search(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A search, and a message that cites the files found."""
    found = making.search(offer.tool)
    results = _made_up_results(making, offer) if found is None else found
    text = ""
    annotations = []
    for result in results[:_HITS]:
        text = f"{text} {result['text']}".strip()
        known = {"file_id": result["file_id"], "filename": result["filename"]}
        annotations.append({"type": "file_citation", **known, "index": len(text)})
    call: Json = {"type": "file_search_call", "queries": [making.query]}
    if "file_search_call.results" in making.request.include:
        call["results"] = results
    return [call, making.message(text or _NOTHING, annotations)]


def _made_up_results(making: Making, offer: Offer) -> list[Json]:
    rng = making.rng("file search")
    stores = offer.tool.get("vector_store_ids") or [""]
    return [
        {
            "attributes": {},
            "file_id": making.name("file-", 22, (stores[hit % len(stores)], hit)),
            "filename": f"{making.word(rng)}-{slug(making.query, 24)}.txt",
            "score": round(0.95 - 0.1 * hit - 0.05 * rng.unit(), 4),
            "text": making.sentence(rng),
        }
        for hit in range(min(offer.tool.get("max_num_results") or _HITS, _HITS))
    ]


def _echoed_tool(tool: Json) -> Json:
    ranking = {"ranker": "auto", "score_threshold": 0.0, **(tool.get("ranking_options") or {})}
    return {"filters": None, "max_num_results": 20, **tool, "ranking_options": ranking}


file_search_call = ItemType(
    name="file_search_call",
    prefix="fs_",
    checks_id=True,
    sent=FileSearchCall,
    received=received(FileSearchCall, status=NotRequired[str | None]),
    defaults={**COMPLETED, "queries": [], "results": None},
    opens_as={"queries": [], "results": None},
    events=_events,
    event_types=(FileSearchProgress,),
    result_tokens=constant(600),
    tool=HostedTool("file_search", 250, _made_up_search, echo=_echoed_tool),
)

TYPES = (file_search_call,)
