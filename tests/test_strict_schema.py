"""The strict subset: what is refused, in which words, and how a tool is made strict."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver import MockServer
from mockserver.api import format_error, make_strict, tool_error, violation


def closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


STRING = {"type": "string"}
ACCEPTED: list[dict[str, Any]] = [
    closed(),
    {"type": "object", "properties": {}, "additionalProperties": False},
    closed(a=STRING, b={"type": ["integer", "null"]}, c={"enum": ["x", 1]}, d={"const": 3}),
    closed(
        a={
            "type": "array",
            "items": closed(b={"type": "number", "minimum": 0, "multipleOf": 0.5}),
            "minItems": 1,
        }
    ),
    closed(
        a={"anyOf": [closed(b=STRING), {"type": "null"}]},
        e={"type": "string", "format": "date-time"},
    ),
    {
        **closed(a={"$ref": "#/$defs/node"}),
        "$defs": {"node": closed(next={"anyOf": [{"$ref": "#"}, {"type": "null"}]})},
    },
    {
        **closed(a={"$ref": "#/definitions/b"}),
        "definitions": {"b": STRING},
        "title": "T",
        "description": "D",
    },
    closed(a={"type": "string", "pattern": "^\\(?\\d+$", "title": "t"}),
    closed(a={"type": ["string", "null"], "enum": ["x", None]}),
    # So the Agents SDK writes a union that pydantic tells apart by a key (0.24).
    closed(
        a={
            "anyOf": [closed(kind={"const": "x"}), closed(kind={"const": "y"})],
            "discriminator": {"propertyName": "kind", "mapping": {"x": "#/$defs/X"}},
        }
    ),
]


@pytest.mark.parametrize("schema", ACCEPTED)
def test_a_strict_schema_is_accepted(schema: dict[str, Any]) -> None:
    assert violation(schema) is None
    assert format_error("f", schema) is None
    assert tool_error(0, "f", schema) is None


NOT_AT_THE_TOP = "reference can only point to definitions defined at the top level of the schema."
LACKING = (
    "'required' is required to be supplied and to be an array including every key in properties."
)
REFUSED: list[tuple[Any, str]] = [
    (
        {"type": "array", "items": STRING},
        "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
    ),
    (
        {"properties": {}},
        "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.",
    ),
    (
        {"type": "object", "properties": {"a": STRING}, "required": ["a"]},
        "In context=(), 'additionalProperties' is required to be supplied and to be false.",
    ),
    (
        closed(a={"type": "array", "items": {"type": "object"}}),
        "In context=('properties', 'a', 'items'), 'additionalProperties' is required to be "
        "supplied and to be false.",
    ),
    ({**closed(a=STRING, b=STRING), "required": ["a"]}, f"In context=(), {LACKING} Missing 'b'."),
    ({**closed(a=STRING), "required": None}, "None is not of type 'array'."),
    (closed(a={"type": "any"}), "'any' is not valid under any of the given schemas."),
    (
        {"type": "object", "additionalProperties": False},
        "In context=(), object schema missing properties.",
    ),
    *(
        (closed(m=map_like), f"In context=(), {LACKING} Extra required key 'm' supplied.")
        for map_like in (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "additionalProperties": STRING},
        )
    ),
    (
        closed(a={"type": ["null", "object"], "properties": {}}),
        "In context=('properties', 'a', 'type', '1'), 'additionalProperties' is required to be "
        "supplied and to be false.",
    ),
    (
        closed(a={"type": ["array", "null"]}),
        "In context=('properties', 'a', 'type', '0'), array schema missing items.",
    ),
    (
        closed(a={**closed(b={**STRING, "oneOf": []}), "type": ["object", "null"]}),
        "In context=('properties', 'a', 'type', '0', 'properties', 'b'), 'oneOf' is not permitted.",
    ),
    (
        closed(a={"type": ["string", "null"], "format": "phone"}),
        "In context=('properties', 'a', 'type', '0'), 'phone' is not a valid format.",
    ),
    (
        {
            **closed(a={"$ref": "#/$defs/b"}),
            "$defs": {"b": closed(c={**STRING, "minLength": 1})},
        },
        "In context=('properties', 'c'), 'minLength' is not permitted.",
    ),
    (
        {**closed(a=STRING), "required": ["a", "z"]},
        f"In context=(), {LACKING} Extra required key 'z' supplied.",
    ),
    (
        closed(a={"type": "string", "discriminator": {"propertyName": "kind"}}),
        "In context=('properties', 'a'), 'discriminator' is not permitted.",
    ),
    (closed(a={"oneOf": [STRING]}), "In context=('properties', 'a'), 'oneOf' is not permitted."),
    (
        closed(a={**STRING, "minLength": 1}),
        "In context=('properties', 'a'), 'minLength' is not permitted.",
    ),
    (
        closed(a={"description": "any"}),
        "In context=('properties', 'a'), schema must have a 'type' key.",
    ),
    (
        closed(a={"anyOf": [STRING, {}]}),
        "In context=('properties', 'a', 'anyOf', '1'), schema must have a 'type' key.",
    ),
    (
        {**closed(a={"$ref": "#/$defs/b", "description": "d"}), "$defs": {"b": STRING}},
        "context=('properties', 'a'), $ref cannot have keywords {'description'}.",
    ),
    (
        closed(a={"$ref": "#/properties/b"}, b=STRING),
        f"In context=('properties', 'a'), {NOT_AT_THE_TOP}",
    ),
    (
        closed(a={"$ref": "#/$defs/none"}),
        f"In context=('properties', 'a'), {NOT_AT_THE_TOP}",
    ),
    (
        closed(a={**STRING, "format": "uri"}),
        "In context=('properties', 'a'), 'uri' is not a valid format.",
    ),
    (closed(a={"type": "array"}), "In context=('properties', 'a'), array schema missing items."),
    (
        closed(a={**STRING, "enum": [0, "x"]}),
        "In context=('properties', 'a'), enum value 0 does not validate against {'type': "
        "'string'}.",
    ),
    (closed(**{f"p{at}": STRING for at in range(5001)}), "5001 parameters exceeds limit of 5000."),
    (
        closed(a={**STRING, "enum": [str(at) for at in range(1001)]}),
        "1001 enum values exceeds limit of 1000.",
    ),
]


@pytest.mark.parametrize(("schema", "reason"), REFUSED)
def test_a_broken_rule_is_worded_as_by_the_api(schema: Any, reason: str) -> None:
    assert format_error("reply", schema) == (
        f"Invalid schema for response_format 'reply': {reason}",
        "text.format.schema",
        "invalid_json_schema",
    )
    assert tool_error(2, "f", schema) == (
        f"Invalid schema for function 'f': {reason}",
        "tools[2].parameters",
        "invalid_function_parameters",
    )


OPEN_MESSAGE = "'additionalProperties' is required to be supplied and to be false."
ONE_OF: dict[str, Any] = {"type": "array", "items": {"oneOf": [STRING]}}
UNFINISHED = {**closed(x=STRING), "required": []}
TWO_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a keyword of the root, one inside": (
        {**closed(a=ONE_OF), "minProperties": 1},
        "In context=(), 'minProperties' is not permitted.",
    ),
    "a keyword of the root, an open root": (
        {"type": "object", "properties": {}, "minProperties": 1},
        "In context=(), 'minProperties' is not permitted.",
    ),
    "an open root, a keyword inside": (
        {**closed(a=ONE_OF), "additionalProperties": True},
        f"In context=(), {OPEN_MESSAGE}",
    ),
    "an open root, which names too few": (
        {**closed(a=STRING), "required": [], "additionalProperties": True},
        f"In context=(), {OPEN_MESSAGE}",
    ),
    "a keyword inside, a root that names too few": (
        {**closed(a=ONE_OF), "required": []},
        "In context=('properties', 'a', 'items'), 'oneOf' is not permitted.",
    ),
    "a part that names too few, a root that does": (
        {**closed(a={"type": "array", "items": {"anyOf": [UNFINISHED]}}), "required": []},
        f"In context=('properties', 'a', 'items', 'anyOf', '0'), {LACKING} Missing 'x'.",
    ),
    "a second property, the first's inside": (
        closed(a=closed(b=UNFINISHED), c={"type": "array"}),
        f"In context=('properties', 'a', 'properties', 'b'), {LACKING} Missing 'x'.",
    ),
    "a definition, what refers to it": (
        {**closed(a={"$ref": "#/$defs/b"}), "required": [], "$defs": {"b": {"type": "array"}}},
        f"In context=(), {LACKING} Missing 'a'.",
    ),
    "a pattern, a size, a rule": (
        closed(
            a={**STRING, "pattern": "(?=a)"},
            b={**STRING, "enum": [str(at) for at in range(1001)]},
            c={"type": "array"},
        ),
        "In context=('properties', 'c'), array schema missing items.",
    ),
    "a pattern, a size": (
        closed(
            a={**STRING, "pattern": "(?=a)"},
            b={**STRING, "enum": [str(at) for at in range(1001)]},
        ),
        "1001 enum values exceeds limit of 1000.",
    ),
    "a wrong shape, a rule of the root": (
        {"type": "object", "properties": {"a": {**STRING, "enum": "x"}}},
        "'x' is not of type 'array'.",
    ),
}


@pytest.mark.parametrize("faults", TWO_FAULTS)
def test_of_several_faults_the_first_in_the_order_of_the_api_is_told(faults: str) -> None:
    schema, message = TWO_FAULTS[faults]
    found = violation(schema)
    assert found is not None
    assert found.message == message


def test_a_tool_is_refused_before_the_format_of_the_text() -> None:
    body = {
        "model": "m",
        "input": "x",
        "text": {"format": {"type": "json_schema", "name": "r", "schema": {"type": "object"}}},
        "tools": [{"type": "function", "name": "f", "strict": True, "parameters": closed(a={})}],
    }
    with MockServer() as server:
        refused = httpx2.post(f"{server.base_url}/responses", json=body)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "tools[0].parameters")


@pytest.mark.parametrize("levels", [10, 11])
def test_ten_levels_of_nesting_are_the_limit(levels: int) -> None:
    schema = closed(leaf=STRING)
    for _ in range(levels - 1):
        schema = closed(inner=schema)
    found = violation(schema)
    assert (found and found.message) == (
        None if levels == 10 else "11 levels of nesting exceeds limit of 10."
    )


@pytest.mark.parametrize("word", ["oneOf", "anyOf", "allOf", "enum", "not"])
def test_a_union_at_the_root_of_a_tool_is_refused_first(word: str) -> None:
    found = tool_error(0, "f", {word: []})
    assert found is not None
    assert found[0] == (
        "Invalid schema for function 'f': schema must have type 'object' and not have "
        f"'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level. Found '{word}'."
    )


@pytest.mark.parametrize("pattern", ["^(?=a)", "(?!a)", "x(?<=y)", "(?<!y)"])
def test_look_around_is_refused_without_naming_the_schema(pattern: str) -> None:
    schema = closed(email={**STRING, "pattern": pattern})
    message = (
        "Invalid JSON schema: regex lookaround is not supported. Found at "
        "$.properties.email.pattern."
    )
    assert format_error("f", schema) == (message, "text.format.schema", "invalid_json_schema")
    assert tool_error(1, "f", schema) == (message, "tools", "invalid_json_schema")


def test_tools_may_have_defaults_and_formats_may_not() -> None:
    schema = closed(op={"type": "string", "enum": ["add", "subtract"], "default": "add"})
    assert tool_error(0, "calculator", schema) is None
    refused = format_error("calculator", schema)
    assert refused is not None
    assert "In context=('properties', 'op'), 'default' is not permitted." in refused[0]


def test_a_tool_is_made_strict_at_every_level() -> None:
    loose = {
        "properties": {
            "a": STRING,
            "b": {"type": "array", "items": {"type": "object", "properties": {"c": STRING}}},
        },
        "required": ["b"],
        "type": "object",
        "$defs": {
            "d": {"type": "object", "properties": {"e": {"anyOf": [{"type": "object"}, STRING]}}}
        },
    }
    before = json.dumps(loose)
    strict = make_strict(loose)
    assert list(strict) == ["properties", "required", "type", "$defs", "additionalProperties"]
    assert strict["required"] == ["b", "a"]
    items = strict["properties"]["b"]["items"]
    assert items == {
        "type": "object",
        "properties": {"c": STRING},
        "required": ["c"],
        "additionalProperties": False,
    }
    assert strict["$defs"]["d"]["properties"]["e"]["anyOf"][0] == {
        "type": "object",
        "additionalProperties": False,
    }
    assert violation(strict) is None
    assert json.dumps(loose) == before


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "array", "items": STRING},
        {},
    ],
)
def test_what_has_no_strict_form_is_left_alone(schema: dict[str, Any]) -> None:
    assert make_strict(schema) == schema


def test_keywords_outside_the_subset_do_not_keep_a_schema_from_being_closed() -> None:
    loose = {"type": "object", "properties": {"a": {"oneOf": [STRING]}, "b": {}}, "strict": True}
    closed = {**loose, "required": ["a", "b"], "additionalProperties": False}
    assert make_strict(loose) == closed


def test_what_is_strict_already_stays_as_it_is() -> None:
    for schema in ACCEPTED:
        assert json.dumps(make_strict(schema)) == json.dumps(schema)


SHARED = Path(os.environ.get("MOCKSERVER_SHARED", Path(__file__).parents[2] / "shared"))
STRICT = SHARED / "schemas" / "strict_given.jsonl.gz"


@pytest.mark.skipif(
    not STRICT.exists(),
    reason="set MOCKSERVER_SHARED to a folder with schemas/strict_given.jsonl.gz",
)
def test_strict_schemas_from_practice_are_accepted() -> None:
    with gzip.open(STRICT, "rt", encoding="utf-8") as lines:
        found = [violation(json.loads(line)["schema"]) for line in lines]
    assert [one for one in found if one is not None] == []


@pytest.mark.parametrize(
    "broken",
    [
        {"properties": 5},
        {"required": True},
        {"required": [{}]},
        {"required": {}, "properties": {}},
        {"enum": 0},
        {"anyOf": {}},
        {"$defs": []},
        {"type": [None]},
        {"type": 3},
        {"format": []},
        {"pattern": {}},
    ],
    ids=str,
)
def test_a_schema_of_the_wrong_shape_is_refused_in_words(broken: dict[str, Any]) -> None:
    closed = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    for schema in (
        {**closed, **broken},
        {**closed, "properties": {"a": {"type": "string", **broken}}, "required": ["a"]},
    ):
        assert tool_error(0, "f", schema) is not None
        assert format_error("f", schema) is not None
        assert make_strict(schema) == schema


class Unsearched(list[str]):
    """A list that must not be searched name by name: a schema may have 100,000 of them."""

    def __contains__(self, name: object) -> bool:
        raise AssertionError(f"{name} was looked for in a list")


def test_names_are_not_searched_for_in_lists() -> None:
    names = [f"p{number}" for number in range(20)]
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": Unsearched(names),
        "additionalProperties": False,
    }
    assert violation(schema) is None
    assert make_strict(schema)["required"] == names


def test_many_types_and_many_values_are_not_compared_pair_by_pair() -> None:
    listed = {"type": ["string"] * 20_000 + ["integer"], "enum": list(range(20_000))}
    schema = {
        "type": "object",
        "properties": {"a": listed},
        "required": ["a"],
        "additionalProperties": False,
    }
    found = violation(schema)
    assert found is not None
    assert found.message == "20000 enum values exceeds limit of 1000."


def test_what_is_nested_beyond_any_stack_is_left_as_it_is() -> None:
    part: Any = {"type": "string"}
    for _ in range(5000):
        part = {"type": "array", "items": part}
    schema = {
        "type": "object",
        "properties": {"a": part},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert make_strict(schema) is schema
    assert violation(schema) is None
