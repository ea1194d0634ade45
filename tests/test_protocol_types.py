"""None of the API's types may be forgotten: the models are held against those of the openai
package.
"""

import inspect
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from openai.types import responses as sdk
from openai.types.beta.beta_response_input_item import BetaResponseInputItem
from openai.types.beta.beta_response_item import BetaResponseItem
from openai.types.beta.beta_response_output_item import BetaResponseOutputItem
from openai.types.beta.beta_responses_server_event import BetaResponsesServerEvent
from openai.types.responses.response_input_item import ResponseInputItem
from openai.types.responses.response_item import ResponseItem
from openai.types.responses.response_output_item import ResponseOutputItem
from openai.types.responses.response_stream_event import ResponseStreamEvent
from openai.types.responses.responses_server_event import ResponsesServerEvent

from mockserver.api import (
    BETA_ITEM_TYPES,
    EVENT_TYPES,
    INPUT_ITEM_TYPES,
    ITEM_TYPES,
    STORED_ITEM_TYPES,
    TOOL_TYPES,
    CreateBody,
    Json,
    Response,
    conformance_errors,
)

UNDOCUMENTED = {
    "keepalive",
    "response.apply_patch_call_operation_diff.delta",
    "response.apply_patch_call_operation_diff.done",
}
NEWER = (
    "if mockserver alone knows it: raise the lower bound of openai in pyproject.toml to a release "
    "that does; if openai alone knows it: CONTRIBUTING.md says how to add it"
)
OPEN_RESPONSES_ONLY = {"response.reasoning.delta", "response.reasoning.done"}


def types_of(union: Any) -> Iterator[str]:
    """Every value of `type` among the members of one of the package's unions."""
    if inspect.isclass(union) and hasattr(union, "model_fields"):
        yield from get_args(next(_flat(union.model_fields["type"].annotation)))
    else:
        for member in get_args(union):
            if inspect.isclass(member) or get_args(member):
                yield from types_of(member)


def _flat(annotation: Any) -> Iterator[Any]:
    members = [arg for arg in get_args(annotation) if get_args(arg)]
    yield from members or [annotation]


def test_every_output_item_type() -> None:
    assert set(types_of(ResponseOutputItem)) == set(ITEM_TYPES) - BETA_ITEM_TYPES, NEWER
    assert set(types_of(BetaResponseOutputItem)) == set(ITEM_TYPES), NEWER
    assert len(BETA_ITEM_TYPES) == 3


def test_every_stored_item_type() -> None:
    assert set(types_of(ResponseItem)) <= set(STORED_ITEM_TYPES)
    assert set(types_of(BetaResponseItem)) <= set(STORED_ITEM_TYPES)


def test_every_input_item_type() -> None:
    assert set(types_of(ResponseInputItem)) == set(INPUT_ITEM_TYPES) - BETA_ITEM_TYPES, NEWER
    assert set(types_of(BetaResponseInputItem)) == set(INPUT_ITEM_TYPES), NEWER


def test_every_tool_type() -> None:
    assert set(types_of(sdk.Tool)) | {"computer_use"} == set(TOOL_TYPES), NEWER


def test_every_event_type() -> None:
    streamed = set(types_of(ResponseStreamEvent))
    socket = set(types_of(ResponsesServerEvent))
    beta = set(types_of(BetaResponsesServerEvent)) - socket
    assert beta == {"response.inject.created", "response.inject.failed"}
    known = socket | streamed | beta | UNDOCUMENTED | OPEN_RESPONSES_ONLY
    assert set(EVENT_TYPES) == known, NEWER
    assert len(EVENT_TYPES) == len(set(EVENT_TYPES))


def test_every_key_of_the_response() -> None:
    fields = {field.alias or name for name, field in sdk.Response.model_fields.items()}
    ours = set(Response.__annotations__)
    assert fields <= ours, NEWER
    # The wire has these, the package does not.
    assert ours - fields == {"billing", "frequency_penalty", "presence_penalty", "store"}, NEWER


def test_response_keys_stand_in_wire_order() -> None:
    keys = list(Response.__annotations__)
    assert keys[:4] == ["id", "object", "created_at", "status"]
    assert keys[-1] == "metadata"
    assert keys[4:-1] == sorted(keys[4:-1])


def test_every_parameter_of_create() -> None:
    parameters = set(inspect.signature(_create()).parameters) - {
        *("self", "extra_headers", "extra_query", "extra_body", "timeout")
    }
    own = {"generate", "stream_id", "multi_agent", "client_metadata"}
    own |= {"frequency_penalty", "presence_penalty"}  # The API names them all the same.
    assert parameters <= set(CreateBody.__annotations__), NEWER
    assert set(CreateBody.__annotations__) - parameters <= own, NEWER


def _create() -> Any:
    from openai.resources.responses import Responses

    return Responses.create


MESSAGE: Json = {
    "id": "msg_1",
    "type": "message",
    "status": "completed",
    "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi"}],
    "role": "assistant",
}


def test_optional_is_not_nullable() -> None:
    assert conformance_errors("OutputItem", MESSAGE) == []
    assert conformance_errors("OutputItem", {**MESSAGE, "phase": "final_answer"}) == []
    (line,) = conformance_errors("OutputItem", {**MESSAGE, "phase": None})
    assert line.startswith("message.phase: ")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"status": None}, "message.status"),
        ({"extra": 1}, "message.extra"),
        (
            {"content": [{"type": "output_text", "annotations": [], "text": "Hi"}]},
            "message.content.0.output_text.logprobs",
        ),
        ({"content": [{"type": "input_text", "text": "Hi"}]}, "message.content.0"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(change: Json, path: str) -> None:
    (line,) = conformance_errors("OutputItem", {**MESSAGE, **change})
    assert line.startswith(f"{path}: ")


def test_events_carry_a_number_and_nothing_unknown() -> None:
    event = {
        "type": "response.output_item.done",
        "item": MESSAGE,
        "output_index": 0,
        "sequence_number": 7,
    }
    assert conformance_errors("Event", event) == []
    assert conformance_errors("Event", {**event, "item_id": "msg_1"}) != []
    assert conformance_errors("Event", {**event, "sequence_number": 7.0}) != []
    assert conformance_errors("Event", {"type": "response.cancelled", "sequence_number": 1}) != []


def test_other_kinds_are_a_programming_error() -> None:
    with pytest.raises(KeyError):
        conformance_errors("Song", {})
