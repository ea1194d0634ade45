"""Whatever a reply puts out: the events of the stream add up to the Response that is sent as
JSON.
"""

import copy
import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accumulate import accumulate
from conftest import Serve
from legal_items import BY_TYPE, outputs
from mockserver.api import DIALECTS, ITEM_TYPES, compact, parse_create
from mockserver.compose import Answer, estimate, identify
from mockserver.script import to_step
from wire_check import check, without_slugs

TOKENS = estimate()
QUICK = settings(
    deadline=None, max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck)
)

INCLUDES = (
    *("message.output_text.logprobs", "reasoning.encrypted_content", "file_search_call.results"),
    *("code_interpreter_call.outputs", "web_search_call.action.sources"),
)
requests = st.fixed_dictionaries(
    {"model": st.sampled_from(["gpt-4o", "gpt-5", "unheard-of"]), "input": st.just("x")},
    optional={
        "include": st.lists(st.sampled_from(INCLUDES), unique=True),
        "parallel_tool_calls": st.booleans(),
        "max_tool_calls": st.integers(1, 3),
        "max_output_tokens": st.integers(16, 40),
        "tools": st.just([{"type": "image_generation", "partial_images": 2}]),
    },
)


def answer(
    body: dict[str, Any], output: list[Any], dialect: str = "openai", **reply: Any
) -> Answer:
    """A composed answer; its identity is the same whether it is streamed or not."""
    rules = DIALECTS[dialect]
    step = to_step({"reply": {"output": copy.deepcopy(output), **reply}})
    assert step.reply is not None
    request = parse_create(compact(body), dialect=rules)
    return Answer(
        request,
        step.reply,
        identify(seed=1, request=b"same", occurrence=0),
        dialect=rules,
        tokenizer=TOKENS,
    )


def check_stream(streamed: Answer) -> None:
    """The stream is legal and adds up to the Response."""
    events = [without_slugs(json.loads(compact(event))) for event in streamed.events()]
    for event in events:
        check(event)
        if "obfuscation" in event:
            assert (len(event["delta"]) + len(event["obfuscation"])) % 16 == 0
    assert accumulate(events) == json.loads(compact(streamed.response))


def test_no_item_type_is_forgotten() -> None:
    assert BY_TYPE.keys() == set(ITEM_TYPES), "give each a strategy in tests/legal_items.py"


@QUICK
@given(requests, outputs, st.sampled_from(sorted(DIALECTS)))
def test_any_reply(body: dict[str, Any], output: list[Any], dialect: str) -> None:
    # Models that reason give no logprobs.
    assume(body["model"] != "gpt-5" or INCLUDES[0] not in body.get("include", ()))
    streamed = answer({**body, "stream": True}, output, dialect)
    check_stream(streamed)
    whole = answer(body, output, dialect)
    check(without_slugs(whole.body()))
    assert whole.response == streamed.response


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_any_item_of_a_type(kind: str) -> None:
    @settings(QUICK, max_examples=8)
    @given(BY_TYPE[kind])
    def holds(item: Any) -> None:
        check_stream(answer({"model": "gpt-5", "input": "x", "stream": True}, [item]))

    holds()


@QUICK
@given(outputs, st.sampled_from(["incomplete", "failed"]))
def test_a_reply_that_does_not_complete(output: list[Any], status: str) -> None:
    reply: Any = (
        {"incomplete_details": {"reason": "content_filter"}} if status == "incomplete" else {}
    )
    check_stream(
        answer({"model": "gpt-5", "input": "x", "stream": True}, output, status=status, **reply)
    )


@QUICK
@given(outputs)
def test_items_copied_whole_stay_as_they_are(output: list[Any]) -> None:
    """What was sent once can be scripted with its ids, and is sent again."""
    body = {"model": "gpt-5.4", "input": "x", "stream": True, "include": [*INCLUDES]}
    first = answer(body, output).response["output"]
    again = answer(body, first)
    assert again.response["output"] == first
    check_stream(again)


@settings(QUICK, max_examples=15)
@given(output=outputs)
def test_over_http(serve: Serve, output: list[Any]) -> None:
    served = serve()
    served.script(*[{"reply": {"output": copy.deepcopy(output)}}] * 2)
    body = {"model": "gpt-5", "input": "x"}
    with httpx2.Client(base_url=served.url) as http:
        text = http.post("/responses", json={**body, "stream": True}).text
        whole = http.post("/responses", json=body).json()
    data = [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]
    final = accumulate(map(json.loads, data))
    assert anonymous(final) == anonymous(
        {key: value for key, value in whole.items() if key != "billing"}
    )


MADE_UP = {"id", "call_id", "encrypted_content", "fingerprint", "container_id", "result"}
"""What differs between two replies to the same request."""


def anonymous(value: Any) -> Any:
    """A value without what identifies it."""
    if isinstance(value, dict):
        return {key: key if key in MADE_UP else anonymous(each) for key, each in value.items()}
    return [anonymous(each) for each in value] if isinstance(value, list) else value
