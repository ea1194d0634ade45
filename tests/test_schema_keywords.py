"""Keyword by keyword: every value that is generated is one that jsonschema-rs accepts."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import generate

A = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
B = {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}
TREE = {
    "type": "object",
    "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/t"}}},
    "required": ["kids"],
}

SCHEMAS: dict[str, Any] = {
    "true": True,
    "empty": {},
    "type": {"type": "null"},
    "type list": {"type": ["integer", "string", "null"]},
    "enum": {"enum": ["a", 1, None, {"b": [1]}]},
    "enum of some type": {"type": "string", "enum": ["a", 1]},
    "const": {"const": {"a": [1, 2.5]}},
    "minimum": {"type": "number", "minimum": 10, "maximum": 10.5},
    "exclusive": {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3},
    "exclusive, of floats": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-9},
    "multipleOf": {"type": "integer", "multipleOf": 7, "minimum": 100},
    "multipleOf, decimal": {"type": "number", "multipleOf": 0.01, "minimum": 0.29, "maximum": 0.31},
    "multipleOf, twice": {
        "allOf": [{"multipleOf": 0.4}, {"multipleOf": 0.6}],
        "type": "number",
        "minimum": 1,
    },
    "large numbers": {"type": "integer", "minimum": 10**30, "maximum": 10**30 + 5},
    "largest float": {"type": "number", "minimum": 1e308},
    "length": {"type": "string", "minLength": 3, "maxLength": 4},
    "length 0": {"type": "string", "maxLength": 0},
    "length, long": {"type": "string", "minLength": 4000, "maxLength": 4001},
    "pattern": {"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}$"},
    "pattern, not anchored": {"type": "string", "pattern": "b+", "minLength": 10},
    "pattern and length": {
        "type": "string",
        "pattern": "^[a-z]+(-[a-z]+)*$",
        "minLength": 12,
        "maxLength": 13,
    },
    "patterns": {
        "type": "string",
        "allOf": [{"pattern": "^a"}, {"pattern": "z$"}, {"pattern": "m"}],
    },
    "look-ahead": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d)(?!.*x).{8,12}$"},
    "back reference": {"type": "string", "pattern": "^(['\"])[a-z]+\\1$"},
    "items": {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 5},
    "prefixItems": {
        "type": "array",
        "prefixItems": [{"const": 1}, A],
        "items": {"type": "null"},
        "minItems": 4,
    },
    "prefixItems, closed": {
        "type": "array",
        "prefixItems": [{"const": 1}, A],
        "items": False,
        "minItems": 2,
    },
    "contains": {
        "type": "array",
        "contains": {"const": 7},
        "minContains": 2,
        "maxContains": 3,
        "items": {"minimum": 6},
    },
    "contains twice": {
        "type": "array",
        "allOf": [{"contains": {"const": 1}}, {"contains": {"const": 2}}],
    },
    "contains, behind the prefix": {
        "type": "array",
        "prefixItems": [{"const": 1}],
        "contains": {"const": 2},
    },
    "contains, in the prefix": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"const": "a"}],
        "items": False,
        "contains": {"const": 2},
    },
    "contains, one for both": {
        "type": "array",
        "maxItems": 1,
        "allOf": [{"contains": {"minimum": 1}}, {"contains": {"maximum": 2}}],
    },
    "uniqueItems": {
        "type": "array",
        "items": {"enum": [1, 2, 3, 4]},
        "uniqueItems": True,
        "minItems": 4,
    },
    "uniqueItems, booleans": {
        "type": "array",
        "items": {"type": "boolean"},
        "uniqueItems": True,
        "minItems": 2,
    },
    "required, undeclared": {"type": "object", "required": ["x", "y"]},
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "minProperties": 3,
    },
    "patternProperties": {
        "type": "object",
        "patternProperties": {"^x-": B},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "propertyNames": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Z]{2}$"},
        "minProperties": 3,
    },
    "maxProperties": {
        **A,
        "properties": {"b": {}, "c": {}, "a": {"type": "string"}},
        "maxProperties": 1,
    },
    "dependentRequired": {**A, "dependentRequired": {"a": ["b"], "b": ["c"]}},
    "dependentSchemas": {**A, "dependentSchemas": {"a": B}},
    "dependency that cannot be met": {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "additionalProperties": False,
        "dependentRequired": {"a": ["c"]},
        "minProperties": 1,
    },
    "allOf": {"allOf": [A, B, {"properties": {"a": {"maxLength": 3}}}]},
    "anyOf": {"anyOf": [A, B, {"type": "integer", "minimum": 3}]},
    "anyOf, one way": {"type": "string", "anyOf": [{"type": "integer"}, {"maxLength": 2}]},
    "oneOf": {"oneOf": [A, B]},
    "oneOf, overlapping": {
        "oneOf": [{"type": "number", "multipleOf": 2}, {"type": "number", "multipleOf": 3}]
    },
    "oneOf, on a common base": {
        "$defs": {
            "base": {"allOf": [A, {"properties": {"b": {"type": "string"}}, "required": ["b"]}]}
        },
        "oneOf": [
            {
                "allOf": [
                    {"$ref": "#/$defs/base"},
                    {"properties": {kind: B}, "required": [kind], "type": "object"},
                ]
            }
            for kind in ("node", "python", "shell", "docker", "sql", "rest", "graphql")
        ],
    },
    "oneOf, by format": {
        "type": "string",
        "oneOf": [{"format": "ipv4"}, {"format": "ipv6"}, {"format": "date"}],
    },
    "not format": {"type": "string", "not": {"format": "email"}},
    "oneOf, by tag": {
        "oneOf": [
            {
                "properties": {"kind": {"const": kind}, kind: {"type": "integer"}},
                "required": ["kind", kind],
            }
            for kind in ("circle", "square")
        ]
    },
    "oneOf, by required": {**A, "oneOf": [{"required": ["b"]}, {"required": ["c"]}]},
    "not": {"not": {"type": ["object", "string"]}},
    "not integer": {"type": "number", "not": {"type": "integer"}},
    "not patternProperties": {"not": {"patternProperties": {"^x": {"type": "string"}}}},
    "not enum": {"type": "string", "enum": ["a", "b"], "not": {"enum": ["a"]}},
    "not pattern": {"type": "string", "not": {"pattern": "^[a-m]"}},
    "not a path": {"type": "string", "not": {"pattern": "^/?([^/]+/)*[^/]+/?$"}},
    "not required": {**A, "properties": {"b": {}}, "not": {"required": ["b"]}},
    "not both": {
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "not": {"required": ["a", "b"]},
    },
    "not properties": {
        "type": "object",
        "not": {"properties": {"a": {"type": "string"}}, "required": ["a"]},
    },
    "not multipleOf": {"type": "integer", "not": {"multipleOf": 2}},
    "not items": {"type": "array", "not": {"items": {"type": "string"}}},
    "not uniqueItems": {
        "type": "array",
        "items": {"type": "boolean"},
        "not": {"uniqueItems": True},
    },
    "not additionalProperties": {"type": "object", "not": {"additionalProperties": False}},
    "not anyOf": {
        "type": ["integer", "string"],
        "not": {"anyOf": [{"type": "string"}, {"maximum": 5}]},
    },
    "not allOf": {"type": "integer", "not": {"allOf": [{"minimum": 5}, {"maximum": 9}]}},
    "not if": {"type": "integer", "not": {"if": {"minimum": 5}, "then": {"maximum": 9}}},
    "if": {
        "type": "object",
        "properties": {"country": {"enum": ["US", "NL"]}, "zip": {"type": "string"}},
        "required": ["country", "zip"],
        "if": {"properties": {"country": {"const": "US"}}},
        "then": {"properties": {"zip": {"pattern": "^[0-9]{5}$"}}},
        "else": {"properties": {"zip": {"pattern": "^[0-9]{4} [A-Z]{2}$"}}},
    },
    "$ref and siblings": {
        "$ref": "#/$defs/a",
        "properties": {"a": {"maxLength": 3}},
        "$defs": {"a": A},
    },
    "recursion": {"$ref": "#/$defs/t", "$defs": {"t": TREE}},
    "unevaluatedProperties": {
        "allOf": [A],
        "properties": {"b": {}},
        "unevaluatedProperties": False,
        "minProperties": 2,
    },
    "unevaluatedProperties, typed": {
        "allOf": [A],
        "unevaluatedProperties": {"type": "integer"},
        "minProperties": 3,
    },
    "unevaluatedItems": {
        "type": "array",
        "prefixItems": [{"const": 1}],
        "unevaluatedItems": {"type": "null"},
        "minItems": 3,
    },
    "no type, keywords of many": {"minLength": 3, "minimum": 5, "required": ["a"], "minItems": 2},
    "no object is allowed": {"properties": {"a": False}, "required": ["a"]},
    "format against pattern": {"type": "string", "format": "date", "pattern": "^2024-"},
    "examples": {"type": "string", "examples": ["one", 2]},
}


def test_formats_do_not_decide_where_there_is_another_way() -> None:
    schema = {
        "oneOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "format": "email"},
            {"type": "integer"},
        ]
    }
    assert all(isinstance(generate(schema, seed), int) for seed in range(10))


@pytest.mark.parametrize("name", SCHEMAS)
def test_values_fit(name: str) -> None:
    schema = SCHEMAS[name]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for seed in range(12):
        value = generate(schema, seed)
        assert validator.is_valid(value), (seed, value)


OLDER: list[tuple[str, dict[str, Any]]] = [
    (
        "draft-04",
        {
            "type": "number",
            "minimum": 3,
            "exclusiveMinimum": True,
            "maximum": 4,
            "exclusiveMaximum": True,
        },
    ),
    (
        "draft-04",
        {
            "type": "array",
            "items": [{"type": "string"}],
            "additionalItems": {"type": "null"},
            "minItems": 3,
        },
    ),
    (
        "draft-04",
        {
            "id": "http://x.test/a",
            "definitions": {"a": {"id": "#b", "type": "null"}},
            "$ref": "#/definitions/a",
        },
    ),
    ("draft-04", {"type": "array", "not": {"items": {"not": {"enum": ["a"]}}}}),
    (
        "draft-06",
        {
            "type": "object",
            "dependencies": {"a": ["b"], "b": {"required": ["c"]}},
            "required": ["a"],
        },
    ),
    (
        "draft-07",
        {"$ref": "#/definitions/a", "type": "string", "definitions": {"a": {"type": "integer"}}},
    ),
    (
        "draft-07",
        {"definitions": {"a": {"$id": "#here", "const": 3}}, "allOf": [{"$ref": "#here"}]},
    ),
    (
        "draft-07",
        {
            "type": "object",
            "properties": {"s": {"$ref": "http://json-schema.org/draft-07/schema#"}},
        },
    ),
]


@pytest.mark.parametrize(("draft", "schema"), OLDER)
def test_values_fit_under_older_drafts(draft: str, schema: dict[str, Any]) -> None:
    schema = {"$schema": f"http://json-schema.org/{draft}/schema#", **schema}
    for seed in range(8):
        assert jsonschema_rs.is_valid(schema, generate(schema, seed))


FORMATS = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
    "uri",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "idn-email",
    "idn-hostname",
    "json-pointer",
    "relative-json-pointer",
    "regex",
]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("bounds", [{}, {"maxLength": 36}, {"minLength": 4}])
def test_formats_are_met(name: str, bounds: dict[str, int]) -> None:
    schema = {"type": "string", "format": name, **bounds}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert all(validator.is_valid(generate(schema, seed)) for seed in range(10))


def test_a_number_is_a_multiple_in_decimals_and_in_binary() -> None:
    for seed in range(50):
        value = generate({"type": "number", "multipleOf": 0.01, "minimum": 1, "maximum": 9}, seed)
        assert round(value * 100) == pytest.approx(value * 100)
        assert len(str(value).partition(".")[2]) <= 2


def test_other_branches_are_taken_with_other_seeds() -> None:
    schema = SCHEMAS["oneOf, by tag"]
    assert {generate(schema, seed)["kind"] for seed in range(20)} == {"circle", "square"}
