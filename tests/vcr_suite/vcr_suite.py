"""Tests as users of pytest-recording write them, with cassettes that vcrpy wrote.

`tests/test_vcr_tests.py` runs them with pytest-recording alone, and with `--mockserver-vcr`.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
import requests
from openai import AsyncOpenAI, OpenAI
from openai.types.responses import Response
from pydantic import BaseModel
from vcr.errors import (  # type: ignore[import-untyped]
    CannotOverwriteExistingCassetteException,
)

CLIENT = OpenAI(api_key="sk-made-at-import", max_retries=0)


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with OpenAI(max_retries=0) as client:
        yield client


def ask(client: OpenAI, text: str, **options: Any) -> str:
    response: Response = client.responses.create(model="gpt-5", input=text, **options)
    return response.output_text


@pytest.mark.vcr
def test_an_answer(client: OpenAI) -> None:
    response = client.responses.create(model="gpt-5", input="Good morning")
    assert response.output_text == "Good morning"
    assert response.usage is not None
    assert response.usage.output_tokens > 0


@pytest.mark.vcr
@pytest.mark.asyncio
async def test_an_answer_async() -> None:
    async with AsyncOpenAI(max_retries=0) as client:
        response = await client.responses.create(model="gpt-5", input="Good evening")
    assert response.output_text == "Good evening"


@pytest.mark.vcr
def test_a_stream(client: OpenAI) -> None:
    with client.responses.create(model="gpt-5", input="One two three", stream=True) as stream:
        events = list(stream)
    assert events[0].type == "response.created"
    assert events[-1].type == "response.completed"
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == "One two three"


@pytest.mark.vcr
@pytest.mark.asyncio
async def test_a_stream_async() -> None:
    async with (
        AsyncOpenAI(max_retries=0) as client,
        client.responses.stream(model="gpt-5", input="Four five six") as stream,
    ):
        kinds = [event.type async for event in stream]
        final = await stream.get_final_response()
    assert kinds.count("response.output_text.done") == 1
    assert final.output_text == "Four five six"


@pytest.mark.vcr
def test_a_stream_that_is_left(client: OpenAI) -> None:
    with client.responses.create(model="gpt-5", input="Never read", stream=True) as stream:
        assert next(iter(stream)).type == "response.created"


@pytest.mark.vcr
def test_a_stream_that_fails(client: OpenAI) -> None:
    with (
        client.responses.create(model="gpt-5", input="Fail now", stream=True) as stream,
        pytest.raises(openai.APIError, match="server_error"),
    ):
        list(stream)
    assert stream.response.status_code == 200


@pytest.mark.vcr
def test_a_rate_limit(client: OpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        ask(client, "Too fast")
    assert caught.value.status_code == 429
    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.vcr
@pytest.mark.asyncio
async def test_a_refusal_async() -> None:
    async with AsyncOpenAI(max_retries=0) as client:
        with pytest.raises(openai.BadRequestError, match="integer"):
            await client.responses.create(model="gpt-5", input="Hi", max_output_tokens=1)


@pytest.mark.vcr
def test_a_second_attempt() -> None:
    with OpenAI(max_retries=1) as client:
        assert ask(client, "Try again") == "Try again"


@pytest.mark.vcr
def test_a_conversation(client: OpenAI, vcr: Any) -> None:
    first = client.responses.create(model="gpt-5", input="My name is Ann")
    second = client.responses.create(
        model="gpt-5", input="Who am I?", previous_response_id=first.id
    )
    assert second.previous_response_id == first.id
    assert vcr.play_count == 2
    assert vcr.all_played


@pytest.mark.vcr
def test_a_tool(client: OpenAI) -> None:
    tool: Any = {
        "type": "function",
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    }
    asked: list[Any] = [{"role": "user", "content": "Weather in Paris?"}]
    first = client.responses.create(model="gpt-5", input=asked, tools=[tool])
    (call,) = first.output
    assert call.type == "function_call"
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "18 °C"}
    asked += [call.model_dump(exclude_none=True), output]
    second = client.responses.create(model="gpt-5", input=asked, tools=[tool])
    assert second.output_text == "It is 18 °C."


class City(BaseModel):
    """What a structured output is read into."""

    name: str
    people: int


@pytest.mark.vcr
def test_a_structured_output(client: OpenAI) -> None:
    response = client.responses.parse(model="gpt-5", input="A city", text_format=City)
    assert response.output_parsed == City(name="Paris", people=2_100_000)


@pytest.mark.vcr
@pytest.mark.default_cassette("another_name.yaml")
def test_a_cassette_of_another_name(client: OpenAI) -> None:
    assert ask(client, "By another name") == "By another name"


@pytest.mark.vcr("extra_one.yaml", "extra_two.yaml")
def test_more_cassettes(client: OpenAI) -> None:
    assert ask(client, "First of more") == "First of more"
    assert client.models.retrieve("gpt-5").id == "gpt-5"
    vectors = client.embeddings.create(model="text-embedding-3-small", input="Hi").data
    assert len(vectors) == 1


class TestGrouped:
    @pytest.mark.vcr
    def test_in_a_class(self, client: OpenAI) -> None:
        assert ask(client, "In a class") == "In a class"


@pytest.mark.vcr
@pytest.mark.parametrize("word", ["yes", "a/b"])
def test_parameters(client: OpenAI, word: str) -> None:
    assert ask(client, word) == word


@pytest.mark.vcr
def test_the_same_request_twice(client: OpenAI) -> None:
    assert [ask(client, "Count") for _ in range(2)] == ["one", "two"]


@pytest.mark.vcr(match_on=["method", "uri", "body"])
def test_bodies_count(client: OpenAI) -> None:
    assert ask(client, "Second") == "Second"
    assert ask(client, "First") == "First"


@pytest.mark.vcr(allow_playback_repeats=True)
def test_again_and_again(client: OpenAI, vcr: Any) -> None:
    assert {ask(client, "Again") for _ in range(3)} == {"Again"}
    assert vcr.play_count == 3


@pytest.mark.vcr
def test_a_client_made_at_import() -> None:
    response = CLIENT.responses.with_raw_response.create(model="gpt-5", input="At import")
    assert response.parse().output_text == "At import"
    assert str(response.http_request.url) == "https://api.openai.com/v1/responses"
    assert "OPENAI_BASE_URL" not in os.environ


@pytest.mark.vcr
def test_other_hosts(client: OpenAI) -> None:
    assert ask(client, "And others") == "And others"
    assert httpx2.get("https://weather.example/paris").json() == {"celsius": 18}
    assert requests.get("https://weather.example/rome", timeout=5).json() == {"celsius": 25}


@pytest.mark.vcr
@pytest.mark.asyncio
async def test_many_at_once() -> None:
    async with AsyncOpenAI(max_retries=0) as client:

        async def answer(number: int) -> str:
            response = await client.responses.create(model="gpt-5", input=f"Number {number}")
            return response.output_text

        answers = await asyncio.gather(*map(answer, range(5)))
    assert sorted(answers) == [f"Number {number}" for number in range(5)]


@pytest.mark.vcr
@pytest.mark.block_network
def test_no_network(client: OpenAI) -> None:
    assert ask(client, "Behind walls") == "Behind walls"
    with (
        socket.socket() as connection,
        pytest.raises(RuntimeError, match="Network is disabled"),
    ):
        connection.connect(("127.0.0.1", 9))


@pytest.mark.vcr
def test_what_is_not_recorded(client: OpenAI) -> None:
    assert ask(client, "Known") == "Known"
    with pytest.raises(CannotOverwriteExistingCassetteException, match="v1/conversations"):
        client.conversations.create()


def test_without_a_cassette() -> None:
    assert City(name="Rome", people=1).name == "Rome"
