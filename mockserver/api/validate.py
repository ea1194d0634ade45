"""From the bytes of a request to a valid request, or the first error, in the order in which the API
finds them.

JSON, unknown parameters, types and ranges (in the order of the document), mutual exclusion, the
model, what the model supports. References and the pairing of calls with outputs need the store;
they come later, elsewhere.
"""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mockserver.api import params
from mockserver.api.checks import check_create, check_exclusive, check_references
from mockserver.api.dialect import Dialect
from mockserver.api.errors import api_error
from mockserver.api.explain import explain
from mockserver.api.extension import bare
from mockserver.api.json import Json, parse
from mockserver.api.request import CreateRequest

__all__ = [
    "create_request",
    "parse_compact",
    "parse_conversation",
    "parse_conversation_items",
    "parse_conversation_update",
    "parse_create",
    "parse_input_tokens",
    "parse_object",
]

_DELIVERY = ("type", "stream", "stream_options", "background")


def parse_create(
    raw: bytes, *, dialect: Dialect, strict_models: bool = False, allow_unknown: bool = False
) -> CreateRequest:
    """The body of `POST /responses`. Raises ApiError."""
    return create_request(
        parse_object(raw), dialect=dialect, strict_models=strict_models, allow_unknown=allow_unknown
    )


def create_request(
    body: Json,
    *,
    dialect: Dialect,
    strict_models: bool = False,
    allow_unknown: bool = False,
    websocket: bool = False,
) -> CreateRequest:
    """The same from a JSON object. A WebSocket's frame loses what HTTP alone needs to know. Raises
    ApiError.
    """
    if websocket:
        body = {key: value for key, value in body.items() if key not in _DELIVERY}
    model = params.PenaltyBody if dialect.penalties else params.CreateBody
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    body = _checked(bare(body, dialect), model, refuse_unknown=refuse)
    check_create(body, dialect, strict_models=strict_models)
    return CreateRequest(body)


def parse_compact(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /responses/compact`, without nulls. Raises ApiError."""
    return _parse(raw, params.CompactBody, dialect, allow_unknown)


def parse_input_tokens(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /responses/input_tokens`, without nulls. Raises ApiError."""
    return _parse(raw, params.InputTokensBody, dialect, allow_unknown)


def parse_conversation(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations`, which may be empty, without nulls. Raises ApiError."""
    return _parse(raw or b"{}", params.ConversationBody, dialect, allow_unknown)


def parse_conversation_update(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations/{id}`. Raises ApiError."""
    return _parse(raw, params.ConversationUpdateBody, dialect, allow_unknown)


def parse_conversation_items(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations/{id}/items`. Raises ApiError."""
    return _parse(raw, params.ConversationItemsBody, dialect, allow_unknown)


def parse_object(raw: bytes) -> Json:
    """A body that is a JSON object. Raises ApiError 400 when it is not."""
    try:
        body = parse(raw)
    except ValueError as error:
        reason = str(error)
        raise api_error("invalid_json", detail=f"{reason[:1].upper()}{reason[1:]}.") from None
    if not isinstance(body, dict):
        raise api_error("invalid_json", detail="Expected an object at the top.")
    return body


def _parse(raw: bytes, model: type[Any], dialect: Dialect, allow_unknown: bool) -> Json:
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    body = _checked(bare(parse_object(raw), dialect), model, refuse_unknown=refuse)
    check_references(body, dialect)
    check_exclusive(body)
    return body


def _checked(body: Json, model: type[Any], *, refuse_unknown: bool) -> Json:
    """The body without nulls, once its keys and their types are right. Values stay as they were
    sent.
    """
    known = model.__annotations__
    if refuse_unknown:
        for name in body:
            if name not in known:
                raise api_error("unknown_parameter", param=name)
    sent = {key: value for key, value in body.items() if value is not None}
    try:
        _adapter(model.__name__).validate_python(sent)
    except ValidationError as error:
        raise explain(error, sent) from None
    return sent


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    # Built at the first request: the models are large, and importing them must stay quick.
    return TypeAdapter(getattr(params, name))
