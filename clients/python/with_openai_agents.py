"""OpenAI's Agents SDK, over HTTP or, if it is told so, a WebSocket."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import driver
from agents import (
    Agent,
    ModelRetrySettings,
    ModelSettings,
    RunConfig,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from agents.models.openai_provider import OpenAIProvider
from openai.types.responses import ResponseTextDeltaEvent
from pydantic import BaseModel

set_tracing_disabled(True)
socket = "websocket" in sys.argv
get_weather = function_tool(driver.get_weather)
STATELESS = ModelSettings(store=False, response_include=["reasoning.encrypted_content"])
loop = asyncio.new_event_loop()
settings = RunConfig(model_provider=OpenAIProvider(use_responses_websocket=socket))


class Event(BaseModel):
    name: str
    participants: list[str]


def agent(**options: Any) -> Agent[None]:
    return Agent("Ann's", model=driver.MODEL, **options)


async def plain() -> Any:
    return (await Runner.run(agent(), "I am Ann.", run_config=settings)).final_output


async def stream() -> str:
    result = Runner.run_streamed(agent(), "I am Ann.", run_config=settings)
    deltas = [
        event.data.delta
        async for event in result.stream_events()
        if event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent)
    ]
    assert result.final_output == "".join(deltas)
    return "".join(deltas)


async def tools() -> Any:
    weather = agent(tools=[get_weather])
    question = "How is the weather in Paris?"
    return (await Runner.run(weather, question, run_config=settings)).final_output


async def structured() -> Any:
    events = agent(output_type=Event)
    result = await Runner.run(events, "Ann goes to a fair.", run_config=settings)
    return result.final_output.model_dump()


async def retry() -> Any:
    """Over a WebSocket the runner repeats, where it is asked to; over HTTP the SDK below does."""
    repeat = ModelRetrySettings(max_retries=2, policy=lambda _: True)
    patient = agent(model_settings=ModelSettings(retry=repeat)) if socket else agent()
    return (await Runner.run(patient, "I am Ann.", run_config=settings)).final_output


async def continued() -> Any:
    first = await Runner.run(agent(), "I am Ann.", run_config=settings)
    second = await Runner.run(
        agent(), "Who am I?", previous_response_id=first.last_response_id, run_config=settings
    )
    return second.final_output


async def stateless() -> Any:
    weather = agent(tools=[get_weather], model_settings=STATELESS)
    first = await Runner.run(weather, "How is the weather in Paris?", run_config=settings)
    items = [*first.to_input_list(), {"role": "user", "content": "And in Rome?"}]
    return (await Runner.run(weather, items, run_config=settings)).final_output


def waited(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Callable[[], Any]:
    return lambda: loop.run_until_complete(scenario())


driver.drive(
    "openai-agents",
    plain=waited(plain),
    **{"stream_of_a_socket" if socket else "stream": waited(stream)},
    tools=waited(tools),
    structured=waited(structured),
    retry=waited(retry),
    continued=waited(continued),
    stateless=waited(stateless),
)
