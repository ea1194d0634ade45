"""Files that other tools wrote, one module a format: each turns its file into the plain values that
VCR v1 has for interactions, which `read` understands.

`foreign_interactions` reads a document of JSON that is no cassette, `dump_interaction` a text that
is neither YAML nor JSON. What is known and not read is named in `unread`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver.cassettes.formats import har, node_recorder, sse_dump, unread
from mockserver.cassettes.vcr import Malformed
from mockserver.errors import CassetteError


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """A format of JSON documents.

    entries: the list of its exchanges, None where the document is of another format. exchange: one
    of them as VCR v1 has it, None for one that no client of this API made; raises Malformed.
    """

    name: str
    entries: Callable[[Any], list[Any] | None]
    exchange: Callable[[Any], dict[str, Any] | None]


FORMATS = (
    ForeignFormat("a HAR file", har.entries, har.exchange),
    ForeignFormat(
        "a recording of a Node LLM recorder", node_recorder.entries, node_recorder.exchange
    ),
)


def foreign_interactions(path: str | Path, document: Any) -> Iterator[dict[str, Any]] | None:
    """The exchanges of a document, where it is of one of the formats; None where it is of none.

    Raises CassetteError when it is of a format that is known and not read.
    """
    for each in FORMATS:
        entries = each.entries(document)
        if entries is not None:
            return _exchanges(path, each, entries)
    found = unread.find(document)
    if found is not None:
        raise CassetteError(
            path, f"it is {found.name}", next_step=found.next_step.format(path=path)
        )
    return None


def _exchanges(path: str | Path, of: ForeignFormat, entries: list[Any]) -> Iterator[dict[str, Any]]:
    is_empty = True
    for number, entry in enumerate(entries, 1):
        try:
            found = of.exchange(entry)
        except Malformed as error:
            raise CassetteError(
                path,
                f"{of.name}: {error}",
                where=f"entry {number}",
                next_step=error.next_step or "Record it again.",
            ) from error
        if found is not None:
            is_empty = False
            yield found
    if is_empty:
        raise CassetteError(
            path,
            f"{of.name} in which no request to this API was kept",
            next_step="Record while the application calls /v1/responses.",
        )


def is_dump(head: bytes) -> bool:
    """Whether a text begins as the output of curl does, with or without its headers."""
    return sse_dump.is_dump(head)


def dump_response(path: str | Path, text: bytes) -> dict[str, Any]:
    """The response that was dumped, as VCR v1 has it. Raises CassetteError."""
    try:
        return sse_dump.response(text)
    except Malformed as error:
        raise CassetteError(path, str(error), next_step=error.next_step) from error
