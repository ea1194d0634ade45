"""The requests that only read a context: how long it is, and what is left of it when it is
compacted.
"""

from mockserver.api.dialects import Dialect
from mockserver.api.json import Json, canonical
from mockserver.api.pairing import check_pairing
from mockserver.api.requests import CreateRequest
from mockserver.compose import compact, measure_prompt
from mockserver.session.session import Session


def count_input(session: Session, request: CreateRequest) -> Json:
    """What `POST /responses/input_tokens` answers: the `usage.input_tokens` that create would
    report.

    Raises ApiError when the request refers to what is not there.
    """
    placed, _ = session.place(request)
    return {
        "object": "response.input_tokens",
        "input_tokens": measure_prompt(placed, session.tokenizer).tokens,
    }


def compact_context(session: Session, request: CreateRequest, dialect: Dialect) -> Json:
    """What `POST /responses/compact` answers. Raises ApiError when the request refers to what is
    not there.
    """
    placed, context = session.place(request)
    check_pairing(placed.items, start=len(placed.history), dialect=dialect)
    spelled = b"POST /responses/compact " + canonical(request.body)
    partition = context.partition if request.previous_response_id else None
    identity = session.identify(
        spelled, created_at=context.created_at, partition=partition, stored=False
    )
    return compact(placed, identity, session.tokenizer)
