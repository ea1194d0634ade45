"""The errors of what responses refer to: files, uploads, vector stores, containers, embeddings.

Where nothing says how the API words one, it is worded as its neighbours are.
"""

from collections.abc import Mapping
from types import MappingProxyType

from mockserver.api.error_row import ErrorKind

__all__ = ["NEIGHBOUR_ERRORS"]

NEIGHBOUR_ERRORS: Mapping[str, ErrorKind] = MappingProxyType(
    {
        # The body of an upload.
        "invalid_form": ErrorKind(
            400, "Invalid body: failed to parse multipart form value. {detail}", "invalid_form"
        ),
        # Files. https://github.com/danny-avila/LibreChat/issues/2632
        "file_not_found": ErrorKind(404, "No such File object: {id}", param="id"),
        # https://community.openai.com/t/1357013
        "file_not_downloadable": ErrorKind(
            400, "Not allowed to download files of purpose: {purpose}"
        ),
        "input_file_not_found": ErrorKind(
            404, "File with id '{id}' not found.", "file_not_found", "input"
        ),
        # Uploads.
        "upload_not_found": ErrorKind(404, "Upload with id '{id}' not found.", param="upload_id"),
        "upload_part_not_found": ErrorKind(
            400, "Part with id '{id}' not found in upload '{upload}'.", param="part_ids"
        ),
        "upload_not_pending": ErrorKind(400, "Upload '{id}' is already {status}."),
        "upload_wrong_size": ErrorKind(
            400, "The parts hold {got} bytes, but the upload was created for {wanted} bytes."
        ),
        "upload_wrong_checksum": ErrorKind(
            400, "The md5 of the parts is '{got}', but '{wanted}' was expected.", param="md5"
        ),
        # Vector stores. https://github.com/openai/openai-node/issues/807 and
        # https://github.com/mkdev-me/terraform-provider-openai/issues/35
        "vector_store_not_found": ErrorKind(
            404, "No vector store found with id '{id}'.", param="vector_store_id"
        ),
        "attached_file_not_found": ErrorKind(404, "No file found with id '{id}'.", param="file_id"),
        "vector_store_file_not_found": ErrorKind(
            404, "No file found with id '{id}' in vector store '{store}'.", param="file_id"
        ),
        "vector_store_batch_not_found": ErrorKind(
            404, "No file batch found with id '{id}' in vector store '{store}'.", param="batch_id"
        ),
        "chunk_overlap_exceeded": ErrorKind(
            400,
            "Invalid 'chunk_overlap_tokens': it must not exceed half of 'max_chunk_size_tokens'.",
            "invalid_value",
        ),
        # What `file_search` says of it, several ids in one list.
        "searched_store_not_found": ErrorKind(
            404, "Vector store with id ['{id}'] not found.", param="tools"
        ),
        # Containers.
        "container_not_found": ErrorKind(404, "Container with id '{id}' not found."),
        "container_file_not_found": ErrorKind(
            404, "File with id '{id}' not found in container '{container}'."
        ),
        # Embeddings.
        "invalid_embedding_input": ErrorKind(
            400,
            "'$.input' is invalid. Please check the API reference: "
            "https://platform.openai.com/docs/api-reference.",
        ),
        "embedding_context_exceeded": ErrorKind(
            400,
            "This model's maximum context length is {limit} tokens, however you requested {got} "
            "tokens ({got} in your prompt; 0 for the completion). Please reduce your prompt; or "
            "completion length.",
        ),
        "embedding_tokens_exceeded": ErrorKind(
            400,
            "Requested {got} tokens, max {limit} tokens per request",
            "max_tokens_per_request",
            type="max_tokens_per_request",
        ),
        "embedding_dimensions_exceeded": ErrorKind(
            400, "Invalid value for 'dimensions' = {got}. Must be less than or equal to {limit}."
        ),
        "embedding_dimensions_fixed": ErrorKind(
            400, "This model does not support specifying dimensions."
        ),
    }
)
