"""The routes that only read a context: counting and compacting it."""

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api.checks import check_model
from mockserver.api.errors import api_error
from mockserver.api.json import Json
from mockserver.api.request import CreateRequest
from mockserver.api.validate import parse_compact, parse_input_tokens
from mockserver.http.call import Call, call_of, read_body
from mockserver.session.counting import compact_context, count_input


async def input_tokens(request: Request) -> Response:
    """`POST /responses/input_tokens`."""
    call, raw = call_of(request), await read_body(request)
    body = parse_input_tokens(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)
    return call.reply(count_input(call.session, _request(call, body)))


async def compact(request: Request) -> Response:
    """`POST /responses/compact`."""
    call, raw = call_of(request), await read_body(request)
    body = parse_compact(raw, dialect=call.dialect, allow_unknown=call.settings.allow_unknown)
    if call.dialect.input_required and "input" not in body and "previous_response_id" not in body:
        raise api_error("missing_required_parameter", param="input")
    return call.reply(compact_context(call.session, _request(call, body), call.dialect))


def _request(call: Call, body: Json) -> CreateRequest:
    """The body as the create request that it would be. Raises ApiError 400 `model_not_found`."""
    if call.settings.strict_models:
        check_model(body)
    return CreateRequest(body)
