"""What a rule may say: `40..180`, `whole 1..9`, `a | b`, `/regex/`, `of vocabulary`, or a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import yaml

from benchmarks.values.documents import FOLDER
from mockserver.schemas import TABLES, WORDS

_FILLER = (
    frozenset(WORDS)
    | frozenset(TABLES["english"]["noun"])
    | frozenset(TABLES["english"]["adjective"])
) - {"price", "green"}  # Surnames too.


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and date.fromisoformat(text).year > 1900


def _is_moment(text: str) -> bool:
    return "T" in text and datetime.fromisoformat(text.replace("Z", "+00:00")).year > 1900


def _is_person(text: str) -> bool:
    """Two or three names, none of them a word that fills what is not known."""
    names = text.split()
    spelled = all(
        re.fullmatch(r"[^\W\d_][^\W\d_.'’-]*(?:['’-][^\W\d_]+)*\.?", name) for name in names
    )
    return (
        2 <= len(names) <= 4 and spelled and not any(name.lower() in _FILLER for name in names[:1])
    )


def _is_check_digit(text: str) -> bool:
    """Whether an article number has its check digit (GS1)."""
    weights = (1, 3) if len(text) % 2 else (3, 1)
    return text.isdigit() and sum(int(d) * weights[at % 2] for at, d in enumerate(text)) % 10 == 0


def _is_iban(text: str) -> bool:
    moved = text[4:] + text[:4]
    return text[:2].isalpha() and int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _is_vin(text: str) -> bool:
    return re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text) is not None


def _is_one_name(text: str) -> bool:
    return text[:1].isupper() and " " not in text and text.lower() not in _FILLER


def _is_place(text: str) -> bool:
    """A city, a country, a state, or an address."""
    known = any(meets(f"of {kind}", text.partition(",")[0]) for kind in ("city", "country"))
    states = {entry.rpartition(" ")[0] for entry in TABLES["coded"]["state"]}
    is_region = (
        re.fullmatch(r"[A-Z][a-z]+( and [A-Z][a-z]+)?", text) and text.lower() not in _FILLER
    )
    return known or text in states or bool(is_region) or bool(re.match(r"\d+ [A-Z].*, ", text))


_EITHER = {
    "datelike": ("date", "moment"),
    "when": ("moment", "time", "date"),
    "party": ("person", "name"),
    "languagelike": ("of language", "language code"),
    "countrylike": ("of country", "country code"),
    "severitylike": ("of severity", "/SEV-?[1-5]|P[0-5]/"),
    "userlike": ("person", "/[a-z][a-z0-9._-]{2,}/", "email"),
}
_PATTERNS = {
    "time": r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?Z?",
    # What a person or a machine refers to a thing by: no spaces, a digit in it.
    "code": r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_./#:-]{1,63}",
    "email": r"[a-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+",
    "phone": r"\+?[\d() -]{7,20}",
    "url": r"https?://[\w.-]+\.\w+(/\S*)?",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "ip": r"\d{1,3}(\.\d{1,3}){3}",
    "postcode": r"[A-Z0-9][A-Z0-9 -]{2,9}",
    "street": r"(\d+[a-z]? [A-ZÀ-Þ].+|[^\d]+ \d+[a-z]?)",
    "sentence": r"[A-ZÀ-Þ¿].*\s.*\s.*\s.*[.!?]",
    "sentences": r"([A-Z][^.!?]*\s[^.!?]*[.!?]\s?){2,}",
    # A short text with sense: a few words.
    "words": r"[^\W_][^_{}]*",
    "name": r"[A-ZÀ-Þ0-9][^_{}]{1,60}",
    "slug": r"[a-z0-9]+([-_.][a-z0-9]+)*",
    "currency": r"[A-Z]{3}",
    "country code": r"[A-Z]{2}",
    "language code": r"[a-z]{2}(-[A-Z]{2})?",
    "digest": r"[0-9a-f]{7,64}",
    "version": r"v?\d+(\.\d+){1,2}",
    "plate": r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{3,9}",
    "path": r"(/?[\w.-]+)+/?",
    "color": r"#[0-9a-f]{6}",
    "company": r"[A-ZÀ-Þ0-9][^_{}]{1,60}",
    "institution": r"[A-ZÀ-Þ][^_{}]{1,60}",
    "nationality": r"[A-Z][a-z]+( [A-Z][a-z]+)*|[A-Z]{2,3}",
    "filename": r"[\w-]+\.[a-z0-9]{1,5}",
}
_TESTS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "moment": _is_moment,
    "person": _is_person,
    "person_first": _is_one_name,
    "person_last": _is_one_name,
    "place": _is_place,
    "ean": _is_check_digit,
    "iban": _is_iban,
    "vin": _is_vin,
}


@lru_cache
def _vocabularies() -> dict[str, frozenset[str]]:
    text = (FOLDER / "vocabularies.yaml").read_text(encoding="utf-8")
    return {
        name: frozenset(word.strip().lower() for word in words.split("|"))
        for name, words in yaml.safe_load(text).items()
    }


def meets(rule: str, value: Any) -> bool:
    """Whether a value is one that a person would believe by the rule. No rule: anything is."""
    if not rule:
        return True
    if rule.startswith("whole "):
        return float(value).is_integer() and isinstance(value, int) and meets(rule[6:], value)
    bounds = re.fullmatch(r"(-?[\d.]+)\.\.(-?[\d.]+)", rule)
    if bounds:
        return bool(float(bounds[1]) <= value <= float(bounds[2]))
    if rule.startswith("/"):
        return re.fullmatch(rule.strip("/"), str(value)) is not None
    if rule.startswith("of "):
        return str(value).lower() in _vocabularies()[rule[3:]]
    if " | " in rule:
        return str(value).lower() in [word.strip().lower() for word in rule.split("|")]
    if rule in _EITHER:
        return any(meets(one, value) for one in _EITHER[rule])
    if rule in _TESTS:
        try:
            return _TESTS[rule](value)
        except ValueError:
            return False
    return re.fullmatch(_PATTERNS[rule], value) is not None
