"""LangChain's ChatOpenAI, told to use the Responses API."""

from typing import Any

import driver
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

get_weather = tool(driver.get_weather)


class Event(BaseModel):
    name: str
    participants: list[str]


def chat(**options: Any) -> ChatOpenAI:
    return ChatOpenAI(model=driver.MODEL, use_responses_api=True, **options)


def plain() -> str:
    return chat().invoke("I am Ann.").text


def stream() -> str:
    return "".join(chunk.text for chunk in chat().stream("I am Ann."))


def tools() -> str:
    return loop([HumanMessage("How is the weather in Paris?")], chat())


def loop(messages: list[BaseMessage], model: ChatOpenAI) -> str:
    """Ask, answer calls, until there is a text; `messages` grows by all that was said."""
    bound = model.bind_tools([get_weather])
    while True:
        reply = bound.invoke(messages)
        messages.append(reply)
        if not reply.tool_calls:
            return reply.text
        for call in reply.tool_calls:
            answer = get_weather.invoke(call["args"])
            messages.append(ToolMessage(answer, tool_call_id=call["id"]))


def structured() -> Any:
    model = chat().with_structured_output(Event, method="json_schema")
    return model.invoke("Ann goes to a fair.").model_dump()


def continued() -> str:
    model = chat(use_previous_response_id=True)
    first = model.invoke("I am Ann.")
    return model.invoke(["I am Ann.", first, "Who am I?"]).text


def stateless() -> str:
    model = chat(store=False, include=driver.ENCRYPTED)
    messages: list[BaseMessage] = [HumanMessage("How is the weather in Paris?")]
    loop(messages, model)
    messages.append(HumanMessage("And in Rome?"))
    return loop(messages, model)


driver.drive(
    "langchain-openai",
    plain=plain,
    stream=stream,
    tools=tools,
    structured=structured,
    retry=plain,
    continued=continued,
    stateless=stateless,
)
