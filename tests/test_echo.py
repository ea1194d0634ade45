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


def test_the_mode_of_reasoning(serve: Serve) -> None:
    assert echoed(serve, reasoning={"mode": "pro"})["reasoning"]["mode"] == "pro"
    assert echoed(serve)["reasoning"]["mode"] == "standard"
    assert "mode" not in echoed(serve, model="gpt-4.1")["reasoning"]


def test_the_retention_that_was_asked_for_is_repeated(serve: Serve) -> None:
    assert echoed(serve)["prompt_cache_retention"] == "24h"
    asked = echoed(serve, prompt_cache_retention="in_memory")
    assert asked["prompt_cache_retention"] == "in_memory"


def test_a_format_is_whole_and_in_the_order_of_the_alphabet(serve: Serve) -> None:
    wanted = {"type": "json_schema", "schema": SCHEMA, "name": "answer"}
    text = echoed(serve, text={"format": wanted, "verbosity": "low"})["text"]
    assert list(text["format"].items()) == [
        ("type", "json_schema"),
        ("description", None),
        ("name", "answer"),
        ("schema", SCHEMA),
        ("strict", True),
    ]
    assert text["verbosity"] == "low"
    assert echoed(serve)["text"] == {"format": {"type": "text"}, "verbosity": "medium"}


def test_a_choice_of_a_tool_is_in_the_order_of_the_alphabet(serve: Serve) -> None:
    tool = {"type": "function", "name": "f", "parameters": SCHEMA}
    chosen = echoed(serve, tools=[tool], tool_choice={"type": "function", "name": "f"})
    assert list(chosen["tool_choice"].items()) == [("name", "f"), ("type", "function")]
