"""A condition on any input item: some of its keys, each with the value or the matcher that it must
meet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.json import Json
from mockserver.script.errors import Place, shown
from mockserver.script.matcher import (
    WORDS,
    Comparison,
    Matcher,
    is_matcher,
    json_matcher,
    nearly_matcher,
)


@dataclass(frozen=True, slots=True)
class ItemPattern:
    """Matchers by path inside an item; at least one item of the input must meet them all."""

    fields: tuple[tuple[tuple[str | int, ...], Matcher], ...]

    def differences(self, items: Sequence[Json]) -> list[tuple[str, str, Any]]:
        """(path, expected, actual) of what the nearest item lacks; nothing when one item meets the
        pattern.
        """
        best: list[tuple[str, str, Any]] | None = None
        for index, item in enumerate(items):
            found = [
                (f"input[{index}]{_written(path)}", str(matcher), _get(item, path))
                for path, matcher in self.fields
                if not matcher.holds(_get(item, path))
            ]
            if not found:
                return []
            if best is None or len(found) < len(best):
                best = found
        return best if best is not None else [("item", str(self), None)]

    @property
    def specificity(self) -> tuple[int, int]:
        return sum(len(each.tests) for _, each in self.fields), sum(
            each.strength for _, each in self.fields
        )

    def __str__(self) -> str:
        return (
            "{"
            + ", ".join(f"{_written(path)[1:]}: {matcher}" for path, matcher in self.fields)
            + "}"
        )


def item_pattern(value: Any, place: Place, container: Any, key: str) -> ItemPattern:
    """The pattern that a cassette's `item` holds. Objects are patterns in turn, lists are compared
    by position.
    """
    pattern = place.mapping(value, f"'{key}'", container, key)
    if not pattern:
        raise place.error(
            f"'{key}' is empty", container, key, next_step="Name a field, such as `type`."
        )
    return ItemPattern(tuple(_fields(pattern, (), place)))


def _fields(
    value: Any, path: tuple[str | int, ...], place: Place, container: Any = None, key: Any = None
) -> Iterator[tuple[tuple[str | int, ...], Matcher]]:
    if is_matcher(value):
        yield path, json_matcher(value, place, container, str(key))
    elif isinstance(value, Mapping):
        odd = nearly_matcher(value)
        if odd is not None:
            raise place.error(
                f"'{odd}' is no matcher word; these are {', '.join(WORDS)}",
                value,
                odd,
                next_step=f"If a field of that name is meant, write {{equals: {shown(dict(value))}}}.",
            )
        for name, each in value.items():
            yield from _fields(each, (*path, name), place, value, name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _fields(each, (*path, index), place, value, index)
    else:
        yield path, Matcher((Comparison("equals", value),))


def _get(item: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if isinstance(item, dict):
            item = item.get(step)
        elif isinstance(item, list) and isinstance(step, int) and step < len(item):
            item = item[step]
        else:
            return None
    return item


def _written(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
