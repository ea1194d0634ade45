"""Names that tell of secrets: of header fields, JSON members, parameters and variables."""

import re
from functools import lru_cache

from mockserver.api import Path
from mockserver.cassettes.secret_shapes import UUID, VENDORS
from mockserver.cassettes.secret_values import is_blank, is_key, is_password

REQUEST_HEADERS = frozenset({"accept", "content-type", "openai-beta"})
"""Request fields that are kept. Everything else names a person, a machine or a version."""

RESPONSE_HEADERS = frozenset(
    [
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
    ]
)
"""Response fields that are kept, beside `x-ratelimit-*`: what a client may act on."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return {name: kind for kind, listed in names.items() for name in listed.split()}


_SECRET_HEADERS = _by_name(
    {
        "api-key": "api-key ocp-apim-subscription-key x-api-key x-goog-api-key",
        "cookie": "cookie set-cookie",
        "organization": "openai-organization",
        "project": "openai-project",
        "token": "authorization proxy-authorization x-amz-security-token x-auth-token",
    }
)
# Members whose value is a secret whatever it looks like.
_MEMBERS = _by_name(
    {
        "api-key": "apikey",
        "cookie": "cookie set_cookie",
        "organization": "org_id organization_id",
        "password": "passwd password",
        "private-key": "private_key",
        "token": "access_token auth_token authorization bearer_token client_secret id_token "
        "proxy_authorization refresh_token secret_access_key secret_key session_token",
        "user": "safety_identifier user",
    }
)
_ENDINGS = {
    "_access_token": "token",
    "_secret_access_key": "token",
    "api_key": "api-key",
    "_password": "password",
}
# Endings of names, written together: a value with letters and digits is a secret.
_CLEAR = _by_name(
    {
        "api-key": "apikey accesskey accountkey sharedkey authkey licensekey servicekey "
        "subscriptionkey",
        "password": "password passwd passphrase passcode userpass dbpass pwd",
        "private-key": "privatekey",
        "secret": "secret secrets secretkey signingkey encryptionkey masterkey appkey adminkey",
        "token": "accesstoken apitoken authtoken bearertoken bottoken idtoken identitytoken "
        "refreshtoken sessiontoken usertoken",
    }
)
# Last words of names: only a value that looks random is a secret.
_VAGUE = _by_name(
    {
        "api-key": "key",
        "password": "pass pw credential credentials cred creds",
        "token": "token auth jwt pat bearer authorization cookie sessionid",
    }
)
_VENDORS = _words(VENDORS)
# What may follow the word that tells: `client-key-data`, `SECRET_KEY_BASE`, `DB_PASS_PROD`.
_TRAILING = _words(
    "b64 base base64 current data default dev env live new old prod staging str string text val "
    "value"
)
# Tokens that lead to a next page, keys that only find something: no secrets.
_HARMLESS_NAME = re.compile(
    r"(?:page|next|prev|previous|continuation|cursor|sync|resume|pagination|start|stop|end|eos|bos"
    r"|pad|unk|sep|mask|image|cache|idempotency|public|primary|foreign|sort|partition|prompt|group"
    r"|object|hash|range|lookup|row|routing|shard|column|first|last|max|min|total|completion|input"
    r"|output|reasoning|special|key|dedup|deduplication)s?(?:token|key)s?"
)
_UUID = re.compile(UUID, re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What people put where a secret was: nothing that needs reporting.
_HARMLESS = re.compile(
    r"(?i)\W*(?:bearer|basic)?\W*|.*(?:scrub|redact|filter|dummy|mask|mock|fake|test|x{4}|\*{3}).*"
)


def is_kept_header(name: str, request: frozenset[str] | None, further: frozenset[str]) -> bool:
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


def header_secret_kind(name: str, value: str) -> str | None:
    """The kind of secret that a header field holds, or None when it holds none worth a warning."""
    kind = _SECRET_HEADERS.get(name)
    return None if kind is None or _HARMLESS.fullmatch(value) else kind


def member_secret_kind(path: Path, value: str) -> str | None:
    """The kind of secret that a JSON member or a parameter holds, judged by its name and place, and
    where these leave doubt by its value; None when it holds none.
    """
    if is_blank(value):
        return None
    name = next((key for key in reversed(path) if isinstance(key, str)), "")
    kind = _certain_kind(name)
    if kind is not None:
        return kind
    if name.lower() == "value" and "domain_secrets" in path:
        return "secret"
    # The headers that a tool sends on to its server.
    if "headers" in path[:-1] and "tools" in path and _as_header(name) not in REQUEST_HEADERS:
        return "token"
    # Tokens with log probabilities are pieces of text.
    return None if "logprobs" in path else named_secret_kind(name, value)


def named_secret_kind(name: str, value: str) -> str | None:
    """The kind of secret that a value is under a name that tells; None when it is none."""
    if name.lower() == "key" and _UUID.fullmatch(value):
        return None  # which finds something
    kind, is_clear = _told_kind(name)
    if kind is None or not (is_password(value) if is_clear else is_key(value)):
        return None
    return kind


def _as_header(name: str) -> str:
    return name.lower().replace("_", "-")


@lru_cache(maxsize=4096)
def _certain_kind(name: str) -> str | None:
    name = name.lower().replace("-", "_")
    if name in _MEMBERS:
        return _MEMBERS[name]
    for ending, kind in _ENDINGS.items():
        if name.endswith(ending) and "scrubbed_" not in name:
            return kind
    return None


@lru_cache(maxsize=4096)
def _told_kind(name: str) -> tuple[str | None, bool]:
    """The kind of secret that a name tells of, if any, and whether it tells so clearly."""
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and (words[-1] in _TRAILING or words[-1].isdigit()):
        words.pop()
    joined = "".join(words)
    if not words or _HARMLESS_NAME.fullmatch("".join(words[-2:])):
        return None, False
    for ending, kind in _CLEAR.items():
        if joined.endswith(ending):
            return kind, True
    if words[-1] in _VAGUE:
        return _VAGUE[words[-1]], False
    if joined.endswith("token"):
        return "token", False
    return ("api-key", False) if words[-1] in _VENDORS else (None, False)
