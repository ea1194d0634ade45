"""Examples of files, uploads, vector stores and containers, by kind and id."""

from collections.abc import Mapping
from typing import Any

from mockserver.compose import EPOCH
from mockserver.neighbours import (
    Attachment,
    Container,
    FileBatch,
    Kept,
    StoredFile,
    Upload,
    VectorStore,
    made_file,
)

__all__ = ["example_thing", "is_about_things"]

_ROOTS = ("/files", "/uploads", "/vector_stores", "/containers")
_NAME = "example.txt"
_CONTENT = b"Hello\n"
_ID = "file-example"


class _AnyPart(dict[str, bytes]):
    """The parts of an upload, of which each that is asked for is there, and empty."""

    def __contains__(self, part_id: object) -> bool:
        return True

    def __missing__(self, part_id: str) -> bytes:
        return b""


def is_about_things(path: str) -> bool:
    """Whether a path, without prefixes, names or lists what examples are made of here."""
    return path.startswith(_ROOTS)


def example_thing(kind: type[Any], some_id: str, names: Mapping[str, str]) -> Kept | None:
    """An example of a thing of this kind and id.

    names: what the path names: what stands in it is there as well.
    """
    file_id = names.get("file_id", _ID)
    if kind is StoredFile:
        return StoredFile(some_id, _NAME, "fine-tune", _CONTENT, EPOCH)
    if kind is Upload:
        return Upload(some_id, _NAME, "fine-tune", 0, EPOCH, parts=_AnyPart())
    if kind is VectorStore:
        file = StoredFile(file_id, _NAME, "fine-tune", _CONTENT, EPOCH)
        attachment = Attachment.of(file, some_id, created_at=EPOCH)
        batch = FileBatch(names.get("batch_id", "vsfb_example"), (file_id,), EPOCH)
        return VectorStore(some_id, "example", EPOCH).including(attachment, batch=batch)
    if kind is Container:
        file_in_it = made_file(some_id, names.get("file_id", "cfile_example"), _NAME, _CONTENT)
        return Container(some_id, "example", EPOCH).including(file_in_it)
    return None
