"""What the item types need to make up a hosted tool's work. The room above supplies it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.api.token_table import TokenCosts
from mockserver.api.tools import family

__all__ = ["HostedTool", "Making", "Offer", "RandomNumbers", "WorkMaker", "slug"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool that may be called.

    namespace: the one that it is called in. loaded: False until a search brings it in. brought:
    whether the input brought it in.
    """

    tool: Json
    namespace: str | None = None
    loaded: bool = True
    brought: bool = False

    @property
    def kind(self) -> str:
        """Its type; dated and preview names of a hosted tool stand for the same tool."""
        return family(self.tool["type"])

    @property
    def name(self) -> str | None:
        """What a function or custom tool is called by."""
        name: str | None = self.tool.get("name")
        return name


class RandomNumbers(Protocol):
    """Numbers that are the same for the same request."""

    def unit(self) -> float: ...

    def bits(self) -> int: ...

    def choice(self, options: Sequence[T], /) -> T: ...


class Making(Protocol):
    """A reply in the making."""

    @property
    def request(self) -> CreateRequest: ...

    @property
    def query(self) -> str:
        """What the user asks for, on one line; never empty."""

    def rng(self, use: str) -> RandomNumbers:
        """Random numbers for one use."""

    def name(self, prefix: str, size: int, label: object) -> str:
        """A name for something outside the response, such as a file."""

    def container(self) -> str:
        """The id of a container."""

    def word(self, rng: Any) -> str: ...

    def sentence(self, rng: Any) -> str: ...

    def paragraph(self, rng: Any) -> str: ...

    def search(self, tool: Json) -> list[Json] | None:
        """What the vector stores that a tool names hold about the query; None where none of them is
        there.
        """

    def message(self, said: str | None = None, annotations: Sequence[Json] = ()) -> Json:
        """A message that says this, or anything; a document where `text.format` asks for one."""

    def arguments(self, schema: Json | None, name: str) -> Any:
        """Arguments that are valid under the schema of a function."""

    def custom_input(self, tool: Json) -> str:
        """A text that a custom tool takes."""

    def echo(self, tool: Json) -> Json:
        """A tool as the API repeats it."""

    def best(self, offers: Sequence[Offer], text: str) -> Offer | None:
        """The tool that a text speaks of, else the first."""

    def related(self, offers: Sequence[Offer], text: str) -> list[Offer]:
        """The tools that a text speaks of, else all."""


WorkMaker: TypeAlias = Callable[[Making, Offer, Sequence[Offer]], list[Json]]
"""Makes the items of one tool's work: from the tool that was picked, and all tools that may be
called.
"""


@dataclass(frozen=True, slots=True)
class HostedTool:
    """A tool that the service knows by its type.

    type: the type without a date or `preview`.
    tokens: what declaring it adds to the prompt. Rough: the service does not publish them.
    make: makes up its work.
    echo: completes a tool without nulls to what the API repeats of it, and masks secrets.
    called_by: types of the items that show that it has been called, if not its own and `_call`.
    """

    type: str
    tokens: int | Callable[[TokenCosts], int]
    make: WorkMaker
    called_by: Sequence[str] = ()
    echo: Callable[[Json], Json] = dict

    def calls(self) -> frozenset[str]:
        """The types of the items that show that it has been called."""
        return frozenset(self.called_by or (f"{self.type}_call",))


def slug(text: str, limit: int = 40) -> str:
    """A text as a part of a URL or a file name."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words)[:limit].strip("-") or "page"
