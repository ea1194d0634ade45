"""WebSocket mode: handshake, turns, what a connection remembers, and clients that misbehave."""

import contextlib
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from conftest import Serve
from mockserver import MockServer
from mockserver.settings import Settings
from sockets import Socket, text_of

DIALECTS = ("openai", "open-responses")


@pytest.mark.parametrize("prefix", ["", "/v1", "/openai/v1"])
def test_a_connection_opens_under_every_prefix(serve: Serve, prefix: str) -> None:
    with Socket(serve().url.removesuffix("/v1"), f"{prefix}/responses?unknown=1") as socket:
        assert socket.ask()["status"] == "completed"


def test_the_session_in_the_path_answers(serve: Serve) -> None:
    served, other = serve(), serve()
    with Socket(served.url) as socket:
        response = socket.ask()
    assert served.state.responses.get(response["id"]) is not None
    assert other.state.responses.get(response["id"]) is None


def test_a_wrong_key_is_refused_in_the_handshake(serve: Serve) -> None:
    served = serve(settings=Settings(api_keys=("right",)))
    for headers, code in (({}, None), ({"authorization": "Bearer wrong"}, "invalid_api_key")):
        with pytest.raises(InvalidStatus) as refused:
            Socket(served.url, additional_headers=headers)
        reply = refused.value.response
        assert reply.status_code == 401
        assert reply.headers["content-type"] == "application/json"
        assert json.loads(reply.body or b"")["error"]["code"] == code
    with Socket(served.url, additional_headers={"authorization": "Bearer right"}) as socket:
        assert socket.ask()["status"] == "completed"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/chat", {}, 404),
        ("/responses/resp_1", {}, 404),
        ("/responses", {"x-mockserver-dialect": "klingon"}, 400),
    ],
)
def test_a_handshake_that_cannot_be_served_is_refused(
    serve: Serve, path: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Socket(serve().url, path, additional_headers=headers)
    assert refused.value.response.status_code == status
    assert (
        json.loads(refused.value.response.body or b"")["error"]["type"] == "invalid_request_error"
    )


def test_the_handshake_names_the_request(serve: Serve) -> None:
    with Socket(serve().url) as socket:
        assert socket.ws.response is not None
        assert socket.ws.response.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("dialect_name", DIALECTS)
def test_turns_are_the_events_of_a_stream_and_nothing_else(serve: Serve, dialect_name: str) -> None:
    served = serve(dialect_name=dialect_name)
    with Socket(served.url) as socket:
        turns = []
        for text in ("one", "two"):
            socket.create(
                text, stream=True, stream_options={"include_obfuscation": False}, background=True
            )
            turns.append(socket.turn())
        served.script("three")
        socket.create("three")
        turns.append(socket.turn())  # Nothing was left between the turns, no [DONE] either.
    for events in turns:
        assert [event["type"] for event in events[:2]] == [
            "response.created",
            "response.in_progress",
        ]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert all("stream_id" not in event for event in events)
        assert events[-1]["response"]["background"] is False
        assert "billing" not in events[-1]["response"]
    assert text_of(turns[2][-1]["response"]) == "three"


def test_creates_wait_for_the_turn_before(serve: Serve) -> None:
    served = serve()
    served.script("first", "second", "third")
    with Socket(served.url) as socket:
        for _ in range(3):
            socket.create("same")
        turns = [socket.turn() for _ in range(3)]
    assert [text_of(events[-1]["response"]) for events in turns] == ["first", "second", "third"]
    assert len({events[0]["response"]["id"] for events in turns}) == 3


def test_the_same_requests_get_the_same_bytes(serve: Serve) -> None:
    def talk() -> list[dict[str, Any]]:
        with Socket(serve(seed=3).url) as socket:
            first = socket.ask("a")
            return [first, socket.ask("a"), socket.ask("b", previous_response_id=first["id"])]

    assert talk() == talk()


def test_steps_may_ask_for_the_transport(serve: Serve) -> None:
    served = serve(on_miss="fail")
    served.script({"when": {"transport": "websocket"}, "reply": "by socket"})
    with Socket(served.url) as socket:
        assert text_of(socket.ask()) == "by socket"


def test_warm_up_gives_an_id_to_continue_without_output(serve: Serve) -> None:
    served = serve(on_miss="fail")
    served.script("after the warm-up")
    with Socket(served.url) as socket:
        socket.create("the facts", generate=False, store=False)
        events = socket.turn()
        assert [event["type"] for event in events] == [
            "response.created",
            "response.in_progress",
            "response.completed",
        ]
        warm = events[-1]["response"]
        assert warm["output"] == []
        assert warm["usage"]["output_tokens"] == 0
        response = socket.ask("go on", previous_response_id=warm["id"])
    assert text_of(response) == "after the warm-up"
    assert response["usage"]["input_tokens"] > warm["usage"]["input_tokens"]


def test_what_is_stored_can_be_retrieved_over_http(serve: Serve) -> None:
    served = serve()
    with Socket(served.url) as socket:
        stored, unstored = socket.ask("a"), socket.ask("b", store=False)
    url = urlsplit(served.url)
    with contextlib.closing(HTTPConnection(url.netloc)) as http:
        for response, status in ((stored, 200), (unstored, 404)):
            http.request("GET", f"{url.path}/responses/{response['id']}")
            reply = http.getresponse()
            reply.read()
            assert reply.status == status


@pytest.mark.parametrize("dialect_name", DIALECTS)
def test_a_connection_remembers_its_newest_response_only(serve: Serve, dialect_name: str) -> None:
    served = serve(dialect_name=dialect_name)
    with Socket(served.url) as socket:
        first = socket.ask("first", store=False)
        second = socket.ask("second", store=False, previous_response_id=first["id"])
        assert second["previous_response_id"] == first["id"]
        error = socket.refused(previous_response_id=first["id"], store=False)
        assert error["error"]["code"] == "previous_response_not_found"
        assert socket.ask("third", previous_response_id=second["id"])["status"] == "completed"
    with Socket(served.url) as anew:
        error = anew.refused(previous_response_id=second["id"])
        assert error == {
            "type": "error",
            "status": 400,
            "error": {
                "type": "invalid_request_error",
                "code": "previous_response_not_found",
                "message": f"Previous response with id '{second['id']}' not found.",
                "param": "previous_response_id",
            },
        }
        assert anew.ask("fresh")["status"] == "completed"


@pytest.mark.parametrize(
    "failure",
    [
        {"text": [{"type": "function_call_output", "call_id": "call_missing", "output": "x"}]},
        {"text": "hi", "temperature": 99},
        {"text": "hi", "model": 5},
    ],
    ids=["dangling output", "bad range", "bad type"],
)
def test_a_failed_continuation_forgets_its_parent(serve: Serve, failure: dict[str, Any]) -> None:
    with Socket(serve().url) as socket:
        parent = socket.ask(store=False)["id"]
        assert socket.refused(previous_response_id=parent, **failure)["status"] == 400
        error = socket.refused("again", previous_response_id=parent)
        assert error["error"]["code"] == "previous_response_not_found"
        stored = socket.ask()["id"]
        assert socket.refused(previous_response_id=stored, **failure)["status"] == 400
        assert socket.ask("again", previous_response_id=stored)["status"] == "completed"


def test_a_scripted_error_forgets_the_parent(serve: Serve) -> None:
    served = serve()
    served.script(
        "fine", {"error": {"status": 429, "code": "rate_limit_exceeded", "retry_after": 0.5}}
    )
    with Socket(served.url) as socket:
        parent = socket.ask(store=False)["id"]
        error = socket.refused("next", previous_response_id=parent)
        assert (error["status"], error["error"]["code"]) == (429, "rate_limit_exceeded")
        assert error["error"]["headers"]["retry-after"] == "0.5"
        error = socket.refused("next", previous_response_id=parent)
        assert error["error"]["code"] == "previous_response_not_found"


def test_every_error_has_a_code(serve: Serve) -> None:
    item = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
    with Socket(serve().url) as socket:
        error = socket.refused([item])["error"]
    assert error["code"] == error["type"] == "invalid_request_error"
    assert error["param"] == "input"


def test_a_miss_is_an_error_event_with_the_whole_text(serve: Serve) -> None:
    served = serve(on_miss="fail")
    served.script({"when": {"input": "something else"}, "reply": "no"})
    with Socket(served.url) as socket:
        error = socket.refused("this")
    assert error["status"] == 422
    assert error["error"]["code"] == "mockserver_miss"
    assert "something else" in error["error"]["message"]
    assert error["error"]["headers"] == {"x-should-retry": "false"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\xff", "invalid_event"),
        (b'{"type": "response.create"}', "invalid_event"),
        ("", "invalid_json"),
        ("not JSON", "invalid_json"),
        ('{"type": "response.create", "model": NaN}', "invalid_json"),
        ("[]", "invalid_json"),
        ('"text"', "invalid_json"),
        ("[DONE]", "invalid_json"),
        ("{}", "missing_required_parameter"),
        ('{"type": "session.update"}', "invalid_value"),
        ('{"type": {"a": 1}}', "invalid_value"),
        ('{"type": "response.create"}', "missing_required_parameter"),
        (
            '{"type": "response.create", "model": "gpt-5", "input": "", "response": {}}',
            "unknown_parameter",
        ),
        ('{"type": "response.create", "model": "gpt-5", "input": {"a": [1]}}', "invalid_type"),
        ("[" * 100_000, "invalid_json"),
    ],
)
def test_garbage_is_an_error_and_the_connection_stays(
    serve: Serve, message: str | bytes, code: str
) -> None:
    with Socket(serve().url) as socket:
        socket.ws.send(message)
        (error,) = socket.turn()
        assert (error["type"], error["status"], error["error"]["code"]) == ("error", 400, code)
        assert error["error"]["type"] == "invalid_request_error"
        assert socket.ask()["status"] == "completed"


def test_garbage_waits_for_its_turn(serve: Serve) -> None:
    with Socket(serve().url) as socket:
        socket.create()
        socket.ws.send("garbage")
        socket.create()
        assert [socket.turn()[-1]["type"] for _ in range(3)] == [
            "response.completed",
            "error",
            "response.completed",
        ]


def test_a_steer_is_unknown_to_open_responses(serve: Serve) -> None:
    with Socket(serve(dialect_name="open-responses").url) as socket:
        socket.send(type="response.steer", previous_response_id="resp_1", input="x")
        assert socket.recv()["error"]["code"] == "invalid_value"


def test_big_messages_pass_in_both_directions(serve: Serve) -> None:
    served = serve(watched=False)
    big = "A" * (20 * 1024 * 1024)
    served.script({"reply": {"output": [{"type": "image_generation_call", "result": big}]}})
    url = "data:image/png;base64," + big[: len(big) // 2]
    image = {"type": "input_image", "image_url": url, "detail": "auto"}
    with Socket(served.url, compression=None) as socket:
        socket.create([{"role": "user", "content": [image, image]}])
        item = socket.until("response.output_item.done")[-1]["item"]
    assert item["result"] == big


def test_a_message_over_the_limit_is_refused(serve: Serve) -> None:
    with Socket(serve(settings=Settings(max_body=1_000 / 2**20)).url) as socket:
        error = socket.refused("x" * 2000)
        assert (error["status"], error["error"]["code"]) == (413, "request_too_large")
        assert socket.ask()["status"] == "completed"


@pytest.mark.parametrize("compression", ["deflate", None])
def test_compression_is_the_clients_choice(serve: Serve, compression: str | None) -> None:
    with Socket(serve().url, compression=compression) as socket:
        assert bool(socket.ws.protocol.extensions) is (compression is not None)
        assert socket.ask("text " * 1000)["status"] == "completed"


def test_a_connection_ends_when_its_time_is_over(serve: Serve) -> None:
    with Socket(serve(settings=Settings(websocket_seconds=0.05)).url) as socket:
        event = socket.recv()
        assert (event["type"], event["status"]) == ("error", 400)
        assert event["error"]["code"] == "websocket_connection_limit_reached"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


def test_the_end_of_time_breaks_off_a_running_turn(serve: Serve) -> None:
    served = serve(settings=Settings(websocket_seconds=0.1))
    served.script({"reply": "late", "stream": {"ttft_ms": 60_000}})
    with Socket(served.url) as socket:
        socket.create()
        events = socket.turn()
        assert [event["type"] for event in events] == [
            "response.created",
            "response.in_progress",
            "error",
        ]
    assert len(served.state.responses) == 0


@pytest.mark.parametrize("named", [False, True])
def test_an_open_connection_goes_on_in_the_session_that_a_reset_begins(named: bool) -> None:
    """The fault: a client that keeps its connection meets the script of the test before."""
    with MockServer() as server:
        session = server.session() if named else server
        session.script("old")
        with Socket(session.base_url) as socket:
            old = socket.ask("who?")
            session.reset()
            session.script("new")
            assert socket.refused(previous_response_id=old["id"])["error"]["code"] == (
                "previous_response_not_found"
            )
            assert text_of(socket.ask("and now?")) == "new"
        assert [request.input_text for request in session.requests] == ["hi", "and now?"]
