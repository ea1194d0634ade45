"""Clients of the `openai` package for a server, made quickly.

Half of the time that a client's making takes goes into loading certificates, which a server on this
machine does not need. A proxy that the environment names is for other machines, too.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI


def client(base_url: str, api_key: str, /, **options: Any) -> "OpenAI":
    """A synchronous client. options: as of `openai.OpenAI`."""
    from openai import DefaultHttpxClient, OpenAI

    if "http_client" not in options:
        options["http_client"] = DefaultHttpxClient(verify=_no_certificates(), trust_env=False)
    return OpenAI(**{"base_url": base_url, "api_key": api_key, **options})


def async_client(base_url: str, api_key: str, /, **options: Any) -> "AsyncOpenAI":
    """An asynchronous client, which keeps no connection open. options: as of
    `openai.AsyncOpenAI`.
    """
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    if "http_client" not in options:
        from httpx2 import Limits

        limits = Limits(max_connections=1000, max_keepalive_connections=0)
        options["http_client"] = DefaultAsyncHttpxClient(
            verify=_no_certificates(), trust_env=False, limits=limits
        )
    return AsyncOpenAI(**{"base_url": base_url, "api_key": api_key, **options})


def _no_certificates() -> Any:
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
