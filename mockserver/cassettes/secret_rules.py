"""What counts as a secret: shapes of text, and names of header fields, JSON members and query
parameters.

A placeholder names its kind (`SCRUBBED-API-KEY`), is the same for every secret of that kind, and
holds only characters that mean nothing in JSON, URLs, headers and server-sent events.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mockserver.api import Path

_SHORTEST_KNOWN = 8

# Kind, pattern, and lower-case hints of which one must occur for the pattern to be tried at all:
# looking for a word is a hundred times faster than trying a pattern everywhere. Where a pattern has
# a group, the group is the secret.
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    (
        "private-key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        "-----begin",
    ),
    ("token", r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*", "eyj"),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:[cpg]?sk-[\w-]*\*{3,}[\w*-]*|c?sk-[\w-]{16,}|pk-lf-[\w-]{16,})",
        "sk- pk-",
    ),
    # Unmistakable even where it follows a letter.
    ("api-key", r"sk-(?:proj|svcacct|admin|ant|or)-(?=[\w-]*[0-9])[\w-]{24,}", "sk-"),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)_\w{10,}|gsk_\w{20,})",
        "k_live k_test gsk_",
    ),
    ("api-key", r"(?<![A-Za-z0-9])(?:sess-|ek_)[A-Za-z0-9]{20,}", "sess- ek_"),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:xai-|pplx-|nvapi-|tvly-|lin_api_)[\w-]{20,}",
        "xai- pplx- nvapi- tvly- lin_api_",
    ),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:fw|r8|hf|jina|pcsk|ntn|napi)_\w{20,}",
        "fw_ r8_ hf_ jina_ pcsk_ ntn_ napi_",
    ),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w.-]{20,})",
        "aiza gocspx- ya29.",
    ),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:lsv2_(?:pt|sk)_\w{20,}|dop_v1_[a-f0-9]{40,}|dapi[a-f0-9]{32})",
        "lsv2_ dop_v1_ dapi",
    ),
    (
        "api-key",
        r"(?<![A-Z0-9])(?:AKIA|ASIA|AROA|AIDA|AGPA)[A-Z0-9]{16}(?![A-Z0-9])",
        "akia asia aroa aida agpa",
    ),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:SG\.[\w-]{16,}\.[\w-]{16,}|key-[a-f0-9]{32}|SK[a-f0-9]{32})(?![a-f0-9])",
        "sg. key- sk",
    ),
    (
        "token",
        r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
    ),
    (
        "token",
        r"(?<![A-Za-z0-9])(?:glpat-[\w-]{20,}|npm_\w{30,}|pypi-[\w-]{50,})",
        "glpat- npm_ pypi-",
    ),
    ("token", r"(?<![A-Za-z0-9])(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}", "xox xapp-"),
    ("token", r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/_-]{20,})", "hooks.slack.com"),
    (
        "token",
        r"(?i:\bbearer(?:\s|%20|\+)+)((?=[^\s\"',;]*[0-9]|[^\s\"',;]{24})[\w.~+/=-]{12,})",
        "bearer",
    ),
    (
        "token",
        r"(?i:authorization[\\\"']{0,4}\s*[:=]\s*[\\\"']{0,4}basic\s+)([A-Za-z0-9+/=_-]{8,})",
        "basic",
    ),
    ("password", r"(?<=://)([!-.0-9;-?A-~]{1,64}:[!-.0-9;-?A-~]{1,128})@(?=[A-Za-z0-9\[])", "://"),
    (
        "signature",
        r"(?i:[?&;](?:amp;)?(?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|sig"
        r"|signature|awsaccesskeyid|googleaccessid|key-pair-id|policy|skoid|sktid)=)([^&\s\"'<>()\[\]{}\\#;]{4,})",
        "x-amz- x-goog- sig= signature= accesskeyid= accessid= key-pair-id= policy= skoid= sktid=",
    ),
    (
        "token",
        r"(?i:[?&;](?:amp;)?(?:access_token|id_token|refresh_token|token|api[_-]?key|key|client_secret|code)=)"
        r"([^&\s\"'<>()\[\]{}\\#;]{8,})",
        "token= key= secret= code=",
    ),
    (
        "password",
        r"(?i:(?<![a-z])(?<!scrubbed-)(?:api[_-]?key|secret[_-]?(?:access[_-]?)?key|client[_-]?secret|access[_-]?(?:key|token)"
        r"|auth[_-]?token|refresh[_-]?token|account[_-]?key|sharedaccesskey|password|passwd|pwd|secret)"
        r"[\\\"'`]{0,4}\s*(?:=>?|:)\s*[\\\"'`]{0,4})"
        r"((?=[^\s\"'`,;&}\\]*[0-9])(?=[^\s\"'`,;&}\\]*[A-Za-z])[^\s\"'`,;&}\\]{8,})",
        "key secret token passw pwd",
    ),
    ("organization", r"(?<![A-Za-z0-9])org-[A-Za-z0-9]{16,}", "org-"),
    ("project", r"(?<![A-Za-z0-9])proj_[A-Za-z0-9]{16,}", "proj_"),
    ("user", r"(?<![A-Za-z0-9])user-[A-Za-z0-9]{20,}", "user-"),
)


PLACEHOLDER = re.compile(r"SCRUBBED(?:-[A-Z]+)+")
_BLANKED = re.compile(r"(?i)\W*(?:redacted|filtered|scrubbed|masked|hidden|removed)\W*|[*x]{3,}")


@dataclass(frozen=True, slots=True)
class SecretShape:
    """One shape of secrets; `hints` are in lower case, and one of them is in every text that has a
    match.
    """

    kind: str
    expression: re.Pattern[str]
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScrubRules:
    """What counts as a secret: known shapes, patterns of the user's own, and secrets known by
    value.

    `headers` are further header fields to keep, by lower-case name. Make one with `scrub_rules`.
    """

    patterns: tuple[SecretShape, ...]
    headers: frozenset[str] = frozenset()
    hint: re.Pattern[str] | None = None
    """Matches every lower-case text that any pattern may match; None when that cannot be said."""


def scrub_rules(
    patterns: Iterable[str] = (), *, secrets: Iterable[str] = (), headers: Iterable[str] = ()
) -> ScrubRules:
    """Rules with the user's own patterns (the first group, else the whole match, is replaced) and
    known secrets.

    Secrets of fewer than 8 characters are not looked for by value.

    Raises ValueError for a pattern that is no regular expression, or that matches the empty text.
    """
    own = tuple(SecretShape("secret", _checked(pattern)) for pattern in patterns)
    return with_secrets(
        _with_hints((*own, *_KNOWN), frozenset(name.lower() for name in headers)), secrets
    )


def with_secrets(by: ScrubRules, secrets: Iterable[str]) -> ScrubRules:
    """The same rules, and more secrets known by value."""
    known = tuple(
        SecretShape("api-key", re.compile(re.escape(secret)), (secret.lower(),))
        for secret in secrets
        if len(secret) >= _SHORTEST_KNOWN
    )
    return _with_hints((*known, *by.patterns), by.headers) if known else by


def _with_hints(patterns: tuple[SecretShape, ...], headers: frozenset[str]) -> ScrubRules:
    hints = sorted({hint for pattern in patterns for hint in pattern.hints})
    every = all(pattern.hints for pattern in patterns)
    return ScrubRules(
        patterns, headers, re.compile("|".join(map(re.escape, hints))) if every else None
    )


def placeholder(kind: str) -> str:
    """What stands for a secret of this kind."""
    return f"SCRUBBED-{kind.upper()}"


def is_blank(text: str) -> bool:
    """Whether nothing is left to scrub: no text at all, a placeholder, or what others put where a
    secret was.
    """
    return (
        not text or PLACEHOLDER.fullmatch(text) is not None or _BLANKED.fullmatch(text) is not None
    )


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


def member_secret_kind(path: Path) -> str | None:
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


def _checked(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression: {error}") from None
    if compiled.search("") is not None:
        raise ValueError(
            f"the pattern {pattern!r} matches the empty text, so it would match everywhere"
        )
    return compiled


_KNOWN = tuple(
    SecretShape(kind, re.compile(shape), tuple(hints.split())) for kind, shape, hints in _PATTERNS
)
DEFAULT_SCRUB_RULES = scrub_rules()
"""The known shapes alone."""
