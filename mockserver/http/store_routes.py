"""The routes of vector stores, their files and batches of these:
https://platform.openai.com/docs/api-reference/vector-stores.
"""

from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import Json, api_error, canonical, parse_body
from mockserver.compose import EPOCH
from mockserver.http.call import Call, page
from mockserver.neighbours import Attachment, FileBatch, StoredFile, VectorStore, short_id
from mockserver.neighbours.parameters import (
    AttachBody,
    BatchBody,
    SearchBody,
    StoreBody,
    StoreUpdateBody,
    UpdateAttachmentBody,
)
from mockserver.session.state import Change, View, not_found
from mockserver.session.worker import LONG, leave_loop

__all__ = ["STORE_ROUTES"]

_RESULTS = 10
"""How many results a search gives unless the request says so."""


async def create_store(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /vector_stores`; an empty body will do."""
    body = _body(call, StoreBody, empty=True)

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
        store = store.including(*_attached(view, store.id, wanted))
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
    return await _told(call, request, lambda store: store.body())


async def update_store(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}`: what is named is replaced."""
    body = _body(call, StoreUpdateBody, empty=True)

    def change_store(store: VectorStore, _view: View, _change: Change) -> tuple[VectorStore, Json]:
        store = store.with_fields(body)
        return store, store.body()

    return await _changed(call, request, change_store)


async def delete_store(call: Call, request: Request) -> Response:
    """`DELETE /vector_stores/{id}`: its files stay."""
    store_id = request.path_params["vector_store_id"]

    def work(view: View, change: Change) -> None:
        _store(view, store_id)
        change.unshelved = VectorStore, store_id

    await call.transact(work)
    return call.reply({"id": store_id, "object": "vector_store.deleted", "deleted": True})


async def search_store(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/search`."""
    store_id = request.path_params["vector_store_id"]
    body = _body(call, SearchBody)
    queries = body["query"] if isinstance(body["query"], list) else [body["query"]]

    def work(view: View, _: Change) -> list[Json]:
        store = _store(view, store_id)
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
    return call.reply(_whole_page(kind, results, search_query=queries))


# Its files.


async def attach_file(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/files`: it is ready at once."""
    body = _body(call, AttachBody)

    def change_store(store: VectorStore, view: View, _: Change) -> tuple[VectorStore, Json]:
        (attachment,) = _attached(view, store.id, [body])
        return store.including(attachment), attachment.body()

    return await _changed(call, request, change_store)


async def list_attachments(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/files`."""

    def tell(store: VectorStore) -> Json:
        return _listed(store.attachments.values(), request)

    return await _told(call, request, tell)


async def retrieve_attachment(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/files/{file_id}`."""
    return await _told(call, request, lambda store: _attachment(store, request).body())


async def read_attachment(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/files/{file_id}/content`: its text, in the pieces that are
    searched.
    """

    def tell(store: VectorStore) -> Json:
        pieces = _attachment(store, request).pieces()
        data = [{"type": "text", "text": piece} for piece in pieces]
        return _whole_page("vector_store.file_content.page", data)

    return await _told(call, request, tell)


async def update_attachment(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/files/{file_id}`: its attributes are replaced."""
    body = _body(call, UpdateAttachmentBody)

    def change_store(store: VectorStore, _view: View, _change: Change) -> tuple[VectorStore, Json]:
        attachment = _attachment(store, request).with_attributes(body.get("attributes") or {})
        return store.including(attachment), attachment.body()

    return await _changed(call, request, change_store)


async def detach_file(call: Call, request: Request) -> Response:
    """`DELETE /vector_stores/{id}/files/{file_id}`: the file itself stays."""

    def change_store(store: VectorStore, _view: View, _change: Change) -> tuple[VectorStore, Json]:
        file_id = _attachment(store, request).file.id
        deleted = {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}
        return store.without(file_id), deleted

    return await _changed(call, request, change_store)


# Batches of its files.


async def create_batch(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/file_batches`: all are ready at once."""
    body = _body(call, BatchBody)
    if ("file_ids" in body) == ("files" in body):
        if "files" not in body:
            raise api_error("missing_required_parameter", param="file_ids")
        raise api_error(
            "mutually_exclusive_parameters", place="file_ids", names="'file_ids' or 'files'"
        )
    shared = {key: body[key] for key in ("attributes", "chunking_strategy") if key in body}
    wanted = body.get("files") or [{"file_id": each, **shared} for each in body["file_ids"]]

    def change_store(store: VectorStore, view: View, change: Change) -> tuple[VectorStore, Json]:
        attached = _attached(view, store.id, wanted)
        spelled = f"POST /vector_stores/{store.id}/file_batches ".encode() + canonical(body)
        identity = call.session.identify(spelled, view, change)
        file_ids = [each.file.id for each in attached]
        batch = FileBatch(short_id(identity, "vsfb_"), file_ids, EPOCH)
        store = store.including(*attached, batch=batch)
        return store, store.batch_body(batch)

    return await _changed(call, request, change_store)


async def retrieve_batch(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/file_batches/{batch_id}`."""
    return await _told(call, request, lambda store: store.batch_body(_batch(store, request)))


async def list_batch(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/file_batches/{batch_id}/files`."""

    def tell(store: VectorStore) -> Json:
        held = store.attachments
        file_ids = _batch(store, request).file_ids
        return _listed((held[each] for each in file_ids if each in held), request)

    return await _told(call, request, tell)


def _body(call: Call, model: type[object], *, empty: bool = False) -> Json:
    raw = call.body or (b"{}" if empty else b"")
    return parse_body(raw, model, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)


async def _told(call: Call, request: Request, tell: Callable[[VectorStore], Json]) -> Response:
    """A reply that is read off a vector store."""
    store_id = request.path_params["vector_store_id"]
    return call.reply(await call.transact(lambda view, _: tell(_store(view, store_id))))


async def _changed(
    call: Call,
    request: Request,
    change_store: Callable[[VectorStore, View, Change], tuple[VectorStore, Json]],
) -> Response:
    """A reply that goes with a change to a vector store."""
    store_id = request.path_params["vector_store_id"]

    def work(view: View, change: Change) -> Json:
        store, told = change_store(_store(view, store_id), view, change)
        change.shelved = (store,)
        return told

    return call.reply(await call.transact(work))


def _store(view: View, store_id: str) -> VectorStore:
    store = view.shelf.get(VectorStore, store_id)
    if store is None:
        raise not_found("vector_store_not_found", store_id, view)
    return store


def _attached(view: View, store_id: str, wanted: Iterable[Json]) -> list[Attachment]:
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


def _attachment(store: VectorStore, request: Request) -> Attachment:
    file_id = request.path_params["file_id"]
    if file_id not in store.attachments:
        raise api_error("vector_store_file_not_found", id=file_id, store=store.id)
    return store.attachments[file_id]


def _batch(store: VectorStore, request: Request) -> FileBatch:
    batch_id = request.path_params["batch_id"]
    if batch_id not in store.batches:
        raise api_error("vector_store_batch_not_found", id=batch_id, store=store.id)
    return store.batches[batch_id]


def _listed(attached: Iterable[Attachment], request: Request) -> Json:
    """A page of attached files, those of one status where the query asks for it."""
    status = request.query_params.get("filter")
    bodies = [each.body() for each in attached if status in (None, each.status)]
    return page(bodies, request.query_params)


def _whole_page(kind: str, data: list[Json], **fields: Any) -> Json:
    """A list that is never cut into pages."""
    return {"object": kind, **fields, "data": data, "has_more": False, "next_page": None}


STORE_ROUTES = (
    ("POST", "/vector_stores", create_store),
    ("GET", "/vector_stores", list_stores),
    ("GET", "/vector_stores/{vector_store_id}", retrieve_store),
    ("POST", "/vector_stores/{vector_store_id}", update_store),
    ("DELETE", "/vector_stores/{vector_store_id}", delete_store),
    ("POST", "/vector_stores/{vector_store_id}/search", search_store),
    ("POST", "/vector_stores/{vector_store_id}/files", attach_file),
    ("GET", "/vector_stores/{vector_store_id}/files", list_attachments),
    ("GET", "/vector_stores/{vector_store_id}/files/{file_id}", retrieve_attachment),
    ("POST", "/vector_stores/{vector_store_id}/files/{file_id}", update_attachment),
    ("DELETE", "/vector_stores/{vector_store_id}/files/{file_id}", detach_file),
    ("GET", "/vector_stores/{vector_store_id}/files/{file_id}/content", read_attachment),
    ("POST", "/vector_stores/{vector_store_id}/file_batches", create_batch),
    ("GET", "/vector_stores/{vector_store_id}/file_batches/{batch_id}", retrieve_batch),
    # A batch is done by the time that anybody could cancel it.
    ("POST", "/vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel", retrieve_batch),
    ("GET", "/vector_stores/{vector_store_id}/file_batches/{batch_id}/files", list_batch),
)
