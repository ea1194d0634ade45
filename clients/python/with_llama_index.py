"""LlamaIndex's OpenAIResponses."""

from typing import Any

import driver
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAIResponses
from pydantic import BaseModel

weather = FunctionTool.from_defaults(driver.get_weather, name="get_weather")
QUESTION = "How is the weather in Paris?"


class Event(BaseModel):
    name: str
    participants: list[str]


def llm(**options: Any) -> OpenAIResponses:
    return OpenAIResponses(model=driver.MODEL, reasoning_options={"effort": "low"}, **options)


def plain() -> str:
    return llm().complete("I am Ann.").text


def stream() -> str:
    return "".join(chunk.delta or "" for chunk in llm().stream_complete("I am Ann."))


def tools() -> str:
    return loop([ChatMessage(QUESTION)], llm(store=True))


def loop(messages: list[ChatMessage], model: OpenAIResponses) -> str:
    """Ask, answer calls, until there is a text; `messages` grows by all that was said."""
    while True:
        reply = model.chat_with_tools([weather], chat_history=messages)
        messages.append(reply.message)
        calls = model.get_tool_calls_from_response(reply, error_on_no_tool_call=False)
        if not calls:
            return reply.message.content or ""
        for call in calls:
            output = driver.get_weather(**call.tool_kwargs)
            call_id = {"tool_call_id": call.tool_id}
            messages.append(ChatMessage(output, role="tool", additional_kwargs=call_id))


def structured() -> Any:
    model = llm().as_structured_llm(Event)
    return model.complete("Ann goes to a fair.").raw.model_dump()


def continued() -> str:
    model = llm(track_previous_responses=True)
    model.complete("I am Ann.")
    return model.complete("Who am I?").text


driver.drive(
    "llama-index-llms-openai",
    "openai",
    plain=plain,
    stream=stream,
    tools=tools,
    structured=structured,
    retry=plain,
    continued=continued,
    stateless="leaves out the reasoning of what is not stored",
)
