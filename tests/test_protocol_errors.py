import string
from typing import Any

import pytest

from mockserver.api import CATALOGUE, ApiError, ErrorKind, api_error

FIELDS = string.Formatter()

# What api.openai.com says: catalogue name, values, then status, type, code, param, message.
KNOWN = [
    (
        "missing_required_parameter",
        {"param": "tools[0].name"},
        (400, "invalid_request_error", "missing_required_parameter", "tools[0].name"),
        "Missing required parameter: 'tools[0].name'.",
    ),
    (
        "invalid_type",
        {"param": "model", "expected": "a string", "got": "an integer"},
        (400, "invalid_request_error", "invalid_type", "model"),
        "Invalid type for 'model': expected a string, but got an integer instead.",
    ),
    (
        "decimal_below_min_value",
        {"param": "temperature", "limit": 0, "got": -1},
        (400, "invalid_request_error", "decimal_below_min_value", "temperature"),
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 "
        "instead.",
    ),
    (
        "integer_above_max_value",
        {"param": "limit", "limit": 100, "got": 1000},
        (400, "invalid_request_error", "integer_above_max_value", "limit"),
        "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 1000 "
        "instead.",
    ),
    (
        "model_not_found",
        {"model": "gpt-5.2-proo"},
        (400, "invalid_request_error", "model_not_found", "model"),
        "The requested model 'gpt-5.2-proo' does not exist.",
    ),
    (
        "unsupported_sampling",
        {"param": "temperature"},
        (400, "invalid_request_error", None, "temperature"),
        "Unsupported parameter: 'temperature' is not supported with this model.",
    ),
    (
        "previous_response_not_found",
        {"id": "resp_x"},
        (400, "invalid_request_error", "previous_response_not_found", "previous_response_id"),
        "Previous response with id 'resp_x' not found.",
    ),
    (
        "conversation_not_found",
        {"id": "conv_x"},
        (404, "invalid_request_error", None, None),
        "Conversation with id 'conv_x' not found.",
    ),
    (
        "conversation_item_not_found",
        {"id": "msg_x"},
        (404, "invalid_request_error", None, None),
        "Item with id 'msg_x' not found in conversation.",
    ),
    (
        "no_tool_call",
        {"kind": "function call output", "call_id": "call_1"},
        (400, "invalid_request_error", None, "input"),
        "No tool call found for function call output with call_id call_1.",
    ),
    (
        "unknown_url",
        {"method": "POST", "path": "/v1/x"},
        (404, "invalid_request_error", None, None),
        "Invalid URL (POST /v1/x)",
    ),
    (
        "unknown_method",
        {"method": "GET", "path": "/v1/x"},
        (405, "invalid_request_error", None, None),
        "Invalid method for URL (GET /v1/x)",
    ),
    (
        "missing_api_key",
        {},
        (401, "invalid_request_error", None, None),
        "Missing bearer or basic authentication in header",
    ),
]


@pytest.mark.parametrize(
    ("name", "values", "wire", "message"), KNOWN, ids=[row[0] for row in KNOWN]
)
def test_error_is_worded_as_the_service_words_it(
    name: str, values: dict[str, Any], wire: tuple[int, str, str | None, str | None], message: str
) -> None:
    error = api_error(name, **values)
    assert (error.status, error.type, error.code, error.param) == wire
    assert str(error) == error.message == message


@pytest.mark.parametrize(("name", "kind"), CATALOGUE.items(), ids=list(CATALOGUE))
def test_every_row_makes_an_error(name: str, kind: ErrorKind) -> None:
    fields = {field for _, field, _, _ in FIELDS.parse(kind.message) if field}
    values = {field: f"<{field} {{x}}>" for field in fields - {"param"}}
    param = kind.param or ("some.path[0]" if "param" in fields else None)
    error = api_error(name, param=param, **values)
    assert isinstance(error, ApiError)
    assert 400 <= error.status < 600
    assert all(value in error.message for value in values.values())
    assert error.body() == {
        "error": {"message": error.message, "type": kind.type, "param": param, "code": kind.code}
    }
    assert list(error.body()["error"]) == ["message", "type", "param", "code"]


def test_every_code_of_the_error_guide_is_in_the_catalogue() -> None:
    codes = {kind.code for kind in CATALOGUE.values()}
    assert codes >= {
        *(
            "missing_required_parameter",
            "unknown_parameter",
            "invalid_type",
            "invalid_value",
            "invalid_json",
        ),
        *(
            "decimal_below_min_value",
            "decimal_above_max_value",
            "integer_below_min_value",
            "integer_above_max_value",
        ),
        *(
            "string_above_max_length",
            "array_above_max_length",
            "mutually_exclusive_parameters",
            "model_not_found",
        ),
        *(
            "unsupported_parameter",
            "unsupported_value",
            "previous_response_not_found",
            "conversation_locked",
        ),
        *(
            "invalid_function_parameters",
            "invalid_json_schema",
            "context_length_exceeded",
            "unsupported_file",
        ),
        *(
            "invalid_prompt",
            "invalid_api_key",
            "rate_limit_exceeded",
            "insufficient_quota",
            "server_error",
        ),
        *(
            "server_is_overloaded",
            "slow_down",
            "invalid_stream_id",
            "websocket_stream_limit_reached",
        ),
        *("websocket_connection_limit_reached", None),
    }
    assert {kind.status for kind in CATALOGUE.values()} == {
        400,
        401,
        403,
        404,
        405,
        413,
        429,
        500,
        503,
    }


def test_types_differ_from_the_usual_where_the_service_differs() -> None:
    types = {
        name: kind.type for name, kind in CATALOGUE.items() if kind.type != "invalid_request_error"
    }
    assert types == {
        "unsupported_region": "request_forbidden",
        "rate_limit_tokens": "tokens",
        "rate_limit_requests": "requests",
        "insufficient_quota": "insufficient_quota",
        "embedding_tokens_exceeded": "max_tokens_per_request",
        "server_error": "server_error",
        "server_is_overloaded": "server_error",
        "slow_down": "server_error",
    }


def test_body_is_pretty_json() -> None:
    assert api_error("response_not_found", id="résp").raw() == (
        b'{\n  "error": {\n    "message": "Response with id \'r\\u00e9sp\' not found.",\n'
        b'    "type": "invalid_request_error",\n    "param": null,\n    "code": null\n  }\n}'
    )


def test_unknown_name_and_missing_value_are_programming_errors() -> None:
    with pytest.raises(KeyError):
        api_error("no_such_error")
    with pytest.raises(KeyError, match="id"):
        api_error("response_not_found")
