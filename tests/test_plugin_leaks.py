"""No byte of a test leaves for the real API, during the test or after."""

from pathlib import Path

import pytest

from suites import Run, runner

pytest_plugins = "pytester"

TRAP = """
import os, socket

ASKED = []
RESOLVE = socket.getaddrinfo

def trap(host, *arguments, **options):
    if host not in ("127.0.0.1", "localhost", "::1", None):
        ASKED.append(str(host))
        raise OSError(f"{host} is the real one")
    return RESOLVE(host, *arguments, **options)

socket.getaddrinfo = trap

def pytest_unconfigure():
    from agents.tracing import get_trace_provider

    get_trace_provider().shutdown()  # sends what has been put by
    with open("asked.txt", "w") as file:
        file.write(" ".join(ASKED))
"""

AGENT = """
    from agents import Agent, Runner, function_tool
    from mockserver import function_call

    @function_tool
    def get_weather(city: str) -> str:
        return "18 degrees"

    def test_agent(mockserver):
        mockserver.script(function_call("get_weather", city="Paris"), "It is 18 degrees.")
        agent = Agent(name="Weather", model="gpt-5", tools=[get_weather])
        result = Runner.run_sync(agent, "How is the weather?")
        assert result.final_output == "It is 18 degrees."
    """

REAL = {
    "OPENAI_API_KEY": "sk-real",
    "OPENAI_ORG_ID": "org-real",
    "OPENAI_PROJECT_ID": "proj_real",
    "OPENAI_CUSTOM_HEADERS": "x-secret: real",
    "AZURE_OPENAI_ENDPOINT": "https://real.openai.azure.com",
    "AZURE_OPENAI_API_KEY": "real",
    "AZURE_OPENAI_AD_TOKEN": "real",
}


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, own_pytest: Path) -> Run:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_VERSION", "OPENAI_AGENTS_DISABLE_TRACING"):
        monkeypatch.delenv(name, raising=False)
    return runner(pytester, own_pytest)


def test_an_agent_asks_the_server_alone_and_sends_no_traces(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(TRAP)
    run(AGENT, apart=True).assert_outcomes(passed=1)
    assert Path("asked.txt").read_text(encoding="utf-8") == ""


def test_the_trap_would_have_caught_the_traces(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sets the variable keeps what it says; and the test above can fail."""
    monkeypatch.setenv("OPENAI_AGENTS_DISABLE_TRACING", "0")
    pytester.makeconftest(TRAP)
    run(AGENT, apart=True).assert_outcomes(passed=1)
    assert "api.openai.com" in Path("asked.txt").read_text(encoding="utf-8")


def test_a_client_tells_neither_account_nor_secrets(run: Run) -> None:
    result = run(
        """
        def test_headers(mockserver):
            mockserver.script("Hello!")
            assert ask()
            headers = mockserver.last_request.headers
            told = {name: headers.get(name, reveal=True) for name in headers}
            assert "real" not in str(told)
        """
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("options", ["", "azure_deployment='my-gpt'"])
def test_clients_for_azure_find_the_server(run: Run, options: str) -> None:
    result = run(
        f"""
        import asyncio

        def test_azure(mockserver):
            mockserver.script("One", "Two", "Three")
            with openai.AzureOpenAI({options}) as client:
                asked = {{"model": "my-gpt", "input": "Hi"}}
                assert client.responses.create(**asked).output_text == "One"
                with client.responses.stream(**asked) as stream:
                    assert stream.get_final_response().output_text == "Two"

            async def ask():
                async with openai.AsyncAzureOpenAI({options}) as client:
                    return (await client.responses.create(**asked)).output_text

            assert asyncio.run(ask()) == "Three"
            assert {{request.model for request in mockserver.requests}} == {{"my-gpt"}}
        """
    )
    result.assert_outcomes(passed=1)


def test_the_environment_is_the_users_again(run: Run) -> None:
    result = run(
        """
        import os

        REAL = dict(os.environ)

        def test_during(mockserver):
            assert os.environ["AZURE_OPENAI_ENDPOINT"] == mockserver.url
            assert "OPENAI_ORG_ID" not in os.environ

        def test_after():
            os.environ.pop("PYTEST_CURRENT_TEST")
            REAL.pop("PYTEST_CURRENT_TEST", None)
            assert dict(os.environ) == REAL
        """
    )
    result.assert_outcomes(passed=2)


def test_traces_are_taken_in(run: Run) -> None:
    result = run(
        """
        import httpx2

        def test_traces(mockserver):
            reply = httpx2.post(f"{mockserver.base_url}/traces/ingest", json={"data": []})
            assert (reply.status_code, reply.content) == (204, b"")
            assert mockserver.last_request.path == "/v1/traces/ingest"
            assert mockserver.last_request.body == {"data": []}
        """
    )
    result.assert_outcomes(passed=1)
