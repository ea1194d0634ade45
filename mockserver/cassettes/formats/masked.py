"""Recordings whose recorder hid even what matching needs, as LangChain's tests do: the URI and all
headers read `**REDACTED**`.

The path is concluded from the body, the type of the answer from its bytes. Requests with equal
bodies are then told apart by their order alone, as any equal requests are.
"""

import re
from dataclasses import replace
from typing import Any

from mockserver.cassettes.formats.sse_dump import is_dump
from mockserver.cassettes.interaction import (
    HeaderFields,
    Interaction,
    RecordedResponse,
    header_value,
    payload,
    request_value,
)

_MASK = re.compile(r"[*<\[({]+[\w .-]+[*>\])}]+|REDACTED|FILTERED|XXXX+|\*+")
_CREATE = "/v1/responses"
_CHAT = "/v1/chat/completions"
_EMBEDDINGS = "/v1/embeddings"


def unmasked(interaction: Interaction) -> Interaction:
    """The interaction with what can be concluded in the place of a masked URI; any other as it
    is.
    """
    if not _MASK.fullmatch(interaction.request.uri):
        return interaction
    request = interaction.request
    path = _path(request_value(request))
    note = (
        f"its URI is masked ({request.uri}): taken for {request.method} {path}; requests with "
        "equal bodies are answered in recorded order"
    )
    return replace(
        interaction,
        request=replace(request, uri=path, headers=_without_masks(request.headers)),
        response=_answer(interaction.response),
        note=note,
    )


def _path(body: Any) -> str:
    """The route whose requests have such a body."""
    if not isinstance(body, dict):
        return _CREATE
    if "messages" in body:
        return _CHAT
    is_embedding = "input" in body and str(body.get("model")).startswith("text-embedding")
    return _EMBEDDINGS if is_embedding else _CREATE


def _without_masks(headers: HeaderFields) -> HeaderFields:
    return tuple((name, value) for name, value in headers if not _MASK.fullmatch(value))


def _answer(response: RecordedResponse) -> RecordedResponse:
    headers = _without_masks(response.headers)
    if header_value(headers, "content-type") is None:
        kind = (
            "text/event-stream; charset=utf-8" if is_dump(payload(response)) else "application/json"
        )
        headers = (*headers, ("content-type", kind))
    return replace(response, headers=headers)
