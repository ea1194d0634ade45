"""The routes of the files of vector stores, and of batches of them:
https://platform.openai.com/docs/api-reference/vector-stores-files.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import Json, api_error, canonical
from mockserver.compose import EPOCH
from mockserver.http.call import Call, page
from mockserver.http.store_routes import attached_files, changed, told, whole_page
from mockserver.neighbours import Attachment, FileBatch, VectorStore, short_id
from mockserver.neighbours.parameters import AttachBody, BatchBody, UpdateAttachmentBody
from mockserver.session.state import Change, View

__all__ = ["ATTACHMENT_ROUTES"]


async def attach_file(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/files`: it is ready at once."""
    body = call.parsed(AttachBody)

    def change_store(store: VectorStore, view: View, _: Change) -> tuple[VectorStore, Json]:
        (attachment,) = attached_files(view, store.id, [body])
        return store.including(attachment), attachment.body()

    return await changed(call, request, change_store)


async def list_attachments(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/files`."""

    def tell(store: VectorStore) -> Json:
        return _listed(store.attachments.values(), request)

    return await told(call, request, tell)


async def retrieve_attachment(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/files/{file_id}`."""
    return await told(call, request, lambda store: _attachment(store, request).body())


async def read_attachment(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/files/{file_id}/content`: its text, in the pieces that are
    searched.
    """

    def tell(store: VectorStore) -> Json:
        pieces = _attachment(store, request).pieces()
        data = [{"type": "text", "text": piece} for piece in pieces]
        return whole_page("vector_store.file_content.page", data)

    return await told(call, request, tell)


async def update_attachment(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/files/{file_id}`: its attributes are replaced."""
    body = call.parsed(UpdateAttachmentBody)

    def change_store(store: VectorStore, _view: View, _change: Change) -> tuple[VectorStore, Json]:
        attachment = _attachment(store, request).with_attributes(body.get("attributes") or {})
        return store.including(attachment), attachment.body()

    return await changed(call, request, change_store)


async def detach_file(call: Call, request: Request) -> Response:
    """`DELETE /vector_stores/{id}/files/{file_id}`: the file itself stays."""

    def change_store(store: VectorStore, _view: View, _change: Change) -> tuple[VectorStore, Json]:
        file_id = _attachment(store, request).file.id
        deleted = {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}
        return store.without(file_id), deleted

    return await changed(call, request, change_store)


# Batches.


async def create_batch(call: Call, request: Request) -> Response:
    """`POST /vector_stores/{id}/file_batches`: all are ready at once."""
    body = call.parsed(BatchBody)
    if ("file_ids" in body) == ("files" in body):
        if "files" not in body:
            raise api_error("missing_required_parameter", param="file_ids")
        raise api_error(
            "mutually_exclusive_parameters", place="file_ids", names="'file_ids' or 'files'"
        )
    shared = {key: body[key] for key in ("attributes", "chunking_strategy") if key in body}
    wanted = body.get("files") or [{"file_id": each, **shared} for each in body["file_ids"]]

    def change_store(store: VectorStore, view: View, change: Change) -> tuple[VectorStore, Json]:
        attached = attached_files(view, store.id, wanted)
        spelled = f"POST /vector_stores/{store.id}/file_batches ".encode() + canonical(body)
        identity = call.session.identify(spelled, view, change)
        file_ids = [each.file.id for each in attached]
        batch = FileBatch(short_id(identity, "vsfb_"), file_ids, EPOCH)
        store = store.including(*attached, batch=batch)
        return store, store.batch_body(batch)

    return await changed(call, request, change_store)


async def retrieve_batch(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/file_batches/{batch_id}`."""
    return await told(call, request, lambda store: store.batch_body(_batch(store, request)))


async def list_batch(call: Call, request: Request) -> Response:
    """`GET /vector_stores/{id}/file_batches/{batch_id}/files`."""

    def tell(store: VectorStore) -> Json:
        held = store.attachments
        file_ids = _batch(store, request).file_ids
        return _listed((held[each] for each in file_ids if each in held), request)

    return await told(call, request, tell)


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


ATTACHMENT_ROUTES = (
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
