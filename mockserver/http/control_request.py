"""Requests to the control endpoints: how their bodies and parameters are read, and refused."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.api.errors import ApiError, own_error
from mockserver.api.json import Json, parse
from mockserver.errors import ScriptError
from mockserver.http.call import Call, call_of, read_body
from mockserver.http.edge import CONTROL_PREFIX
from mockserver.names import describe_unknown, nearest
from mockserver.script.loader import load_steps
from mockserver.script.steps import Step
from mockserver.wording import show_value

_MOST_DIGITS = 18
"""Digits of the longest number in a query."""
# A web page may send forms and text to any server, but JSON only where it is told that it may.
_JSON = "application/json"
_NO_JSON_TYPE = (
    f"The body of a control request must be {_JSON}, and say so. Do: send the header "
    f"'content-type: {_JSON}'; with curl, --json in the place of -d."
)

Work: TypeAlias = Callable[[Call, Request], Awaitable[Response]]


def control_route(
    method: str, path: str, work: Work, parameters: Iterable[str] | None = ()
) -> Route:
    """A route that refuses parameters it does not know; None: it does not look at them."""
    known = tuple(parameters or ())

    async def endpoint(request: Request) -> Response:
        for name in request.query_params:
            if name not in known and parameters is not None:
                text = (
                    f"{describe_unknown('parameter', name, known)}."
                    if known
                    else f"{path} takes no parameter '{name}'."
                )
                raise control_error(sentence(text), "mockserver_unknown_parameter", name)
        call = call_of(request)
        if call.settings.are_workers_apart:
            from mockserver.http.workers import check_control

            check_control(call.settings, method, path)
        if call.settings.state is not None:
            from mockserver.http.workers import check_shared

            check_shared(method, path)
        body = await read_body(call, request.receive)
        if body and _media_type(request) != _JSON:
            raise own_error(415, _NO_JSON_TYPE, "mockserver_no_json", param="content-type")
        await call.identify()
        return await work(call, request)

    endpoint.__doc__ = work.__doc__
    endpoint.parameters = known  # type: ignore[attr-defined]
    return Route(CONTROL_PREFIX + path, endpoint, methods=[method])


def _media_type(request: Request) -> str:
    """What the body is said to be."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def described_endpoint(route: Route) -> Json:
    about = (route.endpoint.__doc__ or "").partition("\n\n")[0].partition(": ")[2]
    return {"method": method_of(route), "path": route.path, "about": " ".join(about.split())}


def method_of(route: Route) -> str:
    return next(iter((route.methods or {"GET"}) - {"HEAD"}))


async def json_body(request: Request) -> Any:
    call = call_of(request)
    raw = await read_body(call, request.receive)
    try:
        return await call.compute(partial(parse, raw))
    except ValueError as error:
        raise control_error(f"The body is no JSON: {error}", "mockserver_invalid_json") from None


async def object_body(request: Request, known: Iterable[str] | None) -> Json:
    """A body that is an object, or empty."""
    value = await json_body(request) if await read_body(call_of(request), request.receive) else {}
    if not isinstance(value, dict):
        raise control_error(
            f"The body must be an object, not {show_value(value)}.", "mockserver_invalid_value"
        )
    for key in value:
        if known is not None and key not in known:
            raise control_error(
                sentence(describe_unknown("key", key, known)), "mockserver_unknown_key", key
            )
    return value


def steps_of(value: Any, source: str) -> list[Step]:
    key = next(iter(value), None) if isinstance(value, dict) and len(value) == 1 else None
    if key != "interactions" and nearest(key, ("interactions",)):
        raise control_error(
            sentence(describe_unknown("key", key, ("interactions",))), "mockserver_script_error"
        )
    steps: list[Step] = scripted(lambda: load_steps(value, source))
    return steps


def members_of(value: Any) -> list[Any]:
    """What each step of a body was read from."""
    if isinstance(value, dict) and "interactions" in value:
        value = value["interactions"]
    return value if isinstance(value, list) else [value]


def scripted(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ScriptError as error:
        raise control_error(str(error), "mockserver_script_error") from error


def number_of(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if not given.isdecimal() or len(given) > _MOST_DIGITS:
        raise refused_value(f"'{name}' must be a number from 0 upwards", name, given)
    return int(given)


def refused_value(rule: str, name: str, value: Any) -> ApiError:
    return control_error(f"{rule}, not {show_value(value)}.", "mockserver_invalid_value", name)


def control_error(text: str, code: str, param: str | None = None) -> ApiError:
    return own_error(400, text, code, param=param)


def sentence(text: str) -> str:
    text = text[:1].upper() + text[1:].rstrip(".")
    return text if text.endswith("?") else f"{text}."
