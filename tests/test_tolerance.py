"""What real clients send that looks odd, in raw HTTP: tolerated, or refused clearly."""

import gzip
import json
import socket
import zlib
from typing import Any

import httpx2
import pytest

from conftest import Serve, Served
from patience import SECONDS
from sockets import Socket, text_of

Json = dict[str, Any]
USER: Json = {"role": "user", "content": "Hello"}


def post(server: Served, status: int = 200, **body: Any) -> Json:
    reply = httpx2.post(
        f"{server.url}/responses", json={"model": "gpt-4.1", "input": "Hello", **body}
    )
    assert reply.status_code == status, reply.text
    answer: Json = reply.json()
    return answer


def get(server: Served, path: str, status: int = 200) -> Any:
    reply = httpx2.get(server.url + path)
    assert reply.status_code == status, reply.text
    return reply.json()


def raw(server: Served, head: str, body: bytes = b"", *, more: bytes | None = None) -> bytes:
    """Send bytes as they are; `more` once the server has answered the first. Everything that comes
    back.
    """
    url = httpx2.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=SECONDS) as sock:
        lines = head.format(path=url.path).splitlines()
        fields = [*lines, f"host: {url.host}", "connection: close", "", ""]
        sock.sendall("\r\n".join(fields).encode() + body)
        got = b""
        if more is not None:
            got = sock.recv(1000)
            sock.sendall(more)
        while chunk := sock.recv(65536):
            got += chunk
    return got


class TestInput:
    def test_items_with_a_role_alone(self, serve: Serve) -> None:
        server = serve()
        items = [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "input_text", "text": "Be kind."}]},
            USER,
            {"role": "assistant", "content": "Hi."},
            {"role": "assistant", "content": [{"type": "output_text", "text": "Hi again."}]},
            {"type": None, "id": None, "status": None, **USER},
        ]
        response = post(server, input=items)
        listed = get(server, f"/responses/{response['id']}/input_items?order=asc")["data"]
        assert [item["role"] for item in listed] == [
            "system",
            "developer",
            "user",
            "assistant",
            "assistant",
            "user",
        ]
        assert all(
            item["id"] and item["status"] == "completed" and item["type"] == "message"
            for item in listed
        )
        assert listed[3]["content"][0]["text"] == "Hi."

    @pytest.mark.parametrize("encrypted", [True, False])
    def test_reasoning_that_is_sent_back(self, serve: Serve, encrypted: bool) -> None:
        server = serve()
        include = ["reasoning.encrypted_content"] if encrypted else []
        first = post(
            server, model="gpt-5", include=include, store=False, reasoning={"summary": "auto"}
        )
        assert [item["type"] for item in first["output"]] == ["reasoning", "message"]
        again = [USER, *first["output"], {"role": "user", "content": "Go on."}]
        assert post(server, model="gpt-5", input=again, store=False)["status"] == "completed"

    def test_reasoning_of_others(self, serve: Serve) -> None:
        reasoning: Json = {
            "type": "reasoning",
            "summary": [],
            "encrypted_content": "gAAAAAnothing",
            "content": None,
        }
        assert post(serve(), model="gpt-5", input=[USER, reasoning, USER])["status"] == "completed"

    def test_a_compaction_that_is_sent_back(self, serve: Serve) -> None:
        server = serve()
        url = f"{server.url}/responses/compact"
        window = httpx2.post(url, json={"model": "gpt-5", "input": [USER]}).json()["output"]
        assert post(server, input=[*window, USER])["status"] == "completed"
        foreign = {"type": "compaction", "encrypted_content": "whatever"}
        assert post(server, input=[foreign, USER])["status"] == "completed"

    @pytest.mark.parametrize(
        "output",
        [
            "42",
            [{"type": "input_text", "text": "42"}],
            [
                {
                    "type": "input_image",
                    "image_url": "data:image/png;base64,AA==",
                    "detail": "auto",
                },
                {
                    "type": "input_file",
                    "filename": "a.pdf",
                    "file_data": "data:application/pdf;base64,AA==",
                },
            ],
            [],
        ],
    )
    @pytest.mark.parametrize("kind", ["function", "custom"])
    def test_tool_outputs(self, serve: Serve, kind: str, output: Any) -> None:
        server = serve()
        tool = {"type": kind, "name": "ask"}
        first = post(server, tools=[tool], tool_choice=tool)
        call = first["output"][0]
        answer = {"type": f"{call['type']}_output", "call_id": call["call_id"], "output": output}
        second = post(server, tools=[tool], previous_response_id=first["id"], input=[answer])
        assert second["output"][0]["type"] == "message"
        listed = get(server, f"/responses/{second['id']}/input_items")["data"]
        assert listed[0]["output"] == output

    @pytest.mark.parametrize("kind", ["output items", "dumped by an SDK"])
    def test_output_that_is_sent_back_with_nulls(self, serve: Serve, kind: str) -> None:
        server = serve()
        message = post(server)["output"][0]
        if kind == "dumped by an SDK":
            message = {
                **message,
                "phase": None,
                "content": [{**message["content"][0], "logprobs": None}],
            }
        assert post(server, input=[USER, message, USER])["status"] == "completed"


class TestParameters:
    @pytest.mark.parametrize("choice", ["auto", "none", "required"])
    def test_no_tools_with_a_choice(self, serve: Serve, choice: str) -> None:
        response = post(serve(), tools=[], tool_choice=choice)
        assert (response["tools"], response["tool_choice"]) == ([], choice)
        assert response["output"][0]["type"] == "message"

    def test_null_is_absent(self, serve: Serve) -> None:
        names = (
            "include",
            "instructions",
            "metadata",
            "previous_response_id",
            "reasoning",
            "stream",
            "text",
            "tools",
        )
        nulls: Json = dict.fromkeys(names)
        assert post(serve(), **nulls)["status"] == "completed"

    def test_empty_lists(self, serve: Serve) -> None:
        assert post(serve(), include=[], metadata={}, tools=[])["status"] == "completed"

    def test_beta_fields_are_ignored(self, serve: Serve) -> None:
        server = serve()
        body = {"model": "gpt-4.1", "input": "Hi", "multi_agent": {"enabled": True}}
        headers = {"OpenAI-Beta": "responses_multi_agent=v1"}
        reply = httpx2.post(f"{server.url}/responses?beta=true", json=body, headers=headers)
        assert reply.status_code == 200


class TestQueries:
    @pytest.mark.parametrize(
        "query",
        [
            "include[]=message.output_text.logprobs",
            "include%5B%5D=a&include%5B%5D=b",
            "include=message.output_text.logprobs",
            "include[0]=a",
            "include[]=",
            "stream=false",
            "stream=",
            "include_obfuscation=false&stream=false",
            "beta=true",
            "nonsense=1",
        ],
    )
    def test_retrieve(self, serve: Serve, query: str) -> None:
        server = serve()
        response = post(server)
        assert get(server, f"/responses/{response['id']}?{query}") == response

    @pytest.mark.parametrize(
        "query", ["include[]=a", "include=a", "limit=5&order=asc&include[]=a", "after="]
    )
    def test_lists(self, serve: Serve, query: str) -> None:
        server = serve()
        response = post(server)
        assert len(get(server, f"/responses/{response['id']}/input_items?{query}")["data"]) == 1
        made = httpx2.post(f"{server.url}/conversations?include[]=a", json={"items": [USER]}).json()
        items = get(server, f"/conversations/{made['id']}/items?{query}")["data"]
        assert len(items) == 1
        assert (
            get(server, f"/conversations/{made['id']}/items/{items[0]['id']}?{query}") == items[0]
        )


class TestPaths:
    def test_percent_encoded_ids(self, serve: Serve) -> None:
        server = serve()
        response = post(server)
        assert get(server, f"/responses/{response['id'].replace('_', '%5F')}") == response

    @pytest.mark.parametrize(
        "name", ["resp_%2F..%2Fetc", "resp_%00", "resp_%C3%28", "resp_ä", "%20", "a" * 5000]
    )
    def test_odd_ids_are_not_found(self, serve: Serve, name: str) -> None:
        assert get(serve(), f"/responses/{name}", 404)["error"]["type"] == "invalid_request_error"

    @pytest.mark.parametrize(
        "path", ["/responses/", "/models/", "/conversations/", "//responses", "/", ""]
    )
    def test_other_spellings_of_a_path_are_unknown_urls(self, serve: Serve, path: str) -> None:
        server = serve()
        body = get(server, path, 404)["error"]
        assert body["message"] == f"Invalid URL (GET /v1{path})"

    def test_head(self, serve: Serve) -> None:
        reply = httpx2.head(f"{serve().url}/models")
        assert (reply.status_code, reply.content) == (200, b"")
        assert int(reply.headers["content-length"]) > 0

    @pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH"])
    def test_other_methods(self, serve: Serve, method: str) -> None:
        server = serve()
        reply = httpx2.request(method, f"{server.url}/responses")
        assert reply.status_code == 405
        assert reply.json()["error"]["message"].startswith(f"Invalid method for URL ({method} ")


class TestBodies:
    BODY = json.dumps({"model": "gpt-4.1", "input": "Hello"}).encode()

    @pytest.mark.parametrize(
        ("coding", "encode"),
        [
            ("gzip", gzip.compress),
            ("GZIP", gzip.compress),
            ("deflate", zlib.compress),
            ("identity", bytes),
            ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
        ],
    )
    def test_compressed(self, serve: Serve, coding: str, encode: Any) -> None:
        server = serve()
        headers = {"content-encoding": coding}
        reply = httpx2.post(f"{server.url}/responses", content=encode(self.BODY), headers=headers)
        assert reply.status_code == 200, reply.text
        assert reply.json()["output"][0]["content"] == post(server)["output"][0]["content"]

    @pytest.mark.parametrize(
        ("coding", "body", "status"),
        [
            ("zstd", BODY, 415),
            ("gzip", BODY, 400),
            ("gzip", gzip.compress(BODY)[:-9], 400),
            ("gzip", gzip.compress(b" " * (70 * 1024 * 1024)), 413),
        ],
        ids=["unknown", "none", "cut", "bomb"],
    )
    def test_badly_compressed(self, serve: Serve, coding: str, body: bytes, status: int) -> None:
        reply = httpx2.post(
            f"{serve().url}/responses", content=body, headers={"content-encoding": coding}
        )
        assert reply.status_code == status
        assert reply.json()["error"]["message"]

    def test_chunked(self, serve: Serve) -> None:
        chunks = (self.BODY[at : at + 7] for at in range(0, len(self.BODY), 7))
        reply = httpx2.post(f"{serve().url}/responses", content=chunks)
        assert reply.status_code == 200

    @pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", ""])
    def test_any_content_type(self, serve: Serve, kind: str) -> None:
        reply = httpx2.post(
            f"{serve().url}/responses", content=self.BODY, headers={"content-type": kind}
        )
        assert reply.status_code == 200

    def test_a_byte_order_mark_and_spaces(self, serve: Serve) -> None:
        body = b" \n" + self.BODY + b"\n"
        assert httpx2.post(f"{serve().url}/responses", content=body).status_code == 200

    def test_expect_100_continue(self, serve: Serve) -> None:
        head = f"POST {{path}}/responses HTTP/1.1\nexpect: 100-continue\ncontent-length: {len(self.BODY)}"
        got = raw(serve(), head, more=self.BODY)
        assert got.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert b"HTTP/1.1 200 OK" in got

    def test_http_1_0(self, serve: Serve) -> None:
        head = f"POST {{path}}/responses HTTP/1.0\ncontent-length: {len(self.BODY)}"
        assert b" 200 OK" in raw(serve(), head, self.BODY).splitlines()[0]


class TestStreams:
    def test_accept_does_not_choose(self, serve: Serve) -> None:
        server = serve()
        headers = {"accept": "text/event-stream"}
        plain = httpx2.post(f"{server.url}/responses", content=TestBodies.BODY, headers=headers)
        assert plain.headers["content-type"] == "application/json"

    def test_a_client_that_hangs_up(self, serve: Serve) -> None:
        server = serve()
        body = {"model": "gpt-4.1", "input": "Hello", "stream": True}
        server.script({"reply": {"output": ["word " * 200]}, "stream": {"itl_ms": 5}})
        with httpx2.stream("POST", f"{server.url}/responses", json=body) as reply:
            next(reply.iter_lines())
        assert post(server)["status"] == "completed"

    def test_stream_and_background_within_websocket_frames(self, serve: Serve) -> None:
        with Socket(serve().url) as sock:
            assert sock.ask("Hello", stream=True, background=False)["status"] == "completed"
            assert sock.ask("Hello", stream=True, stream_options={"include_obfuscation": True})[
                "output"
            ]

    @pytest.mark.parametrize("compression", ["deflate", None])
    def test_offers_of_compression(self, serve: Serve, compression: str | None) -> None:
        with Socket(serve().url, compression=compression) as sock:
            assert text_of(sock.ask("Hello"))
