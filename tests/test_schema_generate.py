"""The door of the generator: determinism, variety, budget and errors."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import SchemaError, generate
from schema_samples import REFUSED

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string"},
        "email": {"type": "string"},
        "age": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 2},
        "address": {"$ref": "#/$defs/address"},
    },
    "required": ["id", "name"],
    "additionalProperties": False,
    "$defs": {
        "address": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        }
    },
}


def refusal(schema: Any, **options: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        generate(schema, 1, **options)
    return caught.value


def test_the_same_seed_gives_the_same_value_and_others_vary() -> None:
    made = [json.dumps(generate(PERSON, seed)) for seed in range(20)]
    assert made == [json.dumps(generate(PERSON, seed)) for seed in range(20)]
    assert len(set(made)) == 20


def test_values_do_not_depend_on_what_was_generated_before() -> None:
    alone = generate(PERSON, 5)
    for seed in range(4):
        generate(PERSON, seed)
    assert generate(PERSON, 5) == alone
    assert generate(json.loads(json.dumps(PERSON)), 5) == alone


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_values_are_the_same_in_another_process(hash_seed: str) -> None:
    code = (
        "import json, sys; from mockserver.schemas import generate;"
        "print(json.dumps([generate(json.loads(sys.argv[1]), seed) for seed in range(5)]))"
    )
    command = [sys.executable, "-c", code, json.dumps(PERSON)]
    done = subprocess.run(
        command, env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [generate(PERSON, seed) for seed in range(5)]


def test_threads_do_not_disturb_each_other() -> None:
    expected = [generate(PERSON, seed) for seed in range(30)]
    found: dict[int, Any] = {}
    threads = [
        threading.Thread(target=lambda s=seed: found.update({s: generate(PERSON, s)}))
        for seed in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(30)] == expected


def test_keys_come_in_the_order_of_the_schema_and_optional_ones_are_shown() -> None:
    assert list(generate(PERSON, 3)) == ["id", "name", "email", "age", "tags", "address"]


def test_the_schema_is_neither_changed_nor_kept() -> None:
    schema = {"type": "object", "properties": {"a": {"enum": [[1]]}}, "required": ["a"]}
    before = json.dumps(schema)
    for _ in range(3):
        generate(schema, 1)["a"].append(2)
    assert json.dumps(schema) == before
    assert generate(schema, 1) == {"a": [1]}


@pytest.mark.parametrize("seed", [0, -1, 2**70, 123456789])
def test_any_integer_is_a_seed(seed: int) -> None:
    assert jsonschema_rs.is_valid(PERSON, generate(PERSON, seed))


@pytest.mark.parametrize(
    ("schema", "pointer", "keywords"),
    [
        (False, "", ("false",)),
        ({"type": "integer", "minimum": 5, "maximum": 3}, "", ("minimum", "maximum")),
        (
            {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 4},
            "",
            ("exclusiveMinimum", "exclusiveMaximum"),
        ),
        ({"type": "string", "minLength": 5, "maxLength": 3}, "", ("minLength", "maxLength")),
        ({"type": "array", "minItems": 5, "maxItems": 3}, "", ("minItems", "maxItems")),
        (
            {"type": "object", "minProperties": 2, "maxProperties": 1},
            "",
            ("minProperties", "maxProperties"),
        ),
        (
            {"type": "object", "required": ["a", "b"], "maxProperties": 1},
            "",
            ("required", "maxProperties"),
        ),
        ({"type": "integer", "enum": ["a"]}, "", ("enum", "type")),
        ({"enum": [1, 2], "minimum": 5}, "", ("enum", "minimum")),
        ({"const": 1, "allOf": [{"const": 2}]}, "/allOf/0", ("const", "enum")),
        (
            {"type": "integer", "multipleOf": 7, "minimum": 50, "maximum": 55},
            "",
            ("multipleOf", "minimum", "maximum"),
        ),
        (
            {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3},
            "",
            ("uniqueItems", "items"),
        ),
        (
            {"type": "object", "required": ["a"], "additionalProperties": False},
            "",
            ("required", "additionalProperties"),
        ),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"not": {}}}},
            "/properties/a",
            ("not",),
        ),
        ({"not": {}}, "", ("not",)),
        ({"$ref": "#"}, "", ("$ref",)),
        ({"$ref": "https://example.com/remote.json"}, "", ("$ref",)),
        (
            {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
            "/properties/a",
            ("$ref",),
        ),
        ({"type": "strin"}, "/type", ("type",)),
    ],
)
def test_an_impossible_schema_names_pointer_and_keywords(
    schema: Any, pointer: str, keywords: tuple[str, ...]
) -> None:
    error = refusal(schema)
    assert (error.pointer, error.keywords, error.proved) == (pointer, keywords, True)
    assert f"'#{pointer}'" in str(error)
    assert all(f"'{keyword}'" in str(error) for keyword in keywords)
    assert "[proved]" in str(error)


REFUSED_ALONE = [
    name
    for name, schema in REFUSED.items()
    # The reasons of these depend on what is drawn, or on what is around them.
    if "$ref" not in str(schema) and name not in ("false", "if", "kinds, none certain")
]


@pytest.mark.parametrize("name", REFUSED_ALONE)
def test_the_error_leads_to_the_place_of_what_is_impossible(name: str) -> None:
    alone = refusal(REFUSED[name], budget=10)
    if "too long" in alone.reason or "more work" in alone.reason:
        return
    deeper: list[tuple[str, dict[str, Any]]] = [
        ("/properties/thing", {"properties": {"thing": REFUSED[name]}, "required": ["thing"]}),
        ("/items/items", {"items": {"type": "array", "items": REFUSED[name], "minItems": 1}}),
    ]
    for pointer, schema in deeper:
        kind = "object" if "required" in schema else "array"
        error = refusal({"type": kind, "minItems": 1, **schema}, budget=10)
        assert error.pointer == pointer + alone.pointer
        assert (error.keywords, error.proved) == (alone.keywords, alone.proved)


def test_the_error_leads_to_the_schema_that_has_the_keyword() -> None:
    narrow = {"type": "integer", "multipleOf": 7, "minimum": 50, "maximum": 55}
    parts = [{"properties": {"a": narrow}}, {"properties": {"a": {"title": "An age"}}}]
    error = refusal({"type": "object", "required": ["a"], "allOf": parts})
    assert error.pointer == "/allOf/0/properties/a"
    error = refusal({"type": "object", "required": ["a"], "allOf": parts[::-1]})
    assert error.pointer == "/allOf/1/properties/a"


def test_a_one_of_whose_branches_always_overlap_is_proved_impossible() -> None:
    sides = {name: {"type": "number"} for name in ("radius", "width")}
    shape = {"type": "object", "properties": sides, "required": ["radius", "width"]}
    error = refusal(
        {
            "properties": {"shape": {**shape, "oneOf": [{"required": [name]} for name in sides]}},
            **REQUIRED,
        }
    )
    assert (error.pointer, error.keywords, error.proved) == (
        "/properties/shape",
        ("oneOf", "required"),
        True,
    )


REQUIRED = {"type": "object", "required": ["shape"]}


def test_a_search_that_ends_without_proof_says_so() -> None:
    error = refusal({"type": "string", "pattern": "^[a-z]{3}$", "minLength": 5})
    assert (error.keywords, error.proved) == (("pattern", "minLength"), False)
    assert "[gave up]" in str(error)


def test_endless_recursion_is_an_error_and_optional_recursion_ends() -> None:
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/node"}},
        "required": ["next"],
    }
    assert refusal({"$ref": "#/$defs/node", "$defs": {"node": node}}).keywords == ("$ref",)
    tree: dict[str, Any] = {"type": "array", "items": {"$ref": "#"}, "minItems": 0}
    assert jsonschema_rs.is_valid(tree, generate(tree, 1))


def test_a_small_budget_gives_an_error_and_never_another_value() -> None:
    items = {"type": "array", "items": {"type": "array"}, "minItems": 3000}
    error = refusal(items, budget=1)
    assert (error.reason, error.proved) == ("the search took too long", False)
    assert generate(items, 1) == generate(items, 1, budget=500)


def test_large_and_deep_schemas_fit_the_budget() -> None:
    wide: dict[str, Any] = {
        "type": "object",
        "properties": {f"p{at}": {"type": "string"} for at in range(10_000)},
    }
    wide["required"] = list(wide["properties"])
    assert len(generate(wide, 1)) == 10_000
    assert generate({"enum": list(range(100_000))}, 1) in range(100_000)
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(60):
        deep = {"type": "object", "properties": {"inner": deep}, "required": ["inner"]}
    assert jsonschema_rs.is_valid(deep, generate(deep, 1))


def test_deep_parts_are_checked_as_far_as_80_levels() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(85):
        deep = {"type": "object", "properties": {"in": deep}, "required": ["in"]}
    schema = {"oneOf": [deep, {"type": "null", "not": {"type": "null"}}]}
    value = generate(schema, 1)
    for _ in range(85):
        value = value["in"]
    assert isinstance(value, str)


def test_a_value_too_deep_to_make_is_an_error() -> None:
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    assert "nested too deeply" in str(refusal({"const": deep, "type": "array"}))
    assert generate({"enum": [deep, 2], "type": "integer"}, 1) == 2


def test_without_a_budget_nothing_is_tried() -> None:
    error = refusal({}, budget=0)
    assert (error.reason, error.proved) == ("nothing was tried", False)


def test_a_schema_too_deep_to_read_is_an_error() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(20_000):
        deep = {"type": "array", "items": deep}
    assert "not JSON" in str(refusal(deep))


@pytest.mark.parametrize("schema", [{"enum": {1}}, {"minimum": float("nan")}])
def test_what_is_not_json_is_refused(schema: Any) -> None:
    error = refusal(schema)
    assert "not JSON" in error.reason
    assert error.proved


def test_a_schema_that_breaks_its_metaschema_is_used_as_far_as_it_is_clear() -> None:
    draft4 = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
    draft4["properties"] = {"a": {"type": "string", "required": True}}  # type: ignore[assignment]
    assert isinstance(generate(draft4, 1)["a"], str)
