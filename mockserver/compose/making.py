"""What a made-up reply is made with: the request, its words, and values that fit schemas.

What makes values is imported where a request asks for some: most replies are a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from mockserver.api.errors import ApiError, api_error, own_error
from mockserver.api.items.making import Offer
from mockserver.api.json import Json, compact
from mockserver.api.requests import CreateRequest
from mockserver.compose.echo import echo_tool
from mockserver.compose.identity import digest, letters
from mockserver.compose.offered_tools import best_offer, related_offers
from mockserver.schemas import WORDS, Rng, paragraph, phrase, sentence

if TYPE_CHECKING:
    from mockserver.schemas import Locale

__all__ = ["FileSearch", "ReplyMaking", "fitting"]

FileSearch: TypeAlias = Callable[[Json, list[str]], list[Json] | None]
"""Finds what the vector stores that a `file_search` tool names hold about queries; None where none
of them is there.
"""

_LONGEST_QUERY = 200
_QUERY_NAMES = ("query", "q", "question", "search_query", "search")


@dataclass(frozen=True, slots=True)
class ReplyMaking:
    """A reply in the making. The same key gives the same reply, where the same files are there."""

    request: CreateRequest
    key: bytes
    files: FileSearch | None = None
    locale: Locale | None = None

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

    def container(self) -> str:
        """The id of a container."""
        return f"cntr_{digest(self.key, 'container', size=24).hex()}"

    def word(self, rng: Rng) -> str:
        """A word."""
        return rng.choice(WORDS)

    def sentence(self, rng: Rng) -> str:
        """A sentence."""
        return sentence(rng)

    def paragraph(self, rng: Rng) -> str:
        """A few sentences."""
        return paragraph(rng)

    def echo(self, tool: Json) -> Json:
        """A tool as the API repeats it."""
        return echo_tool(tool)

    def best(self, offers: Sequence[Offer], text: str) -> Offer | None:
        """The tool that a text speaks of, else the first."""
        return best_offer(offers, text)

    def related(self, offers: Sequence[Offer], text: str) -> list[Offer]:
        """The tools that a text speaks of, else all."""
        return related_offers(offers, text)

    @property
    def query(self) -> str:
        """What the user asks for, on one line; never empty."""
        asked = " ".join(self.request.input_text.split())[:_LONGEST_QUERY].strip()
        return asked or phrase(self.rng("query"))

    def search(self, tool: Json) -> list[Json] | None:
        """What the vector stores that a tool names hold about the query; None where none of them is
        there.
        """
        return None if self.files is None else self.files(tool, [self.query])

    def text(self) -> str:
        """What the model says: a document that fits `text.format`, or a few sentences."""
        wanted = self.request.text_format
        if wanted.get("type") == "json_schema":
            return compact(self._fitting_format(wanted["schema"], wanted["name"])).decode()
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
        from mockserver.schemas import accepts, flaw

        schema = schema or {"type": "object", "properties": {}}
        broken = flaw(schema)
        if broken is not None:
            raise self._broken_parameters(name, broken)
        made = fitting(schema, self.seed, f"tool '{name}'", self.locale)
        properties = schema.get("properties")
        if isinstance(made, dict) and isinstance(properties, dict):
            wanted = [
                key for key in _QUERY_NAMES if key in made and _is_plain_text(properties.get(key))
            ]
            # Other parts of the schema may speak of them too.
            asked = {**made, **dict.fromkeys(wanted, self.query)}
            if wanted and accepts(schema, asked):
                return asked
        return made

    def _fitting_format(self, schema: Any, name: str) -> Any:
        from mockserver.schemas import flaw

        broken = flaw(schema)
        if broken is not None:
            raise api_error("invalid_json_schema", name=name, detail=_as_the_api_says(broken))
        return fitting(schema, self.seed, f"text.format '{name}'", self.locale)

    def _broken_parameters(self, name: str, broken: str) -> ApiError:
        """The API's error for the parameters of a function that are no schema."""
        names = [tool.get("name") for tool in self.request.tools]
        place = f"tools[{names.index(name)}].parameters" if name in names else "tools"
        detail = _as_the_api_says(broken)
        return api_error("invalid_function_parameters", param=place, name=name, detail=detail)

    def custom_input(self, tool: Json) -> str:
        """What a custom tool gets: what the user asks for, or a text of its grammar as far as that
        is understood.
        """
        wanted = tool.get("format") or {}
        if wanted.get("type") != "grammar":
            return self.query
        rng = self.rng("grammar")
        definition = wanted["definition"]
        if wanted["syntax"] == "regex":
            from mockserver.schemas import spell

            written = spell(f"^(?:{definition})$", rng)
            return self.query if written is None else written
        from mockserver.compose.grammar import GrammarError, derive

        try:
            return derive(definition, rng)
        except GrammarError:
            return self.query


def _as_the_api_says(broken: str) -> str:
    """Why a schema is none, in the words of Python's jsonschema, which the API repeats: "'foo' is
    not valid under any of the given schemas".
    """
    told = re.sub(r" listed in the 'anyOf' keyword$", "", broken)
    told = told.replace("under any of the schemas", "under any of the given schemas")
    told = told.replace("is not of types ", "is not of type ").replace('"', "'")
    return re.sub(r"^(true|false|null)\b", lambda word: _IN_PYTHON[word[1]], told)


_IN_PYTHON = {"true": "True", "false": "False", "null": "None"}


def fitting(schema: Any, seed: int, where: str, locale: Locale | None = None) -> Any:
    """A value that a schema accepts. Raises ApiError 422 when none is found; SDKs do not retry
    it.
    """
    from mockserver.schemas import SchemaError, generate

    try:
        return generate(schema, seed, locale=locale)
    except SchemaError as error:
        said = (
            f"mockserver: no value can be made up for the schema of {where}: {error} Do: "
            "script a reply, or mend it."
        )
        raise own_error(422, said, "mockserver_schema_error") from error


def _is_plain_text(schema: Any) -> bool:
    """Whether any text will do."""
    return (
        isinstance(schema, dict)
        and schema.get("type") == "string"
        and not schema.keys() - _DESCRIBING
    )


_DESCRIBING = {"type", "description", "title", "default", "examples"}
