"""The openai package over HTTP."""

from typing import Any

from driver import ENCRYPTED, MODEL, WEATHER, call_outputs, drive
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()


class Event(BaseModel):
    name: str
    participants: list[str]


def plain() -> str:
    return client.responses.create(model=MODEL, input="I am Ann.").output_text


def stream() -> str:
    with client.responses.stream(model=MODEL, input="I am Ann.") as events:
        deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        assert events.get_final_response().output_text == "".join(deltas)
    return "".join(deltas)


def tools() -> str:
    items: list[Any] = [{"role": "user", "content": "How is the weather in Paris?"}]
    return loop(items, {})


def loop(items: list[Any], options: dict[str, Any]) -> str:
    """Ask, answer calls, until there is a text; `items` grows by all that was said."""
    while True:
        response = client.responses.create(model=MODEL, input=items, tools=[WEATHER], **options)
        items += response.output
        outputs = call_outputs(response.output)
        if not outputs:
            return response.output_text
        items += outputs


def structured() -> dict[str, Any]:
    response = client.responses.parse(model=MODEL, input="Ann goes to a fair.", text_format=Event)
    assert response.output_parsed is not None
    return response.output_parsed.model_dump()


def continued() -> str:
    first = client.responses.create(model=MODEL, input="I am Ann.")
    return client.responses.create(
        model=MODEL, input="Who am I?", previous_response_id=first.id
    ).output_text


def stateless() -> str:
    options = {"store": False, "include": ENCRYPTED}
    items: list[Any] = [{"role": "user", "content": "How is the weather in Paris?"}]
    loop(items, options)
    items.append({"role": "user", "content": "And in Rome?"})
    return loop(items, options)


drive(
    "openai",
    plain=plain,
    stream=stream,
    tools=tools,
    structured=structured,
    retry=plain,
    continued=continued,
    stateless=stateless,
)
