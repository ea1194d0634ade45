"""Whom the server believes: what a web page that the user visits must not use.

A browser lets any page send requests to this machine. It says in `Origin` and `Sec-Fetch-Site`
which page did, and in `Host` under which name the page believes the server to be; a page that has
its own name point to this machine (DNS rebinding) is given away by that name alone. So whoever
scripts the server, reads what it received, or has it spend a key, must come from no page, or from
one that `--cors` allows, and to an address, to `localhost`, or to a name that `--allowed-host`
allows.
"""

import ipaddress
import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from mockserver.api import ApiError, own_error
from mockserver.settings import Settings
from mockserver.wording import show_value

_HOST = re.compile(r"(?P<name>\[[^\[\]]+\]|[^\[\]@:/?#\\\s]+)(?::\d*)?")
_OTHER_SITES = ("cross-site", "same-site")
"""What browsers say in `Sec-Fetch-Site` of pages of other origins, where `Origin` is missing: of a
picture, of a link (https://www.w3.org/TR/fetch-metadata/).
"""

_HOST_TEXT = (
    "This request is for the host {host}, which is neither an IP address nor localhost, and might "
    "be the name of a web page that has it point here. Do: use the address of the server, or "
    "allow the name: --allowed-host {name} (in Python allowed_host='{name}')."
)
_ORIGIN_TEXT = (
    "This request comes from a web page, of {origin}, which might not be yours. Do: if it is, "
    "allow it: --cors {name} (in Python cors='{name}')."
)
_LINK_TEXT = (
    "A web page of another site sent this request, as a link, a picture or a form. Do: if the page "
    "is yours, use fetch, and allow its origin: --cors ORIGIN (in Python cors='ORIGIN')."
)
_PLAIN = re.compile(r"[\w.:/*\[\]-]{1,100}", re.ASCII)


def untrusted(headers: Headers, settings: Settings) -> ApiError | None:
    """Why a request is not to be believed, with what to do about it; None when it is."""
    hosts = headers.getlist("host") or [""]
    for host in hosts:
        if not _is_known_host(host, settings):
            found = _HOST.fullmatch(host)
            name = _plain(found["name"], "NAME") if found else "NAME"
            text = _HOST_TEXT.format(host=show_value(host), name=name)
            return own_error(403, text, "mockserver_untrusted_host")
    if "*" in settings.cors:
        return None
    origins = headers.getlist("origin")
    for origin in origins:
        if origin.lower() not in (*_origins(settings), *_own_origins(hosts)):
            name = _plain(origin, "ORIGIN")
            text = _ORIGIN_TEXT.format(origin=show_value(origin), name=name)
            return own_error(403, text, "mockserver_untrusted_origin")
    if not origins and headers.get("sec-fetch-site") in _OTHER_SITES:
        return own_error(403, _LINK_TEXT, "mockserver_untrusted_origin")
    return None


def with_cors(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application as the pages that settings allow may use it."""
    if not settings.cors:
        return app
    return CORSMiddleware(
        app,
        allow_origins=_origins(settings),
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["*"],
        allow_private_network=True,
    )


def is_preflight(method: str, headers: Headers, settings: Settings) -> bool:
    """Whether a browser asks what a page may do, which the answer to `with_cors` says."""
    return (
        bool(settings.cors)
        and method == "OPTIONS"
        and "origin" in headers
        and "access-control-request-method" in headers
    )


def _is_known_host(host: str, settings: Settings) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found["name"].lower()
    return (
        name in ("localhost", settings.host.lower())
        or _is_address(name)
        or any(_fits(name, host.lower(), each.lower()) for each in settings.allowed_host)
    )


def _plain(value: str, otherwise: str) -> str:
    """A value as it can be typed, or else what stands for it."""
    return value if _PLAIN.fullmatch(value) else otherwise


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _fits(name: str, host: str, pattern: str) -> bool:
    """Whether a host, its name with its port or without, is what `--allowed-host` says."""
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in ("*", name, host)


def _origins(settings: Settings) -> Sequence[str]:
    return [each.rstrip("/").lower() for each in settings.cors]


def _own_origins(hosts: Sequence[str]) -> Sequence[str]:
    """The origins of the server's own pages, of which it has none: clients that are no browsers,
    such as the Python package websocket-client, say them.
    """
    return [f"{scheme}://{host.lower()}" for scheme in ("http", "https") for host in hosts]
