"""Values that are secrets, and values that only look like them: code, templates, words, numbers."""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

_SHORTEST_RANDOM = 10
_SHORTEST_SPREAD = 20
_SHORTEST_PASSWORD = 8
_LONG = 24  # longer than words
_VARIED = 8

_RUN = re.compile(r"[A-Za-z0-9]+")
_SWITCH = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_HUMP = re.compile(r"[a-z](?=[A-Z])")
_DIGIT_AND_LETTER = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])", re.DOTALL)

PLACEHOLDER = re.compile(r"SCRUBBED(?:-[A-Z]+)+")
_BLANKED = re.compile(r"(?i)\W*(?:redacted|filtered|scrubbed|masked|hidden|removed)\W*|[*x]{3,}")
# What stands where a secret is to be put: variables, templates, advice.
_STAND_IN = re.compile(
    r"(?i)\$\{|\{\{|\$\(|%\(|^<|^%\w+%$|^#[0-9a-f]{3,8}$|^https?://"
    r"|your|example|placeholder|change_?me|dummy|redacted|scrubbed|x{4}|\*{3}|\.\.\."
)
# Names in programs: `settings.key1`, `my_token_2`, `crate::KEY1`.
_DOTTED = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\??\.|::|->)[A-Za-z_$][\w$]*)+")
_SNAKE = re.compile(r"\$\w+|_*[a-z]+(?:_[a-z0-9]+)+|_*[A-Z]+(?:_[A-Z0-9]+)+")
_OBVIOUS = frozenset(
    ["pass", "passwd", "password", "pw", "pwd", "secret", "test", "token", "user", "username"]
)


def is_blank(text: str) -> bool:
    """Whether nothing is left to scrub: no text at all, a placeholder, or what others put where a
    secret was.
    """
    return (
        not text or PLACEHOLDER.fullmatch(text) is not None or _BLANKED.fullmatch(text) is not None
    )


def looks_random(text: str) -> bool:
    """Whether letters and digits are mixed as chance mixes them, not as words, dates and versions
    do.
    """
    runs = _RUN.findall(text)
    switches = 0
    for run in runs:
        inside = len(_SWITCH.findall(run))
        switches += inside
        if len(run) < _SHORTEST_RANDOM:
            continue
        if inside >= 2 or len(_HUMP.findall(run)) * 5 >= len(run):
            return True
    return switches >= 4 and sum(map(len, runs)) >= _SHORTEST_SPREAD


def is_stand_in(value: str) -> bool:
    """Whether a value is a variable, a template, code or advice: what stands in for a secret."""
    if PLACEHOLDER.search(value) or _STAND_IN.search(value) or is_blank(value):
        return True
    is_code = _DOTTED.fullmatch(value) or _SNAKE.fullmatch(value)
    return is_code is not None and not looks_random(value)


def is_password(value: str) -> bool:
    """Whether a value may be a password, under a name that says so: letters and digits."""
    if len(value) < _SHORTEST_PASSWORD or _DIGIT_AND_LETTER.match(value) is None:
        return looks_random(value)
    return not is_stand_in(value)


def is_key(value: str) -> bool:
    """Whether a value is a key, under a name that says so less clearly."""
    return looks_random(value) and not is_stand_in(value)


def _is_login(value: str) -> bool:
    """Whether a value is `user:password` in base64."""
    bare = unquote(value).rstrip("=")
    try:
        plain = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return looks_random(value)
    return b":" in plain or looks_random(value)


def _is_userinfo(value: str) -> bool:
    """Whether what stands before the host of a URL has a password in it, or is a key."""
    user, colon, password = value.partition(":")
    if not colon or not password:
        return looks_random(user) and not is_stand_in(user)
    return password.lower() not in _OBVIOUS and not is_stand_in(password)


def _is_placed_password(value: str) -> bool:
    """Whether a value is a password where hardly anything else can stand."""
    return _is_typed_password(value) and is_password(value)


def _is_typed_password(value: str) -> bool:
    """Whether a value is a password where nothing else can stand."""
    word = value.strip("<>[](){}").lower()
    return not word.isdigit() and word not in _OBVIOUS and not is_stand_in(value)


def _is_prefixed_key(value: str) -> bool:
    """Whether what begins as a key goes on as one: at random, or longer than any word."""
    if looks_random(value):
        return True
    return any(len(set(run)) >= _VARIED for run in _RUN.findall(value) if len(run) >= _LONG)


def _is_key_block(value: str) -> bool:
    """Whether a block of a private key is more than its first line."""
    return "-----END" in value or looks_random(value)


TESTS: dict[str, Callable[[str], bool]] = {
    "random": looks_random,
    "login": _is_login,
    "userinfo": _is_userinfo,
    "password": _is_placed_password,
    "typed": _is_typed_password,
    "key": _is_prefixed_key,
    "block": _is_key_block,
}
"""What must hold of a secret of a shape, by the name that the table of shapes calls it."""
