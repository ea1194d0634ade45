"""Members that the API does not know: refused at every depth, or left out where that is asked for.

What the server itself sends has none, so that every item can be sent back.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings

from conftest import Serve
from legal_items import BY_TYPE
from mockserver.api import OPEN_RESPONSES, OPENAI, ApiError, create_request
from mockserver.compose import Answer, estimate, identify
from mockserver.script import to_step

FREE = frozenset(
    ("annotations", "arguments", "error", "logprobs", "output_schema", "parameters", "schema")
)
"""What may hold anything: schemas, arguments, errors of tools, and what a text came with."""

REQUEST: dict[str, Any] = {
    "model": "gpt-5.6-terra",
    "conversation": {"id": "conv_1"},
    "context_management": [{"type": "compaction", "compact_threshold": 1000}],
    "input": [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Hi"},
                {"type": "input_image", "image_url": "https://example.com/a.png"},
                {"type": "input_file", "file_id": "file-1"},
            ],
        },
        {"role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]},
        {"type": "item_reference", "id": "msg_1"},
        {"type": "function_call_output", "call_id": "call_1", "output": "1"},
    ],
    "moderation": {"model": "omni-moderation-latest", "policy": {"input": {"mode": "score"}}},
    "prompt": {"id": "pmpt_1"},
    "prompt_cache_options": {"mode": "implicit"},
    "reasoning": {"effort": "low"},
    "stream": True,
    "stream_options": {"include_obfuscation": False},
    "text": {"format": {"type": "json_schema", "name": "n", "schema": {}}, "verbosity": "low"},
    "tool_choice": {"type": "function", "name": "f"},
    "tools": [
        {"type": "function", "name": "f", "parameters": {"type": "object"}},
        {"type": "custom", "name": "c", "format": {"type": "text"}},
        {"type": "web_search", "user_location": {"type": "approximate"}, "filters": {}},
        {"type": "file_search", "vector_store_ids": ["vs_1"], "ranking_options": {}},
        {"type": "mcp", "server_label": "s", "require_approval": {"never": {"tool_names": []}}},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "image_generation", "input_image_mask": {"file_id": "file-1"}},
        {"type": "shell", "environment": {"type": "local"}},
        {"type": "namespace", "name": "n", "tools": [{"type": "custom", "name": "c"}]},
    ],
}


def objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within, with its path, except in what may hold anything."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from objects(each, f"{path}[{index}]")
    elif isinstance(value, dict):
        yield path, value
        for key, each in value.items():
            if key not in FREE:
                yield from objects(each, f"{path}.{key}" if path else key)


PLACES = [path for path, _ in objects(REQUEST, "") if path]


@pytest.mark.parametrize("place", PLACES)
def test_a_member_that_is_unknown_is_refused_at_every_depth(place: str) -> None:
    body = copy.deepcopy(REQUEST)
    dict(objects(body, ""))[place]["bogus"] = 1
    with pytest.raises(ApiError) as caught:
        create_request(body, dialect=OPENAI)
    error = caught.value
    assert error.message == f"Unknown parameter: '{place}.bogus'."
    assert (error.status, error.code, error.param) == (400, "unknown_parameter", f"{place}.bogus")


@pytest.mark.parametrize("allow", [True, False], ids=["allow_unknown", "open-responses"])
def test_members_that_are_ignored_are_gone_at_every_depth(allow: bool) -> None:
    dialect = OPENAI if allow else OPEN_RESPONSES
    known = {key: value for key, value in REQUEST.items() if key != "conversation"}
    body = copy.deepcopy(known)
    for _, found in list(objects(body, "")):
        found["bogus"] = {"x": [1]}
    assert create_request(body, dialect=dialect, allow_unknown=allow).body == known


@pytest.mark.parametrize("kind", BY_TYPE)
def test_what_was_sent_can_be_sent_back_and_nothing_beyond_it(kind: str) -> None:
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(BY_TYPE[kind])
    def check(written: dict[str, Any]) -> None:
        item = sent(written)
        create_request({"model": "gpt-4o", "input": [item]}, dialect=OPENAI)
        for place, _ in objects(item, "input[0]"):
            changed = copy.deepcopy(item)
            dict(objects(changed, "input[0]"))[place]["bogus"] = None
            with pytest.raises(ApiError) as caught:
                create_request({"model": "gpt-4o", "input": [changed]}, dialect=OPENAI)
            assert caught.value.param == f"{place}.bogus"

    check()


def sent(written: dict[str, Any]) -> dict[str, Any]:
    """The item as a Response holds it."""
    step = to_step({"reply": {"output": [written]}})
    assert step.reply is not None
    include = ["reasoning.encrypted_content", "web_search_call.action.sources"]
    answer = Answer(
        create_request({"model": "gpt-5", "input": "x", "include": include}, dialect=OPENAI),
        step.reply,
        identify(seed=1, request=b"same", occurrence=0),
        dialect=OPENAI,
        tokenizer=estimate(),
    )
    (item,) = json.loads(json.dumps(answer.body()["output"]))
    return dict(item)


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ({"type": "reasoning", "id": "rs_1", "summary": [], "status": "completed"}, "status"),
        ({"type": "reasoning", "id": "rs_1", "summary": [], "status": None}, "status"),
        ({"role": "user", "content": "Hi", "phase": "final_answer"}, "phase"),
        ({"role": "assistant", "content": "Hi", "tool_calls": []}, "tool_calls"),
        (
            {"role": "assistant", "content": [{"type": "output_text", "text": "", "parsed": None}]},
            "content[0].parsed",
        ),
    ],
)
def test_what_clients_send_by_mistake(item: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        create_request({"model": "gpt-5", "input": [item]}, dialect=OPENAI)
    assert caught.value.message == f"Unknown parameter: 'input[0].{param}'."


def test_a_function_in_the_form_of_chat_completions_lacks_its_name() -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    with pytest.raises(ApiError) as caught:
        create_request({"model": "gpt-5", "input": "Hi", "tools": [tool]}, dialect=OPENAI)
    assert caught.value.message == "Missing required parameter: 'tools[0].name'."


def test_a_server_that_ignores_unknown_members_does_not_keep_them(serve: Serve) -> None:
    server = serve(allow_unknown=True)
    item = {"role": "user", "content": "Hi", "bogus": 1}
    body = {"model": "gpt-5", "input": [item], "bogus": 1}
    response = httpx2.post(f"{server.url}/responses", json=body)
    assert response.status_code == 200
    listed = httpx2.get(f"{server.url}/responses/{response.json()['id']}/input_items")
    assert "bogus" not in listed.text
