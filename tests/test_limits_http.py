"""What is refused before a request is looked at: bodies, routes, methods, keys; and the headers of
all replies.
"""

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from conftest import Serve
from mockserver.settings import Settings
from patience import SECONDS

KEY = "sk-right-0123456789"
HELLO = {"model": "gpt-5", "input": "Hello"}
JSON_ROUTES = ("/responses", "/responses/input_tokens", "/responses/compact", "/conversations")


def error_of(reply: httpx2.Response, status: int) -> dict[str, Any]:
    """The error in a reply, whose shape and headers are those of the API."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-request-id"].startswith("req_")
    error: dict[str, Any] = reply.json()["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert reply.text == json.dumps({"error": error}, indent=2, ensure_ascii=False)
    return error


@pytest.mark.parametrize("route", JSON_ROUTES)
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"not JSON",
        b'{"model": "gpt-5", "input": "x"} and more',
        b'{"model": NaN}',
        b"\xff\xfe",
        b'{"model": "\xff"}',
        b"[1]",
        b'"text"',
        b"null",
        b"[" * 100_000,
        b'{"input":' * 50_000,
        b'{"model": "gpt-5", "input": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_object(serve: Serve, route: str, body: bytes) -> None:
    error = error_of(httpx2.post(serve().url + route, content=body), 400)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_body(serve: Serve, body: bytes) -> None:
    assert (
        error_of(httpx2.post(f"{serve().url}/responses", content=body), 400)["code"]
        == "invalid_json"
    )


def test_deep_but_legal_json_is_read(serve: Serve) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(30):
        schema = {"type": "object", "properties": {"x": schema}}
    tool = {"type": "function", "name": "f", "parameters": schema, "strict": False}
    reply = httpx2.post(
        f"{serve().url}/responses", json={**HELLO, "tools": [tool], "tool_choice": "none"}
    )
    assert reply.status_code == 200


@pytest.fixture
def small(serve: Serve) -> str:
    """A server that takes bodies of a thousand bytes."""
    return serve(settings=Settings(max_body=1_000 / 2**20)).url


@pytest.mark.parametrize("route", JSON_ROUTES)
def test_a_body_over_the_limit(small: str, route: str) -> None:
    error = error_of(httpx2.post(small + route, json={**HELLO, "input": "x" * 1_000}), 413)
    assert error["code"] == "request_too_large"
    assert "1000" in error["message"]


def test_a_body_at_the_limit(small: str) -> None:
    body = json.dumps(HELLO).encode()
    assert httpx2.post(f"{small}/responses", content=body.ljust(1_000)).status_code == 200
    error_of(httpx2.post(f"{small}/responses", content=body.ljust(1_001)), 413)


def test_a_chunked_body_over_the_limit_is_refused_before_its_end(small: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    error_of(httpx2.post(f"{small}/responses", content=chunks()), 413)


def test_an_endless_body_is_refused(small: str) -> None:
    place = httpx2.URL(small)
    with socket.create_connection((place.host, place.port or 0), timeout=SECONDS) as connection:
        path = f"{place.path}/responses"
        connection.sendall(
            (
                f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\nbeginning"
            ).encode()
        )
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_the_server_serves_on_after_a_refusal(small: str) -> None:
    with httpx2.Client() as http:
        for _ in range(3):
            error_of(http.post(f"{small}/responses", json={**HELLO, "input": "x" * 5_000}), 413)
            assert http.post(f"{small}/responses", json=HELLO).status_code == 200


# -------------------------------------------------------------------------------------------------
# routes and verbs


PREFIXES = [
    *("", "/v1", "/api/v1"),
    # Azure's, new and old.
    *("/openai/v1", "/openai", "/openai/deployments/gpt-4.1-mine"),
]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefixes(serve: Serve, prefix: str) -> None:
    base = serve().url.removesuffix("/v1") + prefix
    version = "api-version=2025-03-01-preview"
    body = {**HELLO, "background": True}
    created = httpx2.post(f"{base}/responses?{version}", json=body)
    assert created.status_code == 200
    assert created.json()["model"] == "gpt-5-2025-08-07"
    name = created.json()["id"]
    assert httpx2.get(f"{base}/responses/{name}?{version}").status_code == 200
    listed = httpx2.get(f"{base}/responses/{name}/input_items?{version}").json()
    assert [item["role"] for item in listed["data"]] == ["user"]
    cancelled = httpx2.post(f"{base}/responses/{name}/cancel?{version}")
    assert cancelled.json()["status"] == "cancelled"
    assert httpx2.get(f"{base}/models").status_code == 200
    assert httpx2.get(f"{base}/responses?api-version=preview").status_code == 405


def test_a_deployment_is_the_model_where_none_is_given(serve: Serve) -> None:
    base = serve(strict_models=True).url.removesuffix("/v1") + "/openai/deployments"
    assert httpx2.post(f"{base}/gpt-4.1/responses", json={"input": "Hi"}).json()["model"] == (
        "gpt-4.1-2025-04-14"
    )
    refused = httpx2.post(f"{base}/mine/responses", json={"input": "Hi"}).json()["error"]
    assert refused["message"] == "The requested model 'mine' does not exist."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api/responses"),
        ("GET", "/openaix/responses"),
        ("GET", "/openai/chat/v1/responses"),
        ("GET", "/nothing"),
        ("POST", "/chat/completions"),
        ("POST", "/responses/"),
        ("GET", "/responses/resp_1/nothing"),
        ("GET", "/conversations/conv_1/items/msg_1/more"),
        ("GET", "/responses/%2e%2e/secrets"),
    ],
)
def test_unknown_routes(serve: Serve, method: str, path: str) -> None:
    error = error_of(
        httpx2.request(method, serve().url + path, json=HELLO if method == "POST" else None), 404
    )
    assert error["type"] == "invalid_request_error"
    assert f"{method} " in error["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/responses"),
        ("PUT", "/responses"),
        ("PATCH", "/responses"),
        ("DELETE", "/responses"),
        ("OPTIONS", "/responses"),
        ("POST", "/responses/resp_1/input_items"),
        ("GET", "/responses/resp_1/cancel"),
        ("PUT", "/conversations"),
        ("POST", "/models"),
    ],
)
def test_wrong_methods(serve: Serve, method: str, path: str) -> None:
    error = error_of(httpx2.request(method, serve().url + path), 405)
    assert error["type"] == "invalid_request_error"
    assert method in error["message"]


def test_head_is_answered_without_a_body(serve: Serve) -> None:
    reply = httpx2.head(f"{serve().url}/models")
    assert reply.status_code in (200, 405)
    assert reply.content == b""


# --------------------------------------------------------------------------------------------------------------
# keys


@pytest.fixture
def locked(serve: Serve) -> str:
    """A server that lets one key in."""
    return serve(settings=Settings(api_keys=(KEY,))).url


@pytest.mark.parametrize(
    "header", [{}, {"authorization": ""}, {"authorization": "Bearer"}, {"api-key": ""}], ids=str
)
def test_a_missing_key(locked: str, header: dict[str, str]) -> None:
    error = error_of(httpx2.post(f"{locked}/responses", json=HELLO, headers=header), 401)
    assert (error["code"], error["param"], error["type"]) == (None, None, "invalid_request_error")
    assert error["message"].startswith("Missing bearer or basic authentication in header")


def test_a_wrong_key_is_shown_masked(locked: str) -> None:
    wrong = {"authorization": "Bearer sk-wrong-secret-9876"}
    error = error_of(httpx2.post(f"{locked}/responses", json=HELLO, headers=wrong), 401)
    assert error["code"] == "invalid_api_key"
    assert error["message"].startswith("Incorrect API key provided: sk-w")
    assert "secret" not in error["message"]


def test_the_key_comes_before_everything_else(locked: str) -> None:
    for method, path in (
        ("POST", "/responses"),
        ("GET", "/nothing"),
        ("PUT", "/responses"),
        ("GET", "/models"),
    ):
        error_of(httpx2.request(method, locked + path, content=b"{"), 401)
    assert httpx2.get(locked.partition("/s/")[0] + "/__mockserver__/health").status_code == 200


@pytest.mark.parametrize(
    "header",
    [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {KEY}"}, {"api-key": KEY}],
    ids=["bearer", "sloppy bearer", "Azure"],
)
def test_the_right_key(locked: str, header: dict[str, str]) -> None:
    assert httpx2.post(f"{locked}/responses", json=HELLO, headers=header).status_code == 200


def test_without_keys_any_key_will_do(serve: Serve) -> None:
    url = serve().url
    for header in ({}, {"authorization": "Bearer x"}, {"authorization": "nonsense"}):
        assert httpx2.post(f"{url}/responses", json=HELLO, headers=header).status_code == 200


# ------------------------------------------------------------------------------------------------
# models and headers


def test_strict_models(serve: Serve) -> None:
    url = serve(settings=Settings(strict_models=True)).url
    error = error_of(httpx2.post(f"{url}/responses", json={**HELLO, "model": "gpt-99"}), 400)
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert error["message"] == "The requested model 'gpt-99' does not exist."
    error_of(httpx2.get(f"{url}/models/gpt-99"), 404)
    assert httpx2.post(f"{url}/responses", json=HELLO).status_code == 200
    assert (
        httpx2.post(f"{url}/responses", json={**HELLO, "model": "gpt-4o-2024-08-06"}).status_code
        == 200
    )


USUAL = {
    *(
        "openai-organization",
        "openai-processing-ms",
        "openai-project",
        "openai-version",
        "x-request-id",
    ),
    *(
        f"x-ratelimit-{what}-{of}"
        for what in ("limit", "remaining", "reset")
        for of in ("requests", "tokens")
    ),
}


def test_every_reply_carries_the_usual_headers(serve: Serve) -> None:
    url = serve().url
    replies = [
        httpx2.post(f"{url}/responses", json=HELLO),
        httpx2.post(f"{url}/responses", json={**HELLO, "stream": True}),
        httpx2.post(f"{url}/responses", json={}),
        httpx2.get(f"{url}/models"),
        httpx2.get(f"{url}/nothing"),
        httpx2.put(f"{url}/responses"),
    ]
    for reply in replies:
        assert reply.headers.keys() >= USUAL
        assert not reply.headers.keys() & {"server", "date", "set-cookie", "content-encoding"}
    assert [reply.headers["content-type"] for reply in replies[:3]] == [
        "application/json",
        "text/event-stream; charset=utf-8",
        "application/json",
    ]
    assert len({reply.headers["x-request-id"] for reply in replies}) == len(replies)


def test_equal_requests_have_different_ids_the_same_in_every_run(serve: Serve) -> None:
    def ids() -> list[str]:
        url = serve(seed=4).url
        return [
            httpx2.post(f"{url}/responses", json=HELLO).headers["x-request-id"] for _ in range(3)
        ]

    assert len(set(ids())) == 3
