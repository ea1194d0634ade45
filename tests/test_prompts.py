"""Stored prompts: parameters that a request takes over by naming them."""

from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from conftest import Serve, Served
from mockserver.api import Json
from mockserver.session import load_cassettes
from mockserver.settings import Settings

PROMPTS: Json = {
    "pmpt_weather": {
        "version": "2",
        "model": "gpt-4.1",
        "instructions": "You report the weather of {{ city }} to {{who}}.",
        "temperature": 0.5,
        "tools": [
            {"type": "function", "name": "get", "parameters": {"type": "object", "properties": {}}}
        ],
    },
    "pmpt_ask": {
        "model": "gpt-4o-mini",
        "input": [{"role": "user", "content": "Look: {{picture}} at {{place}}"}],
    },
    "pmpt_bare": {"instructions": "Be brief."},
    "pmpt_listed": {
        "model": "gpt-4o",
        "instructions": [{"type": "message", "role": "developer", "content": "Hi."}],
    },
}
VARIABLES: Any = {"city": "Paris", "who": {"type": "input_text", "text": "children"}}


def api(served: Served) -> OpenAI:
    return OpenAI(base_url=served.url, api_key="any", max_retries=0)


def add(served: Served, prompts: Json) -> httpx2.Response:
    """Store prompts through the control route."""
    return httpx2.post(served.url.removesuffix("/v1") + "/__mockserver__/prompts", json=prompts)


@pytest.fixture
def client(serve: Serve) -> Any:
    served = serve()
    assert add(served, PROMPTS).json() == {"prompts": sorted(PROMPTS)}
    with api(served) as client:
        yield client


def test_a_prompt_fills_what_the_request_leaves_out(client: OpenAI) -> None:
    response = client.responses.create(
        prompt={"id": "pmpt_weather", "variables": VARIABLES}, input="Today?", tool_choice="none"
    )
    assert response.model == "gpt-4.1-2025-04-14"
    assert response.instructions == "You report the weather of Paris to children."
    assert response.temperature == 0.5
    assert [tool.type for tool in response.tools] == ["function"]
    assert response.prompt is not None
    assert response.prompt.version == "2"
    assert response.prompt.to_dict() == {
        "id": "pmpt_weather",
        "variables": VARIABLES,
        "version": "2",
    }


def test_the_request_wins(client: OpenAI) -> None:
    response = client.responses.create(
        model="gpt-4o-mini",
        instructions="Nothing.",
        temperature=0.0,
        tools=[],
        prompt={"id": "pmpt_weather", "version": "2"},
        input="Today?",
    )
    assert response.model == "gpt-4o-mini-2024-07-18"
    assert (response.instructions, response.temperature, response.tools) == ("Nothing.", 0.0, [])


def test_a_prompt_asks(client: OpenAI) -> None:
    picture: Any = {
        "type": "input_image",
        "image_url": "data:image/png;base64,AA==",
        "detail": "auto",
    }
    variables = {"picture": picture, "place": "home"}
    response = client.responses.create(prompt={"id": "pmpt_ask", "variables": variables})
    listed: Any = client.responses.input_items.list(response.id).data[0]
    assert [part.type for part in listed.content] == ["input_text", "input_image", "input_text"]
    assert [part.text for part in listed.content if part.type == "input_text"] == [
        "Look: ",
        " at home",
    ]


def test_instructions_as_a_list(client: OpenAI) -> None:
    response = client.responses.create(prompt={"id": "pmpt_listed"}, input="Hello")
    assert isinstance(response.instructions, list)


@pytest.mark.parametrize("prompt", [{"id": "pmpt_none"}, {"id": "pmpt_weather", "version": "1"}])
def test_an_unknown_prompt(client: OpenAI, prompt: Any) -> None:
    with pytest.raises(openai.NotFoundError, match=f"Prompt with id '{prompt['id']}' not found"):
        client.responses.create(prompt=prompt, model="gpt-4o-mini", input="Hello")


def test_a_variable_is_missing(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(
            prompt={"id": "pmpt_weather", "variables": {"city": "Paris"}}, input="Today?"
        )
    assert (refused.value.code, refused.value.param) == (
        "missing_required_parameter",
        "prompt.variables.who",
    )


def test_no_model_anywhere(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(prompt={"id": "pmpt_bare"}, input="Hello")
    assert (refused.value.code, refused.value.param) == ("missing_required_parameter", "model")


def test_a_prompt_is_replaced(serve: Serve) -> None:
    served = serve()
    add(served, {"prompts": {"pmpt_1": {"model": "gpt-4o"}}})
    add(served, {"pmpt_1": {"model": "gpt-4.1", "version": 3}})
    with api(served) as client:
        response = client.responses.create(prompt={"id": "pmpt_1"}, input="Hello")
    assert response.model.startswith("gpt-4.1")
    assert response.prompt is not None
    assert response.prompt.version == "3"


def test_a_table_that_is_wrong(serve: Serve) -> None:
    reply = add(serve(), {"pmpt_1": {"instruction": "Be brief."}})
    assert reply.status_code == 400
    assert "instructions" in reply.json()["error"]["message"]


@pytest.mark.asyncio
async def test_from_a_cassette(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "prompts.yaml"
    prompts = "prompts:\n  pmpt_1: {model: gpt-4o, instructions: 'Greet {{name}}.'}\n"
    path.write_text(prompts + "interactions:\n- reply: Hello\n")
    served = serve(cassettes=load_cassettes([str(path)]))
    async with AsyncOpenAI(base_url=served.url, api_key="any", max_retries=0) as client:
        response = await client.responses.create(
            prompt={"id": "pmpt_1", "variables": {"name": "Ann"}}, input="Hello"
        )
    assert response.instructions == "Greet Ann."


def test_strict_models_hold_for_the_model_of_a_prompt(serve: Serve) -> None:
    served = serve(settings=Settings(strict_models=True))
    add(served, {"pmpt_good": {"model": "gpt-4o"}, "pmpt_bad": {"model": "gpt-made-up"}})
    with api(served) as client:
        assert (
            client.responses.create(prompt={"id": "pmpt_good"}, input="Hi").model
            == "gpt-4o-2024-08-06"
        )
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(prompt={"id": "pmpt_bad"}, input="Hi")
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize("part", [{}, {"text": None}, {"text": 5}])
def test_a_part_of_a_prompt_that_is_wrong_is_refused_when_it_is_asked_for(
    serve: Serve, part: Json
) -> None:
    served = serve()
    content = [{"type": "input_text", **part}]
    prompt = {"model": "gpt-5", "input": [{"role": "user", "content": content}]}
    stored = add(served, {"pmpt_1": prompt})
    assert stored.status_code == 200
    asked = {"prompt": {"id": "pmpt_1", "variables": {"a": "b"}}}
    refused = httpx2.post(f"{served.url}/responses", json=asked)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"].startswith("input[0].content")
