"""Whether what the server sends is what the API sends: the list of differences is empty."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mockserver.api.parts import STRICT

__all__ = ["wrong"]


def wrong(kind: str, value: Any) -> list[str]:
    """What is wrong with a value of this kind: one line with path and reason, or nothing.

    Kinds: `Response`, `Event`, `OutputItem`, `StoredItem`, `Usage`, `Tool`, `CompactedResponse`,
    `InputTokenCount`, `DeletedResponse`, `ItemList`, `Conversation`. Keys beyond the API's count as
    wrong. Raises KeyError for others.
    """
    try:
        _adapter(kind).validate_python([value])
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, found['loc'][1:]))}: {found['msg']}"
            for found in error.errors(include_url=False)
        ]
    return []


@cache
def _adapter(kind: str) -> TypeAdapter[list[Any]]:
    from mockserver.api import events, items, response, tools

    for module in (response, events, items, tools):
        if kind in module.__all__:
            # A list, because a TypedDict on its own takes no configuration.
            listed: Any = list[getattr(module, kind)]  # type: ignore[misc]
            return TypeAdapter(listed, config=STRICT)
    raise KeyError(kind)
