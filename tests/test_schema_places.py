"""One value, one place: what is made for a property depends on the seed and on where it is."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.schemas import accepts, generate

LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer"},
        {"type": "number", "minimum": 0},
        {"type": "string", "format": "uuid"},
        {"type": "string", "pattern": "^[a-z]{4}-[0-9]{6}$"},
        {"enum": list(range(50))},
        {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        {"type": "array", "items": {"type": "integer"}},
        {"type": "object", "properties": {"inner": {"type": "string"}}},
    ]
)
# Names that say nothing, so that none has to do with another.
NAMES = st.sampled_from(["zam", "bexu", "quor", "vilt", "ombra", "tesk", "yarn_b", "plix"])
TABLES = st.dictionaries(NAMES, LEAVES, min_size=1, max_size=6)


def an_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


@given(TABLES, NAMES, LEAVES, st.integers(0, 20))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_a_property_changes_no_other(
    properties: dict[str, Any], name: str, schema: dict[str, Any], seed: int
) -> None:
    before = generate(an_object(properties), seed)
    for place in range(len(properties) + 1):
        entries = [entry for entry in properties.items() if entry[0] != name]
        entries.insert(place, (name, schema))
        after = generate(an_object(dict(entries)), seed)
        assert accepts(an_object(dict(entries)), after)
        assert {key: value for key, value in after.items() if key != name} == {
            key: value for key, value in before.items() if key != name
        }


def test_the_order_of_properties_changes_no_value() -> None:
    names = ["zam", "bexu", "quor", "vilt"]
    properties = {name: {"type": "string"} for name in names}
    backwards = {name: properties[name] for name in reversed(names)}
    assert generate(an_object(properties), 3) == generate(an_object(backwards), 3)


def test_ids_of_different_names_differ() -> None:
    names = ["id", "user_id", "order_id", "parent_id", "trace_id"]
    for kind in ({"type": "string"}, {"type": "string", "format": "uuid"}):
        schema = an_object(dict.fromkeys(names, kind))
        for seed in range(20):
            assert len(set(generate(schema, seed).values())) == len(names)


def test_items_of_an_array_differ() -> None:
    schema = {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 50}
    assert len(set(generate(schema, 1))) == 50


def test_what_is_made_deeper_depends_on_the_way_to_it() -> None:
    inner = {"type": "object", "properties": {"key": {"type": "string", "format": "uuid"}}}
    value = generate(an_object({"zam": inner, "bexu": inner}), 1)
    assert value["zam"] != value["bexu"]


def test_accepts_asserts_formats_and_takes_only_what_it_can_judge() -> None:
    assert accepts({"format": "email"}, "a@example.com")
    assert not accepts({"format": "email"}, "a")
    assert not accepts({"type": "no such type"}, "a")
