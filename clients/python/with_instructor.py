"""Instructor, in its mode for the Responses API: every answer is an object."""

from typing import Any

import instructor
from driver import MODEL, drive
from pydantic import BaseModel

client = instructor.from_provider(f"openai/{MODEL}", mode=instructor.Mode.RESPONSES_TOOLS)
QUESTION: Any = [{"role": "user", "content": "Ann goes to a fair."}]


class Event(BaseModel):
    name: str
    participants: list[str]


def ask(**options: Any) -> Any:
    return client.create(messages=QUESTION, response_model=Event, **options).model_dump()


def stream() -> Any:
    partials = client.create_partial(messages=QUESTION, response_model=Event)
    return [*partials][-1].model_dump()


drive(
    "instructor",
    "openai",
    plain="every answer is an object",
    stream_by_a_tool=stream,
    tools="its tool is the object itself",
    structured_by_a_tool=ask,
    retry_by_a_tool=ask,
    continued="its answers are calls, and it sends no output of them",
    stateless="keeps no reasoning",
)
