"""The API's errors: one exception, and how it is made from the table of errors.

Wording and codes follow what api.openai.com answers; see
https://platform.openai.com/docs/guides/error-codes.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from mockserver.api.error_table import CATALOGUE, INVALID_REQUEST
from mockserver.api.json import Json, pretty

__all__ = ["NO_RETRY", "ApiError", "api_error", "enumerated", "own_error"]

NO_RETRY: Mapping[str, str] = MappingProxyType({"x-should-retry": "false"})
"""The header that keeps SDKs from trying again."""


class ApiError(Exception):
    """An answer outside 2xx. `headers` are added to the usual ones.

    kind: its name in the table of errors; empty for one that stands in no table.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = INVALID_REQUEST,  # noqa: A002
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        kind: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.headers: dict[str, str] = dict(headers or {})
        self.kind = kind

    def body(self) -> Json:
        """The envelope, all four keys always present, in wire order."""
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }

    def raw(self) -> bytes:
        """The envelope as the bytes of a JSON body."""
        return pretty(self.body())

    def __repr__(self) -> str:
        return (
            f"ApiError({self.status}, {self.message!r}, code={self.code!r}, param={self.param!r})"
        )


def api_error(name: str, /, *, param: str | None = None, **values: Any) -> ApiError:
    """The error called `name` in the catalogue, about `param`, with the template's values filled
    in.

    Raises KeyError when the catalogue has no such row or the template wants a value that is not
    given.
    """
    row = CATALOGUE[name]
    about = row.param if param is None else param
    message = row.message.format(**{"param": about, **values})
    return ApiError(row.status, message, type=row.type, code=row.code, param=about, kind=name)


def own_error(status: int, message: str, code: str, *, param: str | None = None) -> ApiError:
    """An error that the API does not know: what this server itself has to say. SDKs do not retry
    it.
    """
    return ApiError(
        status, message, type="mockserver_error", code=code, param=param, headers=NO_RETRY
    )


def enumerated(names: Iterable[str], conjunction: str = "and") -> str:
    """Names as the API lists them: `'a', 'b', and 'c'`."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return f" {conjunction} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {conjunction} {quoted[-1]}"
