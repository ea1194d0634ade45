"""The parameters of the routes of what responses refer to."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.parameters import Metadata
from mockserver.api.tools import FileIds, MemoryLimit, NetworkPolicy, SearchFilter

__all__ = [
    "AttachBody",
    "BatchBody",
    "ContainerBody",
    "ContainerFileBody",
    "EmbeddingBody",
    "FileForm",
    "ModerationBody",
    "SearchBody",
    "StoreBody",
    "StoreUpdateBody",
    "UpdateAttachmentBody",
    "UploadBody",
    "UploadCompleteBody",
]

Purpose: TypeAlias = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
Attributes: TypeAlias = Annotated[
    dict[
        Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)] | float | bool
    ],
    Field(max_length=16),
]


class CreatedAnchor(TypedDict):
    anchor: Literal["created_at"]
    seconds: Annotated[int, Field(ge=3_600, le=2_592_000)]


class FileForm(TypedDict):
    """The fields of `POST /files` beside the file."""

    purpose: Purpose
    expires_after: NotRequired[CreatedAnchor]


class UploadBody(TypedDict):
    """`POST /uploads`."""

    bytes: Annotated[int, Field(ge=0)]
    filename: str
    mime_type: str
    purpose: Purpose
    expires_after: NotRequired[CreatedAnchor]


class UploadCompleteBody(TypedDict):
    """`POST /uploads/{id}/complete`."""

    part_ids: list[str]
    md5: NotRequired[str]


class StaticSizes(TypedDict):
    max_chunk_size_tokens: Annotated[int, Field(ge=100, le=4_096)]
    chunk_overlap_tokens: Annotated[int, Field(ge=0, le=2_048)]


class StaticChunking(TypedDict):
    type: Literal["static"]
    static: StaticSizes


class AutoChunking(TypedDict):
    type: Literal["auto"]


Chunking: TypeAlias = Annotated[AutoChunking | StaticChunking, Field(discriminator="type")]


class ActiveAnchor(TypedDict):
    anchor: Literal["last_active_at"]
    days: Annotated[int, Field(ge=1, le=365)]


class StoreBody(TypedDict):
    """`POST /vector_stores`; all of it may be left out."""

    chunking_strategy: NotRequired[Chunking]
    description: NotRequired[str]
    expires_after: NotRequired[ActiveAnchor]
    file_ids: NotRequired[Annotated[list[str], Field(max_length=500)]]
    metadata: NotRequired[Metadata]
    name: NotRequired[str]


class StoreUpdateBody(TypedDict):
    """`POST /vector_stores/{id}`."""

    expires_after: NotRequired[ActiveAnchor]
    metadata: NotRequired[Metadata]
    name: NotRequired[str]


class AttachBody(TypedDict):
    """`POST /vector_stores/{id}/files`."""

    file_id: str
    attributes: NotRequired[Attributes | None]
    chunking_strategy: NotRequired[Chunking | None]


class UpdateAttachmentBody(TypedDict):
    """`POST /vector_stores/{id}/files/{file_id}`."""

    attributes: NotRequired[Attributes]


class BatchBody(TypedDict):
    """`POST /vector_stores/{id}/file_batches`: the same for all of `file_ids`, or each of `files`
    for itself.
    """

    attributes: NotRequired[Attributes]
    chunking_strategy: NotRequired[Chunking]
    file_ids: NotRequired[Annotated[list[str], Field(min_length=1, max_length=2_000)]]
    files: NotRequired[Annotated[list[AttachBody], Field(min_length=1, max_length=2_000)]]


class StoreRankingOptions(TypedDict):
    ranker: NotRequired[str]
    score_threshold: NotRequired[Annotated[float, Field(ge=0, le=1)]]
    hybrid_search: NotRequired[dict[str, Any]]


class SearchBody(TypedDict):
    """`POST /vector_stores/{id}/search`."""

    query: str | list[str]
    filters: NotRequired[SearchFilter]
    max_num_results: NotRequired[Annotated[int, Field(ge=1, le=50)]]
    ranking_options: NotRequired[StoreRankingOptions]
    rewrite_query: NotRequired[bool]


class ActiveMinutes(TypedDict):
    anchor: Literal["last_active_at"]
    # https://github.com/unslothai/unsloth/pull/5466
    minutes: Annotated[int, Field(ge=1, le=20)]


class ContainerBody(TypedDict):
    """`POST /containers`."""

    name: str
    expires_after: NotRequired[ActiveMinutes]
    file_ids: NotRequired[FileIds]
    memory_limit: NotRequired[MemoryLimit]
    network_policy: NotRequired[NetworkPolicy]
    skills: NotRequired[list[dict[str, Any]]]


class ContainerFileBody(TypedDict):
    """`POST /containers/{id}/files` as JSON."""

    file_id: str


class EmbeddingBody(TypedDict):
    """`POST /embeddings`."""

    input: str | list[str] | list[int] | list[list[int]]
    model: str
    dimensions: NotRequired[Annotated[int, Field(ge=1)]]
    encoding_format: NotRequired[Literal["float", "base64"]]
    user: NotRequired[str]


class ModerationPart(TypedDict):
    type: Literal["text", "image_url"]
    text: NotRequired[str]
    image_url: NotRequired[dict[str, Any]]


class ModerationBody(TypedDict):
    """`POST /moderations`."""

    input: str | list[str] | list[ModerationPart]
    model: NotRequired[str]
