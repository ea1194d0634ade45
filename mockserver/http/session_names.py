"""Which session a request belongs to: its path says so, or a header, a cookie or its key."""

import re
from collections.abc import Mapping

from starlette.requests import cookie_parser

HEADER = "x-mockserver-session"
COOKIE = "mockserver-session"
_KEY = "mockserver-session:"
_PATH = re.compile(r"/s/([^/]+)(/.*|$)")

NAME = re.compile(r"[A-Za-z0-9._~-]{1,100}")
"""What sessions may be called."""


def split_path(path: str) -> tuple[str, str]:
    """The name of the session that a path begins with, "" where it names none, and the path within
    that session.
    """
    named = _PATH.match(path)
    return (named[1], named[2]) if named else ("", path)


def named_in(headers: Mapping[str, str]) -> str:
    """The name of the session that header fields name; "" where they name none.

    For clients that have one address for all: `x-mockserver-session: NAME`, a cookie
    `mockserver-session=NAME`, or the key `mockserver-session:NAME`.
    """
    name = headers.get(HEADER)
    if name is not None:
        return name.strip()
    key = headers.get("authorization", "").partition(" ")[2].strip() or headers.get("api-key", "")
    if key.startswith(_KEY):
        return key.removeprefix(_KEY)
    cookies = headers.get("cookie")
    return cookie_parser(cookies).get(COOKIE, "") if cookies else ""
