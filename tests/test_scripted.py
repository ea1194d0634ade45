"""Which source answers: the queue, stubs, the interactions of cassettes; scenarios and misses."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from mockserver.api import OPENAI, ApiError, CreateRequest
from mockserver.script import Arrival, to_step
from mockserver.session import CassetteContents, Inquiry, Outcome, Session, open_session
from mockserver.settings import Settings


def session_of(
    *, script: Iterable[Any] = (), stubs: Iterable[Any] = (), cassette: Iterable[Any] = ()
) -> Session:
    session = open_session(Settings(on_miss="fail"), CassetteContents(steps=list(cassette)))
    session.script(script)
    for stub in stubs:
        session.sources.stubs.add(stub)
    return session


def ask(session: Session, text: str = "x", model: str = "m") -> str | None:
    """The text of the reply that a request gets; None when nothing answers."""
    try:
        outcome = asyncio.run(session.answer(_inquiry(text, model)))
    except ApiError:
        return None
    assert isinstance(outcome, Outcome)
    assert outcome.answer is not None
    return str(outcome.answer.response["output"][0]["content"][0]["text"])


def miss_of(session: Session, text: str = "x", model: str = "m") -> list[str]:
    """The lines of the error that a request gets."""
    with pytest.raises(ApiError) as missed:
        asyncio.run(session.answer(_inquiry(text, model)))
    assert missed.value.code == "mockserver_miss"
    return missed.value.message.splitlines()


def _inquiry(text: str, model: str) -> Inquiry:
    request = CreateRequest({"model": model, "input": text})
    return Inquiry("POST", "/v1/responses", Arrival(), OPENAI, request=request)


def step(reply: str, times: Any = 1, scenario: Any = None, **when: Any) -> Any:
    return to_step({"when": when, "reply": reply, "times": times, "scenario": scenario}, "t.py:1")


def test_the_queue_is_used_in_order_and_each_step_as_often_as_it_says() -> None:
    session = session_of(script=[step("a"), step("b", times=2), step("c")])
    assert [ask(session) for _ in range(5)] == ["a", "b", "b", "c", None]


def test_a_step_whose_conditions_do_not_hold_is_not_skipped() -> None:
    session = session_of(script=[step("a", input="hello"), step("b")])
    assert ask(session, "bye") is None
    assert ask(session, "hello") == "a"
    assert ask(session, "bye") == "b"


def test_a_stub_answers_where_the_queue_does_not() -> None:
    session = session_of(script=[step("a", input="hello")], stubs=[step("stub", times="always")])
    assert [ask(session, text) for text in ("bye", "hello", "hello")] == ["stub", "a", "stub"]


def test_a_cassette_answers_where_neither_queue_nor_stubs_do() -> None:
    session = session_of(
        script=[step("queue", input="1")],
        stubs=[step("stub", times="always", input="2")],
        cassette=[step("once", input="2"), step("always", times="always")],
    )
    assert [ask(session, text) for text in "23123"] == ["stub", "always", "queue", "stub", "always"]


def test_interactions_of_a_cassette_answer_in_any_order() -> None:
    session = session_of(
        cassette=[step("a", input="1"), step("b", input="2"), step("always", times="always")]
    )
    assert [ask(session, text) for text in "2123"] == ["b", "a", "always", "always"]


def test_the_most_specific_stub_answers_then_the_newest() -> None:
    session = session_of(
        stubs=[
            step("any 1", times="always"),
            step("model", times="always", model="m"),
            step("any 2", times="always"),
            step("both", times="always", model="m", input="x"),
            step("contains", times="always", input={"contains": "z"}),
        ]
    )
    assert ask(session, "x") == "both"
    assert ask(session, "y") == "model"
    assert ask(session, "z", model="other") == "contains"
    assert ask(session, "y", model="other") == "any 2"


def test_scenarios_make_the_third_call_unlike_the_first() -> None:
    first = step("first", "always", {"requires": "started", "sets": "seen"})
    session = session_of(stubs=[first, step("then", "always", {"requires": "seen"})])
    assert [ask(session) for _ in range(3)] == ["first", "then", "then"]


def test_what_is_left_is_known() -> None:
    session = session_of(
        script=[step("a"), step("b")],
        stubs=[step("d", times="always")],
        cassette=[step("c", input="c")],
    )
    ask(session)
    left = session.sources.left(session.view)
    assert [entry.step.reply["output"] for entry in left if entry.step.reply] == [["b"], ["c"]]


@pytest.mark.parametrize(("text", "fits"), [("x", "t.py:2"), ("y", "t.py:2"), ("z", "t.py:2")])
def test_the_step_that_would_fit_is_known_when_it_has_been_used(text: str, fits: str) -> None:
    session = session_of(
        script=[step("a", input="x"), to_step({"reply": "b"}, "t.py:2")],
        stubs=[step("c", times=1, input="y")],
    )
    assert "fits, but has been used" not in "\n".join(miss_of(session, "z"))
    assert [ask(session), ask(session), ask(session, "y")] == ["a", "b", "c"]
    assert f'{fits}: reply "b" fits, but has been used.' in miss_of(session, text)


def test_a_miss_names_what_has_been_used() -> None:
    session = session_of(script=[step("a")])
    ask(session)
    assert miss_of(session) == [
        'mockserver: no reply for this request (model m, input "x").',
        "Nothing is scripted any more: every step has been used, and no stub or cassette fits.",
        't.py:1: reply "a" fits, but has been used.',
        "Do: add a step for this request, or let the one that fits answer again (times: always), "
        "or say on_miss=generate to have replies made up.",
    ]
    session.script([step("b", input="y")])
    assert miss_of(session)[-2:] == [
        't.py:1: reply "a" fits, but has been used.',
        "Do: change that step or the request so that they agree, or add a step for this request, "
        "or let the one that fits answer again (times: always).",
    ]


def test_a_miss_says_where_nothing_was_ever_scripted() -> None:
    assert miss_of(session_of())[-1].endswith(
        'Do: script a reply, as in script("Hello!"), or say on_miss=generate to have it made up.'
    )


def test_the_nearest_is_the_one_with_the_fewest_differences() -> None:
    session = session_of(
        stubs=[
            step("far", times="always", model="n", input="y"),
            to_step({"when": {"model": "m", "input": "y"}, "reply": "near"}, "near.py:1"),
        ]
    )
    lines = miss_of(session)
    assert lines[1] == (
        'Nearest: near.py:1: reply "near" (only when model: "m", input: "y"). It differs in:'
    )
    assert lines[2] == '  input: expected "y", got "x"'
    assert len(lines) == 4


def test_a_scenario_in_another_state_is_a_difference() -> None:
    session = session_of(stubs=[step("later", "always", {"name": "login", "requires": "in"})])
    assert '  scenario login: expected in, got "started"' in miss_of(session)


@pytest.mark.parametrize("times", [1, 3])
def test_a_stub_may_be_used_up(times: int) -> None:
    session = session_of(stubs=[step("once", times=times)])
    assert [ask(session) for _ in range(times + 1)] == [*["once"] * times, None]
