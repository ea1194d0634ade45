"""What clients of this API read from the environment, so that nothing of a test reaches the real
one.

Looked up in openai 3.57 and openai-agents 0.24 (Python and Node), langchain-openai 1.7,
litellm 1.110, llama-index 0.8, pydantic-ai 2.68 and the AI SDK 7.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType

from mockserver.api import WEBHOOK_SECRET

API_KEY = "mockserver-key"
"""What clients of a test take for a key."""

_AZURE_VERSION = "preview"

HARMLESS: Mapping[str, str] = MappingProxyType(
    {
        # Traces go to the real API wherever OPENAI_BASE_URL points, with the key that stands in the
        # environment when they leave: seconds after the test. openai-agents reads this once.
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
        # litellm fetches its prices from the web when it is imported.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
)
"""What costs nothing to set for a whole run."""

UNSET = (
    "OPENAI_ADMIN_KEY",
    "OPENAI_CUSTOM_HEADERS",
    "OPENAI_ORG_ID",
    "OPENAI_ORGANIZATION",
    "OPENAI_PROJECT_ID",
    "OPENAI_PROXY",
    "AZURE_OPENAI_AD_TOKEN",
    "AZURE_AD_TOKEN",
)
"""What would tell a test's server whose account it is, or lead around it."""

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "OPENAI_API_VERSION": _AZURE_VERSION,
        "AZURE_OPENAI_API_VERSION": _AZURE_VERSION,
        "AZURE_API_VERSION": _AZURE_VERSION,
    }
)
"""What clients for Azure insist on; what a user has set serves as well."""


def missing(values: Mapping[str, str]) -> dict[str, str]:
    """Those of the variables that nobody has set."""
    return {name: value for name, value in values.items() if name not in os.environ}


def addresses(url: str) -> dict[str, str]:
    """The variables that hold an address, a key or a secret, for a server at `url` (without
    `/v1`).
    """
    api = f"{url}/v1"
    return {
        "OPENAI_BASE_URL": api,
        "OPENAI_API_BASE": api,  # litellm, llama-index
        "OPENAI_WEBSOCKET_BASE_URL": api.replace("http", "ws", 1),  # openai-agents
        "OPENAI_API_KEY": API_KEY,
        "OPENAI_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "AZURE_OPENAI_ENDPOINT": url,
        "AZURE_OPENAI_API_KEY": API_KEY,
        "AZURE_API_BASE": url,  # litellm
        "AZURE_API_KEY": API_KEY,
    }


def environment(url: str) -> dict[str, str]:
    """All that a process needs to find a server at `url` in the place of the real API."""
    return {**addresses(url), **DEFAULTS, **HARMLESS}
