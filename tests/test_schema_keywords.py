"""Keyword by keyword: every value that is generated is one that jsonschema-rs accepts."""

from __future__ import annotations

import jsonschema_rs
import pytest

from mockserver.schemas import SchemaError, generate
from schema_samples import FLAWED, OLDER, REFUSED, SCHEMAS


def test_formats_do_not_decide_where_there_is_another_way() -> None:
    schema = {
        "oneOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "format": "email"},
            {"type": "integer"},
        ]
    }
    assert all(isinstance(generate(schema, seed), int) for seed in range(10))


def test_formats_give_way_where_nothing_else_does() -> None:
    schema = {"type": "string", "format": "email", "pattern": "^[a-z]{3}$"}
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert all(validator.is_valid(generate(schema, seed)) for seed in range(3))


@pytest.mark.parametrize("name", SCHEMAS)
def test_values_fit(name: str) -> None:
    schema = SCHEMAS[name]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for seed in range(12):
        value = generate(schema, seed)
        assert validator.is_valid(value), (seed, value)


@pytest.mark.parametrize("name", OLDER)
def test_values_fit_under_older_drafts(name: str) -> None:
    schema = OLDER[name]
    validator = jsonschema_rs.validator_for(schema)
    for seed in range(8):
        value = generate(schema, seed)
        assert validator.is_valid(value), (seed, value)


@pytest.mark.parametrize("name", FLAWED)
def test_a_schema_that_breaks_its_metaschema_is_used_as_far_as_it_is_clear(name: str) -> None:
    for seed in range(4):
        generate(FLAWED[name], seed)
    assert set(generate(FLAWED["dependency on a name"], 1)) == {"a", "b"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_value_fits_is_refused(name: str) -> None:
    for seed in range(2):
        with pytest.raises(SchemaError):
            generate(REFUSED[name], seed)


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
