"""What the name of a property, or an unambiguous description, says about its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from mockserver.schemas.providers import PROVIDERS, Provider
from mockserver.schemas.words import TABLES

T = TypeVar("T")

_PROVIDER_OF_NAME = {
    name: provider for provider, names in TABLES["names"].items() for name in names
}
_DESCRIBED = [
    (sign, provider) for provider, signs in TABLES["descriptions"].items() for sign in signs
]
_RANGES = {name: (float(low), float(high)) for name, (low, high) in TABLES["ranges"].items()}
_WHOLE = dict.fromkeys(TABLES["whole"]["words"], True)
_ENGLISH = {name: english for english, names in TABLES["translations"].items() for name in names}
# Providers that a name tells for certain, whatever is described.
_CERTAIN = frozenset(
    [
        "email",
        "uuid",
        "phone",
        "ipv4",
        "ipv6",
        "iban",
        "isbn",
        "first_name",
        "last_name",
        "time_zone",
    ]
)
_WORD = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])|[0-9]+")
_EXAMPLES = re.compile(
    r"(?:\be\.g\.,?|\bfor example,?|\bsuch as|\bexamples?:|\bi\.e\.,?)\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"'([^'\n]{1,60})'|\"([^\"\n]{1,60})\"|“([^”\n]{1,60})”|`([^`\n]{1,60})`")
_LONGEST_READ = 2000
_LONGEST_KEPT = 1000


def provider_for(name: str, description: str) -> Provider | None:
    """The provider for strings of a property; None when neither name nor description tells."""
    is_short = len(name) + len(description) <= _LONGEST_KEPT
    return (_kept_provider if is_short else _find_provider)(name, description)


def _find_provider(name: str, description: str) -> Provider | None:
    examples = _examples(description)
    if examples:
        return lambda rng: rng.choice(examples)
    known = _by_ending(name, _PROVIDER_OF_NAME)
    if description and known not in _CERTAIN:
        text = description.lower()
        known = next((provider for sign, provider in _DESCRIBED if sign in text), known)
    return PROVIDERS[known] if known else None


_kept_provider = lru_cache(4096)(_find_provider)


def usual_range(name: str) -> tuple[float, float] | None:
    """The range in which numbers of this name usually are."""
    return (_kept_range if len(name) <= _LONGEST_KEPT else _find_range)(name)


def _find_range(name: str) -> tuple[float, float] | None:
    return _by_ending(name, _RANGES)


_kept_range = lru_cache(4096)(_find_range)


def is_whole(name: str) -> bool:
    """Whether a number of this name is a whole one: a count, an id, milliseconds."""
    return (_kept_whole if len(name) <= _LONGEST_KEPT else _find_whole)(name)


def _find_whole(name: str) -> bool:
    return _by_ending(name, _WHOLE) is True


_kept_whole = lru_cache(4096)(_find_whole)


def words_of(name: str) -> list[str]:
    """`billingEmail`, `billing_email` and `Billing-Email` are the words billing and email;
    `geburtsdatum` are birth and date.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    english = _ENGLISH.get("_".join(words))
    return words if english is None else english.split("_")


def _by_ending(name: str, known: Mapping[str, T]) -> T | None:
    """What is known under the longest ending of a name, of three words at most."""
    words = words_of(name)[-3:]
    for start in range(len(words)):
        for form in _forms("_".join(words[start:])):
            if form in known:
                return known[form]
    return None


def _forms(ending: str) -> list[str]:
    """The ending, and how else it may be listed: in the singular, as one word, without a number."""
    forms = [ending]
    if ending[-1] == "s":
        forms += [ending[:-1], ending[:-2]]
    if "_" in ending:
        forms.append(ending.replace("_", ""))
    if ending[-1].isdigit():
        forms.append(ending.rstrip("0123456789_"))
    return forms


def _examples(description: str) -> tuple[str, ...]:
    """The quoted examples that a description gives."""
    if not any(quote in description for quote in "'\"“`"):
        return ()
    found = _EXAMPLES.search(description[:_LONGEST_READ])
    if not found:
        return ()
    first_sentence = found[1].split(". ")[0]
    texts = ("".join(groups) for groups in _QUOTED.findall(first_sentence))
    return tuple(text for text in texts if text.strip())
