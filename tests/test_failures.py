"""Faults of the server's own, and clients that leave: an answer where one is waited for, a line in
the log where there is a fault.
"""

import json
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2
import pytest

from cassette_samples import interaction, save, streamed
from conftest import Serve
from mockserver import MockServer, ScriptError
from mockserver.settings import Settings
from sockets import Socket

ASKED = {"model": "gpt-5", "input": "Hi"}
MESSAGE = {"type": "message", "role": "user", "content": "Hi"}
EVERY_KIND = [
    ("POST", "/responses"),
    ("GET", "/responses/resp_1"),
    ("POST", "/responses/input_tokens"),
    ("POST", "/conversations"),
    ("GET", "/models"),
    ("POST", "/embeddings"),
    ("POST", "/vector_stores"),
]


def fail(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("unhashable type:\n'dict'")


@pytest.mark.parametrize(("method", "path"), EVERY_KIND)
def test_a_fault_is_answered_on_every_route(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    served = serve()
    monkeypatch.setattr(served.session, "answer", fail)
    reply = httpx2.request(method, served.url + path, json=ASKED)
    assert reply.status_code == 500
    error = reply.json()["error"]
    assert (error["type"], error["code"]) == ("server_error", "server_error")
    assert reply.headers["x-request-id"] in error["message"]


def test_a_fault_is_one_line_in_the_log(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve()
    monkeypatch.setattr(served.session, "answer", fail)
    httpx2.post(f"{served.url}/responses", json=ASKED)
    (line,) = caplog.messages
    assert "\n" not in line
    assert "/v1/responses: TypeError: unhashable type: 'dict' (mockserver/http/call.py:" in line
    assert "please report it" in line


def test_a_fault_is_shown_to_the_pages_that_may_use_the_server(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve(settings=Settings(cors=("https://mine.example",)))
    monkeypatch.setattr(served.session, "answer", fail)
    headers = {"origin": "https://mine.example"}
    reply = httpx2.post(f"{served.url}/responses", json=ASKED, headers=headers)
    assert reply.status_code == 500
    assert reply.headers["access-control-allow-origin"] == "https://mine.example"


def test_a_fault_in_a_stream_is_its_last_event(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve(watched=False)
    served.script({"reply": "Hello.", "stream": {"itl_ms": 1}})
    monkeypatch.setattr("mockserver.session.outcome.Ending.keep", fail)
    reply = httpx2.post(f"{served.url}/responses", json={**ASKED, "stream": True})
    *_, last = reply.text.strip().split("\n\n")
    assert last.startswith("event: error\n")
    assert json.loads(last.partition("data: ")[2])["type"] == "error"


def test_a_fault_in_a_turn_leaves_the_connection_open(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(watched=False)
    with Socket(served.url) as client, monkeypatch.context() as broken:
        broken.setattr(served.session, "answer", fail)
        assert client.refused()["error"]["code"] == "server_error"
        broken.undo()
        assert client.ask()["status"] == "completed"
    assert [line for line in caplog.messages if "TypeError" in line]


def test_a_fault_in_a_handshake_is_answered(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    served = serve(watched=False)
    monkeypatch.setattr("mockserver.http.websocket.Connection", fail)
    with pytest.raises(Exception, match="HTTP 500"):
        Socket(served.url)


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/nothing", "/__mockserver__/script"])
def test_a_client_that_leaves_while_it_sends_is_no_fault(
    caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with MockServer() as server:
        address = urlsplit(server.base_url)
        with socket.create_connection((address.hostname or "", address.port or 0)) as client:
            head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n"
            client.sendall(f"{head}content-type: application/json\r\n\r\n{{".encode())
        reply = httpx2.post(f"{server.base_url}/rerank", json={})  # It serves the next one.
    assert reply.status_code == 404
    assert "ClientDisconnect" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", ["/v1/conversations/{}/items", "/__mockserver__/requests"])
def test_a_number_of_thousands_of_digits_is_refused(path: str) -> None:
    with MockServer() as server:
        conversation = httpx2.post(f"{server.base_url}/conversations").json()["id"]
        url = server.base_url.removesuffix("/v1") + path.format(conversation)
        reply = httpx2.get(url, params={"limit": "9" * 5_000})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "limit")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/responses", {**ASKED, "tools": [{"type": "function", "server_label": {"a": 1}}]}),
        ("/conversations", {"items": [""]}),
        ("/conversations", {"conversation": {}}),
        ("/responses/compact", {**ASKED, "conversation": {}}),
        ("/conversations", {"items": [[]], "metadata": {"a": {}}}),
        ("/conversations/conv_1/items", {"items": []}),
        ("/responses", {"model": "", "input": [{**MESSAGE, "x": 1}], "metadata": 5, "top_p": 9}),
        ("/responses", {"model": "", "input": [{**MESSAGE, "x": 1}, {"type": []}], "top_p": 9}),
    ],
)
@pytest.mark.parametrize("examples", [False, True])
def test_members_that_are_not_known_are_never_read(path: str, body: Any, examples: bool) -> None:
    with MockServer(allow_unknown=True, examples=examples, on_miss="generate") as server:
        reply = httpx2.post(server.base_url + path, json=body)
    assert reply.status_code < 500


def test_a_recording_of_another_shape_is_sent_where_examples_are(tmp_path: Path) -> None:
    uri = "/v1/responses/compact"
    asked = {**ASKED, "previous_response_id": "resp_1"}
    path = save(tmp_path / "a.yaml", [interaction(asked, streamed("x"), uri=uri)])
    with MockServer(path, examples=True) as server:
        reply = httpx2.post(f"{server.base_url}/responses/compact", json=asked)
    assert (reply.status_code, reply.content) == (200, streamed("x"))


@pytest.mark.parametrize("headers", [{"x-a": "日"}, {"é": "x"}, {"a b": "x"}, {"x-a": "\x7f"}])
@pytest.mark.parametrize(
    "step",
    [
        lambda headers: {"error": {"status": 429, "headers": headers}},
        lambda headers: {"when": {"path": "/v1/x"}, "http": {"headers": headers}},
        lambda headers: {
            "reply": "x",
            "stream": {"fault": {"kind": "status", "status": 500, "headers": headers}},
        },
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_where_it_is_scripted(
    step: Callable[[Any], Any], headers: Any
) -> None:
    with MockServer() as server, pytest.raises(ScriptError, match="cannot be sent"):
        server.script(step(headers))


def test_a_recorded_header_of_any_characters_is_sent(tmp_path: Path) -> None:
    recorded = interaction(ASKED, {"object": "response"})
    recorded["response"]["headers"]["x-a"] = ["日本"]
    with MockServer(save(tmp_path / "a.yaml", [recorded])) as server:
        reply = httpx2.post(f"{server.base_url}/responses", json=ASKED)
    assert reply.status_code == 200
    assert dict(reply.headers.raw)[b"x-a"].decode() == "日本"
