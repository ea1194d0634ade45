"""The routes of stored and new responses."""

from starlette.requests import Request
from starlette.responses import Response

from mockserver.cassette.play import Played
from mockserver.protocol.errors import ApiError, api_error
from mockserver.protocol.validate import parse_create
from mockserver.script.condition import Arrival
from mockserver.server.call import Call, call_of, read_body
from mockserver.server.delivery import deliver
from mockserver.server.paging import page
from mockserver.server.replay import replay
from mockserver.session.store import Stored


async def create(request: Request) -> Response:
    """`POST /responses`."""
    call, raw = call_of(request), await read_body(request)
    settings, dialect = call.settings, call.dialect
    try:
        asked = parse_create(
            raw,
            dialect=dialect,
            strict_models=settings.strict_models,
            allow_unknown=settings.allow_unknown,
            max_bytes=settings.max_bytes,
        )
    except ApiError:
        recorded = call.replayed()
        if isinstance(recorded, Played):
            return replay(recorded.interaction, settings.speed)
        raise
    arrival = Arrival(call.headers, "sse" if asked.stream else "http")
    recorded = call.replayed() if call.session.scripted.find(asked, arrival) is None else None
    if isinstance(recorded, Played):
        return replay(recorded.interaction, settings.speed)
    return deliver(call, call.session.answer(asked, arrival, dialect=dialect, missed=recorded))


async def retrieve(request: Request) -> Response:
    """`GET /responses/{id}`."""
    call = call_of(request)
    return call.reply(_stored(call, request).answer.body())


async def delete(request: Request) -> Response:
    """`DELETE /responses/{id}`."""
    call = call_of(request)
    response_id = _stored(call, request).answer.response["id"]
    call.session.store.remove(response_id)
    return call.reply({"id": response_id, "object": "response", "deleted": True})


async def input_items(request: Request) -> Response:
    """`GET /responses/{id}/input_items`."""
    call = call_of(request)
    return call.reply(page(_stored(call, request).input_items, request.query_params))


def _stored(call: Call, request: Request) -> Stored:
    response_id = request.path_params["response_id"]
    stored = call.session.store.get(response_id)
    if stored is None:
        raise api_error("response_not_found", id=response_id)
    return stored
