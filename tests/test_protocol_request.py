import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.api import OPENAI, CreateRequest, Json, ToolOutput, parse_create

USER = {"role": "user", "content": "Weather in Paris?"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}


def request(**body: Any) -> CreateRequest:
    return CreateRequest({"model": "gpt-5", **body})


def test_defaults_of_an_empty_request() -> None:
    empty = CreateRequest({})
    assert empty.model == "gpt-4o-mini"
    assert empty.input_items == []
    assert empty.input_text == ""
    assert empty.instructions is None
    assert empty.tools == []
    assert empty.tool_choice == "auto"
    assert empty.text_format == {"type": "text"}
    assert empty.reasoning == {}
    assert empty.metadata == {}
    assert empty.context_management == []
    assert empty.include == frozenset()
    assert (empty.stream, empty.background, empty.store, empty.generate) == (
        False,
        False,
        True,
        True,
    )
    assert (empty.parallel_tool_calls, empty.include_obfuscation) == (True, True)
    assert (empty.max_output_tokens, empty.max_tool_calls, empty.top_logprobs) == (None, None, 0)
    assert empty.truncation == "disabled"
    assert (empty.previous_response_id, empty.conversation_id) == (None, None)


def test_parameters_are_read_from_the_body() -> None:
    full = request(
        stream=True,
        stream_options={"include_obfuscation": False},
        include=["reasoning.encrypted_content"],
        text={"format": {"type": "json_object"}},
        conversation={"id": "conv_1"},
        store=False,
        parallel_tool_calls=False,
        max_output_tokens=16,
    )
    assert full.stream
    assert not full.include_obfuscation
    assert full.include == {"reasoning.encrypted_content"}
    assert full.text_format == {"type": "json_object"}
    assert full.conversation_id == request(conversation="conv_1").conversation_id == "conv_1"
    assert (full.store, full.parallel_tool_calls, full.max_output_tokens) == (False, False, 16)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (
            "Hi",
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        ),
        (
            [{"role": "developer", "content": "Hi"}],
            {
                "type": "message",
                "role": "developer",
                "content": [{"type": "input_text", "text": "Hi"}],
            },
        ),
        (
            [{"role": "assistant", "content": "Hi"}],
            {
                "type": "message",
                "role": "assistant",
                "content": [
                    {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi"}
                ],
            },
        ),
        ([{"id": "msg_1"}], {"type": "item_reference", "id": "msg_1"}),
        ([CALL], CALL),
        (
            [
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "Hi"}],
                    "x": 1,
                }
            ],
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "Hi"}],
                "x": 1,
            },
        ),
    ],
)
def test_input_becomes_items(sent: str | list[Json], read: Json) -> None:
    (item,) = request(input=sent).input_items
    assert item == read
    assert list(item) == list(read)


def test_input_text_is_that_of_the_last_user_message() -> None:
    parts = [{"type": "input_text", "text": "b"}, {"type": "input_image", "image_url": "x"}]
    asked = request(
        input=[
            USER,
            {"role": "user", "content": [*parts, {"type": "input_text", "text": "c"}]},
            CALL,
            OUTPUT,
        ]
    )
    assert asked.input_text == "b\nc"


def test_tool_outputs_by_name_and_in_order() -> None:
    other = {"type": "custom_tool_call", "call_id": "call_2", "name": "grep", "input": "x"}
    found = {
        "type": "custom_tool_call_output",
        "call_id": "call_2",
        "output": [{"type": "input_text", "text": "1"}],
    }
    asked = request(input=[CALL, OUTPUT, USER, CALL, other, found, OUTPUT])
    assert asked.tool_output_list == [
        ToolOutput("grep", "call_2", "custom_tool_call_output", "1"),
        ToolOutput("get_weather", "call_1", "function_call_output", "18 °C"),
    ]
    assert asked.tool_outputs == {"grep": "1", "get_weather": "18 °C"}
    assert request(input=[CALL, OUTPUT, USER]).tool_outputs == {}


def test_shell_output_and_images_have_text_or_none() -> None:
    shell = {"type": "shell_call", "call_id": "call_3", "action": {"commands": ["ls"]}}
    ran = {
        "type": "shell_call_output",
        "call_id": "call_3",
        "output": [{"stdout": "a\n", "stderr": "!"}],
    }
    seen = {
        "type": "computer_call_output",
        "call_id": "call_4",
        "output": {"type": "computer_screenshot"},
    }
    assert request(input=[shell, ran, seen]).tool_outputs == {"shell_call": "a\n!", "call_4": ""}


def test_history_names_the_calls_that_the_input_answers() -> None:
    asked = request(input=[OUTPUT])
    assert asked.tool_outputs == {"call_1": "18 °C"}
    history: list[Json] = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Paris?"}]},
        CALL,
    ]
    resolved = asked.in_context(history, [OUTPUT])
    assert resolved.tool_outputs == {"get_weather": "18 °C"}
    assert resolved.input_text == "Paris?"
    assert resolved.items == [*history, OUTPUT]
    assert resolved.input_items == [OUTPUT]


def test_canonical_form_is_the_same_streamed_or_not() -> None:
    plain = CreateRequest({"model": "gpt-5", "input": "é"})
    streamed = CreateRequest({"input": "é", "stream": True, "stream_options": {}, "model": "gpt-5"})
    assert plain.canonical == streamed.canonical == '{"input":"é","model":"gpt-5"}'.encode()
    assert CreateRequest({"model": "gpt-5", "input": "e"}).canonical != plain.canonical


SAID = st.sampled_from(["hi", " ", ",", ":", '"input":', 'a"b', "\\", "é", "\u2028", "🙂", '","'])
SPACE = st.sampled_from(["", " ", "\n\t"])


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """The JSON text of a valid request that asks for one text, written in one of many ways."""
    text = draw(SAID)
    said: Any = draw(st.sampled_from([text, [{"role": "user", "content": text}]]))
    members: list[tuple[str, Any]] = [
        ("model", draw(st.sampled_from(["gpt-4o", "gpt-5"]))),
        ("input", draw(st.sampled_from([text, "before", [{"role": "user", "content": "and"}]]))),
        ("metadata", {"input": text, "input2": draw(SAID)}),
        ("metadata", {"input2": draw(SAID), "input": text}),
        ("instructions", draw(st.sampled_from([text, '"input": " "']))),
        ("stream", draw(st.booleans())),
        ("store", draw(st.booleans())),
    ]
    chosen = [members[0], *draw(st.lists(st.sampled_from(members), max_size=5)), ("input", said)]
    is_ascii, space = draw(st.booleans()), draw(SPACE)
    written = [
        f"{json.dumps(name)}{space}:{space}{json.dumps(value, ensure_ascii=is_ascii)}"
        for name, value in draw(st.permutations(chosen))
    ]
    return "{" + f",{space}".join(written) + "}"


@given(st.lists(json_texts(), min_size=1, max_size=4))
@settings(max_examples=300)
def test_what_is_remembered_of_a_json_text_shows_in_no_request(texts: list[str]) -> None:
    for text in texts:
        request = parse_create(text.encode(), dialect=OPENAI)
        same = CreateRequest(json.loads(text))
        assert json.dumps(request.body) == json.dumps(same.body)
        for name in ("canonical", "shape", "model", "stream", "store", "background", "include"):
            assert getattr(request, name) == getattr(same, name), name
        assert (request.is_only_text, request.history) == (same.is_only_text, same.history)
        assert request.input_items == same.input_items
