"""What the name of a property, or an unambiguous description, says about its value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar
from unicodedata import combining, normalize

from mockserver.schemas.providers import PROVIDERS, VOCABULARIES, VOCABULARY_OF_NAME
from mockserver.schemas.words import TABLES, Provider

T = TypeVar("T")


def unaccented(name: str) -> str:
    """A name in small letters as it is written where keys are ASCII: `größe` is `groesse`."""
    if name.isascii():
        return name
    spelled = name.translate(_SPELLED)
    return "".join(sign for sign in normalize("NFKD", spelled) if not combining(sign))


_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "ø": "o"})
_PROVIDER_OF_NAME = {
    unaccented(name): provider for provider, names in TABLES["names"].items() for name in names
} | {unaccented(name): provider for name, provider in VOCABULARY_OF_NAME.items()}
# What `name` says of a thing, by what things of that name are filled with: a drug's name is that of
# a drug, a user's is that of a person.
_CALLED = {name: name for name in (*VOCABULARIES, *TABLES["called"]["after_itself"])}
_CALLED |= dict.fromkeys(TABLES["called"]["after_a_person"], "full_name")
_CALLING = frozenset(TABLES["called"]["by"])
_EMPTY_PARENTS = frozenset(TABLES["called"]["empty"])
_DESCRIBED = [
    (sign, provider) for provider, signs in TABLES["descriptions"].items() for sign in signs
]
_RANGES = {name: (float(low), float(high)) for name, (low, high) in TABLES["ranges"].items()}
_WHOLE = dict.fromkeys(TABLES["whole"]["words"], True)
_LAST_PARTS, _FIRST_WORDS = (
    dict(unaccented(entry).split("=") for entry in TABLES["heads"][place])
    for place in ("last", "first")
)
_OF_PEOPLE = tuple(TABLES["called"]["people_end_in"])
_NO_PEOPLE = frozenset(TABLES["called"]["no_people"])
_DATES = ("date", "fecha")
_NO_DATES = ("format", "range", "string", "type", "filter", "time", "picker", "field", "formats")
_LAST = tuple(_LAST_PARTS)
_ENGLISH = {
    unaccented(name): english for english, names in TABLES["translations"].items() for name in names
}
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
_NAMED = re.compile(
    r"\b(?:names?|titles?|types?|kinds?) of (?:the |a |an |each )?([a-z]+(?: [a-z]+)?)"
)
_SURNAME_OR_NAME = ("nom",)  # French: a person's last name, the name of anything else.
_LONGEST_READ = 2000
_LONGEST_KEPT = 1000


Words = tuple[str, ...]


class Name(NamedTuple):
    """The name of a property, and that of the thing that it is a property of; both may be empty."""

    own: str = ""
    thing: str = ""

    @property
    def size(self) -> int:
        """How long both are."""
        return len(self.own) + len(self.thing)

    @property
    def of_one(self) -> Name:
        """The name of one of many."""
        return Name(singular(self.own), self.thing)

    def provider(self, description: str) -> Provider | None:
        """The provider for strings; None when neither name nor description tells."""
        is_short = self.size + len(description) <= _LONGEST_KEPT
        return (_kept_provider if is_short else _find_provider)(self, description)

    def usual_range(self) -> tuple[float, float] | None:
        """The range in which numbers of this name usually are."""
        return (_kept_range if self.size <= _LONGEST_KEPT else _find_range)(self)

    def is_whole(self) -> bool:
        """Whether a number of this name is a whole one: a count, an id, milliseconds."""
        return (_kept_whole if self.size <= _LONGEST_KEPT else _find_whole)(self)


def provider_for(name: str, description: str, thing: str = "") -> Provider | None:
    """The provider for strings of a property; None when neither name nor description tells.
    thing: what it is a property of.
    """
    return Name(name, thing).provider(description)


def _find_provider(name: Name, description: str) -> Provider | None:
    examples = _examples(description)
    if examples:
        return lambda rng: rng.choice(examples)
    known = _called(name) or _by_ending(name, _PROVIDER_OF_NAME)
    words = _read(name.own)[1]
    is_moment = len(words) == 2 and words[0] in ("last", "next")
    if is_moment and (known in VOCABULARIES or known == "flight"):
        known = "date"  # The last flight is when it was, not which.
    if description and known not in _CERTAIN:
        text = description.lower()
        known = next((provider for sign, provider in _DESCRIBED if sign in text), known)
        if known is None:
            known = _by_description(text)
    known = known or _by_make(name)
    return PROVIDERS[known] if known else None


def _find_range(name: Name) -> tuple[float, float] | None:
    words = words_of(name.own)
    if len(words) > 1 and words[-1] == "count":
        # As many as there usually are: of bedrooms fewer than of views.
        of_what = Name("_".join(words[:-1]))
        known = _RANGES.get("_".join(words)) or _by_ending(of_what, _RANGES)
        if known is not None:
            return known
    return _by_ending(name, _RANGES)


def _find_whole(name: Name) -> bool:
    return _by_ending(name, _WHOLE) is True


_kept_provider = lru_cache(4096)(_find_provider)
_kept_range = lru_cache(4096)(_find_range)
_kept_whole = lru_cache(4096)(_find_whole)


def thing_of(name: Name, titles: Iterable[str]) -> str:
    """What an object is: by its own name, in the singular, or by a title where that says more."""
    own = words_of(name.own)[-2:]
    if own and own[-1] not in _EMPTY_PARENTS:
        return "_".join((*own[:-1], singular(own[-1])))
    title = next(iter(titles), "")
    return "_".join(words_of(title[:_LONGEST_KEPT])[-2:])


def singular(name: str) -> str:
    """The name of one of many."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    is_plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    return name[:-1] if is_plural else name


def words_of(name: str) -> Words:
    """`billingEmail`, `billing_email` and `Billing-Email` are the words billing and email;
    `geburtsdatum` are birth and date.
    """
    return _read(name)[0]


def _read(name: str) -> tuple[Words, Words]:
    """The words of a name, and the same as they are written, in small letters."""
    return (_kept_reading if len(name) <= _LONGEST_KEPT else _find_words)(name)


def _find_words(name: str) -> tuple[Words, Words]:
    found = _WORD.findall(name)
    if name.isascii():
        written = tuple(word.lower() for word in found)
    else:
        written = tuple(unaccented(word.lower()) for word in found)
    return _in_english(written), written


_kept_reading = lru_cache(4096)(_find_words)


def _in_english(words: Words) -> Words:
    english = _ENGLISH.get("_".join(words))
    if english is not None:
        return tuple(english.split("_"))
    if "of" in words[1:-1]:
        at = words.index("of", 1)
        subject = words[at + 1 :]
        return (*subject, *("count" if word == "number" else word for word in words[:at]))
    is_date = len(words) > 1 and words[0] in _DATES and words[-1] not in _NO_DATES
    if is_date and "_".join(words) not in _PROVIDER_OF_NAME:
        return (*words[1:], "date")
    return _headed(words) if words and words[-1] not in _PROVIDER_OF_NAME else words


def _headed(words: Words) -> Words:
    """The words, what the name is about at the end and in English: `fecha_salida` is a date, and
    so is `liefertermindatum`.
    """
    for count in (2, 1):
        first = _FIRST_WORDS.get("_".join(words[:count]))
        if first is not None and len(words) > count:
            return (*words[count:], *first.split("_"))
    if not words[-1].endswith(_LAST) or words[-1] in _RANGES:
        return words
    for part, english in _LAST_PARTS.items():
        rest = words[-1].removesuffix(part)
        if rest != words[-1] and len(rest) != 1:
            rest = _ENGLISH.get(rest, rest)
            return (*words[:-1], *filter(None, rest.split("_")), english)
    return words


def _by_ending(name: Name, known: Mapping[str, T]) -> T | None:
    """What is known under a name and that of its thing, under a whole name, or under the longest
    ending of a name, of three words at most.
    """
    for ending in _endings(name):
        if ending in known:
            return known[ending]
        for form in _other_forms(ending) if ending else ():
            if form in known:
                return known[form]
    return None


def _endings(name: Name) -> Iterator[str]:
    words, written = _read(name.own)
    if name.thing and 0 < len(words) < 3:
        things = words_of(name.thing)
        for start in range(len(things)):
            yield "_".join((*things[start:], *words))
        if len(things) != 1:
            yield "_".join((*things[:1], *words))
    if len(written) < 5 and written != words[-3:]:
        yield "_".join(written)
    is_told = 1 < len(words) < 4
    if is_told:
        yield "_".join(words)
    if "per" in words[1:]:
        words = words[: words.index("per")]
        is_told = False
    words = words[-3:]
    for start in range(1 if is_told else 0, len(words)):
        yield "_".join(words[start:])


def _called(name: Name) -> str | None:
    """The provider for what a thing is called."""
    thing = name.thing
    words, written = _read(name.own)
    is_surname_or_name = written == _SURNAME_OR_NAME
    if is_surname_or_name:
        words = ("name",)
    if not words or words[-1] not in _CALLING:
        return None
    if len(words) > 1:
        if "_".join(words) in _PROVIDER_OF_NAME:
            return None
        thing = "_".join(words[:-1])
    provider = _by_ending(Name(thing), _PROVIDER_OF_NAME) if thing else None
    called = _CALLED.get(provider) if provider else None
    return "last_name" if called == "full_name" and is_surname_or_name else called


def _by_make(name: Name) -> str | None:
    """What an unknown name looks like: `last_reboot` was some day, an `observer` is a person."""
    words = words_of(name.own)
    if not words:
        return None
    if len(words) > 1 and words[0] in ("last", "next"):
        return "date"
    is_person = words[-1].endswith(_OF_PEOPLE) and words[-1] not in _NO_PEOPLE
    return "full_name" if is_person and len(words[-1]) > 5 else None


def _by_description(text: str) -> str | None:
    """The provider for what `the name of the drug` describes."""
    found = _NAMED.search(text[:_LONGEST_READ])
    if found is None:
        return None
    return _by_ending(Name(found[1].replace(" ", "_")), VOCABULARY_OF_NAME)


def _other_forms(ending: str) -> list[str]:
    """How else an ending may be listed: in the singular, as one word, without a number."""
    forms: list[str] = []
    if ending[-1] == "s":
        forms += [ending[:-1], ending[:-2]] if len(ending) > 3 else []
        forms += [f"{ending[:-3]}y"] if ending.endswith("ies") else []
    else:
        forms.append(f"{ending}s")
    if ending[-1] == "y":
        forms += [f"{ending[:-1]}ies", f"{ending[:-1]}ie"]
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
