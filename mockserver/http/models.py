"""The routes of models."""

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api.errors import api_error
from mockserver.api.json import Json
from mockserver.api.model_table import MODELS, is_known, model_facts
from mockserver.http.call import call_of


async def list_models(request: Request) -> Response:
    """`GET /models`."""
    return call_of(request).reply({"object": "list", "data": [_model(name) for name in MODELS]})


async def retrieve(request: Request) -> Response:
    """`GET /models/{model}`: any model exists, unless models are strict."""
    call, name = call_of(request), request.path_params["model"]
    if not name:
        raise api_error("unknown_url", method=call.method, path=call.received.path)
    if call.settings.strict_models and not is_known(name):
        raise api_error("model_unknown", model=name)
    return call.reply(_model(name))


async def delete(request: Request) -> Response:
    """`DELETE /models/{model}`: only models that somebody fine-tuned can be deleted, and there are
    none.
    """
    raise api_error("model_unknown", model=request.path_params["model"])


def _model(name: str) -> Json:
    facts = model_facts(name)
    return {
        "id": name,
        "object": "model",
        "created": facts.created,
        "owned_by": "system" if facts.known else "mockserver",
    }
