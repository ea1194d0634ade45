"""What a Response repeats of its request, completed as the API completes it."""

from typing import Any

import httpx2
import pytest

from conftest import Serve
from mockserver.api import Json

SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}


def echoed(serve: Serve, **body: Any) -> Json:
    """The Response to a request."""
    served = serve(on_miss="echo")
    reply = httpx2.post(f"{served.url}/responses", json={"model": "gpt-5.4", "input": "Hi", **body})
    found: Json = reply.raise_for_status().json()
    return found


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("disabled", "disabled"), ("auto", "enabled"), ("enabled", "enabled"), (None, "enabled")],
)
def test_pictures_are_compressed_unless_that_is_disabled(
    serve: Serve, asked: str | None, shown: str
) -> None:
    image = {} if asked is None else {"context_compression": asked}
    assert echoed(serve, image=image)["image"] == {"context_compression": shown}


def test_what_was_not_sent_is_not_there(serve: Serve) -> None:
    assert not {"image", "conversation"} & echoed(serve).keys()


@pytest.mark.parametrize(
    ("model", "asked", "shown"),
    [
        ("gpt-5.4", {}, (None, "none", "current_turn")),
        ("gpt-5.4", {"effort": "high", "summary": "auto"}, ("detailed", "high", "current_turn")),
        ("gpt-5.4", {"generate_summary": "auto"}, ("detailed", "none", "current_turn")),
        ("gpt-5.4", {"summary": "concise"}, ("concise", "none", "current_turn")),
        ("gpt-5.4", {"context": "all_turns"}, (None, "none", "all_turns")),
        ("gpt-5.6", {"context": "auto"}, (None, "medium", "all_turns")),
    ],
)
def test_reasoning(serve: Serve, model: str, asked: Json, shown: tuple[Any, ...]) -> None:
    found = echoed(serve, model=model, reasoning=asked)["reasoning"]
    assert (found["summary"], found["effort"], found["context"]) == shown


def test_a_format_is_whole_and_in_the_order_of_the_alphabet(serve: Serve) -> None:
    wanted = {"type": "json_schema", "schema": SCHEMA, "name": "answer"}
    text = echoed(serve, text={"format": wanted, "verbosity": "low"})["text"]
    assert list(text["format"].items()) == [
        ("type", "json_schema"),
        ("description", None),
        ("name", "answer"),
        ("schema", SCHEMA),
        ("strict", False),
    ]
    assert text["verbosity"] == "low"
    assert echoed(serve)["text"] == {"format": {"type": "text"}, "verbosity": "medium"}


def test_a_function_is_strict_where_its_schema_can_be(serve: Serve) -> None:
    loose = {"type": "object", "additionalProperties": {"type": "string"}}
    tools = [
        {"type": "function", "name": "tight", "parameters": SCHEMA},
        {"type": "function", "name": "loose", "parameters": loose},
        {"type": "function", "name": "as_said", "parameters": SCHEMA, "strict": False},
    ]
    tight, open_, as_said = echoed(serve, tools=tools)["tools"]
    assert tight["strict"] is True
    assert tight["parameters"] == {**SCHEMA, "required": ["a"], "additionalProperties": False}
    assert (open_["strict"], open_["parameters"]) == (False, loose)
    assert (as_said["strict"], as_said["parameters"]) == (False, SCHEMA)
    assert list(tight) == [
        "type",
        "description",
        "name",
        "output_schema",
        "parameters",
        "strict",
    ]


def test_functions_come_first_and_namespaces_last(serve: Serve) -> None:
    inner = {"type": "function", "name": "inner", "parameters": SCHEMA}
    tools = [
        {"type": "namespace", "name": "crm", "description": "", "tools": [inner]},
        {"type": "web_search"},
        {"type": "function", "name": "f", "parameters": SCHEMA},
    ]
    found = echoed(serve, tools=tools)["tools"]
    assert [tool["type"] for tool in found] == ["function", "web_search", "namespace"]
    assert found[2]["tools"][0]["strict"] is True


def test_a_tool_that_the_input_brings_stands_for_the_one_offered(serve: Serve) -> None:
    offered = {"type": "function", "name": "f", "description": "old", "parameters": SCHEMA}
    brought = {**offered, "description": "new"}
    items = [
        {"type": "additional_tools", "role": "developer", "tools": [brought]},
        {"role": "user", "content": "Hi"},
    ]
    found = echoed(serve, model="gpt-5.6", input=items, tools=[offered])["tools"]
    assert [(tool["name"], tool["description"]) for tool in found] == [("f", "new")]


def test_a_choice_of_a_tool_is_in_the_order_of_the_alphabet(serve: Serve) -> None:
    tool = {"type": "function", "name": "f", "parameters": SCHEMA}
    chosen = echoed(serve, tools=[tool], tool_choice={"type": "function", "name": "f"})
    assert list(chosen["tool_choice"].items()) == [("name", "f"), ("type", "function")]
