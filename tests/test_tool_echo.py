"""What a Response repeats of the tools and the format that were asked for."""

from typing import Any

import httpx2
import pytest

from conftest import Serve, Served

Json = dict[str, Any]
TEXT = {"type": "string"}
CLOSED = {
    "type": "object",
    "properties": {"a": TEXT},
    "required": ["a"],
    "additionalProperties": False,
}
PLACE = {"type": "approximate", "city": None, "country": "US", "region": None, "timezone": None}


def respond(server: Served, **body: Any) -> Json:
    server.script("Done.")
    reply = httpx2.post(f"{server.url}/responses", json={"model": "gpt-5", "input": "Hi", **body})
    assert reply.status_code == 200, reply.text
    answer: Json = reply.json()
    return answer


def echoed(server: Served, *tools: Json, **body: Any) -> list[Json]:
    tools_of: list[Json] = respond(server, tools=list(tools), **body)["tools"]
    return tools_of


def function(name: str = "f", **fields: Any) -> Json:
    return {"type": "function", "name": name, "parameters": {"type": "object"}, **fields}


@pytest.mark.parametrize(
    ("asked", "said"),
    [({}, True), ({"strict": None}, True), ({"strict": True}, True), ({"strict": False}, False)],
)
def test_a_json_schema_is_strict_unless_it_says_otherwise(
    serve: Serve, asked: Json, said: bool
) -> None:
    wanted = {"type": "json_schema", "name": "answer", "schema": CLOSED, **asked}
    assert respond(serve(), text={"format": wanted})["text"]["format"]["strict"] is said


def test_a_function_is_strict_whatever_its_schema_unless_it_says_otherwise(serve: Serve) -> None:
    stray = {"type": "object", "properties": {"a": TEXT, "b": {"oneOf": [TEXT]}}, "strict": True}
    loose = {"type": "object", "additionalProperties": {"type": "string"}}
    first, second, third = echoed(
        serve(),
        function("stray", parameters=stray),
        function("loose", parameters=loose),
        function("free", parameters=stray, strict=False),
    )
    assert first["strict"] is True
    assert first["parameters"] == {**stray, "required": ["a", "b"], "additionalProperties": False}
    assert (second["strict"], second["parameters"]) == (True, loose)
    assert (third["strict"], third["parameters"]) == (False, stray)


def test_a_custom_tool_without_a_format_takes_text(serve: Serve) -> None:
    grammar = {"type": "grammar", "syntax": "regex", "definition": "[a-z]+"}
    plain, strict = echoed(
        serve(),
        {"type": "custom", "name": "run", "description": "Runs."},
        {"type": "custom", "name": "spell", "format": grammar},
    )
    assert list(plain.items()) == [
        ("type", "custom"),
        ("description", "Runs."),
        ("format", {"type": "text"}),
        ("name", "run"),
    ]
    assert strict["format"] == grammar


@pytest.mark.parametrize("kind", ["web_search_preview", "web_search_preview_2025_03_11"])
def test_the_preview_of_web_search_repeats_two_keys(serve: Serve, kind: str) -> None:
    bare, full = echoed(
        serve(),
        {"type": kind},
        {"type": kind, "search_context_size": "low", "search_content_types": ["image"]},
    )
    assert bare == {"type": kind, "search_context_size": "medium", "user_location": PLACE}
    assert full == {"type": kind, "search_context_size": "low", "user_location": PLACE}


def test_web_search_says_which_contents_it_searches(serve: Serve) -> None:
    (tool,) = echoed(serve(), {"type": "web_search", "external_web_access": False})
    assert tool == {
        "type": "web_search",
        "return_token_budget": "default",
        "search_content_types": ["text"],
        "search_context_size": "medium",
        "user_location": PLACE,
    }


def test_image_generation_never_repeats_partial_images_and_fidelity(serve: Serve) -> None:
    tool = {"type": "image_generation", "partial_images": 2, "input_fidelity": "high"}
    (echo,) = echoed(serve(), {**tool, "quality": "low"})
    assert echo.keys().isdisjoint({"partial_images", "input_fidelity"})
    assert echo["quality"] == "low"


def test_programmatic_tool_calling_comes_first_and_namespaces_last(serve: Serve) -> None:
    namespace = {"type": "namespace", "name": "crm", "description": "", "tools": [function("n")]}
    tools: list[Json] = [
        namespace,
        {"type": "web_search"},
        function("one"),
        {"type": "programmatic_tool_calling"},
        function("two"),
    ]
    order = [tool.get("name") or tool["type"] for tool in echoed(serve(), *tools)]
    assert order == ["programmatic_tool_calling", "one", "two", "web_search", "crm"]


def search(tools: list[Json]) -> list[Json]:
    call = {"type": "tool_search_call", "call_id": "call_1", "execution": "client", "arguments": {}}
    output = {"type": "tool_search_output", "call_id": "call_1", "execution": "client"}
    return [{"role": "user", "content": "Hi"}, call, {**output, "tools": tools}]


@pytest.mark.parametrize("strict", [True, False, None])
def test_a_function_found_again_is_as_strict_as_the_offered_one(
    serve: Serve, strict: bool | None
) -> None:
    offered = function(parameters=CLOSED, defer_loading=True, strict=strict)
    other = None if strict is False else False
    found = function(parameters=CLOSED, defer_loading=True, strict=other)
    tools = [{"type": "tool_search", "execution": "client"}, offered]
    echo = echoed(serve(), *tools, model="gpt-5.6", input=search([found]))
    (one,) = [tool for tool in echo if tool["type"] == "function"]
    assert one["strict"] is (strict is not False)


def test_an_added_function_without_properties_requires_nothing(serve: Serve) -> None:
    def added(parameters: Json) -> Json:
        item = {"type": "additional_tools", "role": "developer"}
        tools = [function(parameters=parameters, strict=False)]
        body = [{**item, "tools": tools}, {"role": "user", "content": "Hi"}]
        (tool,) = echoed(serve(), model="gpt-5.6", input=body)
        parameters_of: Json = tool["parameters"]
        return parameters_of

    assert added({"type": "object", "properties": {}})["required"] == []
    assert "required" not in added({"type": "object", "properties": {"a": TEXT}})
    assert "required" not in added({"type": "object"})
