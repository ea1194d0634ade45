"""Counting a prompt: the same number that create reports."""

from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from conftest import Serve, Served
from mockserver.api import conformance_errors
from mockserver.settings import Settings

TOOL: Any = {
    "type": "function",
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}
SCHEMA: Any = {
    "format": {
        "type": "json_schema",
        "name": "answer",
        "schema": {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        },
        "strict": True,
    }
}
PICTURE = "data:image/png;base64,AA=="
REQUESTS: list[Any] = [
    {"input": "Hello"},
    {"input": "Hello", "instructions": "Be brief."},
    {"input": "Weather in Paris?", "tools": [TOOL]},
    {
        "input": "Weather in Paris?",
        "tools": [TOOL],
        "tool_choice": {"type": "function", "name": "weather"},
    },
    {"input": "Answer.", "text": SCHEMA},
    {"input": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]},
    {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is it?"},
                    {"type": "input_image", "image_url": PICTURE, "detail": "low"},
                ],
            }
        ]
    },
    {
        "input": [
            {"role": "user", "content": "Weather?"},
            {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "Rain."},
        ]
    },
    {
        "input": [
            {"type": "compaction", "encrypted_content": "gAAAAA" + "x" * 2000},
            {"role": "user", "content": "Go on"},
        ]
    },
]


def api(served: Served) -> OpenAI:
    return OpenAI(base_url=served.url, api_key="any", max_retries=0)


@pytest.fixture
def client(serve: Serve) -> Any:
    with api(serve()) as client:
        yield client


def created(client: OpenAI, **request: Any) -> int:
    response = client.responses.create(**request)
    assert response.usage is not None
    tokens: int = response.usage.input_tokens
    return tokens


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-5.5"])
@pytest.mark.parametrize("request_", REQUESTS)
def test_what_create_reports(client: OpenAI, model: str, request_: Any) -> None:
    counted = client.responses.input_tokens.count(model=model, **request_)
    assert counted.object == "response.input_tokens"
    assert counted.input_tokens == created(client, model=model, **request_)


def test_what_came_before_counts(client: OpenAI) -> None:
    model = "gpt-4o-mini"
    first = client.responses.create(model=model, input="Hello")
    made = client.conversations.create(
        items=[{"type": "message", "role": "user", "content": "Hello there"}]
    )
    for before in ({"previous_response_id": first.id}, {"conversation": made.id}):
        request: Any = {"model": model, "input": "Well?", **before}
        counted = client.responses.input_tokens.count(**request).input_tokens
        assert counted == created(client, **request)
        assert (
            counted > client.responses.input_tokens.count(model=model, input="Well?").input_tokens
        )


@pytest.mark.asyncio
async def test_async(serve: Serve) -> None:
    async with AsyncOpenAI(base_url=serve().url, api_key="any", max_retries=0) as client:
        counted = await client.responses.input_tokens.count(model="gpt-5", input="Hello")
        response = await client.responses.create(model="gpt-5", input="Hello")
    assert response.usage is not None
    assert counted.input_tokens == response.usage.input_tokens


def test_everything_may_be_left_out(serve: Serve) -> None:
    reply = httpx2.post(serve().url + "/responses/input_tokens", json={})
    assert reply.status_code == 200
    assert not conformance_errors("InputTokenCount", reply.json())


def test_nothing_is_stored_or_appended(client: OpenAI) -> None:
    made = client.conversations.create()
    client.responses.input_tokens.count(model="gpt-4o-mini", conversation=made.id, input="Hello")
    assert client.conversations.items.list(made.id).data == []


def test_longer_than_the_window(client: OpenAI) -> None:
    counted = client.responses.input_tokens.count(model="gpt-4", input="word " * 9000)
    assert counted.input_tokens > 9000
    cut = client.responses.input_tokens.count(
        model="gpt-4", input=[{"role": "user", "content": "word " * 5000}] * 3, truncation="auto"
    )
    assert 5000 < cut.input_tokens <= 8192


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        (
            {"previous_response_id": "resp_123"},
            400,
            "previous_response_not_found",
            "previous_response_id",
        ),
        ({"conversation": "conv_123"}, 404, None, None),
        ({"input": [{"type": "item_reference", "id": "msg_123"}]}, 404, None, "input"),
        ({"stream": True}, 400, "unknown_parameter", "stream"),
        ({"input": 5}, 400, "invalid_type", "input"),
        (
            {"conversation": "conv_1", "previous_response_id": "resp_1"},
            400,
            "mutually_exclusive_parameters",
            None,
        ),
    ],
)
def test_refusals(
    serve: Serve, body: Any, status: int, code: str | None, param: str | None
) -> None:
    reply = httpx2.post(serve().url + "/responses/input_tokens", json=body)
    assert reply.status_code == status
    assert (reply.json()["error"]["code"], reply.json()["error"]["param"]) == (code, param)


def test_strict_models(serve: Serve) -> None:
    with api(serve(settings=Settings(strict_models=True))) as client:
        for ask in (client.responses.input_tokens.count, client.responses.compact):
            with pytest.raises(
                openai.BadRequestError, match=r"The requested model 'gpt-0' does not exist\."
            ):
                ask(model="gpt-0", input="Hello")
