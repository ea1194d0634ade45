"""The server whose traffic is recorded, as seen from here."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.api.errors import NO_RETRY, ApiError
from mockserver.cassettes.interaction import HeaderFields, header_value, media_type
from mockserver.content_coding import INFLATED, CodingError, StreamDecoder, codings

if TYPE_CHECKING:
    import httpx2
    from websockets.asyncio.client import ClientConnection

KEY_VARIABLE = "MOCKSERVER_UPSTREAM_API_KEY"
"""The environment variable that holds the upstream's own key."""
SECRET_VARIABLES = (
    KEY_VARIABLE,
    "OPENAI_API_KEY",
    "OPENAI_ADMIN_KEY",
    "AZURE_OPENAI_API_KEY",
    "OPENAI_ORG_ID",
)
"""Environment variables whose values must never reach a cassette."""
CONNECT_SECONDS = 10.0
_MAX_REDIRECTS = 5
_PREFIX = re.compile(r"(?:/openai)?/v1(?=/|\Z)")
_AZURE = re.compile(r"(?:openai|services\.ai|cognitiveservices)\.azure\.com\Z")
_AZURE_PATH = "/openai/v1"
_DOUBLED = re.compile(r"(?:/openai|/api)?/v1(?P<again>/(?:openai|api|v1|responses)\b.*)")
_SAME_METHOD = frozenset({307, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What belongs to the connection between client and recorder, or would make the upstream answer to
# somebody else.
_NOT_FORWARDED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_KEY_FIELDS = frozenset({"api-key", "authorization", "x-api-key"})


@dataclass(frozen=True, slots=True)
class Reply:
    """The head of an answer, and its body as it arrives, content-decoded. Close it when it is not
    read to its end.
    """

    status: int
    reason: str
    headers: HeaderFields
    framed: bool
    _response: "httpx2.Response"

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises ApiError 502 or 504 when the upstream breaks off, stalls or lies about its
        encoding.
        """
        decoder = _decoder(self.headers)
        first = True
        async for raw in _guarded(self._response):
            if first and decoder is None and raw.startswith(b"\x1f\x8b") and _is_text(self.headers):
                raise failure(
                    "upstream_encoding", "The upstream sent a compressed body without saying so."
                )
            first = False
            if decoder is None:
                if raw:
                    yield raw
                continue
            try:
                for piece in decoder.feed(raw):
                    if piece:
                        yield piece
            except CodingError as error:
                raise _not_decoded(error) from None
        try:
            if decoder is not None:
                decoder.finish()
        except CodingError as error:
            raise _not_decoded(error) from None

    async def aclose(self) -> None:
        await self._response.aclose()


class Upstream:
    """One upstream, named by its URL; the only place that a key is sent to.

    api_key: used in the place of the caller's. stand_in: a key that callers send in the place of a
    real one; without an api_key it is refused. timeout: longest silence in seconds.

    Raises ValueError for a URL that names no HTTP server.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        stand_in: str | None = None,
        timeout: float = 600.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"the upstream {url!r} is no URL of an HTTP server; write https://host/v1"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "the upstream's URL must hold host and path alone; give the key in its own variable"
            )
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path.rstrip("/")
        doubled = _DOUBLED.search(self.path)
        if doubled is not None:
            right = url.replace(doubled["again"], "", 1)
            raise ValueError(
                f"the upstream {url!r} goes on behind the root of its API, where the paths of "
                f"requests follow; write {right}"
            )
        self.is_azure = _AZURE.search(parts.hostname) is not None
        """Whether it is a resource of Azure's, whose root and header for keys are its own."""
        if self.is_azure and self.path in ("", "/openai"):
            self.path = _AZURE_PATH
        self.timeout = timeout
        self._api_key = api_key
        self._stand_in = stand_in
        self._client: httpx2.AsyncClient | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Keys known by value, for scrubbing."""
        return (self._api_key,) if self._api_key else ()

    def url_of(self, target: str) -> str:
        """Where a request for this path and query goes: `/v1` stands for the path of the upstream's
        URL.
        """
        if self.is_azure and target.startswith("/openai") and not _PREFIX.match(target):
            return self.origin + target  # An older client, which names a deployment or a version.
        prefix = _PREFIX.match(target) if self.path else None
        return self.origin + self.path + target[prefix.end() if prefix else 0 :]

    async def open(self, method: str, target: str, headers: HeaderFields, body: bytes) -> Reply:
        """Send a request; returns with the head of the answer. Redirects within the upstream are
        followed.

        Raises ApiError 401, 502 or 504, which SDKs do not retry.
        """
        import httpx2

        url = self.url_of(target)
        for _ in range(_MAX_REDIRECTS + 1):
            async with _Errors(self.origin):
                fields = [
                    (n.encode("latin-1"), v.encode("latin-1")) for n, v in self._forwarded(headers)
                ]
                request = httpx2.Request(method, url, headers=fields, content=body)
                response = await self._http().send(request, stream=True)
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or location is None:
                return await self._reply(response)
            await response.aclose()
            url = self._redirected(response, str(request.url.join(location)), method)
        raise failure("upstream_redirected", f"{self.origin} redirects in a circle.")

    async def connect(self, target: str, headers: HeaderFields) -> "ClientConnection":
        """Open a WebSocket. Raises ApiError 401, 502 or 504; `websockets.InvalidStatus` when the
        upstream declines.
        """
        import websockets
        from websockets.asyncio.client import connect

        class Connect(connect):
            """Follows redirects as little as requests do."""

            def process_redirect(self, exc: Exception) -> Exception | str:
                to = super().process_redirect(exc)
                if isinstance(to, str) and urlsplit(to)[:2] != urlsplit(self.uri)[:2]:
                    return _elsewhere(self.uri, to)
                return to

        url = "ws" + self.url_of(target).removeprefix("http")
        fields = [(n, v) for n, v in self._forwarded(headers) if not n.startswith("sec-websocket-")]
        fields = [
            (n, v) for n, v in fields if n not in ("accept-encoding", "content-type", "accept")
        ]
        try:
            return await Connect(
                url,
                additional_headers=fields,
                user_agent_header=None,
                compression=None,
                max_size=None,
                open_timeout=min(CONNECT_SECONDS, self.timeout),
                proxy=True if url.startswith("wss:") else None,
            )
        except websockets.InvalidStatus:
            raise
        except TimeoutError:
            raise _timeout(self.origin) from None
        except (OSError, websockets.WebSocketException) as error:
            raise _unreachable(self.origin, error) from None

    async def aclose(self) -> None:
        """Close the connections that are kept open."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _http(self) -> "httpx2.AsyncClient":
        import httpx2

        if self._client is None:
            # A proxy sees what it forwards, unless that is encrypted: then the environment may name
            # one.
            encrypted = self.origin.startswith("https:")
            self._client = httpx2.AsyncClient(
                verify=encrypted,  # to load certificates takes long
                timeout=httpx2.Timeout(
                    self.timeout, connect=min(CONNECT_SECONDS, self.timeout), pool=None
                ),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20),
                follow_redirects=False,
                trust_env=encrypted,
            )
        return self._client

    def _forwarded(self, headers: HeaderFields) -> list[tuple[str, str]]:
        if self._stand_in and not self._api_key and self._stand_in in keys_of(headers):
            raise _no_key(self.origin)
        fields = [
            (n, v)
            for n, v in headers
            if n not in _NOT_FORWARDED and not n.startswith("x-mockserver-")
        ]
        fields.append(("accept-encoding", "identity"))
        if self._api_key:
            names = {name for name, _ in fields}
            fields = [(name, value) for name, value in fields if name not in _KEY_FIELDS]
            is_bare = "api-key" in names and "authorization" not in names
            bare = "api-key" if self.is_azure or is_bare else ""
            fields.append(
                (bare, self._api_key) if bare else ("authorization", f"Bearer {self._api_key}")
            )
        return fields

    def _redirected(self, response: "httpx2.Response", url: str, method: str) -> str:
        there = urlsplit(url)
        if f"{there.scheme}://{there.netloc}" != self.origin:
            raise _elsewhere(self.origin, url)
        if response.status_code not in _SAME_METHOD and method not in ("GET", "HEAD"):
            raise failure(
                "upstream_redirected",
                f"{self.origin} redirects a {method} to {there.path} as a GET.",
            )
        return url

    async def _reply(self, response: "httpx2.Response") -> Reply:
        headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        framed = any(name in ("content-length", "transfer-encoding") for name, _ in headers)
        unknown = [each for each in _codings(headers) if each not in INFLATED]
        if unknown:
            await response.aclose()
            raise failure(
                "upstream_encoding",
                f"{self.origin} sent a body encoded as {unknown[0]!r}, unasked.",
            )
        return Reply(response.status_code, response.reason_phrase, headers, framed, response)


def failure(code: str, message: str, *, status: int = 502) -> ApiError:
    """An error of the recorder's, in the API's shape, which SDKs do not retry."""
    return ApiError(status, message, type="server_error", code=code, headers=NO_RETRY)


def _no_key(origin: str) -> ApiError:
    return failure(
        "upstream_key_missing",
        f"No key for {origin}, as the client's is a stand-in. "
        f"Do: set {KEY_VARIABLE} or OPENAI_API_KEY.\n"
        "Nothing was passed on. Any text will do where the upstream wants no key.",
        status=401,
    )


def keys_of(headers: HeaderFields) -> tuple[str, ...]:
    """The keys that a caller sends along."""
    values = (header_value(headers, name) for name in sorted(_KEY_FIELDS))
    return tuple(value.partition(" ")[2].strip() or value for value in values if value)


async def _guarded(response: "httpx2.Response") -> AsyncIterator[bytes]:
    async with _Errors(str(response.request.url.copy_with(raw_path=b"/"))):
        async for raw in response.aiter_raw():
            yield raw


class _Errors:
    """Turns what the client library raises into errors of the API."""

    def __init__(self, origin: str) -> None:
        self._origin = origin.rstrip("/")

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import httpx2

        if isinstance(error, httpx2.TimeoutException):
            raise _timeout(self._origin) from None
        if isinstance(error, httpx2.ConnectError | httpx2.UnsupportedProtocol | httpx2.ProxyError):
            raise _unreachable(self._origin, error) from None
        if isinstance(error, httpx2.LocalProtocolError):  # Its text would show the key.
            raise failure(
                "upstream_disconnected",
                "The request cannot be passed on: a header field holds what none may, such as a "
                "line end. Do: look at the headers that the client sends.",
            ) from None
        if isinstance(error, httpx2.TransportError | httpx2.InvalidURL | OSError):
            raise failure(
                "upstream_disconnected",
                f"{self._origin} broke off: {error or type(error).__name__}.",
            ) from None


def _elsewhere(origin: str, url: str) -> ApiError:
    here, there = urlsplit(origin), urlsplit(url)
    return failure(
        "upstream_redirected",
        f"{here.scheme}://{here.netloc} redirects to "
        f"{there.scheme}://{there.netloc.rpartition('@')[2]}, which is not "
        "followed: the key is sent only to the upstream named. Name that server with --upstream "
        "if you trust it.",
    )


def _timeout(origin: str) -> ApiError:
    return failure(
        "upstream_timeout",
        f"{origin} did not answer in time. Try again, or raise --timeout.",
        status=504,
    )


def _unreachable(origin: str, error: Exception) -> ApiError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return failure(
        "upstream_unreachable",
        f"{origin} cannot be reached: {reason}. Is the URL right, and the server up?",
    )


def _codings(headers: HeaderFields) -> list[str]:
    return [
        each for name, value in headers if name == "content-encoding" for each in codings(value)
    ]


def _is_text(headers: HeaderFields) -> bool:
    kind = media_type(headers)
    return kind.startswith("text/") or kind.endswith("json")


def _decoder(headers: HeaderFields) -> StreamDecoder | None:
    named = _codings(headers)
    if len(named) > 1:
        raise failure("upstream_encoding", "The upstream's body is encoded more than once.")
    return StreamDecoder() if named else None


def _not_decoded(error: CodingError) -> ApiError:
    if error.reason == "cut":
        return failure("upstream_encoding", "The upstream's compressed body ends too early.")
    return failure(
        "upstream_encoding", "The upstream's body is not encoded as its content-encoding says."
    )
