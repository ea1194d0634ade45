"""Kinds of schemas that want several things at once: formats with patterns, closed branches, ranges
that are needed whole, formulas, long chains.
"""

import base64
import json
import random
import re
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.schemas import FORMATS, SchemaError, generate

SEEDS = range(10)


def assert_met(schema: dict[str, Any], seeds: range = SEEDS) -> list[Any]:
    """The values for some seeds, each valid with its formats."""
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    values = [generate(schema, seed) for seed in seeds]
    for value in values:
        validator.validate(value)
    return values


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("email", r"@corp\.com$"),
        ("email", r"^[A-Z]"),
        ("uri", r"\.pdf$"),
        ("uri", r"^s3://"),
        ("date-time", r"\.\d{3}Z$"),
        ("date-time", r"^\d{4}-12-"),
        ("date", r"^2024-02"),
        ("time", r"\+02:00$"),
        ("uuid", r"^[0-9A-F-]{36}$"),
        ("uuid", r"^c0ffee"),
        ("hostname", r"\.internal$"),
        ("ipv4", r"^10\.0\."),
        ("ipv6", r"^fe80:"),
        ("duration", r"^PT\d+M$"),
        ("json-pointer", r"^/items/"),
    ],
)
def test_a_format_together_with_a_pattern(name: str, pattern: str) -> None:
    values = assert_met({"type": "string", "format": name, "pattern": pattern})
    assert all(re.search(pattern, value) for value in values)


@pytest.mark.parametrize(("name", "pattern"), [("ulid", "^0"), ("e164", r"^\+49"), ("cuid2", "z$")])
def test_a_format_that_no_judge_knows_together_with_a_pattern(name: str, pattern: str) -> None:
    (own,) = FORMATS[name].patterns
    for value in assert_met({"type": "string", "format": name, "pattern": pattern}):
        assert re.search(own, value)


@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].patterns])
def test_a_pattern_of_a_format_describes_only_its_values(name: str) -> None:
    for pattern in FORMATS[name].patterns:
        assert_met({"type": "string", "pattern": pattern, "format": name})
        judge = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
        for seed in SEEDS:
            assert judge.is_valid(generate({"type": "string", "pattern": pattern}, seed))


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("email", {"maxLength": 9}),
        ("email", {"minLength": 60}),
        ("uri", {"minLength": 80, "maxLength": 90}),
        ("hostname", {"maxLength": 3}),
        ("date-time", {"minLength": 24}),
        ("json-pointer", {"minLength": 40}),
    ],
)
def test_a_format_together_with_a_length(name: str, bounds: dict[str, int]) -> None:
    assert_met({"type": "string", "format": name, **bounds})


@pytest.mark.parametrize(
    "patterns",
    [
        ["^[a-z]+[0-9]+$", "^.{12}$"],
        ["^(ab)*$", "^(aba|bab)*$"],
        ["foo", "^[a-z]{3}bar$"],
        ["[A-Z]", "[0-9]", "[!?]", "^.{4}$"],
        ["^(?=.*[A-Z])(?=.*\\d)(?!.*[aeiou])[A-Za-z\\d]{8,12}$", "z$"],
    ],
)
def test_several_patterns_at_once(patterns: list[str]) -> None:
    schema = {"type": "string", "allOf": [{"pattern": pattern} for pattern in patterns]}
    assert_met(schema)


def test_patterns_that_exclude_each_other_are_refused() -> None:
    schema = {"type": "string", "allOf": [{"pattern": "^a+$"}, {"pattern": "^b+$"}]}
    with pytest.raises(SchemaError, match=r"\^a\+\$"):
        generate(schema, 1)


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=6), st.integers(0, 3), st.data())
@settings(deadline=None, max_examples=60)
def test_a_text_of_two_automata_is_found_where_there_is_one(
    letters: list[str], spare: int, data: st.DataObject
) -> None:
    """Both patterns are made from one text, which both of them match."""
    text = "".join(letters)
    first = "".join(f"{letter}{data.draw(st.sampled_from(['', '?', '*', '+']))}" for letter in text)
    low = data.draw(st.integers(0, len(text)))
    second = f"^[ab]{{{low},{len(text) + spare}}}$"
    schema = {"type": "string", "allOf": [{"pattern": f"^{first}$"}, {"pattern": second}]}
    assert_met(schema, range(2))


def closed(*names: str, **more: Any) -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in names}
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [closed("a"), closed("b")]},
        {"oneOf": [closed("a", "b"), closed("b", "c"), closed("c", "a")]},
        {"allOf": [closed("a", "b")], "not": closed("a")},
        {**closed("a", "b"), "not": {"additionalProperties": False, "properties": {"b": True}}},
        {"oneOf": [closed("a", required=["a"]), closed("a", "b")]},
    ],
)
def test_closed_objects_are_told_apart(schema: dict[str, Any]) -> None:
    assert_met(schema)


@pytest.mark.parametrize(("low", "high", "count"), [(1, 100, 100), (0, 9, 10), (-3, 40, 43)])
def test_a_bounded_range_is_used_whole(low: int, high: int, count: int) -> None:
    items = {"type": "integer", "minimum": low, "maximum": high}
    for values in assert_met(
        {"type": "array", "uniqueItems": True, "minItems": count, "items": items}
    ):
        assert len(set(values)) >= count


def test_a_long_array() -> None:
    assert_met({"type": "array", "minItems": 10_000, "items": {"type": "integer"}}, range(1))


def formula(variables: int, clauses: int, seed: int) -> dict[str, Any]:
    """Clauses of three literals that one assignment meets."""
    rng = random.Random(seed)
    truth = [rng.random() < 0.5 for _ in range(variables)]
    names = [f"x{number}" for number in range(variables)]
    parts = []
    for _ in range(clauses):
        chosen = rng.sample(range(variables), 3)
        signs = [rng.random() < 0.5 for _ in chosen]
        if not any(truth[place] == sign for place, sign in zip(chosen, signs, strict=True)):
            signs[0] = truth[chosen[0]]
        parts.append(
            {
                "anyOf": [
                    {"properties": {names[place]: {"const": sign}}}
                    for place, sign in zip(chosen, signs, strict=True)
                ]
            }
        )
    properties = {name: {"type": "boolean"} for name in names}
    return {"type": "object", "properties": properties, "required": names, "allOf": parts}


@pytest.mark.parametrize(("variables", "clauses"), [(6, 20), (6, 40), (10, 20), (10, 40)])
def test_a_small_formula_is_solved(variables: int, clauses: int) -> None:
    for seed in range(5):
        assert_met(formula(variables, clauses, seed), range(2))


def chain(length: int, link: str) -> dict[str, Any]:
    """Definitions, each of which refers to the next, the last to a number."""
    parts: dict[str, Any] = {f"d{length}": {"type": "integer"}}
    for number in range(length):
        below = {"$ref": f"#/$defs/d{number + 1}"}
        parts[f"d{number}"] = below if link == "$ref" else {link: [below]}
    return {"$defs": parts, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize("link", ["$ref", "allOf"])
def test_a_long_chain_is_followed(link: str) -> None:
    assert_met(chain(60, link), range(2))


def test_a_circle_is_proved_and_a_depth_is_not() -> None:
    circle = {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
        "$ref": "#/$defs/a",
    }
    with pytest.raises(SchemaError, match=r"only lead to each other \[proved\]"):
        generate(circle, 1)
    with pytest.raises(SchemaError) as caught:
        generate(chain(500, "allOf"), 1)
    assert not caught.value.proved


def test_names_of_a_map_are_those_that_its_patterns_say() -> None:
    schema = {"type": "object", "patternProperties": {"^[a-z]{3}$": {"type": "integer"}}}
    for value in assert_met(schema):
        assert all(re.fullmatch("[a-z]{3}", name) for name in value)


def test_names_by_two_keywords_at_once() -> None:
    schema = {
        "type": "object",
        "propertyNames": {"minLength": 6},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 2,
    }
    assert_met(schema)


@pytest.mark.parametrize(
    ("keywords", "holds"),
    [
        ({"contentMediaType": "application/json"}, json.loads),
        (
            {"contentMediaType": "application/json", "contentSchema": {"type": "integer"}},
            lambda text: int(json.loads(text)),
        ),
        ({"contentEncoding": "base64"}, base64.b64decode),
    ],
)
def test_what_a_text_contains(keywords: dict[str, Any], holds: Any) -> None:
    for value in assert_met({"type": "string", **keywords}):
        holds(value)


def nested(levels: int, keyword: str) -> dict[str, Any]:
    """A string, or a keyword's schema of it, of that, and so on."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {keyword: schema}
        if keyword == "items":
            schema |= {"type": "array", "minItems": 1}
    return schema


@pytest.mark.parametrize(("levels", "keyword"), [(200, "not"), (110, "items")])
def test_what_is_nested_deeply_is_made(levels: int, keyword: str) -> None:
    assert_met(nested(levels, keyword), range(2))


@pytest.mark.parametrize(
    "items",
    [
        {"type": "string", "minLength": 1, "maxLength": 1},
        {"type": "integer"},
        {"type": "integer", "multipleOf": 7, "maximum": 0},
    ],
)
def test_many_different_items(items: dict[str, Any]) -> None:
    count = 60 if items["type"] == "string" else 2000
    assert_met({"type": "array", "items": items, "minItems": count, "uniqueItems": True}, range(2))


def test_names_that_patterns_and_a_length_leave_little_room() -> None:
    schema = {
        "type": "object",
        "propertyNames": {"maxLength": 4},
        "patternProperties": {"^x_": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 5,
    }
    assert_met(schema)


@pytest.mark.parametrize("pattern", ["(?<=a)b", "(?<=[0-9]{3})x$", "^a(?<=a)b"])
def test_what_has_to_stand_before_a_match(pattern: str) -> None:
    assert_met({"type": "string", "pattern": pattern}, range(5))


@pytest.mark.parametrize(
    ("patterns", "looks_like"),
    [
        (["^[а-я]{4,6}$", "щ", "^б"], "б[а-я]*щ[а-я]*"),
        (["^[^\\x00-\\x7f]{3}$", "é$"], "[^\\x00-\\x7f]{2}é"),
        (["^(?=.*q7z)(?=.*zq7)[a-z0-9]{5}$"], "(?=.*q7z)(?=.*zq7).{5}"),
        (["^(?!.*a)[ab]{9}$", "b$"], "b{9}"),
        (["^(?!.*a)(?!.*b)[abc]{4}$", "c"], "c{4}"),
        (["^(?=.*\\d)(?=.*[A-Z])[^ ]{3}$", "é"], "(?=.*\\d)(?=.*[A-Z])(?=.*é)[^ ]{3}"),
    ],
)
def test_patterns_that_leave_little_room_are_met(patterns: list[str], looks_like: str) -> None:
    schema = {"type": "string", "allOf": [{"pattern": pattern} for pattern in patterns]}
    assert all(re.fullmatch(looks_like, value) for value in assert_met(schema))


def test_a_text_for_several_patterns_is_made_of_words_where_it_may_be() -> None:
    schema = {"type": "string", "allOf": [{"pattern": "^[ -~]{24,30}$"}, {"pattern": "x"}]}
    for value in assert_met(schema):
        assert len(re.findall("[a-z]{3,}", value)) >= 1
        assert sum(map(str.islower, value)) > 18


def test_examples_are_taken_now_and_then() -> None:
    schema = {"type": "object", "examples": [{"a": [1]}, {"a": [2]}], "properties": {"a": {}}}
    values = assert_met(schema, range(40))
    taken = [value for value in values if value in schema["examples"]]
    assert 4 < len(taken) < 20
    assert {str(value) for value in taken} == {"{'a': [1]}", "{'a': [2]}"}
    text = assert_met({"type": "string", "minLength": 3, "examples": ["no", "yes", 7]}, range(40))
    assert "yes" in text
    assert not {"no", 7} & set(text)


@pytest.mark.parametrize("letters", ["жф", "a-z", "\\u0600-\\u06ff"])
def test_a_length_that_two_patterns_share_is_found(letters: str) -> None:
    sevens, fives = (f"^(?:[{letters}]{{{count}}})+$" for count in (7, 5))
    schema = {"type": "string", "allOf": [{"pattern": sevens}, {"pattern": fives}]}
    assert all(len(value) % 35 == 0 for value in assert_met(schema, range(3)))
