"""The text by which requests differ that are otherwise alike."""

from typing import Any

from mockserver.api.json import Json, spelling

_FEW = 8
_MESSAGE = {"type", "role", "content"}
_ROLES = ("user", "developer", "system")
_TEXT = {"type", "text"}


def asked_text(value: Any) -> str | None:
    """The text that an input is, or that the user says last in it, where it is nothing but a few
    messages with a text each; None for any other.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not 0 < len(value) <= _FEW:
        return None
    text = None
    for message in value:
        text = _said(message)
        if text is None:
            return None
    return text if value[-1]["role"] == "user" else None


def _said(message: Any) -> str | None:
    """The text of a message that is nothing else, and that no model wrote."""
    if not isinstance(message, dict) or not message.keys() <= _MESSAGE:
        return None
    if message.get("role") not in _ROLES or message.get("type", "message") != "message":
        return None
    content = message.get("content")
    if isinstance(content, list) and len(content) == 1:
        (part,) = content
        is_text = isinstance(part, dict) and part.keys() == _TEXT and part["type"] == "input_text"
        content = part["text"] if is_text else None
    return content if isinstance(content, str) else None


def with_asked_text(value: Any, text: str) -> Any:
    """An input that has an `asked_text`, with another one."""
    if isinstance(value, str):
        return text
    *before, last = value
    content = last["content"]
    said = text if isinstance(content, str) else [{**content[0], "text": text}]
    return [*before, {**last, "content": said}]


def shape_of(body: Json) -> bytes:
    """A body in one spelling, without its `asked_text`. The order of what stands within a parameter
    counts: it shows in answers.
    """
    return spelling({**body, "input": with_asked_text(body["input"], "")})
