"""Values of one object agree under all the names by which they may be called."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import TABLES, generate

TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}


def made(seeds: int = 4, /, **properties: Any) -> list[Any]:
    """Objects with these properties, all required."""
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    values = [generate(schema, seed) for seed in range(seeds)]
    assert all(jsonschema_rs.is_valid(schema, value) for value in values)
    return values


def plain(text: str) -> str:
    return text.lower().replace("'", "").replace(" ", "").replace("-", "")


@pytest.mark.parametrize("first", ["first_name", "given_name", "forename", "firstName"])
@pytest.mark.parametrize("last", ["last_name", "family_name", "surname"])
@pytest.mark.parametrize("full", ["full_name", "name", "display_name"])
def test_a_person_has_one_name(first: str, last: str, full: str) -> None:
    logins = ("username", "user_name", "login")
    mails = ("email", "contact_email", "email_address")
    names = dict.fromkeys((first, last, full, *logins, *mails), TEXT)
    for value in made(2, **names):
        assert value[full] == f"{value[first]} {value[last]}"
        login = f"{plain(value[first])}.{plain(value[last])}"
        assert {value[name] for name in logins} == {login}
        assert all(value[name].startswith(f"{login}@example.") for name in mails)


@pytest.mark.parametrize("full", ["full_name", "name", "customer_name", "author", "contact_name"])
def test_a_mail_address_has_the_name_of_its_person(full: str) -> None:
    for value in made(4, **{full: TEXT, "email": TEXT}):
        first, last = value[full].split()
        assert value["email"].startswith(f"{plain(first)}.{plain(last)}@")


def test_a_name_of_one_word_or_three_is_in_no_address() -> None:
    for name in ("Cher", "Ana de Armas"):
        before = made(full_name={"const": name}, email={"enum": ["a@b.co"]})
        after = made(full_name={"const": name}, email=TEXT)
        assert [value["email"] for value in before] == ["a@b.co"] * 4
        assert all("cher" not in value["email"] for value in after)
        assert all("armas" not in value["email"] for value in after)


def test_beside_a_last_name_a_name_is_the_first() -> None:
    for value in made(nombre=TEXT, apellidos=TEXT):
        assert " " not in value["nombre"]


@pytest.mark.parametrize(
    "born", ["birth_date", "date_of_birth", "dob", "birthdate", "birthday", "birthDate"]
)
@pytest.mark.parametrize("year", ["birth_year", "year_of_birth"])
def test_people_are_as_old_as_they_are(born: str, year: str) -> None:
    for value in made(4, **{"age": WHOLE, born: TEXT, year: WHOLE}):
        assert int(value[born][:4]) == 2026 - 1 - value["age"]
        assert value[year] == 2026 - value["age"]
    for value in made(4, **{"age": WHOLE, born: {"type": "string", "format": "date"}}):
        assert int(value[born][:4]) == 2026 - 1 - value["age"]


@pytest.mark.parametrize("number", ["house_number", "street_number", "building_number"])
@pytest.mark.parametrize("street", ["street", "street_name"])
def test_a_house_has_one_number(number: str, street: str) -> None:
    for value in made(4, **{number: TEXT, street: TEXT}):
        assert value[street][0].isalpha()
        assert len(value[street].split()) >= 2


@pytest.mark.parametrize("city", ["city", "town"])
@pytest.mark.parametrize("country", ["country", "country_name"])
@pytest.mark.parametrize("code", ["country_code", "country_iso"])
@pytest.mark.parametrize("currency", ["currency", "currency_code"])
def test_a_place_is_in_one_country(city: str, country: str, code: str, currency: str) -> None:
    countries = {entry.rsplit(" ", 2)[1]: entry for entry in TABLES["coded"]["country"]}
    for value in made(3, **dict.fromkeys((city, country, code, currency), TEXT)):
        entry = f"{value[country]} {value[code]} {value[currency]}"
        assert entry == countries[value[code]]
        assert value[city] in TABLES["cities"][value[code]]


def test_a_country_may_be_written_as_its_code() -> None:
    short = {"type": "string", "pattern": "^[A-Z]{2}$"}
    known = TABLES["cities"]
    for value in made(8, city={"enum": ["Paris", "Tokyo", "Sydney"]}, country=short):
        assert value["city"] in known[value["country"]]


def test_a_country_decides_where_the_city_is_none_that_is_known() -> None:
    france = {"const": "France"}
    for value in made(8, city={"enum": ["Nowhere", "Paris"]}, country=france, currency=TEXT):
        assert (value["city"], value["currency"]) == ("Paris", "EUR")
    for value in made(city={"const": "Nowhere"}, country=france, country_code=TEXT):
        assert value == {"city": "Nowhere", "country": "France", "country_code": "FR"}
    for value in made(city={"const": "Nowhere"}, country={"const": "Utopia"}, currency=TEXT):
        assert value["currency"].isupper()


def named(kind: str) -> list[str]:
    # Of the number of units the words are units and count, as of units_count.
    return [name for name in TABLES["products"][kind] if name != "number_of_units"]


@pytest.mark.parametrize("amount", named("amounts"))
def test_so_many_cost_so_much(amount: str) -> None:
    for value in made(2, **{amount: WHOLE, "unit_price": NUMBER, "line_total": NUMBER}):
        assert value["line_total"] == round(value[amount] * value["unit_price"], 2)


@pytest.mark.parametrize("price", named("prices"))
@pytest.mark.parametrize("product", ["line_total", "total_amount", "cost"])
def test_at_this_price(price: str, product: str) -> None:
    for value in made(2, **{"quantity": WHOLE, price: NUMBER, product: NUMBER}):
        assert value[product] == round(value["quantity"] * value[price], 2)


@pytest.mark.parametrize("product", named("products"))
def test_this_is_what_they_cost(product: str) -> None:
    for value in made(2, **{"quantity": WHOLE, "unit_price": NUMBER, product: NUMBER}):
        assert value[product] == round(value["quantity"] * value["unit_price"], 2)


SUBTOTALS = ["subtotal", "sub_total", "net_amount", "net_total", "total_net"]
TAXES = ["tax", "vat", "tax_amount", "vat_amount", "total_tax", "sales_tax"]
TOTALS = [
    *("total", "grand_total", "total_amount", "total_price", "amount_due", "total_due"),
    *("order_total", "gross_amount", "total_gross", "invoice_total"),
]
PRICE = {"type": "number", "minimum": 20, "maximum": 90}


@pytest.mark.parametrize("subtotal", SUBTOTALS)
@pytest.mark.parametrize("tax", TAXES)
def test_a_tax_is_a_part_of_the_amount(subtotal: str, tax: str) -> None:
    for value in made(2, **{subtotal: PRICE, tax: NUMBER, "total": NUMBER}):
        assert value[tax] == round(value[subtotal] * 0.19, 2)
        assert value["total"] == round(value[subtotal] + value[tax], 2)


@pytest.mark.parametrize("rate", ["tax_rate", "vat_rate", "tax_percent", "vat_percent"])
@pytest.mark.parametrize(
    ("of", "share"), [(0.07, 0.07), (1, 1), (7, 0.07), (0, 0), (-1, 0.19), ("7", 0.19)]
)
def test_a_rate_is_a_share_or_in_hundreds(rate: str, of: Any, share: float) -> None:
    for value in made(1, **{"subtotal": PRICE, "tax": NUMBER, rate: {"const": of}}):
        assert value["tax"] == round(value["subtotal"] * share, 2)


@pytest.mark.parametrize("total", TOTALS)
def test_a_total_is_all_that_is_asked_for(total: str) -> None:
    more = [
        *("shipping", "shipping_cost", "shipping_fee", "delivery_fee"),
        *("tip", "gratuity", "discount", "discount_amount"),
    ]
    for name in more:
        for value in made(1, **{"subtotal": PRICE, name: {"const": 5}, total: NUMBER}):
            sign = -1 if name.startswith("discount") else 1
            assert value[total] == round(value["subtotal"] + 5 * sign, 2)
    for value in made(1, subtotal=PRICE, tip={"const": 3}, discount={"const": 7}, total=NUMBER):
        assert value["total"] == round(value["subtotal"] + 3 - 7, 2)
    for value in made(1, subtotal=PRICE, discount={"const": 700}, total=NUMBER):
        assert value["total"] == value["subtotal"]


@pytest.mark.parametrize(
    "name", ["line_total", "total_price", "total", "line_amount", "amount", "lineTotal"]
)
@pytest.mark.parametrize("total", ["subtotal", "net_amount", "total", "order_total"])
def test_lines_come_to_the_total(name: str, total: str) -> None:
    line = {"type": "object", "properties": {name: NUMBER}, "required": [name]}
    lines = {"type": "array", "items": line, "minItems": 2}
    others = {"tags": {"const": ["a"]}, "empty": {"const": []}, "note": TEXT}
    for value in made(2, **others, lines=lines, **{total: NUMBER}):
        assert value[total] == round(sum(each[name] for each in value["lines"]), 2)


def test_lines_come_to_the_subtotal_before_the_total() -> None:
    line = {"type": "object", "properties": {"amount": NUMBER}, "required": ["amount"]}
    lines = {"type": "array", "items": line, "minItems": 2}
    for value in made(lines=lines, subtotal=NUMBER, tax=NUMBER, total=NUMBER):
        assert value["subtotal"] == round(sum(each["amount"] for each in value["lines"]), 2)
        assert value["total"] == round(value["subtotal"] + value["tax"], 2)


@pytest.mark.parametrize("entry", TABLES["sums"]["sums"])
def test_parts_come_to_their_sum(entry: str) -> None:
    parts, _, total = entry.partition(" = ")
    names = parts.split(" + ")
    for value in made(2, **dict.fromkeys((*names, total), WHOLE)):
        assert value[total] == sum(value[name] for name in names)


ORDERED = [entry.split(" < ") for entry in TABLES["relations"]["ordered"] if " < " in entry]
RANGE = {"type": "integer", "minimum": 0, "maximum": 1000}


@pytest.mark.parametrize(("low", "high"), ORDERED)
def test_the_first_is_not_the_greater(low: str, high: str) -> None:
    for value in made(6, **{f"zam_{high}": RANGE, f"zam_{low}": RANGE}):
        assert value[f"zam_{low}"] <= value[f"zam_{high}"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        *pairwise(["created", "updated_at", "delivered_date"]),
        *pairwise(["start_time", "end"]),
        *pairwise(["issued_on", "expiresAt"]),
        *pairwise(["début_zam", "fin_zam"]),
    ],
)
def test_words_that_only_tell_of_a_time_do_not_count(earlier: str, later: str) -> None:
    moment = {"type": "string", "format": "date-time"}
    for value in made(6, **{later: moment, earlier: moment}):
        assert value[earlier] <= value[later]
    day = {"type": "string", "format": "date"}
    for value in made(6, **{later: day, earlier: moment}):
        assert value[earlier][:10] <= value[later]
        assert len(value[later]) == len("2026-01-01")


def test_three_in_a_row_are_put_in_order() -> None:
    for value in made(12, delivered_at=RANGE, updated_at=RANGE, created_at=RANGE):
        assert value["created_at"] <= value["updated_at"] <= value["delivered_at"]


def test_of_two_kinds_there_is_no_order() -> None:
    for value in made(start={"const": "9"}, end={"const": 3}):
        assert value == {"start": "9", "end": 3}
    for value in made(start={"enum": ["x", "b"]}, end={"enum": ["a"]}):
        assert value["end"] == "a"
    assert {
        value["start"] for value in made(12, start={"enum": ["12", "34"]}, end={"const": "2"})
    } == {
        "12",
        "34",
    }


@pytest.mark.parametrize("entry", TABLES["relations"]["different"])
def test_two_ends_of_a_journey_differ(entry: str) -> None:
    one, other = entry.split(" / ")
    cities = {"enum": ["Lima", "Lyon"], "type": "string"}
    for kind in (f"{one}_city", f"{other}_city"):
        values = made(8, **{f"{one}_city": TEXT, f"{other}_city": {"type": "string"}})
        assert all(value[f"{one}_city"] != value[f"{other}_city"] for value in values), kind
    for value in made(8, **{f"{one}_city": cities, f"{other}_city": {"const": "Lima"}}):
        assert value[f"{other}_city"] == "Lima"
