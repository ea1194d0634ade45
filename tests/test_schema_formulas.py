"""Boolean formulas, written as alternatives over properties, are solved, or shown to have no solution."""

from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import SchemaError, generate

Literal = tuple[int, bool]


def with_const(place: int, wanted: bool) -> dict[str, Any]:
    return {"properties": {f"x{place}": {"const": wanted}}, "required": [f"x{place}"]}


def with_enum(place: int, wanted: bool) -> dict[str, Any]:
    return {"type": "object", "properties": {f"x{place}": {"enum": [wanted, "other"]}}}


def denied(place: int, wanted: bool) -> dict[str, Any]:
    return {"not": {"properties": {f"x{place}": {"const": not wanted}}}}


def denied_inside(place: int, wanted: bool) -> dict[str, Any]:
    return {"properties": {f"x{place}": {"not": {"const": not wanted}}}}


WRITTEN = [with_const, with_enum, denied, denied_inside]


def formula(
    clauses: list[list[Literal]],
    variables: int,
    written: Callable[[int, bool], Any] = with_const,
    keyword: str = "anyOf",
) -> dict[str, Any]:
    names = [f"x{place}" for place in range(variables)]
    return {
        "type": "object",
        "properties": {name: {"type": "boolean"} for name in names},
        "required": names,
        "allOf": [{keyword: [written(*literal) for literal in clause]} for clause in clauses],
    }


def drawn(variables: int, clauses: int, seed: int, planted: bool = False) -> list[list[Literal]]:
    """Clauses of three literals; planted: such as a solution is known of."""
    rng = Random(seed)
    solution = [rng.random() < 0.5 for _ in range(variables)]
    found: list[list[Literal]] = []
    while len(found) < clauses:
        clause = [(place, rng.random() < 0.5) for place in rng.sample(range(variables), 3)]
        if not planted or any(solution[place] == wanted for place, wanted in clause):
            found.append(clause)
    return found


def outcome(schema: dict[str, Any]) -> bool:
    """Whether there is a value, which is valid; that there is none has to be proved."""
    try:
        value = generate(schema, 1)
    except SchemaError as error:
        if not error.proved:
            raise
        return False
    assert jsonschema_rs.is_valid(schema, value)
    return True


@pytest.mark.parametrize("clauses", [90, 110, 126])
@pytest.mark.parametrize("seed", range(3))
def test_thirty_variables_are_solved(clauses: int, seed: int) -> None:
    assert outcome(formula(drawn(30, clauses, seed, planted=True), 30))


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_what_is_found_and_what_is_proved_is_so(
    written: Callable[[int, bool], Any], keyword: str
) -> None:
    """Some of these have a solution and others none, as trying all values shows."""
    outcomes = set()
    variables, count, most = (6, 26, 3) if keyword == "anyOf" else (11, 9, 1)
    for seed in range(12):
        clauses = drawn(variables, count, seed)
        counts = (
            [sum(values[place] == wanted for place, wanted in clause) for clause in clauses]
            for values in product((False, True), repeat=variables)
        )
        is_possible = any(all(1 <= count <= most for count in each) for each in counts)
        assert outcome(formula(clauses, variables, written, keyword)) == is_possible
        outcomes.add(is_possible)
    assert outcomes == {True, False}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_that_there_is_no_solution_is_said_with_the_place_and_the_number(keyword: str) -> None:
    clauses = [[(place, wanted)] for place in range(5) for wanted in (True, False)]
    with pytest.raises(SchemaError) as caught:
        generate(formula(clauses, 5, keyword=keyword), 1)
    assert caught.value.pointer == "/allOf/0"
    assert caught.value.keywords == (keyword, "properties")
    assert "meet all of 10 alternatives" in caught.value.reason
    assert caught.value.proved


def test_values_of_a_list_are_solved_for_as_well() -> None:
    """A map of twelve countries in a ring, each with a neighbour across, in three colours."""
    names = [f"c{place}" for place in range(12)]
    colors = ["red", "green", "blue"]
    neighbours = [(one, (one + step) % 12) for one in range(12) for step in (1, 2)]
    same = [
        {"properties": {names[one]: {"const": color}, names[two]: {"const": color}}}
        for one, two in neighbours
        for color in colors
    ]
    schema = {
        "type": "object",
        "properties": {name: {"enum": colors} for name in names},
        "required": names,
        "allOf": [{"not": each} for each in same],
    }
    assert outcome(schema)
    schema["properties"] = {name: {"enum": colors[:2]} for name in names}
    assert not outcome(schema)


def test_a_property_that_may_be_missing_is_not_taken_for_one_that_has_a_value() -> None:
    """Where nothing is required, an empty object breaks no clause."""
    clauses = [[(place, wanted)] * 2 for place in range(6) for wanted in (False, True)]
    schema = formula(clauses, 6, denied_inside)
    del schema["required"]
    assert jsonschema_rs.is_valid(schema, {})
    assert outcome(schema)


def test_what_else_is_asked_beside_a_formula_is_met() -> None:
    schema = formula(drawn(12, 40, 1, planted=True), 12)
    schema["properties"] = {**schema["properties"], "name": {"type": "string", "minLength": 3}}
    schema["allOf"].append({"anyOf": [{"required": ["name"]}, {"maxProperties": 2}]})
    assert outcome(schema)
    assert len({str(generate(schema, seed)) for seed in range(8)}) > 4


@pytest.mark.parametrize(
    ("step", "low", "high", "count"), [(0.1, 0, 1, 11), (0.25, -5, 5, 41), (0.01, 0, 1, 101)]
)
def test_different_items_may_need_all_decimals_of_a_range(
    step: float, low: float, high: float, count: int
) -> None:
    """0.3 is a multiple of 0.1, though not in binary."""
    item = {"type": "number", "multipleOf": step, "minimum": low, "maximum": high}
    schema = {"type": "array", "items": item, "uniqueItems": True, "minItems": count}
    for seed in range(3):
        value = generate(schema, seed)
        assert len(value) == count
        assert jsonschema_rs.is_valid(schema, value)
    with pytest.raises(SchemaError) as error:
        generate({**schema, "minItems": count + 1}, 1)
    assert not error.value.proved
