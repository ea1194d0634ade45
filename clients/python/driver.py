"""What every Python client is driven by: a scenario's name comes in on a line, what came of it
goes out on a line."""

import json
import sys
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

MODEL = "gpt-5"
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "participants": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "participants"],
    "additionalProperties": False,
}
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
ENCRYPTED = ["reasoning.encrypted_content"]


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"18 °C in {city}"


def call_outputs(output: Iterable[Any]) -> list[dict[str, str]]:
    """What the calls among the items of an output return, as items; none without a call."""
    return [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": get_weather(**json.loads(call.arguments)),
        }
        for call in output
        if call.type == "function_call"
    ]


def drive(*distributions: str, **scenarios: Callable[[], Any] | str) -> None:
    """Run scenarios as they are asked for.

    Args:
        distributions: what is driven, to be told with versions.
        scenarios: a function that returns what the client was told in the end, or why this client
            cannot do it.
    """
    lines = sys.stdout
    sys.stdout = sys.stderr  # What libraries print is no answer.
    versions = ", ".join(f"{name} {version(name)}" for name in distributions)
    cannot = {name: why for name, why in scenarios.items() if isinstance(why, str)}
    able = {name: run for name, run in scenarios.items() if not isinstance(run, str)}
    print(
        json.dumps({"versions": versions, "able": [*able], "cannot": cannot}),
        file=lines,
        flush=True,
    )
    for line in sys.stdin:
        try:
            outcome = {"answer": able[line.strip()]()}
        except Exception:
            outcome = {"failed": traceback.format_exc()}
        print(json.dumps(outcome), file=lines, flush=True)
