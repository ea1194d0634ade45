"""Answers that are remembered with holes: a repetition is what it would have been without a
memory.
"""

import re
from typing import Any

import pytest

from mockserver.api.dialects import OPENAI
from mockserver.api.json import pretty
from mockserver.api.requests import CreateRequest
from mockserver.compose import Answer, Composition, compose, exact, identify

REPLIES: list[Any] = [
    "Hello there.",
    "A text with a mark: <~0~c0ffee~> and <~99~c0ffee~>, <~0~>.",
    {"type": "function_call", "name": "f", "arguments": {"x": 1}},
    {"type": "code_interpreter_call", "code": "1"},
    {"type": "image_generation_call"},
    {"type": "reasoning", "summary": ["Hm."]},
]


def body(answer: Answer) -> list[bytes]:
    return [pretty(answer.body())]


def stream(answer: Answer) -> list[bytes]:
    return [pretty(event) for event in answer.events()]


@pytest.mark.parametrize(
    "output", REPLIES, ids=lambda output: re.sub(r"\W+", "-", str(output))[:24]
)
@pytest.mark.parametrize("render", [body, stream])
def test_a_repetition_is_what_it_would_be_without_a_memory(output: Any, render: Any) -> None:
    request = CreateRequest({"model": "gpt-5", "input": "x", "instructions": "<~1~c0ffee~>"})
    composition: Composition | None = None
    for occurrence in range(4):
        identity = identify(seed=0, request=b"x", occurrence=occurrence)
        fresh = compose(request, {"output": [output]}, identity, dialect=OPENAI, tokenizer=exact())
        composition = composition or fresh.composition
        repeated = Answer(composition, request, identity, OPENAI)
        assert repeated.rendered(render) == render(fresh)
