"""Whether a part of a value fits, against the judge: every schema with every value."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import generate
from mockserver.schemas.document import Document
from mockserver.schemas.validation import failing_keyword, fits
from schema_samples import OLDER, SCHEMAS

# unevaluated* is left to the judge, multiples are such in binary as well, metaschemas are large.
ALL = {
    name: schema
    for name, schema in {**SCHEMAS, **OLDER}.items()
    if "unevaluated" not in json.dumps(schema) and "binary" not in name and "meta" not in name
}
VALUES: list[Any] = [generate(schema, seed) for schema in ALL.values() for seed in range(2)]
VALUES = [value for value in VALUES if value != generate(SCHEMAS["largest float"], 0)]
VALUES += [None, True, False, 0, 1, -1, 2, 3.0, 2.5, 0.1, 10**20, "", "a", "ab", "abc", "é" * 5]
VALUES += [[], [1], [1.0, 1], [True, 1], ["a", "a"], [[1], [1.0]], [{"a": 1}, {"a": True}]]
VALUES += [{}, {"a": 1}, {"a": "x"}, {"b": 1, "a": None}, {"abcdef": 1}, {"x-1": 2}, {"extra": ""}]
VALUES += [{"a": 1, "b": 2, "c": 3}, {"country": "US", "zip": "123"}, {"kind": "circle"}]


def values_for(schema: Any) -> list[Any]:
    """The values; in draft 4 a float is never an integer, which is of no consequence here."""
    if "draft-04" not in json.dumps(schema):
        return VALUES
    return [value for value in VALUES if not isinstance(value, float) or value % 1]


@pytest.mark.parametrize("name", ALL)
def test_parts_are_judged_as_the_whole_is(name: str) -> None:
    schema = ALL[name]
    document = Document(schema, json.dumps(schema))
    judge = jsonschema_rs.validator_for(schema, validate_formats=False)
    for value in values_for(schema):
        verdict = fits(value, schema, document)
        assert verdict == judge.is_valid(value), value
        assert (failing_keyword(value, schema, document) == "") == verdict, value


@pytest.mark.parametrize("name", ALL)
def test_with_formats_as_well(name: str) -> None:
    schema = ALL[name]
    document = Document(schema, json.dumps(schema))
    document.assert_formats = True
    judge = jsonschema_rs.validator_for(schema, validate_formats=True)
    for value in values_for(schema):
        assert fits(value, schema, document) == judge.is_valid(value), value


@pytest.mark.parametrize(
    ("schema", "value", "keyword"),
    [
        ({"minimum": 3, "type": "string"}, 1, "type"),
        ({"minimum": 3, "multipleOf": 2}, 1, "minimum"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}, 1, "$ref"),
        (
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "$ref": "#/definitions/a",
                "type": "null",
                "definitions": {"a": {"type": "string"}},
            },
            1,
            "$ref",
        ),
        ({"maxLength": 1}, 12, ""),
        (True, 12, ""),
    ],
)
def test_the_first_keyword_that_refuses_is_named(schema: Any, value: Any, keyword: str) -> None:
    assert failing_keyword(value, schema, Document(schema, json.dumps(schema))) == keyword
