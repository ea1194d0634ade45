"""Steps that answer any route: whole HTTP replies, errors, faults."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from mockserver import MockServer, Received, ScriptError, error


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


def ask(server: MockServer, method: str, path: str, **options: Any) -> httpx2.Response:
    return httpx2.request(method, server.url + path, **options)


def test_a_poll_fails_once_and_then_goes_on(server: MockServer) -> None:
    server.when(method="GET", path="/v1/responses/*").error(503, times=1)
    server.script("done")
    client = server.client(max_retries=0)
    created = client.responses.create(model="gpt-5", input="x", background=True)
    with pytest.raises(openai.InternalServerError):
        client.responses.retrieve(created.id)
    assert client.responses.retrieve(created.id).id == created.id
    polls = [each for each in server.requests if each.method == "GET"]
    assert [each.by for each in polls] == ["stub", "api"]
    server.verify()


ROUTES = [
    ("GET", "/v1/responses/resp_1"),
    ("DELETE", "/v1/responses/resp_1"),
    ("POST", "/v1/responses/resp_1/cancel"),
    ("GET", "/v1/responses/resp_1/input_items"),
    ("POST", "/v1/responses/input_tokens"),
    ("POST", "/v1/responses/compact"),
    ("POST", "/v1/conversations"),
    ("GET", "/v1/conversations/conv_1"),
    ("GET", "/v1/conversations/conv_1/items"),
    ("GET", "/v1/models"),
    ("POST", "/v1/responses"),
    ("PUT", "/v1/responses"),
    ("POST", "/v1/embeddings"),
    ("GET", "/v1/files/file-1/content"),
    ("POST", "/v1/vector_stores/vs_1/search"),
    ("POST", "/v1/rerank"),
    ("GET", "/weather"),
    ("GET", "/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_can_be_scripted(server: MockServer, method: str, path: str) -> None:
    server.when(method=method, path=path).respond(json={"it": "is mine"}, status=201)
    reply = ask(server, method, path, json={})
    assert (reply.status_code, reply.json()) == (201, {"it": "is mine"})
    assert reply.headers["content-type"] == "application/json"
    server.verify()


@pytest.mark.parametrize(
    ("pattern", "fits", "differs"),
    [
        ("/v1/responses/*", "/v1/responses/resp_1", "/v1/responses/resp_1/cancel"),
        ("/responses/{id}", "/openai/v1/responses/resp_1", "/responses"),
        ("/v1/files/**", "/v1/files/a/b", "/v1/uploads/a"),
        ("/a.b", "/a.b", "/axb"),
        ("/v1/*/x", "/v1/y/x", "/v1/x"),
    ],
)
def test_what_stands_for_what_in_a_path(
    server: MockServer, pattern: str, fits: str, differs: str
) -> None:
    server.when(path=pattern).respond(text="mine")
    assert ask(server, "POST", fits).text == "mine"
    assert ask(server, "POST", differs).text != "mine"


@pytest.mark.parametrize(
    ("given", "body", "kind"),
    [
        ({"json": [1, "é"]}, '[1,"é"]'.encode(), "application/json"),
        ({"json": None}, b"null", "application/json"),
        ({"text": "é"}, "é".encode(), "text/plain; charset=utf-8"),
        ({"body": b"\xff"}, b"\xff", "application/octet-stream"),
        ({}, b"", None),
        ({"text": "a,b", "headers": {"Content-Type": "text/csv"}}, b"a,b", "text/csv"),
    ],
)
def test_bodies(server: MockServer, given: dict[str, Any], body: bytes, kind: str | None) -> None:
    server.when(path="/x").respond(**given)
    reply = ask(server, "GET", "/x")
    assert (reply.content, reply.headers.get("content-type")) == (body, kind)


@pytest.mark.parametrize(
    "headers", [{"Content-Length": 3}, {"content-length": "x"}, {"Transfer-Encoding": "chunked"}]
)
def test_how_long_a_body_is_is_for_the_server_to_say(
    server: MockServer, headers: dict[str, Any]
) -> None:
    said = f"the header '{next(iter(headers))}' says how long the body is, which the server sees to"
    with pytest.raises(ScriptError, match=said):
        server.when(path="/x").respond(text="Hello", headers=headers)
    with pytest.raises(ScriptError, match=said):
        server.script(error(429, headers=headers))
    server.when(path="/y").respond(text="Hello", headers={"Content-Length": "5"})
    assert ask(server, "GET", "/y").text == "Hello"


def test_a_function_answers_what_it_got(server: MockServer) -> None:
    def echoed(request: Received) -> dict[str, Any]:
        return {"status": 202, "json": [request.method, request.path, request.json]}

    server.when(path="/weather/*").respond(echoed)
    reply = ask(server, "PUT", "/weather/paris", json={"a": 1})
    assert (reply.status_code, reply.json()) == (202, ["PUT", "/weather/paris", {"a": 1}])


def test_a_function_that_fails_is_told(server: MockServer) -> None:
    server.when(path="/x").respond(lambda _: 1 / 0)
    server.when(path="/y").respond(lambda _: {"jsn": 1})
    said = ask(server, "GET", "/x").json()["error"]
    assert said["code"] == "mockserver_script_error"
    assert "raised ZeroDivisionError" in said["message"]
    assert "did you mean 'json'?" in ask(server, "GET", "/y").json()["error"]["message"]
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        server.verify()


def test_conditions_look_at_headers_and_into_the_body(server: MockServer) -> None:
    server.when(path="/v1/embeddings").respond(text="any")
    server.when(path="/v1/embeddings", json={"$.model": "small"}).respond(text="small")
    server.when(path="/v1/embeddings", headers={"X-Team": "blue"}).respond(text="blue")
    server.when(path="/v1/embeddings", predicate=lambda request: request.json == [1]).respond(
        text="list"
    )
    path = "/v1/embeddings"
    assert ask(server, "POST", path, json={"model": "large"}).text == "any"
    assert ask(server, "POST", path, json={"model": "small"}).text == "small"
    assert ask(server, "POST", path, headers={"x-team": "blue"}).text == "blue"
    assert ask(server, "POST", path, json=[1]).text == "list"
    assert ask(server, "POST", path, content=b"no JSON").text == "any"


def test_steps_of_the_queue_keep_their_order(server: MockServer) -> None:
    rerank = {"method": "POST", "path": "/v1/rerank"}
    server.script("One", {"when": rerank, "http": {"json": {}}}, "Two")
    client = server.client()
    assert ask(server, "POST", "/v1/rerank").status_code == 404
    assert client.responses.create(model="gpt-5", input="x").output_text == "One"
    assert ask(server, "POST", "/v1/rerank").json() == {}
    assert client.responses.create(model="gpt-5", input="x").output_text == "Two"


def test_scenarios_and_times(server: MockServer) -> None:
    server.when(path="/job").respond(json="pending", times=2)
    server.when(path="/job").respond(json="new", times=1, scenario={"name": "job", "sets": "seen"})
    server.when(path="/job", method="GET").respond(
        json="done", scenario={"name": "job", "requires": "seen"}
    )
    answers = [ask(server, "GET", "/job").json() for _ in range(4)]
    assert answers == ["new", "done", "done", "done"]


def test_faults_and_pace_hold_for_any_route(server: MockServer) -> None:
    server.when(path="/x").respond(json={}, stream={"fault": "reset"}, times=1)
    server.when(path="/y").respond(text="late", stream={"ttft_ms": 1})
    with pytest.raises(httpx2.TransportError):
        ask(server, "GET", "/x")
    assert ask(server, "GET", "/y").text == "late"


def test_an_http_reply_in_the_place_of_a_response(server: MockServer) -> None:
    server.when(model="gpt-5").respond(status=418, text="A teapot.")
    reply = ask(server, "POST", "/v1/responses", json={"model": "gpt-5", "input": "x"})
    assert (reply.status_code, reply.text) == (418, "A teapot.")


def test_a_cassette_says_the_same(tmp_path: Path) -> None:
    cassette = tmp_path / "a.yaml"
    cassette.write_text(
        """
        interactions:
        - when: {method: POST, path: /v1/embeddings}
          http: {status: 200, json: {data: []}}
        - when: {method: GET, path: /v1/responses/*}
          error: rate_limit
        - reply: Hello
        """,
        encoding="utf-8",
    )
    with MockServer(cassette) as server:
        asked = {"model": "gpt-5", "input": "x"}
        assert ask(server, "POST", "/v1/responses", json=asked).status_code == 200
        assert ask(server, "GET", "/v1/responses/resp_1").status_code == 429
        assert ask(server, "POST", "/v1/embeddings").json() == {"data": []}
        assert server.unused == []


def test_requests_of_any_route_can_be_asserted(server: MockServer) -> None:
    server.when(path="/x").respond(json={})
    ask(server, "POST", "/x", json={"a": 1})
    server.assert_requested(times=1, method="POST", path="/x", json={"$.a": 1})
    with pytest.raises(AssertionError, match="method: expected GET, got"):
        server.assert_requested(method="GET", path="/x")


def test_what_is_served_nowhere_says_how_to_script_it(server: MockServer) -> None:
    server.script("x")
    ask(server, "POST", "/v1/rerank", json={})
    (missed,) = server.misses
    assert "when(method='POST', path='/v1/rerank').respond(json=…)" in missed.text
    assert "what is served: /v1/responses, /v1/conversations," in missed.text
    assert "/v1/files, /v1/uploads, /v1/vector_stores, /v1/containers, /v1/emb" in missed.text


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"path": "x"}, "'path' must be a path"),
        ({"method": "FETCH"}, "'method' must be one of GET"),
        ({"path": "/x", "model": "m"}, "'model' is about create requests"),
        ({"pth": "/x"}, "did you mean 'path'?"),
    ],
)
def test_conditions_that_can_never_hold(
    server: MockServer, conditions: dict[str, Any], said: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        server.when(**conditions)
    assert said in str(caught.value)


def test_answers_that_cannot_be_given(server: MockServer) -> None:
    with pytest.raises(ScriptError, match="a reply answers create requests"):
        server.when(path="/x").reply("Hello")
    with pytest.raises(ScriptError, match="a reply answers create requests"):
        server.script({"when": {"path": "/x"}, "reply": "Hello"})
    with pytest.raises(ScriptError, match="one body, not json and text"):
        server.when(path="/x").respond(json=1, text="x")
    with pytest.raises(ScriptError, match="stands instead of a reply"):
        server.script({"http": {}, "reply": "x"})
    with pytest.raises(ScriptError, match="'json' is no JSON value"):
        server.when(path="/x").respond(json=object())
    server.when(path="/x").error(error.rate_limit())
    assert ask(server, "GET", "/x").status_code == 429
