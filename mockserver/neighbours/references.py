"""What a request to create a response refers to besides items: files, vector stores, containers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockserver.api import ApiError, CreateRequest, Json, api_error
from mockserver.neighbours.containers import Container
from mockserver.neighbours.files import StoredFile
from mockserver.neighbours.search import Chunk
from mockserver.neighbours.shelf import ShelfView
from mockserver.neighbours.stores import VectorStore

__all__ = ["check_references", "refers", "search_results", "searched_size", "with_search_results"]

_RESULTS = 20
"""How many results `file_search` gives unless the tool says so."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """An id that a request names, the kind of thing, and the error where it is not there."""

    kind: Any
    id: str
    error: str
    param: str | None = None

    def missing(self) -> ApiError:
        return api_error(self.error, id=self.id, param=self.param)


def refers(request: CreateRequest) -> bool:
    """Whether a request names a file, a vector store or a container."""
    if not request.tools and request.is_only_text:
        return False
    return next(_references(request), None) is not None


def check_references(request: CreateRequest, shelf: ShelfView) -> None:
    """Check that all that a request names is there. Raises ApiError 404 for the first that is
    not.
    """
    for reference in _references(request):
        if shelf.get(reference.kind, reference.id) is None:
            raise reference.missing()


def search_results(tool: Json, queries: list[str], shelf: ShelfView) -> list[Json] | None:
    """What `file_search` finds in the stores that its tool names; None where none is there."""
    stores = _named_stores(tool, shelf)
    if not stores:
        return None
    most = tool.get("max_num_results") or _RESULTS
    threshold = (tool.get("ranking_options") or {}).get("score_threshold") or 0.0
    found: list[Chunk] = []
    for store in stores:
        found += store.search(queries, most=most, filters=tool.get("filters"), threshold=threshold)
    found.sort(key=lambda chunk: -chunk.score)
    return [_result(chunk) for chunk in found[:most]]


def searched_size(request: CreateRequest, shelf: ShelfView) -> int:
    """How many letters the stores hold that the request's `file_search` tools name."""
    searches = [tool for tool in request.tools if tool["type"] == "file_search"]
    return sum(store.text_size for tool in searches for store in _named_stores(tool, shelf))


def _named_stores(tool: Json, shelf: ShelfView) -> list[VectorStore]:
    named = (shelf.get(VectorStore, each) for each in tool.get("vector_store_ids") or ())
    return [store for store in named if store is not None]


def with_search_results(reply: Json, request: CreateRequest, shelf: ShelfView) -> Json:
    """A reply whose searches have results, where their author gave none and the request names
    stores that are there.
    """
    tool = next((tool for tool in request.tools if tool["type"] == "file_search"), None)
    output = reply.get("output") or ()
    if tool is None or not any(map(_is_open_search, output)):
        return reply
    completed = [
        {**item, "results": search_results(tool, item.get("queries") or [], shelf)}
        if _is_open_search(item)
        else item
        for item in output
    ]
    return {**reply, "output": completed}


def _is_open_search(item: Any) -> bool:
    """Whether it is a search that somebody wrote without its results; a copy of one has an id."""
    return (
        isinstance(item, dict)
        and item.get("type") == "file_search_call"
        and item.get("results") is None
        and "id" not in item
    )


def _result(chunk: Chunk) -> Json:
    attachment = chunk.source
    return {
        "attributes": dict(attachment.attributes),
        "file_id": attachment.file.id,
        "filename": attachment.file.filename,
        "score": chunk.score,
        "text": chunk.text,
        "vector_store_id": attachment.store_id,
    }


def _references(request: CreateRequest) -> Iterator[_Reference]:
    if not isinstance(request.body.get("input"), str):
        for index, item in enumerate(request.input_items):
            for path, part in _parts(item):
                if part.get("file_id"):
                    where = f"input[{index}].{path}.file_id"
                    yield _Reference(StoredFile, part["file_id"], "input_file_not_found", where)
    for index, tool in enumerate(request.tools):
        yield from _of_tool(tool, f"tools[{index}]")


def _parts(item: Json) -> Iterator[tuple[str, Json]]:
    """The parts of an item that may name a file, each with its path."""
    for name in ("content", "output"):
        held = item.get(name)
        if isinstance(held, dict):
            yield name, held
        elif isinstance(held, list):
            for index, part in enumerate(held):
                if isinstance(part, dict):
                    yield f"{name}[{index}]", part


def _of_tool(tool: Json, where: str) -> Iterator[_Reference]:
    if tool["type"] == "file_search":
        for index, store_id in enumerate(tool.get("vector_store_ids") or ()):
            path = f"{where}.vector_store_ids[{index}]"
            yield _Reference(VectorStore, store_id, "searched_store_not_found", path)
    elif tool["type"] == "code_interpreter":
        container = tool.get("container")
        if isinstance(container, str):
            path = f"{where}.container"
            yield _Reference(Container, container, "container_not_found", path)
        elif isinstance(container, dict):
            for file_id in container.get("file_ids") or ():
                path = f"{where}.container.file_ids"
                yield _Reference(StoredFile, file_id, "input_file_not_found", path)
