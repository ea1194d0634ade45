"""Plain data with limits and lines; what is relied on below PyYAML's documented interface."""

import inspect
from typing import Any

import pytest
import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor

from mockserver.data_files import DataError, Lines, parse_json, parse_yaml

RELIED_ON: dict[Any, list[str]] = {
    Composer: ["__init__(self)", "compose_node(self, parent, index)"],
    SafeConstructor: [
        "__init__(self)",
        "construct_document(self, node)",
        "construct_mapping(self, node, deep=False)",
        "construct_object(self, node, deep=False)",
    ],
}


@pytest.mark.parametrize("part", RELIED_ON)
def test_what_is_relied_on_below_the_documented_interface(part: Any) -> None:
    """When this fails, PyYAML moved what `mockserver/data_files.py` is put together from."""
    moved = [
        named
        for named in RELIED_ON[part]
        for name in [named.partition("(")[0]]
        if f"{name}{inspect.signature(getattr(part, name, lambda: None))}" != named
    ]
    assert moved == []


def test_the_parsers_parts() -> None:
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    parts: list[tuple[Any, str]] = [(Reader, "stream"), (Scanner, ""), (Parser, "")]
    for part, argument in parts:
        names = [*inspect.signature(part.__init__).parameters][1:]
        assert names == [argument] * bool(argument), part
    if hasattr(yaml, "CSafeLoader"):
        from yaml import cyaml

        assert issubclass(yaml.CSafeLoader, cyaml.CParser)  # type: ignore[attr-defined]


def test_aliases_and_merged_keys_cannot_explode() -> None:
    lists = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    merged = "\n".join(
        f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}" for n in range(1, 9)
    )
    for text in (f"l0: &l0 [x]\n{lists}", f"l0: &l0 {{a: b}}\n{merged}", "- &a [*a]"):
        with pytest.raises(DataError, match="absurdly large or endless") as caught:
            parse_yaml(text, Lines())
        assert caught.value.line is not None


def test_merged_keys_give_way_to_written_ones() -> None:
    text = "base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}"
    assert parse_yaml(text, Lines())["more"] == {"a": 1, "b": 3}


def test_nesting_without_end_is_an_error() -> None:
    with pytest.raises(DataError) as caught:
        parse_yaml("[" * 5000, Lines())
    assert caught.value.reason == "syntax"
    # PyYAML 6.0.4 stops at the hundreds, those before it at the missing end.
    assert caught.value.line in (1, 2)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: !!int abc", "value", None),
        ("a:\n- !!set {b}", "value", 2),
        ("a: 1\na: 2", "value", 2),
        ("a: [", "syntax", 2),
        ("a: !!python/name:os.system ''", "tag", 1),
        ("a: \x00", "text", None),
    ],
)
def test_what_is_no_plain_data(text: str, reason: str, line: int | None) -> None:
    with pytest.raises(DataError) as caught:
        parse_yaml(text, Lines())
    assert (caught.value.reason, caught.value.line) == (reason, line)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [("{", "syntax", 1), ('{"a": 1,\n "a": 2}', "value", None), ("[" * 100_000, "depth", None)],
)
def test_what_is_no_json(text: str, reason: str, line: int | None) -> None:
    with pytest.raises(DataError) as caught:
        parse_json(text, Lines())
    assert (caught.value.reason, caught.value.line) == (reason, line)
