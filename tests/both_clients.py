"""The openai package's two clients behind one face, so that one test tries both."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

both_clients = pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI], ids=["sync", "async"])


def use(
    kind: type[OpenAI | AsyncOpenAI],
    url: str,
    steps: Callable[[Any], Coroutine[Any, Any, None]],
) -> None:
    """Run steps with a client of one kind; they wait for what it returns with `done`."""

    async def run() -> None:
        client = kind(base_url=url, api_key="any", max_retries=0)
        try:
            await steps(client)
        finally:
            await done(client.close())

    asyncio.run(run())


async def done(value: Any) -> Any:
    """What a call of either client returns."""
    return await value if inspect.isawaitable(value) else value


async def every(pages: Any) -> list[Any]:
    """All that a list of either client goes through, page by page."""
    if hasattr(pages, "__aiter__"):
        return [each async for each in pages]
    return list(pages)
