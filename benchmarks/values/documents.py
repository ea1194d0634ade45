"""The documents: a leaf is `TYPE RULE -- DESCRIPTION`, a mapping an object, a list an array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_TYPES = {"str": "string", "int": "integer", "num": "number", "bool": "boolean"}


@dataclass(frozen=True)
class Document:
    """One document: `leaves` are rules by the path that leads to them."""

    name: str
    schema: dict[str, Any]
    leaves: dict[tuple[str, ...], str]
    relations: tuple[str, ...]


def read_documents(folder: Path = FOLDER) -> list[Document]:
    """All documents, in the order of their files."""
    found = []
    for file in sorted(folder.glob("*.yaml")):
        if file.name == "vocabularies.yaml":
            continue
        for name, body in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            title = body.get("title", "")
            schema = (
                {"title": title, **_schema(body["leaves"])} if title else _schema(body["leaves"])
            )
            leaves = dict(_leaves(body["leaves"]))
            found.append(
                Document(f"{file.stem}/{name}", schema, leaves, tuple(body.get("relations", ())))
            )
    return found


def _schema(part: Any) -> dict[str, Any]:
    if isinstance(part, list):
        return {"type": "array", "items": _schema(part[0]), "minItems": 1, "maxItems": 3}
    if isinstance(part, dict):
        properties = {name: _schema(each) for name, each in part.items()}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    text, _, description = part.partition(" -- ")
    schema: dict[str, Any] = {"type": _TYPES[text.split()[0]]}
    if description:
        schema["description"] = description
    return schema


def _leaves(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(part, list):
        yield from _leaves(part[0], (*path, "[]"))
    elif isinstance(part, dict):
        for name, each in part.items():
            yield from _leaves(each, (*path, name))
    else:
        yield path, part.partition(" -- ")[0].partition(" ")[2].strip()
