"""Which requests besides those that create responses a step answers, and what with: any HTTP
reply.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from mockserver.api.json import Json, compact
from mockserver.errors import ScriptError
from mockserver.script.places import STATUS, Place, header_fields
from mockserver.wording import show_value

ROUTE_KEYS = ("method", "path")
HTTP_KEYS = ("status", "headers", "json", "text", "body")
_BODIES = {
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
    "body": "application/octet-stream",
}
ROUTE_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# `/openai`, `/openai/deployments/NAME` and `/openai/v1` are Azure's, `/api/v1` is OpenRouter's.
_PREFIX = re.compile(
    r"(?:(?:/openai|/api)?/v1|/openai(?:/deployments/(?P<deployment>[^/]+))?)(?P<rest>/.*|$)"
)


def without_prefix(path: str) -> tuple[str, str | None]:
    """A path without the prefix of the API, under whichever name clients know it, and the
    deployment that the prefix names.
    """
    found = _PREFIX.match(path)
    return (found["rest"] or "/", found["deployment"]) if found else (path or "/", None)


class RouteRequest(Protocol):
    """What a step for any route looks at of a request."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def body(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class RoutePattern:
    """A method, a path, or both. In a path, `*` and `{name}` stand for one segment, `**` for any
    number of them; the prefix of the API may be left out.
    """

    method: str | None = None
    path: str | None = None

    def differences(self, method: str, path: str) -> list[tuple[str, str, str]]:
        """What is not as it should be: its name, what is wanted, what is there."""
        found = []
        if self.method is not None and method != self.method:
            found.append(("method", self.method, method))
        if self.path is not None and not _spelled(self.path).fullmatch(without_prefix(path)[0]):
            found.append(("path", self.path, path))
        return found

    def __str__(self) -> str:
        words = {"method": self.method, "path": self.path}
        return ", ".join(f"{name}: {word}" for name, word in words.items() if word is not None)


def to_route(when: Json, place: Place) -> RoutePattern | None:
    """The pattern that `when` holds; None where it is about create requests. Raises ScriptError."""
    if not any(key in when for key in ROUTE_KEYS):
        return None
    method, path = when.get("method"), when.get("path")
    if method is not None and (not isinstance(method, str) or method.upper() not in ROUTE_METHODS):
        said = f"'method' must be one of {', '.join(ROUTE_METHODS)}, not {show_value(method)}"
        raise place.error(said, when, "method")
    if path is not None and (not isinstance(path, str) or not path.startswith("/")):
        raise place.error(
            f"'path' must be a path, not {show_value(path)}",
            when,
            "path",
            next_step="Write it as in '/v1/responses/*'.",
        )
    return RoutePattern(method.upper() if method is not None else None, path)


@lru_cache(maxsize=1024)
def _spelled(path: str) -> re.Pattern[str]:
    """The regular expression that a path with `*`, `{name}` and `**` stands for."""
    pieces = re.split(r"(\*\*|\*|\{[^{}/]*\})", without_prefix(path)[0])
    spelled = [re.escape(piece) for piece in pieces]
    spelled[1::2] = [".*" if piece == "**" else "[^/]+" for piece in pieces[1::2]]
    return re.compile("".join(spelled))


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole HTTP answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        return f"http {self.status}"


Respond: TypeAlias = Callable[[Any], Any]
"""A function of the request, as the journal holds it; it returns what `http` holds."""


def to_http(
    value: Any, place: Place, container: Any = None, key: Any = None
) -> HttpReply | Respond:
    """The answer that `http` holds. Raises ScriptError."""
    if callable(value):
        return value  # type: ignore[no-any-return]
    given = place.mapping(value, "'http'", container, key)
    place.check_keys(given, HTTP_KEYS, "http")
    bodies = [name for name in _BODIES if name in given]
    if len(bodies) > 1:
        said = f"'http' has one body, not {' and '.join(bodies)}"
        raise place.error(said, given, bodies[1])
    status = STATUS(given["status"], "status", place, given) if "status" in given else 200
    body = _encoded(bodies[0], given[bodies[0]], place, given) if bodies else b""
    given_headers = {} if given.get("headers") is None else given["headers"]
    headers = header_fields(given_headers, "headers", place, given, length=len(body))
    if bodies:
        headers = {"content-type": _BODIES[bodies[0]], **headers}
    return HttpReply(status, headers, body)


def responded(respond: Respond, request: RouteRequest, source: str) -> HttpReply:
    """What a function answers to a request. Raises ScriptError."""
    name = getattr(respond, "__qualname__", repr(respond))
    try:
        value = respond(request)
    except Exception as error:  # the author's own code
        said = f"the function {name} raised {type(error).__name__}: {error}"
        raise ScriptError(said, source=source) from error
    found = to_http(value, Place(source))
    if not isinstance(found, HttpReply):
        raise ScriptError(f"the function {name} returned a function", source=source)
    return found


def _encoded(name: str, value: Any, place: Place, given: Json) -> bytes:
    if name == "json":
        try:
            return compact(value)
        except (TypeError, ValueError) as error:
            raise place.error(f"'json' is no JSON value: {error}", given, name) from None
    if name == "body" and isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise place.error(f"'{name}' must be a string, not {show_value(value)}", given, name)
    return value.encode()
