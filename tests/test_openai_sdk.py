"""The real `openai` package, unmodified, against the server."""

import json
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from conftest import Serve

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Event(BaseModel):
    name: str
    participants: list[str]


@pytest.fixture(scope="module")
def sdk() -> OpenAI:
    return OpenAI(api_key="any", base_url="http://127.0.0.1:1/v1", max_retries=0)


def test_create(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    response = client.responses.create(
        model="gpt-4o", input="Hello", instructions="Be brief.", metadata={"a": "b"}
    )
    assert response.status == "completed"
    assert len(response.output_text.split()) > 3
    assert (response.model, response.instructions, response.metadata) == (
        "gpt-4o-2024-08-06",
        "Be brief.",
        {"a": "b"},
    )
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_a_stream_gives_the_same_text(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    events = list(client.responses.create(model="gpt-5", input="Hello", stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == client.responses.create(model="gpt-5", input="Hello").output_text
    assert events[-1].type == "response.completed"


def test_the_stream_helper_accumulates(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    with client.responses.stream(model="gpt-5", input="Hello") as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert "response.output_text.delta" in kinds
    assert final.output_text


def test_parse_gives_an_instance(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    response = client.responses.parse(
        model="gpt-4o", input="Ann and Bob go to a fair.", text_format=Event
    )
    assert isinstance(response.output_parsed, Event)


def test_the_stream_helper_parses(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    with client.responses.stream(model="gpt-4o", input="A fair.", text_format=Event) as stream:
        for _ in stream:
            pass
        assert isinstance(stream.get_final_response().output_parsed, Event)


def test_raw_replies_show_the_headers(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    raw = client.responses.with_raw_response.create(model="gpt-4o", input="Hello")
    assert raw.request_id is not None
    assert raw.request_id.startswith("req_")
    assert raw.headers["openai-processing-ms"].isdigit()
    assert int(raw.headers["x-ratelimit-remaining-requests"]) < int(
        raw.headers["x-ratelimit-limit-requests"]
    )
    assert raw.parse().id.startswith("resp_")


def test_a_tool_loop_ends_with_a_message(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    first = client.responses.create(model="gpt-4o", input="Weather in Paris?", tools=[WEATHER])
    call = first.output[0]
    assert call.type == "function_call"
    assert json.loads(call.arguments).keys() == {"city"}
    outputs: Any = [{"type": "function_call_output", "call_id": call.call_id, "output": "18 °C"}]
    second = client.responses.create(
        model="gpt-4o", input=outputs, tools=[WEATHER], previous_response_id=first.id
    )
    assert second.output_text
    assert [item.type for item in second.output] == ["message"]


def test_scripted_tool_loop(serve: Serve, sdk: OpenAI) -> None:
    server = serve()
    server.script(
        {"type": "function_call", "name": "get_weather", "arguments": {"city": "Paris"}},
        "It is 18 °C.",
    )
    client = sdk.with_options(base_url=server.url)
    first = client.responses.create(model="gpt-4o", input="Weather in Paris?", tools=[WEATHER])
    call = first.output[0]
    assert call.type == "function_call"
    assert call.arguments == '{"city":"Paris"}'
    history: Any = [
        {"role": "user", "content": "Weather in Paris?"},
        *[item.to_dict() for item in first.output],
        {"type": "function_call_output", "call_id": call.call_id, "output": "18 °C"},
    ]
    assert (
        client.responses.create(model="gpt-4o", input=history, tools=[WEATHER]).output_text
        == "It is 18 °C."
    )


def test_chains_list_their_input(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    first = client.responses.create(model="gpt-4o", input="One")
    second = client.responses.create(model="gpt-4o", input="Two", previous_response_id=first.id)
    assert first.usage is not None
    assert second.usage is not None
    assert second.usage.input_tokens > first.usage.input_tokens + first.usage.output_tokens
    listed: Any = list(client.responses.input_items.list(second.id, order="asc", limit=1))
    assert [item.role for item in listed] == ["user", "assistant", "user"]
    assert client.responses.retrieve(second.id).to_dict() == second.to_dict()
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.BadRequestError, match="not found") as caught:
        client.responses.create(model="gpt-4o", input="Three", previous_response_id=first.id)
    assert caught.value.code == "previous_response_not_found"


def test_the_token_limit_makes_a_response_incomplete(serve: Serve, sdk: OpenAI) -> None:
    server = serve()
    server.script(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen end"
    )
    client = sdk.with_options(base_url=server.url)
    response = client.responses.create(model="gpt-4o", input="Count", max_output_tokens=16)
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage is not None
    assert response.usage.output_tokens == 16
    assert response.output_text.startswith("one two three")
    assert not response.output_text.endswith("end")


def test_errors_have_their_class_and_code(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-4o", input="x", temperature=3)
    assert (caught.value.code, caught.value.param) == ("decimal_above_max_value", "temperature")
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-4o", input="x", extra_body={"colour": "red"})
    assert (caught.value.code, caught.value.param) == ("unknown_parameter", "colour")


def test_models(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    assert "gpt-5" in [model.id for model in client.models.list()]
    assert client.models.retrieve("gpt-5").id == "gpt-5"


def test_background_is_polled_to_its_end(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    created = client.responses.create(model="gpt-4o", input="Hello", background=True)
    statuses = [created.status]
    while statuses[-1] in ("queued", "in_progress"):
        statuses.append(client.responses.retrieve(created.id).status)
    assert statuses == ["queued", "in_progress", "completed"]
    with pytest.raises(openai.BadRequestError, match="completed response"):
        client.responses.cancel(created.id)


def test_background_is_cancelled(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    created = client.responses.create(model="gpt-4o", input="Hello", background=True)
    with pytest.raises(openai.BadRequestError, match="in-flight"):
        client.responses.delete(created.id)
    assert client.responses.cancel(created.id).status == "cancelled"
    assert client.responses.cancel(created.id).status == "cancelled"
    assert client.responses.retrieve(created.id).output == []


def test_a_background_stream_is_replayed(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    events: Any = list(
        client.responses.create(model="gpt-4o", input="Hello", background=True, stream=True)
    )
    assert [event.type for event in events[:3]] == [
        "response.created",
        "response.queued",
        "response.in_progress",
    ]
    again = list(client.responses.retrieve(events[0].response.id, stream=True, starting_after=4))
    assert [event.to_dict() for event in again] == [event.to_dict() for event in events[5:]]
    foreground = client.responses.create(model="gpt-4o", input="Hello")
    with pytest.raises(openai.BadRequestError, match="background=true"):
        list(client.responses.retrieve(foreground.id, stream=True))


async def _async_session(url: str) -> list[str]:
    async with AsyncOpenAI(api_key="any", base_url=url, max_retries=0) as client:
        response = await client.responses.create(model="gpt-5", input="Hello")
        stream = await client.responses.create(model="gpt-5", input="Hello", stream=True)
        text = "".join(
            [event.delta async for event in stream if event.type == "response.output_text.delta"]
        )
        async with client.responses.stream(model="gpt-5", input="Hello") as helper:
            final = await helper.get_final_response()
        parsed = await client.responses.parse(model="gpt-5", input="A fair.", text_format=Event)
        assert isinstance(parsed.output_parsed, Event)
        return [response.output_text, text, final.output_text]


@pytest.mark.asyncio
async def test_the_asynchronous_client(serve: Serve) -> None:
    texts = await _async_session(serve().url)
    assert len(set(texts)) == 1


def test_image_compression_is_resolved(serve: Serve, sdk: OpenAI) -> None:
    client = sdk.with_options(base_url=serve().url)
    for asked, resolved in (("auto", "enabled"), ("enabled", "enabled"), ("disabled", "disabled")):
        response = client.responses.create(
            model="gpt-5.6", input="x", extra_body={"image": {"context_compression": asked}}
        )
        assert response.to_dict()["image"] == {"context_compression": resolved}
