"""Requests that never end, and clients that send more than is taken."""

import asyncio
import contextlib
import json
import socket
from urllib.parse import urlsplit

import pytest
import websockets

from conftest import Serve
from mockserver import MockServer
from mockserver.settings import Settings


def sent(url: str, head: bytes) -> bytes:
    """What comes back for these bytes until the connection ends."""
    address = urlsplit(url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 0), timeout=30) as sock:
        with contextlib.suppress(OSError):  # It is refused before all has left.
            sock.sendall(head)
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := sock.recv(65_536):
                said += piece
        return said


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"POST /v1/resp",
        b"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{",
        b"GET /v1/responses HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n",
    ],
)
def test_what_does_not_arrive_whole_is_refused(serve: Serve, part: bytes) -> None:
    said = sent(serve(settings=Settings(request_seconds=0.1)).url, part)
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    error = json.loads(said.partition(b"\r\n\r\n")[2])["error"]
    assert error["message"].startswith("The request did not arrive whole")


@pytest.mark.parametrize("lines", [[b"a: b\r\n"] * 1_200, [b"a: " + b"b" * 3_000_000]])
def test_a_head_that_is_too_long_is_refused(serve: Serve, lines: list[bytes]) -> None:
    said = sent(serve().url, b"".join([b"GET /v1/models HTTP/1.1\r\nhost: x\r\n", *lines]))
    assert said == b"" or said.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("limits", "lines"),
    [
        (Settings(max_header_lines=4), [b"a: b\r\n"] * 4),
        (Settings(max_header_size=1), [b"a: " + b"b" * 1000 + b"\r\n"]),
    ],
)
def test_how_long_a_head_may_be_is_an_option(
    serve: Serve, limits: Settings, lines: list[bytes]
) -> None:
    head = [b"GET /v1/models HTTP/1.1\r\nconnection: close\r\nhost: x\r\n"]
    # Without an end, so that all of it stands in the socket before the refusal does.
    refused = sent(serve(settings=limits).url, b"".join([*head, *lines]))
    assert refused.startswith(b"HTTP/1.1 431 ")
    message = json.loads(refused.partition(b"\r\n\r\n")[2])["error"]["message"]
    assert "raise --max-header-size or --max-header-lines" in message
    allowed = sent(serve(settings=limits).url, b"".join([*head, *lines[:2][1:], b"\r\n"]))
    assert allowed.startswith(b"HTTP/1.1 200 ")


def test_the_limits_of_a_server_are_no_session_s_own() -> None:
    with MockServer(max_header_lines=5) as server, pytest.raises(TypeError, match="they share"):
        server.session(max_header_lines=7)


def test_a_client_that_sends_more_than_is_taken_waits_and_nothing_is_lost(serve: Serve) -> None:
    served = serve()
    served.script({"reply": "late", "stream": {"ttft_ms": 300}})

    async def talk() -> list[str]:
        url = f"{served.url}/responses".replace("http", "ws", 1)
        async with websockets.connect(url) as connection:
            for number in range(600):
                body = {"type": "response.create", "model": "gpt-5", "input": f"n {number}"}
                await connection.send(json.dumps({**body, "store": False}))
            ids: list[str] = []
            while len(ids) < 600:
                event = json.loads(await connection.recv())
                if event["type"] == "response.completed":
                    ids.append(event["response"]["id"])
            return ids

    assert len(set(asyncio.run(talk()))) == 600
