"""Small cassettes for the tests of the command line."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mockserver.api import compact, pretty
from mockserver.cli import run_command

STREAM_TYPE = "text/event-stream; charset=utf-8"


def run(command: str, *arguments: object) -> int:
    """Run one command as the command line does; its exit status."""
    return run_command(command, *arguments)


def message(text: str, **more: Any) -> dict[str, Any]:
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
    return {
        "id": "msg_1",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [part],
        **more,
    }


def call(name: str, **arguments: Any) -> dict[str, Any]:
    spelled = compact(arguments).decode()
    return {
        "id": "fc_1",
        "type": "function_call",
        "status": "completed",
        "arguments": spelled,
        "call_id": "call_1",
        "name": name,
    }


def response(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_770_000_000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "gpt-5-2025-08-07",
        "output": list(output),
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
        **more,
    }


def stream(*events: dict[str, Any]) -> bytes:
    return b"".join(
        b"event: %s\ndata: %s\n\n"
        % (event["type"].encode(), compact({**event, "sequence_number": number}))
        for number, event in enumerate(events)
    )


def streamed(text: str) -> bytes:
    whole = response(message(text))
    return stream(
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
        *(
            {"type": "response.output_text.delta", "item_id": "msg_1", "delta": piece}
            for piece in text
        ),
        {"type": "response.output_item.done", "output_index": 0, "item": message(text)},
        {"type": "response.completed", "response": whole},
    )


def interaction(
    ask: Any,
    answer: Any,
    *,
    status: int = 200,
    uri: str = "/v1/responses",
    method: str = "POST",
    **more: Any,
) -> dict[str, Any]:
    """One of VCR's. `answer`: bytes are a stream, a string is text, anything else is JSON."""
    kind = (
        STREAM_TYPE
        if isinstance(answer, bytes)
        else "text/html"
        if isinstance(answer, str)
        else "application/json"
    )
    body = (
        answer.decode()
        if isinstance(answer, bytes)
        else answer
        if isinstance(answer, str)
        else pretty(answer).decode()
    )
    return {
        "request": {
            "method": method,
            "uri": f"https://api.openai.com{uri}",
            "headers": {"Content-Type": ["application/json"]},
            "body": None if ask is None else json.dumps(ask),
        },
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": {"Content-Type": [kind], "Content-Length": ["9"]},
            "body": {"string": body},
            **more,
        },
    }


def save(path: Path, interactions: Sequence[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": 1, "interactions": list(interactions)}), "utf-8")
    return path
