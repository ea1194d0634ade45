"""What a made-up reply is made with: the request, its words, and values that fit schemas."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.errors import own_error
from mockserver.api.json import Json, compact
from mockserver.api.requests import CreateRequest
from mockserver.compose.identity import digest, letters
from mockserver.schemas import Rng, SchemaError, generate, paragraph, phrase, sentence

__all__ = ["Making", "fitting", "slug"]

_LONGEST_QUERY = 200
_QUERY_NAMES = ("query", "q", "question", "search_query", "search")


@dataclass(frozen=True, slots=True)
class Making:
    """A reply in the making. The same key gives the same reply."""

    request: CreateRequest
    key: bytes

    @property
    def seed(self) -> int:
        """A seed for generators."""
        return int.from_bytes(self.key[:6], "big")

    def rng(self, use: str) -> Rng:
        """Random numbers for one use."""
        return Rng(self.key.hex(), use)

    def name(self, prefix: str, size: int, label: object) -> str:
        """A name for something outside the response, such as a file: prefix and `size` letters and
        digits.
        """
        return prefix + letters(digest(self.key, prefix, label, size=size))

    @property
    def query(self) -> str:
        """What the user asks for, on one line; never empty."""
        asked = " ".join(self.request.input_text.split())[:_LONGEST_QUERY].strip()
        return asked or phrase(self.rng("query"))

    def text(self) -> str:
        """What the model says: a document that fits `text.format`, or a few sentences."""
        wanted = self.request.text_format
        if wanted.get("type") == "json_schema":
            return compact(
                fitting(wanted["schema"], self.seed, f"text.format '{wanted['name']}'")
            ).decode()
        if wanted.get("type") == "json_object":
            return compact({"answer": sentence(self.rng("sentence"))}).decode()
        return paragraph(self.rng("paragraph"))

    def message(self, said: str | None = None, annotations: Sequence[Json] = ()) -> Json:
        """A message that says this, or anything; a document where `text.format` asks for one."""
        if said is None or self.request.text_format.get("type", "text") != "text":
            return {"type": "message", "content": self.text()}
        return {"type": "message", "content": [{"text": said, "annotations": [*annotations]}]}

    def arguments(self, schema: Json | None, name: str) -> Any:
        """Arguments that are valid under the schema of a function; what the user asks for where it
        wants a query.
        """
        made = fitting(schema or {"type": "object", "properties": {}}, self.seed, f"tool '{name}'")
        properties = (schema or {}).get("properties")
        if isinstance(made, dict) and isinstance(properties, dict):
            for key in _QUERY_NAMES:
                if key in made and _is_plain_text(properties.get(key)):
                    made[key] = self.query
        return made


def fitting(schema: Any, seed: int, where: str) -> Any:
    """A value that a schema accepts. Raises ApiError 422 when none is found; SDKs do not retry
    it.
    """
    try:
        return generate(schema, seed)
    except SchemaError as error:
        said = (
            f"mockserver: no value can be made up for the schema of {where}: {error} Do: "
            "script a reply, or mend it."
        )
        raise own_error(422, said, "mockserver_schema_error") from error


def slug(text: str, limit: int = 40) -> str:
    """A text as a part of a URL or a file name."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words)[:limit].strip("-") or "page"


def _is_plain_text(schema: Any) -> bool:
    """Whether any text will do."""
    return (
        isinstance(schema, dict)
        and schema.get("type") == "string"
        and not schema.keys() - _DESCRIBING
    )


_DESCRIBING = {"type", "description", "title", "default", "examples"}
