"""The routes of vector stores; those of their files are in `attachment_routes`.
https://platform.openai.com/docs/api-reference/vector-stores.
"""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import Json, canonical
from mockserver.compose import EPOCH
from mockserver.http.call import Call, page
from mockserver.neighbours import Attachment, StoredFile, VectorStore, short_id
from mockserver.neighbours.parameters import SearchBody, StoreBody, StoreUpdateBody
from mockserver.session.state import Change, View, not_found
from mockserver.session.worker import LONG, leave_loop

__all__ = ["STORE_ROUTES", "attached_files", "changed", "told", "whole_page"]

_RESULTS = 10
"""How many results a search gives unless the request says so."""


async def create_store(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /vector_stores`; an empty body will do."""
    body = call.parsed(StoreBody, may_be_empty=True)

    def work(view: View, change: Change) -> Json:
        identity = call.session.identify(b"POST /vector_stores " + canonical(body), view, change)
        store = VectorStore(
            id=short_id(identity, "vs_"),
            name=body.get("name") or "",
            created_at=EPOCH,
            metadata=body.get("metadata") or {},
            expires_after=body.get("expires_after"),
        )
        wanted = [
            {"file_id": file_id, "chunking_strategy": body.get("chunking_strategy")}
            for file_id in body.get("file_ids") or ()
        ]
        store = store.including(*attached_files(view, store.id, wanted))
        change.shelved = (store,)
        return store.body()

    return call.reply(await call.transact(work))


async def list_stores(call: Call, request: Request) -> Response:
    """`GET /vector_stores`."""

    def work(view: View, _: Change) -> list[Json]:
        return [store.body() for store in view.shelf.all(VectorStore)]

    return call.reply(page(await call.transact(work), request.query_params))


async def retrieve_store(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}`."""
    return await told(call, request, lambda store: store.body())


async def update_store(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}`: what is named is replaced."""
    body = call.parsed(StoreUpdateBody, may_be_empty=True)

    def change_store(store: VectorStore, _view: View, _change: Change) -> tuple[VectorStore, Json]:
        store = store.with_fields(body)
        return store, store.body()

    return await changed(call, request, change_store)


async def delete_store(call: Call, request: Request) -> Response:
    """`DELETE /vector_stores/{id}`: its files stay."""
    store_id = request.path_params["vector_store_id"]

    def work(view: View, change: Change) -> None:
        find_store(view, store_id)
        change.unshelved = VectorStore, store_id

    await call.transact(work)
    return call.reply({"id": store_id, "object": "vector_store.deleted", "deleted": True})


async def search_store(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/search`."""
    store_id = request.path_params["vector_store_id"]
    body = call.parsed(SearchBody)
    queries = body["query"] if isinstance(body["query"], list) else [body["query"]]

    def work(view: View, _: Change) -> list[Json]:
        store = find_store(view, store_id)
        if store.text_size > LONG:
            leave_loop()
        found = store.search(
            queries,
            most=body.get("max_num_results") or _RESULTS,
            filters=body.get("filters"),
            threshold=(body.get("ranking_options") or {}).get("score_threshold") or 0.0,
        )
        return [
            {
                "file_id": chunk.source.file.id,
                "filename": chunk.source.file.filename,
                "score": chunk.score,
                "attributes": dict(chunk.source.attributes),
                "content": [{"type": "text", "text": chunk.text}],
            }
            for chunk in found
        ]

    results = await call.transact(work)
    kind = "vector_store.search_results.page"
    return call.reply(whole_page(kind, results, search_query=queries))


async def told(call: Call, request: Request, tell: Callable[[VectorStore], Json]) -> Response:
    """A reply that is read off a vector store."""
    store_id = request.path_params["vector_store_id"]
    return call.reply(await call.transact(lambda view, _: tell(find_store(view, store_id))))


async def changed(
    call: Call,
    request: Request,
    change_store: Callable[[VectorStore, View, Change], tuple[VectorStore, Json]],
) -> Response:
    """A reply that goes with a change to a vector store."""
    store_id = request.path_params["vector_store_id"]

    def work(view: View, change: Change) -> Json:
        store, told = change_store(find_store(view, store_id), view, change)
        change.shelved = (store,)
        return told

    return call.reply(await call.transact(work))


def find_store(view: View, store_id: str) -> VectorStore:
    store = view.shelf.get(VectorStore, store_id)
    if store is None:
        raise not_found("vector_store_not_found", store_id, view)
    return store


def attached_files(view: View, store_id: str, wanted: Iterable[Json]) -> list[Attachment]:
    """The files that bodies name, attached. Raises ApiError 404 for one that is not there."""
    attached = []
    for each in wanted:
        file = view.shelf.get(StoredFile, each["file_id"])
        if file is None:
            raise not_found("attached_file_not_found", each["file_id"], view)
        attached.append(
            Attachment.of(
                file,
                store_id,
                created_at=EPOCH,
                attributes=each.get("attributes"),
                chunking=each.get("chunking_strategy"),
            )
        )
    return attached


def whole_page(kind: str, data: list[Json], **fields: Any) -> Json:
    """A list that is never cut into pages."""
    return {"object": kind, **fields, "data": data, "has_more": False, "next_page": None}


STORE_ROUTES = (
    ("POST", "/vector_stores", create_store),
    ("GET", "/vector_stores", list_stores),
    ("GET", "/vector_stores/{vector_store_id}", retrieve_store),
    ("POST", "/vector_stores/{vector_store_id}", update_store),
    ("DELETE", "/vector_stores/{vector_store_id}", delete_store),
    ("POST", "/vector_stores/{vector_store_id}/search", search_store),
)
