"""An error instead of a reply: named after a row of the API's catalogue, or spelled out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.error_table import CATALOGUE, ErrorKind
from mockserver.api.errors import ApiError
from mockserver.names import describe_unknown
from mockserver.script.places import STATUS, Place, header_fields, is_number
from mockserver.wording import show_value

KEYS = ("kind", "status", "code", "type", "message", "param", "retry_after", "headers")

BY_STATUS = "Any other is spelled by its status, as in error(401) and {status: 401}."

RETRIED = frozenset({408, 409, 429})
"""Statuses below 500 that the SDKs retry; they retry all of 500 and above, too."""

PROMPT_RETRY = 0.001
"""Seconds after which a client may retry when nothing is said: a test should not wait for a
back-off.
"""

_GENERIC = {
    400: ErrorKind(400, "The request was rejected."),
    403: CATALOGUE["permission_denied"],
    404: ErrorKind(404, "Not found."),
    408: ErrorKind(408, "Request timed out.", type="server_error"),
    409: ErrorKind(409, "The request conflicts with another one.", "conflict"),
    422: ErrorKind(422, "The request could not be processed."),
    401: CATALOGUE["invalid_api_key"],
    429: CATALOGUE["rate_limit_tokens"],
    500: CATALOGUE["server_error"],
    503: CATALOGUE["server_is_overloaded"],
}

NAMED_ERRORS: Mapping[str, ErrorKind] = {
    **CATALOGUE,
    "authentication": _GENERIC[401],
    "bad_request": _GENERIC[400],
    "conflict": _GENERIC[409],
    "forbidden": _GENERIC[403],
    "not_found": _GENERIC[404],
    "overloaded": _GENERIC[503],
    "permission": _GENERIC[403],
    "rate_limit": _GENERIC[429],
    "timeout": _GENERIC[408],
    "unauthorized": _GENERIC[401],
}
"""The rows of the catalogue by their names, and what people call some of them."""

_EXAMPLES: Mapping[str, object] = {
    "choice": "previous_response_id or conversation",
    "container": "cntr_unknown",
    "condition": "with the current value of 'store'",
    "detail": "The value cannot be used.",
    "end": "AA==",
    "expected": "a string",
    "got": 0,
    "id": "unknown",
    "key": "test-key",
    "kind": "function call",
    "call_id": "unknown",
    "limit": 30000,
    "meant": "'input'",
    "method": "POST",
    "names": "'pre..._id' or 'conversation'",
    "name": "unnamed",
    "organization": "org-mockserver",
    "path": "/v1/responses",
    "pattern": "^[a-zA-Z0-9_-]+$",
    "place": "input",
    "prefix": "resp",
    "purpose": "assistants",
    "reasoning": "unknown",
    "request_id": "req_mockserver",
    "requested": 1000,
    "start": "gAAA",
    "supported": "'auto'",
    "used": 30000,
    "status": "completed",
    "store": "vs_unknown",
    "upload": "upload_unknown",
    "wanted": 1,
}
"""What a catalogue message says where neither the script nor the request knows better."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An error to answer with. `message` None means the catalogue's, about the request's model."""

    status: int
    type: str
    code: str | None
    param: str | None
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    templated: bool = False
    """Whether `message` is a catalogue row's, with places for values."""

    def api_error(self, **values: object) -> ApiError:
        """The error to raise; `values` (`model`, `request_id`, …) fill the catalogue's message."""
        message = self.message
        wait = _spoken(self.headers.get("retry-after"))
        if self.templated:
            known = {key: value for key, value in values.items() if value is not None}
            about = {"model": "the model", "param": self.param or "input", "wait": wait}
            if self.type == "requests":
                about["requested"] = "1"
            message = message.format_map({**_EXAMPLES, **about, **known})
        return ApiError(
            self.status,
            message,
            type=self.type,
            code=self.code,
            param=self.param,
            headers={**self._limit_headers(wait), **self.headers},
        )

    def _limit_headers(self, wait: str) -> dict[str, str]:
        """What the headers about rate limits say when one is reached, as the message does."""
        if self.code != "rate_limit_exceeded" or self.type not in ("tokens", "requests"):
            return {}
        return {
            f"x-ratelimit-limit-{self.type}": str(_EXAMPLES["limit"]),
            f"x-ratelimit-remaining-{self.type}": "0",
            f"x-ratelimit-reset-{self.type}": wait,
        }


def to_error(
    value: Any, place: Place | str = "", container: Any = None, key: Any = None
) -> ErrorReply:
    """An error from the mapping that `error` holds, from the name of a catalogue row, from a
    status, or from an ApiError. Raises ScriptError.

    What is not given comes from the row of the catalogue that has the same status and code.
    """
    place = Place(place) if isinstance(place, str) else place
    if isinstance(value, ErrorReply):
        return value
    if isinstance(value, ApiError):
        return ErrorReply(
            value.status, value.type, value.code, value.param, value.message, value.headers
        )
    if isinstance(value, str):
        value = {"kind": value}
    elif isinstance(value, int) and not isinstance(value, bool):
        value = {"status": value}
    given = place.mapping(value, "'error'", container, key)
    place.check_keys(given, KEYS, "error")
    _check_texts(given, place)
    status = STATUS(given["status"], "status", place, given) if "status" in given else None
    if status is not None and status < 400:
        raise place.error(f"an error's status is 400 or above, not {status}", given, "status")
    row = _row(given, status, place, container, key)
    status = row.status if status is None else status
    message = given.get("message")
    return ErrorReply(
        status=status,
        type=given.get("type", row.type),
        code=given.get("code", row.code),
        param=given.get("param", row.param),
        message=row.message if message is None else message,
        headers=_headers(given, status, place),
        templated=message is None,
    )


def _row(
    given: Mapping[str, Any], status: int | None, place: Place, container: Any, key: Any
) -> ErrorKind:
    kind, code = given.get("kind"), given.get("code")
    if kind is not None:
        if kind not in NAMED_ERRORS:
            at = (given, "kind") if "status" in given or len(given) > 1 else (container, key)
            raise place.error(
                describe_unknown("error", kind, NAMED_ERRORS), *at, next_step=BY_STATUS
            )
        return NAMED_ERRORS[kind]
    if status is None and code is None:
        raise place.error(
            "an error needs a 'status', a 'code' or a 'kind'",
            container,
            key,
            next_step=(
                "Write {status: 429, code: rate_limit_exceeded} or the name of a known "
                "error: rate_limit."
            ),
        )
    rows = [
        row
        for row in CATALOGUE.values()
        if row.code == code is not None and status in (None, row.status)
    ]
    if rows:
        return next((row for row in rows if row.type == given.get("type")), rows[0])
    if status is None:
        raise place.error(
            f"no known error has the code {show_value(code)}",
            given,
            "code",
            next_step="Give a 'status' with it.",
        )
    generic = _GENERIC.get(status) or _GENERIC[400 if status < 500 else 500]
    return (
        generic if code is None or status >= 500 else ErrorKind(status, "The request failed.", code)
    )


def _headers(given: Mapping[str, Any], status: int, place: Place) -> dict[str, str]:
    """The headers with what `retry_after` (seconds) means to the SDKs, who read milliseconds
    first.
    """
    headers = (
        header_fields(given["headers"], "headers", place, given)
        if given.get("headers") is not None
        else {}
    )
    if "retry_after" in given:
        seconds = given["retry_after"]
    else:
        said = {"retry-after", "retry-after-ms", "x-should-retry"} & headers.keys()
        seconds = PROMPT_RETRY if (status in RETRIED or status >= 500) and not said else None
    if seconds is None:
        return headers
    if not is_number(seconds) or not 0 < seconds < 1e6:
        raise place.error(
            f"'retry_after' must be seconds above 0, not {show_value(seconds)}",
            given,
            "retry_after",
            next_step="SDKs ignore 0; null sends no such header.",
        )
    return {"retry-after-ms": _plain(seconds * 1000), "retry-after": _plain(seconds), **headers}


def _spoken(seconds: str | None) -> str:
    """A wait as the API says it: `1ms`, `2s`, `1m30s`."""
    try:
        wait = float(seconds or PROMPT_RETRY)
    except ValueError:  # a date
        wait = PROMPT_RETRY
    if wait < 1:
        return f"{_plain(wait * 1000)}ms"
    minutes, rest = divmod(wait, 60)
    return f"{minutes:.0f}m{_plain(rest)}s" if minutes else f"{_plain(rest)}s"


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _check_texts(given: Mapping[str, Any], place: Place) -> None:
    for name in ("kind", "code", "type", "message", "param"):
        value = given.get(name)
        if not isinstance(value, str) and (
            value is not None or (name in ("kind", "type") and name in given)
        ):
            raise place.error(f"'{name}' must be a string, not {show_value(value)}", given, name)
