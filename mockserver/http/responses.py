"""The routes of stored and new responses."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api.ending import RUNNING
from mockserver.api.errors import ApiError, api_error
from mockserver.api.validate import parse_create
from mockserver.cassettes.play import Played
from mockserver.http.call import Call, call_of, read_body
from mockserver.http.delivery import deliver, follow
from mockserver.http.paging import page
from mockserver.http.replay import replay
from mockserver.script.condition import Arrival
from mockserver.session.run import Run
from mockserver.session.store import Stored

_SHORT = 16_384
_parsed_before = lru_cache(maxsize=256)(parse_create)
"""Requests of up to so many bytes are parsed once however often they come. Nothing ever changes a
request.
"""


async def create(request: Request) -> Response:
    """`POST /responses`."""
    call, raw = call_of(request), await read_body(request)
    settings, dialect = call.settings, call.dialect
    parse = _parsed_before if len(raw) <= _SHORT else parse_create
    try:
        asked = parse(
            raw,
            dialect=dialect,
            strict_models=settings.strict_models,
            allow_unknown=settings.allow_unknown,
        )
    except ApiError:
        recorded = call.replayed()
        if isinstance(recorded, Played):
            return replay(recorded.interaction, settings.speed)
        raise
    arrival = Arrival(call.headers, "sse" if asked.stream else "http")
    call.received.request, call.received.transport = asked, arrival.transport
    outcome = call.session.answer(
        asked,
        arrival,
        dialect=dialect,
        replay=call.replayed,
        received=call.received,
        strict_models=settings.strict_models,
    )
    return (
        replay(outcome.interaction, settings.speed)
        if isinstance(outcome, Played)
        else deliver(call, outcome)
    )


async def retrieve(request: Request) -> Response:
    """`GET /responses/{id}`: the response, or its events once more."""
    call, query = call_of(request), request.query_params
    stored = _stored(call, request)
    run = stored.run
    if query.get("stream") == "true":
        return follow(call, _streamable(stored), starting_after(query))
    return call.reply(stored.answer.body() if run is None else run.poll(_now()))


async def cancel(request: Request) -> Response:
    """`POST /responses/{id}/cancel`."""
    call = call_of(request)
    run = _stored(call, request).run
    if run is None:
        raise api_error("cancel_synchronous")
    return call.reply(run.cancel(_now()))


async def delete(request: Request) -> Response:
    """`DELETE /responses/{id}`."""
    call = call_of(request)
    stored = _stored(call, request)
    if stored.run is not None and stored.run.status(_now()) in RUNNING:
        raise api_error("delete_in_flight")
    response_id = stored.answer.response["id"]
    call.session.store.remove(response_id)
    return call.reply({"id": response_id, "object": "response", "deleted": True})


async def input_items(request: Request) -> Response:
    """`GET /responses/{id}/input_items`."""
    call = call_of(request)
    return call.reply(page(_stored(call, request).input_items, request.query_params))


def starting_after(query: Mapping[str, str]) -> int:
    """The number of the last event that a follower has seen; -1 when it has seen none. Raises
    ApiError 400.
    """
    given = query.get("starting_after", "-1")
    try:
        return max(int(given), -1)
    except ValueError:
        raise api_error(
            "invalid_type", param="starting_after", expected="an integer", got="a string"
        ) from None


def _streamable(stored: Stored) -> Run:
    if stored.run is None:
        raise api_error("not_streamable_background")
    if not stored.answer.request.stream:
        raise api_error("not_streamable_stream")
    return stored.run


def _now() -> float:
    return asyncio.get_running_loop().time()


def _stored(call: Call, request: Request) -> Stored:
    response_id = request.path_params["response_id"]
    stored = call.session.store.get(response_id)
    if stored is None:
        raise api_error("response_not_found", id=response_id)
    return stored
