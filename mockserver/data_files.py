"""Files of plain data: YAML and JSON, with limits, and with the lines at which everything stands.

All that reaches into PyYAML below its documented interface is here: a loader is put together from
PyYAML's parts, and values are composed and constructed one at a time, so that a file of any size
needs the memory of one of them. `tests/test_data_files.py` names what is relied on.
"""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, TypeAlias

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver

MAX_NODES = 5_000_000
"""Most values that one value of a file may stand for once its aliases are written out."""

_NO_CONSTRUCTOR = "could not determine a constructor for the tag "
_STANDARD = "tag:yaml.org,2002:"

Reason: TypeAlias = Literal["syntax", "tag", "text", "depth", "value"]


class DataError(ValueError):
    """A text cannot be read as plain data; `line` is counted from 1, None where it is not known.

    reason: `syntax`, a `tag` that asks for more than data (named by `tag`), no `text` at all,
    nested beyond `depth`, or a `value` that may not stand where it does.
    """

    def __init__(
        self,
        reason: Reason,
        what: str,
        line: int | None = None,
        *,
        problem: str = "",
        tag: str = "",
    ) -> None:
        super().__init__(what)
        self.reason = reason
        self.line = line
        self.problem = problem or what
        self.tag = tag


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


def parse_yaml(text: str, lines: Lines) -> Any:
    """The value of a YAML document, and the lines of all that is in it.

    Dates stay text, since JSON has none; a key that stands twice in one mapping is an error.

    Raises:
        DataError: the text is no YAML, or holds what JSON has not.
    """
    loader = _line_loader()(text)
    loader.lines = lines
    try:
        with _data_errors():
            node = loader.get_single_node()
            if "*" in text:
                _weigh(node, {})
            return None if node is None else _construct(loader, node, None)
    finally:
        loader.dispose()


def parse_json(text: str, lines: Lines) -> Any:
    """The value of a JSON document, and the lines of all that is in it.

    Raises:
        DataError: the text is no JSON, or a key stands twice in one object.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object)
        _locate(value, text, lines)
        return value
    except json.JSONDecodeError as error:
        raise DataError("syntax", f"not JSON: {error.msg}", error.lineno) from error
    except DataError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise DataError("value", f"a value cannot be read: {error}") from error
    except RecursionError as error:
        raise DataError("depth", "nested too deeply") from error


def open_yaml(stream: Any) -> "YamlStream":
    """A YAML stream to be read one value at a time. Raises DataError when it is no text."""
    with _data_errors():
        return YamlStream(stream)


def _parser() -> Any:
    if hasattr(yaml, "CSafeLoader"):
        from yaml import cyaml

        return cyaml.CParser  # type: ignore[attr-defined]

    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PureParser(Reader, Scanner, Parser):
        """Slower, the same result."""

        def __init__(self, stream: Any) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)

    return PureParser


_Parser = _parser()


class YamlStream(Composer, _Parser, SafeConstructor, Resolver):  # type: ignore[misc, valid-type]
    """A YAML stream as events, of which each value is taken when it is asked for.

    It takes the tags that vcrpy and Ruby VCR write for plain data, and builds nothing else.
    """

    def __init__(self, stream: Any) -> None:
        _Parser.__init__(self, stream)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self._aliases = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turns what PyYAML raises into DataError, and lets go of the stream at the end."""
        try:
            with _data_errors():
                yield
        finally:
            self.dispose()

    def value(self) -> Any:
        """The next value of the stream. Raises DataError when it does not fit its own tag."""
        line = self.line_ahead()
        node = self.compose_node(None, 0)
        if self._aliases:
            _weigh(node, {})
        return _construct(self, node, line)

    def line_ahead(self) -> int:
        """The line, counted from 1, at which the next value begins."""
        line: int = self.peek_event().start_mark.line
        return line + 1

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self._aliases = True
        return super().compose_node(parent, index)


def _construct(loader: Any, node: Any, line: int | None) -> Any:
    try:
        return loader.construct_document(node)
    except (DataError, UnicodeError):
        raise
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise DataError("value", f"a value cannot be read: {error}", line) from error


@contextmanager
def _data_errors() -> Iterator[None]:
    """Turns what PyYAML raises into DataError."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        # What it says is said, and PyYAML's own words repeat the name of the file.
        raise _marked_error(error) from None
    except (yaml.YAMLError, UnicodeError) as error:
        problem = str(error).splitlines()[0]
        raise DataError("text", f"not YAML: {problem}", problem=problem) from error
    except RecursionError as error:
        raise DataError("depth", "nested too deeply") from error


def _marked_error(error: yaml.MarkedYAMLError) -> DataError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else None
    problem = error.problem or "it is not valid YAML"
    what = f"not YAML: {', '.join(filter(None, (error.context, error.problem)))}"
    tag = problem.partition(_NO_CONSTRUCTOR)[2].strip("'").replace(_STANDARD, "!!")
    return DataError("tag" if tag else "syntax", what, line, problem=problem, tag=tag)


def _weigh(node: Any, known: dict[int, int]) -> int:
    """The number of nodes when every alias is written out, merged ones (`<<`) too.

    Raises ConstructorError when that is absurd, or when a node contains itself.
    """
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = MAX_NODES + 1  # as long as its children are counted: it contains itself
        mapping = isinstance(node, yaml.MappingNode)
        children = [child for pair in node.value for child in pair] if mapping else node.value
        known[id(node)] = 1 + sum(_weigh(child, known) for child in children)
    if known[id(node)] > MAX_NODES:
        problem = "aliases make a value absurdly large or endless"
        raise ConstructorError(None, None, problem, node.start_mark)
    return known[id(node)]


def _construct_text(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


def _construct_binary(loader: Any, node: Any) -> Any:
    text = loader.construct_scalar(node)
    return text if isinstance(text, bytes) else base64.b64decode(text)


def _construct_tuple(loader: Any, node: Any) -> Any:
    return tuple(loader.construct_sequence(node, deep=True))


def _construct_bytes_io(loader: Any, node: Any) -> bytes:
    state = loader.construct_mapping(node, deep=True).get("state") or (b"",)
    return _as_bytes(state[0])


def _construct_iterator(loader: Any, node: Any) -> bytes:
    arguments: Any = loader.construct_mapping(node, deep=True).get("args") or ([],)
    return b"".join(_as_bytes(piece) for piece in (arguments[0] or ()))


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, (bytes, bytearray, type(None))):
        return bytes(value or b"")
    return str(value).encode()


# Tags that vcrpy and Ruby VCR write for plain data. Their constructors read the data and build no
# object.
for _tag, _constructor in {
    f"{_STANDARD}timestamp": _construct_text,  # JSON has no dates
    f"{_STANDARD}python/str": _construct_text,
    f"{_STANDARD}python/unicode": _construct_text,
    f"{_STANDARD}python/bytes": _construct_binary,
    f"{_STANDARD}python/tuple": _construct_tuple,
    f"{_STANDARD}python/list": _construct_tuple,
    f"{_STANDARD}python/object/new:_io.BytesIO": _construct_bytes_io,
    f"{_STANDARD}python/object/apply:builtins.iter": _construct_iterator,
    "!binary": _construct_binary,
}.items():
    YamlStream.add_constructor(_tag, _constructor)


@cache
def _line_loader() -> Any:
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class LineLoader(base):  # type: ignore[misc]
        """Remembers where everything stands; refuses keys that stand twice, and odd types."""

        lines: Lines

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            _refuse_twins(node)
            return super().construct_mapping(node, deep)

    def build_mapping(loader: Any, node: Any) -> Any:
        value: dict[Any, Any] = {}
        loader.lines.add(value, None, node.start_mark.line + 1)
        yield value
        value.update(loader.construct_mapping(node))
        for key, _ in node.value:
            name = loader.construct_object(key, deep=True)
            loader.lines.add(value, name, key.start_mark.line + 1)

    def build_list(loader: Any, node: Any) -> Any:
        value: list[Any] = []
        loader.lines.add(value, None, node.start_mark.line + 1)
        for index, member in enumerate(node.value):
            loader.lines.add(value, index, member.start_mark.line + 1)
        yield value
        value.extend(loader.construct_sequence(node))

    def refuse(_loader: Any, node: Any) -> Any:
        what = f"{node.tag.rpartition(':')[2]} has no place in JSON"
        raise DataError("value", what, node.start_mark.line + 1)

    LineLoader.add_constructor(f"{_STANDARD}map", build_mapping)
    LineLoader.add_constructor(f"{_STANDARD}seq", build_list)
    LineLoader.add_constructor(f"{_STANDARD}timestamp", _construct_text)
    for odd in ("binary", "set", "omap", "pairs"):
        LineLoader.add_constructor(f"{_STANDARD}{odd}", refuse)
    return LineLoader


def _refuse_twins(node: Any) -> None:
    seen = set()
    for key, _ in getattr(node, "value", ()):
        if key.tag == f"{_STANDARD}merge" or not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in seen:
            what = f"the key '{key.value}' stands twice in one mapping"
            raise DataError("value", what, key.start_mark.line + 1)
        seen.add(key.value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise DataError("value", f"the key '{twin}' stands twice in one object")
    return value


def _locate(value: Any, text: str, lines: Lines) -> None:
    """Find the keys of a JSON text in document order: the n-th key of the walk is the n-th key of
    the text.
    """
    keys = re.finditer(r'"(?:[^"\\]|\\.)*"(\s*:)?', text)
    positions = (match.start() for match in keys if match.group(1))
    newlines = [match.start() for match in re.finditer("\n", text)]

    def walk(each: Any, line: int) -> int:
        if isinstance(each, dict | list):
            lines.add(each, None, line)
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
