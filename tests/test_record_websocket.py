"""Recording conversations over WebSocket, in both directions."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from websockets import ConnectionClosed, Headers, InvalidStatus, Request, Response
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.sync.client import ClientConnection, connect

from mockserver.cassettes import Interaction, RecordMode, load
from patience import SECONDS, Naps
from upstream_double import World, free_port, running_world

KEY = "sk-proj-T3stAbCdEfGh1234567890_abcdefghijkl-XYZ"
Talk = Callable[[ServerConnection], Awaitable[None]]


def event(kind: str, **kept: Any) -> str:
    return json.dumps({"type": kind, **kept})


async def answer(connection: ServerConnection) -> None:
    """Two events for each message."""
    async for message in connection:
        told = json.loads(message).get("input")
        await connection.send(event("response.created"))
        await connection.send(event("response.completed", echo=told))


class Speaker:
    """An upstream that speaks WebSocket as the test says."""

    def __init__(self) -> None:
        self.talk: Talk = answer
        self.url = ""
        self.headers: list[Headers] = []

    async def start(self) -> Server:
        server = await serve(
            self._serve, "127.0.0.1", 0, process_request=self._asked, compression=None
        )
        self.url = "http://127.0.0.1:" + str(next(iter(server.sockets)).getsockname()[1])
        return server

    async def _serve(self, connection: ServerConnection) -> None:
        await self.talk(connection)

    def _asked(self, _: ServerConnection, request: Request) -> Response | None:
        self.headers.append(request.headers)
        if "moved" in request.path:
            elsewhere = (
                f"{self.url.replace('http', 'ws').replace('127.0.0.1', 'localhost')}/v1/trap"
            )
            return Response(
                307, "Moved", Headers({"location": elsewhere, "content-length": "0"}), b""
            )
        if "declined" not in request.path:
            return None
        fields = Headers(
            {"content-type": "application/json", "x-request-id": "req_1", "content-length": "2"}
        )
        return Response(401, "Unauthorized", fields, b"{}")


@pytest.fixture(scope="module", name="pair")
def _pair() -> Iterator[tuple[World, Speaker]]:
    with running_world() as world:
        speaker = Speaker()
        server = world.do(speaker.start())
        world.upstream_url = speaker.url
        yield world, speaker

        async def stop() -> None:
            server.close()
            await server.wait_closed()

        world.do(stop())


@pytest.fixture
def world(pair: tuple[World, Speaker]) -> World:
    pair[1].talk = answer
    pair[1].headers.clear()
    return pair[0]


@pytest.fixture
def speaker(pair: tuple[World, Speaker]) -> Speaker:
    return pair[1]


def dial(world: World, path: str = "/v1/responses", **kept: Any) -> ClientConnection:
    return connect(
        "ws" + world.url.removeprefix("http") + path, compression=None, proxy=None, **kept
    )


def said(kept: Interaction) -> list[tuple[str, Any]]:
    return [(m.sender, json.loads(m.data)["type"]) for m in kept.response.messages or ()]


TURN = [
    ("client", "response.create"),
    ("server", "response.created"),
    ("server", "response.completed"),
]


def test_both_directions_are_recorded_and_replayed(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    asked = [event("response.create", input=text) for text in ("one", "two")]

    def talk() -> list[list[str | bytes]]:
        with dial(world, additional_headers={"authorization": "Bearer callers-key"}) as socket:
            got = []
            for each in asked:
                socket.send(each)
                got.append([socket.recv(SECONDS), socket.recv(SECONDS)])
            return got

    with world.recording(path):
        live = talk()
    assert live[1][1] == event("response.completed", echo="two")
    [kept, other] = load(path)
    assert (said(kept), said(other)) == (TURN, TURN)
    assert (kept.request.method, kept.response.status) == ("GET", 101)
    assert kept.request.uri == speaker.url + "/v1/responses"
    assert not kept.response.cut
    assert speaker.headers[0]["authorization"] == "Bearer callers-key"
    offsets = [message.offset_ms for message in kept.response.messages or ()]
    assert offsets == sorted(offsets)
    speaker.headers.clear()
    with world.recording(path, "once"):
        assert talk() == live
        with dial(world) as socket:
            socket.send(event("response.create", input="never recorded"))
            error = json.loads(socket.recv(SECONDS))
    assert (error["type"], error["status"], error["error"]["code"]) == (
        "error",
        422,
        "mockserver_miss",
    )
    assert speaker.headers == []


def test_a_conversation_is_replayed_in_its_own_time(
    world: World, tmp_path: Path, naps: Naps
) -> None:
    path, ticks = tmp_path / "a.yaml", count()

    def talk() -> None:
        with dial(world) as socket:
            socket.send(event("response.create", input="one"))
            socket.recv(SECONDS), socket.recv(SECONDS)

    with world.recording(path, clock=lambda: next(ticks) * 1000):
        talk()
    assert naps == []
    with world.recording(path, "none", speed=0.25):
        talk()
    # Each message came 1,000 s after the one before.
    assert [round(seconds, -3) for seconds in naps] == [4000, 8000]


def test_new_conversations_join_the_recorded_ones(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    for text in ("one", "two"):
        with world.recording(path, "new_episodes"), dial(world) as socket:
            socket.send(event("response.create", input="one"))
            socket.recv(SECONDS), socket.recv(SECONDS)
            if text == "two":
                socket.send(event("response.create", input="three"))
                assert json.loads(socket.recv(SECONDS))["status"] == 422
        with world.recording(path, "new_episodes"), dial(world) as socket:
            socket.send(event("response.create", input=text))
            socket.recv(SECONDS), socket.recv(SECONDS)
    assert [said(kept) for kept in load(path)] == [TURN, TURN]
    assert len(speaker.headers) == 2


def test_a_client_that_leaves_does_not_end_the_turn(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    gone = asyncio.Event()

    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(event("response.created"))
        await gone.wait()
        await connection.send(event("response.completed"))
        await connection.wait_closed()

    speaker.talk = talk
    with world.recording(tmp_path / "a.yaml"):
        with dial(world) as socket:
            socket.send(event("response.create"))
            socket.recv(SECONDS)
        assert world.background.loop is not None
        world.background.loop.call_soon_threadsafe(gone.set)
    [kept] = load(tmp_path / "a.yaml")
    assert said(kept) == TURN
    assert not kept.response.cut


def test_an_upstream_that_dies_is_kept_as_cut_and_breaks_off_on_replay(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(event("response.created"))
        connection.transport.abort()

    speaker.talk = talk
    modes: tuple[RecordMode, ...] = ("all", "none")
    for mode in modes:
        with world.recording(tmp_path / "a.yaml", mode), dial(world) as socket:
            socket.send(event("response.create"))
            assert json.loads(socket.recv(SECONDS))["type"] == "response.created"
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(SECONDS)
        assert closed.value.rcvd is None
    [kept] = load(tmp_path / "a.yaml")
    assert said(kept) == TURN[:2]
    assert kept.response.cut


def test_a_turn_is_on_disk_before_its_client_has_the_end(world: World, tmp_path: Path) -> None:
    """The fault: a conversation that waits for its end is lost with the recorder."""
    path = tmp_path / "a.yaml"
    with world.recording(path), dial(world) as socket:
        for number in (1, 2, 3):
            socket.send(event("response.create", input=str(number)))
            socket.recv(SECONDS), socket.recv(SECONDS)
            assert [said(kept) for kept in load(path)] == [TURN] * number


def test_what_is_asked_can_be_laid_out_line_by_line(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    modes: tuple[RecordMode, ...] = ("all", "none")
    for mode in modes:
        with world.recording(path, mode, verbatim=False), dial(world) as socket:
            socket.send(event("response.create", input="one"))
            socket.recv(SECONDS)
            assert json.loads(socket.recv(SECONDS)) == {"type": "response.completed", "echo": "one"}
    assert '            "input": "one"\n' in path.read_text()


def test_turns_that_were_asked_for_together_are_kept_one_by_one(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    async def talk(connection: ServerConnection) -> None:
        for _ in range(2):
            await connection.recv()
        await connection.send(event("response.created", stream_id="b"))
        await connection.send(event("response.created", stream_id="a"))
        await connection.send(event("response.completed", stream_id="a"))
        await connection.wait_closed()

    speaker.talk = talk
    with world.recording(tmp_path / "a.yaml") as client:
        with dial(world) as socket:
            for lane in ("a", "b"):
                socket.send(event("response.create", stream_id=lane))
            for _ in range(3):
                socket.recv(SECONDS)
        world.do(client.upstream.aclose())
        assert client.upstream.lost == 1
    [kept] = load(tmp_path / "a.yaml")
    assert said(kept) == TURN
    assert {json.loads(m.data)["stream_id"] for m in kept.response.messages or ()} == {"a"}


def test_a_turn_that_fails_is_left_out_alone(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(event("error", status=429, error={"code": "rate_limit_exceeded"}))
        await answer(connection)

    speaker.talk = talk
    with world.recording(tmp_path / "a.yaml", "once"), dial(world) as socket:
        for received in (1, 2):
            socket.send(event("response.create"))
            for _ in range(received):
                socket.recv(SECONDS)
    assert [said(kept) for kept in load(tmp_path / "a.yaml")] == [TURN]


def test_an_upstream_that_says_goodbye_is_not_cut(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(event("response.completed"))
        await connection.close(1001, "later")

    speaker.talk = talk
    with world.recording(tmp_path / "a.yaml"), dial(world) as socket:
        socket.send(event("response.create"))
        socket.recv(SECONDS)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(SECONDS)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    assert not load(tmp_path / "a.yaml")[0].response.cut


def test_a_declined_handshake_is_declined_and_recorded(world: World, tmp_path: Path) -> None:
    with world.recording(tmp_path / "a.yaml"), pytest.raises(InvalidStatus) as caught:
        dial(world, "/v1/declined")
    assert (caught.value.response.status_code, caught.value.response.body) == (401, b"{}")
    [kept] = load(tmp_path / "a.yaml")
    assert (kept.response.status, kept.response.body, kept.response.messages) == (401, b"{}", None)


def test_a_redirect_to_another_host_is_not_followed(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    with world.recording(tmp_path / "a.yaml"), pytest.raises(InvalidStatus) as caught:
        dial(world, "/v1/moved")
    assert caught.value.response.status_code == 502
    assert json.loads(caught.value.response.body or b"")["error"]["code"] == "upstream_redirected"
    assert len(speaker.headers) == 1


def test_turns_that_are_over_outlive_the_recorder(
    world: World, speaker: Speaker, tmp_path: Path
) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(event("response.created"))
        await connection.send(event("response.completed"))
        await connection.recv()
        await connection.send(event("response.created"))
        await connection.wait_closed()

    speaker.talk = talk
    with world.recording(tmp_path / "a.yaml") as client, dial(world) as socket:
        for received in (2, 1):
            socket.send(event("response.create"))
            for _ in range(received):
                socket.recv(SECONDS)
        world.do(client.upstream.aclose())
        assert client.upstream.lost == 1
    [kept] = load(tmp_path / "a.yaml")
    assert said(kept) == TURN


def test_no_upstream_is_a_clear_error(world: World, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with (
        world.recording(tmp_path / "a.yaml", upstream=nobody),
        pytest.raises(InvalidStatus) as caught,
    ):
        dial(world)
    assert caught.value.response.status_code == 502
    assert json.loads(caught.value.response.body or b"")["error"]["code"] == "upstream_unreachable"
    assert not (tmp_path / "a.yaml").exists()


def test_keys_in_conversations_are_scrubbed(world: World, speaker: Speaker, tmp_path: Path) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        for piece in (KEY[:10], KEY[10:]):
            await connection.send(event("response.output_text.delta", delta=piece))
        await connection.send(event("response.completed", text=KEY))
        await connection.wait_closed()

    speaker.talk = talk
    with world.recording(tmp_path / "a.yaml"), dial(world) as socket:
        socket.send(event("response.create", input=KEY))
        assert KEY in "".join(json.loads(socket.recv(SECONDS)).get("delta", "") for _ in range(3))
    written = (tmp_path / "a.yaml").read_text()
    assert KEY[:10] not in written
    assert KEY[10:] not in written


def test_an_idle_connection_leaves_nothing(world: World, tmp_path: Path) -> None:
    with world.recording(tmp_path / "a.yaml"), dial(world):
        pass
    assert not (tmp_path / "a.yaml").exists()


def test_the_sdk_converses_through_the_recorder(world: World, tmp_path: Path) -> None:
    with (
        world.recording(tmp_path / "a.yaml"),
        OpenAI(base_url=world.url + "/v1", api_key="any-key-at-all") as sdk,
        sdk.responses.connect() as connection,
    ):
        connection.response.create(model="gpt-5", input="hi")
        assert connection.recv().type == "response.created"
        assert connection.recv().type == "response.completed"
    assert said(load(tmp_path / "a.yaml")[0]) == TURN
    assert "any-key-at-all" not in (tmp_path / "a.yaml").read_text()
