"""What values of one object have to do with each other: a start before its end, a total of its
parts, a person's name in their address. What is known is a table; a value is changed only where the
schema allows the new one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

from mockserver.schemas.hints import Words, words_of
from mockserver.schemas.locales import OURS, Locale
from mockserver.schemas.providers import entries_of
from mockserver.schemas.words import TABLES

_ORDERED: dict[str, list[tuple[Words, Words]]] = {}
"""The words that come before others, and those, by the first of the former."""
_LATER_WITH: set[str] = set()
"""Words that make a name the greater one: `max_hit_points` beside `hit_points`."""

for _entry in TABLES["relations"]["ordered"]:
    _low, _high = (side.strip() for side in _entry.split("<"))
    if _low:
        _words = tuple(_low.split("_"))
        _pair = (_words, tuple(_high.split("_")) if _high else ())
        _ORDERED.setdefault(_words[0], []).append(_pair)
    else:
        _LATER_WITH.add(_high)
_OF_ORDER = frozenset((*_ORDERED, *_LATER_WITH))
_SUMS = tuple(
    (tuple(parts.split(" + ")), total)
    for parts, total in (entry.split(" = ") for entry in TABLES["sums"]["sums"])
)
_AMOUNTS, _PRICES, _PRODUCTS = (
    TABLES["products"][kind] for kind in ("amounts", "prices", "products")
)
_DIFFERENT = tuple(entry.split(" / ") for entry in TABLES["relations"]["different"])
_EMAILS = ("email", "email_address")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SUBTOTALS = ("subtotal", "sub_total", "net_amount", "net_total", "total_net")
_TAXES = ("tax", "vat", "tax_amount", "vat_amount", "total_tax", "sales_tax")
_SHIPPING = ("shipping", "shipping_cost", "shipping_fee", "delivery_fee")
_TOTALS = (
    "total",
    "grand_total",
    "total_amount",
    "total_price",
    "amount_due",
    "total_due",
    "order_total",
    "gross_amount",
    "total_gross",
    "invoice_total",
)
_FIRST_NAMES = ("first_name", "given_name", "forename")
_LAST_NAMES = ("last_name", "family_name", "surname")
_FULL_NAMES = ("full_name", "name", "customer_name", "author", "contact_name")
_HOUSE_NUMBERS = ("house_number", "street_number", "building_number")
_CITY_NAMES = ("city", "town")
_COUNTRY_NAMES = ("country", "country_name")
_COUNTRY_CODES = ("country_code", "country_iso")
_CURRENCIES = ("currency", "currency_code")
_PERSON = frozenset((*_FIRST_NAMES, *_LAST_NAMES, *_FULL_NAMES, "age"))
_PLACE = frozenset((*_HOUSE_NUMBERS, *_CITY_NAMES, *_COUNTRY_NAMES, *_COUNTRY_CODES, *_CURRENCIES))
_THIS_YEAR = 2026
"""The year in which made-up people have their age."""

Named = dict[str, str]
"""Properties by their names in English, small letters and with underscores."""
Proposal = tuple[str, Any]
Proposer = Callable[[Named, dict[str, Any]], Iterator[Proposal]]
IsAllowed = Callable[[str, Any], bool]


def relate(made: dict[str, Any], is_allowed: IsAllowed, locale: Locale = OURS) -> None:
    """Let the values of an object agree.

    Args:
        is_allowed: whether a property may have a value.
        locale: where its people and places are.
    """
    named: Named = {}
    for name, value in made.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            named["_".join(words_of(name))] = name
    if len(named) < 2:
        return
    here = (
        (_PERSON, partial(_of_person, locale=locale)),
        (_PLACE, partial(_of_place, locale=locale)),
    )
    _accept((*here, *_OF_SUMS), named, made, is_allowed)
    _tell_apart(named, made, is_allowed)
    rounds = 0
    # Of three in a row the first and the last may have to change places.
    while rounds < 3 and _put_in_order(named, made, is_allowed):
        rounds += 1
    if rounds:
        _accept(_OF_SUMS, named, made, is_allowed)


def _accept(
    proposers: Iterable[tuple[frozenset[str], Proposer]],
    named: Named,
    made: dict[str, Any],
    is_allowed: IsAllowed,
) -> None:
    """Take what is proposed where it is allowed; each has something to say where one of its names
    is there.
    """
    for names, propose in proposers:
        if named.keys().isdisjoint(names):
            continue
        for name, value in propose(named, made):
            if made[name] != value and is_allowed(name, value):
                made[name] = value


def _tell_apart(named: Named, made: dict[str, Any], is_allowed: IsAllowed) -> None:
    """Let two differ that cannot be the same, as where a journey begins and ends."""
    all_names = " ".join(named)
    if not any(one in all_names for one, _ in _DIFFERENT):
        return
    for joined, name in named.items():
        for one, other in _DIFFERENT:
            if one in joined:
                twin = named.get(joined.replace(one, other))
                if twin is not None and twin != name and made[twin] == made[name]:
                    value = _others().get(made[twin])
                    if value is not None and is_allowed(twin, value):
                        made[twin] = value


@cache
def _others() -> dict[str, str]:
    """For what may be told twice, another of its kind."""
    things = TABLES["things"]
    tables = (things["airport"], things["city"], entries_of("team"), entries_of("port"))
    return {
        entry: following
        for table in tables
        for entry, following in zip(table, (*table[1:], table[0]), strict=True)
    }


def _put_in_order(named: Named, made: dict[str, Any], is_allowed: IsAllowed) -> bool:
    """Exchange what is the wrong way round; whether something was."""
    has_changed = False
    for earlier, later in _in_order(named):
        if not _is_after(made[earlier], made[later]):
            continue
        first, second = _exchanged(made[earlier], made[later])
        if is_allowed(earlier, first) and is_allowed(later, second):
            made[earlier], made[later] = first, second
            has_changed = True
    return has_changed


def _in_order(named: Named) -> Iterator[tuple[str, str]]:
    """Pairs of properties of which the first is not to be the greater, or the later."""
    split = {name: tuple(joined.split("_")) for joined, name in named.items()}
    if all(_OF_ORDER.isdisjoint(words) for words in split.values()):
        return
    by_words = {words: name for name, words in split.items()}
    stems = {_stem(words): name for words, name in by_words.items()}
    for name, words in split.items():
        for later in _later_names(words):
            other = by_words.get(later) or stems.get(_stem(later))
            if other is not None and other != name:
                yield name, other
    for name, words in split.items():
        lower = by_words.get(words[1:]) if words[0] in _LATER_WITH else None
        if lower is not None:
            yield lower, name


def _later_names(words: Words) -> Iterator[Words]:
    """The names that differ from one in having a later word, or words, in the place of others."""
    for at, word in enumerate(words):
        for low, high in _ORDERED.get(word, ()):
            if len(low) == 1 or words[at : at + len(low)] == low:
                yield (*words[:at], *high, *words[at + len(low) :])


def _exchanged(first: Any, second: Any) -> tuple[Any, Any]:
    """Two values in each other's place; of a day and a moment the days alone."""
    if isinstance(first, str) and len(first) != len(second):
        return second[:10] + first[10:], first[:10] + second[10:]
    return second, first


def _stem(words: Words) -> Words:
    """A name without the words that say only that it is a time: posted_at is posted."""
    return tuple(word for word in words if word not in ("at", "date", "on", "time")) or words


def _is_after(value: Any, other: Any) -> bool:
    """Whether two numbers, or two times of one form, are the wrong way round."""
    if isinstance(value, str) and isinstance(other, str):
        if len(value) != len(other):
            return bool(_DAY.match(value) and _DAY.match(other) and value[:10] > other[:10])
        return value[:1].isdigit() and not value.isdigit() and value > other
    is_number = isinstance(value, int | float) and isinstance(other, int | float)
    return bool(is_number and value > other)


def _value(named: Named, made: dict[str, Any], *names: str) -> Any:
    """The value of the first of these names that is there; None where none is."""
    for name in names:
        found = named.get(name)
        if found is not None:
            return made[found]
    return None


def _names(named: Named, *names: str) -> Iterator[str]:
    for name in names:
        found = named.get(name)
        if found is not None:
            yield found


def _of_person(named: Named, made: dict[str, Any], locale: Locale) -> Iterator[Proposal]:
    first = _value(named, made, *_FIRST_NAMES)
    last = _value(named, made, *_LAST_NAMES)
    if isinstance(first, str) and isinstance(last, str):
        for name in _names(named, "full_name", "name", "display_name"):
            yield name, locale.full_name(first, last)
    elif isinstance(last, str) and "name" in named:
        # Beside a last name a name is the first, as Spanish has it: `nombre` and `apellidos`.
        first = str(made[named["name"]]).partition(" ")[0]
        yield named["name"], first
    else:
        full = _value(named, made, *_FULL_NAMES)
        parts = full.split() if isinstance(full, str) else []
        if len(parts) == 2:
            first, last = parts if locale.full_name("a", "b") == "a b" else parts[::-1]
        else:
            first, last = None, None
    if isinstance(first, str) and isinstance(last, str):
        login = ".".join(filter(None, (_plain(first), _plain(last)))) or "mail"
        for name in [name for joined, name in named.items() if joined.endswith(_EMAILS)]:
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
    if _value(named, made, *_HOUSE_NUMBERS) is not None:
        for property_name in _names(named, "street", "street_name"):
            yield property_name, str(made[property_name]).lstrip("0123456789 ")
    if locale.home is not None:
        yield from _at_home(named, made, *locale.home)
        return
    city = _value(named, made, *_CITY_NAMES)
    country = _value(named, made, *_COUNTRY_NAMES)
    cities, countries = _places()
    code = cities.get(city) if isinstance(city, str) else None
    if code is None:
        code = next((each for each, (name, _) in countries.items() if name == country), None)
        home = next((name for name, each in cities.items() if each == code), None)
        if home is not None:
            for property_name in _names(named, *_CITY_NAMES):
                yield property_name, home
    if code is None or code not in countries:
        return
    name, currency = countries[code]
    yield from _at_home(named, made, name, code, currency)


@cache
def _places() -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Cities with the codes of their countries, and those codes with the country's name and its
    currency.
    """
    cities = {city: code for code, cities in TABLES["cities"].items() for city in cities}
    countries = (entry.rsplit(" ", 2) for entry in TABLES["coded"]["country"])
    return cities, {code: (name, currency) for name, code, currency in countries}


def _at_home(
    named: Named, made: dict[str, Any], name: str, code: str, currency: str
) -> Iterator[Proposal]:
    for property_name in _names(named, *_COUNTRY_NAMES):
        value = str(made[property_name])
        is_code = len(value) == 2 and value.isascii()
        yield property_name, code if is_code else name
    for property_name in _names(named, *_COUNTRY_CODES):
        yield property_name, code
    for property_name in _names(named, *_CURRENCIES):
        yield property_name, currency


def _of_product(named: Named, made: dict[str, Any]) -> Iterator[Proposal]:
    """What so many cost at a price."""
    amount = _value(named, made, *_AMOUNTS)
    price = _value(named, made, *_PRICES)
    if not _is_number(amount) or not _is_number(price):
        return
    subtotal = _value(named, made, *_SUBTOTALS)
    names = _PRODUCTS if subtotal is None else (*_SUBTOTALS, "line_total")
    prices = list(_names(named, *_PRICES))[:1]
    for name in _names(named, *names):
        if name not in prices:
            yield name, round(amount * price, 2)


def _of_lines(named: Named, made: dict[str, Any]) -> Iterator[Proposal]:
    """The sum of the lines of an order or an invoice."""
    for value in list(made.values()):
        if not isinstance(value, list) or not value:
            continue
        totals = [_line_total(line) for line in value]
        if all(map(_is_number, totals)):
            subtotals = list(_names(named, *_SUBTOTALS))
            for name in subtotals or _names(named, *_TOTALS):
                yield name, round(sum(totals), 2)
            return


def _line_total(line: Any) -> Any:
    if not isinstance(line, dict):
        return None
    named = {"_".join(words_of(name)): name for name in line}
    return _value(named, line, "line_total", "total_price", "total", "line_amount", "amount")


def _of_sum(named: Named, made: dict[str, Any]) -> Iterator[Proposal]:
    """A total with its tax, and what comes to it."""
    subtotal = _value(named, made, *_SUBTOTALS)
    if not _is_number(subtotal):
        return
    tax = _value(named, made, *_TAXES)
    rate = _value(named, made, "tax_rate", "vat_rate", "tax_percent", "vat_percent")
    if _is_number(tax):
        share = rate if _is_number(rate) and rate >= 0 else 0.19
        tax = round(subtotal * (share if share <= 1 else share / 100), 2)
        for name in _names(named, *_TAXES):
            yield name, tax
    more = (_value(named, made, *names) for names in (_SHIPPING, ("tip", "gratuity")))
    discount = _value(named, made, "discount", "discount_amount")
    total = subtotal + sum(part for part in (tax, *more) if _is_number(part))
    if _is_number(discount) and discount < total:
        total -= discount
    for name in _names(named, *_TOTALS):
        yield name, round(total, 2)


def _of_parts(named: Named, made: dict[str, Any]) -> Iterator[Proposal]:
    """What parts that are listed come to."""
    for parts, total in _SUMS:
        if total not in named:
            continue
        values = [_value(named, made, part) for part in parts]
        if all(map(_is_number, values)):
            for name in _names(named, total):
                yield name, round(sum(values), 2)


_OF_SUMS = (
    (frozenset(_AMOUNTS), _of_product),
    (frozenset((*_SUBTOTALS, *_TOTALS)), _of_lines),
    (frozenset(_SUBTOTALS), _of_sum),
    (frozenset(total for _, total in _SUMS), _of_parts),
)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(char for char in decomposed.lower() if char.isascii() and char.isalnum())
