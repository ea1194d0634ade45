"""Names that tell a secret: of header fields, of JSON members, of query parameters."""

import re

from mockserver.cassettes.json_text import JsonPath

REQUEST_HEADERS = frozenset({"accept", "content-type", "openai-beta"})
"""Request fields that are kept. Everything else names a person, a machine or a version."""

RESPONSE_HEADERS = frozenset(
    {
        "allow",
        "content-disposition",
        "content-type",
        "location",
        "openai-model",
        "openai-processing-ms",
        "openai-version",
        "retry-after",
        "retry-after-ms",
        "x-request-id",
        "x-should-retry",
    }
)
"""Response fields that are kept, beside `x-ratelimit-*`: what a client may act on."""

_SECRET_HEADERS = {
    "api-key": "api-key",
    "authorization": "token",
    "cookie": "cookie",
    "openai-organization": "organization",
    "openai-project": "project",
    "ocp-apim-subscription-key": "api-key",
    "proxy-authorization": "token",
    "set-cookie": "cookie",
    "x-amz-security-token": "token",
    "x-api-key": "api-key",
    "x-auth-token": "token",
    "x-goog-api-key": "api-key",
}
_MEMBERS = {
    "access_token": "token",
    "apikey": "api-key",
    "auth_token": "token",
    "authorization": "token",
    "bearer_token": "token",
    "client_secret": "token",
    "cookie": "cookie",
    "id_token": "token",
    "org_id": "organization",
    "organization_id": "organization",
    "passwd": "password",
    "password": "password",
    "private_key": "private-key",
    "proxy_authorization": "token",
    "refresh_token": "token",
    "safety_identifier": "user",
    "secret_access_key": "token",
    "secret_key": "token",
    "session_token": "token",
    "set_cookie": "cookie",
    "user": "user",
}
_ENDINGS = {
    "_access_token": "token",
    "_secret_access_key": "token",
    "api_key": "api-key",
    "_password": "password",
}
# What people put where a secret was: nothing that needs reporting.
_HARMLESS = re.compile(
    r"(?i)\W*(?:bearer|basic)?\W*|.*(?:scrub|redact|filter|dummy|mask|mock|fake|test|x{4}|\*{3}).*"
)


def is_kept(name: str, request: frozenset[str] | None, further: frozenset[str]) -> bool:
    """Whether a header field stays in a recording: of a request with the fields given, else of a
    response.
    """
    if name in further:
        return True
    return (
        name in request
        if request is not None
        else name in RESPONSE_HEADERS or name.startswith("x-ratelimit-")
    )


def kind_of_header(name: str, value: str) -> str | None:
    """The kind of secret that a header field holds, or None when it holds none worth a warning."""
    kind = _SECRET_HEADERS.get(name)
    return None if kind is None or _HARMLESS.fullmatch(value) else kind


def kind_of(path: JsonPath) -> str | None:
    """The kind of secret that a JSON member holds, judged by its name and place; None when it may
    be anything.
    """
    name = (
        next((key for key in reversed(path) if isinstance(key, str)), "").lower().replace("-", "_")
    )
    if name in _MEMBERS:
        return _MEMBERS[name]
    for ending, kind in _ENDINGS.items():
        if name.endswith(ending) and "scrubbed_" not in name:
            return kind
    if name == "value" and "domain_secrets" in path:
        return "secret"
    # The headers that a tool sends on to its server.
    if "headers" in path[:-1] and "tools" in path and name.replace("_", "-") not in REQUEST_HEADERS:
        return "token"
    return None
