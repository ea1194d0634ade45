"""Formats that are known and not read: what such a file is, and what to do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_RECORD = "Record the calls with `mockserver record --upstream https://api.openai.com/v1`."


@dataclass(frozen=True, slots=True)
class UnreadFormat:
    """A format by its name; `detect` knows its documents of JSON. In `next_step`, `{path}` stands
    for the file.
    """

    name: str
    detect: Callable[[Any], bool]
    next_step: str


def find(document: Any) -> UnreadFormat | None:
    """The format of a document; None where it is not known."""
    return next((each for each in UNREAD if each.detect(document)), None)


def _has(*keys: str) -> Callable[[Any], bool]:
    """Of a mapping, or of the first member of a list: whether it has all of these keys."""

    def detect(document: Any) -> bool:
        first = document[0] if isinstance(document, list) and document else document
        return isinstance(first, dict) and first.keys() >= set(keys)

    return detect


def _is_object(name: str) -> Callable[[Any], bool]:
    return lambda document: isinstance(document, dict) and document.get("object") == name


UNREAD = (
    UnreadFormat(
        "a file of aimock's fixtures",
        lambda document: isinstance(document, dict) and isinstance(document.get("fixtures"), list),
        "Turn it into a script: `mockserver convert --to scripted {path} -o script.yaml`.",
    ),
    UnreadFormat("a reply of the Chat Completions API", _is_object("chat.completion"), _RECORD),
    UnreadFormat(
        "a reply of the Messages API",
        lambda document: (
            isinstance(document, dict)
            and document.get("type") == "message"
            and "stop_reason" in document
        ),
        _RECORD,
    ),
    UnreadFormat("a recording of nock", _has("scope", "path", "response"), _RECORD),
    UnreadFormat("a file of WireMock's mappings", _has("mappings"), _RECORD),
    UnreadFormat("expectations of the Java MockServer", _has("httpRequest"), _RECORD),
    UnreadFormat("a collection of Postman", _has("info", "item"), _RECORD),
    UnreadFormat(
        "a list of requests of the Batch API", _has("custom_id", "method", "url", "body"), _RECORD
    ),
)
