"""Answers that are remembered with holes: a repetition is what it would have been without a
memory.
"""

import re
from typing import Any

import httpx2
import pytest

from conftest import Serve, Served
from mockserver import MockServer
from mockserver.api import OPENAI, CreateRequest
from mockserver.compose import Answer, Outline, exact, identify, prompt_form

REPLIES: list[Any] = [
    "Hello there.",
    "A text with a mark: <~0~c0ffee~> and <~99~c0ffee~>, <~0~>.",
    {"type": "function_call", "name": "f", "arguments": {"x": 1}},
    {"type": "code_interpreter_call", "code": "1"},
    {"type": "image_generation_call"},
    {"type": "reasoning", "summary": ["Hm."]},
    "Too long to be remembered. " * 1200,
]


def body(answer: Answer) -> bytes:
    return answer.json()


def stream(answer: Answer) -> bytes:
    return b"".join(answer.stream())


@pytest.mark.parametrize(
    "output", REPLIES, ids=lambda output: re.sub(r"\W+", "-", str(output))[:24]
)
@pytest.mark.parametrize("render", [body, stream])
def test_a_repetition_is_what_it_would_be_without_a_memory(output: Any, render: Any) -> None:
    request = CreateRequest({"model": "gpt-5", "input": "x", "instructions": "<~1~c0ffee~>"})
    outline = Outline()
    for occurrence in range(4):
        identity = identify(seed=0, request=b"x", occurrence=occurrence)
        about: dict[str, Any] = {"dialect": OPENAI, "tokenizer": exact(), "prompt_tokens": 9}
        fresh = Answer(request, {"output": [output]}, identity, **about)
        repeated = Answer(request, {"output": [output]}, identity, **about)
        repeated.outline = outline
        assert render(repeated) == render(fresh)


def test_a_prompt_that_loses_a_part_has_no_form() -> None:
    """The fault: what was left out of the context counts as read."""
    messages = [{"role": "user", "content": text} for text in ("word " * 8_170, "word " * 30)]
    request = CreateRequest({"model": "gpt-4", "truncation": "auto", "input": messages})
    assert prompt_form(request, "word " * 30, exact()).tokens("word", exact()) is None
    short = CreateRequest({**request.body, "input": messages[1:]})
    form = prompt_form(short, "word " * 30, exact())
    assert form.tokens("one two", exact()) == 9


def test_sealed_reasoning_has_a_form() -> None:
    """The fault: each answer of a model that reasons is composed anew."""
    request = CreateRequest({"model": "gpt-5", "input": "x"})
    outline = Outline()
    reply = {"output": [{"type": "reasoning"}, "Hello."]}
    for occurrence in range(4):
        identity = identify(seed=0, request=b"x", occurrence=occurrence)
        about: dict[str, Any] = {"dialect": OPENAI, "tokenizer": exact(), "prompt_tokens": 9}
        answer = Answer(request, reply, identity, **about)
        answer.outline = outline
        formed = [outline.form(name, answer, answer.variables) for name in ("body", "stream")]
        assert all(formed) == (occurrence > 0)


def post(served: Served, **body: Any) -> httpx2.Response:
    content = {"model": "gpt-5", "input": "x", **body}
    reply: httpx2.Response = httpx2.post(f"{served.url}/responses", json=content)
    return reply


def test_a_remembered_answer_has_a_ciphertext_of_its_own(serve: Serve) -> None:
    """The fault: a remembered answer repeats the ciphertext of the one before it, shows the mark
    that stands for it, or has another than without a memory. Steps that answer once are not
    remembered, a stub is.
    """
    reply = {"output": [{"type": "reasoning", "summary": ["Hm."]}, "Yes."]}

    def ciphertexts(served: Served) -> list[str]:
        answers = [post(served, include=["reasoning.encrypted_content"]) for _ in range(4)]
        return [answer.json()["output"][0]["encrypted_content"] for answer in answers]

    remembering, forgetful = serve(), serve()
    remembering.script({"reply": reply, "times": "always"})
    forgetful.script(*[{"reply": reply}] * 4)
    seen = ciphertexts(remembering)
    assert len(set(seen)) == 4
    assert all(re.fullmatch(r"gAAAAA[\w=-]{100,}", text) for text in seen)
    assert ciphertexts(forgetful) == seen


@pytest.mark.parametrize("stream", [False, True])
def test_a_reference_to_a_deleted_item_is_not_answered_from_memory(
    serve: Serve, stream: bool
) -> None:
    """The fault: a request that was answered before is not looked at again, whatever it refers to
    has become.
    """
    served = serve()
    first = post(served).json()
    references = [{"type": "item_reference", "id": item["id"]} for item in first["output"]]
    again = {"input": references, "store": False, "stream": stream}
    assert [post(served, **again).status_code for _ in range(3)] == [200, 200, 200]
    assert httpx2.delete(f"{served.url}/responses/{first['id']}").status_code == 200
    refused = post(served, **again)
    assert refused.status_code in (400, 404)
    assert references[0]["id"] in refused.json()["error"]["message"]


@pytest.mark.parametrize("usage", [{"input_tokens": 5}, {"total_tokens": 7}, {"output_tokens": 5}])
@pytest.mark.parametrize("stream", [False, True])
def test_a_usage_that_tells_little_repeats_and_is_counted(
    usage: dict[str, int], stream: bool
) -> None:
    with MockServer() as server:
        server.when(model="gpt-4o").reply("Hi", usage=usage)
        body = {"model": "gpt-4o", "input": "Hello", "stream": stream}
        url = f"{server.base_url}/responses"
        replies = [httpx2.post(url, json={**body, "input": f"Hello {n}"}) for n in range(6)]
        assert [each.status_code for each in replies] == [200] * 6
        assert httpx2.get(f"{server.url}/metrics").is_success
        assert httpx2.get(f"{server.url}/__mockserver__/requests").is_success
