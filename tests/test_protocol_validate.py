"""What a request may say, seen through `parse_create` and its siblings."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api import (
    INPUT_ITEM_TYPES,
    OPEN_RESPONSES,
    OPENAI,
    TOOL_TYPES,
    ApiError,
    CreateBody,
    CreateRequest,
    Dialect,
    check_pairing,
    create_request,
    parse_create,
    validation,
)

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
USER = {"role": "user", "content": "Hi"}


def parse(body: Any, dialect: Dialect = OPENAI, **options: Any) -> CreateRequest:
    return parse_create(json.dumps(body).encode(), dialect=dialect, **options)


def refused(body: Any, dialect: Dialect = OPENAI, **options: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse(body, dialect, **options)
    return caught.value


def wrong(dialect: Dialect = OPENAI, **parameters: Any) -> tuple[str | None, str | None]:
    """Code and param of the error about a request that is right but for these parameters."""
    error = refused({"model": "gpt-4o", "input": "Hi", **parameters}, dialect)
    assert (error.status, error.type) == (400, "invalid_request_error")
    return error.code, error.param


# The body as a whole.


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"a":' * 5000, b'{"a": NaN}']
)
def test_body_must_be_a_json_object(raw: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        parse_create(raw, dialect=OPENAI)
    error = caught.value
    assert (error.status, error.code, error.param) == (400, "invalid_json", None)
    assert error.message.startswith("Invalid body: failed to parse JSON value.")


def test_body_may_be_large() -> None:
    assert parse({"model": "gpt-4o", "input": "x" * 10_000_000}).model == "gpt-4o"


def test_body_is_kept_as_sent_without_nulls() -> None:
    request = parse(
        {"input": "é", "model": "gpt-4o", "temperature": 1, "user": None, "tools": None}
    )
    assert list(request.body.items()) == [("input", "é"), ("model", "gpt-4o"), ("temperature", 1)]


# Order of the errors.


def test_unknown_parameters_come_before_wrong_types() -> None:
    error = refused({"model": 1, "input": 1, "foo": 2, "bar": 3})
    assert (error.code, error.param, error.message) == (
        "unknown_parameter",
        "foo",
        "Unknown parameter: 'foo'.",
    )


def test_types_come_before_what_excludes_each_other_and_that_before_the_model() -> None:
    both = {"previous_response_id": "resp_1", "conversation": "conv_1"}
    body = {"model": "x", "input": "Hi", **both}
    assert refused({**body, "store": 1}, strict_models=True).param == "store"
    assert refused(body, strict_models=True).code == "mutually_exclusive_parameters"
    assert (
        refused({"model": "x", "input": "Hi", "temperature": 1.5}, strict_models=True).code
        == "model_not_found"
    )


# Dialects.


def test_unknown_parameters_are_refused_ignored_or_allowed() -> None:
    body = {"model": "gpt-4o", "input": "Hi", "provider": {}}
    assert refused(body).code == "unknown_parameter"
    known = {"model": "gpt-4o", "input": "Hi"}
    assert parse(body, allow_unknown=True).body == known
    assert parse(body, OPEN_RESPONSES).body == known


@pytest.mark.parametrize("dialect", [OPENAI, OPEN_RESPONSES], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("name", ["frequency_penalty", "presence_penalty"])
def test_penalties_are_parameters(name: str, dialect: Dialect) -> None:
    body = {"model": "gpt-4o", "input": "Hi"}
    assert parse({**body, name: 0.5}, dialect).body[name] == 0.5
    assert wrong(dialect, **{name: 3}) == ("decimal_above_max_value", name)
    assert wrong(dialect, **{name: -3}) == ("decimal_below_min_value", name)


def test_model_is_required_unless_the_dialect_has_one() -> None:
    error = refused({"input": "Hi"})
    assert (error.code, error.param) == ("missing_required_parameter", "model")
    assert error.message == "Missing required parameter: 'model'."
    assert parse({"input": "Hi", "prompt": {"id": "pmpt_1"}}).model == "gpt-4o-mini"
    assert parse({}, OPEN_RESPONSES).model == "gpt-4o-mini"


def test_input_is_required_unless_something_stands_for_it() -> None:
    for missing in ({}, {"previous_response_id": "resp_1"}):
        assert refused({"model": "gpt-4o", **missing}).param == "input"
    for source in ({"prompt": {"id": "p"}}, {"conversation": {"id": "conv_1"}}):
        assert parse({"model": "gpt-4o", **source}).input_items == []
    assert parse({"model": "gpt-4o", "generate": False}).generate is False


def test_names_of_functions_are_shorter_in_open_responses() -> None:
    tools = [{**FUNCTION, "name": "f" * 65}]
    assert parse({"model": "gpt-4o", "input": "Hi", "tools": tools}).tools == tools
    assert wrong(OPEN_RESPONSES, tools=tools) == ("string_above_max_length", "tools[0].name")


def test_modes_of_allowed_tools() -> None:
    choice = {"type": "allowed_tools", "mode": "none", "tools": [{"type": "function", "name": "f"}]}
    body = {"model": "gpt-4o", "input": "Hi", "tools": [FUNCTION], "tool_choice": choice}
    assert parse(body, OPEN_RESPONSES).tool_choice == choice
    assert (
        refused(body).message
        == "Invalid value: 'none'. Supported values are: 'auto' and 'required'."
    )


def test_ids_are_opaque_in_open_responses() -> None:
    body = {
        "model": "gpt-4o",
        "previous_response_id": "abc",
        "input": [{"type": "reasoning", "id": "x", "summary": []}],
    }
    assert refused(body).param == "previous_response_id"
    assert parse(body, OPEN_RESPONSES).previous_response_id == "abc"


# Types, values and limits, parameter by parameter.

LIMITS: list[tuple[dict[str, Any], str, str]] = [
    ({"temperature": -1}, "decimal_below_min_value", "temperature"),
    ({"temperature": 2.1}, "decimal_above_max_value", "temperature"),
    ({"top_p": -0.1}, "decimal_below_min_value", "top_p"),
    ({"top_p": 1.1}, "decimal_above_max_value", "top_p"),
    ({"top_logprobs": -1}, "integer_below_min_value", "top_logprobs"),
    ({"top_logprobs": 21}, "integer_above_max_value", "top_logprobs"),
    ({"max_output_tokens": 15}, "integer_below_min_value", "max_output_tokens"),
    ({"max_tool_calls": 0}, "integer_below_min_value", "max_tool_calls"),
    (
        {"context_management": [{"type": "compaction", "compact_threshold": 999}]},
        "integer_below_min_value",
        "context_management[0].compact_threshold",
    ),
    ({"context_management": []}, "empty_array", "context_management"),
    ({"metadata": {str(n): "" for n in range(17)}}, "object_above_max_properties", "metadata"),
    ({"metadata": {"k" * 65: ""}}, "property_name_above_max_length", f"metadata.{'k' * 65}"),
    ({"metadata": {"k": "v" * 513}}, "string_above_max_length", "metadata.k"),
    ({"metadata": {"k": 1}}, "invalid_type", "metadata.k"),
    ({"prompt_cache_key": "k" * 65}, "string_above_max_length", "prompt_cache_key"),
    ({"safety_identifier": "k" * 65}, "string_above_max_length", "safety_identifier"),
    ({"input": "x" * 10_485_761}, "string_above_max_length", "input"),
    ({"input": 5}, "invalid_type", "input"),
    ({"input": ["Hi"]}, "invalid_type", "input[0]"),
    ({"input": [{"role": "user", "content": None}]}, "invalid_type", "input[0].content"),
    ({"input": [{"role": "boss", "content": ""}]}, "invalid_value", "input[0]"),
    ({"input": [{"content": ""}]}, "invalid_value", "input[0]"),
    ({"input": [{"type": "song"}]}, "invalid_value", "input[0]"),
    ({"input": [{"type": 3}]}, "invalid_value", "input[0]"),
    (
        {"input": [USER, {"role": "user", "content": [{"type": "text", "text": ""}]}]},
        "invalid_value",
        "input[1].content[0].type",
    ),
    (
        {"input": [USER, {"role": "user", "content": [{"type": "input_text", "text": 3}]}]},
        "invalid_type",
        "input[1].content[0].text",
    ),
    (
        {"input": [{"role": "user", "content": [{"text": ""}]}]},
        "missing_required_parameter",
        "input[0].content[0].type",
    ),
    (
        {
            "input": [
                {
                    "role": "user",
                    "content": [{"type": "input_image", "image_url": "x" * 20_971_521}],
                }
            ]
        },
        "string_above_max_length",
        "input[0].content[0].image_url",
    ),
    (
        {
            "input": [
                {"role": "user", "content": [{"type": "input_file", "file_data": "x" * 33_554_433}]}
            ]
        },
        "string_above_max_length",
        "input[0].content[0].file_data",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_data": "JVBERi0="}]}]},
        "invalid_value",
        "input[0].content[0].file_data",
    ),
    (
        {
            "input": [
                {
                    "role": "user",
                    "content": [{"type": "input_file", "file_url": "https://x.test/a.mp3?y"}],
                }
            ]
        },
        "unsupported_file",
        "input",
    ),
    (
        {"input": [{"type": "compaction", "encrypted_content": "x" * 20_971_521}]},
        "string_above_max_length",
        "input[0].encrypted_content",
    ),
    (
        {"input": [{"type": "function_call_output", "call_id": "", "output": ""}]},
        "empty_string",
        "input[0].call_id",
    ),
    (
        {"input": [{"type": "function_call_output", "call_id": "c" * 65, "output": ""}]},
        "string_above_max_length",
        "input[0].call_id",
    ),
    (
        {"input": [{"type": "function_call_output", "call_id": "c"}]},
        "missing_required_parameter",
        "input[0].output",
    ),
    ({"input": [{"id": "msg_" + "0" * 61, **USER}]}, "string_above_max_length", "input[0].id"),
    (
        {
            "input": [
                {
                    "type": "function_call",
                    "id": "msg_1",
                    "call_id": "c",
                    "name": "f",
                    "arguments": "",
                }
            ]
        },
        "invalid_value",
        "input[0].id",
    ),
    ({"input": [{"id": "msg_ä", **USER}]}, "invalid_value", "input[0].id"),
    ({"include": ["everything"]}, "invalid_value", "include[0]"),
    ({"include": "everything"}, "invalid_type", "include"),
    ({"instructions": []}, "invalid_type", "instructions"),
    ({"model": 5}, "invalid_type", "model"),
    ({"background": "yes"}, "invalid_type", "background"),
    ({"background": True, "store": False}, "unsupported_parameter", "background"),
    ({"max_output_tokens": 20.5}, "invalid_type", "max_output_tokens"),
    ({"max_output_tokens": True}, "invalid_type", "max_output_tokens"),
    ({"truncation": "some"}, "invalid_value", "truncation"),
    ({"truncation": 1}, "invalid_type", "truncation"),
    ({"service_tier": "gold"}, "invalid_value", "service_tier"),
    ({"prompt_cache_retention": "48h"}, "invalid_value", "prompt_cache_retention"),
    ({"prompt_cache_options": {"ttl": "1h"}}, "invalid_value", "prompt_cache_options.ttl"),
    ({"access_programs": {"cyber": "x"}}, "invalid_value", "access_programs.cyber"),
    (
        {"background_options": {"completion_window": "1h"}},
        "invalid_value",
        "background_options.completion_window",
    ),
    ({"image": {"context_compression": "x"}}, "invalid_value", "image.context_compression"),
    ({"moderation": {}}, "missing_required_parameter", "moderation.model"),
    ({"previous_response_id": "abc"}, "invalid_value", "previous_response_id"),
    ({"previous_response_id": "resp_a b"}, "invalid_value", "previous_response_id"),
    ({"conversation": "abc"}, "invalid_value", "conversation"),
    ({"conversation": {"id": "abc"}}, "invalid_value", "conversation.id"),
    ({"conversation": {}}, "missing_required_parameter", "conversation.id"),
    ({"reasoning": {"effort": "huge"}}, "invalid_value", "reasoning.effort"),
    ({"reasoning": {"speed": 1}}, "unknown_parameter", "reasoning.speed"),
    ({"text": {"tone": 1}}, "unknown_parameter", "text.tone"),
    ({"text": {"verbosity": "mute"}}, "invalid_value", "text.verbosity"),
    ({"text": {"format": {"type": "xml"}}}, "invalid_value", "text.format.type"),
    (
        {"text": {"format": {"type": "json_schema", "name": "n"}}},
        "missing_required_parameter",
        "text.format.schema",
    ),
    (
        {"text": {"format": {"type": "json_schema", "schema": {}}}},
        "missing_required_parameter",
        "text.format.name",
    ),
    (
        {"text": {"format": {"type": "json_schema", "name": "a b", "schema": {}}}},
        "invalid_value",
        "text.format.name",
    ),
    ({"stream": True, "stream_options": {"usage": 1}}, "unknown_parameter", "stream_options.usage"),
    (
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        "missing_required_parameter",
        "tools[0].name",
    ),
    ({"tools": [{"name": "f"}]}, "missing_required_parameter", "tools[0].type"),
    ({"tools": [FUNCTION, {"type": "hammer"}]}, "invalid_value", "tools[1].type"),
    ({"tools": [{**FUNCTION, "name": ""}]}, "empty_string", "tools[0].name"),
    ({"tools": [{**FUNCTION, "name": "a b"}]}, "invalid_value", "tools[0].name"),
    ({"tools": [{**FUNCTION, "name": "f" * 129}]}, "string_above_max_length", "tools[0].name"),
    ({"tools": {}}, "invalid_type", "tools"),
    (
        {
            "tools": [
                {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["f"] * 51}}
            ]
        },
        "array_above_max_length",
        "tools[0].container.file_ids",
    ),
    (
        {"tools": [{"type": "image_generation", "partial_images": 4}]},
        "integer_above_max_value",
        "tools[0].partial_images",
    ),
    (
        {"tools": [{"type": "image_generation", "output_compression": 101}]},
        "integer_above_max_value",
        "tools[0].output_compression",
    ),
    ({"tool_choice": "maybe"}, "invalid_value", "tool_choice"),
    ({"tool_choice": 1}, "invalid_type", "tool_choice"),
    ({"tool_choice": {"type": "function"}}, "missing_required_parameter", "tool_choice.name"),
    (
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}},
        "empty_array",
        "tool_choice.tools",
    ),
    (
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{}] * 129}},
        "array_above_max_length",
        "tool_choice.tools",
    ),
    ({"stream_id": "a b"}, "invalid_stream_id", "stream_id"),
    ({"stream_id": "s" * 257}, "invalid_stream_id", "stream_id"),
]


@pytest.mark.parametrize(
    ("parameters", "code", "param"), LIMITS, ids=[f"{row[2][:40]}-{row[1]}" for row in LIMITS]
)
def test_wrong_value_is_refused(parameters: dict[str, Any], code: str, param: str) -> None:
    assert wrong(**parameters) == (code, param)


RIGHT: list[dict[str, Any]] = [
    {
        "temperature": 0,
        "top_p": 1,
        "top_logprobs": 20,
        "max_output_tokens": 16,
        "max_tool_calls": 1,
    },
    {"temperature": 2.0, "top_p": 0.0, "top_logprobs": 0},
    {"metadata": {str(n): "v" * 512 for n in range(16)}},
    {"metadata": {"k" * 64: ""}},
    {"prompt_cache_key": "k" * 64, "safety_identifier": "k" * 64},
    {"tools": [{**FUNCTION, "name": "f" * 64}]},
    {"multi_agent": {"enabled": True}},
    {
        "input": [
            {"id": "msg_1"},
            {"type": None, **USER},
            {"role": "assistant", "content": "Hi", "phase": None},
        ]
    },
    {
        "input": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": ""}],
            }
        ]
    },
    {
        "input": [
            {
                "type": "function_call_output",
                "call_id": "c",
                "output": [{"type": "input_text", "text": ""}],
            }
        ]
    },
    {
        "input": [
            {
                "type": "web_search_call",
                "id": "ws_1",
                "status": "completed",
                "action": {"type": "later"},
            }
        ]
    },
    {"stream": True, "stream_options": {"include_obfuscation": False}},
    {"include": ["message.output_text.logprobs", "reasoning.encrypted_content"]},
    {"conversation": "conv_1"},
    {"text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}},
]


@pytest.mark.parametrize("parameters", RIGHT)
@pytest.mark.parametrize("dialect", [OPENAI, OPEN_RESPONSES], ids=lambda dialect: dialect.name)
def test_right_value_is_accepted(parameters: dict[str, Any], dialect: Dialect) -> None:
    body = {"model": "gpt-4o", "input": "Hi", **parameters}
    assert parse(body, dialect).body == body


MESSAGES: list[tuple[dict[str, Any], str]] = [
    (
        {"temperature": -1},
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 "
        "instead.",
    ),
    (
        {"max_output_tokens": 5},
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but "
        "got 5 instead.",
    ),
    ({"model": 5}, "Invalid type for 'model': expected a string, but got an integer instead."),
    (
        {"input": [{"role": "user", "content": None}]},
        "Invalid type for 'input[0].content': expected one of an array of objects or string, but "
        "got null instead.",
    ),
    (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": ""}]}]},
        "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
    ),
    (
        {"tool_choice": "maybe"},
        "Invalid value: 'maybe'. Supported values are: 'none', 'auto', and 'required'.",
    ),
    (
        {"metadata": {str(n): "" for n in range(24)}},
        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, "
        "but got an object with 24 properties instead.",
    ),
    (
        {"prompt_cache_key": "k" * 70},
        "Invalid 'prompt_cache_key': string too long. Expected a string with maximum length 64, "
        "but got a string with length 70 instead.",
    ),
    (
        {"tools": [{**FUNCTION, "name": "a.b"}]},
        "Invalid 'tools[0].name': string does not match pattern. "
        "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    ),
    (
        {"previous_response_id": "x"},
        "Invalid 'previous_response_id': 'x'. Expected an ID that begins with 'resp'.",
    ),
    (
        {"include": 1},
        "Invalid type for 'include': expected an array of one of 'fil...lts', 'web...lts', "
        "'web...ces', 'mes...url', 'com...url', 'cod...uts', 'rea...ent', or 'mes...obs', but got "
        "an integer instead.",
    ),
]


@pytest.mark.parametrize(("parameters", "message"), MESSAGES)
def test_message_reads_like_the_service(parameters: dict[str, Any], message: str) -> None:
    assert refused({"model": "gpt-4o", "input": "Hi", **parameters}).message == message


def test_only_the_first_wrong_item_of_many_is_looked_at() -> None:
    assert wrong(input=[USER, *[{"role": "boss"}] * 50_000])[1] == "input[1]"


# The model.


def test_unknown_model_is_refused_only_when_asked() -> None:
    body = {"model": "gpt-9", "input": "Hi"}
    assert parse(body).model == "gpt-9"
    error = refused(body, strict_models=True)
    assert (error.code, error.param) == ("model_not_found", "model")
    assert error.message == "The requested model 'gpt-9' does not exist."
    assert parse({"model": "gpt-5-2025-08-07", "input": "Hi"}, strict_models=True)


@pytest.mark.parametrize("parameter", ["temperature", "top_p"])
def test_sampling_is_not_for_models_that_reason(parameter: str) -> None:
    body = {"input": "Hi", parameter: 0.5}
    error = refused({"model": "gpt-5", **body})
    assert (error.code, error.param) == (None, parameter)
    assert (
        error.message == f"Unsupported parameter: '{parameter}' is not supported with this model."
    )
    for model in ("gpt-4o", "gpt-5.2", "unheard-of"):
        assert parse({"model": model, **body}).body[parameter] == 0.5
    assert refused({"model": "gpt-5.2", "reasoning": {"effort": "low"}, **body}).param == parameter
    assert parse({"model": "gpt-5.5", "reasoning": {"effort": "none"}, **body})


def test_reasoning_is_for_models_that_reason() -> None:
    body = {"input": "Hi", "reasoning": {"effort": None, "summary": "auto"}}
    error = refused({"model": "gpt-4o", **body})
    assert (error.code, error.param) == ("unsupported_parameter", "reasoning.summary")
    for model in ("gpt-5", "o3-mini", "unheard-of"):
        assert parse({"model": model, **body})
    assert parse({"model": "gpt-4o", "input": "Hi", "reasoning": {"effort": None}})


def test_values_that_the_model_lacks() -> None:
    error = refused({"model": "gpt-5", "input": "Hi", "reasoning": {"effort": "none"}})
    assert (error.code, error.param) == ("unsupported_value", "reasoning.effort")
    assert error.message == (
        "Unsupported value: 'none' is not supported with the 'gpt-5-2025-08-07' model. "
        "Supported values are: 'minimal', 'low', 'medium', and 'high'."
    )
    assert wrong(text={"verbosity": "low"}) == ("unsupported_value", "text.verbosity")
    assert parse({"model": "gpt-5", "input": "Hi", "text": {"verbosity": "low"}})


# Rules between parameters.


def test_two_sources_of_history_exclude_each_other() -> None:
    code, param = wrong(previous_response_id="resp_1", conversation="conv_1")
    assert (code, param) == ("mutually_exclusive_parameters", None)


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "name": "g"},
        {"type": "custom", "name": "f"},
        {"type": "file_search"},
        {"type": "mcp", "server_label": "s"},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]},
    ],
)
def test_tool_choice_must_name_a_declared_tool(choice: dict[str, Any]) -> None:
    kind = "function" if choice["type"] == "allowed_tools" else choice["type"]
    error = refused({"model": "gpt-4o", "input": "Hi", "tools": [FUNCTION], "tool_choice": choice})
    assert (error.code, error.param) == (None, "tool_choice")
    assert error.message == f"Tool choice '{kind}' not found in 'tools' parameter."


@pytest.mark.parametrize(
    ("choice", "tools", "items"),
    [
        ({"type": "function", "name": "f"}, [FUNCTION], []),
        (
            {"type": "function", "name": "f"},
            [{"type": "namespace", "name": "n", "tools": [FUNCTION]}],
            [],
        ),
        (
            {"type": "function", "name": "f"},
            [],
            [{"type": "additional_tools", "role": "developer", "tools": [FUNCTION]}],
        ),
        ({"type": "web_search_preview"}, [{"type": "web_search"}], []),
        ({"type": "mcp", "server_label": "s"}, [{"type": "mcp", "server_label": "s"}], []),
        ("required", [FUNCTION], []),
    ],
)
def test_tool_choice_finds_its_tool(choice: Any, tools: list[Any], items: list[Any]) -> None:
    assert parse(
        {"model": "gpt-4o", "input": [USER, *items], "tools": tools, "tool_choice": choice}
    )


def test_required_tool_choice_needs_tools() -> None:
    assert wrong(tool_choice="required") == (None, "tool_choice")
    assert parse({"model": "gpt-4o", "input": "Hi", "tool_choice": "auto"})


def test_json_object_needs_the_word() -> None:
    format_ = {"format": {"type": "json_object"}}
    assert wrong(text=format_) == (None, "input")
    assert parse({"model": "gpt-4o", "input": "Answer in JSON.", "text": format_})
    assert parse(
        {
            "model": "gpt-4o",
            "input": [{"role": "system", "content": "json!"}, USER],
            "text": format_,
        }
    )


def test_stream_options_need_a_stream() -> None:
    assert wrong(stream_options={"include_obfuscation": True}) == (None, "stream_options")


def test_websocket_frames_lose_what_http_needs() -> None:
    frame = {
        "type": "response.create",
        "model": "gpt-4o",
        "input": "Hi",
        "stream": False,
        "stream_options": {},
    }
    request = create_request(
        {**frame, "background": True, "stream_id": "a.b-1"}, dialect=OPENAI, websocket=True
    )
    assert request.body == {"model": "gpt-4o", "input": "Hi", "stream_id": "a.b-1"}
    with pytest.raises(ApiError, match="Unknown parameter: 'type'"):
        create_request(frame, dialect=OPENAI)


# Whatever is sent, the answer is a request or an error of the API.

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.sampled_from(
    [
        "type",
        "id",
        "role",
        "content",
        "call_id",
        "name",
        "tools",
        "format",
        "text",
        "mode",
        "output",
    ]
)
TYPES = st.sampled_from(
    [*INPUT_ITEM_TYPES, *TOOL_TYPES, "input_text", "input_file", "json_schema", "allowed_tools"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES | TYPES | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(list(CreateBody.__annotations__)), VALUES, max_size=5),
    st.booleans(),
)
def test_no_body_breaks_the_validation(body: dict[str, Any], lax: bool) -> None:
    with contextlib.suppress(ApiError):
        request = parse(
            {"model": "gpt-4o", "input": "Hi", **body}, OPEN_RESPONSES if lax else OPENAI
        )
        assert isinstance(request.input_text, str)
        assert isinstance(request.tool_outputs, dict)
        assert request.canonical
        check_pairing(request.input_items)


# The other bodies.


@pytest.mark.parametrize(
    ("door", "body", "code", "param"),
    [
        ("compact", {"input": []}, "missing_required_parameter", "model"),
        ("compact", {"model": "gpt-4o", "tools": []}, "unknown_parameter", "tools"),
        (
            "compact",
            {"model": "gpt-4o", "prompt_cache_key": "k" * 65},
            "string_above_max_length",
            "prompt_cache_key",
        ),
        (
            "compact",
            {"model": "gpt-4o", "previous_response_id": "x"},
            "invalid_value",
            "previous_response_id",
        ),
        ("input_tokens", {"temperature": 1}, "unknown_parameter", "temperature"),
        ("input_tokens", {"tools": [{"type": "x"}]}, "invalid_value", "tools[0].type"),
        (
            "input_tokens",
            {"previous_response_id": "resp_1", "conversation": "conv_1"},
            "mutually_exclusive_parameters",
            None,
        ),
        ("conversation", {"items": [USER] * 21}, "array_above_max_length", "items"),
        ("conversation", {"name": "x"}, "unknown_parameter", "name"),
        ("conversation", {"metadata": {"a": 1}}, "invalid_type", "metadata.a"),
        ("conversation_update", {}, "missing_required_parameter", "metadata"),
        ("conversation_update", {"items": []}, "unknown_parameter", "items"),
        ("conversation_items", {}, "missing_required_parameter", "items"),
        ("conversation_items", {"items": [{"id": "rs_1", **USER}]}, "invalid_value", "items[0].id"),
    ],
)
def test_other_bodies_are_checked_too(
    door: str, body: dict[str, Any], code: str, param: str | None
) -> None:
    with pytest.raises(ApiError) as caught:
        getattr(validation, f"parse_{door}")(json.dumps(body).encode(), dialect=OPENAI)
    assert (caught.value.status, caught.value.code, caught.value.param) == (400, code, param)


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("compact", {"model": "gpt-4o", "input": [USER], "prompt_cache_key": "k"}),
        (
            "compact",
            {
                "model": "gpt-4o",
                "input": [],
                "previous_response_id": "resp_1",
                "service_tier": "fast",
            },
        ),
        ("input_tokens", {}),
        (
            "input_tokens",
            {"model": "gpt-4o", "input": "Hi", "personality": "friendly", "tools": [FUNCTION]},
        ),
        ("conversation", {}),
        ("conversation", {"metadata": {"a": "b"}, "items": [USER] * 20}),
        ("conversation_update", {"metadata": {}}),
        ("conversation_items", {"items": [USER, {"type": "item_reference", "id": "msg_1"}]}),
    ],
)
def test_other_bodies_are_returned_as_sent(door: str, body: dict[str, Any]) -> None:
    raw = json.dumps(
        {**body, **({"input": body.get("input")} if door == "compact" else {})}
    ).encode()
    assert getattr(validation, f"parse_{door}")(raw, dialect=OPENAI) == body


def test_conversation_may_have_no_body() -> None:
    assert validation.parse_conversation(b"", dialect=OPENAI) == {}
