"""JSON Schema ─▶ value: `generate(schema, seed)`. README.md in this folder tells more.

A library of its own: it imports nothing of mockserver, and of others jsonschema-rs alone (when a
value is judged). Beside `generate` and its error it offers what it is made of and others make texts
with: numbers from a seed, texts for regular expressions, plain English.
"""

from mockserver.schemas.errors import SchemaError
from mockserver.schemas.generate import generate
from mockserver.schemas.rng import Rng
from mockserver.schemas.spell import spell
from mockserver.schemas.words import WORDS, paragraph, phrase, sentence

__all__ = ["WORDS", "Rng", "SchemaError", "generate", "paragraph", "phrase", "sentence", "spell"]
