"""JSON Schema ─▶ value: `generate(schema, seed)`. README.md in this folder tells more.

`refusal(schema, value)` says why a schema refuses a value that somebody else made, `accepts` only
whether it takes it.

A library of its own: it imports nothing of mockserver, and of others jsonschema-rs alone (when a
value is judged). Beside these two it offers what texts are made of elsewhere too: numbers from a
seed, a budget of work, texts for regular expressions, plain English, and believable strings by name
and by format. What is not asked for is not imported: plain English needs none of the search.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.schemas.bounds import Budget as Budget
    from mockserver.schemas.errors import OutOfWorkError as OutOfWorkError
    from mockserver.schemas.errors import SchemaError as SchemaError
    from mockserver.schemas.formats import FORMATS as FORMATS
    from mockserver.schemas.generator import generate as generate
    from mockserver.schemas.hints import provider_for as provider_for
    from mockserver.schemas.locales import OURS as OURS
    from mockserver.schemas.locales import Locale as Locale
    from mockserver.schemas.locales import LocaleError as LocaleError
    from mockserver.schemas.providers import PROVIDERS as PROVIDERS
    from mockserver.schemas.refusals import Refusal as Refusal
    from mockserver.schemas.refusals import accepts as accepts
    from mockserver.schemas.refusals import flaw as flaw
    from mockserver.schemas.refusals import refusal as refusal
    from mockserver.schemas.rng import Rng as Rng
    from mockserver.schemas.spelling import spell as spell
    from mockserver.schemas.words import TABLES as TABLES
    from mockserver.schemas.words import WORDS as WORDS
    from mockserver.schemas.words import paragraph as paragraph
    from mockserver.schemas.words import phrase as phrase
    from mockserver.schemas.words import sentence as sentence

_NAMES = {
    "bounds": "Budget",
    "errors": "OutOfWorkError SchemaError",
    "formats": "FORMATS",
    "generator": "generate",
    "hints": "provider_for",
    "locales": "OURS Locale LocaleError",
    "providers": "PROVIDERS",
    "refusals": "Refusal accepts flaw refusal",
    "rng": "Rng",
    "spelling": "spell",
    "words": "TABLES WORDS paragraph phrase sentence",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
