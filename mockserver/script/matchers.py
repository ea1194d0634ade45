"""Comparing one value, or a whole item: `equals`, `contains`, `regex`, `exists`.

A plain value means `equals`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Any

from mockserver.api.json import Json
from mockserver.names import nearest
from mockserver.script.places import Place
from mockserver.text_patterns import SearchStoppedError, TextPattern, text_pattern
from mockserver.wording import show_value

MATCHER_WORDS = ("equals", "contains", "regex", "exists")
STRENGTH = {"equals": 4, "names": 4, "regex": 3, "contains": 2, "glob": 2, "exists": 1}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: a word and what it compares with. `pattern` is the operand of `regex` and
    `glob`, compiled.
    """

    word: str
    operand: Any
    pattern: TextPattern | None = None

    def holds(self, value: Any) -> bool:
        """Whether the value passes. None stands for what is absent: the API treats null so, too.

        Raises SearchStoppedError.
        """
        if self.word == "exists":
            return (value is not None) is self.operand
        if self.pattern is not None:
            texts = value if isinstance(value, list) else [value]
            return any(
                isinstance(text, str) and self.pattern.search(text) is not None for text in texts
            )
        if self.word == "names":
            return sorted(value or ()) == sorted(self.operand)
        if self.word == "contains":
            wanted = self.operand if isinstance(self.operand, list) else [self.operand]
            return all(contains(value, each) for each in wanted)
        return same(value, self.operand)

    def __str__(self) -> str:
        if self.word in ("equals", "names"):
            return show_value(self.operand)
        if self.word == "exists":
            return "something" if self.operand else "nothing"
        return f"{self.word} {show_value(self.operand)}"


@dataclass(frozen=True, slots=True)
class Matcher:
    """Comparisons that must all hold."""

    tests: tuple[Comparison, ...]

    def holds(self, value: Any) -> bool:
        return all(test.holds(value) for test in self.tests)

    @property
    def strength(self) -> int:
        """How much this narrows down; for ordering."""
        return sum(STRENGTH[test.word] for test in self.tests)

    def groups(self, value: Any) -> dict[int | str, str | None]:
        """The groups of the regular expressions, by number and by name."""
        found: dict[int | str, str | None] = {}
        for test in self.tests:
            match = (
                test.pattern.search(value)
                if test.word == "regex" and test.pattern and value is not None
                else None
            )
            if match is not None:
                found.update(enumerate((match.group(), *match.groups())))
                found.update(match.groupdict())
        return found

    def __str__(self) -> str:
        return " and ".join(map(str, self.tests))


def undecided(matcher: Matcher, stopped: SearchStoppedError) -> str:
    """What a matcher wants, where it could not be told whether that holds."""
    return f"{matcher} ({stopped})"


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: `true` is not `1`, `1` is `1.0`, the order of keys does not
    count.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def contains(value: Any, part: Any) -> bool:
    """A text in a text, a member of a list, some keys of an object."""
    if isinstance(value, str):
        return isinstance(part, str) and part in value
    if isinstance(value, list):
        return any(
            same(each, part) or (isinstance(part, dict) and contains(each, part)) for each in value
        )
    if isinstance(value, dict) and isinstance(part, dict):
        return all(
            key in value and (same(value[key], part[key]) or contains(value[key], part[key]))
            for key in part
        )
    return False


def text_matcher(
    value: Any, place: Place, container: Any, key: str, *, glob: bool = False
) -> Matcher:
    """A matcher of texts: a string (equals, or a glob where the condition says so) or a mapping of
    matcher words.
    """
    if isinstance(value, str):
        return Matcher(
            (
                _glob(value)
                if glob and any(sign in value for sign in "*?[")
                else Comparison("equals", value),
            )
        )
    return _words(value, place, container, key, kind="text")


def json_matcher(value: Any, place: Place, container: Any, key: str) -> Matcher:
    """A matcher of any JSON value: a scalar or a list (equals), or a mapping of matcher words."""
    if isinstance(value, Mapping):
        return _words(value, place, container, key, kind="json")
    if value is None:
        raise place.error(
            f"'{key}' is null",
            container,
            key,
            next_step="Write {exists: false} for what is absent.",
        )
    return Matcher((Comparison("equals", value),))


def names_matcher(value: Any, place: Place, container: Any, key: str) -> Matcher:
    """A matcher of a set of names: a list (exactly these, in any order), one name, or a mapping of
    matcher words.
    """
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list | tuple | set | frozenset):
        return Matcher((_names(list(value), place, container, key),))
    words = _words(value, place, container, key, kind="names")
    return Matcher(
        tuple(
            _names(test.operand, place, container, key) if test.word == "equals" else test
            for test in words.tests
        )
    )


def is_matcher(value: Any) -> bool:
    """Whether a mapping consists of matcher words alone."""
    return isinstance(value, Mapping) and bool(value) and all(key in MATCHER_WORDS for key in value)


def nearly_matcher(value: Mapping[str, Any]) -> str | None:
    """The key that looks like a misspelt matcher word, if there is one."""
    return next(
        (
            key
            for key in value
            if key not in MATCHER_WORDS and nearest(key, MATCHER_WORDS, cutoff=0.8)
        ),
        None,
    )


def _words(value: Any, place: Place, container: Any, key: str, *, kind: str) -> Matcher:
    if not isinstance(value, Mapping) or not value:
        raise place.error(
            f"'{key}' cannot be compared with {show_value(value)}",
            container,
            key,
            next_step=(
                f"Write a {'list' if kind == 'names' else 'string'} (equals) or a mapping "
                f"of {', '.join(MATCHER_WORDS)}."
            ),
        )
    for word in value:
        if word not in MATCHER_WORDS:
            raise place.unknown_key(word, MATCHER_WORDS, f"'{key}'", value)
    if value.get("exists") is False and len(value) > 1:
        raise place.error(
            f"'{key}' can never hold: what does not exist has no other property", value, "exists"
        )
    return Matcher(
        tuple(_test(word, operand, place, value, kind) for word, operand in value.items())
    )


def _test(word: str, operand: Any, place: Place, container: Any, kind: str) -> Comparison:
    if word == "exists" and not isinstance(operand, bool):
        raise place.error(
            f"'exists' must be true or false, not {show_value(operand)}", container, word
        )
    if word == "regex":
        return Comparison(word, operand, _compiled(operand, place, container))
    if word == "contains":
        parts = operand if isinstance(operand, list | tuple) else [operand]
        if not parts or (
            kind != "json" and not all(isinstance(part, str) and part for part in parts)
        ):
            raise place.error(
                "'contains' must be a string that is not empty, or a list of them, not "
                f"{show_value(operand)}",
                container,
                word,
            )
        return Comparison(word, list(parts) if isinstance(operand, list | tuple) else operand)
    if word == "equals" and kind == "text" and not isinstance(operand, str):
        raise place.error(
            f"'equals' must be a string here, not {show_value(operand)}", container, word
        )
    return Comparison(word, operand)


def _compiled(operand: Any, place: Place, container: Any) -> TextPattern:
    is_compiled = isinstance(operand, re.Pattern) and isinstance(operand.pattern, str)
    if not is_compiled and not isinstance(operand, str):
        raise place.error(
            f"'regex' must be a string, not {show_value(operand)}", container, "regex"
        )
    try:
        return text_pattern(operand)
    except ValueError as error:
        raise place.error(
            f"bad regular expression {show_value(operand)}: {error}", container, "regex"
        ) from None


def _glob(value: str) -> Comparison:
    return Comparison("glob", value, text_pattern(rf"\A{translate(value)}"))


def _names(value: Any, place: Place, container: Any, key: str) -> Comparison:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise place.error(
            f"'{key}' must be a list of names, not {show_value(value)}", container, key
        )
    return Comparison("names", value)


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
            found = []
            for path, matcher in self.fields:
                place, value = f"input[{index}]{_written(path)}", _get(item, path)
                try:
                    if not matcher.holds(value):
                        found.append((place, str(matcher), value))
                except SearchStoppedError as stopped:
                    return [(place, undecided(matcher, stopped), value)]
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
                f"'{odd}' is no matcher word; these are {', '.join(MATCHER_WORDS)}",
                value,
                odd,
                next_step="If a field of that name is meant, "
                f"write {{equals: {show_value(dict(value))}}}.",
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
