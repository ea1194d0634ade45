"""The control route of stored prompts."""

import json

from starlette.requests import Request
from starlette.responses import Response

from mockserver.protocol.errors import ApiError
from mockserver.protocol.validate import parse_object
from mockserver.script.errors import ScriptError
from mockserver.script.load import loads
from mockserver.server.call import call_of, read_body


async def add_prompts(request: Request) -> Response:
    """`POST /__mockserver__/prompts`: store prompts, written as in a cassette: `{id: {model, instructions, …}}`,
    with or without `{"prompts": …}` around it. A prompt that is there already is replaced."""
    call, raw = call_of(request), await read_body(request)
    body = parse_object(raw, call.settings.max_bytes)
    table = body.get("prompts", body)
    try:
        prompts = loads(json.dumps({"prompts": table}), "the request.json").prompts
    except ScriptError as error:
        raise ApiError(400, str(error), code="mockserver_script_error") from error
    call.session.prompts |= prompts
    return call.reply({"prompts": sorted(call.session.prompts)})
