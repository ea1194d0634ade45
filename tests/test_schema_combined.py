"""Every sample in the company of others: denied, beside another, as the items of an array."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import SchemaError, generate
from schema_samples import COMBINED

VALUES: list[Any] = [None, True, 0, -1, 7, 2.5, "", "a", "abc", [], [1], ["a", 2], {}, {"a": "b"}]


def made(schema: Any) -> tuple[Any, SchemaError | None]:
    try:
        return generate(schema, 2, budget=10), None
    except SchemaError as error:
        return None, error


@pytest.mark.parametrize("name", COMBINED)
def test_a_value_fits_and_what_is_proved_impossible_is(name: str) -> None:
    for schema in COMBINED[name]:
        kind = jsonschema_rs.Draft202012Validator
        judges = [kind(schema, validate_formats=asserted) for asserted in (True, False)]
        value, error = made(schema)
        if error is None:
            assert any(judge.is_valid(value) for judge in judges), json.dumps(schema)
        elif error.proved:
            fitting = [each for each in VALUES if any(judge.is_valid(each) for judge in judges)]
            assert not fitting, json.dumps(schema)
