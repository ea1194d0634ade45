"""Answers that nobody scripted: useful, valid, and the same for the same request."""

import json
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from conftest import Serve, Served

Json = dict[str, Any]
WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
    "strict": True,
}
FINAL: Json = {"type": "function", "name": "final_result", "description": "Give the final answer."}
EVENT: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "guests": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
    "required": ["name", "date", "guests"],
    "additionalProperties": False,
}


def post(server: Served, status: int = 200, **body: Any) -> Json:
    reply = httpx2.post(
        f"{server.url}/responses", json={"model": "gpt-4.1", "input": "Hello", **body}
    )
    assert reply.status_code == status, reply.text
    answer: Json = reply.json()
    return answer


def streamed(server: Served, **body: Any) -> list[Json]:
    reply = httpx2.post(
        f"{server.url}/responses",
        json={"model": "gpt-4.1", "input": "Hello", "stream": True, **body},
    )
    assert reply.status_code == 200, reply.text
    return [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]


def text_of(response: Json) -> str:
    return "".join(
        part["text"] for item in response["output"] for part in item.get("content") or ()
    )


def calls(response: Json) -> list[str]:
    return [item["name"] for item in response["output"] if item["type"] == "function_call"]


def answer_calls(server: Served, first: Json, **body: Any) -> Json:
    """The turn that follows a response, with an output for each of its calls."""
    ids = [item["call_id"] for item in first["output"] if item["type"] == "function_call"]
    outputs = [
        {"type": "function_call_output", "call_id": call_id, "output": "42"} for call_id in ids
    ]
    return post(server, previous_response_id=first["id"], input=outputs, **body)


class TestText:
    def test_the_same_streamed_or_not(self, serve: Serve) -> None:
        server = serve()
        events = streamed(server)
        deltas = [
            event["delta"] for event in events if event["type"] == "response.output_text.delta"
        ]
        assert "".join(deltas) == text_of(post(server)) == text_of(events[-1]["response"])

    def test_several_words_make_several_deltas(self, serve: Serve) -> None:
        events = streamed(serve())
        words = text_of(events[-1]["response"]).split()
        assert len(words) > 1
        assert sum(event["type"] == "response.output_text.delta" for event in events) >= len(words)

    def test_every_time_the_same_and_no_other(self, serve: Serve) -> None:
        one, two = serve(seed=1), serve(seed=1)
        assert text_of(post(one)) == text_of(post(one)) == text_of(post(two))
        assert text_of(post(one)) != text_of(post(one, input="Good bye"))
        assert text_of(post(one)) != text_of(post(serve(seed=2)))

    def test_a_reasoning_model_reasons_first(self, serve: Serve) -> None:
        server = serve()
        assert [item["type"] for item in post(server, model="gpt-5")["output"]] == [
            "reasoning",
            "message",
        ]
        quiet = post(server, model="gpt-5.4", reasoning={"effort": "none"})
        assert [item["type"] for item in quiet["output"]] == ["message"]
        told = post(server, model="gpt-5", reasoning={"summary": "auto"})["output"][0]
        assert told["summary"][0]["text"].startswith("**")

    @pytest.mark.parametrize("model", ["gpt-5", "gpt-5.4", "o3"])
    def test_thought_grows_with_the_effort_told_or_not(self, serve: Serve, model: str) -> None:
        server = serve()

        def thought(effort: str, **more: str) -> int:
            usage = post(server, model=model, reasoning={"effort": effort, **more})["usage"]
            return int(usage["output_tokens_details"]["reasoning_tokens"])

        untold = [thought(effort) for effort in ("low", "medium", "high")]
        assert 0 < untold[0] < untold[1] < untold[2]
        assert [thought(effort, summary="auto") for effort in ("low", "medium", "high")] == untold

    def test_where_nothing_was_thought_there_is_nothing_to_tell(self, serve: Serve) -> None:
        reasoning = {"effort": "minimal", "summary": "auto"}
        made = post(serve(), model="gpt-5", reasoning=reasoning)
        assert made["output"][0]["summary"] == []
        assert made["usage"]["output_tokens_details"] == {"reasoning_tokens": 0}

    def test_echo_says_what_the_user_said(self, serve: Serve) -> None:
        assert text_of(post(serve(on_miss="echo"), input="Say this.")) == "Say this."


class TestFunctions:
    def test_a_call_with_valid_arguments(self, serve: Serve) -> None:
        call = post(serve(), tools=[WEATHER])["output"][0]
        assert (call["type"], call["name"]) == ("function_call", "get_weather")
        jsonschema_rs.validator_for(WEATHER["parameters"]).validate(json.loads(call["arguments"]))

    def test_streamed_arguments_add_up(self, serve: Serve) -> None:
        events = streamed(serve(), tools=[WEATHER])
        deltas = "".join(
            e["delta"] for e in events if e["type"] == "response.function_call_arguments.delta"
        )
        assert deltas == events[-1]["response"]["output"][0]["arguments"]

    def test_a_message_once_the_outputs_are_in(self, serve: Serve) -> None:
        server = serve()
        second = answer_calls(server, post(server, tools=[WEATHER]), tools=[WEATHER])
        assert [item["type"] for item in second["output"]] == ["message"]
        third = post(
            server, tools=[WEATHER], previous_response_id=second["id"], input="And in London?"
        )
        assert calls(third) == ["get_weather"]

    @pytest.mark.parametrize("tools", [[WEATHER, FINAL], [FINAL, WEATHER]])
    def test_agents_that_end_with_a_final_tool_do_end(
        self, serve: Serve, tools: list[Json]
    ) -> None:
        server = serve()
        body: Json = {"tools": tools, "tool_choice": "required"}
        response, called = post(server, input="What is the weather?", **body), list[str]()
        while "final_result" not in (called := [*called, *calls(response)]):
            assert len(called) < len(tools)
            response = answer_calls(server, response, **body)
        assert called == ["get_weather", "final_result"]

    def test_the_tool_that_fits_the_words_of_the_user(self, serve: Serve) -> None:
        server = serve()
        tools = [
            {"type": "function", "name": "lookup", "description": "Find a customer by e-mail."},
            {"type": "function", "name": "getStockPrice"},
            {"type": "function", "name": "send_mail"},
        ]
        said = {
            "What is the stock price of ACME?": "getStockPrice",
            "Who is this customer?": "lookup",
            "Hi": "lookup",
        }
        for text, name in said.items():
            assert calls(post(server, tools=tools, input=text)) == [name]

    def test_what_a_description_or_a_namespace_says_counts(self, serve: Serve) -> None:
        server = serve()
        inner = {"type": "function", "name": "create", "description": "", "parameters": {}}
        tools = [
            {"type": "function", "name": "first"},
            {"type": "function", "name": "second", "description": "Books the flights."},
            {"type": "namespace", "name": "invoices", "description": "", "tools": [inner]},
        ]
        said = {"I want a flight to Rome": "second", "An invoice, please": "create"}
        for text, name in said.items():
            assert calls(post(server, model="gpt-5.4", tools=tools, input=text)) == [name]

    def test_a_tool_that_was_called_is_not_called_again(self, serve: Serve) -> None:
        server = serve()
        namespaces = [
            {"type": "namespace", "name": name, "description": "", "tools": [{**FINAL}]}
            for name in ("one", "two")
        ]
        body: Json = {"model": "gpt-5.4", "tools": namespaces, "tool_choice": "required"}
        first = post(server, **body)
        second = answer_calls(server, first, **body)
        called = [
            item["namespace"]
            for response in (first, second)
            for item in response["output"]
            if item["type"] == "function_call"
        ]
        assert called == ["one", "two"]

    def test_tool_choice(self, serve: Serve) -> None:
        server, tools = serve(), [WEATHER, FINAL]
        assert calls(post(server, tools=tools, tool_choice="none")) == []
        named = {"type": "function", "name": "final_result"}
        assert calls(post(server, tools=tools, tool_choice=named)) == ["final_result"]
        for mode in ("auto", "required"):
            choice = {"type": "allowed_tools", "mode": mode, "tools": [named]}
            assert calls(post(server, tools=tools, tool_choice=choice)) == ["final_result"]

    def test_a_query_is_what_the_user_asks(self, serve: Serve) -> None:
        properties = {"query": {"type": "string", "description": "What to look for."}}
        tool = {
            "type": "function",
            "name": "search",
            "parameters": {"type": "object", "properties": properties},
        }
        tool["parameters"]["required"] = ["query"]  # type: ignore[index]
        call = post(serve(), tools=[tool], input="What is\n a monad?")["output"][0]
        assert json.loads(call["arguments"])["query"] == "What is a monad?"

    def test_arguments_that_cannot_be_are_explained(self, serve: Serve) -> None:
        parameters = {"type": "object", "properties": {"a": {"enum": []}}, "required": ["a"]}
        tool = {"type": "function", "name": "impossible", "parameters": parameters, "strict": False}
        error = post(serve(), 422, tools=[tool])["error"]
        assert error["code"] == "mockserver_schema_error"
        assert "tool 'impossible'" in error["message"]


class TestDocuments:
    def test_json_schema(self, serve: Serve) -> None:
        text = {"format": {"type": "json_schema", "name": "event", "schema": EVENT, "strict": True}}
        written = text_of(post(serve(), text=text))
        jsonschema_rs.validator_for(EVENT).validate(json.loads(written))
        assert written == json.dumps(json.loads(written), separators=(",", ":"), ensure_ascii=False)

    def test_json_object(self, serve: Serve) -> None:
        text = {"format": {"type": "json_object"}}
        assert isinstance(
            json.loads(text_of(post(serve(), text=text, input="Answer in JSON."))), dict
        )

    def test_a_document_once_the_outputs_are_in(self, serve: Serve) -> None:
        server = serve()
        body: Json = {
            "tools": [WEATHER],
            "text": {"format": {"type": "json_schema", "name": "e", "schema": EVENT}},
        }
        second = answer_calls(server, post(server, **body), **body)
        jsonschema_rs.validator_for(EVENT).validate(json.loads(text_of(second)))


class TestUsage:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"model": "gpt-5"},
            {"tools": [WEATHER]},
            {"tools": [{"type": "web_search"}], "tool_choice": "required"},
            {"tools": [{"type": "image_generation"}], "tool_choice": "required"},
            {"input": "."},
        ],
    )
    def test_it_adds_up_and_is_never_zero(self, serve: Serve, body: Json) -> None:
        usage = post(serve(), **body)["usage"]
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
        assert min(usage["input_tokens"], usage["output_tokens"]) > 0
        assert usage["output_tokens_details"]["reasoning_tokens"] <= usage["output_tokens"]
        assert usage["input_tokens_details"]["cached_tokens"] <= usage["input_tokens"]

    def test_it_counts_the_history(self, serve: Serve) -> None:
        server = serve()
        first = post(server)
        second = post(server, previous_response_id=first["id"])
        grown = second["usage"]["input_tokens"] - first["usage"]["input_tokens"]
        assert grown >= first["usage"]["output_tokens"]

    def test_streams_report_the_same(self, serve: Serve) -> None:
        server = serve()
        assert streamed(server)[-1]["response"]["usage"] == post(server)["usage"]


@pytest.mark.parametrize(("model", "kind"), [("gpt-5.4", "namespace"), ("gpt-5.6", "function")])
def test_tools_that_the_input_brings_in(serve: Serve, model: str, kind: str) -> None:
    later = {"type": "additional_tools", "role": "developer", "tools": [WEATHER]}
    reply = post(serve(), model=model, input=[later, {"role": "user", "content": "Hello"}])
    assert [tool["type"] for tool in reply["tools"]] == [kind]


def test_minimal_effort_of_models_that_know_it_no_more(serve: Serve) -> None:
    server, models = serve(), ("gpt-5", "gpt-5.6")
    efforts = [
        post(server, model=model, reasoning={"effort": "minimal"})["reasoning"]["effort"]
        for model in models
    ]
    assert efforts == ["minimal", "low"]


@pytest.mark.parametrize(
    ("schema", "detail"),
    [
        ({"required": "a"}, "'a' is not of type 'array'"),
        ({"properties": {"a": {"required": True}}}, "True is not of type 'array'"),
        (
            {"properties": {"a": {"multipleOf": 0}}},
            "0 is less than or equal to the minimum of 0",
        ),
        (
            {"properties": {"a": {"type": "foo"}}},
            "'foo' is not valid under any of the given schemas",
        ),
    ],
)
def test_what_is_no_schema_is_refused(serve: Serve, schema: Json, detail: str) -> None:
    server = serve()
    schema = {"type": "object", **schema}
    tool = {"type": "function", "name": "f", "strict": False, "parameters": schema}
    error = post(server, 400, tools=[tool])["error"]
    assert error["message"] == f"Invalid schema for function 'f': {detail}"
    assert (error["param"], error["code"]) == (
        "tools[0].parameters",
        "invalid_function_parameters",
    )
    wanted = {"type": "json_schema", "name": "n", "strict": False, "schema": schema}
    error = post(server, 400, text={"format": wanted})["error"]
    assert error["message"] == f"Invalid schema for response_format 'n': {detail}"
    assert (error["param"], error["code"]) == ("text.format.schema", "invalid_json_schema")


@pytest.mark.parametrize(
    "more",
    [
        {"allOf": [{"properties": {"query": {"maxLength": 3}}}]},
        {"not": {"properties": {"query": {"pattern": "Paris"}}}},
    ],
)
def test_what_the_user_asks_for_is_put_in_only_where_it_fits(serve: Serve, more: Json) -> None:
    schema = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    server = serve()
    for parameters in (schema, {**schema, **more}):
        tool = {"type": "function", "name": "f", "strict": False, "parameters": parameters}
        call = next(
            item
            for item in post(server, input="What of Paris?", tools=[tool])["output"]
            if item["type"] == "function_call"
        )
        arguments = json.loads(call["arguments"])
        jsonschema_rs.validate(parameters, arguments)
        assert (arguments["query"] == "What of Paris?") == (parameters is schema)
