"""Steering: input that a client adds to a response while it is running on a WebSocket connection.

The events and their rules are those of the OpenAI API reference (`response.steer` and its answers).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeAlias

from mockserver.api.dialects import Dialect
from mockserver.api.errors import ApiError
from mockserver.api.items import item_type
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest, as_items
from mockserver.api.validation import create_request
from mockserver.compose import Answer, Tokenizer, copied_answer
from mockserver.script.delivery import LIFECYCLE

MOST_PENDING = 16
"""How many submissions a response takes before it is succeeded."""

Refusal: TypeAlias = Literal[
    "response_not_found",
    "invalid_input",
    "steering_not_supported",
    "too_many_pending_steers",
    "response_already_completed",
    "response_not_active",
    "successor_creation_failed",
]

_KEYS = ("type", "previous_response_id", "input")
_MESSAGE_KEYS = frozenset({"type", "role", "content"})
_PARTS = ("input_text", "input_image", "input_file")
_BEFORE_ENDS = LIFECYCLE | {"response.output_item.done", "response.output_text.delta"}


@dataclass(frozen=True, slots=True)
class Steer:
    """One accepted submission. given: the input as the client wrote it; items: the same as
    messages.
    """

    id: str
    target: str
    given: Any
    items: list[Json]


class SteerError(Exception):
    """Steering input that is not accepted."""

    def __init__(self, code: Refusal, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def steer_items(frame: Json, dialect: Dialect) -> list[Json]:
    """The messages that a `response.steer` adds. Raises SteerError `invalid_input`."""
    for key in frame:
        if key not in _KEYS:
            raise _invalid(f"Unknown parameter: '{key}'.")
    for key in _KEYS:
        if frame.get(key) is None:
            raise _invalid(f"Missing required parameter: '{key}'.")
    if not isinstance(frame["previous_response_id"], str):
        raise _invalid("Invalid type for 'previous_response_id': expected a string.")
    given = frame["input"]
    if not isinstance(given, str | list) or not given:
        raise _invalid(
            "Invalid 'input': expected a text or a list of user messages that is not empty."
        )
    for index, item in enumerate(given if isinstance(given, list) else ()):
        _check_message(item, f"input[{index}]")
    try:
        return create_request(
            {"model": "gpt-5", "input": given}, dialect=dialect, websocket=True
        ).input_items
    except ApiError as error:
        raise _invalid(error.message) from None


def _check_message(item: Any, path: str) -> None:
    if (
        not isinstance(item, dict)
        or item.get("type", "message") != "message"
        or item.get("role") != "user"
    ):
        raise _invalid(f"Invalid '{path}': steering takes messages with the role 'user' only.")
    for key in item:
        if key not in _MESSAGE_KEYS:
            raise _invalid(f"Unknown parameter: '{path}.{key}'.")
    content = item.get("content")
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, dict) or part.get("type") not in _PARTS:
            raise _invalid(
                f"Invalid '{path}.content': steering takes input_text, input_image and input_file "
                "parts."
            )


def _invalid(message: str) -> SteerError:
    return SteerError("invalid_input", message)


def check_steerable(request: CreateRequest, pending: int) -> None:
    """Raise SteerError unless a running response takes one more submission."""
    if request.conversation_id is not None or request.context_management or not request.generate:
        what = "bound to a conversation, compacted automatically or made without output"
        raise SteerError(
            "steering_not_supported", f"Steering is not supported for responses that are {what}."
        )
    if pending >= MOST_PENDING:
        raise SteerError(
            "too_many_pending_steers", f"{pending} steering inputs wait for this response already."
        )


def not_running(response_id: str, status: str | None) -> SteerError:
    """Why a response that is not running cannot be steered. status: how it ended; None if it is
    unknown here.
    """
    if status is None:
        return SteerError(
            "response_not_found", f"Response with id '{response_id}' not found on this connection."
        )
    if status == "completed":
        return SteerError(
            "response_already_completed", f"Response '{response_id}' has already completed."
        )
    return SteerError(
        "response_not_active", f"Response '{response_id}' is not active any more: it is {status}."
    )


def accepted_event(steer: Steer) -> Json:
    """The submission is queued. Its number is set where it is sent."""
    return {"type": "response.steer.accepted", "sequence_number": 0, "steer": _named(steer)}


def pending_event(steer: Steer, required: list[Json]) -> Json:
    """The submission waits for what the client still has to answer."""
    event = {
        "type": "response.steer.pending",
        "reason": "waiting_for_required_input",
        "required_input": required,
    }
    return {**event, "sequence_number": 0, "steer": _named(steer)}


def failed_event(refused: SteerError, given: Any, target: Any, steer_id: str | None = None) -> Json:
    """The submission goes back to the client. steer_id: None when it was not accepted in the first
    place.
    """
    error = {"code": refused.code, "message": refused.message, "type": "invalid_request_error"}
    steer = {"input": given, "previous_response_id": target}
    if steer_id is not None:
        steer = {"id": steer_id, **steer}
    return {"type": "response.steer.failed", "error": error, "sequence_number": 0, "steer": steer}


def _named(steer: Steer) -> Json:
    return {"id": steer.id, "previous_response_id": steer.target}


def required_input(output: Sequence[Json]) -> list[Json]:
    """Stubs of what the client has to answer before a response can be continued."""
    answered = {(item["type"], item.get("call_id")) for item in output}
    stubs: list[Json] = []
    for item in output:
        call = item_type(item["type"])
        name = item.get(call.tie)
        if call.answered_by is None or item.get("execution") == "server" or not name:
            continue
        answer = item_type(call.answered_by)
        if (answer.name, name) not in answered:
            repeated = {key: item[key] for key in call.answer_keys}
            stubs.append({"type": answer.name, answer.tie: name, **repeated})
    return stubs


def with_steers(body: Json, steers: Sequence[Steer]) -> Json:
    """A create body whose input begins with steering input."""
    added = [item for steer in steers for item in steer.items]
    return {**body, "input": [*added, *as_items(body.get("input"))]}


def succession(request: CreateRequest, response_id: str, steers: Sequence[Steer]) -> Json:
    """The body that continues a response with steering input, by the settings that the response
    had.
    """
    kept = {
        key: value
        for key, value in request.body.items()
        if key not in ("input", "previous_response_id")
    }
    return with_steers({**kept, "previous_response_id": response_id}, steers)


def may_end_after(event: Json) -> bool:
    """Whether an event may be the last one before the end of a response: between items, and between
    the deltas of a message's text.
    """
    return event.get("type") in _BEFORE_ENDS


def shortened(answer: Answer, count: int, tokenizer: Tokenizer) -> Answer | None:
    """The answer ended after so many events, if this is a place where a response may end.

    None elsewhere, where nothing would be left out, and where a call waits for the client.
    """
    if count < 2:
        return None
    shown = list(islice(answer.events(), count))
    output = answer.response["output"]
    done = sum(event["type"] == "response.output_item.done" for event in shown)
    begun = sum(event["type"] == "response.output_item.added" for event in shown)
    items = list(output[:done])
    if begun > done:
        message = _cut_message(output[done], shown)
        if message is None:
            return None
        items.append(message)
    if items == output or required_input(items):
        return None
    short = _ended(answer, items, tokenizer)
    kinds = [event["type"] for event in islice(short.events(), count)]
    return short if kinds == [event["type"] for event in shown] else None


def _cut_message(item: Json, shown: Sequence[Json]) -> Json | None:
    last = shown[-1]
    if last["type"] != "response.output_text.delta":
        return None
    place = (last["output_index"], last["content_index"])
    here = [
        event for event in shown if (event.get("output_index"), event.get("content_index")) == place
    ]
    deltas = [event["delta"] for event in here if event["type"] == last["type"]]
    announced = sum(event["type"] == "response.output_text.annotation.added" for event in here)
    part = item["content"][last["content_index"]]
    text = "".join(deltas)
    if text == part["text"]:
        return None
    cut = {
        **part,
        "annotations": part["annotations"][:announced],
        "logprobs": part["logprobs"][: len(deltas)],
        "text": text,
    }
    return {
        **item,
        "status": "incomplete",
        "content": [*item["content"][: last["content_index"]], cut],
    }


def _ended(answer: Answer, items: list[Json], tokenizer: Tokenizer) -> Answer:
    change: Json = {"status": "incomplete", "incomplete_details": {"reason": "steered"}}
    reply = {**change, "output": items}
    composed = Answer(
        answer.request, reply, answer.identity, dialect=answer.dialect, tokenizer=tokenizer
    ).response
    counted = {key: composed[key] for key in ("usage", "tool_usage")}
    response = {**answer.response, **change, "completed_at": None, "output": items, **counted}
    return copied_answer(response, answer.request, answer.identity, answer.dialect)
