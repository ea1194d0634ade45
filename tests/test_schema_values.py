"""Values are such as their names let one expect, and those of one object agree."""

import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import generate

SEEDS = range(30)
TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}


def values(*names: str, of: dict[str, Any] = TEXT, **others: dict[str, Any]) -> list[Any]:
    """Objects with these properties, all required."""
    properties = dict.fromkeys(names, of) | others
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    made = [generate(schema, seed) for seed in SEEDS]
    assert all(jsonschema_rs.is_valid(schema, each) for each in made)
    return made


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("bedrooms", 1, 5),
        ("year_built", 1900, 2026),
        ("heart_rate", 50, 120),
        ("http_status", 200, 503),
        ("discount_pct", 0, 100),
        ("timeout_ms", 1000, 60_000),
        ("expiry_year", 2027, 2032),
        ("weightKg", 45, 110),
        ("f1_score", 0.6, 0.99),
        ("learning_rate", 0, 0.1),
        ("sentiment_score", -1, 1),
        ("numEmployees", 5, 5000),
        ("geburtsjahr", 1900, 2026),
    ],
)
def test_numbers_are_of_their_name_and_unit(name: str, low: float, high: float) -> None:
    for kind in (WHOLE, NUMBER) if high > 1 and low >= 0 else (NUMBER,):
        assert all(low <= each[name] <= high for each in values(name, of=kind))


@pytest.mark.parametrize(
    "name", ["timeout_ms", "max_output_tokens", "session_id", "view_count", "floor", "yieldTimeMs"]
)
def test_counts_ids_and_milliseconds_are_whole_where_any_number_may_be(name: str) -> None:
    assert all(isinstance(each[name], int) for each in values(name, of=NUMBER))


def test_a_count_that_may_be_missing_is_whole_as_well() -> None:
    counts = [each["view_count"] for each in values("view_count", of={"type": ["number", "null"]})]
    assert {type(count) for count in counts} == {int, type(None)}


@pytest.mark.parametrize("name", ["price", "unit_price", "error_rate", "accuracy"])
def test_prices_and_rates_have_fractions(name: str) -> None:
    fractions = [each[name] for each in values(name, of=NUMBER) if each[name] % 1]
    assert len(fractions) > len(SEEDS) * 0.8


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("sentiment", "positive|negative|neutral|mixed"),
        ("bloodType", r"(A|B|AB|O)[+-]"),
        ("fuel_type", "gasoline|diesel|electric|hybrid|hydrogen|LPG"),
        ("wind_direction", "[NESW]{1,2}"),
        ("user_agent", "Mozilla/5.0 .*"),
        ("flight_number", r"[A-Z]{2}\d{3,4}"),
        ("seat", r"\d{1,2}[A-F]"),
        ("vin", "[0-9A-HJ-NPR-Z]{17}"),
        ("vorname", r"\w+"),
        ("code_postal", r"\d{5}"),
        ("fecha_nacimiento", r"(19[5-9]|200)\d-\d\d-\d\d"),
        ("straße", r"\d+ .+"),
        ("steps", r"[A-Z].* .*\."),
    ],
)
def test_texts_are_what_their_name_says(name: str, pattern: str) -> None:
    assert all(re.fullmatch(pattern, each[name]) for each in values(name))


def test_check_digits_are_right() -> None:
    letters = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    for each in values("vin", "ean"):
        digits = [int(letters.get(sign, sign if sign != "X" else 0)) for sign in each["vin"]]
        total = sum(digit * weight for digit, weight in zip(digits, weights, strict=True))
        assert "0123456789X"[total % 11] == each["vin"][8]
        article = list(map(int, each["ean"]))
        assert sum(digit * (1, 3)[place % 2] for place, digit in enumerate(article)) % 10 == 0


COUNTRIES = {
    "France": ("FR", "EUR"),
    "Japan": ("JP", "JPY"),
    "United Kingdom": ("GB", "GBP"),
    "United States": ("US", "USD"),
}
Agree = Callable[[dict[str, Any]], bool]
PERSON = dict.fromkeys(("first_name", "last_name", "full_name", "email", "username"), TEXT)
ORDER = dict.fromkeys(("unit_price", "subtotal", "tax", "shipping", "total"), NUMBER)


@pytest.mark.parametrize(
    ("properties", "agree"),
    [
        ({"start_date": TEXT, "end_date": TEXT}, lambda v: v["start_date"] <= v["end_date"]),
        ({"startTime": TEXT, "endTime": TEXT}, lambda v: v["startTime"] <= v["endTime"]),
        (
            {"created_at": TEXT, "updated_at": TEXT, "delivered_at": TEXT},
            lambda v: v["created_at"] <= v["updated_at"] <= v["delivered_at"],
        ),
        ({"posted_date": TEXT, "deadline": TEXT}, lambda v: v["posted_date"] <= v["deadline"]),
        ({"min_price": NUMBER, "max_price": NUMBER}, lambda v: v["min_price"] <= v["max_price"]),
        ({"salaryMin": WHOLE, "salaryMax": WHOLE}, lambda v: v["salaryMin"] <= v["salaryMax"]),
        (PERSON, lambda v: v["full_name"] == f"{v['first_name']} {v['last_name']}"),
        (PERSON, lambda v: v["email"].split("@")[0] == v["username"]),
        (
            {"age": WHOLE, "birth_date": TEXT},
            lambda v: 0 <= 2026 - int(v["birth_date"][:4]) - v["age"] <= 1,
        ),
        (
            {"country": TEXT, "country_code": TEXT, "currency": TEXT, "city": TEXT},
            lambda v: (
                COUNTRIES.get(v["country"], (v["country_code"], v["currency"]))
                == (v["country_code"], v["currency"])
            ),
        ),
        (
            {"quantity": WHOLE, **ORDER},
            lambda v: v["subtotal"] == round(v["quantity"] * v["unit_price"], 2),
        ),
        (ORDER, lambda v: v["total"] == round(v["subtotal"] + v["tax"] + v["shipping"], 2)),
    ],
)
def test_values_of_one_object_agree(properties: dict[str, Any], agree: Agree) -> None:
    assert all(agree(each) for each in values(**properties))


def test_nothing_is_related_against_the_schema() -> None:
    bounded = {"type": "number", "minimum": 1, "maximum": 2}
    for each in values(quantity={"const": 100}, unit_price={"const": 9}, total=bounded):
        assert 1 <= each["total"] <= 2
    late = {"type": "string", "enum": ["2026-01-01"]}
    for each in values(start_date=late, end_date={"type": "string", "enum": ["2020-01-01"]}):
        assert each == {"start_date": "2026-01-01", "end_date": "2020-01-01"}
