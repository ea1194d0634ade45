"""How an application is tested: with its own clients, plain and Azure's, sync and async."""

from pathlib import Path

import pytest
from openai import AsyncOpenAI, AzureOpenAI, InvalidWebhookSignatureError, OpenAI

from librarian import AsyncLibrarian, Librarian
from mockserver import MockServer, code_interpreter_call, error, file_search_call


@pytest.fixture(params=[OpenAI, AzureOpenAI])
def client(request: pytest.FixtureRequest, mockserver: MockServer) -> OpenAI:
    """Either client; where the API is stands in the environment, which the fixture sets."""
    made: OpenAI = request.param()
    assert mockserver.url in str(made.base_url)
    return made


@pytest.fixture
def librarian(client: OpenAI) -> Librarian:
    return Librarian(client)


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    path = tmp_path / "handbook.txt"
    path.write_text("Refunds are paid within thirty days. The shop opens at nine.")
    return path


def test_it_answers_from_what_it_has_read(librarian: Librarian, handbook: Path) -> None:
    """Nothing is scripted: the search finds, and the answer cites, what was uploaded."""
    librarian.learn(handbook)
    assert "".join(librarian.answer("When are refunds paid?")).endswith("(handbook.txt)")


def test_it_searches_before_it_answers(
    librarian: Librarian, handbook: Path, mockserver: MockServer
) -> None:
    librarian.learn(handbook)
    mockserver.script([file_search_call("refunds"), "Within thirty days."])
    assert "".join(librarian.answer("When are refunds paid?")) == "Within thirty days."
    mockserver.assert_requested(tools=["file_search"], input={"contains": "refunds"})


def test_it_prints_what_the_code_printed(librarian: Librarian, mockserver: MockServer) -> None:
    mockserver.script([code_interpreter_call("print(6 * 7)", logs="42\n"), "It is 42."])
    assert librarian.compute("What is six times seven?") == "42\n"


def test_it_hears_of_what_it_studied(librarian: Librarian, mockserver: MockServer) -> None:
    mockserver.script("Owls see well at night.")
    response_id = librarian.study("owls")
    webhook = mockserver.webhook_request("response.completed", response_id)
    librarian.heard(webhook.body, webhook.headers)
    assert librarian.finished == {response_id: "Owls see well at night."}


def test_it_believes_no_webhook_of_others(librarian: Librarian, mockserver: MockServer) -> None:
    webhook = mockserver.webhook_request("response.completed", secret="whsec_b3RoZXJz")
    with pytest.raises(InvalidWebhookSignatureError):
        librarian.heard(webhook.body, webhook.headers)


def test_its_traces_stay_here(librarian: Librarian, mockserver: MockServer) -> None:
    librarian.trace("studies")
    assert mockserver.last_request.path.endswith("/traces/ingest")
    (trace,) = mockserver.last_request.json["data"]
    assert (trace["workflow_name"], mockserver.last_request.status) == ("studies", 204)


def test_the_client_tries_again_when_it_is_told_to(
    librarian: Librarian, mockserver: MockServer
) -> None:
    mockserver.script(error.rate_limit(retry_after=0.01), "Hello!")
    assert "".join(librarian.answer("Hi")) == "Hello!"


@pytest.mark.asyncio
async def test_it_streams_to_code_that_awaits(mockserver: MockServer) -> None:
    mockserver.script("One two three")
    async with AsyncOpenAI() as client:
        pieces = [piece async for piece in AsyncLibrarian(client).answer("Count.")]
    assert pieces == ["One", " two", " three"]
