"""How builders make an item: only what was given."""

from typing import Any

from mockserver.protocol.json import Json


def item(kind: str, *, id: str | None, **fields: Any) -> Json:  # noqa: A002
    return {"type": kind, **given(id=id, **fields)}


def given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else list(value)
