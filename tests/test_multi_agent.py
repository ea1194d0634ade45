"""The beta of `multi_agent`: its items, whose they are, and what is injected over a WebSocket."""

from typing import Any

import httpx2
import pytest
from openai import OpenAI

from conftest import Serve, Served
from mockserver import agent_message, function_call, multi_agent_call, multi_agent_call_output
from sockets import Socket

Json = dict[str, Any]
BETA: Json = {"multi_agent": {"enabled": True, "max_concurrent_subagents": 2}}
SLOW = {"ttft_ms": 10, "itl_ms": 10}
SPAWNED = [
    multi_agent_call("spawn_agent", {"task_name": "a"}),
    multi_agent_call_output("started"),
    agent_message("Done.", author="/root/a", recipient="/root", agent="/root/a"),
    "All done.",
]


def post(server: Served, status: int = 200, **body: Any) -> Json:
    reply = httpx2.post(
        f"{server.url}/responses?beta=true",
        json={"model": "gpt-5.6", "input": "Hi", **BETA, **body},
        headers={"OpenAI-Beta": "responses_multi_agent=v1"},
    )
    assert reply.status_code == status, reply.text
    answer: Json = reply.json()
    return answer


def test_items_say_which_agent_they_are_of(serve: Serve) -> None:
    server = serve()
    server.script(SPAWNED)
    call, output, said, message = post(server)["output"]
    assert list(call) == ["id", "type", "action", "agent", "arguments", "call_id"]
    assert output["call_id"] == call["call_id"]
    assert output["output"][0]["text"] == "started"
    agents = [item["agent"]["agent_name"] for item in (call, output, said, message)]
    assert agents == ["/root", "/root", "/root/a", "/root"]


def test_without_the_beta_no_agent_is_named(serve: Serve) -> None:
    server = serve()
    server.script("Hi")
    assert "agent" not in post(server, multi_agent={"enabled": False})["output"][0]


def test_what_agents_did_can_be_sent_back(serve: Serve) -> None:
    server = serve()
    server.script(SPAWNED, "Yes.")
    output = post(server)["output"]
    assert post(server, input=[*output, {"role": "user", "content": "Sure?"}])["output"]


def test_the_official_client_reads_the_stream(serve: Serve) -> None:
    server = serve()
    server.script(SPAWNED)
    client = OpenAI(base_url=server.url, api_key="any", max_retries=0)
    stream = client.beta.responses.create(
        model="gpt-5.6",
        input="Hi",
        stream=True,
        multi_agent={"enabled": True},
        betas=["responses_multi_agent=v1"],
    )
    events = list(stream)
    texts = [event for event in events if event.type == "response.output_text.delta"]
    assert texts
    assert all(event.agent and event.agent.agent_name == "/root" for event in texts)
    done = [event.item.type for event in events if event.type == "response.output_item.done"]
    assert done == ["multi_agent_call", "multi_agent_call_output", "agent_message", "message"]


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"max_concurrent_subagents": 0, "enabled": True}, "multi_agent.max_concurrent_subagents"),
        ({"max_concurrent_subagents": 2}, "multi_agent.enabled"),
        ({"enabled": "yes"}, "multi_agent.enabled"),
    ],
)
def test_the_parameter_is_checked(serve: Serve, asked: Json, param: str) -> None:
    assert post(serve(), 400, multi_agent=asked)["error"]["param"] == param


# Injection.


def inject(socket: Socket, response_id: str, *items: Json) -> None:
    socket.send(type="response.inject", response_id=response_id, input=list(items))


def output_of(call: Json, output: str = "72") -> Json:
    return {"type": "function_call_output", "call_id": call["call_id"], "output": output}


WEATHER = {"type": "function", "name": "weather"}


def test_the_output_of_a_tool_joins_a_running_response(serve: Serve) -> None:
    seen: list[list[str]] = []

    def remember(request: Any) -> str:
        seen.append([item["type"] for item in request.items])
        return "Warm."

    server = serve()
    words = "So " * 100
    server.script({"reply": [function_call("weather", call_id="call_1"), words], "stream": SLOW})
    server.script(remember)
    with Socket(server.url) as socket:
        socket.create("Hi", model="gpt-5.6", tools=[WEATHER], **BETA)
        events = socket.until("response.output_item.done")
        response_id = events[0]["response"]["id"]
        inject(socket, response_id, output_of(events[-1]["item"]))
        events += socket.turn()
        (created,) = [e for e in events if e["type"] == "response.inject.created"]
        assert created["response_id"] == response_id
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        socket.create("And?", model="gpt-5.6", previous_response_id=response_id, **BETA)
        assert socket.turn()[-1]["type"] == "response.completed"
    assert seen == [["message", "function_call", "message", "function_call_output", "message"]]


@pytest.mark.parametrize("known", [True, False])
def test_what_comes_too_late_goes_back(serve: Serve, known: bool) -> None:
    server = serve()
    server.script([function_call("weather", call_id="call_1")])
    with Socket(server.url) as socket:
        socket.create("Hi", model="gpt-5.6", tools=[WEATHER], **BETA)
        events = socket.turn()
        call = events[-1]["response"]["output"][0]
        target = events[-1]["response"]["id"] if known else "resp_unknown"
        inject(socket, target, output_of(call))
        failed = socket.until("response.inject.failed")[-1]
    assert failed["error"]["code"] == (
        "response_already_completed" if known else "response_not_found"
    )
    assert (failed["response_id"], failed["input"]) == (target, [output_of(call)])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({}, "missing_required_parameter"),
        ({"response_id": "resp_1", "input": []}, "invalid_type"),
        ({"response_id": "resp_1", "input": "Hi"}, "invalid_type"),
        ({"response_id": 5, "input": [{}]}, "invalid_type"),
        ({"response_id": "resp_1", "input": [{"role": "user", "content": "x"}]}, "invalid_value"),
        ({"response_id": "resp_1", "input": [{}], "more": 1}, "unknown_parameter"),
    ],
)
def test_what_cannot_be_injected_is_refused(serve: Serve, frame: Json, code: str) -> None:
    with Socket(serve().url) as socket:
        socket.send(type="response.inject", **frame)
        refused = socket.until("error")[-1]
    assert (refused["status"], refused["error"]["code"]) == (400, code)


def test_an_output_without_its_call_is_refused(serve: Serve) -> None:
    server = serve()
    server.script({"reply": "So " * 100, "stream": SLOW})
    with Socket(server.url) as socket:
        socket.create("Hi", model="gpt-5.6", **BETA)
        events = socket.until("response.output_text.delta")
        inject(socket, events[0]["response"]["id"], output_of({"call_id": "call_other"}))
        refused = socket.until("error")[-1]
        assert refused["error"]["message"].endswith("with call_id call_other.")
        assert socket.turn()[-1]["type"] == "response.completed"
