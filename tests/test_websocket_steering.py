"""Steering: input for a response that is still running, and the successor that it brings about."""

from typing import Any

import pytest

from conftest import Serve, Served
from sockets import LAST, Socket, text_of

SLOW = {"stream": {"ttft_ms": 10, "itl_ms": 10}}
LONG = {"reply": " ".join(f"word{number}" for number in range(200)), **SLOW}


def steer(socket: Socket, response_id: str, given: Any = "Shorter, please.") -> None:
    socket.send(type="response.steer", previous_response_id=response_id, input=given)


def begun(socket: Socket, kind: str = "response.output_text.delta") -> list[dict[str, Any]]:
    """The events of a turn up to the first of a kind."""
    return socket.until(kind)


def test_a_steered_response_ends_early_and_is_succeeded(serve: Serve) -> None:
    served = serve()
    served.script(LONG, "Short.")
    with Socket(served.url) as socket:
        socket.create("Tell me all.", store=False, instructions="Be kind.", stream_id="lane")
        events = begun(socket)
        first = events[0]["response"]["id"]
        steer(socket, first)
        events += socket.turn()
        successor = socket.turn()
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert all(event["stream_id"] == "lane" for event in (*events, *successor))
    (accepted,) = [event for event in events if event["type"] == "response.steer.accepted"]
    assert accepted["steer"]["previous_response_id"] == first
    assert accepted["steer"]["id"].startswith("steer_")
    ended = events[-1]
    assert ended["type"] == "response.incomplete"
    assert ended["response"]["incomplete_details"] == {"reason": "steered"}
    assert ended["response"]["completed_at"] is None
    (message,) = ended["response"]["output"]
    deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert message["status"] == "incomplete"
    assert text_of(ended["response"]) == "".join(deltas)
    assert LONG["reply"].startswith("".join(deltas))  # type: ignore[attr-defined]
    assert 0 < ended["response"]["usage"]["output_tokens"] < 200
    assert [event["sequence_number"] for event in successor] == list(range(len(successor)))
    final = successor[-1]["response"]
    assert (final["previous_response_id"], text_of(final)) == (first, "Short.")
    assert (final["instructions"], final["store"]) == ("Be kind.", False)


def test_the_successor_sees_what_was_said_and_what_was_added(serve: Serve) -> None:
    seen: list[list[str]] = []

    def remember(request: Any) -> str:
        seen.append([part["text"] for item in request.items for part in item["content"]])
        return "ok"

    served = serve()
    served.script(LONG, remember)
    with Socket(served.url) as socket:
        socket.create("Tell me all.")
        response_id = begun(socket)[0]["response"]["id"]
        steer(socket, response_id, "One.")
        steer(
            socket,
            response_id,
            [{"role": "user", "content": [{"type": "input_text", "text": "Two."}]}],
        )
        shown = text_of(socket.turn()[-1]["response"])
        socket.turn()
    assert seen == [["Tell me all.", shown, "One.", "Two."]]


def test_a_response_ends_between_items(serve: Serve) -> None:
    served = serve()
    reasoning = {"type": "reasoning", "summary": ["a b c d e f g h"]}
    served.script({"reply": {"output": [reasoning, "never said"]}, **SLOW}, "next")
    with Socket(served.url) as socket:
        socket.create(model="gpt-5", reasoning={"summary": "auto"})
        events = begun(socket, "response.reasoning_summary_text.delta")
        steer(socket, events[0]["response"]["id"])
        ended = socket.turn()[-1]
        assert ended["type"] == "response.incomplete"
        assert [item["type"] for item in ended["response"]["output"]] == ["reasoning"]
        assert text_of(socket.turn()[-1]["response"]) == "next"


def test_a_response_without_a_place_to_end_completes_before_its_successor(serve: Serve) -> None:
    served = serve()
    served.script(
        {"reply": {"output": [{"type": "reasoning", "summary": ["a b c d e"]}]}, **SLOW}, "next"
    )
    with Socket(served.url) as socket:
        socket.create(model="gpt-5", reasoning={"summary": "auto"})
        events = begun(socket, "response.reasoning_summary_text.delta")
        steer(socket, events[0]["response"]["id"])
        assert socket.turn()[-1]["type"] == "response.completed"
        assert text_of(socket.turn()[-1]["response"]) == "next"


def called(serve: Serve) -> tuple[Served, Socket, dict[str, Any], list[dict[str, Any]]]:
    """A turn that ended with a call, steered while it ran: its Response and what was said of the
    steering.
    """
    served = serve()
    call = {
        "type": "function_call",
        "name": "look",
        "arguments": {f"key{number}": number for number in range(20)},
    }
    served.script({"reply": {"output": [call]}, **SLOW}, "after the call")
    socket = Socket(served.url)
    socket.create(
        tools=[
            {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": False}
        ],
        store=False,
    )
    events = begun(socket, "response.function_call_arguments.delta")
    steer(socket, events[0]["response"]["id"])
    ended = socket.turn()[-1]
    assert ended["type"] == "response.completed"
    return served, socket, ended, [socket.recv()]


def test_steering_waits_for_the_output_of_a_call(serve: Serve) -> None:
    served, socket, ended, (pending,) = called(serve)
    with socket:
        response = ended["response"]
        call_id = response["output"][0]["call_id"]
        assert pending["type"] == "response.steer.pending"
        assert pending["sequence_number"] == ended["sequence_number"] + 1
        assert pending["reason"] == "waiting_for_required_input"
        assert pending["required_input"] == [
            {"type": "function_call_output", "call_id": call_id, "name": "look"}
        ]
        output = {"type": "function_call_output", "call_id": call_id, "output": "seen"}
        final = socket.ask([output], previous_response_id=response["id"])
    assert text_of(final) == "after the call"
    stored = served.state.responses.get(final["id"])
    assert stored is not None
    kinds = [(item["type"], item.get("role")) for item in stored.input_items]
    assert kinds[-2:] == [("message", "user"), ("function_call_output", None)]


def test_what_can_never_be_continued_goes_back(serve: Serve) -> None:
    _, socket, ended, (pending,) = called(serve)
    with socket:
        error = socket.refused("no output", previous_response_id=ended["response"]["id"])
        assert error["error"]["code"] == "invalid_request_error"
        failed = socket.recv()
    assert failed["type"] == "response.steer.failed"
    assert failed["error"]["code"] == "successor_creation_failed"
    assert failed["steer"] == {**pending["steer"], "input": "Shorter, please."}


def test_a_successor_that_nothing_answers_fails(serve: Serve) -> None:
    served = serve(on_miss="fail")
    served.script(LONG)
    with Socket(served.url) as socket:
        socket.create()
        response_id = begun(socket)[0]["response"]["id"]
        steer(socket, response_id)
        socket.turn()
        failed = socket.recv()
        assert failed["error"]["code"] == "successor_creation_failed"
        assert "mockserver: no reply" in failed["error"]["message"]
        assert failed["steer"]["id"].startswith("steer_")
        served.script("still here")
        assert text_of(socket.ask(previous_response_id=response_id)) == "still here"


def test_a_failed_response_has_no_successor(serve: Serve) -> None:
    served = serve()
    served.script(
        {
            "reply": {"status": "failed", "output": [{"type": "reasoning", "summary": ["a b c"]}]},
            **SLOW,
        }
    )
    with Socket(served.url) as socket:
        socket.create(model="gpt-5", reasoning={"summary": "auto"})
        steer(socket, begun(socket, "response.reasoning_summary_text.delta")[0]["response"]["id"])
        kinds = [socket.recv()["type"]]
        while kinds[-1] != "response.steer.failed":
            kinds.append(socket.recv()["type"])
    assert kinds[-3:] == ["error", "response.failed", "response.steer.failed"]


@pytest.mark.parametrize(
    "frame",
    [
        {"input": "x"},
        {"previous_response_id": "resp_1"},
        {"previous_response_id": 1, "input": "x"},
        {"previous_response_id": "resp_1", "input": ""},
        {"previous_response_id": "resp_1", "input": []},
        {"previous_response_id": "resp_1", "input": 5},
        {"previous_response_id": "resp_1", "input": "x", "stream_id": "a"},
        {"previous_response_id": "resp_1", "input": ["x"]},
        {"previous_response_id": "resp_1", "input": [{"role": "system", "content": "x"}]},
        {
            "previous_response_id": "resp_1",
            "input": [{"role": "user", "content": "x", "id": "msg_1"}],
        },
        {"previous_response_id": "resp_1", "input": [{"role": "user"}]},
        {
            "previous_response_id": "resp_1",
            "input": [{"role": "user", "content": [{"type": "output_text"}]}],
        },
        {
            "previous_response_id": "resp_1",
            "input": [{"role": "user", "content": [{"type": {"id": ""}}]}],
        },
        {
            "previous_response_id": "resp_1",
            "input": [{"type": "function_call_output", "call_id": "call_1", "output": "x"}],
        },
    ],
)
def test_bad_steering_is_given_back(serve: Serve, frame: dict[str, Any]) -> None:
    with Socket(serve(watched=False).url) as socket:  # What is given back is wrong as it was.
        socket.send(type="response.steer", **frame)
        failed = socket.recv()
        assert failed["type"] == "response.steer.failed"
        assert failed["error"]["code"] == "invalid_input"
        assert failed["error"]["type"] == "invalid_request_error"
        assert "id" not in failed["steer"]
        assert socket.ask()["status"] == "completed"


def test_only_running_responses_of_this_connection_can_be_steered(serve: Serve) -> None:
    served = serve()
    served.script("done", {"reply": {"status": "incomplete", "output": ["cut"]}}, *["x"] * 2)
    with Socket(served.url) as socket:
        done, cut = socket.ask(stream_id="a")["id"], socket.ask()["id"]
        steer(socket, done)
        failed = socket.recv()
        assert (failed["error"]["code"], failed["stream_id"]) == ("response_already_completed", "a")
        assert failed["steer"] == {"input": "Shorter, please.", "previous_response_id": done}
        for response_id, code in (
            (cut, "response_not_active"),
            ("resp_unknown", "response_not_found"),
        ):
            steer(socket, response_id)
            failed = socket.recv()
            assert (failed["error"]["code"], failed.get("stream_id")) == (code, None)
    with Socket(served.url) as other:
        steer(other, done)
        assert other.recv()["error"]["code"] == "response_not_found"


def test_some_responses_cannot_be_steered(serve: Serve) -> None:
    served = serve()
    served.script(LONG)
    with Socket(served.url) as socket:
        socket.create(context_management=[{"type": "compaction", "compact_threshold": 100_000}])
        steer(socket, begun(socket)[0]["response"]["id"])
        failed = socket.until("response.steer.failed")[-1]
        assert failed["error"]["code"] == "steering_not_supported"


def test_a_response_takes_sixteen_submissions(serve: Serve) -> None:
    served = serve()
    served.script({"reply": "late", "stream": {"ttft_ms": 300}}, "next")
    with Socket(served.url) as socket:
        socket.create()
        response_id = begun(socket, "response.in_progress")[0]["response"]["id"]
        for _ in range(17):
            steer(socket, response_id)
        events = [socket.recv()]
        while sum(event["type"] in LAST for event in events) < 2:
            events.append(socket.recv())
    kinds = [event["type"] for event in events]
    assert kinds.count("response.steer.accepted") == 16
    (failed,) = [event for event in events if event["type"] == "response.steer.failed"]
    assert failed["error"]["code"] == "too_many_pending_steers"
    assert (
        len(
            {event["steer"]["id"] for event in events if event["type"] == "response.steer.accepted"}
        )
        == 16
    )
