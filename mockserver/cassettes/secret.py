"""Secrets in text: where they stand, what kind they are, and what to put in their place.

A placeholder names its kind (`SCRUBBED-API-KEY`), is the same for every secret of that kind, and
holds only characters that mean nothing in JSON, URLs, headers and server-sent events.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

_SHORTEST = 3
_SHORT = 1000
_SHORTEST_ENCODED = 12
_SHORTEST_KNOWN = 8
_MAX_DEPTH = 2

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
_PLACEHOLDER = re.compile(r"SCRUBBED(?:-[A-Z]+)+")
_BLANKED = re.compile(r"(?i)\W*(?:redacted|filtered|scrubbed|masked|hidden|removed)\W*|[*x]{3,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_WRAPPED = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{56,80}\r?\n)+[A-Za-z0-9+/]+={0,2}")
_PERCENT = re.compile(r"(?<![^\s\"'<>&=?])[^\s\"'<>&=?]*%[0-9A-Fa-f]{2}[^\s\"'<>&=?]*")
_SEPARATOR = re.compile(r"[+/_-]+")
_PRINTABLE = re.compile(rb"[\t\n\r -~]{8,}")
_MAX_STARTS = 64
_MAX_JOINED = 4096
_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace text[start:end], which is a secret or encodes one."""

    start: int
    end: int
    kind: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One shape of secrets; `hints` are in lower case, and one of them is in every text that has a
    match.
    """

    kind: str
    expression: re.Pattern[str]
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as a secret: known shapes, patterns of the user's own, and secrets known by
    value.

    `headers` are further header fields to keep, by lower-case name. Make one with `rules`.
    """

    patterns: tuple[Pattern, ...]
    headers: frozenset[str] = frozenset()
    hint: re.Pattern[str] | None = None
    """Matches every lower-case text that any pattern may match; None when that cannot be said."""


def rules(
    patterns: Iterable[str] = (), *, secrets: Iterable[str] = (), headers: Iterable[str] = ()
) -> Rules:
    """Rules with the user's own patterns (the first group, else the whole match, is replaced) and
    known secrets.

    Secrets of fewer than 8 characters are not looked for by value.

    Raises ValueError for a pattern that is no regular expression, or that matches the empty text.
    """
    own = tuple(Pattern("secret", _checked(pattern)) for pattern in patterns)
    return with_secrets(
        _made((*own, *_KNOWN), frozenset(name.lower() for name in headers)), secrets
    )


def with_secrets(by: Rules, secrets: Iterable[str]) -> Rules:
    """The same rules, and more secrets known by value."""
    known = tuple(
        Pattern("api-key", re.compile(re.escape(secret)), (secret.lower(),))
        for secret in secrets
        if len(secret) >= _SHORTEST_KNOWN
    )
    return _made((*known, *by.patterns), by.headers) if known else by


def _made(patterns: tuple[Pattern, ...], headers: frozenset[str]) -> Rules:
    hints = sorted({hint for pattern in patterns for hint in pattern.hints})
    every = all(pattern.hints for pattern in patterns)
    return Rules(patterns, headers, re.compile("|".join(map(re.escape, hints))) if every else None)


def edits(text: str, by: Rules, depth: int = 0) -> list[Edit]:
    """What to replace in a text, in order and without overlap: secrets as they are, in base64,
    percent-encoded.
    """
    if len(text) < _SHORTEST:
        return []
    plain = _plain(text, by)
    if depth == _MAX_DEPTH or len(text) < _SHORTEST_ENCODED:
        return plain
    return sorted([*plain, *_encoded(text, plain, by, depth)], key=lambda edit: edit.start)


def placeholder(kind: str) -> str:
    """What stands for a secret of this kind."""
    return f"SCRUBBED-{kind.upper()}"


def is_blank(text: str) -> bool:
    """Whether nothing is left to scrub: no text at all, a placeholder, or what others put where a
    secret was.
    """
    return (
        not text or _PLACEHOLDER.fullmatch(text) is not None or _BLANKED.fullmatch(text) is not None
    )


def replaced(text: str, changes: Iterable[Edit]) -> str:
    """The text with every edit done."""
    pieces: list[str] = []
    at = 0
    for change in changes:
        pieces += (text[at : change.start], change.replacement)
        at = change.end
    return "".join((*pieces, text[at:]))


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


def _plain(text: str, by: Rules) -> list[Edit]:
    lowered = text.lower()
    if len(text) <= _SHORT and by.hint is not None and by.hint.search(lowered) is None:
        return []
    found: list[tuple[int, int, str]] = []
    for pattern in by.patterns:
        if pattern.hints and not any(hint in lowered for hint in pattern.hints):
            continue
        for match in pattern.expression.finditer(text):
            start, end = match.span(1 if pattern.expression.groups and match.start(1) >= 0 else 0)
            if start < end:
                found.append((start, end, pattern.kind))
    if not found:
        return []
    done = [match.span() for match in _PLACEHOLDER.finditer(text)]
    fresh = [
        (start, end, kind)
        for start, end, kind in found
        if not any(s <= start and end <= e for s, e in done)
    ]
    return _merged(fresh)


def _merged(found: list[tuple[int, int, str]]) -> list[Edit]:
    """Overlapping finds become one, so that no end of a secret is left over."""
    merged: list[Edit] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0], -span[1])):
        if merged and start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Edit(last.start, max(last.end, end), last.kind, last.replacement)
        else:
            merged.append(Edit(start, end, kind, placeholder(kind)))
    return merged


def _encoded(text: str, plain: list[Edit], by: Rules, depth: int) -> Iterator[Edit]:
    """Runs that decode to text with a secret in it, outside what is replaced anyway."""
    if "%" not in text and _BASE64.search(text) is None:
        return
    borders = [0, *(border for edit in plain for border in (edit.start, edit.end)), len(text)]
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        at = start
        for found in sorted(_candidates(text, start, end), key=lambda pair: pair[0].span()):
            match, decode = found
            if match.start() < at:
                continue
            change = decode(match.group(), by, depth + 1)
            if change is not None:
                kind, replacement = change
                yield Edit(match.start(), match.end(), kind, replacement)
                at = match.end()


_Decode = Callable[[str, Rules, int], "tuple[str, str] | None"]


def _candidates(text: str, start: int, end: int) -> Iterator[tuple[re.Match[str], _Decode]]:
    if "\n" in text:
        yield from ((match, _wrapped) for match in _WRAPPED.finditer(text, start, end))
    yield from ((match, _base64) for match in _BASE64.finditer(text, start, end))
    if "%" in text:
        yield from ((match, _percent) for match in _PERCENT.finditer(text, start, end))


def _base64(run: str, by: Rules, depth: int) -> tuple[str, str] | None:
    """Look into a run at each place where its base64 may begin: four alignments, and after what may
    separate words.
    """
    bare = run.rstrip("=")
    standard = bare.translate(_URL_SAFE)
    words = [match.end() for match in _SEPARATOR.finditer(bare)] if len(bare) <= _MAX_JOINED else []
    for skip in [0, 1, 2, 3, *words[:_MAX_STARTS]]:
        usable = len(bare) - (1 if (len(bare) - skip) % 4 == 1 else 0)
        packed = standard[skip:usable]
        if len(packed) < 16:
            continue
        raw = binascii.a2b_base64(packed + "=" * (-len(packed) % 4))
        # Most of it is no text at all, and pictures are large: look at what could be text before
        # looking closely.
        if not edits("\0".join(map(bytes.decode, _PRINTABLE.findall(raw))), by, depth):
            continue
        decoded = raw.decode("latin-1")
        found = edits(decoded, by, depth)
        if found:
            encode = base64.urlsafe_b64encode if "-" in bare or "_" in bare else base64.b64encode
            again = encode(replaced(decoded, found).encode("latin-1")).decode("ascii")
            rest = bare[usable:]
            return found[0].kind, bare[:skip] + (
                again.rstrip("=") + rest if rest or bare == run else again
            )
    return None


def _wrapped(block: str, by: Rules, depth: int) -> tuple[str, str] | None:
    return _base64("".join(block.split()), by, depth)


def _percent(token: str, by: Rules, depth: int) -> tuple[str, str] | None:
    decoded = unquote(token, errors="surrogateescape")
    found = edits(decoded, by, depth)
    if not found:
        return None
    return found[0].kind, quote(
        replaced(decoded, found), safe="/:+,;@$!*()~", errors="surrogateescape"
    )


_KNOWN = tuple(
    Pattern(kind, re.compile(shape), tuple(hints.split())) for kind, shape, hints in _PATTERNS
)
DEFAULT = rules()
"""The known shapes alone."""
