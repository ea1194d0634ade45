"""Where references lead: pointers, identifiers, anchors, dynamic scopes, metaschemas."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import SchemaError, accepts, generate, refusal

TREE = {
    "$id": "https://x.test/tree",
    "$dynamicAnchor": "node",
    "type": "object",
    "properties": {
        "data": True,
        "children": {"type": "array", "items": {"$dynamicRef": "#node"}, "minItems": 0},
    },
}
SCHEMAS: dict[str, Any] = {
    "pointer with escapes": {"$defs": {"a/b~c%": {"const": 1}}, "$ref": "#/$defs/a~1b~0c%25"},
    "pointer into a list": {"allOf": [{"const": 5}, True], "$ref": "#/allOf/0"},
    "pointer into an unknown keyword": {
        "components": {"schemas": {"A": {"const": 2}}},
        "$ref": "#/components/schemas/A",
    },
    "anchor": {"$defs": {"a": {"$anchor": "here", "const": 3}}, "$ref": "#here"},
    "relative identifier": {
        "$id": "https://x.test/root.json",
        "$defs": {"a": {"$id": "a.json", "$defs": {"b": {"const": 4}}, "$ref": "#/$defs/b"}},
        "$ref": "a.json",
    },
    "anchor of another resource": {
        "$id": "https://x.test/root.json",
        "$defs": {"a": {"$id": "nested/a.json", "$defs": {"b": {"$anchor": "b", "const": 6}}}},
        "$ref": "https://x.test/nested/a.json#b",
    },
    "urn": {"$defs": {"a": {"$id": "urn:uuid:deadbeef", "const": 7}}, "$ref": "urn:uuid:deadbeef"},
    "chain": {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/c"}, "c": {"const": 8}},
        "$ref": "#/$defs/a",
    },
    "an identifier in data is none": {
        "const": {"$id": "https://x.test/no"},
        "$defs": {"a": True},
        "$ref": "#/$defs/a",
    },
    "dynamic, to the outermost": {
        "$id": "https://x.test/strict-tree",
        "$dynamicAnchor": "node",
        "$ref": "tree",
        "required": ["data"],
        "unevaluatedProperties": False,
        "$defs": {"tree": TREE},
    },
    "dynamic, without anchor": {"$defs": {"a": {"$anchor": "n", "const": 9}}, "$dynamicRef": "#n"},
    "metaschema": {
        "type": "object",
        "properties": {"s": {"$ref": "https://json-schema.org/draft/2020-12/schema"}},
    },
    "recursive (2019-09)": {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": "https://x.test/r",
        "$recursiveAnchor": True,
        "type": "object",
        "properties": {"next": {"$recursiveRef": "#"}, "v": {"type": "integer"}},
        "required": ["v"],
    },
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_references_are_followed(name: str) -> None:
    schema = SCHEMAS[name]
    validator = jsonschema_rs.validator_for(schema, offline=True)
    for seed in range(6):
        value = generate(schema, seed)
        assert validator.is_valid(value), (seed, value)


def led_to(levels: int, *back: int, draft: str = "2020-12/schema", **own: Any) -> dict[str, Any]:
    """Integers from 1, by definitions of which each refers to those so many levels back."""
    word = "$defs" if "20" in draft else "definitions"
    definitions: dict[str, Any] = {f"d{at}": {"type": "integer", "minimum": 1} for at in range(2)}
    for level in range(2, levels):
        parts = [{"$ref": f"#/{word}/d{level - one}"} for one in back]
        definitions[f"d{level}"] = {"allOf": parts, **dict.fromkeys(own, level)}
    last = {"$ref": f"#/{word}/d{levels - 1}"}
    return {
        "$schema": f"http://json-schema.org/{draft}#",
        word: definitions,
        "allOf": [last],
        **own,
    }


@pytest.mark.parametrize("draft", ["draft-07/schema", "draft/2020-12/schema"])
@pytest.mark.parametrize("back", [(1, 1), (1, 1, 1), (1, 2)], ids=str)
def test_parts_that_references_lead_to_a_million_times_count_once(
    draft: str, back: tuple[int, ...]
) -> None:
    schema = led_to(60, *back, draft=draft, minimum=0)
    assert min(generate(schema, seed) for seed in range(20)) >= 59
    items = {"allOf": schema.pop("allOf")}
    listed = {**schema, "type": "array", "items": items, "minItems": 2}
    assert min(min(generate(listed, seed)) for seed in range(20)) >= 59
    assert [accepts(listed, value) for value in ([59, 60], [59, 58])] == [True, False]
    found = refusal(listed, [59, 58])
    assert found is not None
    assert (found.path, found.expected) == ((1,), "minimum 59")


def test_what_parts_led_to_often_exclude_is_proved() -> None:
    with pytest.raises(SchemaError, match=r"no number from 40 to 8 \[proved\]"):
        generate({**led_to(41, 1, 1, minimum=0), "maximum": 8}, 1)


def test_a_part_led_to_often_may_hold_itself() -> None:
    schema = led_to(40, 1, 1)
    node = {"type": "object", "properties": {"next": {"$ref": "#"}, "v": schema["allOf"][0]}}
    schema |= {"allOf": [node, {"$ref": "#/$defs/o39"}], "required": ["v"]}
    schema["$defs"] |= {"o0": {"minProperties": 1}} | {
        f"o{at}": {"allOf": [{"$ref": f"#/$defs/o{at - 1}"}] * 2} for at in range(1, 40)
    }
    assert generate(schema, 1)["v"] >= 1
    assert not accepts(schema, {"v": 1, "next": {"v": 0}})
    assert accepts(schema, {"v": 1, "next": {"v": 1}})


def test_references_that_ignore_the_identifiers_around_them_are_followed() -> None:
    schema = {
        "$id": "https://x.test/root.json",
        "$defs": {"a": {"const": 1}, "b": {"$id": "b.json", "$ref": "#/$defs/a"}},
        "$ref": "#/$defs/b",
    }
    assert generate(schema, 1) == 1


def test_a_conflict_behind_a_dynamic_reference_is_named_with_its_place() -> None:
    node = {
        "$id": "node",
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {
            "size": {"type": "integer", "minimum": 3, "maximum": 2},
            "next": {"$dynamicRef": "#node"},
        },
        "required": ["size"],
    }
    schema = {
        "$id": "https://x.test/root",
        "$dynamicAnchor": "node",
        "$ref": "node",
        "$defs": {"node": node},
    }
    with pytest.raises(SchemaError) as caught:
        generate(schema, 1)
    assert caught.value.pointer == "/$defs/node/properties/size"
    assert caught.value.keywords == ("minimum", "maximum")


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("#/$defs/none", "points at nothing"),
        ("#none", "points at nothing"),
        ("#/allOf/7", "points at nothing"),
        ("#/title/deeper", "points at nothing"),
        ("other.json", "is remote, and nothing is fetched"),
        ("https://json-schema.org/draft/none", "is remote, and nothing is fetched"),
        ("http://json-schema.org/other", "is remote, and nothing is fetched"),
        ("x:json-schema.org/", "is remote, and nothing is fetched"),
    ],
)
def test_a_lost_reference_is_named_with_its_place(reference: str, reason: str) -> None:
    schema = {
        "title": "t",
        "type": "object",
        "properties": {"a": {"$ref": reference}},
        "allOf": [True],
    }
    with pytest.raises(SchemaError) as caught:
        generate(schema, 1)
    assert (caught.value.pointer, caught.value.keywords) == ("/properties/a", ("$ref",))
    assert reference in caught.value.reason
    assert reason in caught.value.reason


def marked(dialect: str, anchor: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    """A chain whose links are to be marked, made of one whose links are not."""
    chain = {
        "$id": "chain",
        **anchor,
        "type": "object",
        "properties": {"next": reference, "list": {"type": "array", "items": reference}},
    }
    return {
        "$schema": dialect,
        "$id": "https://x.test/marked",
        **anchor,
        "$ref": "chain",
        "properties": {"mark": {"const": "seen"}},
        "required": ["mark"],
        "$defs": {"chain": chain},
    }


OF_2019 = "https://json-schema.org/draft/2019-09/schema"
OF_2020 = "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("dialect", "anchor", "reference", "is_marked"),
    [
        (OF_2019, {"$recursiveAnchor": True}, {"$recursiveRef": "#"}, True),
        (OF_2019, {"$recursiveAnchor": False}, {"$recursiveRef": "#"}, False),
        (OF_2019, {}, {"$recursiveRef": "#"}, False),
        (OF_2019, {"$recursiveAnchor": True}, {"$ref": "#"}, False),
        (OF_2020, {"$dynamicAnchor": "link"}, {"$dynamicRef": "#link"}, True),
        (OF_2020, {"$anchor": "link"}, {"$dynamicRef": "#link"}, False),
        (OF_2020, {"$dynamicAnchor": "link"}, {"$dynamicRef": "#"}, False),
    ],
)
def test_where_a_reference_leads_may_depend_on_the_way(
    dialect: str, anchor: dict[str, Any], reference: dict[str, Any], is_marked: bool
) -> None:
    schema = marked(dialect, anchor, reference)
    for seed in range(4):
        value = generate(schema, seed)
        assert jsonschema_rs.is_valid(schema, value)
        for link in (value["next"], *value["list"]):
            assert ("mark" in link) == is_marked


@pytest.mark.parametrize(
    ("dialect", "anchor", "reference"),
    [
        (OF_2019, {"$recursiveAnchor": True}, {"$recursiveRef": "#"}),
        (OF_2020, {"$dynamicAnchor": "link"}, {"$dynamicRef": "#link"}),
    ],
)
def test_one_part_is_another_on_each_way_to_it(
    dialect: str, anchor: dict[str, Any], reference: dict[str, Any]
) -> None:
    """The same chain, marked red where it is reached by red and blue where by blue."""
    kind = marked(dialect, anchor, reference)
    chain = kind["$defs"]["chain"]
    colors = {
        color: {
            "$id": color,
            **anchor,
            "$ref": "chain",
            "properties": {"mark": {"const": color}},
            "required": ["mark"],
        }
        for color in ("red", "blue")
    }
    schema = {
        "$schema": dialect,
        "$id": "https://x.test/root",
        "type": "object",
        "properties": {color: {"$ref": color} for color in colors},
        "$defs": {"chain": chain, **colors},
    }
    for seed in range(4):
        value = generate(schema, seed)
        assert jsonschema_rs.is_valid(schema, value)
        for color in colors:
            links = [value[color], value[color]["next"], *value[color]["list"]]
            assert {link["mark"] for link in links} == {color}
