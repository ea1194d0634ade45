"""The routes that keep nothing: embeddings and moderations.
https://platform.openai.com/docs/api-reference/embeddings and
https://platform.openai.com/docs/api-reference/moderations.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mockserver.api import Json, api_error, canonical, is_known, parse_object
from mockserver.compose import moderation_verdict
from mockserver.http.call import Call
from mockserver.neighbours import EMBEDDING_MODELS, Embedder, texts_of, word_id
from mockserver.neighbours.parameters import EmbeddingBody, ModerationBody
from mockserver.session.state import Change, View

__all__ = ["STATELESS_ROUTES"]

_MODERATION_MODEL = "omni-moderation-latest"
_SHORT = 4_096
"""Embeddings of longer bodies are computed beside the event loop."""


async def create_embeddings(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /embeddings`."""
    raw = call.body or b""
    if call.deployment is not None:
        raw = canonical({"model": call.deployment, **parse_object(raw, call.dialect)})
    body = call.parsed(EmbeddingBody, raw)
    model = body["model"]
    if call.settings.strict_models and model not in EMBEDDING_MODELS and not is_known(model):
        raise api_error("model_unknown", model=model)

    def embed() -> Json:
        return Embedder(model, body.get("dimensions")).answer(
            texts_of(body["input"]),
            call.session.tokenizer,
            is_base64=body.get("encoding_format") == "base64",
        )

    if len(raw) <= _SHORT:
        return call.reply(embed())
    return call.reply(await call.session.compute(embed))


async def create_moderation(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`POST /moderations`: nothing is ever flagged, unless a script says so."""
    body = call.parsed(ModerationBody)
    results = [moderation_verdict(**seen) for seen in _inputs(body["input"])]
    spelled = b"POST /moderations " + canonical(body)

    def work(view: View, change: Change) -> str:
        return word_id(call.session.identify(spelled, view, change), "modr-", 29)

    return call.reply(
        {
            "id": await call.transact(work),
            "model": body.get("model") or _MODERATION_MODEL,
            "results": results,
        }
    )


def _inputs(given: Any) -> list[dict[str, bool]]:
    """What each input consists of; a list of parts is one input."""
    if isinstance(given, str):
        given = [given]
    if not any(isinstance(each, dict) for each in given):
        return [{"has_text": True, "has_image": False} for _ in given]
    kinds = {each["type"] for each in given}
    return [{"has_text": "text" in kinds, "has_image": "image_url" in kinds}]


STATELESS_ROUTES = (
    ("POST", "/embeddings", create_embeddings),
    ("POST", "/moderations", create_moderation),
)
