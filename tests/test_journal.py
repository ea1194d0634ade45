"""The journal: what was asked, what answered, and what an assertion says when it fails."""

import json
import threading
from pathlib import Path

import openai
import pytest
from websockets.sync.client import connect

from mockserver import MockServer, Received, function_call
from mockserver.api import CreateRequest
from mockserver.script import to_conditions
from mockserver.session import Journal, json_differences, unmet

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def received(body: dict[str, object]) -> Received:
    raw = json.dumps(body).encode()
    return Received(content=raw, request=CreateRequest(body))


def journal(*bodies: dict[str, object]) -> Journal:
    kept = Journal()
    for body in bodies:
        kept.add(received(body))
    return kept


def test_what_tests_ask_for_is_spelled_out(mockserver: MockServer) -> None:
    mockserver.script(function_call("get_weather", city="Paris", call_id_="call_1"), "It is 18 °C.")
    client = mockserver.client(default_headers={"X-Tenant": "ann"})
    first = client.responses.create(
        model="gpt-5",
        instructions="Be brief.",
        input="How is it in Paris?",
        tools=[WEATHER, {"type": "web_search"}],  # type: ignore[list-item]
        metadata={"a": "b"},
    )
    client.responses.create(
        model="gpt-5",
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}],
    )
    asked, answered = mockserver.requests
    assert (asked.number, asked.method, asked.path, asked.transport) == (
        1,
        "POST",
        "/v1/responses",
        "http",
    )
    assert asked.model == "gpt-5"
    assert asked.instructions == "Be brief."
    assert asked.input_text == "How is it in Paris?"
    assert asked.tool_names == ["get_weather", "web_search"]
    assert asked.tools[0]["name"] == "get_weather"
    assert asked.metadata == {"a": "b"}
    assert asked.headers["x-tenant"] == "ann"
    assert asked.json["input"] == "How is it in Paris?"
    assert asked.previous_response_id is None
    assert asked.text_format == {"type": "text"}
    assert not asked.stream
    assert asked.response_id == first.id == answered.previous_response_id
    assert answered.tool_outputs["get_weather"] == "18 °C"
    assert answered.input_items[0]["call_id"] == "call_1"
    assert answered is mockserver.last_request
    assert asked.at <= answered.at


def test_the_journal_says_what_answered(mockserver: MockServer) -> None:
    def fails(request: CreateRequest) -> str:
        raise LookupError(request.model)

    mockserver.script("step", fails)
    mockserver.when(input="stub").reply("stub")
    client = mockserver.client()
    client.responses.create(model="gpt-5", input="x")
    with pytest.raises(openai.UnprocessableEntityError, match="LookupError: gpt-5"):
        client.responses.create(model="gpt-5", input="x")
    mockserver.reset()
    mockserver.when(input="stub").reply("stub")
    client.responses.create(model="gpt-5", input="stub")
    client.models.list()
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-5", input="x", temperature=9)
    with pytest.raises(openai.UnprocessableEntityError):
        client.responses.create(model="gpt-5", input="other")
    stub, models, refused, miss = mockserver.requests
    assert stub.by == "stub"
    assert stub.source.startswith("tests/test_journal.py:")
    assert (models.by, models.status) == ("api", 200)
    assert (refused.by, refused.status) == ("refused", 400)
    assert "temperature" in refused.text
    assert (miss.by, miss.status) == ("miss", 422)
    assert [miss.text for miss in mockserver.misses] == [miss.text]
    assert "nothing answered it" in str(miss)
    mockserver.reset()


def test_a_step_whose_function_fails_is_a_miss(mockserver: MockServer) -> None:
    mockserver.script(lambda _: 1 / 0)
    with pytest.raises(openai.UnprocessableEntityError):
        mockserver.client().responses.create(model="gpt-5", input="x")
    (failed,) = mockserver.misses
    assert failed.by == "script_error"
    assert "ZeroDivisionError" in failed.text
    mockserver.reset()


@pytest.mark.mockserver(on_miss="echo")
def test_made_up_replies_are_told_apart(mockserver: MockServer) -> None:
    mockserver.client().responses.create(model="gpt-5", input="x")
    assert mockserver.last_request.by == "echo"


def test_streams_and_generated_replies(mockserver: MockServer) -> None:
    assert list(mockserver.client().responses.create(model="gpt-5", input="x", stream=True))
    assert mockserver.last_request.by == "generated"
    assert mockserver.last_request.transport == "sse"
    assert mockserver.last_request.stream
    assert "streamed" in str(mockserver.last_request)


def test_websocket_messages_are_requests(mockserver: MockServer) -> None:
    mockserver.script("Hello!")
    with connect(mockserver.base_url.replace("http", "ws", 1) + "/responses") as socket:
        socket.send(json.dumps({"type": "response.create", "model": "gpt-5", "input": "Hi"}))
        while json.loads(socket.recv())["type"] != "response.completed":
            pass
        socket.send(json.dumps({"type": "response.create", "model": "gpt-5", "input": "Again"}))
        assert json.loads(socket.recv())["type"] == "error"
    hello, again = mockserver.requests
    assert (hello.by, hello.transport, hello.input_text) == ("step", "websocket", "Hi")
    assert again.by == "miss"
    assert "over a WebSocket" in str(again)
    mockserver.assert_requested(times=1, transport="websocket", input="Hi")
    mockserver.reset()


def test_interactions_of_cassettes_are_named(
    mockserver_factory: "type[MockServer]", tmp_path: Path
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text("interactions:\n- reply: One.\n- reply: Two.\n")
    with mockserver_factory(cassette=path) as server:
        server.client().responses.create(model="gpt-5", input="x")
        assert (server.last_request.by, server.last_request.source) == ("interaction", f"{path}:2")
        assert server.unplayed == [f"{path}:3"]
        assert server.unused == []


def test_no_request_at_all(mockserver: MockServer) -> None:
    with pytest.raises(AssertionError, match="No request was received"):
        mockserver.last_request  # noqa: B018
    with pytest.raises(AssertionError, match="Expected a request; no request was received at all"):
        mockserver.assert_requested()
    mockserver.assert_requested(times=0)


def test_an_assertion_that_fails_shows_the_nearest_request_and_where_it_differs() -> None:
    kept = journal(
        {"model": "gpt-5", "input": "How is Rome?"},
        {"model": "gpt-4o", "input": "Unlike in every way."},
    )
    text = unmet(
        kept, to_conditions({"model": "gpt-5*", "input": "How is Paris?", "stream": False})
    )
    assert text is not None
    assert text.splitlines() == [
        'Expected a request with model: glob "gpt-5*", input: "How is Paris?", stream: false; '
        "2 requests came, and none fits.",
        'Nearest: 1. POST /v1/responses, model gpt-5, input "How is Rome?" → no answer yet. It '
        "differs in:",
        '  input: expected "How is Paris?", got "How is Rome?"',
        "All requests:",
        '  1. POST /v1/responses, model gpt-5, input "How is Rome?" → no answer yet',
        '  2. POST /v1/responses, model gpt-4o, input "Unlike in every way." → no answer yet',
    ]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (0, 'Expected no request with input: contains "a"; there were 2.'),
        (1, 'Expected 1 request with input: contains "a"; there were 2.'),
        (3, 'Expected 3 requests with input: contains "a"; there were 2.'),
    ],
)
def test_a_wrong_number_lists_those_that_were_there(times: int, said: str) -> None:
    kept = journal({"input": "a1"}, {"input": "a2"}, {"input": "b"})
    conditions = to_conditions({"input": {"contains": "a"}})
    text = unmet(kept, conditions, times)
    assert text is not None
    assert text.splitlines()[:2] == [said, "These met the conditions:"]
    assert "Other requests:" in text
    assert unmet(kept, conditions, 2) is None
    assert unmet(kept, conditions) is None


def test_json_is_compared_by_path_and_long_texts_are_cut_around_the_difference() -> None:
    long = "word " * 100
    sent = {
        "model": "gpt-5",
        "input": [{"role": "user", "content": f"{long}Paris{long}"}],
        "store": True,
    }
    wanted = {
        "model": "gpt-5",
        "input": [{"role": "user", "content": f"{long}Rome{long}"}, {"role": "x"}],
        "top_p": 1,
    }
    text = unmet(journal(sent), to_conditions({"json": {"$": {"equals": wanted}}}))
    assert text is not None
    lines = [line for line in text.splitlines() if line.startswith("  ")]
    assert [line.partition(":")[0].strip() for line in lines[:4]] == [
        "$.input[0].content",
        "$.input[1]",
        "$.top_p",
        "$.store",
    ]
    assert "Paris" in lines[0]
    assert "Rome" in lines[0]
    assert max(map(len, lines)) < 260


def test_json_differences_of_equal_values_are_none() -> None:
    assert list(json_differences({"a": [1, {"b": 2.0}]}, {"a": [1.0, {"b": 2}]})) == []
    assert list(json_differences(1, True)) == ["$: expected 1, got true"]
    assert list(json_differences([1], [])) == ["[0]: expected 1, got nothing"]


def test_the_journal_is_bounded_in_number_and_size() -> None:
    kept = Journal(limit=3, max_bytes=300)
    for _ in range(5):
        kept.add(Received())
    assert [each.number for each in kept] == [3, 4, 5]
    assert kept.forgotten == 2
    newest = kept.add(Received())
    kept.read(newest, b"x" * 101)
    assert kept.requests == [newest]
    text = unmet(kept, to_conditions({}), 1)
    assert text is not None
    assert "The oldest 5 requests are not in the journal any more." in text
    assert text.endswith("Do: raise --journal-limit or --journal-size.")
    kept.add(Received(content=b"y" * 90))
    kept.read(newest, b"x" * 1000)
    kept.add(Received())
    assert len(kept) == 2


def test_a_body_that_is_no_json_can_be_looked_at() -> None:
    odd = Received(content=b"{")
    assert odd.body is odd.json is None
    assert odd.content == b"{"
    assert odd.input_text == ""
    assert odd.tools == []
    assert Received(method="GET", path="/v1/models", status=200).outcome == "status 200"


def test_it_is_read_while_it_is_written() -> None:
    kept = Journal(limit=50)
    done = threading.Event()

    def write() -> None:
        for _ in range(5_000):
            kept.add(Received())
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        numbers = [each.number for each in kept.requests]
        assert numbers == sorted(numbers)
    writer.join()
    assert kept.requests[-1].number == 5_000
