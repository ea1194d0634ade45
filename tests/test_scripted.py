"""Which step answers: the queue, the interactions of cassettes, stubs and scenarios."""

from typing import Any

import httpx2
import pytest

from conftest import Serve
from mockserver.api.requests import CreateRequest
from mockserver.script.conditions import Arrival
from mockserver.script.steps import to_step
from mockserver.session.reports import NO_SCRIPT_ADVICE, miss
from mockserver.session.scripted import Candidate, Scripted


def ask(scripted: Scripted, text: str = "x", model: str = "m") -> str | None:
    """The text of the reply that a request gets; None when nothing answers."""
    request = CreateRequest({"model": model, "input": text})
    standing = scripted.find(request, Arrival())
    if standing is None:
        return None
    scripted.use(standing)
    assert standing.step.reply is not None
    return str(standing.step.reply["output"][0])


def step(reply: str, times: Any = 1, scenario: Any = None, **when: Any) -> Any:
    return to_step({"when": when, "reply": reply, "times": times, "scenario": scenario}, "t.py:1")


def test_the_queue_is_used_in_order_and_each_step_as_often_as_it_says() -> None:
    scripted = Scripted()
    scripted.script([step("a"), step("b", times=2), step("c")])
    assert [ask(scripted) for _ in range(5)] == ["a", "b", "b", "c", None]


def test_a_step_whose_conditions_do_not_hold_is_not_skipped() -> None:
    scripted = Scripted()
    scripted.script([step("a", input="hello"), step("b")])
    assert ask(scripted, "bye") is None
    assert ask(scripted, "hello") == "a"
    assert ask(scripted, "bye") == "b"


def test_a_stub_answers_where_the_queue_does_not() -> None:
    scripted = Scripted()
    scripted.script([step("a", input="hello")])
    scripted.stub(step("stub", times="always"))
    assert [ask(scripted, "bye"), ask(scripted, "hello"), ask(scripted, "hello")] == [
        "stub",
        "a",
        "stub",
    ]


def test_interactions_of_a_cassette_answer_in_any_order() -> None:
    scripted = Scripted()
    scripted.play([step("a", input="1"), step("b", input="2"), step("always", times="always")])
    assert [ask(scripted, text) for text in "2123"] == ["b", "a", "always", "always"]


def test_the_most_specific_stub_answers_then_the_newest() -> None:
    scripted = Scripted()
    for stub in (
        step("any 1", times="always"),
        step("model", times="always", model="m"),
        step("any 2", times="always"),
        step("both", times="always", model="m", input="x"),
        step("contains", times="always", input={"contains": "z"}),
    ):
        scripted.stub(stub)
    assert ask(scripted, "x") == "both"
    assert ask(scripted, "y") == "model"
    assert ask(scripted, "z", model="other") == "contains"
    assert ask(scripted, "y", model="other") == "any 2"


def test_scenarios_make_the_third_call_unlike_the_first() -> None:
    scripted = Scripted()
    scripted.stub(step("first", "always", {"requires": "started", "sets": "seen"}))
    scripted.stub(step("then", "always", {"requires": "seen"}))
    assert [ask(scripted) for _ in range(3)] == ["first", "then", "then"]


def test_what_is_left_is_known() -> None:
    scripted = Scripted()
    scripted.script([step("a"), step("b")])
    scripted.play([step("c", input="c")])
    scripted.stub(step("d", times="always"))
    ask(scripted)
    assert [left.step.reply["output"] for left in scripted.left() if left.step.reply] == [
        ["b"],
        ["c"],
    ]


def test_the_step_that_would_fit_is_known_when_it_has_been_used() -> None:
    scripted = Scripted()
    scripted.script([step("a", input="x"), step("b")])
    scripted.stub(step("c", input="y", times=1))
    request = CreateRequest({"model": "m", "input": "x"})
    assert scripted.fitting(request, Arrival()) is None
    assert [ask(scripted), ask(scripted), ask(scripted, "y")] == ["a", "b", "c"]
    for text, reply in (("x", "b"), ("y", "b"), ("z", "b")):
        found = scripted.fitting(CreateRequest({"model": "m", "input": text}), Arrival())
        assert found is not None
        assert found.reply == {"output": [reply]}


def test_a_miss_names_what_has_been_used() -> None:
    request = CreateRequest({"model": "m", "input": "x"})
    used = step("a")
    assert miss(request, [], used=used).message.splitlines() == [
        'mockserver: no reply for this request (model m, input "x").',
        "Nothing is scripted any more: every step has been used, and no stub or cassette fits.",
        "t.py:1 fits, but has been used.",
        "Do: add a step for this request, or let the one that fits answer again (times: always), "
        "or say "
        "on_miss=generate to have replies made up.",
    ]
    near = [Candidate(step("b", input="y"), [])]
    assert (
        "\nt.py:1 fits, but has been used.\nDo: change that step"
        in miss(request, near, used=used).message
    )
    assert miss(request, [], nothing=NO_SCRIPT_ADVICE).message.endswith(
        'Do: script a reply, as in script("Hello!"), or say on_miss=generate to have it made up.'
    )


def test_the_nearest_is_the_one_with_the_fewest_differences() -> None:
    scripted = Scripted()
    scripted.stub(step("far", times="always", model="n", input="y"))
    scripted.stub(step("near", times="always", model="m", input="y"))
    near = scripted.near(CreateRequest({"model": "m", "input": "x"}), Arrival())
    assert [len(candidate.differences) for candidate in near] == [1, 2]
    assert near[0].differences[0].path == "input"


def test_a_scenario_in_another_state_is_a_difference() -> None:
    scripted = Scripted()
    scripted.stub(step("later", "always", {"name": "login", "requires": "in"}))
    (candidate,) = scripted.near(CreateRequest({"model": "m", "input": "x"}), Arrival())
    assert [str(each) for each in candidate.differences] == [
        'scenario login: expected in, got "started"'
    ]


@pytest.mark.parametrize("times", [1, 3])
def test_a_stub_may_be_used_up(times: int) -> None:
    scripted = Scripted()
    scripted.stub(step("once", times=times))
    assert [ask(scripted) for _ in range(times + 1)] == [*["once"] * times, None]


def call(name: str) -> Any:
    return {"type": "function_call", "name": name, "arguments": {}}


@pytest.mark.parametrize("parallel", [True, False, None])
def test_parallel_tool_calls_false_leaves_one_call(serve: Serve, parallel: bool | None) -> None:
    """The fault: the parameter is echoed, and the other calls come nevertheless; or more goes than
    the calls.
    """
    served = serve()
    served.script(
        {"reply": {"output": ["Two calls:", call("first"), call("second"), "That is all."]}}
    )
    asked = {} if parallel is None else {"parallel_tool_calls": parallel}
    reply = httpx2.post(f"{served.url}/responses", json={"model": "gpt-4.1", "input": "x", **asked})
    output = reply.json()["output"]
    names = [item["name"] for item in output if item["type"] == "function_call"]
    assert names == (["first"] if parallel is False else ["first", "second"])
    assert [item["type"] for item in output].count("message") == 2


def test_a_miss_names_the_nearest_candidate_first(serve: Serve) -> None:
    """The fault: the candidate that was scripted first, or last, stands for the nearest."""
    served = serve(on_miss="fail", watched=False)
    far = {"model": "o3", "input": "tea", "instructions": "Be brief."}
    near = {"model": "gpt-4.1", "input": "tea", "instructions": None}
    middle = {"model": "gpt-4.1", "input": "tea", "instructions": "Be brief."}
    near.pop("instructions")
    for number, when in enumerate((far, near, middle)):
        step = to_step({"when": when, "reply": "x", "times": "always"}, f"t.py:{number}")
        served.session.scripted.stub(step)
    reply = httpx2.post(f"{served.url}/responses", json={"model": "gpt-4.1", "input": "coffee"})
    assert reply.status_code == 422
    message = reply.json()["error"]["message"]
    assert "Nearest: t.py:1 " in message
    assert "t.py:0 " not in message.partition("Nearest: ")[2].partition("(")[0]
