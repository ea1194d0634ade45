"""Lanes: turns of one connection that run at the same time, told apart by `stream_id`."""

import json
from itertools import groupby
from typing import Any

import pytest

from conftest import Serve
from mockserver.http import Lanes
from sockets import LAST, Socket, text_of

SLOW = {"reply": "one two three four", "stream": {"ttft_ms": 5, "itl_ms": 5}}


def lanes_of(events: list[dict[str, Any]]) -> dict[str | None, list[dict[str, Any]]]:
    """Events by the lane that they name."""
    lanes: dict[str | None, list[dict[str, Any]]] = {}
    for event in events:
        lanes.setdefault(event.get("stream_id"), []).append(event)
    return lanes


def collect(socket: Socket, turns: int) -> list[dict[str, Any]]:
    """All events of so many turns."""
    events: list[dict[str, Any]] = []
    while sum(event["type"] in LAST for event in events) < turns:
        events.append(socket.recv())
    return events


def test_lanes_run_at_the_same_time_and_number_their_own_events(serve: Serve) -> None:
    served = serve()
    served.script(*[SLOW] * 3)
    with Socket(served.url) as socket:
        for lane in ("a", "b.1", "c-2_"):
            socket.create(lane, stream_id=lane)
        events = collect(socket, 3)
    for name, its in lanes_of(events).items():
        assert name in ("a", "b.1", "c-2_")
        assert [event["sequence_number"] for event in its] == list(range(len(its)))
        assert its[-1]["type"] == "response.completed"
    switches = len([lane for lane, _ in groupby(event["stream_id"] for event in events)])
    assert switches > 10


def test_a_lane_is_first_in_first_out_and_the_default_lane_has_no_name(serve: Serve) -> None:
    served = serve()
    served.script({"reply": "1", "stream": {"ttft_ms": 20}}, "2", "3", "4")
    with Socket(served.url) as socket:
        for lane in ("a", "a", None, "a"):
            socket.create(**({} if lane is None else {"stream_id": lane}))
        events = collect(socket, 4)
    lanes = lanes_of(events)
    named = [text_of(event["response"]) for event in lanes["a"] if event["type"] in LAST]
    (default,) = [text_of(event["response"]) for event in lanes[None] if event["type"] in LAST]
    assert named[0] == "1"
    assert sorted([*named, default]) == ["1", "2", "3", "4"]
    assert named == sorted(named)
    assert (
        next(event for event in events if event["type"] == "response.completed").get("stream_id")
        is None
    )


def test_sixteen_turns_are_active_and_more_wait(serve: Serve) -> None:
    served = serve()
    served.script(*[{"reply": "slow", "stream": {"ttft_ms": 150}}] * 16, *["quick"] * 3)
    with Socket(served.url) as socket:
        for number in range(19):
            socket.create(str(number), stream_id=f"lane{number}")
        events = collect(socket, 19)
    first_end = next(index for index, event in enumerate(events) if event["type"] in LAST)
    begun = [
        event["stream_id"] for event in events[:first_end] if event["type"] == "response.created"
    ]
    assert begun == [f"lane{number}" for number in range(16)]
    assert all(event["type"] != "error" for event in events)


def test_a_connection_has_at_most_thirty_two_names(serve: Serve) -> None:
    with Socket(serve().url) as socket:
        for number in range(32):
            socket.create(stream_id=f"lane{number}")
        collect(socket, 32)
        error = socket.refused(stream_id="one-too-many")
        assert (error["status"], error["error"]["code"]) == (400, "websocket_stream_limit_reached")
        assert error["error"]["param"] == error["error"]["param"] == "stream_id"
        assert error["stream_id"] == "one-too-many"
        assert socket.ask(stream_id="lane7")["status"] == "completed"
        assert socket.ask()["status"] == "completed"


@pytest.mark.parametrize("name", ["", "with space", "ü", "a" * 257, 5, ["a"], {"a": 1}, True])
def test_a_bad_name_is_refused(serve: Serve, name: object) -> None:
    with Socket(serve().url) as socket:
        error = socket.refused(stream_id=name)
        assert (error["error"]["code"], error["error"]["param"]) == (
            "invalid_stream_id",
            "stream_id",
        )
        assert "stream_id" not in error
        assert socket.ask(stream_id="a" * 256)["status"] == "completed"
        assert socket.ask(stream_id=None)["status"] == "completed"


def test_errors_name_their_lane(serve: Serve) -> None:
    with Socket(serve().url) as socket:
        assert socket.refused(stream_id="a", temperature=9)["stream_id"] == "a"
        socket.send(type="nonsense", stream_id="a")
        assert socket.recv()["stream_id"] == "a"


def test_each_lane_remembers_its_newest_response_and_any_lane_may_continue_it(serve: Serve) -> None:
    with Socket(serve().url) as socket:
        left = socket.ask("left", stream_id="left", store=False)["id"]
        right = socket.ask("right", stream_id="right", store=False)["id"]
        for parent in (left, right):
            fork = socket.ask("fork", stream_id="fork", store=False, previous_response_id=parent)
            assert fork["previous_response_id"] == parent
        assert (
            socket.ask("on", stream_id="left", store=False, previous_response_id=left)["status"]
            == "completed"
        )
        gone = socket.refused("on", stream_id="right", store=False, previous_response_id=left)
        assert gone["error"]["code"] == "previous_response_not_found"
        assert (
            socket.ask("on", stream_id="right", previous_response_id=right)["status"] == "completed"
        )


def test_a_failed_fork_leaves_the_source_lane_alone(serve: Serve) -> None:
    with Socket(serve().url) as socket:
        parent = socket.ask("source", stream_id="source", store=False)["id"]
        socket.refused(stream_id="fork", previous_response_id=parent, temperature=9)
        fork = socket.ask("fork", stream_id="fork", store=False, previous_response_id=parent)
        assert fork["status"] == "completed"
        socket.refused(stream_id="source", previous_response_id=parent, temperature=9)
        error = socket.refused(stream_id="source", previous_response_id=parent)
        assert error["error"]["code"] == "previous_response_not_found"


def test_open_responses_has_one_turn_at_a_time(serve: Serve) -> None:
    served = serve(dialect_name="open-responses")
    served.script(SLOW, "quick")
    with Socket(served.url) as socket:
        for lane in ("a", "not a name"):
            socket.create(stream_id=lane)
        events = collect(socket, 2)
    assert all("stream_id" not in event for event in events)
    assert [event["type"] for event in events].index("response.completed") == len(
        events
    ) - 1 - next(
        index
        for index, event in enumerate(events[::-1][1:])
        if event["type"] == "response.completed"
    ) - 1
    assert [text_of(event["response"]) for event in events if event["type"] in LAST] == [
        "one two three four",
        "quick",
    ]


def test_the_same_requests_get_the_same_ids_in_any_order(serve: Serve) -> None:
    def ids(order: list[str]) -> dict[str, str]:
        with Socket(serve(seed=5).url) as socket:
            for lane in order:
                socket.ws.send(
                    json.dumps(
                        {
                            "type": "response.create",
                            "model": "gpt-4o-mini",
                            "input": "x",
                            "stream_id": lane,
                        }
                    )
                )
            events = collect(socket, len(order))
        return {
            event["stream_id"]: event["response"]["id"] for event in events if event["type"] in LAST
        }

    assert ids(["a", "b", "c"]) == ids(["c", "a", "b"])


def test_the_queues_are_fair() -> None:
    lanes: Lanes[int] = Lanes(active=2, names=2)
    assert lanes.add("a", 1) == [1]
    assert lanes.add("a", 2) == []
    assert lanes.add(None, 3) == [3]
    assert lanes.add("b", 4) == []
    assert lanes.busy == 2
    assert lanes.done("a") == [4]
    assert lanes.done(None) == [2]
    assert lanes.done("b") == lanes.done("a") == []
    assert lanes.busy == 0
    assert [lanes.open(name) for name in ("a", "b", "c", None, "a")] == [
        True,
        True,
        False,
        True,
        True,
    ]
