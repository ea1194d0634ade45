"""Requests that never end, and clients that send more than is taken."""

import asyncio
import contextlib
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest
import websockets

from conftest import Serve
from mockserver import MockServer
from mockserver.settings import Settings
from patience import SECONDS, until


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
    served = serve(settings=Settings(websocket_queue=16))
    served.script({"reply": "late", "stream": {"ttft_ms": 300}})

    async def talk() -> list[str]:
        url = f"{served.url}/responses".replace("http", "ws", 1)
        async with websockets.connect(url) as connection:
            for number in range(60):
                body = {"type": "response.create", "model": "gpt-5", "input": f"n {number}"}
                await connection.send(json.dumps({**body, "store": False}))
            ids: list[str] = []
            while len(ids) < 60:
                event = json.loads(await connection.recv())
                if event["type"] == "response.completed":
                    ids.append(event["response"]["id"])
            return ids

    assert len(set(asyncio.run(talk()))) == 60


@pytest.mark.parametrize("aborts", [False, True])
def test_a_client_that_leaves_while_its_lane_is_full_is_noticed(serve: Serve, aborts: bool) -> None:
    served = serve(settings=Settings(websocket_queue=2))
    served.script({"reply": "never", "stream": {"ttft_ms": 3_600_000}}, *["later"] * 6)
    root = served.url.partition("/s/")[0]
    is_open = 'mockserver_open_requests{transport="websocket"} 1'

    async def talk() -> None:
        url = f"{served.url}/responses".replace("http", "ws", 1)
        connection = await websockets.connect(url, close_timeout=0)
        for number in range(6):
            body = {"type": "response.create", "model": "gpt-5", "input": f"n {number}"}
            await connection.send(json.dumps(body))
        await asyncio.to_thread(until, lambda: is_open in httpx2.get(f"{root}/metrics").text)
        if aborts:
            connection.transport.abort()
        else:
            await connection.close()

    asyncio.run(talk())
    until(lambda: is_open not in httpx2.get(f"{root}/metrics").text)


def test_the_bodies_of_requests_that_wait_are_bounded_together(serve: Serve) -> None:
    served = serve(settings=Settings(max_body=1))
    may_end = threading.Event()

    def answer(request: object) -> str:  # noqa: ARG001
        may_end.wait(SECONDS)
        return "It was your turn."

    served.script(*[answer] * 9)
    body = {"model": "gpt-5", "input": "word " * 180_000}

    def ask(_: int) -> httpx2.Response:
        return httpx2.post(f"{served.url}/responses", json=body)

    with ThreadPoolExecutor(10) as pool:
        try:
            # Eight times the longest body fits, which is nine of these.
            waiting = [pool.submit(ask, number) for number in range(10)]
            until(lambda: any(each.done() for each in waiting))
        finally:
            may_end.set()
        replies = [each.result() for each in waiting]
    refused = [each for each in replies if each.status_code != 200]
    assert [each.status_code for each in refused] == [503]
    error = refused[0].json()["error"]
    assert error["code"] == "mockserver_busy"
    assert "x-should-retry" not in refused[0].headers
    assert "raise --max-body" in error["message"]
    assert httpx2.post(f"{served.url}/responses", json={"model": "gpt-5", "input": "hi"}).is_success
