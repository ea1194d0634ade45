"""Why a schema refuses a value: the place, what it wants there, what is there."""

import json
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import Refusal, generate, refusal
from schema_samples import OLDER, SCHEMAS

OPTIONAL = {
    "type": "object",
    "properties": {
        "a": {"type": ["integer", "null"]},
        "at": {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {"x": {"enum": ["k", 2]}},
                    "required": ["x"],
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        },
        "on": {"type": "string", "format": "date"},
    },
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": None, "at": {"x": 2}}, None),
        ({}, Refusal(("a",), "a value, which is required", None)),
        ({"a": "1"}, Refusal(("a",), "null or integer", "1")),
        ({"a": 1, "b": 2}, Refusal(("b",), "nothing: there is no such property", 2)),
        ({"a": 1, "at": {"x": "l"}}, Refusal(("at", "x"), 'one of "k", 2', "l")),
        ({"a": 1, "at": 3}, Refusal(("at",), "what one of the schemas in anyOf accepts", 3)),
        ([1], Refusal((), "object", [1])),
        ({"a": 1, "on": "some day"}, None),
    ],
)
def test_the_first_fault_is_told(value: Any, expected: Refusal | None) -> None:
    assert refusal(OPTIONAL, value) == expected


def test_other_keywords_are_told_with_what_they_want() -> None:
    assert refusal({"items": {"minimum": 3}}, [3, 2]) == Refusal((1,), "minimum 3", 2)
    assert refusal({"pattern": "^a+$"}, "b") == Refusal((), 'pattern "^a+$"', "b")
    assert refusal({"properties": {"a": False}}, {"a": 1}) == Refusal(("a",), "nothing", 1)


@pytest.mark.parametrize(
    "schema", [{"type": 3}, {"pattern": "("}, {"$ref": "#/nowhere"}, {"$ref": "#"}, float("nan")]
)
def test_what_is_no_schema_refuses_nothing(schema: Any) -> None:
    assert refusal(schema, "x") is None


@pytest.mark.parametrize("depth", [12, 20, 40, 400])
def test_what_asks_for_too_much_work_refuses_nothing(depth: int) -> None:
    """Each level is looked at twice, so that the work doubles with each."""
    either = [{"type": "array", "items": {"$ref": "#/$defs/a"}}] * 2
    schema = {"$defs": {"a": {"anyOf": [*either, {"type": "string"}]}}, "$ref": "#/$defs/a"}
    value: Any = 1
    for _ in range(depth):
        value = [value]
    assert refusal(schema, value) is None


@pytest.mark.parametrize("name", [*SCHEMAS, *OLDER])
def test_it_refuses_what_the_judge_refuses(name: str) -> None:
    schema = {**SCHEMAS, **OLDER}[name]
    validator = jsonschema_rs.validator_for(schema)
    values: list[Any] = [
        generate(schema, 1),
        None,
        1,
        -1,
        "",
        "a",
        [],
        {},
        {"a": 1},
        [1, "x", None],
    ]
    for value in values:
        found = refusal(schema, value)
        if found is None:
            continue
        assert not validator.is_valid(value)
        part = value
        for step in found.path[:-1] if found.actual is None else found.path:
            part = part[step]
        assert found.actual is None or json.dumps(part) == json.dumps(found.actual)
