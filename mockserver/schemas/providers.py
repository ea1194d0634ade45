"""Realistic strings, each made by a function of an Rng; by `formats` or, through `hints`, by
name.
"""

from __future__ import annotations

from collections.abc import Callable

from mockserver.schemas import tables, words
from mockserver.schemas.rng import Rng
from mockserver.schemas.words import WORDS, paragraph, phrase, sentence, slug, title

Provider = Callable[[Rng], str]


def _entry(entries: tuple[str, ...]) -> Provider:
    return lambda rng: rng.choice(entries)


def _part(entries: tuple[str, ...], place: int) -> Provider:
    """One column of a table whose last columns are codes: 0 is the name, -1 the last code."""
    columns = entries[0].count(" ")
    column = tuple(entry.rsplit(" ", columns)[place] for entry in entries)
    return lambda rng: rng.choice(column)


def _digits(rng: Rng, count: int) -> str:
    return str(rng.between(10 ** (count - 1), 10**count - 1))


def _hex(rng: Rng, count: int) -> str:
    return f"{rng.below(16**count):0{count}x}"


def _first(rng: Rng) -> str:
    return rng.choice(tables.FIRST_NAMES)


def _last(rng: Rng) -> str:
    return rng.choice(tables.LAST_NAMES)


def full_name(rng: Rng) -> str:
    return f"{_first(rng)} {_last(rng)}"


def username(rng: Rng) -> str:
    return f"{_first(rng)}{rng.choice('._')}{_last(rng)}".lower()


def host(rng: Rng) -> str:
    return f"{rng.choice(WORDS)}.example.{rng.choice(('com', 'org', 'net'))}"


def email(rng: Rng) -> str:
    return f"{_first(rng)}.{_last(rng)}@example.{rng.choice(('com', 'org', 'net'))}".lower()


def url(rng: Rng) -> str:
    return f"https://{host(rng)}/{rng.choice(WORDS)}/{rng.choice(WORDS)}"


def date(rng: Rng) -> str:
    return f"{rng.between(2020, 2026)}-{rng.between(1, 12):02d}-{rng.between(1, 28):02d}"


def clock(rng: Rng) -> str:
    return f"{rng.below(24):02d}:{5 * rng.below(12):02d}"


def time(rng: Rng) -> str:
    return f"{rng.below(24):02d}:{rng.below(60):02d}:{rng.below(60):02d}Z"


def date_time(rng: Rng) -> str:
    return f"{date(rng)}T{time(rng)}"


def duration(rng: Rng) -> str:
    return f"P{rng.between(1, 9)}DT{rng.between(1, 23)}H"


def uuid(rng: Rng) -> str:
    text = _hex(rng, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[rng.below(4)]}{text[17:20]}-{text[20:]}"


def ipv4(rng: Rng) -> str:
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.between(1, 254)}"


def ipv6(rng: Rng) -> str:
    return f"2001:db8::{rng.between(1, 0xFFFF):x}:{rng.between(1, 0xFFFF):x}"


def file_name(rng: Rng) -> str:
    return f"{rng.choice(WORDS)}_{rng.choice(WORDS)}.{rng.choice(tables.EXTENSIONS)}"


def directory(rng: Rng) -> str:
    return f"/{rng.choice(('data', 'home', 'opt', 'srv', 'var'))}/{rng.choice(WORDS)}/{rng.choice(WORDS)}"


def path(rng: Rng) -> str:
    return f"{directory(rng)}/{file_name(rng)}"


def image(rng: Rng) -> str:
    return f"https://{host(rng)}/images/{slug(rng)}.{rng.choice(('jpg', 'png', 'svg'))}"


def address(rng: Rng) -> str:
    return f"{street(rng)}, {rng.choice(tables.CITIES)}"


def street(rng: Rng) -> str:
    return f"{rng.between(1, 999)} {_last(rng)} {rng.choice(tables.STREETS)}"


def phone(rng: Rng) -> str:
    return f"+1-{rng.between(201, 989)}-555-{rng.between(100, 199):04d}"


def company(rng: Rng) -> str:
    return (
        f"{rng.choice((_last(rng), rng.choice(WORDS).title()))} "
        f"{rng.choice(tables.COMPANY_ENDINGS)}"
    )


def version(rng: Rng) -> str:
    return f"{rng.below(10)}.{rng.below(20)}.{rng.below(10)}"


def code(rng: Rng) -> str:
    return f"{rng.choice(WORDS)[:3].upper()}-{_digits(rng, 4)}"


def identifier(rng: Rng) -> str:
    return f"{rng.choice(WORDS)}_{_digits(rng, 6)}"


def variable(rng: Rng) -> str:
    return f"{rng.choice(WORDS)}_{rng.choice(WORDS)}"


def number(rng: Rng) -> str:
    return str(rng.between(1, 9999))


def price(rng: Rng) -> str:
    return f"{rng.between(1, 499)}.{rng.below(100):02d}"


def card(rng: Rng) -> str:
    """A card number of the range kept for tests, with its check digit (ISO/IEC 7812)."""
    body = f"424242{rng.below(10**9):09d}"
    doubled = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(body))
    return f"{body}{-doubled % 10}"


def iban(rng: Rng) -> str:
    """A German account number with its check digits (ISO 13616)."""
    account = f"{rng.between(10**7, 10**8 - 1)}{rng.below(10**10):010d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def isbn(rng: Rng) -> str:
    """A 13-digit number with its check digit (ISO 2108)."""
    body = f"978{rng.below(10**9):09d}"
    return f"{body}{-sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(body)) % 10}"


def coordinates(rng: Rng) -> str:
    return f"{rng.between(-89, 88)}.{_digits(rng, 4)}, {rng.between(-179, 178)}.{_digits(rng, 4)}"


def _locale(rng: Rng) -> str:
    return rng.choice(
        ("de-DE", "en-GB", "en-US", "es-ES", "fr-FR", "it-IT", "ja-JP", "nl-NL", "pl-PL", "pt-BR")
    )


def _size(rng: Rng) -> str:
    return f"{rng.between(1, 64)}{rng.choice(('KB', 'MB', 'GB'))}"


def _seconds(rng: Rng) -> str:
    return f"{5 * rng.between(1, 24)}s"


def _length(rng: Rng) -> str:
    return f"{4 * rng.between(1, 64)}px"


def _ordered(rng: Rng) -> str:
    low = rng.between(1, 50)
    return f"{low}-{low + rng.between(1, 50)}"


def _measure(rng: Rng) -> str:
    return f"{rng.between(1, 100)} {rng.choice(tables.UNITS)}"


PROVIDERS: dict[str, Provider] = {
    "address": address,
    "algorithm": _entry(tables.ALGORITHMS),
    "card": card,
    "category": _entry(tables.CATEGORIES),
    "cidr": lambda rng: f"10.{rng.below(256)}.{rng.below(256)}.0/24",
    "city": _entry(tables.CITIES),
    "clock": clock,
    "code": code,
    "color": _entry(tables.COLORS),
    "command": _entry(tables.COMMANDS),
    "company": company,
    "coordinates": coordinates,
    "country": _part(tables.COUNTRIES, 0),
    "country_code": _part(tables.COUNTRIES, 1),
    "cron": _entry(tables.CRON),
    "cuisine": _entry(tables.CUISINES),
    "currency": _part(tables.COUNTRIES, 2),
    "date": date,
    "date_time": date_time,
    "device": _entry(tables.DEVICES),
    "digest": lambda rng: _hex(rng, 64),
    "direction": _entry(tables.DIRECTIONS),
    "directory": directory,
    "duration": duration,
    "email": email,
    "encoding": _entry(tables.ENCODINGS),
    "expression": _entry(tables.EXPRESSIONS),
    "extension": _entry(tables.EXTENSIONS),
    "file": file_name,
    "first_name": _first,
    "flag": _entry(tables.FLAGS),
    "font": _entry(tables.FONTS),
    "food": _entry(tables.FOODS),
    "full_name": full_name,
    "gender": _entry(tables.GENDERS),
    "genre": _entry(tables.GENRES),
    "hex_color": lambda rng: f"#{_hex(rng, 6)}",
    "host": host,
    "iban": iban,
    "icon": _entry(tables.ICONS),
    "id": identifier,
    "image": image,
    "interface": _entry(tables.INTERFACES),
    "ipv4": ipv4,
    "ipv6": ipv6,
    "isbn": isbn,
    "job": _entry(tables.JOBS),
    "json": lambda rng: f'{{"{rng.choice(WORDS)}": {rng.between(1, 99)}}}',
    "kind": _entry(tables.KINDS),
    "language": _part(tables.LANGUAGES, 0),
    "language_code": _part(tables.LANGUAGES, 1),
    "last_name": _last,
    "length": _length,
    "level": _entry(tables.LEVELS),
    "license": _entry(tables.LICENSES),
    "locale": _locale,
    "mac": lambda rng: ":".join(_hex(rng, 2) for _ in range(6)),
    "measure": _measure,
    "media_type": _entry(tables.MEDIA_TYPES),
    "method": _entry(tables.METHODS),
    "month": _entry(
        words.table(
            "January February March April May June July August September October November December"
        )
    ),
    "number": number,
    "operation": _entry(tables.OPERATIONS),
    "operator": _entry(tables.OPERATORS),
    "paragraph": paragraph,
    "password": lambda rng: f"{rng.choice(WORDS).title()}{_digits(rng, 4)}!{rng.choice(WORDS)}",
    "path": path,
    "pattern": lambda rng: f"^{rng.choice(WORDS)}-[0-9]+$",
    "phone": phone,
    "phrase": phrase,
    "postal_code": lambda rng: _digits(rng, 5),
    "price": price,
    "product": _entry(tables.PRODUCTS),
    "protocol": _entry(tables.PROTOCOLS),
    "range": _ordered,
    "region": _entry(tables.REGIONS),
    "repository": lambda rng: f"{rng.choice(WORDS)}/{slug(rng)}",
    "role": _entry(tables.ROLES),
    "seconds": _seconds,
    "sentence": sentence,
    "shape": _entry(tables.SHAPES),
    "size": _size,
    "slug": slug,
    "state": _part(tables.STATES, 0),
    "status": _entry(tables.STATUSES),
    "street": street,
    "subject": _entry(tables.SUBJECTS),
    "ticker": lambda rng: rng.choice(WORDS)[:4].upper(),
    "time_zone": _entry(tables.TIME_ZONES),
    "title": title,
    "token": lambda rng: _hex(rng, 32),
    "unit": _entry(tables.UNITS),
    "url": url,
    "username": username,
    "uuid": uuid,
    "variable": variable,
    "version": version,
    "weekday": _entry(words.table("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")),
    "word": _entry(WORDS),
    "year": lambda rng: str(rng.between(1990, 2026)),
}
