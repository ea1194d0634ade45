"""Strings that mean something: by name, by description, by pattern; and the plain English of
`words`.
"""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import (
    FORMATS,
    PROVIDERS,
    Rng,
    generate,
    paragraph,
    phrase,
    provider_for,
    sentence,
)


def made(name: str, description: str = "", seed: int = 1, **keywords: Any) -> Any:
    schema: dict[str, Any] = {"type": "string", **keywords}
    if description:
        schema["description"] = description
    return generate({"type": "object", "properties": {name: schema}, "required": [name]}, seed)[
        name
    ]


@pytest.mark.parametrize(
    ("name", "looks_like"),
    [
        ("email", r"[a-z.]+@example\.(com|org|net)"),
        ("billingEmail", r"[a-z.]+@example\.(com|org|net)"),
        ("created_at", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("birth_date", r"\d{4}-\d\d-\d\d"),
        ("homepageURL", r"https://[a-z]+\.example\.(com|org|net)/.+"),
        ("user_uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("clientIp", r"\d+\.\d+\.\d+\.\d+"),
        ("zip_code", r"\d{5}"),
        ("first-name", r"[A-Z][a-z]+"),
        ("author", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("currency", r"[A-Z]{3}"),
        ("phone_numbers", r"\+1-\d{3}-555-\d{4}"),
        ("api_version", r"\d+\.\d+\.\d+"),
        ("description", r"[A-Z].*\."),
        ("logo_color", r"[a-z]+"),
    ],
)
def test_a_name_tells_what_its_string_holds(name: str, looks_like: str) -> None:
    for seed in range(5):
        assert re.fullmatch(looks_like, made(name, seed=seed))


def test_numbers_are_of_the_size_that_their_name_lets_one_expect() -> None:
    schema = {
        "type": "object",
        "properties": {
            "year": {"type": "integer"},
            "latitude": {"type": "number"},
            "max_pages": {"type": "integer"},
            "whatever": {"type": "integer"},
        },
    }
    years = set()
    for seed in range(40):
        value = generate(schema, seed)
        assert 1990 <= value["year"] <= 2026
        assert -90 <= value["latitude"] <= 90
        assert 40 <= value["max_pages"] <= 600
        assert 0 <= value["whatever"] <= 1000
        years.add(value["year"])
    assert len(years) > 20


@pytest.mark.parametrize(
    ("description", "looks_like"),
    [
        ("When it starts, as YYYY-MM-DD", r"\d{4}-\d\d-\d\d"),
        ("The email address of the sender", r".+@.+"),
        ("ISO 4217 currency code", r"[A-Z]{3}"),
        ("The unit, e.g. 'celsius' or 'kelvin'", r"celsius|kelvin"),
        ('For example "big red"', r"big red"),
    ],
)
def test_a_description_tells_too(description: str, looks_like: str) -> None:
    for seed in range(5):
        assert re.fullmatch(looks_like, made("thing", description, seed))


def test_the_schema_comes_before_the_hint() -> None:
    assert len(made("email", maxLength=6)) <= 6
    assert re.fullmatch(r"[A-Z]{2}\d", made("email", pattern="^[A-Z]{2}\\d$"))
    assert made("email", enum=["x"]) == "x"
    assert made("email", pattern="@example[.]").count("@") == 1


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("billingEmail", "email"),
        ("billing_email", "email"),
        ("Billing-Email", "email"),
        ("BILLING_EMAIL", "email"),
        ("billing email", "email"),
        ("email2", "email"),
        ("addresses", "address"),
        ("the_home_pages", "url"),
        ("HTTPServerURL", "url"),
        ("time_zone", "time_zone"),
        ("user_time_zone", "time_zone"),
        ("userTimeZones", "time_zone"),
        ("zip_codes", "postal_code"),
    ],
)
def test_a_name_is_read_in_any_writing(name: str, provider: str) -> None:
    assert provider_for(name, "") is PROVIDERS[provider]


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("drug: name", "medication"),
        ("medication: label", "medication"),
        ("x_drug: name", "medication"),
        ("drug_x: name", "medication"),
        ("drug: brand_name", "brand"),
        ("drug: nom", "medication"),
        ("team: title", "team"),
        ("department: name", "department"),
        ("user: name", "full_name"),
        ("role: name", "full_name"),
        ("client: nom", "last_name"),
        ("nom_client", "full_name"),
        ("nom", "title"),
        ("\nname", "title"),
        ("airport: code", "airport"),
        ("country: code", "country_code"),
        ("currency: code", "currency"),
        ("language: code", "language_code"),
        ("product: code", "code"),
        ("order: status", "order_status"),
        ("billing_address: city", "city"),
        ("shipping_address: street", "street"),
        ("name_of_drug", "medication"),
        ("number_of_drugs", "number"),
        ("a_b_c_email", "email"),
        ("price_per_night", "price"),
        ("cities", "city"),
        ("companies", "company"),
        ("city2", "city"),
        ("city_2", "city"),
        ("zipcode", "postal_code"),
        ("timezone", "time_zone"),
        ("last_name", "last_name"),
        ("last_flight", "date"),
        ("next_flight", "date"),
        ("flight", "flight"),
        ("next_team", "date"),
        ("last_reboot", "date"),
        ("next_zam", "date"),
        ("date_of_zam", "date"),
        ("date_zam", "date"),
        ("fecha_salida", "date"),
        ("liefertermindatum", "date"),
        ("geburtsdatum", "birth_date"),
        ("größe", "size_name"),
        ("strasse", "street"),
        ("código_postal", "postal_code"),
        ("prénom", "first_name"),
        ("observer", "full_name"),
        ("zammer", "full_name"),
    ],
)
def test_a_name_is_read_with_that_of_its_thing(name: str, provider: str) -> None:
    thing, _, own = name.rpartition(": ")
    assert provider_for(own, "", thing) is PROVIDERS[provider]


@pytest.mark.parametrize("name", ["zam_last", "counter", "er", "zamer", "zam_email_x_y_z", "zam"])
def test_a_name_that_only_looks_like_another_tells_nothing(name: str) -> None:
    assert provider_for(name, "") is None


@pytest.mark.parametrize(
    ("description", "provider"),
    [
        ("The name of the drug", "medication"),
        ("Type of an airline, where known", "airline"),
        ("Names of each drug", "medication"),
        ("The title of what is asked", None),
        (f"{'x' * 2100} the name of the drug", None),
    ],
)
def test_a_description_says_what_it_is_the_name_of(description: str, provider: str | None) -> None:
    assert provider_for("zam", description) is (PROVIDERS[provider] if provider else None)


@pytest.mark.parametrize(
    ("description", "examples"),
    [
        ("such as 'a', \"b\", “c” and `d`. Not 'e'", "abcd"),
        ("Example: 'x'", "x"),
        ("examples: 'x', 'y'", "xy"),
        ("i.e. 'q'", "q"),
        ("e.g., ' ', 'z'", "z"),
    ],
)
def test_quoted_examples_are_taken(description: str, examples: str) -> None:
    assert {made("zam", description, seed) for seed in range(40)} == set(examples)


def test_a_name_that_tells_nothing_has_no_provider() -> None:
    assert provider_for("qqq", "") is None
    assert provider_for("", "") is None
    assert provider_for("qqq", "Whatever is wanted") is None


def test_a_certain_name_comes_before_its_description() -> None:
    description = "As YYYY-MM-DD, or so"
    assert provider_for("email", description) is PROVIDERS["email"]
    assert provider_for("title", description) is PROVIDERS["date"]


@pytest.mark.parametrize(
    "description",
    ["", "It's e.g. plain", "Such as: ' '", 'Says "quoted" things', "For example plain. 'Later'"],
)
def test_a_description_without_quoted_examples_tells_none(description: str) -> None:
    assert provider_for("qqq", description) is None


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_varies(name: str) -> None:
    rng = Rng("variety")
    texts = [PROVIDERS[name](rng) for _ in range(40)]
    assert len(set(texts)) > 1
    assert all(text == text.strip() for text in texts)


@pytest.mark.parametrize(
    "name", ["date-time", "date", "email", "hostname", "ipv4", "ipv6", "uuid", "uri", "duration"]
)
def test_every_form_of_a_format_is_valid(name: str) -> None:
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    rng = Rng("formats")
    assert all(
        validator.is_valid(provider(rng)) for provider in FORMATS[name].providers for _ in range(30)
    )


def test_check_digits_are_right() -> None:
    rng = Rng("digits")
    for _ in range(50):
        iban = PROVIDERS["iban"](rng)
        assert int(iban[4:] + "1314" + iban[2:4]) % 97 == 1
        digits = [int(digit) for digit in PROVIDERS["card"](rng)]
        assert (
            sum(sum(divmod(d * 2, 10)) if at % 2 else d for at, d in enumerate(reversed(digits)))
            % 10
            == 0
        )
        isbn = [int(digit) for digit in PROVIDERS["isbn"](rng)]
        assert sum(digit * (3 if at % 2 else 1) for at, digit in enumerate(isbn)) % 10 == 0


def test_sentences_are_plain_and_the_same() -> None:
    assert sentence(Rng(1)) == sentence(Rng(1))
    for seed in range(50):
        assert re.fullmatch(r"[A-Z][A-Za-z, ]+\.", sentence(Rng(seed)))
        assert re.fullmatch(r"[a-z]+ [a-z]+", phrase(Rng(seed)))
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", PROVIDERS["title"](Rng(seed)))
        assert 3 <= paragraph(Rng(seed)).count(".") <= 5


def test_the_generator_of_numbers_never_changes() -> None:
    rng = Rng("fixed", 1)
    assert [rng.below(1000) for _ in range(5)] == [149, 421, 686, 443, 284]
    assert sorted(rng.shuffled(range(5))) == [0, 1, 2, 3, 4]
    assert all(0 <= rng.unit() < 1 for _ in range(100))
    assert all(10**40 <= rng.between(10**40, 10**40 + 5) <= 10**40 + 5 for _ in range(20))
    assert {rng.choice("ab") for _ in range(50)} == {"a", "b"}
