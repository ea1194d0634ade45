"""Injection: outputs of tools that a client adds to a response while it is running on a WebSocket
connection, in the beta of `multi_agent`.

The events are those of the openai package (`types/beta`). An agent that waits for an output is not
played: the response goes on in any case, and what was injected is history when it is continued.
"""

from typing import Any

from mockserver.api.dialects import Dialect
from mockserver.api.errors import api_error
from mockserver.api.items import answered_calls, item_type
from mockserver.api.json import Json
from mockserver.api.validation import create_request

_KEYS = ("type", "response_id", "input")
_OUTPUTS = "outputs of tools that the client runs"


def injected_items(frame: Json, dialect: Dialect) -> list[Json]:
    """The items that a `response.inject` adds. Raises ApiError 400 for what cannot be injected."""
    for key in frame:
        if key not in _KEYS:
            raise api_error("unknown_parameter", param=key)
    for key in _KEYS:
        if frame.get(key) is None:
            raise api_error("missing_required_parameter", param=key)
    given = frame["input"]
    if not isinstance(frame["response_id"], str):
        raise api_error("invalid_type", param="response_id", expected="a string", got="no string")
    if not isinstance(given, list) or not given:
        raise api_error("invalid_type", param="input", expected="an array", got="no array")
    body = {"model": "gpt-5.6", "input": given}
    items = create_request(body, dialect=dialect, websocket=True).input_items
    for index, item in enumerate(items):
        if not answered_calls(item_type(item["type"])):
            path = f"input[{index}].type"
            raise api_error("invalid_value", param=path, got=item["type"], supported=_OUTPUTS)
    return items


def injected_event(response_id: str) -> Json:
    """All items have been committed to the response. Its number is set where it is sent."""
    return {"type": "response.inject.created", "response_id": response_id, "sequence_number": 0}


def not_injected_event(response_id: str, given: Any, *, ended: bool) -> Json:
    """The items go back to the client, for a response that has ended, or that is unknown here."""
    if ended:
        code, message = "response_already_completed", "has already completed."
    else:
        code, message = "response_not_found", "was not found on this connection."
    return {
        "type": "response.inject.failed",
        "error": {"code": code, "message": f"Response '{response_id}' {message}"},
        "input": given,
        "response_id": response_id,
        "sequence_number": 0,
    }
