"""Agent frameworks, unmodified, against the server."""

from typing import TYPE_CHECKING, Any

import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from conftest import Serve

if TYPE_CHECKING:
    from agents import Agent

# The frameworks are imported by the tests: that takes seconds, also of a process that runs others.


def agent(client: AsyncOpenAI) -> "Agent[Any]":
    from agents import Agent, OpenAIResponsesModel, function_tool, set_tracing_disabled

    @function_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"18 °C in {city}"

    set_tracing_disabled(True)
    model = OpenAIResponsesModel(model="gpt-5", openai_client=client)
    return Agent(
        name="Forecaster", instructions="Say the weather.", model=model, tools=[get_weather]
    )


@pytest.mark.asyncio
async def test_agents_sdk_runs_a_tool_loop_streamed(serve: Serve) -> None:
    from agents import Runner

    server = serve()
    server.script(
        {"type": "function_call", "name": "get_weather", "arguments": {"city": "Paris"}},
        "It is 18 °C.",
    )
    async with AsyncOpenAI(api_key="any", base_url=server.url) as client:
        run = Runner.run_streamed(agent(client), "How is the weather in Paris?")
        kinds = [event.type async for event in run.stream_events()]
    assert run.final_output == "It is 18 °C."
    assert "raw_response_event" in kinds
    assert [item.output for item in run.new_items if item.type == "tool_call_output_item"] == [
        "18 °C in Paris"
    ]


@pytest.mark.asyncio
async def test_agents_sdk_ends_without_a_script(serve: Serve) -> None:
    from agents import Runner

    async with AsyncOpenAI(api_key="any", base_url=serve().url) as client:
        result = await Runner.run(agent(client), "How is the weather in Paris?", max_turns=4)
    assert result.final_output


class Capital(BaseModel):
    city: str
    population: int


@pytest.mark.asyncio
async def test_pydantic_ai_gets_structured_output(serve: Serve) -> None:
    pytest.importorskip("pydantic_ai", reason="pydantic-ai needs Python 3.11")
    from pydantic_ai import Agent as PydanticAgent
    from pydantic_ai import NativeOutput
    from pydantic_ai.models.openai import OpenAIResponsesModel as PydanticModel
    from pydantic_ai.providers.openai import OpenAIProvider

    async with AsyncOpenAI(api_key="any", base_url=serve().url) as client:
        model = PydanticModel("gpt-5", provider=OpenAIProvider(openai_client=client))
        by_tool = await PydanticAgent(model, output_type=Capital).run("The capital of France?")
        by_format = await PydanticAgent(model, output_type=NativeOutput(Capital)).run(
            "The capital of France?"
        )
    assert isinstance(by_tool.output, Capital)
    assert isinstance(by_format.output, Capital)
