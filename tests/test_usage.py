"""Usage: what requests and outputs cost, and that nothing legal makes counting fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api import Json, token_costs
from mockserver.compose import (
    estimate,
    format_text,
    input_tokens,
    namespace_text,
    output_effect,
    output_tokens,
    prompt_prefix,
    reasoning_tokens,
    sealed_size,
    shown_reasoning,
    usage_object,
)

TOKENS = estimate()
HELLO = {"role": "user", "content": "x" * 46}
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CALL = {
    "type": "function_call",
    "name": "get_weather",
    "arguments": '{"city":"Paris"}',
    "call_id": "call_1",
}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}


def prompt(*items: Any, model: str = "gpt-4o", **body: Any) -> int:
    return input_tokens(body, items, model, TOKENS)


def output(*items: Json, model: str = "gpt-4o", thought: int = 0, **body: Any) -> int:
    return output_tokens(items, body, model, TOKENS, thought)


def said(text: str) -> Json:
    return {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }


@pytest.mark.parametrize(
    ("model", "tokens"), [("gpt-4o", 3 + 4 + 10), ("gpt-5", 2 + 4 + 10), ("gpt-5.4", 16)]
)
def test_a_message_costs_its_text_and_a_frame(model: str, tokens: int) -> None:
    assert prompt(HELLO, model=model) == tokens
    assert (
        prompt({**HELLO, "content": [{"type": "input_text", "text": "x" * 46}]}, model=model)
        == tokens
    )


def test_instructions_cost_as_much_as_a_message() -> None:
    assert prompt(HELLO, instructions="x" * 46) == prompt(HELLO, HELLO)
    assert prompt(HELLO, instructions=[HELLO]) == prompt(HELLO, HELLO)
    assert prompt(HELLO, instructions="") == prompt(HELLO)


def test_history_counts() -> None:
    assert prompt(HELLO, said("x" * 46)) == prompt(HELLO) + 4 + 10
    assert prompt(HELLO, said("x" * 46), model="gpt-5") == prompt(HELLO, model="gpt-5") + 4 + 2 + 10


def test_a_call_and_its_output_count_both_names() -> None:
    texts = (
        2 * TOKENS.count("get_weather") + TOKENS.count('{"city":"Paris"}') + TOKENS.count("18 °C")
    )
    assert prompt(HELLO, CALL, RESULT) == prompt(HELLO) + texts + 11
    assert (
        prompt(HELLO, CALL, RESULT, model="gpt-5.4") == prompt(HELLO, model="gpt-5.4") + texts + 20
    )


def test_spacing_in_arguments_is_not_counted() -> None:
    spaced = {**CALL, "arguments": '{\n    "city":    "Paris"\n}'}
    assert prompt(spaced, RESULT) == prompt(CALL, RESULT)


@pytest.mark.parametrize("kind", ["function", "custom"])
def test_tools_count(kind: str) -> None:
    one = prompt(HELLO, tools=[{**WEATHER, "type": kind}])
    assert one > prompt(HELLO)
    assert (
        prompt(HELLO, tools=[{**WEATHER, "type": kind}, {**WEATHER, "type": kind, "name": "other"}])
        > one
    )


def test_tools_cost_their_declaration_and_a_frame_each() -> None:
    """Two tokens less for tools at all, one less for each, one less where none describes it."""
    bare = {"type": "function", "name": "now"}
    undescribed = {key: value for key, value in WEATHER.items() if key != "description"}
    cases: list[tuple[list[Json], int]] = [
        ([WEATHER], -3),
        ([WEATHER, bare], -3),
        ([WEATHER, undescribed], -4),
        ([undescribed, undescribed, undescribed], -6),
    ]
    for tools, frame in cases:
        text = TOKENS.count(namespace_text(tools, notes=False))
        assert prompt(HELLO, tools=tools) == prompt(HELLO) + text + frame
    text = TOKENS.count(namespace_text([WEATHER, undescribed], notes=True))
    tools = [WEATHER, undescribed]
    model = "gpt-5.4"
    assert prompt(HELLO, tools=tools, model=model) == prompt(HELLO, model=model) + text


@pytest.mark.parametrize(("model", "lone", "described"), [("gpt-4o", 0, 0), ("gpt-5.4", 1, 1)])
def test_descriptions_cost_a_token_on_models_that_reason(
    model: str, lone: int, described: int
) -> None:
    """Beside the text of the signature: a described tool without parameters, described
    parameters.
    """
    notes = model != "gpt-4o"
    frame = 2 if notes else -3
    now = {"type": "function", "name": "now", "description": "The time."}
    place = {"type": "string", "description": "A city."}
    told = {**WEATHER, "parameters": {"type": "object", "properties": {"city": place}}}
    for tool, more in (([now], lone), ([told], described), ([WEATHER], 0)):
        text = TOKENS.count(namespace_text(tool, notes=notes))
        used = prompt(HELLO, tools=tool, model=model) - prompt(HELLO, model=model)
        assert used == text + frame + more


def test_a_description_is_read_without_the_space_around_it() -> None:
    spaced = {**WEATHER, "description": f"\n  {WEATHER['description']} \n"}
    assert prompt(HELLO, tools=[spaced]) == prompt(HELLO, tools=[WEATHER])


def test_titles_stand_alone_on_models_that_do_not_reason() -> None:
    city = {"type": "string", "title": "City"}
    tool = {**WEATHER, "parameters": {"type": "object", "properties": {"city": city}}}
    assert "// City\ncity?: string" in namespace_text([tool], notes=False)
    assert "// City\n//\ncity?: string" in namespace_text([tool], notes=True)


def test_what_a_property_refers_to_is_described_at_the_property() -> None:
    parameters = {
        "type": "object",
        "properties": {"author": {"$ref": "#/$defs/Author"}},
        "$defs": {"Author": {"type": "object", "title": "Author", "description": "Who wrote it."}},
    }
    text = namespace_text([{**WEATHER, "parameters": parameters}], notes=False)
    assert "// Author\n//\n// Who wrote it.\nauthor?: {" in text


def answered(call_id: str) -> Json:
    return {"type": "function_call_output", "call_id": call_id, "output": "1"}


def test_calls_cost_by_what_stands_before_them() -> None:
    """Fewer tokens without the reasoning that led to them, others for several at once."""
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    user = {"role": "user", "content": "Go on."}
    calls = [{**CALL, "call_id": f"call_{number}"} for number in range(3)]
    after = [*map(answered, ("call_0", "call_1", "call_2")), user]

    def more(model: str, *before: Json, count: int) -> int:
        """Than as many calls that are answered one by one."""
        apart = [each for place in range(count) for each in (calls[place], after[place])]
        together = prompt(*before, *calls[:count], *after[:count], user, model=model)
        return together - prompt(*before, *apart, user, model=model)

    assert [more("gpt-5.4", count=count) for count in (1, 2, 3)] == [0, 10, 10]
    assert [more("gpt-4o", count=count) for count in (1, 2, 3)] == [0, -6, -6]
    assert more("gpt-4o-mini", count=2) == 0
    for model, saved in (("gpt-5", 3), ("o3", 3), ("gpt-5.4", 0), ("gpt-4o", 0)):
        lone = prompt(calls[0], after[0], user, model=model)
        # Reasoning of earlier turns is not in the prompt.
        assert prompt(thought, calls[0], after[0], user, model=model) - lone == saved


def test_several_calls_at_once_change_what_the_tools_cost_on_gpt_4o() -> None:
    body = {"tools": [WEATHER]}
    cost = prompt(HELLO, tools=[WEATHER]) - prompt(HELLO)
    assert output_effect([CALL, CALL], body, "gpt-4o", TOKENS) == 4 - cost
    assert output_effect([CALL], body, "gpt-4o", TOKENS) == 0
    assert output_effect([CALL, CALL], body, "gpt-4.1", TOKENS) == 0


def test_tools_declared_in_other_ways_cost_what_a_function_costs() -> None:
    schema = WEATHER["parameters"]
    about = {"name": "tool_search", "description": "Finds tools."}
    function = prompt(HELLO, tools=[{"type": "function", **about, "parameters": schema}])
    search = {"type": "tool_search", "description": "Finds tools.", "execution": "client"}
    hosted = prompt(HELLO, tools=[search]) - prompt(HELLO)
    assert prompt(HELLO, tools=[{**search, "parameters": schema}]) == function + hosted
    assert prompt(HELLO, tools=[{"type": "namespace", "name": "n", "tools": [WEATHER]}]) == prompt(
        HELLO, tools=[WEATHER]
    )


def test_hosted_tools_cost_the_same_wherever_they_stand() -> None:
    search = {"type": "web_search"}
    hosted = prompt(HELLO, tools=[search]) - prompt(HELLO)
    assert hosted > 0
    for tools in ([WEATHER, search], [search, WEATHER]):
        assert prompt(HELLO, tools=tools) == prompt(HELLO, tools=[WEATHER]) + hosted


def test_a_deferred_function_is_not_in_the_prompt() -> None:
    assert prompt(HELLO, tools=[{**WEATHER, "defer_loading": True}]) == prompt(HELLO)


def test_tools_that_come_later_count_where_they_come() -> None:
    later = {"type": "additional_tools", "role": "developer", "tools": [WEATHER]}
    assert prompt(HELLO, later, model="gpt-5.6") > prompt(HELLO, tools=[WEATHER], model="gpt-5.6")


def test_a_forced_function_costs_its_name_on_models_that_do_not_reason() -> None:
    choice = {"type": "function", "name": "get_weather"}
    auto, forced = (
        prompt(HELLO, tools=[WEATHER]),
        prompt(HELLO, tools=[WEATHER], tool_choice=choice),
    )
    assert forced == auto + 7 + TOKENS.count("get_weather")
    assert prompt(HELLO, tools=[WEATHER], tool_choice="required") == forced
    assert prompt(HELLO, tools=[WEATHER], tool_choice=choice, model="gpt-5") == prompt(
        HELLO, tools=[WEATHER], model="gpt-5"
    )


def test_a_json_schema_counts_and_a_json_object_does_not() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    format_ = {"type": "json_schema", "name": "answer", "schema": schema}
    assert prompt(HELLO, text={"format": format_}) > prompt(HELLO)
    assert prompt(
        HELLO, text={"format": {**format_, "schema": {**schema, "additionalProperties": False}}}
    ) == prompt(HELLO, text={"format": format_})
    assert prompt(HELLO, text={"format": {"type": "json_object"}}) == prompt(HELLO)


def test_an_effort_that_is_not_known_takes_what_medium_takes() -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    taken = {
        effort: reasoning_tokens(thought, "gpt-5.4", TOKENS, effort)
        for effort in ("none", "low", "medium", "high", "of next year", None)
    }
    assert taken["none"] == 0
    assert taken["low"] < taken["medium"] < taken["high"]
    assert taken["of next year"] == taken[None] == taken["medium"]


def test_without_a_user_all_reasoning_is_of_this_turn() -> None:
    told = {"type": "summary_text", "text": "Think hard. " * 30}
    thought = {"type": "reasoning", "id": "rs_1", "summary": [told]}
    assert prompt(thought, model="gpt-5.4") > prompt(model="gpt-5.4") + 50
    assert prompt(HELLO, thought, model="gpt-5.4") > prompt(HELLO, model="gpt-5.4") + 50
    assert prompt(thought, HELLO, model="gpt-5.4") == prompt(HELLO, model="gpt-5.4")


def test_reasoning_is_carried_within_a_turn_only() -> None:
    told = "Think hard. " * 30
    thought = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": told}],
    }
    body: Json = {}
    cost = TOKENS.count(told) + 2
    items = [HELLO, thought, CALL, RESULT]
    without = input_tokens(body, [HELLO, CALL, RESULT], "gpt-5.4", TOKENS)
    assert input_tokens(body, items, "gpt-5.4", TOKENS) == without + cost
    later = input_tokens(body, [HELLO, CALL, RESULT, HELLO], "gpt-5.4", TOKENS)
    assert input_tokens(body, [*items, HELLO], "gpt-5.4", TOKENS) == later
    all_turns = {"reasoning": {"context": "all_turns"}}
    assert input_tokens(all_turns, [*items, HELLO], "gpt-5.4", TOKENS) == later + cost


def test_a_compaction_stands_for_what_was_before_it() -> None:
    blob = {"type": "compaction", "encrypted_content": "A" * sealed_size(100, "gpt-4o")}
    assert prompt(HELLO, HELLO, HELLO, blob, HELLO) == prompt(blob, HELLO) == prompt(HELLO) + 104


@pytest.mark.parametrize(
    "kind",
    [
        "web_search",
        "web_search_preview_2025_03_11",
        "file_search",
        "mcp",
        "code_interpreter",
        "brand_new",
    ],
)
def test_hosted_tools_cost_something(kind: str) -> None:
    assert prompt(HELLO, tools=[{"type": kind}]) > prompt(HELLO)


def test_calls_of_hosted_tools_bill_their_results() -> None:
    search, listing = (
        {"type": "web_search_call"},
        {"type": "mcp_list_tools", "tools": [{"name": "a", "input_schema": {}}]},
    )
    assert (
        output_effect([search, search], {}, "gpt-5.4", TOKENS)
        == 2 * output_effect([search], {}, "gpt-5.4", TOKENS)
        > 0
    )
    assert output_effect([listing], {}, "gpt-4.1", TOKENS) > 0
    assert output_effect([said("Hi"), CALL], {}, "gpt-5.4", TOKENS) == 0
    assert (
        output_effect([{"type": "tool_search_call", "execution": "client"}], {}, "gpt-5.4", TOKENS)
        == 0
    )


def test_output_texts() -> None:
    assert output(said("x" * 46)) == 11
    assert output(said("x" * 46), tools=[WEATHER]) == 12
    assert output(said("x" * 46), text={"format": {"type": "json_object"}}) == 11
    assert output(said("x" * 46), model="gpt-5.4", tools=[WEATHER]) == 14


def test_output_calls() -> None:
    texts = TOKENS.count("get_weather") + TOKENS.count(CALL["arguments"])
    assert output(CALL) == texts + 8
    assert output(CALL, CALL) == 2 * (texts + 8) + 15
    assert output(CALL, model="gpt-5.4") == texts + 11
    forced = {"type": "function", "name": "get_weather"}
    assert output(CALL, tools=[WEATHER], tool_choice=forced) == TOKENS.count(CALL["arguments"]) + 1


@pytest.mark.parametrize(("model", "more"), [("gpt-4o", 15), ("gpt-5", 0), ("gpt-5.4", 12)])
def test_several_calls_in_one_response_cost_more_once(model: str, more: int) -> None:
    alone = output(CALL, model=model)
    assert output(CALL, CALL, model=model) == 2 * alone + more
    assert output(CALL, CALL, CALL, model=model) == 3 * alone + more


def test_output_reasoning_is_included() -> None:
    thought = {"type": "reasoning", "summary": []}
    assert (
        output(thought, said("Hi"), model="gpt-5.4", thought=70)
        == output(said("Hi"), model="gpt-5.4") + 72
    )


def test_a_refusal_is_text_and_a_token_more_on_models_that_do_not_reason() -> None:
    refusal = {"type": "message", "content": [{"type": "refusal", "refusal": "x" * 46}]}
    assert output(refusal) == output(said("x" * 46)) + 1
    assert output(refusal, model="gpt-5.4") == output(said("x" * 46), model="gpt-5.4")


SCHEMA: dict[str, Any] = {"text": {"format": {"type": "json_schema", "name": "n", "schema": {}}}}


@pytest.mark.parametrize(
    ("model", "alone", "with_tools"),
    [("gpt-4o", 0, 4), ("gpt-5", 0, 0), ("gpt-5.4", 4, 4), ("gpt-5.4-mini", 3, 3)],
)
def test_a_message_that_a_schema_shapes_costs_more(model: str, alone: int, with_tools: int) -> None:
    def more(**body: Any) -> int:
        return output(said("Hi"), model=model, **SCHEMA, **body) - output(
            said("Hi"), model=model, **body
        )

    assert (more(), more(tools=[WEATHER])) == (alone, with_tools)


def test_a_schema_costs_a_token_beside_its_text_on_models_that_do_not_reason() -> None:
    text = TOKENS.count(format_text(SCHEMA["text"]["format"]))
    assert prompt(HELLO, **SCHEMA) == prompt(HELLO) + text + 1
    assert prompt(HELLO, model="gpt-5", **SCHEMA) == prompt(HELLO, model="gpt-5") + text


@pytest.mark.parametrize(
    ("item", "tokens"),
    [
        ({"content": [{"type": "reasoning_text", "text": "x" * 46}]}, 10),
        ({"encrypted_content": "A" * sealed_size(333, "gpt-5.4")}, 333),
        ({"summary": [{"type": "summary_text", "text": "x" * 92}]}, 20),
        ({"summary": []}, 0),
    ],
)
def test_reasoning_tokens_follow_what_the_item_tells(item: Json, tokens: int) -> None:
    item = {"type": "reasoning", **item}
    assert reasoning_tokens(item, "gpt-5.4", TOKENS, "none") == tokens
    assert reasoning_tokens(item, "gpt-5.4", TOKENS, "medium") == max(tokens, 192)


def test_reasoning_tokens_follow_effort_where_the_item_tells_nothing() -> None:
    by_effort = [
        reasoning_tokens({"summary": []}, "o3", TOKENS, effort)
        for effort in ("none", "minimal", "low", "medium", "high", "xhigh", "max")
    ]
    assert by_effort == sorted(by_effort)
    assert by_effort[0] == 0
    assert all(tokens % 64 == 0 for tokens in by_effort)
    assert reasoning_tokens({"summary": []}, "gpt-4o", TOKENS, "high") == 0


def test_older_models_show_multiples_of_64() -> None:
    models = [
        "o3",
        "o4-mini",
        "gpt-5",
        "gpt-5-mini",
        "openai/gpt-5",
        "gpt-5.1",
        "gpt-5.2",
        "gpt-5.4-mini",
        "gpt-4o",
    ]
    assert [shown_reasoning(100, model) for model in models] == [
        64,
        64,
        64,
        64,
        64,
        64,
        100,
        100,
        0,
    ]


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-mini"])
@pytest.mark.parametrize("tokens", [0, 1, 7, 64, 1000, 12_345])
def test_a_ciphertext_is_sized_for_its_tokens(tokens: int, model: str) -> None:
    size = sealed_size(tokens, model)
    assert size % 4 == 0
    assert reasoning_tokens({"encrypted_content": "A" * size}, model, TOKENS, "none") == tokens


def test_usage_is_in_wire_order() -> None:
    counts = usage_object(10, 100, model="gpt-5", reasoning_tokens=90, cached_tokens=0)
    assert list(counts.items()) == [
        ("input_tokens", 10),
        ("input_tokens_details", {"cache_write_tokens": 0, "cached_tokens": 0}),
        ("output_tokens", 100),
        ("output_tokens_details", {"reasoning_tokens": 64}),
        ("total_tokens", 110),
    ]


def test_a_fine_tuned_model_costs_what_its_base_does() -> None:
    assert (
        token_costs("ft:gpt-4.1:acme::1")
        == token_costs("gpt-4.1-2025-04-14")
        == token_costs("nobody-knows")
    )
    assert token_costs("openai/gpt-5.4") == token_costs("gpt-5.4-2026-03-05")


def test_nesting_without_end_is_survived() -> None:
    deep: Json = {}
    for _ in range(5000):
        deep = {"type": "object", "properties": {"a": deep}}
    tools = [{**WEATHER, "parameters": deep}]
    assert prompt(HELLO, tools=tools) > prompt(HELLO)
    assert prompt(
        HELLO, text={"format": {"type": "json_schema", "name": "n", "schema": deep}}
    ) > prompt(HELLO)
    prompt_prefix({"tools": tools}, [HELLO], "gpt-4o")


WORDS = st.sampled_from(
    ["message", "reasoning", "function_call", "function_call_output", "compaction", "web_search_call", "function",
     "user", "object", "array", "#", "#/properties/a", "data:image/png;base64,iVBORw0KGgo=", "", "\ud800"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["type", "role", "content", "name", "arguments", "call_id", "output", "id", "tools", "parameters", "properties",
     "required", "$ref", "anyOf", "items", "enum", "text", "format", "schema", "encrypted_content", "image_url", "a"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@given(
    body=st.dictionaries(
        st.sampled_from(["instructions", "tools", "tool_choice", "text", "reasoning"]), VALUES
    ),
    items=st.lists(VALUES, max_size=5),
    model=st.sampled_from(["gpt-4o", "gpt-5-mini", "gpt-5.4", "o1", ""]),
)
def test_nothing_makes_counting_fail(body: Json, items: list[Any], model: str) -> None:
    assert input_tokens(body, items, model, TOKENS) > 0
    assert output_tokens(items, body, model, TOKENS, 5) >= 5
    assert output_effect(items, {}, model, TOKENS) >= 0
    prompt_prefix(body, items, model)
