"""JSON Schema ─▶ value: `generate(schema, seed)`. README.md in this folder tells more.

`refusal(schema, value)` says why a schema refuses a value that somebody else made, `accepts` only
whether it takes it.

A library of its own: it imports nothing of mockserver, and of others jsonschema-rs alone (when a
value is judged). Beside these two it offers what texts are made of elsewhere too: numbers from a
seed, a budget of work, texts for regular expressions, plain English, and believable strings by name
and by format.
"""

from mockserver.schemas.budget import Budget
from mockserver.schemas.errors import OutOfWorkError, SchemaError
from mockserver.schemas.formats import FORMATS
from mockserver.schemas.generator import generate
from mockserver.schemas.hints import provider_for
from mockserver.schemas.locales import OURS, Locale, LocaleError
from mockserver.schemas.providers import PROVIDERS
from mockserver.schemas.refusal import Refusal, accepts, flaw, refusal
from mockserver.schemas.rng import Rng
from mockserver.schemas.spelling import spell
from mockserver.schemas.words import TABLES, WORDS, paragraph, phrase, sentence

__all__ = [
    "FORMATS",
    "OURS",
    "PROVIDERS",
    "TABLES",
    "WORDS",
    "Budget",
    "Locale",
    "LocaleError",
    "OutOfWorkError",
    "Refusal",
    "Rng",
    "SchemaError",
    "accepts",
    "flaw",
    "generate",
    "paragraph",
    "phrase",
    "provider_for",
    "refusal",
    "sentence",
    "spell",
]
