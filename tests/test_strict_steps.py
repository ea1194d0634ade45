"""`strict_steps`: scripted steps are held against the requests that they answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from pydantic import BaseModel

import mockserver
from mockserver import (
    MockServer,
    custom_tool_call,
    function_call,
    incomplete,
    message,
    refusal,
    web_search_call,
)
from mockserver import reply as reply_of
from server_process import ServerProcess

CITY = {"type": "string"}
STRICT = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": CITY, "unit": {"anyOf": [{"enum": ["C", "F"]}, {"type": "null"}]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
}
LOOSE = {**STRICT, "name": "loose", "strict": False}
CUSTOM = {"type": "custom", "name": "run"}
SEARCH = {"type": "web_search"}
FORMAT = {
    "type": "json_schema",
    "name": "Place",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"city": CITY, "at": {"$ref": "#/$defs/At"}},
        "required": ["city", "at"],
        "additionalProperties": False,
        "$defs": {
            "At": {
                "type": "object",
                "properties": {"x": {"type": "integer"}},
                "required": ["x"],
                "additionalProperties": False,
            }
        },
    },
}
GOOD = function_call("get_weather", city="Paris", unit="C")
NAMED = {"type": "function", "name": "get_weather"}
ALLOWED = {
    "type": "allowed_tools",
    "mode": "auto",
    "tools": [{"type": "function", "name": "loose"}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


def told(server: MockServer, step: Any, strict_steps: str = "warn", **request: Any) -> list[str]:
    """The differences that are told of a step and the request that it answers."""
    asked = {"model": "gpt-5", "input": "Some JSON, please.", **request}
    with server.session(strict_steps=strict_steps, log_misses=False) as mine:  # type: ignore[arg-type]
        mine.script(step)
        mine.client().responses.create(**asked)
        lines = [line for each in mine.warnings for line in each.text.splitlines()]
        return [line.strip() for line in lines if line.startswith("  ")]


IMPOSSIBLE: dict[str, Any] = {
    "no_such_tool": (
        function_call("get_wether"),
        {"tools": [STRICT]},
        'output[0].name: expected a tool that is offered (get_weather), got "get_wether"',
    ),
    "no_tool_at_all": (
        ["Let me see.", GOOD],
        {},
        'output[1].name: expected no call: none is offered, got "get_weather"',
    ),
    "a_function_is_no_custom_tool": (
        custom_tool_call("get_weather", "Paris"),
        {"tools": [STRICT, CUSTOM]},
        'output[0].name: expected a tool that is offered (get_weather, run), got "get_weather"',
    ),
    "hosted_tool": (
        [web_search_call("weather"), "It rains."],
        {"tools": [STRICT]},
        'output[0]: expected no web_search_call: web_search is not offered, got "web_search_call"',
    ),
    "argument_of_a_wrong_type": (
        function_call("get_weather", city=3, unit=None),
        {"tools": [STRICT]},
        "output[0].arguments.city: expected string (strict schema of get_weather), got 3",
    ),
    "argument_missing": (
        function_call("get_weather", city="Paris"),
        {"tools": [STRICT]},
        "output[0].arguments.unit: expected a value, which is required (strict schema of "
        "get_weather), got nothing",
    ),
    "argument_too_many": (
        function_call("get_weather", city="Paris", unit="C", when="now"),
        {"tools": [STRICT]},
        "output[0].arguments.when: expected nothing: there is no such property (strict schema of "
        'get_weather), got "now"',
    ),
    "arguments_that_are_no_json": (
        function_call("get_weather", '{"city": "Par'),
        {"tools": [STRICT]},
        'output[0].arguments: expected JSON (strict schema of get_weather), got "{\\"city\\": '
        '\\"Par"',
    ),
    "tools_are_strict_unless_they_say_no": (
        function_call("get_weather"),
        {"tools": [{key: value for key, value in STRICT.items() if key != "strict"}]},
        "output[0].arguments.city: expected a value, which is required (strict schema of "
        "get_weather), got nothing",
    ),
    "text_in_place_of_a_document": (
        "It is in Paris.",
        {"text": {"format": FORMAT}},
        'output[0]: expected JSON (text.format Place), got "It is in Paris."',
    ),
    "document_that_does_not_fit": (
        {"type": "message", "content": [{"text": '{"city": "Paris", "at": {"x": "1"}}'}]},
        {"text": {"format": FORMAT}},
        'output[0].content[0].text.at.x: expected integer (text.format Place), got "1"',
    ),
    "no_json_object": (
        "[1]",
        {"text": {"format": {"type": "json_object"}}},
        "output[0]: expected object (text.format json_object), got [1]",
    ),
    "text_where_a_call_is_required": (
        "It rains.",
        {"tools": [STRICT, LOOSE], "tool_choice": "required"},
        'output: expected a call of get_weather, loose (tool_choice "required"), got "message"',
    ),
    "text_where_one_function_is_named": (
        "It rains.",
        {"tools": [STRICT], "tool_choice": NAMED},
        'output: expected a call of get_weather (tool_choice {"type":"function",'
        '"name":"get_weather"}), got "message"',
    ),
    "another_function_than_the_named": (
        function_call("loose"),
        {"tools": [STRICT, LOOSE], "tool_choice": NAMED},
        'output[0]: expected a call of get_weather (tool_choice {"type":"function",'
        '"name":"get_weather"}), got "loose"',
    ),
    "a_call_that_is_not_allowed": (
        GOOD,
        {"tools": [STRICT, LOOSE], "tool_choice": ALLOWED},
        "output[0]: expected a call of loose (tool_choice "
        + json.dumps(ALLOWED, separators=(",", ":"))[:79]
        + '…), got "get_weather"',
    ),
    "a_call_where_none_may_be": (
        GOOD,
        {"tools": [STRICT], "tool_choice": "none"},
        'output[0]: expected no call (tool_choice "none"), got "get_weather"',
    ),
    "two_calls_where_one_may_be": (
        [GOOD, function_call("loose")],
        {"tools": [STRICT, LOOSE], "parallel_tool_calls": False},
        "output[1]: expected one call at most (parallel_tool_calls false), got 2",
    ),
}


@pytest.mark.parametrize(("step", "request_", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_told(
    server: MockServer, step: Any, request_: dict[str, Any], said: str
) -> None:
    (line,) = told(server, step, **request_)
    assert line == said


POSSIBLE: dict[str, Any] = {
    "plain_text": ("Hello", {}),
    "a_good_call": (GOOD, {"tools": [STRICT]}),
    "text_beside_tools": ("It rains.", {"tools": [STRICT]}),
    "two_calls": ([GOOD, function_call("loose")], {"tools": [STRICT, LOOSE]}),
    "a_tool_that_is_not_strict": (function_call("loose", "no JSON"), {"tools": [LOOSE]}),
    "a_custom_tool": (custom_tool_call("run", "ls"), {"tools": [CUSTOM]}),
    "a_hosted_tool": ([web_search_call("x"), "Found."], {"tools": [SEARCH]}),
    "hosted_work_meets_the_demand": (
        [web_search_call("x"), "Found."],
        {"tools": [SEARCH], "tool_choice": "required"},
    ),
    "a_document": ('{"city": "Paris", "at": {"x": 1}}', {"text": {"format": FORMAT}}),
    "a_format_that_is_not_strict": (
        "no JSON",
        {"text": {"format": {**FORMAT, "strict": False}}},
    ),
    "a_refusal_in_place_of_a_document": (refusal("No."), {"text": {"format": FORMAT}}),
    "a_refusal_in_place_of_a_call": (
        refusal("No."),
        {"tools": [STRICT], "tool_choice": "required"},
    ),
    "a_call_in_place_of_a_document": (GOOD, {"tools": [STRICT], "text": {"format": FORMAT}}),
    "what_is_said_before_a_call": (
        ["Let me see.", GOOD],
        {"tools": [STRICT], "text": {"format": FORMAT}},
    ),
    "a_comment": (
        [message("Thinking.", phase="commentary"), '{"city": "Paris", "at": {"x": 1}}'],
        {"text": {"format": FORMAT}},
    ),
    "a_document_that_was_cut": (incomplete('{"city": "Pa'), {"text": {"format": FORMAT}}),
    "arguments_that_were_cut": (
        incomplete(function_call("get_weather", '{"city": "Pa')),
        {"tools": [STRICT]},
    ),
    "made_up": (mockserver.generated(), {"tools": [STRICT], "tool_choice": "required"}),
    "a_schema_outside_of_the_strict_subset": (
        function_call("f"),
        {
            "tools": [
                {
                    "type": "function",
                    "name": "f",
                    "parameters": {
                        "type": "object",
                        "properties": {"a": CITY},
                        "allOf": [{"required": ["a"]}],
                    },
                }
            ]
        },
    ),
}


@pytest.mark.parametrize(("step", "request_"), POSSIBLE.values(), ids=POSSIBLE)
def test_what_can_be_is_left_alone(server: MockServer, step: Any, request_: dict[str, Any]) -> None:
    assert told(server, step, **request_) == []


def test_a_tool_that_came_in_during_the_conversation_is_offered(server: MockServer) -> None:
    found = {"type": "tool_search_output", "tools": [STRICT], "execution": "client"}
    search = {"type": "tool_search", "execution": "client", "parameters": None}
    call = {"type": "tool_search_call", "call_id": "c", "arguments": {}, "execution": "client"}
    asked: list[Any] = ["x", call, {**found, "call_id": "c"}]
    asked[0] = {"role": "user", "content": "x"}
    assert told(server, GOOD, input=asked, tools=[search]) == []
    found_now = function_call("get_weather", namespace_="get_weather", city="Paris", unit=None)
    deferred = {**STRICT, "defer_loading": True}
    assert told(server, found_now, tools=[{"type": "tool_search"}, deferred]) == []
    elsewhere = function_call("get_weather", namespace_="other", city="Paris", unit=None)
    assert len(told(server, elsewhere, tools=[STRICT])) == 1


def test_warnings_are_told_once_with_the_place_of_the_step(server: MockServer) -> None:
    with server.session(log_misses=False) as mine:
        mine.when().reply(function_call("f"))
        for text in "abc":
            mine.client().responses.create(model="gpt-5", input=text)
        (warning,) = mine.warnings
        assert warning.source.startswith(f"{Path(__file__).name}:") or __file__.endswith(
            warning.source.rpartition(":")[0]
        )
        assert warning.text.startswith(f"mockserver: {warning.source}: reply ")
        assert 'in reality (model gpt-5, input "a"):' in warning.text
        mine.client().responses.create(model="gpt-5", input="d", tools=[LOOSE])  # type: ignore[list-item]
        assert len(mine.warnings) == 2, "another shape of request is another difference"


def test_an_error_answers_where_it_is_one(server: MockServer) -> None:
    with server.session(strict_steps="fail", log_misses=False) as mine:
        mine.script(function_call("f"), "Hello")
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            mine.client().responses.create(model="gpt-5", input="x")
        assert caught.value.code == "mockserver_impossible_step"
        assert "output[0].name: expected no call: none is offered" in str(caught.value)
        assert caught.value.response.headers["x-should-retry"] == "false"
        assert mine.client().responses.create(model="gpt-5", input="x").output_text == "Hello"
        assert [each.by for each in mine.requests] == ["script_error", "step"]
        with pytest.raises(AssertionError, match="cannot answer this request in reality"):
            mine.verify()


def test_it_can_be_off(server: MockServer) -> None:
    assert told(server, function_call("f"), strict_steps="off") == []


def test_functions_and_templates_are_held_by_what_they_come_to(server: MockServer) -> None:
    said = 'output[0]: expected JSON (text.format Place), got "Hi"'
    asked: dict[str, Any] = {"input": "Hi", "text": {"format": FORMAT}}
    assert told(server, lambda request: request.input_text, **asked) == [said]
    assert told(server, reply_of("{{ input }}", template=True), **asked) == [said]


def test_streams_and_websockets_are_held_too(server: MockServer) -> None:
    with server.session(strict_steps="fail", log_misses=False) as mine:
        mine.script(function_call("f"), function_call("f"))
        with pytest.raises(openai.UnprocessableEntityError):
            mine.client().responses.create(model="gpt-5", input="x", stream=True)
        with mine.client().responses.connect() as connection:
            connection.response.create(model="gpt-5", input="x")
            event: Any = next(iter(connection))
        assert (event.type, event.error.code) == ("error", "mockserver_impossible_step")


def test_scripted_cassettes_are_held_and_recorded_ones_are_not(
    server: MockServer, tmp_path: Path
) -> None:
    path = tmp_path / "chat.yaml"
    call = {"type": "function_call", "name": "f", "arguments": {}}
    body = {"model": "gpt-5", "input": "Hi"}
    recorded = {"id": "resp_1", "object": "response", "output": [{**call, "id": "fc_1"}]}
    interaction = {
        "request": {
            "method": "POST",
            "uri": "https://api.openai.com/v1/responses",
            "headers": {},
            "body": json.dumps(body),
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {},
            "body": {"string": json.dumps(recorded)},
        },
    }
    scripted = {"when": {"input": "Other"}, "reply": {"output": [call]}}
    path.write_text(json.dumps({"interactions": [scripted, interaction]}))
    with server.session(cassette=path, strict_steps="fail", log_misses=False) as mine:
        assert mine.client().responses.create(model="gpt-5", input="Hi").id == "resp_1"
        with pytest.raises(openai.UnprocessableEntityError, match=f"{path.name}:"):
            mine.client().responses.create(model="gpt-5", input="Other")


def test_a_structured_output_of_ones_own_class_fits(server: MockServer) -> None:
    class Place(BaseModel):
        city: str
        zip: int | None

    with server.session(strict_steps="fail", log_misses=False) as mine:
        mine.script(Place(city="Paris", zip=None))
        parsed = mine.client().responses.parse(model="gpt-5", input="x", text_format=Place)
        assert parsed.output_parsed == Place(city="Paris", zip=None)


def test_serve_tells_standard_error_once(tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text(
        "interactions:\n- reply: {output: [{type: function_call, name: f}]}\n  times: 2\n"
    )
    with ServerProcess(str(path)) as process:
        client = openai.OpenAI(base_url=process.url, api_key="any")
        for _ in range(2):
            client.responses.create(model="gpt-5", input="x")
        verified = client.get("../__mockserver__/verify", cast_to=object)
        client.close()
        process.process.terminate()
        _, errors = process.finish()
    assert errors.startswith(f"mockserver: {path}:2: reply ")
    assert errors.count("expected no call: none is offered") == 1
    assert verified == {"ok": True, "unplayed": [], "warnings": [errors.rstrip("\n")]}
