"""`error`: an API error instead of a reply, spelled out or by its name in the API's catalogue.

error(429, code="rate_limit_exceeded", retry_after=0.01)
error.rate_limit()
error.context_length_exceeded(message="Too long.")
"""

from collections.abc import Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from mockserver.api.json import Json
from mockserver.errors import sentences
from mockserver.names import describe_unknown, strict_arguments, without_none
from mockserver.script.error_replies import BY_STATUS, NAMED_ERRORS
from mockserver.script.replies import Times


class ErrorFactory:
    """Makes an error; what is left out comes from the row of the catalogue that it is about."""

    def __init__(self, kind: str | None = None) -> None:
        self._kind = kind
        self._name = "error"

    def __set_name__(self, owner: type, name: str) -> None:
        row = NAMED_ERRORS[name]
        self._kind = self._kind or name
        self._name = f"error.{name}"
        self.__doc__ = f"{row.status} `{row.code}`: {row.message}"

    def __str__(self) -> str:
        return self._name

    @strict_arguments
    def __call__(
        self,
        status: int | None = None,
        *,
        kind: str | None = None,
        code: str | None = None,
        type: str | None = None,  # noqa: A002
        message: str | None = None,
        param: str | None = None,
        retry_after: float | EllipsisType | None = ...,
        headers: Mapping[str, str] | None = None,
        when: Mapping[str, Any] | None = None,
        times: Times | None = None,
        scenario: Mapping[str, str] | None = None,
        stream: Mapping[str, Any] | None = None,
    ) -> Json:
        """An error with this status. What is left out comes from the catalogue's row with that
        status and code.

        `retry_after` is in seconds, and may be below one; None sends no such header. When nothing
        is said, an error that SDKs retry asks them to do so at once, so that no test waits for
        their back-off.
        """
        about = without_none(
            kind=self._kind if kind is None else kind,
            status=status,
            code=code,
            type=type,
            message=message,
            param=param,
            headers=headers,
        )
        if not isinstance(retry_after, EllipsisType):
            about["retry_after"] = retry_after
        beside = without_none(when=when, times=times, scenario=scenario, stream=stream)
        return {"error": about, **beside}


class ErrorBuilder(ErrorFactory):
    """Called, it makes an error from a status; each row of the API's catalogue is an attribute
    besides.
    """

    # Limits and failures, which tests ask for most.

    rate_limit = ErrorFactory("rate_limit_tokens")
    """429 `rate_limit_exceeded`: too many tokens per minute. SDKs retry it."""
    rate_limit_requests = ErrorFactory()
    """429 `rate_limit_exceeded`: too many requests per minute. SDKs retry it."""
    insufficient_quota = ErrorFactory()
    """429 `insufficient_quota`: the account has no credit left. SDKs retry even this."""
    context_length_exceeded = ErrorFactory()
    """400 `context_length_exceeded`: the input is too long for the model."""
    server_error = ErrorFactory()
    """500 `server_error`. SDKs retry it."""
    overloaded = ErrorFactory("server_is_overloaded")
    """503 `server_is_overloaded`. SDKs retry it."""
    slow_down = ErrorFactory()
    """503 `slow_down`. SDKs retry it."""
    invalid_api_key = ErrorFactory()
    """401 `invalid_api_key`."""
    permission_denied = ErrorFactory()
    """403, no code."""
    model_not_found = ErrorFactory()
    """400 `model_not_found`: what the Responses API answers for an unknown model."""
    invalid_prompt = ErrorFactory()
    """400 `invalid_prompt`: the input was flagged."""
    previous_response_not_found = ErrorFactory()
    """400 `previous_response_not_found`."""

    # The other rows of the catalogue, and what people call some of them.

    invalid_json = ErrorFactory()
    body_too_large = ErrorFactory()
    missing_required_parameter = ErrorFactory()
    unknown_parameter = ErrorFactory()
    misspelt_parameter = ErrorFactory()
    moved_parameter = ErrorFactory()
    nothing_given = ErrorFactory()
    invalid_type = ErrorFactory()
    invalid_value = ErrorFactory()
    invalid_pattern = ErrorFactory()
    decimal_below_min_value = ErrorFactory()
    decimal_above_max_value = ErrorFactory()
    integer_below_min_value = ErrorFactory()
    integer_above_max_value = ErrorFactory()
    string_above_max_length = ErrorFactory()
    empty_string = ErrorFactory()
    array_above_max_length = ErrorFactory()
    empty_array = ErrorFactory()
    object_above_max_properties = ErrorFactory()
    property_name_above_max_length = ErrorFactory()
    mutually_exclusive_parameters = ErrorFactory()
    model_unknown = ErrorFactory()
    unsupported_sampling = ErrorFactory()
    unsupported_parameter = ErrorFactory()
    unsupported_combination = ErrorFactory()
    unsupported_logprobs = ErrorFactory()
    unsupported_retention = ErrorFactory()
    unsupported_summary = ErrorFactory()
    stream_options_without_stream = ErrorFactory()
    unsupported_value = ErrorFactory()
    invalid_id_prefix = ErrorFactory()
    invalid_id_characters = ErrorFactory()
    item_not_found = ErrorFactory()
    item_not_stored = ErrorFactory()
    response_not_found = ErrorFactory()
    conversation_not_found = ErrorFactory()
    conversation_item_not_found = ErrorFactory()
    conversation_locked = ErrorFactory()
    prompt_not_found = ErrorFactory()
    duplicate_item = ErrorFactory()
    no_tool_call = ErrorFactory()
    no_tool_output = ErrorFactory()
    no_approval_request = ErrorFactory()
    reasoning_without_following = ErrorFactory()
    item_without_reasoning = ErrorFactory()
    invalid_encrypted_content = ErrorFactory()
    invalid_function_parameters = ErrorFactory()
    invalid_json_schema = ErrorFactory()
    tool_choice_not_found = ErrorFactory()
    tool_choice_without_tools = ErrorFactory()
    json_word_missing = ErrorFactory()
    unsupported_file = ErrorFactory()
    invalid_file_data = ErrorFactory()
    not_streamable_background = ErrorFactory()
    not_streamable_stream = ErrorFactory()
    not_streamable_expired = ErrorFactory()
    cancel_synchronous = ErrorFactory()
    cancel_completed = ErrorFactory()
    cancel_failed = ErrorFactory()
    cancel_terminal = ErrorFactory()
    delete_in_flight = ErrorFactory()
    missing_api_key = ErrorFactory()
    unsupported_region = ErrorFactory()
    unknown_url = ErrorFactory()
    unknown_method = ErrorFactory()
    rate_limit_tokens = ErrorFactory()
    server_is_overloaded = ErrorFactory()
    invalid_event = ErrorFactory()
    invalid_stream_id = ErrorFactory()
    websocket_stream_limit_reached = ErrorFactory()
    websocket_connection_limit_reached = ErrorFactory()
    authentication = ErrorFactory()
    bad_request = ErrorFactory()
    conflict = ErrorFactory()
    forbidden = ErrorFactory()
    not_found = ErrorFactory()
    permission = ErrorFactory()
    timeout = ErrorFactory()
    unauthorized = ErrorFactory()

    # Of files, uploads, vector stores, containers and embeddings.

    invalid_form = ErrorFactory()
    file_not_found = ErrorFactory()
    file_not_downloadable = ErrorFactory()
    input_file_not_found = ErrorFactory()
    upload_not_found = ErrorFactory()
    upload_part_not_found = ErrorFactory()
    upload_not_pending = ErrorFactory()
    upload_wrong_size = ErrorFactory()
    upload_wrong_checksum = ErrorFactory()
    vector_store_not_found = ErrorFactory()
    attached_file_not_found = ErrorFactory()
    vector_store_file_not_found = ErrorFactory()
    vector_store_batch_not_found = ErrorFactory()
    chunk_overlap_exceeded = ErrorFactory()
    searched_store_not_found = ErrorFactory()
    container_not_found = ErrorFactory()
    container_file_not_found = ErrorFactory()
    invalid_embedding_input = ErrorFactory()
    embedding_context_exceeded = ErrorFactory()
    embedding_tokens_exceeded = ErrorFactory()
    embedding_dimensions_exceeded = ErrorFactory()
    embedding_dimensions_fixed = ErrorFactory()

    if not TYPE_CHECKING:  # type checkers know the names, and say so themselves

        def __getattr__(self, name: str) -> Any:
            __tracebackhide__ = True
            raise AttributeError(
                sentences(describe_unknown("error", name, NAMED_ERRORS), BY_STATUS)
            )


error = ErrorBuilder()
