"""Writes `mockserver/schemas/locales.txt` from faker's data: `python tools/freeze_tables.py`.

The file is kept, so that values stay the same whatever faker does later, and nobody needs it. Run it again
only for another locale or another table: it moves made-up values. What faker makes of parts (cities in some
locales, streets, companies) is drawn here, once.

faker is MIT: https://github.com/joke2k/faker. Phone numbers are not its own, which may be somebody's, but of
ranges that are kept for examples: 555-01xx; https://www.bundesnetzagentur.de (030 23125), Arcep (01 99 00).
"""

from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import faker

_FILE = Path(__file__).resolve().parents[1] / "mockserver" / "schemas" / "locales.txt"
_HEAD = f"""\
# Made by tools/freeze_tables.py from the data of faker {faker.VERSION} (MIT, https://github.com/joke2k/faker).
# A section a locale; a table is `provider: entry | entry | …`, as in tables.txt. In `phone`, # is a digit.
"""
_MOST = 120
_LOCALES = {
    "en_US": ("United States", "US", "USD", "+1-###-555-01##"),
    "de_DE": ("Deutschland", "DE", "EUR", "+49 30 23125 ###"),
    "fr_FR": ("France", "FR", "EUR", "+33 1 99 00 ## ##"),
    "es_ES": ("España", "ES", "EUR", "+34 900 000 ###"),
    "ja_JP": ("日本", "JP", "JPY", "+81-3-0000-####"),
}

_FULL_NAME = {"ja_JP": "{last} {first}"}


def main() -> None:
    """Write the file."""
    sections = [_section(locale) for locale in _LOCALES]
    _FILE.write_text(_HEAD + "".join(sections), encoding="utf-8")


def _section(locale: str) -> str:
    country, code, currency, phone = _LOCALES[locale]
    fake = faker.Faker(locale)
    streets = {"ja_JP": lambda: fake.town() + fake.chome()}
    faker.Faker.seed(0)
    tables = {
        "first_name": _listed(locale, "person", "first_names"),
        "last_name": _listed(locale, "person", "last_names"),
        "city": _listed(locale, "address", "cities") or _drawn(fake.city),
        "full_name": [_FULL_NAME.get(locale, "{first} {last}")],
        "street": _drawn(streets.get(locale, fake.street_address)),
        "postal_code": _drawn(fake.postcode),
        "state": _listed(locale, "address", "states", "regions", "prefectures"),
        "company": _drawn(fake.company),
        "job": _listed(locale, "job", "jobs"),
        "phone": [phone],
        "country": [country],
        "country_code": [code],
        "currency": [currency],
    }
    lines = [f"{name}: {' | '.join(entries)} |\n" for name, entries in tables.items()]
    return f"\n[{locale}]\n{''.join(lines)}"


def _listed(locale: str, room: str, *names: str) -> list[str]:
    """Entries of one of a provider's tables, spread over it."""
    provider: Any = import_module(f"faker.providers.{room}.{locale}").Provider
    for name in names:
        found = getattr(provider, name, None)
        if found:
            entries = list(
                dict.fromkeys(each[-1] if isinstance(each, tuple) else each for each in found)
            )
            return _usable(entries[:: max(1, len(entries) // _MOST)])
    return []


def _drawn(draw: Any) -> list[str]:
    """Entries that a method makes."""
    drawn = (draw().strip().replace("\n", ", ") for _ in range(10 * _MOST))
    return _usable(list(islice(dict.fromkeys(drawn), _MOST // 2)))


def _usable(entries: list[str]) -> list[str]:
    return [entry for entry in entries if "|" not in entry][:_MOST]


if __name__ == "__main__":
    main()
