"""Paths into JSON values, as the API writes them: `input[1].content[0].text`."""

from typing import TypeAlias

__all__ = ["Path", "join_path"]

Path: TypeAlias = tuple[str | int, ...]


def join_path(path: Path) -> str:
    """A path in the API's notation: `input[1].content[0].text`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
