"""Control endpoints: a session that fails now and then, from now on and no more."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.http.call import Call
from mockserver.http.control_request import (
    control_error,
    control_route,
    object_body,
    refused_value,
    steps_of,
)
from mockserver.session.chaos import ChaosSource


def chaos_routes() -> list[Route]:
    """The routes about chaos."""
    return [
        control_route("GET", "/chaos", read_chaos),
        control_route("PUT", "/chaos", set_chaos),
        control_route("DELETE", "/chaos", end_chaos),
    ]


async def read_chaos(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET /chaos`: which share of the requests fails, and how; null where none does."""
    chaos = call.session.sources.chaos
    return call.reply({"chaos": None if chaos is None else chaos.as_json()})


async def set_chaos(call: Call, request: Request) -> Response:
    """`PUT /chaos`: from now on a share of the create requests fails: `{"probability": 0.2,
    "error": {"status": 503}, "seed": 1}`, or with a fault instead, `"stream": {"fault": {"kind":
    "reset"}}`. What is scripted waits for the next attempt.
    """
    body = await object_body(request, ("probability", "seed", "error", "stream"))
    probability, seed = body.pop("probability", 1.0), body.pop("seed", 0)
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        raise refused_value(
            "'probability' must be a number from 0 to 1", "probability", probability
        )
    if not 0 <= probability <= 1:
        raise refused_value("'probability' must be from 0 to 1", "probability", probability)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise refused_value("'seed' must be a whole number", "seed", seed)
    if not body:
        text = "Chaos needs an 'error', or a 'stream' with a fault."
        raise control_error(text, "mockserver_invalid_value")
    (step,) = steps_of(body, "chaos")
    call.session.sources.chaos = ChaosSource(step, float(probability), seed)
    return call.reply({"chaos": call.session.sources.chaos.as_json()})


async def end_chaos(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`DELETE /chaos`: nothing fails any more but what is scripted to."""
    call.session.sources.chaos = None
    return call.reply({"chaos": None})
