"""LiteLLM's `responses`."""

import json
from typing import Any

import litellm
from driver import ENCRYPTED, MODEL, SCHEMA, WEATHER, call_outputs, drive

MODEL = f"openai/{MODEL}"


def text(response: Any) -> str:
    parts = [
        part.text for item in response.output if item.type == "message" for part in item.content
    ]
    return "".join(parts)


def plain() -> str:
    return text(litellm.responses(model=MODEL, input="I am Ann."))


def stream() -> str:
    events = litellm.responses(model=MODEL, input="I am Ann.", stream=True)
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


def tools() -> str:
    return loop([{"role": "user", "content": "How is the weather in Paris?"}])


def loop(items: list[Any], **options: Any) -> str:
    """Ask, answer calls, until there is a text; `items` grows by all that was said."""
    while True:
        response = litellm.responses(model=MODEL, input=items, tools=[WEATHER], **options)
        items += [item.model_dump(exclude_none=True) for item in response.output]
        outputs = call_outputs(response.output)
        if not outputs:
            return text(response)
        items += outputs


def structured() -> Any:
    form = {"type": "json_schema", "name": "event", "schema": SCHEMA, "strict": True}
    question = "Ann goes to a fair."
    return json.loads(text(litellm.responses(model=MODEL, input=question, text={"format": form})))


def retry() -> str:
    return text(litellm.responses(model=MODEL, input="I am Ann.", num_retries=2))


def continued() -> str:
    first = litellm.responses(model=MODEL, input="I am Ann.")
    second = litellm.responses(model=MODEL, input="Who am I?", previous_response_id=first.id)
    return text(second)


def stateless() -> str:
    items: list[Any] = [{"role": "user", "content": "How is the weather in Paris?"}]
    loop(items, store=False, include=ENCRYPTED)
    items.append({"role": "user", "content": "And in Rome?"})
    return loop(items, store=False, include=ENCRYPTED)


drive(
    "litellm",
    plain=plain,
    stream=stream,
    tools=tools,
    structured=structured,
    retry=retry,
    continued=continued,
    stateless=stateless,
)
