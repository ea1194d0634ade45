"""The routes of files and uploads: https://platform.openai.com/docs/api-reference/files and
https://platform.openai.com/docs/api-reference/uploads.
"""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import Json, canonical, compact
from mockserver.compose import EPOCH, digest
from mockserver.http.call import Call, page
from mockserver.http.forms import FormData, read_form
from mockserver.neighbours import StoredFile, Upload, VectorStore, short_id, word_id
from mockserver.neighbours.parameters import FileForm, UploadBody, UploadCompleteBody
from mockserver.session.state import Change, View, not_found

__all__ = ["FILE_ROUTES", "file_spelling", "find_file"]

_MOST_FILES = 10_000
_ID_SIZE = 22


async def create_file(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /files`: a form with `file` and `purpose`."""
    form = await call.compute(partial(read_form, call.body or b"", call.headers))
    sent = form.file("file")
    fields = _fields(form, call)
    spelled = b"POST /files " + file_spelling(sent.filename, sent.content) + canonical(fields)

    def work(view: View, change: Change) -> Json:
        identity = call.session.identify(spelled, view, change)
        lifetime = fields.get("expires_after")
        file = StoredFile(
            id=word_id(identity, "file-", _ID_SIZE),
            filename=sent.filename,
            purpose=fields["purpose"],
            content=sent.content,
            created_at=EPOCH,
            expires_at=EPOCH + lifetime["seconds"] if lifetime else None,
        )
        change.shelved = (file,)
        return file.body()

    return call.reply(await call.transact(work))


async def list_files(call: Call, request: Request) -> Response:
    """`GET /files`."""
    purpose = request.query_params.get("purpose")

    def work(view: View, _: Change) -> list[Json]:
        files = view.shelf.all(StoredFile)
        return [file.body() for file in files if purpose in (None, file.purpose)]

    files = await call.transact(work)
    listed = page(files, request.query_params, most=_MOST_FILES, default=_MOST_FILES)
    return call.reply(listed)


async def retrieve_file(call: Call, request: Request) -> Response:
    """`GET /files/{id}`."""
    file_id = request.path_params["file_id"]
    file = await call.transact(lambda view, _: find_file(view, file_id))
    return call.reply(file.body())


async def download_file(call: Call, request: Request) -> Response:
    """`GET /files/{id}/content`."""
    file_id = request.path_params["file_id"]
    file = await call.transact(lambda view, _: find_file(view, file_id))
    return call.content_reply(file.download())


async def delete_file(call: Call, request: Request) -> Response:
    """`DELETE /files/{id}`: it leaves the vector stores as well."""
    file_id = request.path_params["file_id"]

    def work(view: View, change: Change) -> None:
        find_file(view, file_id)
        change.unshelved = StoredFile, file_id
        stores = view.shelf.all(VectorStore)
        change.shelved = [
            store.without(file_id) for store in stores if file_id in store.attachments
        ]

    await call.transact(work)
    return call.reply({"id": file_id, "object": "file", "deleted": True})


async def create_upload(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /uploads`."""
    body = call.parsed(UploadBody)

    def work(view: View, change: Change) -> Json:
        identity = call.session.identify(b"POST /uploads " + canonical(body), view, change)
        lifetime = body.get("expires_after")
        upload = Upload(
            id=short_id(identity, "upload_"),
            filename=body["filename"],
            purpose=body["purpose"],
            total=body["bytes"],
            created_at=EPOCH,
            expires_after=lifetime["seconds"] if lifetime else None,
        )
        change.shelved = (upload,)
        return upload.body()

    return call.reply(await call.transact(work))


async def add_upload_part(call: Call, request: Request) -> Response:
    """`POST /uploads/{id}/parts`: a form with `data`."""
    upload_id = request.path_params["upload_id"]
    form = await call.compute(partial(read_form, call.body or b"", call.headers))
    data = form.file("data").content
    spelled = f"POST /uploads/{upload_id}/parts ".encode() + digest(data)

    def work(view: View, change: Change) -> Json:
        upload = _upload(view, upload_id)
        part_id = short_id(call.session.identify(spelled, view, change), "part_")
        change.shelved = (upload.with_part(part_id, data),)
        return upload.part_body(part_id)

    return call.reply(await call.transact(work))


async def complete_upload(call: Call, request: Request) -> Response:
    """`POST /uploads/{id}/complete`: its parts, in the order given, make a file."""
    upload_id = request.path_params["upload_id"]
    body = call.parsed(UploadCompleteBody)
    spelled = f"POST /uploads/{upload_id}/complete ".encode() + canonical(body)

    def work(view: View, change: Change) -> Json:
        upload = _upload(view, upload_id)
        identity = call.session.identify(spelled, view, change)
        file_id = word_id(identity, "file-", _ID_SIZE)
        upload, file = upload.completed(file_id, body["part_ids"], body.get("md5"))
        change.shelved = (file, upload)
        return upload.body()

    return call.reply(await call.transact(work))


async def cancel_upload(call: Call, request: Request) -> Response:
    """`POST /uploads/{id}/cancel`: its parts are dropped."""
    upload_id = request.path_params["upload_id"]

    def work(view: View, change: Change) -> Json:
        upload = _upload(view, upload_id).cancelled()
        change.shelved = (upload,)
        return upload.body()

    return call.reply(await call.transact(work))


def find_file(view: View, file_id: str) -> StoredFile:
    """A file. Raises ApiError 404."""
    file = view.shelf.get(StoredFile, file_id)
    if file is None:
        raise not_found("file_not_found", file_id, view)
    return file


def file_spelling(filename: str, content: bytes) -> bytes:
    """What stands for a file where its request is told from others."""
    return digest(filename, content)


def _upload(view: View, upload_id: str) -> Upload:
    upload = view.shelf.get(Upload, upload_id)
    if upload is None:
        raise not_found("upload_not_found", upload_id, view)
    return upload


def _fields(form: FormData, call: Call) -> Json:
    """The fields of a form beside its file; of their texts, numbers are numbers where the API wants
    such. Raises ApiError 400.
    """
    fields: Json = {name: value for name, value in form.fields.items() if name != "file"}
    lifetime = fields.get("expires_after")
    if isinstance(lifetime, dict) and str(lifetime.get("seconds")).isdecimal():
        fields["expires_after"] = {**lifetime, "seconds": int(lifetime["seconds"])}
    return call.parsed(FileForm, compact(fields))


FILE_ROUTES = (
    ("POST", "/files", create_file),
    ("GET", "/files", list_files),
    ("GET", "/files/{file_id}", retrieve_file),
    ("DELETE", "/files/{file_id}", delete_file),
    ("GET", "/files/{file_id}/content", download_file),
    ("POST", "/uploads", create_upload),
    ("POST", "/uploads/{upload_id}/parts", add_upload_part),
    ("POST", "/uploads/{upload_id}/complete", complete_upload),
    ("POST", "/uploads/{upload_id}/cancel", cancel_upload),
)
