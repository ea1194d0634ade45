"""A recording that differs from an earlier one of the same only where the answer does.

Headers that no two answers share are left out, and the request's JSON is laid out line by line, so
that a change shows where it was made. Requests are compared by JSON value, so both forms replay
alike.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

from mockserver.api.json import parse
from mockserver.cassettes.interaction import (
    HeaderFields,
    Interaction,
    RecordedResponse,
    SocketMessage,
)
from mockserver.cassettes.write import BLOCK_CHARACTER

_PASSING_HEADERS = re.compile(r"x-request-id|openai-processing-ms|x-ratelimit-[\w-]+")
_PASSING_FIELD = re.compile(
    rb"(?im)^ +['\"]?(?:x-request-id|openai-processing-ms|x-ratelimit-[\w-]+)['\"]?:$"
)
_NOT_IN_BLOCKS = re.compile(f"(?!{BLOCK_CHARACTER}).", re.DOTALL)


def is_tidy(path: Path) -> bool:
    """Whether a cassette is to be added to in this form: it is new, or holds no header that the
    form leaves out.
    """
    return not path.exists() or _PASSING_FIELD.search(path.read_bytes()) is None


def tidied(interaction: Interaction, keep: frozenset[str] = frozenset()) -> Interaction:
    """The interaction in this form. keep: header fields that stay, by lower-case name."""
    request, response = interaction.request, interaction.response
    return replace(
        interaction,
        request=replace(request, body=_laid_out(request.body)),
        response=replace(
            response,
            headers=_lasting(response, keep),
            messages=_asked_line_by_line(response.messages),
        ),
    )


def _lasting(response: RecordedResponse, keep: frozenset[str]) -> HeaderFields:
    """The fields that say the same in every run. A refusal keeps all, since a client may act on
    them.
    """
    if response.status >= 400:
        return response.headers
    return tuple(
        (name, value)
        for name, value in response.headers
        if name in keep or not _PASSING_HEADERS.fullmatch(name)
    )


def _asked_line_by_line(
    messages: tuple[SocketMessage, ...] | None,
) -> tuple[SocketMessage, ...] | None:
    if messages is None:
        return None
    return tuple(
        replace(message, data=_laid_out(message.data.encode()).decode())
        if message.sender == "client"
        else message
        for message in messages
    )


def _laid_out(body: bytes) -> bytes:
    """JSON with an indent, and no character that YAML would have to quote; as it is where that
    would not mean the same.
    """
    try:
        value = parse(body)
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
        text = _NOT_IN_BLOCKS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        is_same = parse(text.encode()) == value
    except (ValueError, RecursionError):
        return body
    return text.encode() if is_same and isinstance(value, dict | list) else body
