"""JSON paths into a request's body: `$`, `.name`, `["name"]`, `[0]`, `[-1]`, `[*]`. Nothing else of
JSONPath.
"""

import re
from functools import lru_cache
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int | None, ...]
"""Keys and indices; None stands for every member."""

_STEP = re.compile(
    r"""\.([^.\[\]"'*\s]+)|\.(\*)|\[(-?\d+)\]|\[(\*)\]|\["([^"]*)"\]|\['([^']*)'\]"""
)


@lru_cache(maxsize=512)
def parse_path(text: str) -> Path:
    """The steps of a path. Raises ValueError with the place at which it cannot be read."""
    if not text.startswith("$"):
        raise ValueError(f"the JSON path '{text}' does not begin with '$'")
    position, path = 1, []
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(f"cannot read the JSON path '{text}' at '{text[position:]}'")
        path.append(_step(match))
        position = match.end()
    return tuple(path)


def find(value: Any, path: Path) -> list[Any]:
    """Every value that the path leads to, in document order; none where a key or index is
    missing.
    """
    found = [value]
    for step in path:
        found = [member for each in found for member in _members(each, step)]
    return found


def _step(match: re.Match[str]) -> str | int | None:
    name, star, index, bracket_star, double, single = match.groups()
    if star or bracket_star:
        return None
    if index is not None:
        return int(index)
    return next(text for text in (name, double, single) if text is not None)


def _members(value: Any, step: str | int | None) -> list[Any]:
    if isinstance(value, dict):
        if step is None:
            return list(value.values())
        return [value[step]] if step in value else []
    if isinstance(value, list):
        if step is None:
            return value
        return [value[step]] if isinstance(step, int) and -len(value) <= step < len(value) else []
    return []
