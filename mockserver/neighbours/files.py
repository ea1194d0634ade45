"""Files, and uploads in parts, which become files."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import Base64Bytes

from mockserver.api import Json, api_error

__all__ = ["StoredFile", "Upload"]

_LEAST_SIZE = 512
"""About what a thing takes without its content."""
_UPLOAD_SECONDS = 3_600
_CLOSED = ("assistants", "user_data")
"""Purposes of files that can be used, but not downloaded."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file. created_at, expires_at: virtual Unix seconds."""

    id: str
    filename: str
    purpose: str
    content: Base64Bytes = field(repr=False)
    created_at: int
    expires_at: int | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return _LEAST_SIZE + len(self.content)

    def body(self) -> Json:
        """The file as the API shows it."""
        return {
            "object": "file",
            "id": self.id,
            "purpose": self.purpose,
            "filename": self.filename,
            "bytes": len(self.content),
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "status": "processed",
            "status_details": None,
        }

    def download(self) -> bytes:
        """Its content. Raises ApiError 400 where its purpose forbids that."""
        if self.purpose in _CLOSED:
            raise api_error("file_not_downloadable", purpose=self.purpose)
        return self.content


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way, in parts.

    total: how many bytes it will have. expires_after: seconds that the file will live.
    parts: what has come, by id. file_body: the file that it became.
    """

    id: str
    filename: str
    purpose: str
    total: int
    created_at: int
    expires_after: int | None = None
    status: str = "pending"
    parts: Mapping[str, Base64Bytes] = field(default_factory=dict, repr=False)
    file_body: Json | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return _LEAST_SIZE + sum(_LEAST_SIZE + len(part) for part in self.parts.values())

    def body(self) -> Json:
        """The upload as the API shows it."""
        return {
            "id": self.id,
            "object": "upload",
            "bytes": self.total,
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": self.status,
            "expires_at": self.created_at + _UPLOAD_SECONDS,
            "file": self.file_body,
        }

    def part_body(self, part_id: str) -> Json:
        """A part as the API shows it."""
        return {
            "id": part_id,
            "object": "upload.part",
            "created_at": self.created_at,
            "upload_id": self.id,
        }

    def with_part(self, part_id: str, data: bytes) -> "Upload":
        """The upload with one part more. Raises ApiError 400 when it has ended."""
        self._check_pending()
        return replace(self, parts={**self.parts, part_id: data})

    def cancelled(self) -> "Upload":
        """The upload, given up. Raises ApiError 400 when it has ended."""
        self._check_pending()
        return replace(self, status="cancelled", parts={})

    def completed(
        self, file_id: str, part_ids: Sequence[str], md5: str | None
    ) -> tuple["Upload", StoredFile]:
        """The upload, and the file that its parts make in this order.

        Raises ApiError 400 when it has ended, for a part that has not come, and where size or
        checksum are not as announced.
        """
        self._check_pending()
        for part_id in part_ids:
            if part_id not in self.parts:
                raise api_error("upload_part_not_found", id=part_id, upload=self.id)
        content = b"".join(self.parts[part_id] for part_id in part_ids)
        if len(content) != self.total:
            raise api_error("upload_wrong_size", got=len(content), wanted=self.total)
        checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if md5 is not None and md5.lower() != checksum:
            raise api_error("upload_wrong_checksum", got=checksum, wanted=md5)
        expires_at = None if self.expires_after is None else self.created_at + self.expires_after
        file = StoredFile(
            file_id, self.filename, self.purpose, content, self.created_at, expires_at
        )
        return replace(self, status="completed", parts={}, file_body=file.body()), file

    def _check_pending(self) -> None:
        if self.status != "pending":
            raise api_error("upload_not_pending", id=self.id, status=self.status)
