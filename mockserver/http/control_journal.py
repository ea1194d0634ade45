"""Control endpoints: what was asked, whether that was right, and what came near."""

import asyncio
import json
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.api.errors import ApiError, own_error
from mockserver.api.json import Json
from mockserver.api.validation import parse_create
from mockserver.http.call import Call
from mockserver.http.control_request import (
    control_route,
    number_of,
    object_body,
    refused_value,
    scripted,
)
from mockserver.script.conditions import Arrival, to_conditions
from mockserver.session.inquiry import Inquiry
from mockserver.session.leftovers import unplayed, unused_text
from mockserver.session.listing import WANTED, events_as_json, finding_as_json, is_among
from mockserver.session.masked import mask_text
from mockserver.session.opening import Sessions
from mockserver.session.received import Received
from mockserver.session.reports import unmet
from mockserver.text_patterns import in_search_time

_MOST = 1_000


def journal_routes(sessions: Sessions) -> list[Route]:
    """The routes about the requests received."""

    async def verify(call: Call, request: Request) -> Response:  # noqa: ARG001
        """`GET /verify`: 422 when a request was missed or a scripted step is left, with the
        reasons; for a test's end.
        """
        session = call.session
        view = await session.state.begin()
        left = unused_text(session, view=view, at_root=sessions.at_root(session))
        texts = [each.text for each in session.journal.misses] + ([left] if left else [])
        if texts:
            raise own_error(422, mask_text("\n\n".join(texts)), "mockserver_verification_failed")
        warnings = [each.text for each in session.journal.warnings]
        found = {"unplayed": unplayed(session, view), "warnings": warnings}
        return call.reply({"ok": True, **found})

    return [
        control_route("GET", "/requests", list_requests, ("limit", "after", *WANTED)),
        control_route("GET", "/requests/count", count_requests, WANTED),
        control_route("GET", "/requests/{number}", read_request),
        control_route("GET", "/requests/{number}/events", read_events),
        control_route("POST", "/near-misses", tell_near_misses),
        control_route("POST", "/assert", assert_requested),
        control_route("GET", "/verify", verify),
    ]


async def list_requests(call: Call, request: Request) -> Response:
    """`GET /requests`: those received, oldest first. `limit`: only the newest so many; `after`:
    only later numbers; `model`, `method`, `path`, `transport`, `answered_by`, `status`, `text`:
    only those that have it. Keys are masked.
    """
    after, limit = number_of(request, "after", 0), number_of(request, "limit", _MOST)
    found = [each for each in _wanted(call, request) if each.number > after]
    listed = found[len(found) - limit :] if limit < len(found) else found
    # What is long takes its time to be looked through for keys; others are answered meanwhile.
    data = await asyncio.to_thread(lambda: [each.as_json() for each in listed])
    return call.reply({"object": "list", "data": data})


async def count_requests(call: Call, request: Request) -> Response:
    """`GET /requests/count`: how many there are, filtered as the list is."""
    return call.reply({"count": len(_wanted(call, request))})


async def read_request(call: Call, request: Request) -> Response:
    """`GET /requests/NUMBER`: one request, and the Response that answered it."""
    received = _received(call, request.path_params["number"])
    told = await asyncio.to_thread(received.as_json)
    answer = received.answer
    response = await call.compute(answer.body) if answer is not None else None
    return call.reply({**told, "response": response})


async def read_events(call: Call, request: Request) -> Response:
    """`GET /requests/NUMBER/events`: what left for a request, and when it was due."""
    received = _received(call, request.path_params["number"])
    data = await call.session.compute(partial(events_as_json, received))
    return call.reply({"object": "list", "data": data})


async def tell_near_misses(call: Call, request: Request) -> Response:
    """`POST /near-misses`: what would answer a request, or what comes nearest to it and where it
    differs: `{"number": 3}` is one of the journal, `{"body": {…}, "method": …, "path": …,
    "headers": {…}}` any other. Nothing is used by asking.
    """
    asked = await object_body(request, ("number", "method", "path", "headers", "body"))
    inquiry = _inquiry_again(call, asked) if "number" in asked else _inquiry_of(call, asked)
    view = await call.session.state.begin(inquiry.request)
    sources = call.session.sources
    found, differences = await call.compute(partial(in_search_time, sources.find, inquiry, view))
    told = finding_as_json(found, differences)
    if inquiry.refusal is not None and found is None:
        told["refused"] = inquiry.refusal.message
    return call.reply(told)


async def assert_requested(call: Call, request: Request) -> Response:
    """`POST /assert`: `{"times": 1, …}` with the conditions of a `when`; without `times`, one
    request or more.

    422 with the nearest request and where it differs, when it does not hold.
    """
    body = await object_body(request, None)
    times = body.pop("times", None)
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 0):
        raise refused_value("'times' must be a number from 0 upwards", "times", times)
    conditions = scripted(lambda: to_conditions(body, "assert", ("times",)))
    text = await call.session.compute(partial(unmet, call.session.journal, conditions, times))
    if text is not None:
        raise own_error(422, text, "mockserver_assertion_failed")
    return call.reply({"ok": True})


def _wanted(call: Call, request: Request) -> list[Received]:
    wanted = {name: request.query_params[name] for name in WANTED if name in request.query_params}
    return [each for each in call.session.journal if is_among(each, wanted)]


def _received(call: Call, number: object) -> Received:
    found = [each for each in call.session.journal if str(each.number) == str(number)]
    if not found:
        text = f"No request has the number {number}, or it has left the journal."
        raise own_error(404, text, "mockserver_no_request", param="number")
    return found[0]


def _inquiry_again(call: Call, asked: Json) -> Inquiry:
    """A request of the journal, asked once more."""
    received = _received(call, asked["number"])
    return Inquiry(
        received.method,
        received.path,
        received.arrival,
        call.session.dialect,
        received.content,
        request=received.request,
        received=received,
    )


def _inquiry_of(call: Call, asked: Json) -> Inquiry:
    """A request that nobody has sent."""
    method, path = _text(asked, "method", "POST"), _text(asked, "path", _CREATE)
    given = asked.get("headers", {})
    if not isinstance(given, dict):
        raise refused_value("'headers' must be an object", "headers", given)
    headers = {name.lower(): str(value) for name, value in given.items()}
    body = json.dumps(asked["body"]).encode() if "body" in asked else b""
    arrival = Arrival(headers, "http")
    received = Received(method, path, content=body)
    inquiry = Inquiry(method, path, arrival, call.session.dialect, body, received=received)
    if method == "POST" and path.removesuffix("/").endswith("/responses"):
        try:
            inquiry.request = received.request = parse_create(
                body,
                dialect=call.session.dialect,
                strict_models=call.settings.strict_models,
                allow_unknown=call.settings.allow_unknown,
            )
        except ApiError as refused:
            inquiry.refusal = refused
    return inquiry


_CREATE = "/v1/responses"


def _text(asked: Json, name: str, default: str) -> str:
    value: Any = asked.get(name, default)
    if not isinstance(value, str):
        raise refused_value(f"'{name}' must be a string", name, value)
    return value
