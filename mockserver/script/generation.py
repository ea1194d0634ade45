"""What an author says of made-up values: in which locale they are, which of faker's providers makes
those at some places, and `fake` in templates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from mockserver.api.requests import CreateRequest
from mockserver.script.places import Place
from mockserver.wording import show_value

if TYPE_CHECKING:
    from mockserver.schemas import Locale


KEYS = ("locale", "providers")
ByPlace: TypeAlias = str | Callable[[Any], Any]
"""The name of one of faker's methods, or a function that is given a `faker.Faker`."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What a step says of how its reply is made up, beyond that it is."""

    locale: str | None = None
    providers: tuple[tuple[str, ByPlace], ...] = ()

    def within(self, base: "Locale | None") -> "Locale":
        """Where values come from, on a server that has this locale by itself. Raises
        LocaleError.
        """
        return _combined(self, base)


class Fake:
    """`fake` in templates: each call makes a value of faker, the next one of its reply.

    Raises LocaleError for a method that makes none.
    """

    def __init__(self, locale: "Locale | None", seed: int, request: CreateRequest) -> None:
        self._locale = locale
        self._seed = seed
        self._request = request
        self._made = 0

    def __getattr__(self, method: str) -> Any:
        from mockserver.schemas import OURS, Rng

        source = (self._locale or OURS).faker
        source.check(method)

        def make(*arguments: Any, **named: Any) -> Any:
            self._made += 1
            seed = f"{self._seed}:{self._request.canonical!r}"
            return source.make(method, Rng(seed, self._made), *arguments, **named)

        return make


@lru_cache(maxsize=256)
def _combined(generation: Generation, base: "Locale | None") -> "Locale":
    from mockserver.schemas import OURS, Locale

    base = base or OURS
    name = base.name if generation.locale is None else generation.locale
    providers = {**base.providers, **dict(generation.providers)}
    return Locale(name, providers, base.plugins, base.now)


def to_generation(value: Any, place: Place, container: Any) -> tuple[bool, Generation | None]:
    """Whether `generated` asks for a reply, and what it says of it: `true`, or `{locale: de_DE,
    providers: {customer.name: company}}`. Raises ScriptError.
    """
    if isinstance(value, bool):
        return value, None
    if not isinstance(value, Mapping):
        said = f"'generated' must be true, false or a mapping, not {show_value(value)}"
        raise place.error(said, container, "generated")
    given = place.mapping(value, "'generated'", container, "generated")
    place.check_keys(given, KEYS, "generated")
    locale, providers = given.get("locale"), given.get("providers") or {}
    if locale is not None and not isinstance(locale, str):
        said = f"'locale' must be a string, not {show_value(locale)}"
        raise place.error(said, given, "locale")
    providers = place.mapping(providers, "'providers'", given, "providers")
    for path, provider in providers.items():
        if not isinstance(provider, str) and not callable(provider):
            said = f"'{path}' must be the name of a provider of faker, not {show_value(provider)}"
            raise place.error(said, providers, path)
    generation = Generation(locale, tuple(providers.items()))
    try:
        generation.within(None)
    except ValueError as error:
        raise place.error(str(error), given, next(iter(given), None)) from error
    return True, generation
