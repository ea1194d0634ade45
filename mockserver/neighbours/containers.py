"""Containers, in which code runs, and their files: those that a client makes, and those that
responses name.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from pydantic import Base64Bytes

from mockserver.api import Json
from mockserver.compose import EPOCH, digest
from mockserver.neighbours.files import StoredFile
from mockserver.neighbours.shelf import ShelfView

__all__ = [
    "Container",
    "ContainerFile",
    "containers_named",
    "copied_file",
    "made_file",
    "may_name_containers",
    "with_known",
]

_LEAST_SIZE = 512
_FOLDER = "/mnt/data"
_MINUTES = 20
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
"""A PNG of one pixel."""
_MADE_UP: Mapping[str, bytes] = {
    ".csv": b"name,value\nmockserver,1\n",
    ".json": b'{"made_up": true}\n',
    ".png": _PICTURE,
}
"""What files hold that only a response names, by the end of their names."""


@dataclass(frozen=True, slots=True)
class ContainerFile:
    """A file in a container. source: `user` or `assistant`."""

    id: str
    container_id: str
    path: str
    source: str
    created_at: int
    content: Base64Bytes = field(repr=False)

    def body(self) -> Json:
        """The file as the API shows it."""
        return {
            "id": self.id,
            "object": "container.file",
            "bytes": len(self.content),
            "container_id": self.container_id,
            "created_at": self.created_at,
            "path": self.path,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Container:
    """A container. files: by their ids. wanted_files: ids of files to copy into it."""

    id: str
    name: str
    created_at: int
    expires_after: Json = field(
        default_factory=lambda: {"anchor": "last_active_at", "minutes": _MINUTES}
    )
    memory_limit: str = "1g"
    network_policy: Json = field(default_factory=lambda: {"type": "disabled"})
    files: Mapping[str, ContainerFile] = field(default_factory=dict)
    wanted_files: Sequence[str] = ()

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return _LEAST_SIZE + sum(_LEAST_SIZE + len(each.content) for each in self.files.values())

    def body(self) -> Json:
        """The container as the API shows it."""
        return {
            "id": self.id,
            "object": "container",
            "created_at": self.created_at,
            "status": "running",
            "expires_after": self.expires_after,
            "last_active_at": self.created_at,
            "memory_limit": self.memory_limit,
            "name": self.name,
            "network_policy": self.network_policy,
        }

    def including(self, *files: ContainerFile) -> "Container":
        """The container with these files too."""
        return replace(self, files={**self.files, **{each.id: each for each in files}})

    def without(self, file_id: str) -> "Container":
        """The container without a file."""
        return replace(
            self, files={key: each for key, each in self.files.items() if key != file_id}
        )


def copied_file(container_id: str, file: StoredFile, file_id: str) -> ContainerFile:
    """A file of the account, copied into a container."""
    path = f"{_FOLDER}/{file.filename}"
    return ContainerFile(file_id, container_id, path, "user", file.created_at, file.content)


def made_file(container_id: str, file_id: str, filename: str, content: bytes) -> ContainerFile:
    """A file that a client puts into a container."""
    path = f"{_FOLDER}/{filename}"
    return ContainerFile(file_id, container_id, path, "user", EPOCH, content)


def containers_named(response: Json) -> tuple[Container, ...]:
    """The containers that the output of a Response names, each with the files that it cites."""
    found: dict[str, Container] = {}
    for item in response["output"]:
        if item["type"] == "code_interpreter_call" and item.get("container_id"):
            found.setdefault(item["container_id"], _named(item["container_id"], response))
        for cited in _citations(item):
            container_id = cited["container_id"]
            container = found.get(container_id) or _named(container_id, response)
            file = _cited_file(cited, container.created_at)
            found[container_id] = container.including(file)
    return tuple(found.values())


def may_name_containers(reply: Json) -> bool:
    """Whether the output of a reply may name containers: told without composing it."""
    return any(map(_may_name, reply.get("output") or ()))


def _may_name(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    content = item.get("content")
    cites = isinstance(content, list) and any(
        isinstance(part, dict) and part.get("annotations") for part in content
    )
    return cites or item.get("type") == "code_interpreter_call"


def with_known(named: Container, shelf: ShelfView) -> Container:
    """A container that a response names, with what is known of it already."""
    known = shelf.get(Container, named.id)
    if known is not None:
        fresh = [each for key, each in named.files.items() if key not in known.files]
        return known.including(*fresh)
    copies = []
    for file_id in named.wanted_files:
        file = shelf.get(StoredFile, file_id)
        if file is not None:
            copies.append(copied_file(named.id, file, _copy_id(named.id, file_id)))
    return replace(named.including(*copies), wanted_files=())


def _named(container_id: str, response: Json) -> Container:
    tools = (tool for tool in response["tools"] if tool["type"] == "code_interpreter")
    tool: Json = next(tools, {})
    container = tool.get("container")
    asked: Json = container if isinstance(container, dict) else {}
    return Container(
        container_id,
        "auto",
        response["created_at"],
        memory_limit=asked.get("memory_limit") or "1g",
        wanted_files=tuple(asked.get("file_ids") or ()),
    )


def _citations(item: Json) -> Iterator[Json]:
    if item["type"] != "message":
        return
    for part in item["content"]:
        for annotation in part.get("annotations") or ():
            if annotation.get("type") == "container_file_citation":
                yield annotation


def _cited_file(cited: Json, created_at: int) -> ContainerFile:
    """A file that a message cites; what it holds is made up."""
    name = cited["filename"]
    content = _MADE_UP.get(PurePosixPath(name).suffix.lower())
    if content is None:
        content = f"mockserver made up what {name} holds.\n".encode()
    return ContainerFile(
        cited["file_id"],
        cited["container_id"],
        f"{_FOLDER}/{name}",
        "assistant",
        created_at,
        content,
    )


def _copy_id(container_id: str, file_id: str) -> str:
    return f"cfile_{EPOCH:08x}{digest(container_id, file_id).hex()[:24]}"
