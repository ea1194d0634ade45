import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api import canonical, compact, parse, pretty, pretty_portions

EXPONENTS = ["1e-5", ": 1e-05", " 1e-5,\n", "0.00001", 1e-05, 9.99e-05, 1e16, 5e-324]
"""Numbers that Python writes with an exponent, or nearly, and texts that look so."""
ODD = ["", "\u2028", "\x00\x1f", "é—😀", "\ud800", "a\udfffb", '"\\/', "\x7f"]

values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_compact_has_no_spaces_and_plain_utf8() -> None:
    assert compact({"b": [1, 2.0], "a": "é—😀"}) == '{"b":[1,2.0],"a":"é—😀"}'.encode()


def test_pretty_is_indented_and_ascii() -> None:
    assert pretty({"b": {"c": 1.0}, "a": "—", "e": [], "o": {}}) == (
        b'{\n  "b": {\n    "c": 1.0\n  },\n  "a": "\\u2014",\n  "e": [],\n  "o": {}\n}'
    )


@pytest.mark.parametrize("text", ODD)
def test_any_string_can_be_written(text: str) -> None:
    for write in (compact, pretty, canonical):
        assert json.loads(write({"text": text})) == {"text": text}


def test_numbers_that_json_lacks_become_null() -> None:
    value = {"a": float("nan"), "b": [float("inf"), 1.5], "c": "\ud800"}
    for write in (compact, pretty):
        assert json.loads(write(value)) == {"a": None, "b": [None, 1.5], "c": "\ud800"}


def test_tiny_numbers_are_spelled_as_the_service_spells_them() -> None:
    assert compact([1e-05, "é: 1e5"]) == '[1e-05,"é: 1e5"]'.encode()
    assert compact([1e-05]) == b"[1e-05]"
    assert pretty({"a": -2.5e-07}) == b'{\n  "a": -2.5e-07\n}'


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(EXPONENTS)))
def test_numbers_are_spelled_as_python_spells_them(value: list[Any]) -> None:
    assert compact({"a": value}).decode() == json.dumps({"a": value}, separators=(",", ":"))
    assert pretty({"a": value}).decode() == json.dumps({"a": value}, indent=2)


def test_canonical_ignores_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": {"d": 1, "c": 2}}) == canonical({"a": {"c": 2, "d": 1}, "b": 1})


@pytest.mark.parametrize("count", [1999, 2000, 2001, 4001])
def test_long_lists_have_the_same_canonical_form(count: int) -> None:
    items = [{"text": f"é{number}", "role": "user"} for number in range(count)]
    for value in (items, {"b": items, "a": [1, {"é": items}], "ü": None}):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        assert canonical(value) == text.encode()


@given(values)
def test_what_is_written_can_be_parsed(value: Any) -> None:
    assert parse(compact(value)) == value
    assert parse(pretty(value)) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"\xff",
        b"{'a': 1}",
        b"[" * 5000,
        b'"\\ud800"',
        b"1 2",
        b"9" * 10_000,
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="line 1 column"):
        parse(raw)


def test_parse_keeps_order_and_kind_of_numbers() -> None:
    value = parse(b'{"z": 1, "a": 1.0}')
    assert list(value) == ["z", "a"]
    assert [type(number) for number in value.values()] == [int, float]


@given(values, st.integers(1, 30))
def test_what_is_written_in_portions_is_what_is_written_at_once(value: Any, size: int) -> None:
    with mock.patch("mockserver.api.json_portions._SIZE", size):
        assert b"".join(pretty_portions(value)) == pretty(value)
