"""What a web page must not do: script the server, read what it received, spend the user's key."""

import contextlib
import json
import logging
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from mockserver import MockServer
from patience import SECONDS
from sockets import Socket

KEY = "sk-proj-T3stAbCdEfGh1234567890_abcdefghijkl-XYZ"
PAGE = "https://evil.example"
ASKED = {"model": "gpt-5", "input": "Hi"}
ENDPOINTS = [
    ("GET", ""),
    ("POST", "/script"),
    ("POST", "/stubs"),
    ("POST", "/prompts"),
    ("GET", "/requests"),
    ("POST", "/assert"),
    ("GET", "/verify"),
    ("POST", "/reset"),
    ("GET", "/sessions"),
    ("POST", "/sessions"),
    ("DELETE", "/sessions/mine"),
    ("GET", "/nonsense"),
]
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1@evil.example",
    "evil.example/127.0.0.1",
    "[::1].evil.example",
    "notlocalhost",
    "",
]
FOREIGN_PAGES = [
    {"origin": PAGE},
    {"origin": "null"},
    {"origin": "http://localhost:1"},
    {"origin": "http://127.0.0.1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture(name="upstream")
def _upstream() -> Iterator[MockServer]:
    with MockServer(on_miss="generate") as upstream:
        yield upstream


@pytest.fixture(name="recording")
def _recording(upstream: MockServer, tmp_path: Path) -> Iterator[MockServer]:
    cassette = tmp_path / "kept.yaml"
    with MockServer(cassette, record="all", upstream=upstream.base_url) as server:
        yield server


def call(
    server: MockServer, method: str, path: str, headers: Any = (), **options: Any
) -> httpx2.Response:
    with httpx2.Client(trust_env=False) as http:
        reply: httpx2.Response = http.request(
            method, server.url + path, headers=dict(headers), **options
        )
    return reply


def control(server: MockServer, method: str, path: str, headers: Any = ()) -> httpx2.Response:
    value: dict[str, Any] = {"json": "Hello!"} if method == "POST" else {}
    return call(server, method, f"/__mockserver__{path}", headers, **value)


def refusal(reply: httpx2.Response) -> tuple[int, str]:
    error = reply.json()["error"]
    assert error["type"] == "mockserver_error"
    assert "Do: " in error["message"]
    return reply.status_code, error["code"]


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_no_control_endpoint_is_for_foreign_pages(
    server: MockServer, method: str, path: str
) -> None:
    for page in FOREIGN_PAGES:
        refused = refusal(control(server, method, path, page))
        assert refused == (403, "mockserver_untrusted_origin")
    refused = refusal(control(server, method, path, {"host": "evil.example"}))
    assert refused == (403, "mockserver_untrusted_host")


@pytest.mark.parametrize("prefix", ["/v1", "/openai/v1", "/api/v1", "/openai/deployments/x"])
def test_no_prefix_leads_around_the_check(server: MockServer, prefix: str) -> None:
    for path in (f"{prefix}/__mockserver__/requests", f"/s/other{prefix}/__mockserver__/requests"):
        reply = call(server, "GET", path, {"origin": PAGE})
        assert refusal(reply) == (403, "mockserver_untrusted_origin")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_names_that_a_page_may_have_point_here_are_refused(server: MockServer, host: str) -> None:
    reply = control(server, "GET", "/requests", {"host": host})
    assert refusal(reply) == (403, "mockserver_untrusted_host")


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8080", "127.0.0.1", "10.0.0.7:80", "[::1]", "[fe80::1]:8080"]
)
def test_addresses_and_localhost_are_believed(server: MockServer, host: str) -> None:
    assert control(server, "GET", "/requests", {"host": host}).status_code == 200


def test_one_good_host_or_origin_does_not_excuse_another(server: MockServer) -> None:
    own = server.url.removeprefix("http://")
    for doubled in (
        [("Host", own), ("Host", "evil.example")],
        [("Host", own), ("Origin", server.url), ("Origin", PAGE)],
    ):
        connection = HTTPConnection(own, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.putrequest("GET", "/__mockserver__/requests", skip_host=True)
            for name, value in doubled:
                connection.putheader(name, value)
            connection.endheaders()
            assert connection.getresponse().status == 403


def test_clients_that_name_the_server_itself_as_origin_are_believed(
    server: MockServer, recording: MockServer
) -> None:
    assert control(server, "GET", "/requests", {"origin": server.url}).status_code == 200
    assert control(server, "GET", "/requests", {"sec-fetch-site": "none"}).status_code == 200
    with Socket(recording.base_url, additional_headers={"origin": recording.url}) as socket:
        assert socket.ask()["status"] == "completed"


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("mockserver", "mockserver:8080", 200),
        ("mockserver:8080", "mockserver:8080", 200),
        ("mockserver:8080", "mockserver:9090", 403),
        ("MockServer", "mOckserver", 200),
        ("mockserver", "xmockserver", 403),
        ("*.example.com", "a.example.com", 200),
        ("*.example.com", "example.com", 403),
        ("*.example.com", "a.example.com.evil.example", 403),
        ("*", "anything", 200),
    ],
)
def test_allowed_hosts(server: MockServer, allowed: str, host: str, status: int) -> None:
    with server.session(allowed_host=allowed) as mine:
        assert control(mine, "GET", "/requests", {"host": host}).status_code == status


def test_the_name_that_the_server_was_told_to_listen_at_is_allowed() -> None:
    with MockServer(host="localhost") as server:
        assert control(server, "GET", "/requests").status_code == 200


def test_a_refusal_says_what_allows_it_and_following_it_helps(server: MockServer) -> None:
    said = control(server, "GET", "/requests", {"host": "box.lan:8080"}).json()["error"]["message"]
    assert "--allowed-host box.lan " in said
    said = control(server, "GET", "/requests", {"origin": PAGE}).json()["error"]["message"]
    assert f"--cors {PAGE} " in said
    with server.session(allowed_host="box.lan", cors=PAGE) as mine:
        trusted = {"host": "box.lan:8080", "origin": PAGE}
        assert control(mine, "GET", "/requests", trusted).status_code == 200


def test_what_was_refused_is_told_once_in_the_log(
    server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    page = {"origin": "https://told.example"}
    with caplog.at_level(logging.WARNING, "mockserver"):
        control(server, "GET", "/requests", page)
        control(server, "GET", "/requests", page)
    [line] = [each for each in caplog.messages if "told.example" in each]
    assert 'GET "/__mockserver__/requests"' in line
    assert "--cors https://told.example" in line


def test_foreign_pages_change_nothing(server: MockServer) -> None:
    with server.session() as mine:
        control(mine, "POST", "/script", {"origin": PAGE})
        assert mine.unused == []
        mine.script("kept")
        control(mine, "POST", "/reset", {"origin": PAGE})
        assert len(mine.unused) == 1
        assert mine.requests == []
        mine.reset()


@pytest.mark.parametrize(
    "said", ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", None]
)
def test_control_bodies_must_say_that_they_are_json(server: MockServer, said: str | None) -> None:
    headers = {} if said is None else {"content-type": said}
    for path in ("/script", "/stubs", "/prompts", "/assert", "/sessions", "/reset"):
        reply = call(server, "POST", f"/__mockserver__{path}", headers=headers, content=b'"Hello!"')
        assert refusal(reply) == (415, "mockserver_no_json")
        assert "'content-type: application/json'" in reply.json()["error"]["message"]


def test_json_may_have_a_charset_and_no_body_needs_no_type(server: MockServer) -> None:
    said = {"content-type": "Application/JSON; charset=utf-8"}
    with server.session() as mine:
        path = "/__mockserver__/script"
        assert call(mine, "POST", path, said, content=b'"Hello!"').status_code == 201
        assert call(mine, "POST", "/__mockserver__/reset").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/responses"),
        ("POST", "/responses"),
        ("GET", "/v1/models"),
        ("GET", "/v1/responses/resp_1"),
        ("DELETE", "/v1/responses/resp_1"),
        ("POST", "/v1/files"),
        ("OPTIONS", "/v1/responses"),
    ],
)
def test_no_foreign_page_reaches_the_upstream(
    recording: MockServer, upstream: MockServer, method: str, path: str
) -> None:
    for headers in (*FOREIGN_PAGES, {"host": "evil.example"}):
        reply = call(recording, method, path, headers)
        assert refusal(reply)[0] == 403
    assert upstream.requests == []
    assert {each.by for each in recording.requests} == {"refused"}
    call(recording, method, path)
    assert len(upstream.requests) == 1


def test_no_foreign_page_opens_a_websocket_to_the_upstream(
    recording: MockServer, upstream: MockServer
) -> None:
    for path in ("/responses", "/realtime"):
        with pytest.raises(InvalidStatus) as refused:
            Socket(recording.base_url, path, additional_headers={"origin": PAGE})
        reply = refused.value.response
        assert reply.status_code == 403
        assert json.loads(reply.body or b"")["error"]["code"] == "mockserver_untrusted_origin"
    assert upstream.requests == []


def test_what_spends_no_key_is_for_every_page(
    server: MockServer, upstream: MockServer, tmp_path: Path
) -> None:
    foreign = {"origin": PAGE, "host": "evil.example"}
    with server.session() as mine:
        assert call(mine, "POST", "/v1/responses", foreign, json=ASKED).status_code == 200
    cassette, to = tmp_path / "kept.yaml", upstream.base_url
    with MockServer(cassette, record="once", upstream=to) as recording:
        call(recording, "POST", "/v1/responses", json=ASKED)
    with MockServer(cassette, record="once", upstream=to) as replaying:
        assert call(replaying, "POST", "/v1/responses", foreign, json=ASKED).status_code == 200


def test_pages_of_allowed_origins_may_do_all(upstream: MockServer, tmp_path: Path) -> None:
    page = "http://localhost:3000"
    cassette = tmp_path / "kept.yaml"
    with MockServer(
        cassette, record="all", upstream=upstream.base_url, cors=[f"{page}/"], api_keys=["right"]
    ) as server:
        asks = {
            "origin": page,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        for path in ("/v1/responses", "/__mockserver__/script"):
            preflight = call(server, "OPTIONS", path, asks)
            assert preflight.status_code == 200
            assert preflight.headers["access-control-allow-origin"] == page
            assert "POST" in preflight.headers["access-control-allow-methods"]
            allowed = preflight.headers["access-control-allow-headers"]
            assert "authorization" in allowed.lower()
            other = call(server, "OPTIONS", path, {**asks, "origin": PAGE})
            assert "access-control-allow-origin" not in other.headers
        assert server.requests == []
        sent = {"origin": page, "authorization": "Bearer right"}
        reply = call(server, "POST", "/v1/responses", sent, json=ASKED)
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, page)
        listed = call(server, "GET", "/__mockserver__/requests", sent)
        assert (listed.status_code, listed.headers["access-control-allow-origin"]) == (200, page)
        refused = call(server, "POST", "/v1/responses", {**sent, "origin": PAGE}, json=ASKED)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
        wrong = call(server, "GET", "/__mockserver__/requests", {"origin": page})
        assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (401, page)
    assert len(upstream.requests) == 1


def test_every_origin_can_be_allowed(server: MockServer) -> None:
    with server.session(cors="*") as mine:
        reply = control(mine, "GET", "/requests", {"origin": PAGE})
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, "*")
        assert control(mine, "GET", "/requests", {"sec-fetch-site": "cross-site"}).is_success
        assert control(mine, "GET", "/requests", {"host": "evil.example"}).status_code == 403


def test_a_session_cannot_open_what_concerns_all(server: MockServer) -> None:
    with server.session(cors="*", allowed_host="*") as mine:
        for method, path in (
            ("GET", "/sessions"),
            ("POST", "/sessions"),
            ("DELETE", "/sessions/x"),
        ):
            assert control(mine, method, path, {"origin": PAGE}).status_code == 403


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_control_endpoints_want_the_key(method: str, path: str) -> None:
    with MockServer(api_keys=[KEY, "other"]) as server:
        assert refusal(control(server, method, path)) == (401, "mockserver_no_key")
        wrong = control(server, method, path, {"authorization": "Bearer sk-wrong-secret-9876"})
        assert refusal(wrong) == (401, "mockserver_wrong_key")
        assert "sk-wrong" not in wrong.text
        for right in ({"authorization": f"Bearer {KEY}"}, {"api-key": "other"}):
            assert control(server, method, path, right).status_code not in (401, 403)


def test_whether_the_server_is_there_can_be_asked_without_a_key() -> None:
    with MockServer(api_keys=[KEY]) as server:
        assert control(server, "GET", "/health").json() == {"status": "ok"}
        assert control(server, "GET", "/healthy").status_code == 401


def test_a_server_with_keys_works_from_python() -> None:
    with MockServer(api_keys=[KEY]) as server:
        server.script("Hello!")
        said = server.client(api_key=KEY).responses.create(model="gpt-5", input="Hi").output_text
        assert said == "Hello!"
        server.assert_requested(times=1, input="Hi")
        server.verify()
        server.reset()
