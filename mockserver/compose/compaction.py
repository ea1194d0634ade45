"""Compaction: an item that stands for all that was said before it.

https://platform.openai.com/docs/guides/conversation-state#compaction-advanced. The
`encrypted_content` that we make is not secret: it holds a digest of the items that it replaces, and
their ids. What others made is accepted unread.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mockserver.api.errors import ApiError
from mockserver.api.json import Json, canonical
from mockserver.api.requests import CreateRequest
from mockserver.compose.counter import sealed_size, since_compaction
from mockserver.compose.identity import Identity, digest
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage import input_tokens, usage_object

_PROMPT_TOKENS = 93
"""What the API's own request for a summary adds to the input. Found in recorded traffic."""
_LEAST_TOKENS, _SHARE, _MOST_TOKENS = 256, 4, 8192
"""A summary takes this many tokens at least, and one more for so many tokens of context."""
_VERSION, _TAG = b"\x80", 8


@dataclass(frozen=True, slots=True)
class Compaction:
    """A compaction item, and the tokens that its summary took to write."""

    item: Json
    tokens: int


def triggered(request: CreateRequest) -> bool:
    """Whether the input asks for a compaction in this turn."""
    return any(item["type"] == "compaction_trigger" for item in request.input_items)


def check_trigger(items: Sequence[Json]) -> None:
    """Raises ApiError 400 when a `compaction_trigger` is not the last of the input items."""
    for index, item in enumerate(items[:-1]):
        if item["type"] == "compaction_trigger":
            said = "A 'compaction_trigger' must be the final input item."
            raise ApiError(400, said, param=f"input[{index}]", code="invalid_value")


def compaction(
    request: CreateRequest, output: Sequence[Json], tokens: int, identity: Identity
) -> Compaction | None:
    """The compaction that ends this turn: when its input demands one, or when the context has
    outgrown the threshold of `context_management`.

    output: what the turn put out; one that brings a compaction of its own gets no other. tokens: of
    input and output.
    """
    thresholds = [
        each["compact_threshold"]
        for each in request.context_management
        if each.get("compact_threshold")
    ]
    if any(item["type"] == "compaction" for item in output):
        return None
    if not triggered(request) and not any(tokens > threshold for threshold in thresholds):
        return None
    return _compaction([*request.items, *output], tokens, identity, request.model, len(output))


def compact(request: CreateRequest, identity: Identity, tokenizer: Tokenizer) -> Json:
    """What `POST /responses/compact` answers: the messages of the user since the last compaction,
    word for word, and one compaction item in place of all the rest. Of `request` only the model,
    the context and instructions count.
    """
    items = since_compaction(request.items)
    said = [item for item in items if item["type"] == "message" and item.get("role") == "user"]
    read = input_tokens(request.body, request.items, request.model, tokenizer)
    made = _compaction(items, read, identity, request.model, "compaction")
    return {
        "id": identity.id("resp_", "compaction"),
        "object": "response.compaction",
        "created_at": identity.created_at,
        "output": [
            *(_message(item, identity.id("msg_", index)) for index, item in enumerate(said)),
            made.item,
        ],
        "usage": usage_object(read + _PROMPT_TOKENS, made.tokens, model=request.model),
    }


def _compaction(
    items: Sequence[Json], context_tokens: int, identity: Identity, model: str, label: object
) -> Compaction:
    tokens = min(_LEAST_TOKENS + context_tokens // _SHARE, _MOST_TOKENS)
    sealed = _seal(since_compaction(items), identity, sealed_size(tokens, model) * 3 // 4)
    return Compaction(
        {"id": identity.id("cmp_", label), "type": "compaction", "encrypted_content": sealed},
        tokens,
    )


def _seal(items: Iterable[Json], identity: Identity, size: int) -> str:
    """A text that looks like the API's, made of at least so many bytes."""
    listed = list(items)
    body = (
        digest(canonical(listed))
        + "\n".join(item["id"] for item in listed if item.get("id")).encode()
    )
    stamp = identity.created_at.to_bytes(8, "big")
    raw = b"".join(
        (_VERSION, stamp, digest("sealed", body, size=_TAG), len(body).to_bytes(4, "big"), body)
    )
    lacking = max(size - len(raw), -len(raw) % 3)
    noise = b"".join(
        digest(identity.key, "sealed", block, size=64) for block in range(-(-lacking // 64))
    )
    return base64.urlsafe_b64encode(raw + noise[:lacking]).decode()


def _message(item: Json, item_id: str) -> Json:
    parts = [
        {key: value for key, value in part.items() if value is not None} for part in item["content"]
    ]
    return {
        "id": item_id,
        "type": "message",
        "status": "completed",
        "content": parts,
        "role": "user",
    }
