"""What must hold for a request, and what is said when it does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api import CreateRequest, find, parse_path
from mockserver.errors import ScriptError
from mockserver.script import (
    CONDITION_KEYS,
    MATCHER_WORDS,
    Arrival,
    Conditions,
    loads,
    same,
    to_conditions,
)
from named import named

CALL = {
    "type": "function_call",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city":"Paris"}',
}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}
REQUEST = CreateRequest(
    {
        "model": "gpt-5-mini",
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": "first"},
            {
                "role": "user",
                "content": [{"type": "input_text", "text": "What is the weather in Paris?"}],
            },
            CALL,
            OUTPUT,
        ],
        "tools": [{"type": "function", "name": "get_weather"}, {"type": "web_search"}],
        "previous_response_id": "resp_1",
        "metadata": {"user": "ann", "run": "7"},
        "temperature": 1,
        "stream": True,
        "text": {"format": {"type": "json_schema", "name": "event"}},
    }
)
EMPTY = CreateRequest({"model": "gpt-4o"})
ARRIVAL = Arrival({"x-team": "blue", "authorization": "Bearer key"}, "sse")

HOLD: list[dict[str, Any]] = [
    {},
    {"model": "gpt-5-mini"},
    {"model": "gpt-5*"},
    {"model": "gpt-[45]-mini"},
    {"model": {"regex": "^gpt-5"}},
    {"input": "What is the weather in Paris?"},
    {"input": {"equals": "What is the weather in Paris?"}},
    {"input": {"contains": "weather"}},
    {"input": {"contains": ["weather", "Paris"]}},
    {"input": {"regex": r"in (?P<city>\w+)\?$"}},
    {"input": {"contains": "weather", "regex": "Paris"}},
    {"input": {"exists": True}},
    {"instructions": "Be brief."},
    {"instructions": {"contains": "brief"}},
    {"item": {"type": "function_call"}},
    {"item": {"type": "function_call", "name": {"regex": "^get_"}}},
    {"item": {"content": [{"text": {"contains": "weather"}}]}},
    {"item": [{"type": "function_call"}, {"output": {"contains": "18"}}]},
    {"tool_outputs": {"get_weather": "18 °C"}},
    {"tool_outputs": {"get_weather": {"contains": "18"}}},
    {"tool_outputs": {"get_weather": {"exists": True}, "get_time": {"exists": False}}},
    {"tool_outputs": {"exists": True}},
    {"tools": ["web_search", "get_weather"]},
    {"tools": {"contains": "get_weather"}},
    {"tools": {"contains": ["web_search", "get_weather"]}},
    {"tools": {"regex": "^get_"}},
    {"tools": {"exists": True}},
    {"previous_response_id": "resp_1"},
    {"previous_response_id": {"exists": True}},
    {"metadata": {"user": "ann"}},
    {"metadata": {"user": {"regex": "^a"}, "none": {"exists": False}}},
    {"headers": {"X-Team": "blue"}},
    {"headers": {"authorization": {"contains": "Bearer"}, "x-other": {"exists": False}}},
    {"stream": True},
    {"transport": "sse"},
    {"json": {"$.temperature": 1}},
    {"json": {"$.temperature": 1.0}},
    {"json": {"$.input[2].name": "get_weather"}},
    {"json": {"$.input[-1].output": {"contains": "18"}}},
    {"json": {"$.tools[*].name": "get_weather"}},
    {"json": {"$.text.format": {"contains": {"name": "event"}}}},
    {"json": {"$.text.format": {"equals": {"name": "event", "type": "json_schema"}}}},
    {"json": {'$["metadata"].run': "7", "$.top_p": {"exists": False}}},
    {"predicate": lambda request: len(request.input_items) == 4},
]

FAIL: list[tuple[dict[str, Any], str, Any]] = [
    ({"model": "gpt-5"}, "model", "gpt-5-mini"),
    ({"model": "gpt-4*"}, "model", "gpt-5-mini"),
    ({"model": "t-5*"}, "model", "gpt-5-mini"),
    ({"input": "weather"}, "input", "What is the weather in Paris?"),
    ({"input": {"contains": ["weather", "Rome"]}}, "input", "What is the weather in Paris?"),
    ({"input": {"regex": "^weather"}}, "input", "What is the weather in Paris?"),
    ({"input": {"exists": False}}, "input", "What is the weather in Paris?"),
    ({"instructions": "Be"}, "instructions", "Be brief."),
    ({"item": {"type": "function_call", "name": "get_time"}}, "input[2].name", "get_weather"),
    ({"tool_outputs": {"get_weather": "18"}}, "tool_outputs.get_weather", "18 °C"),
    ({"tool_outputs": {"get_time": {"exists": True}}}, "tool_outputs.get_time", None),
    ({"tool_outputs": {"exists": False}}, "tool_outputs", ["get_weather"]),
    ({"tools": ["get_weather"]}, "tools", ["get_weather", "web_search"]),
    ({"tools": "get_weather"}, "tools", ["get_weather", "web_search"]),
    ({"tools": []}, "tools", ["get_weather", "web_search"]),
    ({"previous_response_id": {"exists": False}}, "previous_response_id", "resp_1"),
    ({"metadata": {"user": "bob"}}, "metadata.user", "ann"),
    ({"headers": {"X-Team": "red"}}, "headers.x-team", "blue"),
    ({"stream": False}, "stream", True),
    ({"transport": "websocket"}, "transport", "sse"),
    ({"json": {"$.temperature": True}}, "$.temperature", 1),
    ({"json": {"$.tools[*].type": "mcp"}}, "$.tools[*].type", ["function", "web_search"]),
    ({"json": {"$.top_p": 1}}, "$.top_p", None),
    ({"json": {"$.input[9].type": "message"}}, "$.input[9].type", None),
    ({"json": {"$.stream": {"exists": False}}}, "$.stream", True),
]

BAD: list[tuple[Any, str]] = [
    ({"inputs": "x"}, "did you mean 'input'?"),
    ({"nonsense_of_all_sorts": "x"}, "; known: headers"),
    ({"model": 3}, "'model' cannot be compared with 3"),
    ({"model": None}, "'model' cannot be compared with null"),
    ({"input": {}}, "'input' cannot be compared with {}"),
    ({"input": {"contain": "x"}}, "did you mean 'contains'?"),
    ({"input": {"regex": "("}}, "bad regular expression"),
    ({"input": {"regex": 3}}, "'regex' must be a string"),
    ({"input": {"contains": ""}}, "'contains' must be a string that is not empty"),
    ({"input": {"contains": 5}}, "'contains' must be a string"),
    ({"input": {"equals": 5}}, "'equals' must be a string"),
    ({"input": {"exists": "yes"}}, "'exists' must be true or false"),
    ({"input": {"exists": False, "contains": "x"}}, "can never hold"),
    ({"item": {}}, "'item' is empty"),
    ({"item": "message"}, "'item' must be a mapping"),
    ({"item": {"name": {"contians": "x"}}}, "'contians' is no matcher word"),
    ({"tool_outputs": {}}, "'tool_outputs' is empty"),
    ({"tool_outputs": "get_weather"}, "'tool_outputs' must be a mapping"),
    ({"tools": 3}, "'tools' cannot be compared with 3"),
    ({"tools": [3]}, "'tools' must be a list of names"),
    ({"metadata": {}}, "'metadata' is empty"),
    ({"headers": {"x": 1}}, "'x' cannot be compared with 1"),
    ({"stream": "yes"}, "'stream' must be true or false"),
    ({"transport": "tcp"}, "'transport' must be one of http, sse, websocket"),
    ({"json": {}}, "'json' is empty"),
    ({"json": {"temperature": 1}}, "does not begin with '$'"),
    ({"json": {"$..model": "x"}}, "cannot read the JSON path"),
    ({"json": {f"$.input[{'9' * 5000}]": "x"}}, "cannot read the JSON path '$.input[99"),
    ({"json": {"$.model": None}}, "'$.model' is null"),
    ({"json": {"$.model": {"eq": 1}}}, "unknown key 'eq'"),
    ({"predicate": "lambda r: True"}, "'predicate' must be a Python function"),
    ("model: x", "when must be a mapping"),
    ({3: "x"}, "the key 3 is not a string"),
]


@pytest.mark.parametrize("when", HOLD, ids=named)
def test_what_holds_has_no_differences(when: dict[str, Any]) -> None:
    assert to_conditions(when).differences(REQUEST, ARRIVAL) == []


@pytest.mark.parametrize(("when", "path", "actual"), FAIL, ids=named)
def test_a_difference_says_what_was_expected_and_what_came(
    when: dict[str, Any], path: str, actual: Any
) -> None:
    (difference,) = to_conditions(when).differences(REQUEST, ARRIVAL)
    assert (difference.path, difference.actual) == (path, actual)
    assert path in str(difference)
    assert difference.expected


@pytest.mark.parametrize(("when", "said"), BAD, ids=named)
def test_what_can_never_hold_is_an_error_when_it_is_scripted(when: Any, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        to_conditions(when, "tests/test_x.py:12")
    assert said in str(caught.value)
    assert str(caught.value).startswith("tests/test_x.py:12: ")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            "model:\n      contains: 5",
            "5: 'contains' must be a string that is not empty, or a list of them, not 5",
        ),
        ("input:\n      equals: 5", "5: 'equals' must be a string here, not 5"),
        ("metadata:\n      user:\n        equals: 5", "6: 'equals' must be a string here, not 5"),
        ("metadata: {}", "4: 'metadata' is empty. Leave it out, or name what you expect."),
        (
            "item:\n      type: message\n      name:\n        regex: '('",
            '7: bad regular expression "(": missing ), unterminated subpattern at position 0',
        ),
        ("stream: true\n    item: {}", "5: 'item' is empty. Name a field, such as `type`."),
        (
            "path: /x\n    model: m",
            "5: 'model' is about create requests, and 'path: /x' about any. Look into the body by "
            "its path: `json: {'$.model': …}`.",
        ),
        (
            "json:\n      $.model:\n        contains: x\n        exists: false",
            "7: '$.model' can never hold: what does not exist has no other property",
        ),
        (
            "headers:\n      x-a: b\n      x: 1",
            "6: 'x' cannot be compared with 1. Write a string (equals) or a mapping of equals, "
            "contains, regex, exists.",
        ),
    ],
)
def test_what_can_never_hold_is_told_with_its_line(when: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        loads(f"interactions:\n- reply: x\n  when:\n    {when}\n", "c.yaml")
    assert str(caught.value) == f"c.yaml:{said}"


def test_a_predicate_and_other_conditions_are_told_together() -> None:
    conditions = to_conditions(
        {"predicate": lambda _: False, "model": "y", "item": {"type": "mcp_call"}}
    )
    paths = [each.path for each in conditions.differences(REQUEST)]
    assert len(paths) == 3
    assert paths[0] == "model"
    assert paths[-1] == "predicate"


@pytest.mark.parametrize(
    ("part", "holds"),
    [
        ({"name": "web_search"}, False),
        ({"type": "web_search"}, True),
        ({"type": "function", "name": "get_weather"}, True),
        ({"type": "web_search", "name": "get_weather"}, False),
    ],
)
def test_a_list_contains_an_object_that_one_of_its_members_has(
    part: dict[str, Any], holds: bool
) -> None:
    differences = to_conditions({"json": {"$.tools": {"contains": part}}}).differences(REQUEST)
    assert (not differences) == holds


@pytest.mark.parametrize("answer", [False, 0, None, ""])
def test_a_predicate_that_says_no_is_named_with_its_answer(answer: Any) -> None:
    def is_polite(request: CreateRequest) -> Any:
        assert request is REQUEST
        return answer

    (difference,) = to_conditions({"predicate": is_polite}).differences(REQUEST, ARRIVAL)
    assert (difference.path, difference.actual) == ("predicate", answer)
    assert "is_polite to be true" in str(difference)


def test_where_there_is_no_item_the_whole_pattern_is_the_difference() -> None:
    (difference,) = to_conditions({"item": {"type": "message", "role": "user"}}).differences(EMPTY)
    assert (difference.path, difference.actual) == ("item", None)
    assert all(word in str(difference.expected) for word in ("message", "role", "user"))


def test_every_key_and_every_word_is_tried_above() -> None:
    create = set(CONDITION_KEYS) - {"method", "path"}  # these are tried in test_routes_scripted
    assert {key for when in HOLD for key in when} == create
    assert {key for when, _, _ in FAIL for key in when} == create - {"predicate"}
    text = str(HOLD)
    assert all(f"'{word}'" in text for word in MATCHER_WORDS)


def test_an_empty_request_meets_only_what_asks_for_nothing() -> None:
    holding = [when for when in HOLD if not to_conditions(when).differences(EMPTY)]
    assert holding == [{}]
    nothing = {"exists": False}
    absent = {"input": nothing, "tools": nothing, "instructions": nothing, "tool_outputs": nothing}
    assert (
        to_conditions({**absent, "previous_response_id": nothing, "stream": False}).differences(
            EMPTY
        )
        == []
    )
    assert to_conditions({"tools": []}).differences(EMPTY) == []


def test_all_differences_are_listed_in_the_order_written() -> None:
    conditions = to_conditions({"input": "x", "model": "y", "metadata": {"user": "z"}})
    assert [difference.path for difference in conditions.differences(REQUEST)] == [
        "input",
        "model",
        "metadata.user",
    ]
    assert str(conditions.differences(REQUEST)[1]) == 'model: expected "y", got "gpt-5-mini"'
    assert str(to_conditions({"instructions": {"contains": "x"}}).differences(EMPTY)[0]) == (
        'instructions: expected contains "x", got nothing'
    )


def test_the_nearest_item_explains_an_item_pattern() -> None:
    pattern = to_conditions({"item": {"type": "function_call_output", "call_id": "call_2"}})
    assert [str(each) for each in pattern.differences(REQUEST)] == [
        'input[3].call_id: expected "call_2", got "call_1"'
    ]
    assert [each.path for each in pattern.differences(EMPTY)] == ["item"]


def test_a_predicate_explains_itself_and_may_fail() -> None:
    def has_tools(request: CreateRequest) -> bool:
        return bool(request.tools)

    def broken(request: CreateRequest) -> Any:
        return request.body["nothing"]

    (difference,) = to_conditions({"predicate": has_tools}).differences(EMPTY)
    assert "has_tools to be true" in difference.expected
    (difference,) = to_conditions({"predicate": broken}).differences(EMPTY)
    assert (difference.path, difference.actual) == ("predicate", "KeyError: 'nothing'")


def test_a_websocket_always_streams() -> None:
    assert to_conditions({"stream": True}).differences(EMPTY, Arrival(transport="websocket")) == []
    assert to_conditions({"stream": True}).differences(EMPTY, Arrival(transport="http"))


def test_groups_are_there_by_number_and_by_name() -> None:
    conditions = to_conditions(
        {"input": {"regex": r"(?P<what>\w+) in (\w+)"}, "model": {"regex": "(gpt)"}}
    )
    assert conditions.groups(REQUEST) == {
        0: "weather in Paris",
        1: "weather",
        2: "Paris",
        "what": "weather",
    }
    assert conditions.groups(EMPTY) == {}


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"model": "gpt-5", "stream": True}, {"model": "gpt-5"}),
        ({"input": "hello"}, {"input": {"regex": "hello"}}),
        ({"input": {"regex": "hello"}}, {"input": {"contains": "hello"}}),
        ({"input": {"contains": "hello"}}, {"input": {"exists": True}}),
        ({"model": "gpt-5"}, {"model": "gpt-*"}),
        ({"metadata": {"a": "1", "b": "2"}}, {"metadata": {"a": "1"}}),
        ({"item": {"type": "message", "role": "user"}}, {"item": {"type": "message"}}),
        ({"predicate": bool}, {}),
    ],
    ids=named,
)
def test_more_and_stronger_comparisons_are_more_specific(
    more: dict[str, Any], less: dict[str, Any]
) -> None:
    assert to_conditions(more).specificity > to_conditions(less).specificity


def test_conditions_read_as_they_were_written() -> None:
    conditions = to_conditions(
        {"model": "gpt-5*", "input": {"contains": "x"}, "item": {"type": "message"}}
    )
    assert str(conditions) == 'model: glob "gpt-5*", input: contains "x", item: {type: "message"}'
    assert str(Conditions()) == "any request"
    assert not Conditions()
    assert conditions


def test_conditions_are_passed_on_as_they_are() -> None:
    conditions = to_conditions({"model": "x"})
    assert to_conditions(conditions) is conditions
    assert to_conditions(None) == Conditions()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values, json_values)
def test_sameness_is_an_equivalence_that_json_text_decides(one: Any, other: Any) -> None:
    import json

    assert same(one, one)
    assert same(one, other) == same(other, one)
    assert same(one, other) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@given(json_values.filter(lambda value: value is not None))
def test_a_value_found_by_its_path_equals_itself(value: Any) -> None:
    request = CreateRequest({"model": "m", "metadata": {"x": [value]}})
    assert (
        to_conditions({"json": {"$.metadata.x[0]": {"equals": value}}}).differences(request) == []
    )


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [{"a": [1, {"b": 2}], "c d": 3}]),
        ("$.a[0]", [1]),
        ("$.a[-1].b", [2]),
        ("$.a[*]", [1, {"b": 2}]),
        ("$.*", [[1, {"b": 2}], 3]),
        ('$["c d"]', [3]),
        ("$['c d']", [3]),
        ("$.a[5]", []),
        ("$.a.b", []),
        ("$.c.d", []),
        ("a.**.b", [2]),
        ("$.**.b", [2]),
    ],
)
def test_json_paths(path: str, found: list[Any]) -> None:
    assert find({"a": [1, {"b": 2}], "c d": 3}, parse_path(path)) == found


@pytest.mark.parametrize(
    "path", ["a", "", "$a", "$.", "$[", "$[x]", "$.a[0", "$..a", "$.a[1:2]", "$.a[?(@.b)]"]
)
def test_what_is_no_json_path_is_refused(path: str) -> None:
    with pytest.raises(ScriptError, match="JSON path"):
        to_conditions({"json": {path: 1}})


def test_of_several_calls_of_one_tool_the_output_of_one_must_hold() -> None:
    calls = [CALL, {**CALL, "call_id": "call_2", "arguments": '{"city":"Rome"}'}]
    outputs = [OUTPUT, {**OUTPUT, "call_id": "call_2", "output": "25 °C"}]
    request = CreateRequest({"model": "m", "input": [*calls, *outputs]})
    for text in ("18 °C", "25 °C"):
        assert not to_conditions({"tool_outputs": {"get_weather": text}}).differences(request)
    (difference,) = to_conditions({"tool_outputs": {"get_weather": "7 °C"}}).differences(request)
    assert difference.actual == ["18 °C", "25 °C"]
