"""Values as they are elsewhere, or as faker makes them: which provider stands in for ours, by what
a value is, or by where it stands.

Names, cities, companies and the like of five locales come from `locales.txt`; for all others, and
for what is asked of faker by name, faker itself is imported (`faking`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockserver.schemas.providers import PROVIDERS
from mockserver.schemas.rng import Rng
from mockserver.schemas.words import Provider, Table, read_tables

if TYPE_CHECKING:
    from mockserver.schemas.faking import FakerSource

_KIND_OF_PROVIDER = {provider: kind for kind, provider in PROVIDERS.items()}
_FAKERS_OWN = {
    "first_name": "first_name",
    "last_name": "last_name",
    "full_name": "name",
    "city": "city",
    "street": "street_address",
    "address": "address",
    "postal_code": "postcode",
    "company": "company",
    "job": "job",
    "phone": "phone_number",
    "country": "current_country",
    "country_code": "current_country_code",
    "license_plate": "license_plate",
}
"""What faker calls our kinds of values, where a locale changes them."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})

ByPlace = Callable[[Any], Any] | str
"""The name of one of faker's methods, or a function that is given a `faker.Faker`."""


class LocaleError(ValueError):
    """A locale, or a provider, that is not there."""


@dataclass(frozen=True, eq=False)
class Locale:
    """Where values come from.

    Attributes:
        name: as in `de_DE`, or a language alone; None for ours.
        providers: what makes the values at some places, by path: `customer.name`. It holds for all
            places whose path ends so.
        plugins: provider classes that faker is given besides its own, as `module:Class`.
        now: what faker takes for the present, in Unix seconds.

    Raises LocaleError for what is not there, and where faker is needed and missing.
    """

    name: str | None = None
    providers: Mapping[str, ByPlace] = field(default_factory=lambda: _NOTHING)
    plugins: tuple[str, ...] = ()
    now: float = 1_790_812_800
    _tables: Table | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tables", _frozen(self.name))
        for provider in self.providers.values():
            if isinstance(provider, str):
                self.faker.check(provider)
        if self.plugins or (self.name is not None and self._tables is None):
            self.faker.check("name")

    @property
    def needs_faker(self) -> bool:
        """Whether some values are faker's."""
        return bool(self.providers) or (self.name is not None and self._tables is None)

    @property
    def faker(self) -> FakerSource:
        """What calls faker. Raises LocaleError where there is none, or no such locale."""
        try:
            from mockserver.schemas.faking import faker_source
        except ImportError as error:
            wanted = f"The locale '{self.name}'"
            if self.name is None or self._tables is not None:
                wanted = "A provider of its own"
            raise LocaleError(
                f"{wanted} needs faker. Do: pip install 'mockserver[faker]', or take one of the "
                f"locales {', '.join(frozen_locales())}"
            ) from error

        return faker_source(self.name or "en_US", self.plugins, self.now)

    @property
    def home(self) -> tuple[str, str, str] | None:
        """The country: its name, its code and its currency; None where that is not known."""
        if self._tables is None:
            return None
        country, code, currency = ("country", "country_code", "currency")
        return self._tables[country][0], self._tables[code][0], self._tables[currency][0]

    def full_name(self, first: str, last: str) -> str:
        """The name of a person in the order of the country."""
        form = "{first} {last}" if self._tables is None else self._tables["full_name"][0]
        return form.format(first=first, last=last)

    def instead_of(self, provider: Provider) -> Provider:
        """What makes a value here that this would make elsewhere."""
        kind = _KIND_OF_PROVIDER.get(provider)
        if kind is None or self.name is None:
            return provider
        if self._tables is not None:
            return _from_tables(self._tables, kind) or provider
        method = _FAKERS_OWN.get(kind)
        return provider if method is None else lambda rng: str(self.faker.make(method, rng))

    def at(self, path: tuple[str, ...]) -> Callable[[Rng], Any] | None:
        """What makes the value at a path; None where nothing was said of it."""
        for start in range(len(path)):
            provider = self.providers.get(".".join(path[start:]))
            if provider is not None:
                return lambda rng: self.faker.make(provider, rng)
        return None


@cache
def _all_tables() -> dict[str, Table]:
    return read_tables("locales.txt")


def frozen_locales() -> tuple[str, ...]:
    """The locales that need no faker."""
    return tuple(_all_tables())


def _frozen(name: str | None) -> Table | None:
    if name is None:
        return None
    tables = _all_tables()
    wanted = name.replace("-", "_")
    if "_" not in wanted:
        return next((each for key, each in tables.items() if key.startswith(f"{wanted}_")), None)
    return tables.get(wanted)


def _from_tables(tables: Table, kind: str) -> Provider | None:
    if kind == "full_name":
        form = tables["full_name"][0]
        return lambda rng: form.format(
            first=rng.choice(tables["first_name"]), last=rng.choice(tables["last_name"])
        )
    if kind == "address":
        return lambda rng: f"{rng.choice(tables['street'])}, {rng.choice(tables['city'])}"
    if kind == "phone":
        return lambda rng: _digits(rng.choice(tables["phone"]), rng)
    return tables.provider(kind) if tables.get(kind) else None


def _digits(pattern: str, rng: Rng) -> str:
    return "".join(str(rng.below(10)) if char == "#" else char for char in pattern)


def nearest_of(word: str, words: Any) -> str:
    """`; did you mean '…'?` where a word is near."""
    near = get_close_matches(word, list(words), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


OURS = Locale()
"""No locale: the values that are made where nothing is said."""
