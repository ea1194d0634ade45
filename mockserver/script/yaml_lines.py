"""Parsing YAML and JSON while remembering where everything stands."""

import json
import re
from bisect import bisect_right
from collections.abc import Hashable
from functools import cache
from typing import Any

import yaml

from mockserver.script.errors import ScriptError

BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Lines:
    """Lines of the keys of mappings and the members of lists, by the identity of their
    container.
    """

    def __init__(self) -> None:
        self._lines: dict[int, dict[Any, int]] = {}
        self._kept: list[Any] = []  # identities are unique only while what they belong to lives

    def add(self, container: Any, key: Any, line: int) -> None:
        if id(container) not in self._lines:
            self._kept.append(container)
        self._lines.setdefault(id(container), {}).setdefault(key, line)

    def line(self, container: Any, key: Any = None) -> int | None:
        """The line, from 1, of a key or member; of the container itself when there is no such
        key.
        """
        known = self._lines.get(id(container), {})
        return known.get(key if isinstance(key, Hashable) else None, known.get(None))


def parse_yaml(text: str, source: str, lines: Lines) -> Any:
    """The value of a YAML document; dates stay text, since JSON has none. Raises ScriptError.

    A key that stands twice in one mapping is an error.
    """
    loader = _loader()(text)
    loader.lines, loader.source = lines, source
    try:
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        said = ", ".join(filter(None, (error.context, error.problem)))
        raise ScriptError(f"not YAML: {said}", source=f"{source}:{line}") from error
    except yaml.YAMLError as error:
        raise ScriptError(f"not YAML: {str(error).splitlines()[0]}", source=source) from error
    except RecursionError as error:
        raise ScriptError("nested too deeply", source=source) from error
    finally:
        loader.dispose()


def parse_json(text: str, source: str, lines: Lines) -> Any:
    """The value of a JSON document. Raises ScriptError, also for a key that stands twice in one
    object.
    """
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, source))
    except json.JSONDecodeError as error:
        raise ScriptError(f"not JSON: {error.msg}", source=f"{source}:{error.lineno}") from error
    except RecursionError as error:
        raise ScriptError("nested too deeply", source=source) from error
    _locate(value, text, lines)
    return value


@cache
def _loader() -> Any:
    class Loader(BaseLoader):  # type: ignore[misc]
        lines: Lines
        source: str

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            self._refuse_twins(node)
            return super().construct_mapping(node, deep)

        def _refuse_twins(self, node: Any) -> None:
            seen = set()
            for key, _ in getattr(node, "value", ()):
                if key.tag == "tag:yaml.org,2002:merge" or not isinstance(key, yaml.ScalarNode):
                    continue
                if key.value in seen:
                    where = f"{self.source}:{key.start_mark.line + 1}"
                    raise ScriptError(
                        f"the key '{key.value}' stands twice in one mapping", source=where
                    )
                seen.add(key.value)

    def build_mapping(loader: Any, node: Any) -> Any:
        value: dict[Any, Any] = {}
        loader.lines.add(value, None, node.start_mark.line + 1)
        yield value
        value.update(loader.construct_mapping(node))
        for key, _ in node.value:
            loader.lines.add(
                value, loader.construct_object(key, deep=True), key.start_mark.line + 1
            )

    def build_list(loader: Any, node: Any) -> Any:
        value: list[Any] = []
        loader.lines.add(value, None, node.start_mark.line + 1)
        for index, member in enumerate(node.value):
            loader.lines.add(value, index, member.start_mark.line + 1)
        yield value
        value.extend(loader.construct_sequence(node))

    Loader.add_constructor("tag:yaml.org,2002:map", build_mapping)
    Loader.add_constructor("tag:yaml.org,2002:seq", build_list)

    def refuse(loader: Any, node: Any) -> Any:
        where = f"{loader.source}:{node.start_mark.line + 1}"
        raise ScriptError(f"{node.tag.rpartition(':')[2]} has no place in JSON", source=where)

    for odd in ("binary", "set", "omap", "pairs"):
        Loader.add_constructor(f"tag:yaml.org,2002:{odd}", refuse)
    Loader.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
    )
    return Loader


def _object(pairs: list[tuple[str, Any]], source: str) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ScriptError(f"the key '{twin}' stands twice in one object", source=source)
    return value


def _locate(value: Any, text: str, lines: Lines) -> None:
    """Find the keys of a JSON text in document order: the n-th key of the walk is the n-th key of
    the text.
    """
    keys = re.finditer(r'"(?:[^"\\]|\\.)*"(\s*:)?', text)
    positions = (match.start() for match in keys if match.group(1))
    newlines = [match.start() for match in re.finditer("\n", text)]

    def walk(each: Any, line: int) -> int:
        lines.add(each, None, line) if isinstance(each, dict | list) else None
        if isinstance(each, dict):
            for key, member in each.items():
                line = bisect_right(newlines, next(positions)) + 1
                lines.add(each, key, line)
                line = walk(member, line)
        elif isinstance(each, list):
            for index, member in enumerate(each):
                before = line
                line = walk(member, line)
                lines.add(each, index, _first_line(member, lines, before))
        return line

    walk(value, 1)


def _first_line(member: Any, lines: Lines, otherwise: int) -> int:
    if isinstance(member, dict) and member:
        return lines.line(member, next(iter(member))) or otherwise
    return otherwise
