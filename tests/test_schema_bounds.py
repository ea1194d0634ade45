"""Numbers, lengths and counts within bounds drawn at random, each as narrow as can be."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.schemas import SchemaError, generate

FAST = settings(max_examples=60, deadline=None)
NAMES = st.sampled_from(["zam", "age", "price", "year", "latitude", "floor", "view_count"])
STEPS = st.sampled_from([None, 1, 2, 7, 0.5, 0.25, 0.1, 1.5, 100])


@st.composite
def numeric(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["integer", "number"]))}
    low = draw(st.integers(-120, 120)) / draw(st.sampled_from([1, 1, 2, 4, 100]))
    width = draw(st.integers(0, 12)) / draw(st.sampled_from([1, 1, 4, 100]))
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + width
    step = draw(STEPS)
    if step is not None:
        schema["multipleOf"] = step
    return schema


def exact(number: float) -> Fraction:
    return Fraction(str(number))


def has_value(schema: dict[str, Any]) -> bool:
    """Whether a number fits: by calculation, in decimals."""
    low = exact(max(schema.get(word, -1000) for word in ("minimum", "exclusiveMinimum")))
    high = exact(min(schema.get(word, 1000) for word in ("maximum", "exclusiveMaximum")))
    step = exact(schema["multipleOf"]) if "multipleOf" in schema else None
    if schema["type"] == "integer":
        step = Fraction(1 if step is None else step.numerator)
    is_open = [
        word in schema and exact(schema[word]) == bound
        for word, bound in (("exclusiveMinimum", low), ("exclusiveMaximum", high))
    ]
    if step is None:
        return low < high or (low == high and not any(is_open))
    first, last = ceil(low / step), floor(high / step)
    first += first * step == low and is_open[0]
    last -= last * step == high and is_open[1]
    return first <= last


@given(numeric(), NAMES, st.integers(0, 9))
@settings(max_examples=250, deadline=None)
@example({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1.01}, "zam", 1)
@example({"type": "number", "exclusiveMinimum": 1, "maximum": 1.01}, "zam", 2)
@example({"type": "number", "minimum": 1, "exclusiveMaximum": 1.01}, "zam", 3)
@example({"type": "number", "minimum": 0.01, "exclusiveMaximum": 0.01}, "zam", 4)
@example({"type": "number", "minimum": 0.25, "maximum": 0.3, "multipleOf": 0.1}, "zam", 5)
def test_a_number_is_found_where_there_is_one(schema: dict[str, Any], name: str, seed: int) -> None:
    thing = {"type": "object", "properties": {name: schema}, "required": [name]}
    if not has_value(schema):
        with pytest.raises(SchemaError) as caught:
            generate(thing, seed)
        assert caught.value.proved
        assert caught.value.pointer == f"/properties/{name}"
        assert set(caught.value.keywords) <= schema.keys()
        return
    value = generate(thing, seed)
    assert jsonschema_rs.is_valid(thing, value)
    if schema["type"] == "number":
        assert len(str(value[name]).partition(".")[2]) <= 4


@given(st.integers(0, 40), st.integers(0, 6), NAMES, st.integers(0, 9))
@FAST
def test_a_text_is_as_long_as_it_has_to_be(low: int, more: int, name: str, seed: int) -> None:
    text = {"type": "string", "minLength": low, "maxLength": low + more}
    value = generate({"type": "object", "properties": {name: text}, "required": [name]}, seed)
    assert low <= len(value[name]) <= low + more
    assert value[name] == value[name].strip()


@given(st.integers(0, 8), st.integers(0, 3), st.integers(0, 9), st.booleans())
@FAST
def test_an_array_has_as_many_items_as_it_has_to(
    low: int, more: int, seed: int, unique: bool
) -> None:
    schema = {"type": "array", "minItems": low, "maxItems": low + more, "uniqueItems": unique}
    value = generate(schema, seed)
    assert low <= len(value) <= low + more
    assert jsonschema_rs.is_valid(schema, value)


@given(
    st.integers(0, 3), st.integers(0, 3), st.integers(0, 4), st.integers(0, 5), st.integers(0, 9)
)
@FAST
def test_as_many_items_as_contains_asks_for(
    fewest: int, more: int, low: int, extra: int, seed: int
) -> None:
    schema = {
        "type": "array",
        "items": {"type": ["integer", "string"]},
        "contains": {"type": "integer"},
        "minContains": fewest,
        "maxContains": fewest + more,
        "minItems": low,
        "maxItems": low + extra,
    }
    if low + extra < fewest:
        with pytest.raises(SchemaError):
            generate(schema, seed)
    else:
        assert jsonschema_rs.is_valid(schema, generate(schema, seed))


@given(st.integers(0, 6), st.integers(0, 3), st.integers(0, 3), st.integers(0, 9))
@FAST
def test_an_object_has_as_many_properties_as_it_has_to(
    low: int, more: int, known: int, seed: int
) -> None:
    schema = {
        "type": "object",
        "properties": {f"p{at}": {"type": "integer"} for at in range(known)},
        "required": [f"p{at}" for at in range(min(known, low, 1))],
        "minProperties": low,
        "maxProperties": low + more,
    }
    value = generate(schema, seed)
    assert low <= len(value) <= low + more
    assert jsonschema_rs.is_valid(schema, value)
