"""faker, asked for one value at a time: seeded anew for each, so that what a release changes moves
its own values alone, and with our clock, so that time moves none.
"""

from __future__ import annotations

import datetime as dates
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import Any

import faker
from faker.config import AVAILABLE_LOCALES
from faker.generator import Generator
from faker.providers import date_time

from mockserver.schemas.locales import ByPlace, LocaleError, nearest_of
from mockserver.schemas.rng import Rng

VERSION: str = faker.VERSION

# Methods of its machinery, and those that make megabytes, or whatever their arguments say.
_BARRED = frozenset(dir(Generator)) | frozenset(
    (
        *("binary", "csv", "dsv", "psv", "tsv", "json", "json_bytes", "fixed_width", "image"),
        *("tar", "zip", "xml", "enum", "pyobject"),
    )
)
_LONGEST_ARGUMENT = 1_000
_MOST = 10_000
_RANGE = ("min", "max", "min_value", "max_value")
_LARGEST = 10**15
_lock = Lock()


@lru_cache(maxsize=64)
def faker_source(locale: str, plugins: tuple[str, ...], now: float) -> FakerSource:
    """What calls faker in a locale. Raises LocaleError where there is no such locale, or provider
    class.
    """
    return FakerSource(locale, plugins, now)


class FakerSource:
    """Makes values with a Faker of one locale."""

    def __init__(self, locale: str, plugins: tuple[str, ...], now: float) -> None:
        known = [*AVAILABLE_LOCALES, *(name.partition("_")[0] for name in AVAILABLE_LOCALES)]
        if locale.replace("-", "_") not in known:
            raise LocaleError(f"faker has no locale '{locale}'{nearest_of(locale, known)}")
        self._fake: Any = faker.Faker(locale)
        self._time = _names_of_time(now)
        for name in plugins:
            self._fake.add_provider(_plugin(name))

    def check(self, method: str) -> None:
        """Raise LocaleError for a method that a value cannot come from."""
        if method.startswith("_") or method in _BARRED or not hasattr(self._fake, method):
            names = [name for name in dir(self._fake) if name not in _BARRED and name[0] != "_"]
            said = f"faker has no provider '{method}' that makes a value{nearest_of(method, names)}"
            raise LocaleError(said)

    def make(self, provider: ByPlace, rng: Rng, *arguments: Any, **named: Any) -> Any:
        """A value, as JSON has it: of a method, or of a function that is given the Faker."""
        for each in arguments:
            _bound(each, _MOST)
        for name, each in named.items():
            _bound(each, _LARGEST if name in _RANGE else _MOST)
        with _lock, _clock(self._time):
            self._fake.seed_instance(rng.bits())
            if callable(provider):
                return _plain(provider(self._fake))
            return _plain(getattr(self._fake, provider)(*arguments, **named))


def _bound(argument: Any, most: float) -> None:
    """Raise LocaleError for an argument that could ask for much."""
    if isinstance(argument, str) and len(argument) <= _LONGEST_ARGUMENT:
        return
    if argument is None or (isinstance(argument, int | float) and abs(argument) <= most):
        return
    raise LocaleError(
        "arguments of faker are short texts, and small numbers: they may say how long a value is"
    )


def _plugin(name: str) -> Any:
    module, _, member = name.partition(":")
    try:
        return getattr(import_module(module), member)
    except (ImportError, AttributeError, ValueError) as error:
        said = f"'{name}' is no provider of faker: {error}. Write 'module:Class'"
        raise LocaleError(said) from error


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dates.date | dates.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, uuid.UUID | bytes | dates.timedelta | dates.tzinfo):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple | set) else value


class _Kind(type):
    """Makes usual dates instances of those with our clock."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.__mro__[1])


def _names_of_time(now: float) -> dict[str, Any]:
    """What faker's module of dates finds under the names by which it asks for the present, and the
    machine for its time zone: ours.
    """

    class Datetime(dates.datetime, metaclass=_Kind):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            moment = dates.datetime.fromtimestamp(now, tz or dates.timezone.utc)
            return moment if tz else moment.replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    class Date(dates.date, metaclass=_Kind):
        @classmethod
        def today(cls) -> Any:
            return dates.datetime.fromtimestamp(now, dates.timezone.utc).date()

    ours = {"datetime": Datetime, "dtdate": Date, "_get_local_timezone": lambda: dates.timezone.utc}
    return {name: kind for name, kind in ours.items() if hasattr(date_time, name)}


@contextmanager
def _clock(names: dict[str, Any]) -> Iterator[None]:
    """Let faker's dates begin at our present."""
    kept = {name: getattr(date_time, name) for name in names}
    for name, kind in names.items():
        setattr(date_time, name, kind)
    try:
        yield
    finally:
        for name, kind in kept.items():
            setattr(date_time, name, kind)
