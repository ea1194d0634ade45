"""Pydantic AI, over HTTP or, if it is told so, a WebSocket."""

import asyncio
import sys
from typing import Any

import driver
from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.models.openai import OpenAIResponsesModel, OpenAIResponsesModelSettings

socket = "websocket" in sys.argv
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
model = OpenAIResponsesModel(driver.MODEL)
transport: Any = {"openai_transport": "websocket"} if socket else {}


class Event(BaseModel):
    name: str
    participants: list[str]


def agent(**options: Any) -> Agent[None, Any]:
    return Agent(model, model_settings=transport, **options)


def plain() -> Any:
    return agent().run_sync("I am Ann.").output


def stream() -> str:
    async def deltas() -> str:
        async with agent().run_stream("I am Ann.") as result:
            return "".join([delta async for delta in result.stream_text(delta=True)])

    return loop.run_until_complete(deltas())


def tools() -> Any:
    return agent(tools=[driver.get_weather]).run_sync("How is the weather in Paris?").output


def structured() -> Any:
    return (
        agent(output_type=NativeOutput(Event)).run_sync("Ann goes to a fair.").output.model_dump()
    )


def continued() -> Any:
    settings = OpenAIResponsesModelSettings(openai_previous_response_id="auto", **transport)
    first = agent().run_sync("I am Ann.", model_settings=settings)
    history = first.all_messages()
    return agent().run_sync("Who am I?", message_history=history, model_settings=settings).output


def stateless() -> Any:
    settings = OpenAIResponsesModelSettings(openai_store=False, **transport)
    weather = Agent(model, tools=[driver.get_weather], model_settings=settings)
    first = weather.run_sync("How is the weather in Paris?")
    return weather.run_sync("And in Rome?", message_history=first.all_messages()).output


driver.drive(
    "pydantic-ai-slim",
    plain=plain,
    **{"stream_of_a_socket" if socket else "stream": stream},
    tools=tools,
    structured=structured,
    retry=plain,
    continued=continued,
    **{"stateless_of_a_socket" if socket else "stateless": stateless},
)
