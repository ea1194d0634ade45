"""The bytes of generated values stay the same: on every Python, with every release of every
library.

A digest that differs is a change that every recorded expectation of a user meets. Where it is
meant, write the digests anew with `python tests/test_schema_golden.py`, and say so in the
changelog.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mockserver.schemas import (
    FORMATS,
    PROVIDERS,
    Budget,
    OutOfWorkError,
    Rng,
    SchemaError,
    generate,
    spell,
)
from schema_samples import COMBINED, FLAWED, OLDER, PATTERNS, REFUSED
from schema_samples import SCHEMAS as KEYWORDS

GOLDEN = Path(__file__).with_suffix(".json")


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


STRING, INTEGER = {"type": "string"}, {"type": "integer"}
SCHEMAS: dict[str, Any] = {
    "person": _object(
        id=STRING, first_name=STRING, email=STRING, city=STRING, age=INTEGER, created_at=STRING
    ),
    "steps": _object(
        steps={"type": "array", "items": _object(explanation=STRING, output=STRING)},
        final_answer={"type": "number"},
    ),
    "numbers": _object(
        a={"type": "number", "multipleOf": 0.05, "minimum": 0, "maximum": 9},
        b={"type": "integer", "minimum": -(10**20), "maximum": 10**20},
        c={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-6},
    ),
    "union": _object(
        shape={
            "anyOf": [_object(radius={"type": "number"}), _object(width=INTEGER), {"type": "null"}]
        }
    ),
    "one of": {
        "oneOf": [
            _object(kind={"const": kind}, size=INTEGER) for kind in ("circle", "square", "line")
        ]
    },
    "recursive": {
        "$defs": {
            "node": _object(
                value=STRING, next={"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}
            )
        },
        "$ref": "#/$defs/node",
    },
    "patterns": _object(
        sku={"type": "string", "pattern": "^[A-Z]{3}-\\d{4}(-[a-z]+)?$"},
        secret={"type": "string", "pattern": "^(?=.*\\d)(?=.*[A-Z]).{10,14}$"},
    ),
    "conditions": {
        **_object(country={"enum": ["US", "NL"]}, zip=STRING),
        "if": {"properties": {"country": {"const": "US"}}},
        "then": {"properties": {"zip": {"pattern": "^\\d{5}$"}}},
        "else": {"properties": {"zip": {"pattern": "^\\d{4}[A-Z]{2}$"}}},
    },
    "unique": {
        "type": "array",
        "items": {"enum": list("abcdef")},
        "uniqueItems": True,
        "minItems": 3,
        "maxItems": 5,
    },
    "open": {
        "type": "object",
        "additionalProperties": INTEGER,
        "propertyNames": {"pattern": "^[a-z]+$"},
        "minProperties": 3,
    },
    "formats": _object(**{name: {"type": "string", "format": name} for name in FORMATS}),
}


def _provided(name: str) -> list[str]:
    return [PROVIDERS[name](Rng(name, at)) for at in range(20)]


def _outcomes(schema: Any, seeds: int) -> list[Any]:
    return [_outcome(schema, seed) for seed in range(seeds)]


def _outcome(schema: Any, seed: int, **options: Any) -> Any:
    """The value, or the words of the error."""
    try:
        return generate(schema, seed, **options)
    except SchemaError as error:
        return str(error)


def _combined(name: str) -> list[Any]:
    return [_outcome(schema, 1, budget=10) for schema in COMBINED[name]]


def _spelled(source: str) -> list[Any]:
    """Texts of several lengths for a pattern, each with the work that it took."""
    return [_text(source, seed, low) for seed in range(4) for low in (0, 9)]


def _text(source: str, seed: int, low: int) -> Any:
    budget = Budget()
    try:
        text = spell(source, Rng(seed), low, budget=budget)
    except OutOfWorkError as error:
        return str(error)
    return text, budget.left


def _batch(make: Callable[..., Any], *args: Any) -> list[Any]:
    """What is made, under one digest."""
    return [make(*args)]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]


# What is made under each name, when it is asked for.
MAKERS: dict[str, Callable[[], list[Any]]] = {
    name: partial(_outcomes, schema, 4) for name, schema in SCHEMAS.items()
}
MAKERS |= {f"provider {name}": partial(_batch, _provided, name) for name in sorted(PROVIDERS)}
MAKERS |= {f"combined {name}": partial(_batch, _combined, name) for name in COMBINED}
MAKERS |= {f"pattern {source}": partial(_batch, _spelled, source) for source in PATTERNS}
SAMPLES = {"keyword": KEYWORDS, "draft": OLDER, "flawed": FLAWED, "refused": REFUSED}
for group, schemas in SAMPLES.items():
    for title, sample in schemas.items():
        MAKERS[f"{group} {title}"] = partial(_batch, _outcomes, sample, 5)


def digests(name: str) -> list[str]:
    return [_digest(value) for value in MAKERS[name]()]


EXPECTED: dict[str, list[str]] = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_bytes_are_as_before(name: str) -> None:
    assert digests(name) == EXPECTED[name]


def test_everything_has_a_digest() -> None:
    assert MAKERS.keys() == EXPECTED.keys()


if __name__ == "__main__":
    rows = (f"  {json.dumps(name)}: {json.dumps(digests(name))}" for name in MAKERS)
    GOLDEN.write_text("{\n" + ",\n".join(rows) + "\n}\n")
