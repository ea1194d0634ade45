"""Strings that mean something: by name, by description, by pattern; and the plain English of
`words`.
"""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from mockserver.schemas import FORMATS, PROVIDERS, Rng, generate, spell
from mockserver.schemas.hints import provider_for, usual_range, words_of
from mockserver.schemas.patterns import PatternError, matches, tree
from mockserver.schemas.words import paragraph, phrase, sentence, title


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
        "properties": {"year": {"type": "integer"}, "latitude": {"type": "number"}},
    }
    for seed in range(20):
        value = generate(schema, seed)
        assert 1990 <= value["year"] <= 2026
        assert -90 <= value["latitude"] <= 90
    assert usual_range("max_page") == (1, 20)
    assert usual_range("whatever") is None


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


def test_a_name_is_read_in_any_writing() -> None:
    for name in (
        "billingEmail",
        "billing_email",
        "Billing-Email",
        "BILLING_EMAIL",
        "billing email",
    ):
        assert words_of(name) == ["billing", "email"]
    assert words_of("HTTPServerURL2") == ["http", "server", "url", "2"]
    assert provider_for("email2", "") is PROVIDERS["email"]
    assert provider_for("qqq", "") is None


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_varies(name: str) -> None:
    rng = Rng("variety")
    texts = [PROVIDERS[name](rng) for _ in range(40)]
    assert len(set(texts)) > 2
    assert all(text == text.strip() for text in texts)


@pytest.mark.parametrize(
    "name", ["date-time", "date", "email", "hostname", "ipv4", "ipv6", "uuid", "uri", "duration"]
)
def test_every_form_of_a_format_is_valid(name: str) -> None:
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    rng = Rng("formats")
    assert all(validator.is_valid(provider(rng)) for provider in FORMATS[name] for _ in range(30))


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


PATTERNS = [
    "^[a-z]{2,5}$",
    "^\\d{3}-\\d{4}$",
    "^(foo|bar)+$",
    "[^a-z]",
    "^\\w+@\\w+\\.(com|org)$",
    "^\\S+ \\S+$",
    "^\\u0041\\x42\\cJ?$",
    "^\\p{Lu}\\p{Ll}+$",
    "^a{3}b{2,}c{0,1}$",
    "^(?:a|b(?:c|d))*$",
    "^[\\w.-]+$",
    "^[]a]?$|x",
    "\\bword\\b",
    "^[\\s\\S]{5}$",
    "^(?i)abc$",
    "^(?=.{6,10}$)[a-z]+\\d+$",
    "^(?!www\\.)[a-z]+\\.[a-z]{2,3}$",
    "^(?<!x)y$",
    "^[\\u4e00-\\u9fa5]{2}$",
    "^\\$\\{[^}]+\\}$",
    "^$",
    "",
]


@pytest.mark.parametrize("source", PATTERNS)
def test_a_pattern_is_spelled(source: str) -> None:
    matches = jsonschema_rs.Draft202012Validator({"pattern": source}).is_valid
    texts = [spell(source, Rng("spell", at)) for at in range(20)]
    assert all(text is not None and matches(text) for text in texts)


@pytest.mark.parametrize(
    ("source", "text"),
    [("^(?<year>\\d{4})-\\k<year>$", "2024-2024"), ("^[A-Za-z0-9+/]{4}*=?$", "abcd=")],
)
def test_what_the_judge_does_not_read_is_matched_all_the_same(source: str, text: str) -> None:
    assert matches(source, text)
    assert not matches(source, text + "!")


@pytest.mark.parametrize(("low", "high"), [(0, 3), (4, 4), (7, 9), (30, 40)])
def test_the_length_is_kept(low: int, high: int) -> None:
    for at in range(20):
        text = spell("^[a-z]+(-[a-z]+)*$", Rng(at), low, high)
        assert text is not None
        assert low <= len(text) <= high
        assert re.fullmatch("[a-z]+(-[a-z]+)*", text)


def test_a_length_out_of_reach_is_none() -> None:
    assert spell("^[a-z]{3}$", Rng(1), 5) is None
    assert spell("^[a-z]{3}$", Rng(1), 0, 2) is None


@pytest.mark.parametrize("source", ["(", "[a", "a{3,1}", "*", "\\", "(?<a", "[z-a]"])
def test_a_broken_pattern_is_an_error_of_its_own(source: str) -> None:
    with pytest.raises(PatternError):
        tree(source)
    assert spell(source, Rng(1)) is None


def test_patterns_that_backtrack_without_end_do_not_hang() -> None:
    assert not matches("^(a+)+$", "a" * 60 + "!")
    assert len(made("x", pattern="^([a-z0-9]+\\s?)*$", minLength=60)) >= 60


def test_sentences_are_plain_and_the_same() -> None:
    assert sentence(Rng(1)) == sentence(Rng(1))
    for seed in range(50):
        assert re.fullmatch(r"[A-Z][A-Za-z, ]+\.", sentence(Rng(seed)))
        assert re.fullmatch(r"[a-z]+ [a-z]+", phrase(Rng(seed)))
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", title(Rng(seed)))
        assert 3 <= paragraph(Rng(seed)).count(".") <= 5


def test_the_generator_of_numbers_never_changes() -> None:
    rng = Rng("fixed", 1)
    assert [rng.below(1000) for _ in range(5)] == [149, 421, 686, 443, 284]
    assert sorted(rng.shuffled(range(5))) == [0, 1, 2, 3, 4]
    assert all(0 <= rng.unit() < 1 for _ in range(100))
    assert all(10**40 <= rng.between(10**40, 10**40 + 5) <= 10**40 + 5 for _ in range(20))
    assert {rng.choice("ab") for _ in range(50)} == {"a", "b"}
