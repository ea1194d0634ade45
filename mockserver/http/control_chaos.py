"""Control endpoints: a session that fails now and then, from now on and no more."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.http.call import Call
from mockserver.http.control_request import (
    control_error,
    control_route,
    object_body,
    steps_of,
)
from mockserver.session.chaos import ChaosError, ChaosSource
from mockserver.session.state import Change
from mockserver.session.written import ChaosEdit


def chaos_routes() -> list[Route]:
    """The routes about chaos."""
    return [
        control_route("GET", "/chaos", read_chaos),
        control_route("PUT", "/chaos", set_chaos),
        control_route("DELETE", "/chaos", end_chaos),
    ]


async def read_chaos(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET /chaos`: which share of the requests fails, and how; null where none does."""
    chaos = call.session.state.written.chaos
    return call.reply({"chaos": None if chaos is None else chaos.as_json()})


async def set_chaos(call: Call, request: Request) -> Response:
    """`PUT /chaos`: from now on a share of the create requests fails: `{"probability": 0.2,
    "error": {"status": 503}, "seed": 1}`, or with a fault instead, `"stream": {"fault": {"kind":
    "reset"}}`. What is scripted waits for the next attempt.
    """
    body = await object_body(request, ("probability", "seed", "error", "stream"))
    share, seed = body.pop("probability", 1.0), body.pop("seed", 0)
    if not body:
        text = "Chaos needs an 'error', or a 'stream' with a fault."
        raise control_error(text, "mockserver_invalid_value")
    (step,) = steps_of(body, "chaos")
    try:
        chaos = ChaosSource(step, share, seed)
    except ChaosError as error:
        raise control_error(f"{error}.", "mockserver_invalid_value", error.name) from None
    await call.session.state.commit(Change(edits=[ChaosEdit(chaos, body)]))
    return call.reply({"chaos": chaos.as_json()})


async def end_chaos(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`DELETE /chaos`: nothing fails any more but what is scripted to."""
    await call.session.state.commit(Change(edits=[ChaosEdit(None)]))
    return call.reply({"chaos": None})
