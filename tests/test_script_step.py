"""What may be a step, what it means, and what is said of anything else."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from openai.types.responses import Response, ResponseFunctionToolCall
from pydantic import BaseModel, Field

from mockserver.api.errors import api_error
from mockserver.api.requests import CreateRequest
from mockserver.errors import ScriptError
from mockserver.script.builders import function_call
from mockserver.script.conditions import to_conditions
from mockserver.script.delivery import Delivery, Pace
from mockserver.script.error_builder import error
from mockserver.script.faults import drop, pace, reset
from mockserver.script.faults.before import ResetFault
from mockserver.script.faults.midstream import DropFault
from mockserver.script.places import Place
from mockserver.script.replies import generated, reply
from mockserver.script.steps import STARTED, Scenario, Step, advance, in_state, to_step
from named import named

REQUEST = CreateRequest({"model": "gpt-5", "input": "My name is Ann"})
CALL = {"type": "function_call", "name": "f", "arguments": {"x": 1}}


class Event(BaseModel):
    name: str
    day_of_week: str = Field(default="Freitag", alias="dayOfWeek")
    people: list[str] = []


def output(value: Any) -> Any:
    step = to_step(value, "t.py:1")
    assert step.reply is not None
    return step.reply["output"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hello", ["Hello"]),
        (CALL, [CALL]),
        (["one", CALL], ["one", CALL]),
        (("one", CALL), ["one", CALL]),
        ([], []),
        ({"role": "assistant", "content": "Hi"}, [{"role": "assistant", "content": "Hi"}]),
        ({"reply": "Hello"}, ["Hello"]),
        ({"reply": ["one", CALL]}, ["one", CALL]),
        ({"reply": CALL}, [CALL]),
        ({"reply": {"output": "Hello"}}, ["Hello"]),
        ({"reply": {"output": CALL}}, [CALL]),
        ({"reply": {"output": ["one", CALL]}}, ["one", CALL]),
        (
            Event(name="Fair", dayOfWeek="Größtag"),
            ['{"name":"Fair","dayOfWeek":"Größtag","people":[]}'],
        ),
        ([Event(name="a"), "b"], ['{"name":"a","dayOfWeek":"Freitag","people":[]}', "b"]),
        ({"reply": Event(name="a")}, ['{"name":"a","dayOfWeek":"Freitag","people":[]}']),
        (reply("a", Event(name="b")), ["a", '{"name":"b","dayOfWeek":"Freitag","people":[]}']),
    ],
    ids=named,
)
def test_what_a_reply_may_be(value: Any, expected: list[Any]) -> None:
    assert output(value) == expected


def test_the_sdks_own_objects_are_items_and_replies() -> None:
    call = ResponseFunctionToolCall(
        type="function_call", name="f", arguments="{}", call_id="call_1"
    )
    assert output(call) == [
        {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "call_1"}
    ]
    whole = Response.model_construct(
        id="resp_1", object="response", status="completed", output=[call], model="m"
    )
    step = to_step(whole)
    assert step.reply == {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "model": "m",
        "output": [{"type": "function_call", "name": "f", "arguments": "{}", "call_id": "call_1"}],
    }


def test_a_mapping_has_the_keys_of_a_cassette() -> None:
    step = to_step(
        {
            "when": {"model": "gpt-5*"},
            "reply": {"output": ["hi"], "model": "gpt-5", "usage": {"input_tokens": 1}},
            "stream": {"ttft_ms": 5, "fault": "drop"},
            "times": 2,
            "scenario": {"name": "login", "requires": "started", "sets": "in"},
        },
        "t.py:7",
    )
    assert step == Step(
        when=to_conditions({"model": "gpt-5*"}),
        reply={"output": ["hi"], "model": "gpt-5", "usage": {"input_tokens": 1}},
        stream=Delivery(Pace(5), DropFault()),
        times=2,
        scenario=Scenario("login", "started", "in"),
        source="t.py:7",
    )
    assert not step.is_stub
    assert to_step({"reply": "x", "times": "always"}).is_stub


def test_errors_generated_replies_and_faults_are_steps() -> None:
    limited = to_step(error.rate_limit()).error
    assert limited is not None
    assert limited.status == 429
    raised = to_step(api_error("model_not_found", model="x")).error
    assert raised is not None
    assert (raised.code, raised.message) == (
        "model_not_found",
        "The requested model 'x' does not exist.",
    )
    assert to_step(generated()).generated
    assert to_step(generated(model="m")).reply == {"model": "m"}
    assert to_step(reset()).stream.fault == ResetFault()
    assert to_step({"stream": {"fault": "hang"}}).reply is None
    assert to_step(reply("x", stream=pace(itl_ms=1) | drop())).stream == Delivery(
        Pace(itl_ms=1), DropFault()
    )


def test_an_item_with_an_id_is_taken_as_it_is() -> None:
    item = {"id": "x_1", "type": "of_the_future", "anything": {"goes": None}, "role": 5}
    assert output([item]) == [item]
    assert output([{"id": None, "type": "message", "content": "x"}]) == [
        {"type": "message", "content": "x"}
    ]


def test_a_recordings_own_words_are_kept_and_an_authors_are_checked() -> None:
    recorded = {"status": "complete", "output": [{"id": "msg_1", "type": "message"}]}
    assert to_step({"reply": recorded}).reply == recorded
    with pytest.raises(ScriptError, match=r"'status' must be one of .* not \"complete\""):
        to_step({"reply": {"status": "complete", "output": ["x"]}})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5, "5 is no step. A step is a string, an item, a list"),
        (None, "null is no step"),
        (3.5, "3.5 is no step"),
        ({1, 2}, "is no step"),
        ({}, "an interaction without 'reply', 'error', 'generated' or 'http'"),
        ({"when": {}}, "without 'reply'"),
        ({"stream": {"fault": "drop"}}, "without 'reply'"),
        ({"generated": False}, "without 'reply'"),
        ({"repyl": "x"}, "did you mean 'reply'?"),
        ({"output": ["x"]}, "is the inside of a reply"),
        ({"city": "Paris"}, "For a structured output, give its JSON text or a pydantic instance."),
        ({"reply": {"outptu": []}}, "did you mean 'output'?"),
        ({"reply": {"output": [5]}}, "an output holds strings and items, not 5"),
        ({"reply": {"output": None}}, "an output holds strings and items, not null"),
        ({"reply": 5}, "a reply is a text, a list of items or fields of the Response, not 5"),
        ({"reply": "x", "error": 429}, "'error' stands instead of a reply"),
        ({"generated": True, "error": 429}, "'error' stands instead of a reply"),
        ({"generated": "yes"}, "'generated' must be true, false or a mapping"),
        ({"reply": "x", "times": 0}, "'times' must be a number from 1 upwards or 'always', not 0"),
        ({"reply": "x", "times": True}, "'times' must be"),
        ({"reply": "x", "times": "twice"}, "'times' must be"),
        ({"reply": "x", "when": {"modle": "x"}}, "did you mean 'model'?"),
        ({"reply": "x", "stream": {"itl": 5}}, "did you mean 'itl_ms'?"),
        ({"reply": "x", "scenario": "a"}, "'scenario' must be a mapping"),
        ({"reply": "x", "scenario": {"name": "a"}}, "needs 'requires' or 'sets'"),
        ({"reply": "x", "scenario": {"require": "a"}}, "did you mean 'requires'?"),
        ({"reply": "x", "scenario": {"sets": ""}}, "'sets' must be a string that is not empty"),
        ({"reply": "{{ x", "template": True}, "the template"),
        ({"reply": "x", "template": "jinja"}, "'template' must be true or false"),
        ({"reply": {"status": "done"}}, "'status' must be one of queued"),
        ({"reply": {"incomplete_details": {"reason": "tired"}}}, "'reason' must be one of"),
        (
            {"reply": {"incomplete_details": "max_output_tokens"}},
            "must be an object such as {reason:",
        ),
        ({"reply": {"error": "server_error"}}, "must be an object such as {code:"),
        ({"reply": {"usage": 5}}, "'usage' must be an object"),
        ({"reply": {"model": 5}}, "'model' must be a string"),
        ([5], "an output holds strings and items, not 5"),
        (["a", {"name": "f"}], "an item without 'type'"),
        (
            {"type": "function_cal"},
            "unknown item type 'function_cal'; did you mean 'function_call'?",
        ),
        ({"type": "function_call"}, "'name': Field required"),
        ({"type": "function_call", "name": 5}, "'name': Input should be a valid string"),
        ({"type": "function_call", "name": "f", "argumnets": {}}, "did you mean 'arguments'?"),
        (
            {"type": "function_call", "name": "f", "arguments": [1]},
            "'arguments' must be an object or its JSON text",
        ),
        (
            {"type": "message", "content": "x", "role": "user"},
            "'role': Input should be 'assistant'",
        ),
        (
            {"type": "message", "content": [{"type": "input_text", "text": "x"}]},
            "unknown part type 'input_text'",
        ),
        (
            {"type": "message", "content": [{"text": "x", "annotation": []}]},
            "did you mean 'annotations'?",
        ),
        ({"type": "message", "content": [{"type": "refusal"}]}, "needs the string 'refusal'"),
        ({"type": "message", "content": 5}, "must be a mapping, not 5"),
        ({"type": "web_search_call", "action": {"type": "serch"}}, "'action': Input tag 'serch'"),
        (
            {"type": "shell_call", "action": {"commands": "ls"}},
            "'action.commands': Input should be a valid list",
        ),
        ({"type": "message", "id": "", "content": "x"}, "'id' must be a string that is not empty"),
        (Event, "the class Event is no step. Give an instance of it, or generated()"),
        (asyncio.sleep, "sleep is an async function"),
        (lambda: "x", "cannot be called with one argument"),
        (lambda one, other: f"{one}{other}", "cannot be called with one argument"),
    ],
    ids=named,
)
def test_what_is_no_step(value: Any, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        to_step(value, "tests/test_x.py:9")
    assert said in str(caught.value)
    assert str(caught.value).startswith("tests/test_x.py:9: ")


def test_a_step_remembers_who_scripted_it() -> None:
    here = Path(__file__).name
    first, second = to_step("one"), to_step(function_call("f"))
    assert first.source.rpartition("/")[2].startswith(f"{here}:")
    assert first.source == second.source
    assert to_step(first) is first
    assert to_step(Step(reply={"output": []}), "x.py:1").source == "x.py:1"
    with pytest.raises(ScriptError, match=here):
        to_step(5)
    assert to_step("x", Place("control")).source == "control"


# Functions of the request.


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda request: f"You said: {request.input_text}", ["You said: My name is Ann"]),
        (
            lambda request: function_call("f", model=request.model),
            [function_call("f", model="gpt-5")],
        ),
        (lambda _: ["a", CALL], ["a", CALL]),
        (lambda _: Event(name="a"), ['{"name":"a","dayOfWeek":"Freitag","people":[]}']),
        (lambda _, extra=1: str(extra), ["1"]),
    ],
)
def test_a_function_computes_a_step(function: Any, expected: list[Any]) -> None:
    step = to_step(function, "t.py:4")
    assert step.reply is None
    resolved = step.resolve(REQUEST)
    assert resolved.reply == {"output": expected}
    assert resolved.source == "t.py:4"


def test_what_a_function_returns_travels_and_errs_as_it_says() -> None:
    assert to_step(lambda _: reply("x", stream=drop())).resolve(REQUEST).stream.fault == DropFault()
    found = to_step(lambda _: error(418, message="No.")).resolve(REQUEST).error
    assert found is not None
    assert found.status == 418


def test_a_function_that_fails_is_named_with_the_place_that_scripted_it() -> None:
    def broken(request: CreateRequest) -> Any:
        return request.body["nothing"]

    with pytest.raises(
        ScriptError, match=r"^t.py:4: the function .*broken raised KeyError: 'nothing'$"
    ):
        to_step(broken, "t.py:4").resolve(REQUEST)
    with pytest.raises(ScriptError, match=r"^t.py:4: 5 is no step"):
        to_step(lambda _: 5, "t.py:4").resolve(REQUEST)
    for late in ({"when": {"model": "m"}}, {"times": 2}, {"scenario": {"sets": "x"}}):
        with pytest.raises(ScriptError, match="It is too late for these"):
            to_step(lambda _, late=late: {"reply": "x", **late}, "t.py:4").resolve(REQUEST)
    with pytest.raises(ScriptError, match="returned a function"):
        to_step(lambda _: lambda _: "x", "t.py:4").resolve(REQUEST)


def test_a_step_without_function_and_template_resolves_to_itself() -> None:
    step = to_step("{{ just braces }}")
    assert step.resolve(REQUEST) is step


# Stubs.


def test_scenarios_begin_started_and_change_when_a_step_has_answered() -> None:
    states: dict[str, str] = {}
    first = Scenario("login", requires=STARTED, sets="in")
    second = Scenario("login", requires="in")
    other = Scenario("other", sets="done")
    assert in_state(None, states)
    assert in_state(first, states)
    assert not in_state(second, states)
    assert in_state(other, states)
    advance(other, states)
    advance(first, states)
    advance(second, states)
    advance(None, states)
    assert states == {"other": "done", "login": "in"}
    assert not in_state(first, states)
    assert in_state(second, states)


def test_what_is_heavy_is_imported_when_first_needed() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from mockserver.script import builders, error_builder, faults, steps;"
        "steps.to_step({'when': {'input': {'regex': 'x'}}, 'reply': ['a', "
        "builders.function_call('f', x=1)]});"
        "print([name for name in ('jinja2', 'yaml', 'faker', 'jsonschema_rs', 'starlette') if "
        "name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
