"""Believable strings, each made by a function of an Rng, by what they are, which the name of a
property tells (`hints`): of `tables.txt`, of the vocabularies and codes of the trades in
`domains.txt`, or made by a function of their own.
"""

from __future__ import annotations

import re
from functools import cache

from mockserver.schemas.rng import Rng
from mockserver.schemas.words import (
    TABLES,
    WORDS,
    Provider,
    Table,
    paragraph,
    phrase,
    read_tables,
    sentence,
    slug,
    title,
)

_THINGS = TABLES["things"]
_ENDINGS = TABLES["endings"]
# Domains kept for examples (RFC 2606), and addresses kept for documentation (RFC 5737).
_TOP_LEVELS = ("com", "org", "net")
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


_PART = re.compile(r"(\((?:[^()])*\)|\[[^\]]*\]|\\d|.)(?:\{(\d+)\})?")
_DIGITS = "0123456789"
VOCABULARIES: dict[str, Provider] = {}
"""Providers of what things are called in the trades, by the first name of their list."""
VOCABULARY_OF_NAME: dict[str, str] = {}
"""Those providers by the names of the properties that they serve."""
_LISTS: dict[str, tuple[Table, str]] = {}


def entries_of(vocabulary: str) -> tuple[str, ...]:
    """What a vocabulary chooses from."""
    table, names = _LISTS[vocabulary]
    return table[names]


def _read_domains() -> None:
    for section, table in read_tables("domains.txt", whole="shapes").items():
        for names in table:
            served = names.split(", ")
            make = _of_shape(table, names) if section == "shapes" else table.provider(names)
            VOCABULARIES[served[0]] = make
            _LISTS[served[0]] = table, names
            VOCABULARY_OF_NAME.update(dict.fromkeys(served, served[0]))


def _of_shape(table: Table, name: str) -> Provider:
    """Texts of a pattern of characters, sets, groups of alternatives and counts."""
    return lambda rng: _in_shape(table[name][0], rng)


def _in_shape(pattern: str, rng: Rng) -> str:
    return "".join(_filled(part, rng) for part in _parts(pattern))


@cache
def _parts(pattern: str) -> list[str]:
    return [part for part, count in _PART.findall(pattern) for _ in range(int(count or 1))]


def _filled(part: str, rng: Rng) -> str:
    """A part of a shape, with signs in the place of what stands for them."""
    if part.startswith("("):
        return _in_shape(rng.choice(part[1:-1].split("|")), rng)
    if part.startswith("["):
        return rng.choice(_signs(part[1:-1]))
    return rng.choice(_DIGITS) if part == r"\d" else part.removeprefix("\\")


def _signs(inside: str) -> str:
    """The signs of a set, its ranges spelled out."""
    return re.sub(
        "(.)-(.)", lambda ends: "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), inside
    )


def _column(name: str, place: int) -> Provider:
    """One column of a list whose last columns are codes: 0 is the name, -1 the last code."""
    return lambda rng: rng.choice(_entries_of(name, place))


@cache
def _entries_of(name: str, place: int) -> tuple[str, ...]:
    entries = TABLES["coded"][name]
    codes = entries[0].count(" ")
    return tuple(entry.rsplit(" ", codes)[place] for entry in entries)


def _word(rng: Rng) -> str:
    return rng.choice(WORDS)


def _digits(rng: Rng, count: int) -> str:
    return str(rng.between(10 ** (count - 1), 10**count - 1))


def _hex(rng: Rng, count: int) -> str:
    return f"{rng.below(16**count):0{count}x}"


def _first_name(rng: Rng) -> str:
    return rng.choice(_THINGS["first_name"])


def _last_name(rng: Rng) -> str:
    return rng.choice(_THINGS["last_name"])


def _full_name(rng: Rng) -> str:
    return f"{_first_name(rng)} {_last_name(rng)}"


def _username(rng: Rng) -> str:
    return f"{_first_name(rng)}{rng.choice('._')}{_last_name(rng)}".lower()


def _host(rng: Rng) -> str:
    return f"{_word(rng)}.example.{rng.choice(_TOP_LEVELS)}"


def _email(rng: Rng) -> str:
    return f"{_first_name(rng)}.{_last_name(rng)}@example.{rng.choice(_TOP_LEVELS)}".lower()


def _url(rng: Rng) -> str:
    return f"https://{_host(rng)}/{_word(rng)}/{_word(rng)}"


def _date(rng: Rng) -> str:
    return f"{rng.between(2020, 2026)}-{rng.between(1, 12):02d}-{rng.between(1, 28):02d}"


def _clock(rng: Rng) -> str:
    return f"{rng.below(24):02d}:{5 * rng.below(12):02d}"


def _time(rng: Rng) -> str:
    return f"{rng.below(24):02d}:{rng.below(60):02d}:{rng.below(60):02d}Z"


def _date_time(rng: Rng) -> str:
    return f"{_date(rng)}T{_time(rng)}"


def _duration(rng: Rng) -> str:
    return f"P{rng.between(1, 9)}DT{rng.between(1, 23)}H"


def _uuid(rng: Rng) -> str:
    text = _hex(rng, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[rng.below(4)]}{text[17:20]}-{text[20:]}"


def _ipv4(rng: Rng) -> str:
    return f"{rng.choice(_NETWORKS)}.{rng.between(1, 254)}"


def _ipv6(rng: Rng) -> str:
    return f"2001:db8::{rng.between(1, 0xFFFF):x}:{rng.between(1, 0xFFFF):x}"


def _file(rng: Rng) -> str:
    return f"{_word(rng)}_{_word(rng)}.{rng.choice(_THINGS['extension'])}"


def _directory(rng: Rng) -> str:
    return f"/{rng.choice(('data', 'home', 'opt', 'srv', 'var'))}/{_word(rng)}/{_word(rng)}"


def _image(rng: Rng) -> str:
    return f"https://{_host(rng)}/images/{slug(rng)}.{rng.choice(('jpg', 'png', 'svg'))}"


def _street(rng: Rng) -> str:
    return f"{rng.between(1, 999)} {_last_name(rng)} {rng.choice(_ENDINGS['street'])}"


def _phone(rng: Rng) -> str:
    return f"+1-{rng.between(201, 989)}-555-{rng.between(100, 199):04d}"


def _company(rng: Rng) -> str:
    name = rng.choice((_last_name(rng), _word(rng).title()))
    return f"{name} {rng.choice(_ENDINGS['company'])}"


def _card(rng: Rng) -> str:
    """A card number of the range kept for tests, with its check digit (ISO/IEC 7812)."""
    body = f"424242{rng.below(10**9):09d}"
    doubled = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(body))
    return f"{body}{-doubled % 10}"


def _iban(rng: Rng) -> str:
    """A German account number with its check digits (ISO 13616)."""
    account = f"{rng.between(10**7, 10**8 - 1)}{rng.below(10**10):010d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def _isbn(rng: Rng) -> str:
    """A 13-digit number with its check digit (ISO 2108)."""
    body = f"978{rng.below(10**9):09d}"
    weighted = sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def _coordinates(rng: Rng) -> str:
    return f"{rng.between(-89, 88)}.{_digits(rng, 4)}, {rng.between(-179, 178)}.{_digits(rng, 4)}"


def _range(rng: Rng) -> str:
    low = rng.between(1, 50)
    return f"{low}-{low + rng.between(1, 50)}"


def _seat(rng: Rng) -> str:
    return f"{rng.between(1, 38)}{rng.choice('ABCDEF')}"


def _flight(rng: Rng) -> str:
    return f"{rng.choice(('AA', 'BA', 'DL', 'KL', 'LH', 'UA'))}{rng.between(100, 2999)}"


def _vin(rng: Rng) -> str:
    """A number of a vehicle with its check digit (ISO 3779)."""
    letters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
    text = "".join(rng.choice(letters) for _ in range(17))
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(int(values.get(c, c)) * w for c, w in zip(text, weights, strict=True))
    return f"{text[:8]}{'0123456789X'[total % 11]}{text[9:]}"


def _ean(rng: Rng) -> str:
    """An article number with its check digit (GS1)."""
    body = f"40{rng.below(10**10):010d}"
    weighted = sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def _bic(rng: Rng) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    bank = "".join(rng.choice(letters) for _ in range(4))
    return f"{bank}{rng.choice(('DE', 'FR', 'NL', 'ES'))}{rng.choice(letters)}{rng.below(10)}"


def _user_agent(rng: Rng) -> str:
    system = rng.choice(("Windows NT 10.0; Win64; x64", "X11; Linux x86_64"))
    return (
        f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{rng.between(110, 140)}.0.0.0 Safari/537.36"
    )


def _ssn(rng: Rng) -> str:
    """A number that is never given out: those that begin with 9 (ssa.gov)."""
    return f"9{rng.below(100):02d}-{rng.between(10, 49)}-{rng.between(1000, 9999)}"


_read_domains()
PROVIDERS: dict[str, Provider] = {
    **{name: _THINGS.provider(name) for name in _THINGS},
    **VOCABULARIES,
    "address": lambda rng: f"{_street(rng)}, {rng.choice(_THINGS['city'])}",
    "bic": _bic,
    "birth_date": lambda rng: f"{rng.between(1950, 2005)}{_date(rng)[4:]}",
    "card": _card,
    "cidr": lambda rng: f"10.{rng.below(256)}.{rng.below(256)}.0/24",
    "clock": _clock,
    "code": lambda rng: f"{_word(rng)[:3].upper()}-{_digits(rng, 4)}",
    "company": _company,
    "coordinates": _coordinates,
    "country": _column("country", 0),
    "country_code": _column("country", 1),
    "currency": _column("country", 2),
    "cvv": lambda rng: _digits(rng, 3),
    "date": _date,
    "date_time": _date_time,
    "digest": lambda rng: _hex(rng, 64),
    "directory": _directory,
    "duration": _duration,
    "ean": _ean,
    "email": _email,
    "file": _file,
    "flight": _flight,
    "full_name": _full_name,
    "gate": lambda rng: f"{rng.choice('ABCDE')}{rng.between(1, 60)}",
    "hex_color": lambda rng: f"#{_hex(rng, 6)}",
    "host": _host,
    "house_number": lambda rng: str(rng.between(1, 199)),
    "iban": _iban,
    "id": lambda rng: f"{_word(rng)}_{_digits(rng, 6)}",
    "image": _image,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "isbn": _isbn,
    "json": lambda rng: f'{{"{_word(rng)}": {rng.between(1, 99)}}}',
    "language": _column("language", 0),
    "language_code": _column("language", 1),
    "length": lambda rng: f"{4 * rng.between(1, 64)}px",
    "mac": lambda rng: ":".join(_hex(rng, 2) for _ in range(6)),
    "measure": lambda rng: f"{rng.between(1, 100)} {rng.choice(_THINGS['unit'])}",
    "number": lambda rng: str(rng.between(1, 9999)),
    "paragraph": paragraph,
    "password": lambda rng: f"{_word(rng).title()}{_digits(rng, 4)}!{_word(rng)}",
    "path": lambda rng: f"{_directory(rng)}/{_file(rng)}",
    "pattern": lambda rng: f"^{_word(rng)}-[0-9]+$",
    "phone": _phone,
    "phrase": phrase,
    "postal_code": lambda rng: _digits(rng, 5),
    "price": lambda rng: f"{rng.between(1, 499)}.{rng.below(100):02d}",
    "range": _range,
    "repository": lambda rng: f"{_word(rng)}/{slug(rng)}",
    "seat": _seat,
    "seconds": lambda rng: f"{5 * rng.between(1, 24)}s",
    "sentence": sentence,
    "size": lambda rng: f"{rng.between(1, 64)}{rng.choice(('KB', 'MB', 'GB'))}",
    "slug": slug,
    "ssn": _ssn,
    "state": _column("state", 0),
    "street": _street,
    "sunny": lambda rng: f"{rng.between(5, 21):02d}:{rng.below(60):02d}",
    "ticker": lambda rng: _word(rng)[:4].upper(),
    "title": title,
    "token": lambda rng: _hex(rng, 32),
    "url": _url,
    "user_agent": _user_agent,
    "username": _username,
    "uuid": _uuid,
    "variable": lambda rng: f"{_word(rng)}_{_word(rng)}",
    "vin": _vin,
    "version": lambda rng: f"{rng.below(10)}.{rng.below(20)}.{rng.below(10)}",
    "word": _word,
    "year": lambda rng: str(rng.between(1990, 2026)),
}
