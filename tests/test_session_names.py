"""Sessions for clients that share one URL: named by a header, a cookie or the key."""

from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from mockserver import MockServer

ASKED = {"model": "gpt-5", "input": "Hi"}
WAYS = {
    "header": {"x-mockserver-session": "ann"},
    "cookie": {"cookie": "a=b; mockserver-session=ann; c=d"},
    "key": {"authorization": "Bearer mockserver-session:ann"},
    "Azure's key": {"api-key": "mockserver-session:ann"},
}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(open_sessions=True) as server:
        yield server


def send(server: MockServer, method: str, path: str, **options: Any) -> httpx2.Response:
    return httpx2.request(method, server.url + path, **options)


@pytest.mark.parametrize("headers", WAYS.values(), ids=WAYS)
def test_each_way_leads_to_the_session(server: MockServer, headers: dict[str, str]) -> None:
    send(server, "POST", "/__mockserver__/script", json=["Hello, Ann!"], headers=headers)
    server.script("Hello, all!")
    reply = send(server, "POST", "/v1/responses", json=ASKED, headers=headers).json()
    assert reply["output"][-1]["content"][0]["text"] == "Hello, Ann!"
    listed = send(server, "GET", "/__mockserver__/requests", headers=headers).json()["data"]
    assert [each["path"] for each in listed] == ["/v1/responses"]
    assert server.requests == []
    (session,) = send(server, "GET", "/__mockserver__/sessions").json()["data"]
    assert session["name"] == "ann"
    assert send(server, "POST", "/s/ann/v1/responses", json=ASKED).status_code == 422


def test_a_session_is_begun_anew_and_closed(server: MockServer) -> None:
    ann = WAYS["header"]
    send(server, "POST", "/v1/responses", json=ASKED, headers=ann)
    send(server, "POST", "/__mockserver__/reset", headers=ann)
    assert send(server, "GET", "/__mockserver__/requests", headers=ann).json()["data"] == []
    send(server, "POST", "/v1/responses", json=ASKED, headers=ann)
    assert send(server, "DELETE", "/__mockserver__/sessions/ann").status_code == 200
    assert send(server, "GET", "/__mockserver__/sessions").json()["data"] == []


def test_a_websocket_belongs_to_it_too(server: MockServer) -> None:
    send(server, "POST", "/__mockserver__/script", json=["Hello!"], headers=WAYS["key"])
    client = openai.OpenAI(base_url=server.base_url, api_key="mockserver-session:ann")
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-5", input="Hi")
        done = next(event for event in connection if event.type == "response.output_text.done")
        assert done.text == "Hello!"
    client.close()


def test_a_path_opens_it_as_well(server: MockServer) -> None:
    assert send(server, "POST", "/s/bob/v1/responses", json=ASKED).status_code == 200
    assert [
        each["name"] for each in send(server, "GET", "/__mockserver__/sessions").json()["data"]
    ] == ["bob"]


@pytest.mark.parametrize("name", ["a/b", "x" * 101, "ann!"])
def test_names_that_no_session_has(server: MockServer, name: str) -> None:
    headers = {"x-mockserver-session": name}
    reply = send(server, "POST", "/v1/responses", json=ASKED, headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "mockserver_no_session")
    assert "names of 1 to 100 letters" in reply.json()["error"]["message"]


def test_without_leave_none_is_opened() -> None:
    with MockServer() as server:
        reply = send(server, "POST", "/v1/responses", json=ASKED, headers=WAYS["header"])
        assert reply.status_code == 404
        said = reply.json()["error"]["message"]
        assert 'No session "ann" is open' in said
        assert "--open-sessions" in said
        send(server, "POST", "/__mockserver__/sessions", json={"name": "ann"})
        assert send(server, "POST", "/v1/responses", json=ASKED, headers=WAYS["header"]).is_success


def test_no_client_opens_sessions_without_end(server: MockServer) -> None:
    sessions = server._alive.sessions
    server._alive.call(lambda: [sessions.open(f"s{number}") for number in range(1_000)])
    reply = send(server, "POST", "/v1/responses", json=ASKED, headers=WAYS["header"])
    assert reply.status_code == 404
    assert "at most 1000 at once" in reply.json()["error"]["message"]
