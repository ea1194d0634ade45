"""Clients of the `openai` package for a server on this machine.

Half of the time that it takes to make one goes into loading certificates, which such a server does
not need. A proxy that the environment names is for others, too.
"""

import ssl
from collections.abc import Mapping
from typing import Any

from httpx2 import Limits
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI

from mockserver.environment import API_KEY


def make_client(base_url: str, options: Mapping[str, Any]) -> OpenAI:
    """A client for the server at `base_url`. options: as of `OpenAI`."""
    options = {"base_url": base_url, "api_key": API_KEY, **options}
    if "http_client" not in options:
        options["http_client"] = DefaultHttpxClient(verify=_no_certificates(), trust_env=False)
    return OpenAI(**options)


def make_async_client(base_url: str, options: Mapping[str, Any]) -> AsyncOpenAI:
    """The same for code that awaits; it keeps no connection open."""
    options = {"base_url": base_url, "api_key": API_KEY, **options}
    if "http_client" not in options:
        limits = Limits(max_connections=1000, max_keepalive_connections=0)
        options["http_client"] = DefaultAsyncHttpxClient(
            verify=_no_certificates(), trust_env=False, limits=limits
        )
    return AsyncOpenAI(**options)


def _no_certificates() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
