"""Vector stores: the files that are attached to them, and searching these.

A file is ready as soon as it is attached. What can be searched of it is its text, where it is
UTF-8; of a document in another format its name alone is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from mockserver.api import Json, api_error
from mockserver.neighbours.files import StoredFile
from mockserver.neighbours.search import Chunk, best_chunks, chunks, fits

__all__ = ["AUTO_CHUNKING", "Attachment", "FileBatch", "VectorStore"]

_LEAST_SIZE = 512
_DAY = 86_400
_DOCUMENTS = (".pdf", ".doc", ".docx", ".pptx")
AUTO_CHUNKING: Json = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}
"""How files are cut into pieces unless a request says so."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a vector store.

    error: why it cannot be searched, as code and message.
    """

    file: StoredFile
    store_id: str
    created_at: int
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    chunking: Json = field(default_factory=lambda: AUTO_CHUNKING)
    text: str = field(default="", repr=False)
    error: tuple[str, str] | None = None

    @classmethod
    def of(
        cls,
        file: StoredFile,
        store_id: str,
        *,
        created_at: int,
        attributes: Mapping[str, str | float | bool] | None = None,
        chunking: Json | None = None,
    ) -> "Attachment":
        """A file, read as a vector store reads it. Raises ApiError 400 for pieces that overlap too
        much.
        """
        if chunking is None or chunking["type"] == "auto":
            chunking = AUTO_CHUNKING
        sizes = chunking["static"]
        if 2 * sizes["chunk_overlap_tokens"] > sizes["max_chunk_size_tokens"]:
            raise api_error("chunk_overlap_exceeded", param="chunking_strategy")
        text, error = _read(file)
        return cls(file, store_id, created_at, attributes or {}, chunking, text, error)

    @property
    def status(self) -> str:
        """`completed` or `failed`."""
        return "completed" if self.error is None else "failed"

    def body(self) -> Json:
        """The attached file as the API shows it."""
        code, message = self.error or ("", "")
        return {
            "id": self.file.id,
            "object": "vector_store.file",
            "usage_bytes": len(self.text.encode()),
            "created_at": self.created_at,
            "vector_store_id": self.store_id,
            "status": self.status,
            "last_error": {"code": code, "message": message} if self.error else None,
            "chunking_strategy": self.chunking,
            "attributes": dict(self.attributes),
        }

    def with_attributes(self, attributes: Mapping[str, str | float | bool]) -> "Attachment":
        """The same with other attributes."""
        return replace(self, attributes=attributes)

    def pieces(self) -> Iterator[str]:
        """The pieces that its text is cut into."""
        sizes = self.chunking["static"]
        return chunks(self.text, sizes["max_chunk_size_tokens"], sizes["chunk_overlap_tokens"])


@dataclass(frozen=True, slots=True)
class FileBatch:
    """Files that were attached at once."""

    id: str
    file_ids: Sequence[str]
    created_at: int


@dataclass(frozen=True, slots=True)
class VectorStore:
    """A collection of files to search. attachments: its files by their ids."""

    id: str
    name: str
    created_at: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    expires_after: Json | None = None
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    batches: Mapping[str, FileBatch] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        attached = sum(_LEAST_SIZE + len(each.text) for each in self.attachments.values())
        return (
            _LEAST_SIZE + attached + sum(64 * len(each.file_ids) for each in self.batches.values())
        )

    @property
    def text_size(self) -> int:
        """How many letters a search reads."""
        return sum(len(each.text) for each in self.attachments.values())

    def body(self) -> Json:
        """The vector store as the API shows it."""
        body: Json = {
            "id": self.id,
            "object": "vector_store",
            "created_at": self.created_at,
            "name": self.name,
            "usage_bytes": sum(len(each.text.encode()) for each in self.attachments.values()),
            "file_counts": _counts(list(self.attachments.values())),
            "status": "completed",
            "expires_after": self.expires_after,
            "expires_at": None,
            "last_active_at": self.created_at,
            "metadata": dict(self.metadata),
        }
        if self.expires_after is not None:
            body["expires_at"] = self.created_at + self.expires_after["days"] * _DAY
        return body

    def batch_body(self, batch: FileBatch) -> Json:
        """A batch of its files as the API shows it."""
        held = [self.attachments[each] for each in batch.file_ids if each in self.attachments]
        return {
            "id": batch.id,
            "object": "vector_store.files_batch",
            "created_at": batch.created_at,
            "vector_store_id": self.id,
            "status": "completed",
            "file_counts": _counts(held),
        }

    def with_fields(self, fields: Json) -> "VectorStore":
        """The store with other values of `name`, `metadata` and `expires_after`."""
        return replace(self, **fields)

    def including(self, *attached: Attachment, batch: FileBatch | None = None) -> "VectorStore":
        """The store with these files too, and the batch that they came in."""
        added = {each.file.id: each for each in attached}
        batches = self.batches if batch is None else {**self.batches, batch.id: batch}
        return replace(self, attachments={**self.attachments, **added}, batches=batches)

    def without(self, file_id: str) -> "VectorStore":
        """The store without a file."""
        kept = {key: each for key, each in self.attachments.items() if key != file_id}
        return replace(self, attachments=kept)

    def search(
        self,
        queries: Sequence[str],
        *,
        most: int,
        filters: Json | None = None,
        threshold: float = 0.0,
    ) -> list[Chunk]:
        """The pieces of its files that share words with a query, best first; `source` is the
        attachment.
        """
        texts = (
            (piece, each)
            for each in self.attachments.values()
            if not filters or fits(each.attributes, filters)
            for piece in each.pieces()
        )
        return best_chunks(queries, texts, most=most, threshold=threshold)


def _counts(attached: Sequence[Attachment]) -> Json:
    failed = sum(each.error is not None for each in attached)
    return {
        "in_progress": 0,
        "completed": len(attached) - failed,
        "failed": failed,
        "cancelled": 0,
        "total": len(attached),
    }


def _read(file: StoredFile) -> tuple[str, tuple[str, str] | None]:
    """The text of a file, and why it has none."""
    if not file.content:
        return "", ("invalid_file", "The file could not be parsed because it is empty.")
    path = PurePosixPath(file.filename)
    if path.suffix.lower() in _DOCUMENTS:
        return path.stem.replace("-", " ").replace("_", " "), None
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return "", ("unsupported_file", "The file type is not supported.")
    return text, None
