"""What an interaction says, for people and for tools: who was asked what, and what came back."""

from collections.abc import Iterable
from typing import Any

from mockserver.api.events import LAST
from mockserver.api.json import Json, parse
from mockserver.api.requests import content_text
from mockserver.cassettes.canonical import route
from mockserver.cassettes.interaction import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    is_stream,
    payload,
)
from mockserver.sse import ServerSentEvent, events, looks_like_events


def request_value(request: RecordedRequest) -> Any:
    """The JSON value of the request's body, or None when it is not JSON."""
    return _json(request.body)


def is_create(request: RecordedRequest) -> bool:
    """Whether this asks for a response: POST /responses, or a turn of a WebSocket."""
    return request.method in ("POST", "WEBSOCKET") and route(request.uri) == "/responses"


def stream_events(response: RecordedResponse) -> list[tuple[ServerSentEvent, Any]]:
    """The events of a stream or of a WebSocket turn, each with its JSON value (None where it is not
    JSON).
    """
    if response.messages is not None:
        sent = [
            ServerSentEvent("", message.data)
            for message in response.messages
            if message.sender == "server"
        ]
        found: Iterable[ServerSentEvent] = sent
    else:
        found = events(payload(response))
    return [(event, _json(event.data.encode())) for event in found]


def is_event_stream(response: RecordedResponse) -> bool:
    """Whether the body is a stream of events, even where the headers that say so were not kept."""
    return is_stream(response) or looks_like_events(response.body or b"")


def answer_value(response: RecordedResponse) -> Any:
    """The JSON value that the answer comes to: its body, or the Response at the end of its stream.

    A stream without a terminal event gives the Response with the output items that were finished.
    """
    if response.messages is None and not is_event_stream(response):
        return response.value if response.body is None else _json(response.body)
    begun: Json | None = None
    items: dict[int, Any] = {}
    for _, value in stream_events(response):
        if not isinstance(value, dict):
            continue
        if value.get("type") in LAST:
            return value["response"] if isinstance(value.get("response"), dict) else value
        if isinstance(value.get("response"), dict):
            begun = value["response"]
        elif value.get("type") == "response.output_item.done":
            items[value.get("output_index", len(items))] = value.get("item")
    return None if begun is None else {**begun, "output": [items[index] for index in sorted(items)]}


def describe_outcome(interaction: Interaction) -> str:
    """The answer in a few words: `completed: message "pong"`."""
    value = answer_value(interaction.response)
    if not isinstance(value, dict):
        size = len(payload(interaction.response))
        return f"{size} bytes" if size else "no body"
    error = value.get("error")
    if isinstance(error, dict):
        return f"{error.get('code') or error.get('type') or 'error'}: {error.get('message')}"
    if not isinstance(value.get("output"), list):
        return str(value.get("object") or "JSON")
    status = value.get("status")
    prefix = f"{status}: " if status not in (None, "completed") else ""
    return prefix + (", ".join(describe_item(item) for item in value["output"]) or "no output")


def describe_item(item: Any) -> str:
    """An item in a few words: `message "pong"`, `function_call get_weather({"city":"Paris"})`."""
    if not isinstance(item, dict):
        return "?"
    kind = str(item.get("type"))
    if kind == "message":
        return f'message "{content_text(item.get("content"))}"'
    if "name" in item and ("arguments" in item or "input" in item):
        return f"{kind} {item['name']}({item.get('arguments', item.get('input'))})"
    return kind


def _json(raw: bytes) -> Any:
    try:
        return parse(raw)
    except ValueError:
        return None
