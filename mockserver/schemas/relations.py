"""What values of one object have to do with each other: a start before its end, a total of its
parts, a person's name in their address. What is known is a table; a value is changed only where the
schema allows the new one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from mockserver.schemas.hints import words_of
from mockserver.schemas.locales import OURS, Locale
from mockserver.schemas.words import TABLES

_ORDERED = tuple(tuple(entry.split(" < ")) for entry in TABLES["relations"]["ordered"])
_COUNTRIES = tuple(entry.rsplit(" ", 2) for entry in TABLES["coded"]["country"])
_CITIES = {city: code for code, cities in TABLES["cities"].items() for city in cities}
_CODES = {code: (name, code, currency) for name, code, currency in _COUNTRIES}
_THIS_YEAR = 2026
"""The year in which made-up people have their age."""

Words = tuple[str, ...]
Named = dict[Words, str]
"""Properties by the words of their names."""
Proposal = tuple[str, Any]


def relate(
    made: dict[str, Any], is_allowed: Callable[[str, Any], bool], locale: Locale = OURS
) -> None:
    """Let the values of an object agree.

    Args:
        is_allowed: whether a property may have a value.
        locale: where its people and places are.
    """
    named: Named = {}
    for name, value in made.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            named[tuple(words_of(name))] = name
    if len(named) < 2:
        return
    for propose in (_of_person, _of_place, _of_sum):
        for name, value in propose(named, made, locale):
            if made[name] != value and is_allowed(name, value):
                made[name] = value
    _put_in_order(named, made, is_allowed)


def _put_in_order(
    named: Named, made: dict[str, Any], is_allowed: Callable[[str, Any], bool]
) -> None:
    """Exchange what is the wrong way round."""
    stems = {_stem(words): name for words, name in named.items()}
    for words, name in named.items():
        for low, high in _ORDERED:
            if low not in words:
                continue
            later = tuple(high if word == low else word for word in words)
            other = named.get(later) or stems.get(_stem(later))
            if other is None or not _is_after(made[name], made[other]):
                continue
            first, second = made[other], made[name]
            if is_allowed(name, first) and is_allowed(other, second):
                made[name], made[other] = first, second


def _stem(words: Words) -> Words:
    """A name without the words that say only that it is a time: posted_at is posted."""
    return tuple(word for word in words if word not in ("at", "date", "on", "time")) or words


def _is_after(value: Any, other: Any) -> bool:
    """Whether two numbers, or two times of one form, are the wrong way round."""
    if isinstance(value, str) and isinstance(other, str):
        is_time = value[:1].isdigit() and len(value) == len(other) and not value.isdigit()
        return is_time and value > other
    is_number = isinstance(value, int | float) and isinstance(other, int | float)
    return bool(is_number and value > other)


def _value(named: Named, made: dict[str, Any], *names: str) -> Any:
    """The value of the first of these names that is there; None where none is."""
    for name in names:
        found = named.get(tuple(name.split("_")))
        if found is not None:
            return made[found]
    return None


def _names(named: Named, *names: str) -> Iterator[str]:
    for name in names:
        found = named.get(tuple(name.split("_")))
        if found is not None:
            yield found


def _of_person(named: Named, made: dict[str, Any], locale: Locale) -> Iterator[Proposal]:
    first = _value(named, made, "first_name", "given_name", "forename")
    last = _value(named, made, "last_name", "family_name", "surname")
    if isinstance(first, str) and isinstance(last, str):
        for name in _names(named, "full_name", "name", "display_name"):
            yield name, locale.full_name(first, last)
    else:
        full = _value(named, made, "full_name", "name", "customer_name", "author", "contact_name")
        parts = full.split() if isinstance(full, str) else []
        if len(parts) == 2:
            first, last = parts if locale.full_name("a", "b") == "a b" else parts[::-1]
        else:
            first, last = None, None
    if isinstance(first, str) and isinstance(last, str):
        login = ".".join(filter(None, (_plain(first), _plain(last)))) or "mail"
        for name in _names(named, "email", "email_address", "customer_email", "contact_email"):
            domain = str(made[name]).partition("@")[2]
            yield name, f"{login}@{domain}"
        for name in _names(named, "username", "user_name", "login"):
            yield name, login
    age = _value(named, made, "age")
    if isinstance(age, int):
        for name in _names(named, "birth_date", "date_of_birth", "dob", "birthdate", "birthday"):
            born = str(made[name])
            if born[:4].isdigit() and born[4:5] == "-":
                yield name, f"{_THIS_YEAR - 1 - age}{born[4:]}"
        for name in _names(named, "birth_year", "year_of_birth"):
            yield name, _THIS_YEAR - age


def _of_place(named: Named, made: dict[str, Any], locale: Locale) -> Iterator[Proposal]:
    if locale.home is not None:
        yield from _at_home(named, made, *locale.home)
        return
    city = _value(named, made, "city", "town")
    country = _value(named, made, "country", "country_name")
    code = _CITIES.get(city) if isinstance(city, str) else None
    if code is None:
        code = next((each for name, each, _ in _COUNTRIES if name == country), None)
        home = next((name for name, each in _CITIES.items() if each == code), None)
        if home is not None:
            for property_name in _names(named, "city", "town"):
                yield property_name, home
    if code is None or code not in _CODES:
        return
    yield from _at_home(named, made, *_CODES[code])


def _at_home(
    named: Named, made: dict[str, Any], name: str, code: str, currency: str
) -> Iterator[Proposal]:
    for property_name in _names(named, "country", "country_name"):
        is_code = len(made[property_name]) == 2 and made[property_name].isascii()
        yield property_name, code if is_code else name
    for property_name in _names(named, "country_code", "country_iso"):
        yield property_name, code
    for property_name in _names(named, "currency", "currency_code"):
        yield property_name, currency


def _of_sum(named: Named, made: dict[str, Any], _: Locale) -> Iterator[Proposal]:
    quantity = _value(named, made, "quantity", "qty")
    price = _value(named, made, "unit_price", "price_per_unit", "price")
    subtotal = _value(named, made, "subtotal", "sub_total", "net_amount")
    if _is_number(quantity) and _is_number(price):
        product = round(quantity * price, 2)
        if subtotal is None:
            names = _names(named, "line_total", "total", "total_price", "total_amount", "amount")
        else:
            names = _names(named, "subtotal", "sub_total", "net_amount", "line_total")
            subtotal = product
        for name in names:
            yield name, product
    if not _is_number(subtotal):
        return
    tax = _value(named, made, "tax", "vat", "tax_amount", "vat_amount")
    rate = _value(named, made, "tax_rate", "vat_rate")
    if _is_number(tax):
        share = rate if _is_number(rate) and 0 <= rate <= 1 else 0.19
        tax = round(subtotal * share, 2)
        for name in _names(named, "tax", "vat", "tax_amount", "vat_amount"):
            yield name, tax
    shipping = _value(named, made, "shipping", "shipping_cost", "delivery_fee")
    total = subtotal + sum(part for part in (tax, shipping) if _is_number(part))
    for name in _names(named, "total", "grand_total", "total_amount", "total_price", "amount_due"):
        yield name, round(total, 2)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(char for char in decomposed.lower() if char.isascii() and char.isalnum())
