"""The window of a model: what does not fit is refused, or left out."""

from typing import Any

import openai
import pytest
from openai import OpenAI

from conftest import Serve, Served
from mockserver.api import CreateRequest, Json, model_facts
from mockserver.compose import estimate, measure_prompt

MODEL = "gpt-4"
WINDOW = model_facts(MODEL).context_window
LONG = "word " * 4500
KEY = {"type": "function_call", "call_id": "call_1", "name": "read", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": LONG}


def api(served: Served) -> OpenAI:
    return OpenAI(base_url=served.url, api_key="any", max_retries=0)


def user(text: str) -> Json:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def kept(*items: Json) -> list[Json]:
    """What is left of a context that may be truncated."""
    body: Json = {"model": MODEL, "truncation": "auto", "input": list(items)}
    prompt = measure_prompt(CreateRequest(body), estimate())
    assert prompt.tokens <= WINDOW
    return list(prompt.items)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("truncation", [None, "disabled"])
def test_too_long(serve: Serve, stream: bool, truncation: Any) -> None:
    with api(serve()) as client:
        with pytest.raises(openai.BadRequestError, match="exceeds the context window") as refused:
            client.responses.create(
                model=MODEL, input=LONG * 2, truncation=truncation, stream=stream
            )
        assert (refused.value.code, refused.value.param) == ("context_length_exceeded", "input")
        assert client.responses.create(model="gpt-4.1", input=LONG * 2).status == "completed"


def test_history_counts(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[user(LONG), user(LONG)])  # type: ignore[list-item]
        ask: Any = {"model": MODEL, "conversation": made.id, "input": LONG}
        with pytest.raises(openai.BadRequestError, match="context window"):
            client.responses.create(**ask)
        response = client.responses.create(truncation="auto", **ask)
        assert response.truncation == "auto"
        assert response.usage is not None
        assert 4000 < response.usage.input_tokens <= WINDOW
        counted = client.responses.input_tokens.count(model=MODEL, input=LONG)
        assert counted.input_tokens == response.usage.input_tokens
        assert len(client.responses.input_items.list(response.id).data) == 3


def test_the_last_item_alone_is_too_long(serve: Serve) -> None:
    with api(serve()) as client, pytest.raises(openai.BadRequestError, match="context window"):
        client.responses.create(model=MODEL, input=LONG * 2, truncation="auto")


def test_what_fits_stays() -> None:
    items = [user("One."), user("Two.")]
    assert kept(*items) == items


def test_the_oldest_leave() -> None:
    assert kept(user("a" + LONG), user("b" + LONG), user("c")) == [user("b" + LONG), user("c")]


def test_a_call_leaves_with_its_output() -> None:
    assert kept(KEY, user("Wait."), OUTPUT, user(LONG), user("Go on.")) == [
        user("Wait."),
        user(LONG),
        user("Go on."),
    ]


def test_reasoning_leaves_with_what_it_led_to() -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    said = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": LONG}],
    }
    assert kept(thought, said, user(LONG), user("Go on.")) == [user(LONG), user("Go on.")]
