"""The openai package over a WebSocket."""

import json
from typing import Any

from driver import ENCRYPTED, MODEL, SCHEMA, WEATHER, call_outputs, drive
from openai import OpenAI
from openai.types.responses import Response

client = OpenAI()
connection = client.responses.connect().enter()


def ask(**body: Any) -> tuple[Response, str]:
    """Create a response; it, and its deltas joined."""
    connection.response.create(model=MODEL, **body)
    deltas = ""
    for event in connection:
        if event.type == "response.output_text.delta":
            deltas += event.delta
        elif event.type == "response.completed":
            return event.response, deltas
        elif event.type == "error":
            raise RuntimeError(event.to_json())
    raise RuntimeError("the connection has ended")


def plain() -> str:
    return ask(input="I am Ann.")[0].output_text


def stream() -> str:
    return ask(input="I am Ann.")[1]


def tools() -> str:
    return loop([{"role": "user", "content": "How is the weather in Paris?"}])


def loop(items: list[Any], **options: Any) -> str:
    """Ask, answer calls, until there is a text; `items` grows by all that was said."""
    while True:
        response, text = ask(input=items, tools=[WEATHER], **options)
        items += [item.to_dict() for item in response.output]
        outputs = call_outputs(response.output)
        if not outputs:
            return text
        items += outputs


def structured() -> Any:
    form = {"type": "json_schema", "name": "event", "schema": SCHEMA, "strict": True}
    return json.loads(ask(input="Ann goes to a fair.", text={"format": form})[1])


def retry() -> str:
    """An error is an event here, and asking again the caller's."""
    for _ in range(2):
        try:
            return plain()
        except RuntimeError:
            continue
    return plain()


def continued() -> str:
    first, _ = ask(input="I am Ann.")
    return ask(input="Who am I?", previous_response_id=first.id)[1]


def stateless() -> str:
    items: list[Any] = [{"role": "user", "content": "How is the weather in Paris?"}]
    loop(items, store=False, include=ENCRYPTED)
    items.append({"role": "user", "content": "And in Rome?"})
    return loop(items, store=False, include=ENCRYPTED)


drive(
    "openai",
    plain=plain,
    stream_of_a_socket=stream,
    tools=tools,
    structured=structured,
    retry=retry,
    continued=continued,
    stateless=stateless,
)
