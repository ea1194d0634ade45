"""The doors by which clients come: Azure's, those of gateways, and those that are walked twice."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from openai import AsyncAzureOpenAI, AzureOpenAI

from mockserver import MockServer
from mockserver.cassettes.upstream import Upstream

ASKED: dict[str, Any] = {"model": "gpt-5", "input": "Hi"}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/v1/v1/responses", "/v1/responses"),
        ("/openai/v1/v1/responses", "/openai/v1/responses"),
        ("/v1/openai/v1/responses", "/v1/responses"),
        ("/v1/responses/responses", "/v1/responses"),
        ("/responses/responses", "/responses"),
    ],
)
def test_a_path_that_holds_a_part_twice_is_told_with_the_right_one(
    server: MockServer, path: str, right: str
) -> None:
    reply = httpx2.post(server.url + path, json=ASKED)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (404, "mockserver_doubled_path")
    assert error["message"].endswith(f"so that the path becomes {right}.")
    assert httpx2.post(server.url + right, json=ASKED).status_code == 200


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/elsewhere/v1"])
def test_other_paths_are_unknown_as_before(server: MockServer, path: str) -> None:
    message = httpx2.post(server.url + path, json=ASKED).json()["error"]["message"]
    assert message == f"Invalid URL (POST {path})"


@pytest.mark.parametrize("options", [{}, {"azure_deployment": "mine"}])
def test_clients_of_azure(server: MockServer, options: dict[str, Any]) -> None:
    with AzureOpenAI(
        azure_endpoint=server.url, api_key="any", api_version="preview", **options
    ) as client:
        response = client.responses.create(**ASKED)
        assert client.responses.retrieve(response.id).id == response.id
        assert client.responses.input_items.list(response.id).data[0].type == "message"
        with client.responses.create(**ASKED, stream=True) as events:
            assert [event.type for event in events][-1] == "response.completed"
        with client.responses.connect() as connection:
            connection.response.create(**ASKED)
            kinds = iter(event.type for event in connection)
            assert "response.completed" in kinds


def test_the_awaiting_client_of_azure(server: MockServer) -> None:
    async def ask() -> None:
        async with AsyncAzureOpenAI(
            azure_endpoint=server.url, api_key="any", api_version="preview"
        ) as client:
            response = await client.responses.create(**ASKED)
            assert (await client.responses.retrieve(response.id)).id == response.id

    asyncio.run(ask())


def test_a_deployment_stands_for_the_model(server: MockServer) -> None:
    path = "/openai/deployments/mine/responses?api-version=2025-03-01-preview"
    reply = httpx2.post(server.url + path, json={"input": "Hi"}, headers={"api-key": "any"})
    assert reply.json()["model"] == "mine"


@pytest.mark.parametrize(
    ("upstream", "target", "url"),
    [
        ("https://x.openai.azure.com", "/v1/responses", "/openai/v1/responses"),
        ("https://x.openai.azure.com/openai", "/v1/responses", "/openai/v1/responses"),
        ("https://x.openai.azure.com/openai/v1", "/v1/responses", "/openai/v1/responses"),
        (
            "https://x.services.ai.azure.com",
            "/openai/deployments/d/responses?api-version=1",
            "/openai/deployments/d/responses?api-version=1",
        ),
        ("https://api.openai.com/v1", "/openai/v1/responses", "/v1/responses"),
        ("http://localhost:9", "/v1/responses", "/v1/responses"),
    ],
)
def test_what_is_recorded_goes_to_the_root_of_the_upstream(
    upstream: str, target: str, url: str
) -> None:
    there = Upstream(upstream)
    assert there.url_of(target) == there.origin + url


@pytest.mark.parametrize(
    ("upstream", "right"),
    [
        ("https://api.openai.com/v1/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/responses", "https://api.openai.com/v1"),
        ("https://x.openai.azure.com/openai/v1/openai/v1", "https://x.openai.azure.com/openai/v1"),
    ],
)
def test_an_upstream_that_goes_on_behind_its_root_is_refused(upstream: str, right: str) -> None:
    with pytest.raises(ValueError, match=f"write {right}$"):
        Upstream(upstream)
