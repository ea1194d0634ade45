"""Control endpoints: the cassettes of a session; what they hold, more of them, and the same read
again.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.api.errors import own_error
from mockserver.http.call import Call
from mockserver.http.control_request import (
    control_error,
    control_route,
    object_body,
    refused_value,
)
from mockserver.session.listing import cassettes_as_json
from mockserver.session.opening import load_cassettes, replace_cassettes


def cassette_routes() -> list[Route]:
    """The routes about cassettes."""
    return [
        control_route("GET", "/cassettes", list_cassettes),
        control_route("POST", "/cassettes", add_cassette),
        control_route("POST", "/cassettes/reload", reload_cassettes),
    ]


async def list_cassettes(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET /cassettes`: the interactions of cassettes, and which have answered."""
    view = await call.session.state.begin()
    data = await call.compute(partial(cassettes_as_json, call.session, view))
    return call.reply({"object": "list", "data": data})


async def add_cassette(call: Call, request: Request) -> Response:
    """`POST /cassettes`: let one more file answer in this session, until it is reset: `{"path":
    "cassettes/weather.yaml"}`, below the working directory of the server. What has answered
    stays so.
    """
    path = (await object_body(request, ("path",))).get("path")
    if not isinstance(path, str) or not path:
        raise refused_value("'path' must be the path of a cassette", "path", path)
    check_places([path])
    files = call.session.settings.cassette
    return await _read(call, files if path in files else (*files, path))


async def reload_cassettes(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /cassettes/reload`: read the cassettes of this session again. What has answered stays
    so; where a file is broken, what was read before stays.
    """
    return await _read(call, call.session.settings.cassette)


async def _read(call: Call, files: tuple[str, ...]) -> Response:
    session = call.session
    if session.upstream is not None:
        text = "A session that records keeps the cassettes that it was opened with."
        raise own_error(409, text, "mockserver_session_records")
    try:
        contents = await call.compute(partial(load_cassettes, files))
    except (OSError, ValueError) as error:
        text = f"{str(error).rstrip('.')}. What was read before stays."
        raise control_error(text, "mockserver_cassette_error", "path") from None
    session.settings = replace(session.settings, cassette=files)
    await replace_cassettes(session, contents)
    return call.reply({"cassettes": list(files), "interactions": contents.size})


def check_places(paths: Iterable[str]) -> None:
    """Whoever reaches the server must not have it read any file of its machine."""
    here = Path.cwd()
    for path in paths:
        if not Path(path).resolve().is_relative_to(here):
            rule = "A cassette must stand below the working directory of the server"
            raise refused_value(rule, "cassette", path)
