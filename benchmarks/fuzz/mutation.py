"""Values and texts, changed as nobody who writes a test would think of."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

RAW = {
    "@@digits@@": "9" * 5_000,
    "@@nan@@": "NaN",
    "@@infinity@@": "-Infinity",
    "@@exponent@@": "1e999",
    "@@deep@@": "[" * 3_000 + "]" * 3_000,
    "@@deepish@@": '{"a":' * 150 + "1" + "}" * 150,
    "@@surrogate@@": '"\\ud800"',
    "@@twins@@": '{"type":"message","type":{},"":1,"":2}',
}
"""What no value can stand for, by what stands for it until it is written."""

SCALARS: tuple[Any, ...] = (
    *RAW,
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**64),
    10**30,
    1.5,
    1e308,
    -0.0,
    1e-320,
    "",
    " ",
    "\0",
    "null",
    "a" * 70,
    "x" * 20_000,
    "\ud83d",
    "é́👩‍👩‍👧‮",
    "[" * 500,
    "{{ request }}",
    "%s%n{0}",
    "../../etc/passwd",
    "data:image/png;base64,AAAA",
    "data:;base64,!",
    "http://[::1",
    "1e5",
    "(?<x>a+)+$",
    "\r\nx: y",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": None},
    {"type": None},
    {"type": {"a": 1}},
    {"id": ""},
    {"$ref": "#"},
    {"$ref": "#/a/9"},
)

Path = tuple[Any, ...]


class Pool:
    """The values that stand anywhere in some documents, by the name under which they stand."""

    def __init__(self, documents: Iterable[Any]) -> None:
        self._known: dict[str, list[Any]] = defaultdict(list)
        for document in documents:
            self._add(document)
        self.names = sorted(self._known)
        self.values = [value for name in self.names for value in self._known[name]]

    def named(self, name: Any) -> list[Any]:
        """The values that have stood under this name."""
        return self._known.get(name, []) if isinstance(name, str) else []

    def _add(self, value: Any) -> None:
        if isinstance(value, dict):
            for name, member in value.items():
                known = self._known[str(name)]
                if len(known) < 40 and member not in known:
                    known.append(member)
                self._add(member)
        elif isinstance(value, list):
            for member in value:
                self._add(member)


class Mutator:
    """Changes values; with the same numbers drawn, in the same way.

    types: what a member `type` may say besides what the pool knows.
    """

    def __init__(self, drawn: random.Random, pool: Pool, types: list[str]) -> None:
        self._drawn = drawn
        self._pool = pool
        self._types = types

    def changed(self, value: Any, most: int = 4) -> Any:
        """A copy with one to `most` changes."""
        value = _copied(value)
        for _ in range(self._drawn.choice((1, 1, self._drawn.randint(1, most)))):
            value = self._once(value)
        return value

    def scalar(self) -> Any:
        """Something hostile."""
        return _copied(self._drawn.choice(SCALARS))

    def _once(self, value: Any) -> Any:
        path = self._drawn.choice(list(_paths(value)))
        if not path:
            return self.scalar() if self._drawn.random() < 0.1 else self._added(value)
        *way, last = path
        container = value
        for step in way:
            container = container[step]
        change = self._drawn.choice(self._CHANGES)
        change(self, container, last)
        return value

    def _added(self, value: Any) -> Any:
        if isinstance(value, dict) and self._pool.names:
            name = self._drawn.choice(self._pool.names)
            value[name] = self._anything(name)
        elif isinstance(value, list):
            value.append(self._anything(None))
        return value

    def _anything(self, name: Any) -> Any:
        """Something that fits the name, something from elsewhere, or something hostile."""
        known = self._pool.named(name)
        chance = self._drawn.random()
        if chance < 0.45 and known:
            found = self._drawn.choice(known)
        elif chance < 0.75 and self._pool.values:
            found = self._drawn.choice(self._pool.values)
        else:
            found = self.scalar()
        return _copied(found)

    # Changes of one member.

    def _drop(self, container: Any, key: Any) -> None:
        del container[key]

    def _replace(self, container: Any, key: Any) -> None:
        container[key] = self._anything(key)

    def _harm(self, container: Any, key: Any) -> None:
        container[key] = self.scalar()

    def _wrap(self, container: Any, key: Any) -> None:
        inner = container[key]
        choices = ([inner], {"type": inner}, [inner, inner], {"": inner})
        container[key] = _copied(self._drawn.choice(choices))

    def _unwrap(self, container: Any, key: Any) -> None:
        inner = container[key]
        if isinstance(inner, list) and inner:
            container[key] = inner[0]
        elif isinstance(inner, dict) and inner:
            container[key] = next(iter(inner.values()))
        else:
            container[key] = self.scalar()

    def _duplicate(self, container: Any, key: Any) -> None:
        if isinstance(container, list):
            times = self._drawn.choice((1, 1, 2, 30))
            container[key:key] = [_copied(container[key]) for _ in range(times)]
        else:
            container[self._drawn.choice(self._pool.names or [""])] = _copied(container[key])

    def _rename(self, container: Any, key: Any) -> None:
        if isinstance(container, dict):
            name = self._drawn.choice([*self._pool.names, "", "\0", "é" * 80, key + "s"])
            container[name] = container.pop(key)
        else:
            self._drawn.shuffle(container)

    def _retag(self, container: Any, key: Any) -> None:
        inner = container[key]
        target = inner if isinstance(inner, dict) else container
        if isinstance(target, dict):
            target["type"] = self._drawn.choice(self._types)
        else:
            self._replace(container, key)

    def _extend(self, container: Any, key: Any) -> None:
        if isinstance(container[key], dict | list):
            self._added(container[key])
        else:
            self._replace(container, key)

    _CHANGES = (
        _drop,
        _replace,
        _replace,
        _harm,
        _harm,
        _wrap,
        _unwrap,
        _duplicate,
        _rename,
        _retag,
        _retag,
        _extend,
    )


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def written(value: Any, drawn: random.Random) -> bytes:
    """A value as JSON text, with what no value can stand for; now and then damaged."""
    text = json.dumps(value, ensure_ascii=drawn.random() < 0.7)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    data = text.encode("utf-8", "surrogatepass")
    return damaged(data, drawn) if drawn.random() < 0.04 else data


def damaged(data: bytes, drawn: random.Random) -> bytes:
    """Bytes, some of which are missing, doubled, added or others."""
    for _ in range(drawn.randint(1, 3)):
        start = drawn.randrange(len(data) + 1)
        end = min(len(data), start + drawn.choice((0, 1, 1, 4, 200)))
        piece = drawn.choice((b"", bytes([drawn.randrange(256)]), data[start:end] * 2, b'"', b"\n"))
        data = data[:start] + piece + data[end:]
    return data if drawn.random() < 0.8 else data[: drawn.randrange(len(data) + 1)]


def _paths(value: Any) -> Iterable[Path]:
    """Where everything stands, the value itself first."""
    found: list[Path] = [()]
    pending: list[tuple[Path, Any]] = [((), value)]
    while pending:
        path, each = pending.pop()
        members: Iterable[tuple[Any, Any]] = ()
        if isinstance(each, dict):
            members = each.items()
        elif isinstance(each, list):
            members = enumerate(each)
        for key, member in members:
            found.append((*path, key))
            pending.append(((*path, key), member))
    return found
