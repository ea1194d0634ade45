"""What of an item is counted: its texts, however odd the item is."""

import json
from collections.abc import Iterator
from typing import Any

from mockserver.api.json import Json

# Names, states and ciphertexts: in an item, yet not in the prompt.
_UNSEEN = frozenset(
    (
        "type",
        "id",
        "status",
        "call_id",
        "encrypted_content",
        "fingerprint",
        "result",
        "container_id",
        "created_by",
    )
)


def string(value: Any) -> str:
    """The value, if it is a string; else the empty one."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Json:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def kind_of(item: Any) -> str:
    """The type of an item, part or tool; empty when it has none."""
    return string(mapping(item).get("type"))


def canonical_arguments(arguments: Any) -> str:
    """Arguments as the prompt repeats them: compact JSON, however the client spaced them."""
    if not isinstance(arguments, str):
        return ""
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def dumped(value: Any) -> str:
    """A value as JSON; empty for one nested too deep to be written."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


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
