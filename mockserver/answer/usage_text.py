"""The texts inside items."""

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["canonical_arguments", "content_text", "strings"]

# Names, states and ciphertexts: in an item, yet not in the prompt.
_UNSEEN = frozenset(
    ("type", "id", "status", "call_id", "encrypted_content", "fingerprint", "result", "container_id", "created_by")
)


def content_text(content: Any) -> str:
    """The text of a message content or a call's output: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    return "".join(text for part in parts if isinstance(part, dict) and isinstance(text := _part_text(part), str))


def _part_text(part: dict[str, Any]) -> Any:
    return part.get("text") or part.get("refusal") or part.get("transcript")


def canonical_arguments(arguments: Any) -> str:
    """Arguments as the prompt repeats them: compact JSON, however the client spaced them."""
    if not isinstance(arguments, str):
        return ""
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def strings(value: Any, depth: int = 0) -> Iterator[str]:
    """Every string within a value, except ids, states and ciphertexts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 50:
        for key, entry in value.items():
            if key not in _UNSEEN:
                yield from strings(entry, depth + 1)
    elif isinstance(value, list) and depth < 50:
        for entry in value:
            yield from strings(entry, depth + 1)
