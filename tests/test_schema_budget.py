"""No number in a schema or a pattern sets the work: one budget counts it, and what is beyond it is
an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from mockserver.schemas import Rng, SchemaError, generate, spell

STRING = {"type": "string"}


def doubled(levels: int, keyword: str = "allOf") -> dict[str, Any]:
    """An integer, told twice at each of so many levels."""
    definitions: dict[str, Any] = {"d0": {"type": "integer", "minimum": 1}}
    for level in range(levels):
        below = {"$ref": f"#/$defs/d{level}"}
        definitions[f"d{level + 1}"] = {keyword: [below, below]}
    return {"$defs": definitions, "$ref": f"#/$defs/d{levels}"}


def nested(levels: int, keyword: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"properties": {"x": True}, "required": ["x"]}
    for _ in range(levels):
        schema = {keyword: [schema], "unevaluatedProperties": False}
    return {"type": "object", **schema}


def spelled(pattern: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, **more}


def integers(count: int) -> dict[str, Any]:
    return {f"p{at}": {"type": "integer"} for at in range(count)}


def dynamic(count: int) -> dict[str, Any]:
    """Resources that all refer to each other, and to what the way there decides."""
    names = [f"p{at}" for at in range(1, count + 1)]
    properties = {name: {"$ref": f"/{name}"} for name in names}
    definitions = {
        name: {
            "$id": f"/{name}",
            "$dynamicAnchor": "node",
            "type": "object",
            "properties": {**properties, "node": {"$dynamicRef": "#node"}},
        }
        for name in names
    }
    return {"$id": "http://x/", "$dynamicAnchor": "node", "$ref": "/p1", "$defs": definitions}


def judged_branch() -> dict[str, Any]:
    """The branch that is not chosen is what the judge looks at first."""
    schema = doubled(30)
    schema["$defs"]["either"] = {"anyOf": [{"$ref": "#/$defs/d30"}, {"type": "integer"}]}
    return {**schema, "$ref": "#/$defs/either"}


TOO_MUCH: dict[str, Any] = {
    "a long repetition": spelled("a{1000000000}"),
    "repetitions of repetitions": spelled("((((a{100}){100}){100}){100}){100}"),
    "many long patterns": {f"p{at}": spelled(f"^[a-z]{{{9000 - at}}}$") for at in range(500)},
    "patterns of large sets": {f"p{at}": spelled(f"^\\p{{L}}{{{60 + at}}}$") for at in range(200)},
    "many short patterns": {"allOf": [{"pattern": f"a{at}"} for at in range(5000)]},
    "a long pattern": spelled("|".join(f"a{at}" for at in range(100_000))),
    "a pattern for a long text": spelled("^[a-z]+$", minLength=10**6),
    "a slow pattern on a long text": {
        "type": "string",
        "minLength": 100_000,
        "not": {"pattern": "[a-z]{0,5000}x[a-z]{0,2000}[0-9]"},
    },
    "an engine that goes back": spelled("^(?P<x>(a+)+)(?P=x)c$", minLength=60, maxLength=70),
    "references that double, where each way counts": {**doubled(17), "unevaluatedItems": False},
    "references that double over a reference into them": {
        **doubled(17),
        "not": {"$ref": "#/$defs/d1/allOf/0", "maximum": 0},
    },
    "what is evaluated, nested": nested(30, "allOf"),
    "what may be evaluated, nested": nested(20, "anyOf"),
    "scopes of dynamic references": dynamic(8),
    "many long texts": {
        "type": "object",
        "properties": {f"p{at}": {"type": "string", "minLength": 10**6} for at in range(100)},
    },
    "many copies of a long text": {
        "type": "array",
        "minItems": 9000,
        "items": {"const": "x" * 10**6},
    },
    "required properties": {"type": "object", "required": list(integers(100_000))},
    "known properties": {"type": "object", "properties": integers(100_000)},
    "contained items": {"type": "array", "contains": STRING, "minContains": 10**9},
    "exclusive branches": {"oneOf": [STRING] * 20_000},
    "common multiples": {
        "type": "integer",
        "allOf": [{"multipleOf": 10**15 + at} for at in range(4000)],
    },
    "prefixes of which one is denied": {
        "type": "array",
        "not": {"prefixItems": [{"const": at} for at in range(20_000)]},
    },
    "schemas that hold at once": {"allOf": [{"required": [f"p{at}"]} for at in range(50_000)]},
    "lists in common": {"allOf": [{"enum": list(range(at, at + 2000))} for at in range(300)]},
    "properties that need others": {
        "type": "object",
        "required": ["a0"],
        "dependentRequired": {f"a{at}": [f"a{at + 1}"] for at in range(20_000)},
    },
    "patterns of properties": {
        "type": "object",
        "patternProperties": {f"^a{at}.*b": {"type": "integer"} for at in range(2000)},
        "required": [f"a{at}b" for at in range(500)],
    },
}
GIVEN_UP: dict[str, Any] = {
    "items": {"type": "array", "minItems": 10**9},
    "items of items": {
        "type": "array",
        "minItems": 9000,
        "items": {"type": "array", "minItems": 9000},
    },
    "properties": {"type": "object", "minProperties": 10**9},
    "characters": {"type": "string", "minLength": 10**9},
    "small divisors": {"type": "number", "multipleOf": 1e-300, "minimum": 1e300},
    "large numbers": {"type": "number", "minimum": 10**4000},
    "levels": {"const": json.loads("[" * 900 + "]" * 900)},
}
MANAGED: dict[str, Any] = {
    "a long list": {"enum": [f"value {at}" for at in range(10_000)], "pattern": "9998$"},
    "types told often": {"type": ["string"] * 100_000, "minLength": 3},
    "a reference to itself": {
        "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}, {"type": "null"}]}},
        "$ref": "#/$defs/a",
    },
    "references that double": doubled(60),
    "references that double in the judge": judged_branch(),
    "a denial of what doubles": {"type": "string", "not": doubled(25)["$defs"]["d0"]},
}
# Makes values for all schemas in a gigabyte and twenty seconds of CPU, which would not do for one of
# them if all that it asks for were done.
CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from mockserver.schemas import Rng, SchemaError, generate, spell
for line in sys.stdin:
    try:
        generate(json.loads(line), 1)
        print("a value")
    except SchemaError as error:
        print(error)
"""


def outcomes(schemas: dict[str, Any]) -> dict[str, str]:
    lines = "".join(json.dumps(schema) + "\n" for schema in schemas.values())
    command = [sys.executable, "-c", CHILD]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return dict(zip(schemas, done.stdout.splitlines(), strict=True))


def test_more_work_than_is_allowed_is_an_error_in_little_memory() -> None:
    for name, outcome in outcomes(TOO_MUCH).items():
        assert "asks for more work than is allowed [gave up]" in outcome, name


def test_other_large_numbers_are_errors_too() -> None:
    for name, outcome in outcomes(GIVEN_UP).items():
        assert "[gave up]" in outcome, name


def test_what_only_looks_large_is_made() -> None:
    assert set(outcomes(MANAGED).values()) == {"a value"}


def test_the_error_names_the_pattern() -> None:
    with pytest.raises(SchemaError, match=r"the pattern 'a\{1000000000\}' asks for more work"):
        generate(TOO_MUCH["a long repetition"], 1)


@pytest.mark.parametrize(
    "name", ["references that double, where each way counts", "required properties"]
)
def test_what_is_remembered_does_not_change_the_outcome(name: str) -> None:
    """A schema that fails must not succeed once parts of it are known."""
    for seed in (1, 2, 1, 1):
        with pytest.raises(SchemaError, match="more work than is allowed"):
            generate(TOO_MUCH[name], seed)


def test_a_larger_budget_allows_more() -> None:
    schema = {"type": "array", "minItems": 100_000, "items": {"type": "integer"}}
    with pytest.raises(SchemaError, match="more work than is allowed"):
        generate(schema, 1)
    assert len(generate(schema, 1, budget=1000)) >= 100_000


@pytest.mark.parametrize("pattern", ["a{1000000000}", "(?:((a{99}){99}){99}){99}", "((" * 9000])
def test_a_text_for_too_large_a_pattern_is_none(pattern: str) -> None:
    assert spell(pattern, Rng(1)) is None
