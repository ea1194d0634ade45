"""What is not to fit a schema: it breaks a keyword that asks little of it, and keeps the others."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import SchemaError, generate

# Each with the kind of value that it speaks of, by what breaking it asks of a value: nothing, a look
# at it, a size, a property, more.
BY_COST: list[list[tuple[str, dict[str, Any]]]] = [
    [("object", {"required": ["zam"]}), ("any", {"type": "boolean"})],
    [
        ("null", {"not": {"type": "null"}}),
        ("number", {"multipleOf": 7}),
        ("string", {"pattern": "^$"}),
        ("any", {"enum": [1, 2]}),
        ("any", {"const": 1}),
    ],
    [
        ("string", {"minLength": 3}),
        ("array", {"maxItems": 3}),
        ("object", {"minProperties": 2}),
        ("number", {"minimum": 3}),
        ("number", {"exclusiveMaximum": 3}),
        ("number", {"anyOf": [{"minimum": 3}, {"maximum": 0}]}),
        ("number", {"allOf": [{"maximum": 3}]}),
    ],
    [
        ("object", {"properties": {"zam": {"type": "null"}}}),
        ("object", {"dependentRequired": {"zam": ["bexu"]}}),
        ("array", {"if": {"type": "array"}, "then": {"maxItems": 0}}),
    ],
    [
        ("array", {"items": {"type": "null"}}),
        ("array", {"prefixItems": [{"type": "null"}]}),
        ("array", {"contains": {"type": "null"}}),
        ("object", {"patternProperties": {"^z": {"type": "null"}}}),
        ("object", {"additionalProperties": {"type": "null"}}),
    ],
]
PAIRS = [
    (light, heavy)
    for cheaper, dearer in pairwise(BY_COST)
    for (kind, light), (other, heavy) in product(cheaper, dearer)
    if kind != other and "any" not in (kind, other) and light.keys().isdisjoint(heavy)
]


def is_valid(schema: Any, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(("light", "heavy"), PAIRS)
def test_the_keyword_is_broken_that_asks_less_of_the_value(light: Any, heavy: Any) -> None:
    for seed in range(4):
        value = generate({"not": {**heavy, **light}}, seed)
        assert not is_valid(light, value)
        assert is_valid(heavy, value)


ALL = [schema for group in BY_COST for _, schema in group]


@pytest.mark.parametrize("schema", ALL)
def test_each_is_broken_where_it_is_all_there_is(schema: Any) -> None:
    for seed in range(4):
        assert not is_valid(schema, generate({"not": schema}, seed))
        # Denied twice, it holds again.
        assert is_valid(schema, generate({"not": {"not": schema}}, seed))


@pytest.mark.parametrize(
    ("bounds", "only"),
    [
        ({"minLength": 3, "maxLength": 4, "not": {"minLength": 4}}, lambda v: len(v) == 3),
        ({"minLength": 3, "maxLength": 4, "not": {"maxLength": 3}}, lambda v: len(v) == 4),
        ({"minItems": 1, "maxItems": 2, "not": {"minItems": 2}}, lambda v: len(v) == 1),
        ({"minItems": 1, "maxItems": 2, "not": {"maxItems": 1}}, lambda v: len(v) == 2),
        (
            {"minProperties": 1, "maxProperties": 2, "not": {"minProperties": 2}},
            lambda v: len(v) == 1,
        ),
        (
            {"minProperties": 1, "maxProperties": 2, "not": {"maxProperties": 1}},
            lambda v: len(v) == 2,
        ),
        ({"minimum": 1, "maximum": 2, "not": {"minimum": 2}}, lambda v: 1 <= v < 2),
        ({"minimum": 1, "maximum": 2, "not": {"maximum": 1}}, lambda v: 1 < v <= 2),
        ({"minimum": 1, "maximum": 2, "not": {"exclusiveMinimum": 1}}, lambda v: v == 1),
        ({"minimum": 1, "maximum": 2, "not": {"exclusiveMaximum": 2}}, lambda v: v == 2),
    ],
)
def test_a_denied_bound_leaves_what_is_beyond_it(bounds: Any, only: Any) -> None:
    kinds = {"Length": "string", "Items": "array", "Properties": "object", "imum": "number"}
    word = next(iter(bounds))
    kind = next(kind for ending, kind in kinds.items() if word.endswith(ending))
    for seed in range(4):
        assert only(generate({"type": kind, **bounds}, seed))


@pytest.mark.parametrize(
    "denied",
    [
        {"minLength": 0},
        {"minItems": 0},
        {"minProperties": 0},
        {"items": True},
        {"items": {}},
        {"properties": {"a": True}},
        {"patternProperties": {"a": {}}},
        {"prefixItems": [True]},
        {"additionalProperties": True},
        {"title": "t"},
        True,
    ],
)
def test_what_everything_fits_cannot_be_denied(denied: Any) -> None:
    with pytest.raises(SchemaError, match=r"everything fits the schema that is denied \[proved\]"):
        generate({"not": denied}, 1)


DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"


@pytest.mark.parametrize(
    ("schema", "only"),
    [
        ({"minimum": 1, "maximum": 2, "not": {"minimum": 2, "exclusiveMinimum": True}}, [1, 2]),
        ({"minimum": 1, "maximum": 2, "not": {"maximum": 1, "exclusiveMaximum": True}}, [1, 2]),
        ({"minimum": 1, "maximum": 2, "not": {"minimum": 2}}, [1]),
        ({"minimum": 1, "maximum": 2, "exclusiveMinimum": True}, [2]),
        ({"minimum": 1, "maximum": 2, "exclusiveMaximum": True}, [1]),
    ],
)
def test_in_draft_4_a_bound_is_open_by_a_word_beside_it(schema: Any, only: list[int]) -> None:
    schema = {"$schema": DRAFT_4, "type": "integer", **schema}
    assert {generate(schema, seed) for seed in range(12)} == set(only)


def test_in_draft_4_an_item_is_denied_by_its_place() -> None:
    schema = {"$schema": DRAFT_4, "type": "array", "not": {"items": {"type": "integer"}}}
    for seed in range(6):
        assert any(not isinstance(item, int) for item in generate(schema, seed))


def test_up_to_draft_6_if_says_nothing() -> None:
    schema = {"$schema": DRAFT_6, "enum": [1, 2], "not": {"if": True, "then": False, "const": 1}}
    assert {generate(schema, seed) for seed in range(8)} == {2}
