"""Tests do not disturb each other: environment, sessions, late requests, other plugins."""

import importlib.util
import os
from pathlib import Path

import pytest

from suites import Run, runner

pytest_plugins = "pytester"


@pytest.fixture
def run(pytester: pytest.Pytester, own_pytest: Path) -> Run:
    return runner(pytester, own_pytest)


def test_the_environment_is_set_for_the_test_and_put_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "own")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    result = run(
        """
        import os

        def test_during(mockserver):
            assert os.environ["OPENAI_BASE_URL"] == mockserver.base_url
            assert os.environ["OPENAI_API_KEY"] != "own"

        def test_after():
            assert "OPENAI_BASE_URL" not in os.environ
            assert os.environ["OPENAI_API_KEY"] == "own"
        """
    )
    result.assert_outcomes(passed=2)
    assert os.environ["OPENAI_API_KEY"] == "own"


def test_clients_that_other_fixtures_make_find_the_server(run: Run) -> None:
    result = run(
        """
        @pytest.fixture
        def client():
            with openai.OpenAI() as client:
                yield client

        def test_order_does_not_matter(client, mockserver):
            mockserver.script("Hello!")
            assert client.responses.create(model="gpt-5", input="Hi").output_text == "Hello!"
        """
    )
    result.assert_outcomes(passed=1)


def test_a_marker_alone_brings_the_server(run: Run) -> None:
    result = run(
        """
        import unittest

        @pytest.mark.mockserver(on_miss="echo")
        def test_function():
            assert ask("Hi") == "Hi"

        @pytest.mark.mockserver(on_miss="echo")
        class TestClass:
            def test_method(self):
                assert ask("Hi") == "Hi"

            @pytest.mark.mockserver(seed=3)
            def test_both_marks_hold(self, mockserver):
                assert ask("Hi") == "Hi"

        @pytest.mark.mockserver(on_miss="echo")
        class TestOldStyle(unittest.TestCase):
            def test_method(self):
                self.assertEqual(ask("Hi"), "Hi")

        @pytest.mark.parametrize("marked", [pytest.param(True, marks=pytest.mark.mockserver(seed=1)), False])
        def test_of_some_parameters(request, marked):
            assert ("mockserver" in request.fixturenames) is marked
        """
    )
    result.assert_outcomes(passed=6)


def test_tests_share_one_server_and_nothing_else(run: Run) -> None:
    result = run(
        """
        SEEN = []

        @pytest.mark.parametrize("number", range(3))
        def test_it(mockserver, number):
            assert mockserver.requests == []
            mockserver.script(str(number))
            assert ask() == str(number)
            SEEN.append(mockserver.base_url)

        def test_urls(mockserver):
            ports = {url.split("/")[2] for url in [*SEEN, mockserver.base_url]}
            assert len(ports) == 1
            assert len(set(SEEN)) == 3
            assert "test_it-0-" in SEEN[0]
        """
    )
    result.assert_outcomes(passed=4)


def test_a_late_request_cannot_use_the_next_tests_steps(run: Run) -> None:
    result = run(
        """
        CLIENT = []

        def test_leaves_a_client_behind(mockserver):
            CLIENT.append(openai.OpenAI())

        def test_next(mockserver):
            mockserver.script("mine")
            with pytest.raises(openai.NotFoundError, match="A client made for one test serves no other"):
                CLIENT[0].responses.create(model="gpt-5", input="late")
            CLIENT[0].close()
            assert ask() == "mine"
        """
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*= mockserver =*",
            "requests outside of a running test, which nothing answered:",
            "  POST /s/test_leaves_a_client_behind-1/v1/responses",
        ]
    )


def test_wider_scopes_are_made_with_the_factory(run: Run) -> None:
    result = run(
        """
        @pytest.fixture(scope="module")
        def server(mockserver_factory):
            with mockserver_factory(seed=3) as server:
                server.when(input="Hi").reply("shared")
                yield server

        def test_one(server):
            assert server.client().responses.create(model="gpt-5", input="Hi").output_text == "shared"

        def test_two(server, mockserver):
            assert len(server.requests) == 1
            mockserver.script("own")
            assert ask() == "own"
            with pytest.raises(openai.APIStatusError):
                server.client().responses.create(model="gpt-5", input="unknown")

        def test_left_open(mockserver_factory):
            assert mockserver_factory().client().responses.create(model="gpt-5", input="x").output_text
        """
    )
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ['not answered: mockserver: no reply for this request (model gpt-5, input "unknown").']
    )


def test_a_server_of_ones_own_needs_no_fixture(run: Run) -> None:
    result = run(
        """
        def test_plain():
            with MockServer() as server:
                server.script("Hello!")
                assert server.client().responses.create(model="gpt-5", input="Hi").output_text == "Hello!"
        """
    )
    result.assert_outcomes(passed=1)


ASYNC = """
import asyncio

async def aask(mockserver, number):
    client = mockserver.async_client()
    replies = [client.responses.create(model="gpt-5", input=str(each)) for each in range(number)]
    return [reply.output_text for reply in await asyncio.gather(*replies)]

MARK
@pytest.mark.parametrize("turn", range(2))
async def test_async(mockserver, turn):
    mockserver.script(*map(str, range(5)))
    assert sorted(await aask(mockserver, 5)) == list("01234")
    mockserver.assert_requested(times=5)

MARK
async def test_left(mockserver):
    mockserver.script("one")
"""


def test_pytest_asyncio(run: Run) -> None:
    result = run(ASYNC.replace("MARK", "@pytest.mark.asyncio"))
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["mockserver: 1 scripted step was not used:"])


def test_anyio(run: Run) -> None:
    backend = "\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    result = run(ASYNC.replace("MARK", "@pytest.mark.anyio") + backend)
    result.assert_outcomes(passed=2, failed=1)


def test_threads(run: Run) -> None:
    result = run(
        """
        from concurrent.futures import ThreadPoolExecutor

        def test_threads(mockserver):
            mockserver.script(*map(str, range(20)))
            with ThreadPoolExecutor(8) as pool:
                texts = list(pool.map(lambda _: ask(), range(20)))
            assert sorted(texts, key=int) == list(map(str, range(20)))
        """
    )
    result.assert_outcomes(passed=1)


@pytest.mark.skipif(
    importlib.util.find_spec("xdist") is None, reason="pytest-xdist is not installed"
)
def test_xdist_workers_have_servers_of_their_own_and_report_together(run: Run) -> None:
    result = run(
        """
        @pytest.mark.parametrize("number", range(6))
        def test_it(mockserver, number):
            mockserver.script(str(number))
            assert ask() == str(number)

        def test_left(mockserver):
            mockserver.script("one")

        def test_own(mockserver):
            mockserver.script("one")
            ask()
            assert False, "my own"
        """,
        "-n2",
        "--mockserver-usage",
        apart=True,
    )
    result.assert_outcomes(passed=6, failed=2)
    result.stdout.fnmatch_lines(["gpt-5 *7 *"])
    result.stdout.fnmatch_lines(
        ["FAILED test_it.py::test_left - mockserver: 1 scripted step was not used*"]
    )
    result.stdout.fnmatch_lines(["Requests:"])


AT_IMPORT = """
CLIENT = openai.OpenAI()

def test_early(mockserver):
    mockserver.script("never")
    with pytest.raises(openai.NotFoundError, match="Do: make the client inside the test"):
        CLIENT.responses.create(model="gpt-5", input="early")

def test_own(mockserver):
    assert ask()
    CLIENT.close()
"""


@pytest.mark.parametrize("way", ["flag", "ini"])
def test_a_client_made_at_import_is_refused_where_the_guard_stands(
    run: Run, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    given = {"ini": "mockserver_guard = true"} if way == "ini" else {}
    result = run(AT_IMPORT, *(["--mockserver-guard"] if way == "flag" else []), **given)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "mockserver: 1 scripted step was not used:",
            "No request came to this test's server address, but POST "
            "/s/client-made-outside-of-a-test/v1/responses to*",
        ]
    )
    assert not {"OPENAI_BASE_URL", "OPENAI_API_KEY"} & set(os.environ)


def test_the_guard_leaves_the_users_address_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/mine/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "mine")
    source = """
        AT_IMPORT = openai.OpenAI()

        def test_address():
            assert (str(AT_IMPORT.base_url), AT_IMPORT.api_key) == ("http://127.0.0.1:9/mine/v1/", "mine")
            AT_IMPORT.close()
        """
    run(source, "--mockserver-guard").assert_outcomes(passed=1)
    run(source).assert_outcomes(passed=1)


def test_the_guard_stands_in_every_worker(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    run(AT_IMPORT, "--mockserver-guard", "-n2", apart=True).assert_outcomes(failed=1, passed=1)
