"""Small test suites of users, run inside ours."""

import textwrap
from collections.abc import Callable
from typing import Any

# A suite that runs inside ours forgets what it imported; what all of them need is imported here,
# once.
import httpcore2  # noqa: F401
import httpx2  # noqa: F401
import openai  # noqa: F401
import pytest
import yaml  # noqa: F401

import mockserver.testing  # noqa: F401
import pytest_mockserver.server  # noqa: F401

HEAD = """
import openai
import pytest
import yaml  # noqa: F401
from mockserver import MockServer, error, function_call


def ask(text="Hi", **options):
    client = openai.OpenAI(max_retries=0)
    try:
        return client.responses.create(**{"model": "gpt-5", "input": text, **options}).output_text
    finally:
        client.close()


def ask_quietly(text="Hi"):
    try:
        return ask(text)
    except openai.APIError:
        return None

"""

Run = Callable[..., pytest.RunResult]


def runner(pytester: pytest.Pytester) -> Run:
    """A function that runs a suite: its source, arguments of pytest, `ini` lines, whether in a
    process of its own.
    """

    def run(
        source: str, *args: str, ini: str = "", apart: bool = False, name: str = "test_it"
    ) -> pytest.RunResult:
        lines = [
            "[pytest]",
            "asyncio_default_fixture_loop_scope = function",
            "filterwarnings = error",
            ini,
        ]
        pytester.makeini("\n".join(lines))
        pytester.makepyfile(**{name: HEAD + textwrap.dedent(source)})
        without = ("cacheprovider", "hypothesispytest", "recording")
        given: tuple[Any, ...] = (*(f"-pno:{name}" for name in without), *args)
        return (
            pytester.runpytest_subprocess(*given) if apart else pytester.runpytest_inprocess(*given)
        )

    return run
