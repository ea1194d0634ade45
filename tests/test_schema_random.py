"""Values for schemas drawn at random: each schema is made to accept a drawn value, so that one
exists.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.schemas import SchemaError, generate

NAMES = st.sampled_from(["name", "city", "price", "a", "b", "tags", "x-1"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.integers(-40, 40).map(lambda n: n / 4)
    | st.sampled_from(["", "a", "red", "abc-1", "42", "Hello"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
KINDS = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def kind(value: Any) -> str:
    return "null" if value is None else KINDS[type(value)]


@st.composite
def accepting(draw: st.DrawFn, value: Any, depth: int = 0) -> Any:
    """A schema that accepts the value."""
    schema: dict[str, Any] = {}
    if draw(st.booleans()):
        names = sorted({kind(value), draw(st.sampled_from(ALL_KINDS))})
        schema["type"] = names if draw(st.booleans()) else kind(value)
    if draw(st.integers(0, 7)) == 0:
        schema["enum"] = [*draw(st.lists(SCALARS, max_size=2)), value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        numbers = {
            "minimum": value - draw(st.integers(0, 5)),
            "exclusiveMaximum": value + draw(st.integers(1, 5)),
            "multipleOf": 0.25 if isinstance(value, float) else (abs(value) or 3),
        }
        schema |= draw(subset(numbers))
    elif isinstance(value, str):
        strings: dict[str, Any] = {
            "minLength": len(value) // 2,
            "maxLength": len(value) + draw(st.integers(0, 4)),
        }
        strings["pattern"] = "^" + value.replace("-", "[-]") + "x?" if value else "^[a-c]*$"
        schema |= draw(subset(strings))
    elif isinstance(value, list):
        schema |= draw(
            subset({"minItems": len(value) // 2, "maxItems": len(value) + draw(st.integers(0, 2))})
        )
        if len(value) > 0 and draw(st.booleans()):
            schema["prefixItems"] = [draw(accepting(value[0], depth + 1))]
        if len(value) > 1 and draw(st.booleans()):
            schema["contains"] = draw(accepting(value[-1], depth + 1))
    elif isinstance(value, dict):
        known = draw(st.booleans())
        schema["properties"] = {
            name: draw(accepting(part, depth + 1))
            for name, part in value.items()
            if known or draw(st.booleans())
        }
        schema |= draw(
            subset(
                {
                    "required": list(value),
                    "minProperties": len(value),
                    "maxProperties": len(value) + 1,
                }
            )
        )
        if known and draw(st.booleans()):
            schema["additionalProperties"] = False
        if draw(st.booleans()):
            schema["propertyNames"] = {"maxLength": 5}
    if depth < 3:
        schema |= draw(combined(value, depth))
    return schema or True


ALL_KINDS = ["null", "boolean", "number", "string", "array", "object"]


@st.composite
def subset(draw: st.DrawFn, keywords: dict[str, Any]) -> dict[str, Any]:
    chosen: list[bool] = [draw(st.booleans()) for _ in keywords]
    return {
        word: wanted for (word, wanted), kept in zip(keywords.items(), chosen, strict=True) if kept
    }


@st.composite
def combined(draw: st.DrawFn, value: Any, depth: int) -> dict[str, Any]:
    """Keywords that apply other schemas and still accept the value."""
    choice = draw(st.integers(0, 11))
    mine = accepting(value, depth + 1)
    other = draw(accepting(draw(SCALARS), depth + 2))
    if choice == 0:
        return {"allOf": [draw(mine), draw(mine)]}
    if choice == 1:
        return {"anyOf": draw(st.permutations([draw(mine), other]))}
    if choice == 2 and not fits(value, other):
        return {"oneOf": draw(st.permutations([draw(mine), other]))}
    if choice == 3 and not fits(value, other):
        return {"not": other}
    if choice == 4:
        return {"if": other, "then": draw(mine), "else": draw(mine)}
    return {}


def fits(value: Any, schema: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(st.data(), VALUES, st.integers(0, 9))
def test_a_value_is_found_where_there_is_one(data: st.DataObject, value: Any, seed: int) -> None:
    schema = data.draw(accepting(value))
    assert fits(value, schema), "the strategy is wrong"
    made = generate(schema, seed)
    assert fits(made, schema), json.dumps(schema)
    assert generate(schema, seed) == made


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data(), VALUES, VALUES)
def test_contradicting_schemas_give_a_value_or_an_error(
    data: st.DataObject, one: Any, other: Any
) -> None:
    schema = {"allOf": [data.draw(accepting(one)), data.draw(accepting(other))]}
    try:
        made = generate(schema, 1)
    except SchemaError as error:
        if error.proved:
            assert not fits(one, schema)
            assert not fits(other, schema)
        return
    assert fits(made, schema)
