"""Small test suites of users, run inside ours."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A suite that runs inside ours forgets what it imported; what all of them need is imported here,
# once.
import httpcore2  # noqa: F401
import httpx2  # noqa: F401
import openai.resources.responses  # noqa: F401
import pytest
import yaml  # noqa: F401

import mockserver.cassettes.scrub
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

PLAIN = ("-pno:cacheprovider", "-pno:faker", "-pno:hypothesispytest")
"""The arguments of a pytest that loads none of the plugins that are here for other reasons: they
take longer to start than most suites take to run.
"""

Run = Callable[..., pytest.RunResult]


def runner(pytester: pytest.Pytester, program: Path = Path("pytest")) -> Run:
    """A function that runs a suite: its source, arguments of pytest, `ini` lines, whether in a
    process of its own, which is that of the program.
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
        given: tuple[Any, ...] = (*PLAIN, "-pno:recording", *args)
        if apart:
            return pytester.run(program, *given)
        return pytester.runpytest_inprocess(*given)

    return run
