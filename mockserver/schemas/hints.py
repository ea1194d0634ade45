"""What the name of a property, or an unambiguous description, says about its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from mockserver.schemas.names import CERTAIN, DESCRIBED, NAMES, RANGES
from mockserver.schemas.providers import PROVIDERS, Provider

T = TypeVar("T")

# Provider: the names it serves. The longest ending of a name that is listed decides:
# `billing_email` ends in `email`.
_EXAMPLES = re.compile(
    r"(?:\be\.g\.,?|\bfor example,?|\bsuch as|\bexamples?:|\bi\.e\.,?)\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_QUOTED = re.compile(r"'([^'\n]{1,60})'|\"([^\"\n]{1,60})\"|“([^”\n]{1,60})”|`([^`\n]{1,60})`")


@lru_cache(4096)
def provider_for(name: str, description: str) -> Provider | None:
    """The provider for strings of a property; None when neither name nor description tells."""
    examples = _examples(description)
    if examples:
        return lambda rng: rng.choice(examples)
    known = _ending(name, _provider_names())
    if description and known not in CERTAIN:
        text = description.lower()
        for sign, provider in DESCRIBED:
            if sign in text:
                known = provider
                break
    return PROVIDERS[known] if known else None


@lru_cache(4096)
def usual_range(name: str) -> tuple[float, float] | None:
    """The range in which numbers of this name usually are."""
    return _ending(name, RANGES)


def words_of(name: str) -> list[str]:
    """`billingEmail`, `billing_email` and `Billing-Email` are the words billing and email."""
    return [word.lower() for word in _WORD.findall(name)]


def _ending(name: str, known: Mapping[str, T]) -> T | None:
    """What is known under the longest ending of a name, taken as words; plurals count as their
    singular.
    """
    words = words_of(name)
    for start in range(max(0, len(words) - 3), len(words)):
        ending = "_".join(words[start:])
        found = known.get(ending)
        if found is None and ending[-1] == "s":
            found = known.get(ending[:-1]) or known.get(ending[:-2])
        if found is None and "_" in ending:
            found = known.get(ending.replace("_", ""))
        if found is None and ending[-1].isdigit():
            found = known.get(ending.rstrip("0123456789_"))
        if found is not None:
            return found
    return None


@lru_cache(1)
def _provider_names() -> dict[str, str]:
    return {name: provider for provider, names in NAMES.items() for name in names.split()}


def _examples(description: str) -> tuple[str, ...]:
    """The quoted examples that a description gives."""
    if (
        "'" not in description
        and '"' not in description
        and "“" not in description
        and "`" not in description
    ):
        return ()
    found = _EXAMPLES.search(description[:2000])
    if not found:
        return ()
    texts = ("".join(groups) for groups in _QUOTED.findall(found[1].split(". ")[0]))
    return tuple(text for text in texts if text.strip())
