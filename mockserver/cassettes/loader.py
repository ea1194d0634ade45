"""The safe YAML loader: one value at a time, plain data only, in C where PyYAML has it."""

import base64
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver

MAX_NODES = 5_000_000
"""Most values that one value of the stream may stand for once its aliases are written out."""


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


class Loader(Composer, _Parser, SafeConstructor, Resolver):  # type: ignore[misc, valid-type]
    """Parses the stream as events, composes one value at a time, and constructs nothing but plain
    data.
    """

    def __init__(self, stream: Any) -> None:
        _Parser.__init__(self, stream)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self.reached = 1
        self._aliases = False

    def value(self) -> Any:
        """The next value of the stream."""
        self.reached = self.line_ahead()
        if self.check_event(yaml.AliasEvent):
            self._aliases = True
        node = self.compose_node(None, 0)
        if self._aliases:
            _weigh(node, {})
        return self.construct_document(node)

    def line_ahead(self) -> int:
        """The line, counted from 1, at which the next value begins."""
        line: int = self.peek_event().start_mark.line
        return line + 1

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self._aliases = True
        return super().compose_node(parent, index)


def _weigh(node: yaml.Node, known: dict[int, int]) -> int:
    """The number of nodes when every alias is written out, merged ones (`<<`) too.

    Raises ConstructorError when that is absurd, or when a node contains itself.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = MAX_NODES + 1  # as long as its children are counted: it contains itself
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        children = [child for pair in pairs for child in pair] if pairs else node.value
        known[id(node)] = 1 + sum(_weigh(child, known) for child in children)
    if known[id(node)] > MAX_NODES:
        raise ConstructorError(
            None, None, "aliases make a value absurdly large or endless", node.start_mark
        )
    return known[id(node)]


def _text(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


def _binary(loader: Any, node: Any) -> Any:
    text = loader.construct_scalar(node)
    return text if isinstance(text, bytes) else base64.b64decode(text)


def _sequence(loader: Any, node: Any) -> Any:
    return tuple(loader.construct_sequence(node, deep=True))


def _bytes_io(loader: Any, node: Any) -> bytes:
    state = loader.construct_mapping(node, deep=True).get("state") or (b"",)
    return _as_bytes(state[0])


def _iterator(loader: Any, node: Any) -> bytes:
    arguments: Any = loader.construct_mapping(node, deep=True).get("args") or ([],)
    return b"".join(_as_bytes(piece) for piece in (arguments[0] or ()))


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return (
        bytes(value or b"")
        if isinstance(value, (bytes, bytearray, type(None)))
        else str(value).encode()
    )


# Tags that vcrpy and Ruby VCR write for plain data. Their constructors read the data and build no
# object.
for _tag, _construct in {
    "tag:yaml.org,2002:timestamp": _text,  # JSON has no dates
    "tag:yaml.org,2002:python/str": _text,
    "tag:yaml.org,2002:python/unicode": _text,
    "tag:yaml.org,2002:python/bytes": _binary,
    "tag:yaml.org,2002:python/tuple": _sequence,
    "tag:yaml.org,2002:python/list": _sequence,
    "tag:yaml.org,2002:python/object/new:_io.BytesIO": _bytes_io,
    "tag:yaml.org,2002:python/object/apply:builtins.iter": _iterator,
    "!binary": _binary,
}.items():
    Loader.add_constructor(_tag, _construct)
