"""Requests that never end, and clients that send more than is taken."""

import asyncio
import contextlib
import json
import socket
from urllib.parse import urlsplit

import pytest
import websockets

from conftest import Serve
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
    ],
)
def test_what_does_not_arrive_whole_is_refused(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, part: bytes
) -> None:
    monkeypatch.setattr("mockserver.http.uvicorn_server._RECEIVE_SECONDS", 0.1)
    said = sent(serve(settings=Settings()).url, part)
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    error = json.loads(said.partition(b"\r\n\r\n")[2])["error"]
    assert error["message"].startswith("The request did not arrive whole")


@pytest.mark.parametrize("lines", [[b"a: b\r\n"] * 1_200, [b"a: " + b"b" * 3_000_000]])
def test_a_head_that_is_too_long_is_refused(serve: Serve, lines: list[bytes]) -> None:
    said = sent(serve().url, b"".join([b"GET /v1/models HTTP/1.1\r\nhost: x\r\n", *lines]))
    assert said == b"" or said.startswith(b"HTTP/1.1 431 ")


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
