"""The routes of containers and their files:
https://platform.openai.com/docs/api-reference/containers.
"""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import Json, canonical
from mockserver.compose import EPOCH, Identity
from mockserver.http.call import Call, page
from mockserver.http.file_routes import file_spelling
from mockserver.http.forms import FormFile, is_form, read_form
from mockserver.neighbours import (
    Container,
    ContainerFile,
    StoredFile,
    copied_file,
    long_id,
    made_file,
    short_id,
)
from mockserver.neighbours.parameters import ContainerBody, ContainerFileBody
from mockserver.session.state import Change, View, not_found

__all__ = ["CONTAINER_ROUTES"]


async def create_container(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /containers`."""
    body = call.parsed(ContainerBody)

    def work(view: View, change: Change) -> Json:
        identity = call.session.identify(b"POST /containers " + canonical(body), view, change)
        known = {key: body[key] for key in _KEPT if key in body}
        container = Container(long_id(identity, "cntr_"), created_at=EPOCH, **known)
        copies = [
            _copy(view, container.id, file_id, identity) for file_id in body.get("file_ids") or ()
        ]
        container = container.including(*copies)
        change.shelved = (container,)
        return container.body()

    return call.reply(await call.transact(work))


_KEPT = ("name", "expires_after", "memory_limit", "network_policy")


async def list_containers(call: Call, request: Request) -> Response:
    """`GET /containers`."""
    name = request.query_params.get("name")

    def work(view: View, _: Change) -> list[Json]:
        containers = view.shelf.all(Container)
        return [each.body() for each in containers if name in (None, each.name)]

    return call.reply(page(await call.transact(work), request.query_params))


async def retrieve_container(call: Call, request: Request) -> Response:
    """`GET /containers/{id}`."""
    container_id = request.path_params["container_id"]
    return call.reply(await call.transact(lambda view, _: _container(view, container_id).body()))


async def delete_container(call: Call, request: Request) -> Response:
    """`DELETE /containers/{id}`, with its files."""
    container_id = request.path_params["container_id"]

    def work(view: View, change: Change) -> None:
        _container(view, container_id)
        change.unshelved = Container, container_id

    await call.transact(work)
    return call.reply({"id": container_id, "object": "container.deleted", "deleted": True})


async def create_container_file(call: Call, request: Request) -> Response:
    """`POST /containers/{id}/files`: a form with `file`, or JSON with the `file_id` of a file to
    copy.
    """
    container_id = request.path_params["container_id"]
    sent: FormFile | None = None
    file_id = ""
    if is_form(call.headers):
        form = await call.compute(partial(read_form, call.body or b"", call.headers))
        named = form.fields.get("file_id")
        if isinstance(named, str) and "file" not in form.files:
            file_id = named
        else:
            sent = form.file("file")
    else:
        file_id = call.parsed(ContainerFileBody)["file_id"]
    told = file_id.encode() if sent is None else file_spelling(sent.filename, sent.content)
    spelled = f"POST /containers/{container_id}/files ".encode() + told

    def work(view: View, change: Change) -> Json:
        container = _container(view, container_id)
        identity = call.session.identify(spelled, view, change)
        if sent is None:
            file = _copy(view, container_id, file_id, identity)
        else:
            new_id = short_id(identity, "cfile_")
            file = made_file(container_id, new_id, sent.filename, sent.content)
        change.shelved = (container.including(file),)
        return file.body()

    return call.reply(await call.transact(work))


async def list_container_files(call: Call, request: Request) -> Response:
    """`GET /containers/{id}/files`."""
    container_id = request.path_params["container_id"]

    def work(view: View, _: Change) -> list[Json]:
        return [file.body() for file in _container(view, container_id).files.values()]

    return call.reply(page(await call.transact(work), request.query_params))


async def retrieve_container_file(call: Call, request: Request) -> Response:
    """`GET /containers/{id}/files/{file_id}`."""
    return call.reply((await _found_file(call, request)).body())


async def download_container_file(call: Call, request: Request) -> Response:
    """`GET /containers/{id}/files/{file_id}/content`."""
    return call.content_reply((await _found_file(call, request)).content)


async def delete_container_file(call: Call, request: Request) -> Response:
    """`DELETE /containers/{id}/files/{file_id}`."""
    container_id = request.path_params["container_id"]
    file_id = request.path_params["file_id"]

    def work(view: View, change: Change) -> None:
        container = _container(view, container_id)
        _file(container, file_id, view)
        change.shelved = (container.without(file_id),)

    await call.transact(work)
    return call.reply({"id": file_id, "object": "container.file.deleted", "deleted": True})


async def _found_file(call: Call, request: Request) -> ContainerFile:
    container_id = request.path_params["container_id"]
    file_id = request.path_params["file_id"]
    return await call.transact(lambda view, _: _file(_container(view, container_id), file_id, view))


def _container(view: View, container_id: str) -> Container:
    container = view.shelf.get(Container, container_id)
    if container is None:
        raise not_found("container_not_found", container_id, view)
    return container


def _file(container: Container, file_id: str, view: View) -> ContainerFile:
    if file_id not in container.files:
        raise not_found("container_file_not_found", file_id, view, container=container.id)
    return container.files[file_id]


def _copy(view: View, container_id: str, file_id: str, identity: Identity) -> ContainerFile:
    """A file of the account, copied. Raises ApiError 404."""
    file = view.shelf.get(StoredFile, file_id)
    if file is None:
        raise not_found("attached_file_not_found", file_id, view)
    return copied_file(container_id, file, short_id(identity, "cfile_", file_id))


CONTAINER_ROUTES = (
    ("POST", "/containers", create_container),
    ("GET", "/containers", list_containers),
    ("GET", "/containers/{container_id}", retrieve_container),
    ("DELETE", "/containers/{container_id}", delete_container),
    ("POST", "/containers/{container_id}/files", create_container_file),
    ("GET", "/containers/{container_id}/files", list_container_files),
    ("GET", "/containers/{container_id}/files/{file_id}", retrieve_container_file),
    ("DELETE", "/containers/{container_id}/files/{file_id}", delete_container_file),
    ("GET", "/containers/{container_id}/files/{file_id}/content", download_container_file),
)
