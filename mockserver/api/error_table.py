"""Every error that the API answers with: status, wording and codes. Data only.

Wording and codes follow what api.openai.com answers; see
https://platform.openai.com/docs/guides/error-codes.
"""

from collections.abc import Mapping
from types import MappingProxyType

from mockserver.api.error_row import FAILURE, INVALID_REQUEST, SIZE_ERRORS, ErrorKind
from mockserver.api.neighbour_errors import NEIGHBOUR_ERRORS

__all__ = ["CATALOGUE", "FAILURE", "INVALID_REQUEST", "ErrorKind"]

CATALOGUE: Mapping[str, ErrorKind] = MappingProxyType(
    {
        # The body as a whole.
        "invalid_json": ErrorKind(
            400, "Invalid body: failed to parse JSON value. {detail}", "invalid_json"
        ),
        "body_too_large": ErrorKind(
            413,
            "Request body too large: it has {got} bytes, the limit is {limit} bytes.",
            "request_too_large",
        ),
        # One parameter.
        "missing_required_parameter": ErrorKind(
            400, "Missing required parameter: '{param}'.", "missing_required_parameter"
        ),
        "unknown_parameter": ErrorKind(400, "Unknown parameter: '{param}'.", "unknown_parameter"),
        "misspelt_parameter": ErrorKind(
            400, "Unknown parameter: '{param}'. Did you mean {meant}?", "unknown_parameter"
        ),
        "moved_parameter": ErrorKind(
            400,
            "Unsupported parameter: '{name}'. In the Responses API, this parameter has moved to "
            "'{place}'. Try again with the new parameter. See the API documentation for more "
            "information: https://platform.openai.com/docs/api-reference/responses/create.",
            "unsupported_parameter",
        ),
        "nothing_given": ErrorKind(
            400,
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be "
            "provided.",
            "missing_required_parameter",
        ),
        "invalid_type": ErrorKind(
            400,
            "Invalid type for '{param}': expected {expected}, but got {got} instead.",
            "invalid_type",
        ),
        "invalid_value": ErrorKind(
            400, "Invalid value: '{got}'. Supported values are: {supported}.", "invalid_value"
        ),
        "invalid_pattern": ErrorKind(
            400,
            "Invalid '{param}': string does not match pattern. Expected a string that matches the "
            "pattern '{pattern}'.",
            "invalid_value",
        ),
        **SIZE_ERRORS,
        "property_name_above_max_length": ErrorKind(
            400,
            "Invalid property name in '{place}': '{name}' is too long. Expected a string with "
            "maximum length {limit}, but got a string with length {got} instead.",
            "property_name_above_max_length",
        ),
        "mutually_exclusive_parameters": ErrorKind(
            400,
            "Mutually exclusive parameters: '{place}'. Ensure you are only providing one of: "
            "{names}.",
            "mutually_exclusive_parameters",
        ),
        # The model and what it supports.
        "model_not_found": ErrorKind(
            400, "The requested model '{model}' does not exist.", "model_not_found", "model"
        ),
        "model_unknown": ErrorKind(
            404,
            "The model '{model}' does not exist or you do not have access to it.",
            "model_not_found",
            "model",
        ),
        "unsupported_sampling": ErrorKind(
            400, "Unsupported parameter: '{param}' is not supported with this model."
        ),
        "unsupported_parameter": ErrorKind(
            400,
            "Unsupported parameter: '{param}' is not supported with this model.",
            "unsupported_parameter",
        ),
        "unsupported_combination": ErrorKind(
            400,
            "Unsupported parameter: '{param}' is not supported {condition}.",
            "unsupported_parameter",
        ),
        "unsupported_summary": ErrorKind(
            400, "Unknown parameter: '{param}'.", "unknown_parameter", "reasoning.generate_summary"
        ),
        "unsupported_logprobs": ErrorKind(
            400, "logprobs are not supported with reasoning models.", "unsupported_parameter"
        ),
        "unsupported_retention": ErrorKind(
            400,
            "This model is compatible only with {supported} extended prompt caching",
            "invalid_parameter",
            "prompt_cache_retention",
        ),
        "stream_options_without_stream": ErrorKind(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        ),
        "unsupported_value": ErrorKind(
            400,
            "Unsupported value: '{got}' is not supported with the '{model}' model. Supported "
            "values are: {supported}.",
            "unsupported_value",
        ),
        # References to what the server keeps.
        "previous_response_not_found": ErrorKind(
            400,
            "Previous response with id '{id}' not found.",
            "previous_response_not_found",
            "previous_response_id",
        ),
        "invalid_id_prefix": ErrorKind(
            400,
            "Invalid '{param}': '{id}'. Expected an ID that begins with '{prefix}'.",
            "invalid_value",
        ),
        "invalid_id_characters": ErrorKind(
            400,
            "Invalid '{param}': '{id}'. Expected an ID that contains letters, numbers, "
            "underscores, or dashes, but this value contained additional characters.",
            "invalid_value",
        ),
        "item_not_found": ErrorKind(404, "Item with id '{id}' not found.", param="input"),
        "item_not_stored": ErrorKind(
            404,
            "Item with id '{id}' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input.",
            param="input",
        ),
        "response_not_found": ErrorKind(404, "Response with id '{id}' not found."),
        "conversation_not_found": ErrorKind(404, "Conversation with id '{id}' not found."),
        "conversation_item_not_found": ErrorKind(
            404, "Item with id '{id}' not found in conversation."
        ),
        "conversation_locked": ErrorKind(
            400,
            "Another process is currently operating on this conversation. Please retry in a few "
            "seconds.",
            "conversation_locked",
            "conversation",
        ),
        "prompt_not_found": ErrorKind(404, "Prompt with id '{id}' not found."),
        # The items of the resolved input, taken together.
        "duplicate_item": ErrorKind(
            400,
            "Duplicate item found with id {id}. Remove duplicate items from your input and try "
            "again.",
            param="input",
        ),
        "no_tool_call": ErrorKind(
            400, "No tool call found for {kind} with call_id {call_id}.", param="input"
        ),
        "no_tool_output": ErrorKind(
            400, "No tool output found for {kind} {call_id}.", param="input"
        ),
        "no_approval_request": ErrorKind(
            400,
            "No approval request found for approval response with approval_request_id {id}.",
            param="input",
        ),
        "reasoning_without_following": ErrorKind(
            400,
            "Item '{id}' of type 'reasoning' was provided without its required following item.",
            param="input",
        ),
        "item_without_reasoning": ErrorKind(
            400,
            "Item '{id}' of type '{kind}' was provided without its required 'reasoning' item: "
            "'{reasoning}'.",
            param="input",
        ),
        # https://github.com/openai/codex/issues/8145; the reason is told since 2026.
        "invalid_encrypted_content": ErrorKind(
            400,
            "The encrypted content {start}...{end} could not be verified. Reason: Encrypted "
            "content could not be decrypted or parsed.",
            "invalid_encrypted_content",
        ),
        # Tools, schemas, limits of the model, files.
        "invalid_function_parameters": ErrorKind(
            400, "Invalid schema for function '{name}': {detail}", "invalid_function_parameters"
        ),
        "invalid_json_schema": ErrorKind(
            400,
            "Invalid schema for response_format '{name}': {detail}",
            "invalid_json_schema",
            "text.format.schema",
        ),
        "tool_choice_not_found": ErrorKind(
            400, "Tool choice '{choice}' not found in 'tools' parameter.", param="tool_choice"
        ),
        "tool_choice_without_tools": ErrorKind(
            400,
            "Tool choice '{choice}' must be specified with 'tools' parameter.",
            param="tool_choice",
        ),
        "json_word_missing": ErrorKind(
            400,
            "Response input messages must contain the word 'json' in some form to use "
            "'text.format' of type 'json_object'.",
            param="input",
        ),
        "context_length_exceeded": ErrorKind(
            400,
            "Your input exceeds the context window of this model. Please adjust your input and "
            "try again.",
            "context_length_exceeded",
            "input",
        ),
        "unsupported_file": ErrorKind(
            400,
            "The file type you uploaded is not supported. Please try again with a pdf",
            "unsupported_file",
            "input",
        ),
        "invalid_file_data": ErrorKind(
            400,
            "Invalid '{param}'. Expected a base64-encoded data URL (e.g. "
            "'data:application/pdf;base64,aGVsbG8='), but got {got}.",
            "invalid_value",
        ),
        "invalid_prompt": ErrorKind(
            400,
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy. "
            "Please try again with a different prompt.",
            "invalid_prompt",
        ),
        # What may be done to a response.
        "not_streamable_background": ErrorKind(
            400,
            "This response cannot be streamed because it was not created with background=true.",
            param="stream",
        ),
        "not_streamable_stream": ErrorKind(
            400,
            "This response cannot be streamed because it was not created with stream=true.",
            param="stream",
        ),
        "not_streamable_expired": ErrorKind(
            400,
            "This response can no longer be streamed because it is more than 10 minutes old.",
            param="stream",
        ),
        "cancel_synchronous": ErrorKind(400, "Cannot cancel a synchronous response."),
        "cancel_completed": ErrorKind(400, "Cannot cancel a completed response."),
        "cancel_failed": ErrorKind(400, "Cannot cancel a failed response."),
        "cancel_terminal": ErrorKind(400, "Cannot cancel a response in terminal state."),
        "delete_in_flight": ErrorKind(400, "Cannot delete an in-flight response."),
        **NEIGHBOUR_ERRORS,
        # Access.
        "invalid_api_key": ErrorKind(
            401,
            "Incorrect API key provided: {key}. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            "invalid_api_key",
        ),
        "missing_api_key": ErrorKind(401, "Missing bearer or basic authentication in header"),
        "unsupported_region": ErrorKind(
            403,
            "Country, region, or territory not supported",
            "unsupported_country_region_territory",
            type="request_forbidden",
        ),
        "permission_denied": ErrorKind(
            403, "You have insufficient permissions for this operation."
        ),
        # Routes.
        "unknown_url": ErrorKind(404, "Invalid URL ({method} {path})"),
        "unknown_method": ErrorKind(405, "Invalid method for URL ({method} {path})"),
        # Limits of the account, and the server's own failures.
        "rate_limit_tokens": ErrorKind(
            429,
            "Rate limit reached for {model} in organization {organization} on tokens per min "
            "(TPM): Limit {limit}, Used {used}, Requested {requested}. Please try again in {wait}.",
            "rate_limit_exceeded",
            type="tokens",
        ),
        "rate_limit_requests": ErrorKind(
            429,
            "Rate limit reached for {model} in organization {organization} on requests per min "
            "(RPM): Limit {limit}, Used {used}, Requested {requested}. Please try again in {wait}.",
            "rate_limit_exceeded",
            type="requests",
        ),
        "insufficient_quota": ErrorKind(
            429,
            "You exceeded your current quota, please check your plan and billing details. For "
            "more information on this error, read the docs: "
            "https://platform.openai.com/docs/guides/error-codes/api-errors.",
            "insufficient_quota",
            type="insufficient_quota",
        ),
        "server_error": ErrorKind(
            500,
            f"{FAILURE} You can retry your request, or contact us through our help center at "
            "help.openai.com if the error persists. (Please include the request ID {request_id} in "
            "your message.)",
            "server_error",
            type="server_error",
        ),
        "server_is_overloaded": ErrorKind(
            503,
            "Our servers are currently overloaded. Please try again later.",
            "server_is_overloaded",
            type="server_error",
        ),
        "slow_down": ErrorKind(
            503,
            "Please reduce your request rate: the model is currently overloaded. Please try again "
            "later.",
            "slow_down",
            type="server_error",
        ),
        # WebSocket.
        "invalid_event": ErrorKind(400, "Invalid event: {detail}", "invalid_event"),
        "invalid_stream_id": ErrorKind(
            400,
            "Invalid 'stream_id': expected 1 to 256 letters, digits, underscores, dots or dashes.",
            "invalid_stream_id",
            "stream_id",
        ),
        "websocket_stream_limit_reached": ErrorKind(
            400,
            "This connection already uses {limit} stream ids, which is the limit. Reuse one of "
            "them, or connect anew.",
            "websocket_stream_limit_reached",
            "stream_id",
        ),
        "websocket_connection_limit_reached": ErrorKind(
            400,
            "Responses websocket connection limit reached (60 minutes). Create a new websocket "
            "connection to continue.",
            "websocket_connection_limit_reached",
        ),
    }
)
