"""What goes wrong on a WebSocket on purpose, and clients that go away."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from conftest import Serve, Served
from mockserver.cassettes import Interaction, RecordedRequest, RecordedResponse, SocketMessage
from mockserver.http import Background, create_app, listen, url_of
from mockserver.script import to_step
from mockserver.session import CassetteContents, MemoryState, Session, Sessions
from mockserver.settings import Settings
from patience import SECONDS, Naps, until
from sockets import Event, Socket, text_of

TEXT = "one zwölf three"


def faulty(serve: Serve, fault: dict[str, Any], **pace: float) -> Served:
    """A server whose first reply suffers a fault."""
    served = serve(watched=False)
    served.script({"reply": TEXT, "stream": {"fault": fault, **pace}}, "healthy")
    return served


def kinds(events: list[Event]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


WHOLE = [
    *("created", "in_progress", "output_item.added", "content_part.added"),
    *("output_text.delta", "output_text.delta", "output_text.delta", "output_text.done"),
    *("content_part.done", "output_item.done", "completed"),
]


def ending(socket: Socket) -> tuple[list[str], ConnectionClosed]:
    """The messages until the connection ends, and how it ended."""
    messages: list[str] = []
    try:
        while True:
            messages.append(str(socket.ws.recv(timeout=SECONDS)))
    except ConnectionClosed as closed:
        return messages, closed


@pytest.mark.parametrize(
    ("fault", "received", "code"),
    [
        ({"kind": "drop"}, 10, None),
        ({"kind": "drop", "after_events": 3}, 3, None),
        ({"kind": "drop", "after_events": 0}, 0, None),
        ({"kind": "drop", "after_events": 99}, 11, None),
        ({"kind": "drop", "after_events": 4, "close_code": 1011}, 4, 1011),
        ({"kind": "drop", "after_events": 4, "close_code": 4000}, 4, 4000),
        ({"kind": "drop", "after_bytes": 1}, 0, None),
        ({"kind": "cut_frame", "after_events": 5}, 6, None),
        ({"kind": "cut_character", "after_events": 5}, 6, None),
        ({"kind": "reset"}, 0, None),
        ({"kind": "empty_reply"}, 0, None),
        ({"kind": "empty_reply", "close_code": 1013}, 0, 1013),
    ],
)
def test_a_dropped_connection(
    serve: Serve, fault: dict[str, Any], received: int, code: int | None
) -> None:
    served = faulty(serve, fault)
    with Socket(served.url) as socket:
        socket.create()
        messages, closed = ending(socket)
        assert len(messages) == received
        assert (closed.rcvd.code if closed.rcvd else None) == code
    assert len(served.state.responses) == (1 if received == len(WHOLE) else 0)
    with Socket(served.url) as socket:
        assert text_of(socket.ask()) == "healthy"


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"kind": "missing_event", "after_events": 4}, [*WHOLE[:4], *WHOLE[5:]]),
        ({"kind": "duplicate_event", "after_events": 4}, [*WHOLE[:5], *WHOLE[4:]]),
        ({"kind": "unknown_event", "after_events": 2}, [*WHOLE[:2], "unheard_of", *WHOLE[2:]]),
        ({"kind": "wrong_sequence", "after_events": 4}, WHOLE),
        ({"kind": "delay", "delay_ms": 1}, WHOLE),
        ({"kind": "stall", "after_events": 4, "stall_ms": 1}, WHOLE),
        ({"kind": "cut_frame", "then": "continue"}, WHOLE),
        ({"kind": "drop", "probability": 0}, WHOLE),
    ],
)
def test_a_turn_that_reaches_its_end(serve: Serve, fault: dict[str, Any], seen: list[str]) -> None:
    served = faulty(serve, fault)
    with Socket(served.url) as socket:
        socket.create(stream_id="a")
        events = socket.turn()
        assert kinds(events) == seen
        assert all(event["stream_id"] == "a" for event in events)
        numbers = [event["sequence_number"] for event in events]
        if fault["kind"] not in ("missing_event", "duplicate_event", "wrong_sequence"):
            assert numbers == list(range(len(events)))
        response_id = events[-1]["response"]["id"]
        assert text_of(socket.ask(stream_id="a", previous_response_id=response_id)) == "healthy"


def test_a_failure_in_mid_stream_is_reported_twice(serve: Serve) -> None:
    served = faulty(serve, {"kind": "error_then_failed", "after_events": 5, "message": "Sorry."})
    with Socket(served.url) as socket:
        socket.create(stream_id="a")
        events = [*socket.turn(), *socket.turn()]
        assert kinds(events) == [*WHOLE[:5], "error", "failed"]
        assert "status" not in events[-2]
        assert (
            events[-2]["error"]["message"] == events[-1]["response"]["error"]["message"] == "Sorry."
        )
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert all(event["stream_id"] == "a" for event in events)
        assert len(served.state.responses) == 0
        assert text_of(socket.ask(stream_id="a")) == "healthy"


def test_a_failure_alone(serve: Serve) -> None:
    with Socket(faulty(serve, {"kind": "failed_only", "after_events": 5}).url) as socket:
        socket.create()
        assert kinds(socket.turn()) == [*WHOLE[:5], "failed"]
        assert text_of(socket.ask()) == "healthy"


def test_a_scripted_failed_response(serve: Serve) -> None:
    served = serve()
    failure = {"code": "server_error", "message": "Broken."}
    served.script({"reply": {"status": "failed", "error": failure, "output": []}}, "healthy")
    with Socket(served.url) as socket:
        socket.create()
        error, failed = socket.turn()[-1], socket.turn()[-1]
        assert error["error"] == {"type": "server_error", **failure, "param": None}
        assert failed["response"]["error"] == failure
        assert text_of(socket.ask()) == "healthy"


def test_a_missing_end_lets_the_next_turn_begin(serve: Serve) -> None:
    served = faulty(serve, {"kind": "missing_terminal"})
    with Socket(served.url) as socket:
        socket.create()
        socket.create()
        events = socket.turn()
    assert kinds(events)[: len(WHOLE) + 1] == [*WHOLE[:-1], "created", "in_progress"]
    assert text_of(events[-1]["response"]) == "healthy"
    assert len(served.state.responses) == 2


def test_garbled_json_and_a_done_marker(serve: Serve) -> None:
    with Socket(faulty(serve, {"kind": "garbled_json", "after_events": 1}).url) as socket:
        socket.create()
        socket.recv()
        with pytest.raises(json.JSONDecodeError):
            socket.recv()
        socket.turn()
    with Socket(faulty(serve, {"kind": "done_marker"}).url) as socket:
        socket.create()
        socket.turn()
        assert socket.ws.recv(timeout=SECONDS) == "[DONE]"


def test_a_status_is_an_error_event_in_its_lane(serve: Serve) -> None:
    served = faulty(serve, {"kind": "status", "status": 503, "body": "Busy."})
    with Socket(served.url) as socket:
        error = socket.refused(stream_id="a")
        assert (error["status"], error["stream_id"], error["error"]["message"]) == (
            503,
            "a",
            "Busy.",
        )
        assert text_of(socket.ask(stream_id="a")) == "healthy"


def test_a_stalled_lane_does_not_stop_the_others(serve: Serve) -> None:
    served = faulty(serve, {"kind": "stall", "after_events": 2})
    with Socket(served.url) as socket:
        socket.create(stream_id="stalled")
        assert kinds([socket.recv(), socket.recv()]) == WHOLE[:2]
        socket.create("never", stream_id="stalled")
        assert text_of(socket.ask(stream_id="other")) == "healthy"


def test_a_hanging_turn_sends_nothing(serve: Serve) -> None:
    served = faulty(serve, {"kind": "hang"})
    with Socket(served.url) as socket:
        socket.create(stream_id="hanging")
        assert text_of(socket.ask(stream_id="other")) == "healthy"


def test_pace_is_kept(serve: Serve, naps: Naps) -> None:
    """The fault: the waits of a plan are passed over, or taken in another unit or order."""
    served = serve()
    served.script({"reply": TEXT, "stream": {"ttft_ms": 40_000, "itl_ms": 20_000}})
    with Socket(served.url) as socket:
        socket.create()
        socket.turn()
    assert naps == [40, 20, 20]


@pytest.fixture
def own() -> Iterator[tuple[Session, str, Background]]:
    """A server that the test can look into."""
    sessions = Sessions(Settings(on_miss="generate"))
    session = sessions.default
    sock = listen("127.0.0.1", 0)
    background = Background(create_app(sessions), sock)
    background.start()
    yield session, url_of(sock) + "/v1", background
    background.stop()


def tasks(background: Background) -> int:
    """How many tasks the server's loop has, besides the one that counts."""

    async def count() -> int:
        return len(asyncio.all_tasks()) - 1

    assert background.loop is not None
    return asyncio.run_coroutine_threadsafe(count(), background.loop).result(SECONDS)


@pytest.mark.parametrize("goodbye", ["abort", "close"])
@pytest.mark.parametrize(
    "stream", [{"ttft_ms": 60_000}, {"itl_ms": 60_000}, {"fault": {"kind": "stall"}}]
)
def test_a_client_that_vanishes_leaves_nothing(
    own: tuple[Session, str, Background], stream: dict[str, Any], goodbye: str
) -> None:
    session, url, background = own
    before = tasks(background)
    conversation = httpx2.post(f"{url}/conversations", json={}).json()["id"]
    session.script([to_step({"reply": TEXT, "stream": stream}) for _ in range(3)])
    ws = connect(url.replace("http", "ws") + "/responses")
    for lane in ("a", "b"):
        body = {"model": "gpt-4o-mini", "input": "hi", "stream_id": lane}
        ws.send(
            json.dumps(
                {
                    "type": "response.create",
                    **body,
                    **({"conversation": conversation} if lane == "a" else {}),
                }
            )
        )
    for _ in range(4):
        ws.recv(timeout=SECONDS)
    if goodbye == "abort":
        ws.socket.shutdown(2)
    ws.close()
    until(lambda: tasks(background) == before)
    assert isinstance(session.state, MemoryState)
    assert len(session.state.responses) == 0
    with Socket(url) as socket:
        session.sources.script.entries.clear()
        assert socket.ask(conversation=conversation)["status"] == "completed"


def recorded(*messages: tuple[str, float, Any]) -> CassetteContents:
    talk = tuple(SocketMessage(who, at, json.dumps(said)) for who, at, said in messages)  # type: ignore[arg-type]
    request = RecordedRequest(
        "GET", "wss://api.openai.com/v1/responses", (("upgrade", "websocket"),)
    )
    recording = Interaction(request, RecordedResponse(101, messages=talk), "talk.yaml#1")
    return CassetteContents(recorded=[recording])


def asked(text: str) -> dict[str, Any]:
    return {"type": "response.create", "model": "gpt-5", "input": text}


def answered(number: int) -> dict[str, Any]:
    return {"type": "response.completed", "response": {"id": f"resp_{number}"}, "extra": 1}


HOUR = 3_600_000
"""In milliseconds."""


@pytest.mark.parametrize("speed", [0.0, 2.0])
def test_recorded_turns_are_replayed_message_by_message(
    serve: Serve, speed: float, naps: Naps
) -> None:
    """The fault: recorded offsets are passed over, or kept when no time is to be taken."""
    talk = recorded(
        ("client", 0, asked("one")),
        ("server", 10 * HOUR, {"type": "response.created", "response": {"id": "resp_1"}}),
        ("server", 60 * HOUR, answered(1)),
        ("client", 70 * HOUR, asked("two")),
        ("server", 90 * HOUR, answered(2)),
        ("client", 91 * HOUR, {"type": "odd"}),
        ("server", 92 * HOUR, {"type": "error", "odd": True}),
    )
    served = serve(cassettes=talk, on_miss="fail", settings=Settings(speed=speed), watched=False)
    with Socket(served.url) as socket:
        socket.send(**asked("two"))
        assert socket.turn() == [answered(2)]
        socket.send(**asked("one"))
        assert [event["type"] for event in socket.turn()] == [
            "response.created",
            "response.completed",
        ]
        hours = [round(seconds / 3600) for seconds in naps]
        assert hours == ([10, 5, 30] if speed else [])
        socket.send(type="odd")
        assert socket.recv() == {"type": "error", "odd": True}
        error = socket.refused("three", model="gpt-5")
        assert error["error"]["code"] == "mockserver_miss"
        assert "talk.yaml#1 turn" in error["error"]["message"]
    by = [received.by for received in served.session.journal]
    assert by == ["recorded", "recorded", "recorded", "miss"]
