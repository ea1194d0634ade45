"""`error`: an API error instead of a reply, spelled out or by the name that it has in the
catalogue.

error(429, code="rate_limit_exceeded", retry_after=0.01)
error.rate_limit()
error.context_length_exceeded(message="Too long.")
"""

from collections.abc import Callable, Mapping
from functools import wraps
from types import EllipsisType, MethodType
from typing import Any

from mockserver.api.json import Json
from mockserver.script.error_reply import BY_STATUS, NAMED
from mockserver.script.errors import sentences, unknown, words
from mockserver.script.parts import check_arguments
from mockserver.script.replies import Times

_ARGUMENTS = words("status code type message param retry_after headers when times scenario stream")


def _row(method: Callable[..., Json]) -> Callable[..., Json]:
    """A method that makes a row's error, with its arguments checked under its own name."""

    @wraps(method)
    def made(self: "ErrorBuilder", **fields: Any) -> Json:
        __tracebackhide__ = True
        check_arguments(f"error.{method.__name__}", fields, _ARGUMENTS)
        return method(self, **fields)

    return made


class ErrorBuilder:
    """Called, it makes an error from a status; each row of the API's catalogue is a method
    besides.
    """

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
        **others: Any,
    ) -> Json:
        """An error with this status. What is left out comes from the catalogue's row with that
        status and code.

        `retry_after` is in seconds, and may be below one; None sends no such header. When nothing
        is said, an error that SDKs retry asks them to do so at once, lest a test waits for their
        back-off.
        """
        __tracebackhide__ = True
        check_arguments("error", others, ("kind", *_ARGUMENTS))
        said = {
            "kind": kind,
            "status": status,
            "code": code,
            "type": type,
            "message": message,
            "param": param,
            "headers": headers,
        }
        about: Json = {name: value for name, value in said.items() if value is not None}
        if not isinstance(retry_after, EllipsisType):
            about["retry_after"] = retry_after
        rest = {"when": when, "times": times, "scenario": scenario, "stream": stream}
        return {
            "error": about,
            **{name: value for name, value in rest.items() if value is not None},
        }

    # Limits and failures, which tests ask for most.

    @_row
    def rate_limit(self, **fields: Any) -> Json:
        """429 `rate_limit_exceeded`: too many tokens per minute. SDKs retry it."""
        return self(kind="rate_limit_tokens", **fields)

    @_row
    def rate_limit_requests(self, **fields: Any) -> Json:
        """429 `rate_limit_exceeded`: too many requests per minute. SDKs retry it."""
        return self(kind="rate_limit_requests", **fields)

    @_row
    def insufficient_quota(self, **fields: Any) -> Json:
        """429 `insufficient_quota`: the account has no credit left. SDKs retry even this."""
        return self(kind="insufficient_quota", **fields)

    @_row
    def context_length_exceeded(self, **fields: Any) -> Json:
        """400 `context_length_exceeded`: the input is too long for the model."""
        return self(kind="context_length_exceeded", **fields)

    @_row
    def server_error(self, **fields: Any) -> Json:
        """500 `server_error`. SDKs retry it."""
        return self(kind="server_error", **fields)

    @_row
    def overloaded(self, **fields: Any) -> Json:
        """503 `server_is_overloaded`. SDKs retry it."""
        return self(kind="server_is_overloaded", **fields)

    @_row
    def slow_down(self, **fields: Any) -> Json:
        """503 `slow_down`. SDKs retry it."""
        return self(kind="slow_down", **fields)

    @_row
    def invalid_api_key(self, **fields: Any) -> Json:
        """401 `invalid_api_key`."""
        return self(kind="invalid_api_key", **fields)

    @_row
    def permission_denied(self, **fields: Any) -> Json:
        """403, no code."""
        return self(kind="permission_denied", **fields)

    @_row
    def model_not_found(self, **fields: Any) -> Json:
        """400 `model_not_found`: what the Responses API answers for an unknown model."""
        return self(kind="model_not_found", **fields)

    @_row
    def invalid_prompt(self, **fields: Any) -> Json:
        """400 `invalid_prompt`: the input was flagged."""
        return self(kind="invalid_prompt", **fields)

    @_row
    def previous_response_not_found(self, **fields: Any) -> Json:
        """400 `previous_response_not_found`."""
        return self(kind="previous_response_not_found", **fields)

    def __getattr__(self, name: str) -> Callable[..., Json]:
        """The other rows of the catalogue, by any of their names:
        `error.invalid_value(param="temperature")`.
        """
        __tracebackhide__ = True
        if name not in NAMED:
            raise AttributeError(sentences(unknown("error", name, NAMED), BY_STATUS))

        def made(_: "ErrorBuilder", **fields: Any) -> Json:
            return self(kind=name, **fields)

        made.__name__, made.__doc__ = name, f"The error `{name}` of the API's catalogue."
        return MethodType(_row(made), self)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *NAMED})


error = ErrorBuilder()
