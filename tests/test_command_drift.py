"""`mockserver drift`."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cassette_samples import interaction, run, save
from mockserver import MockServer, function_call
from mockserver.cassettes import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    SocketMessage,
    append_interactions,
)
from mockserver.sse import events

RECENT, OLD = 1_795_000_000, 1_750_000_000
KEY = "sk-proj-" + "a1B2c3D4" * 6
WEATHER = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


@pytest.fixture(scope="module")
def service() -> Iterator[MockServer]:
    """What stands in for the service."""
    with MockServer(seed=7) as server:
        yield server


def recorded(service: MockServer, ask: dict[str, Any], answer: Any = "Paris.") -> dict[str, Any]:
    """An interaction as it would have been recorded today, with ids of its own."""
    service.script(answer)
    reply = httpx2.post(f"{service.base_url}/responses", json=ask)
    service.reset()
    if ask.get("stream"):
        return interaction(ask, redated(reply.text).encode())
    return interaction(ask, json.loads(redated(reply.text)), status=reply.status_code)


def redated(text: str) -> str:
    value = text.replace('"created_at": 1790', '"created_at": 1795')
    return value.replace('"created_at":1790', '"created_at":1795')


def changed(given: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The interaction with other members in its Response; None takes one away."""
    made = deepcopy(given)
    value = json.loads(made["response"]["body"]["string"]) | members
    value = {name: each for name, each in value.items() if each != "absent"}
    made["response"]["body"]["string"] = json.dumps(value)
    return made


def drift(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, list[str], list[str]]:
    """Exit status, and the lines of both outputs."""
    status = run("drift", *arguments)
    out, err = capsys.readouterr()
    return status, out.splitlines(), err.splitlines()


ASK = {"model": "gpt-5", "input": "What is the capital of France?"}
CALL = function_call("weather", city="Paris")


def test_what_the_server_would_answer_does_not_differ(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = {**ASK, "tools": [WEATHER], "temperature": None}
    refused = httpx2.post(f"{service.base_url}/responses", json={**ASK, "max_output_tokens": 1})
    path = save(
        tmp_path / "a.yaml",
        [
            recorded(service, ASK),
            recorded(service, {**ASK, "stream": True}),
            recorded(service, tools, [CALL]),
            recorded(service, {**tools, "stream": True}, [CALL, "Sunny."]),
            interaction({**ASK, "max_output_tokens": 1}, refused.json(), status=400),
            interaction(None, {"object": "list", "data": []}, method="GET", uri="/v1/models"),
        ],
    )
    assert drift(capsys, path) == (0, ["0 of 5 recorded replies differ"], [])


def test_ids_and_times_do_not_count(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, ASK)
    again = changed(given, id="resp_other", created_at=RECENT + 5, completed_at=RECENT + 9)
    again["response"]["body"]["string"] = again["response"]["body"]["string"].replace(
        '"msg_', '"msg_x'
    )
    assert drift(capsys, save(tmp_path / "a.yaml", [given, again]))[0] == 0


def test_a_conversation_goes_on(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    first = changed(recorded(service, {**ASK, "tools": [WEATHER]}, [CALL]), id="resp_first")
    call_id = json.loads(first["response"]["body"]["string"])["output"][0]["call_id"]
    said = {"type": "function_call_output", "call_id": call_id, "output": "sunny"}
    ask = {"model": "gpt-5", "input": [said], "previous_response_id": "resp_first"}
    plain = recorded(service, {"model": "gpt-5", "input": "x"})
    second = changed(plain, previous_response_id="resp_first", id="resp_second")
    second["request"]["body"] = json.dumps(ask)
    assert drift(capsys, save(tmp_path / "both.yaml", [first, second]))[0] == 0
    # The state that it refers to was not recorded: it goes without.
    assert drift(capsys, save(tmp_path / "second.yaml", [second]))[0] == 0


def test_differences_are_ranked_by_replies(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, ASK)
    path = save(
        tmp_path / "a.yaml",
        [
            changed(given, truncation="auto", new_member={"a": 1}),
            given,
            changed(given, truncation="auto", user="absent"),
        ],
    )
    status, lines, _ = drift(capsys, path)
    assert (status, lines) == (
        1,
        [
            "     2  response.truncation",
            '          recorded  "auto"',
            '          ours      "disabled"',
            f"          in {path}#1",
            "     1  response.new_member (only recorded)",
            '          recorded  {"a":1}',
            f"          in {path}#1",
            "     1  response.user (only ours)",
            "          ours      null",
            f"          in {path}#3",
            "",
            "2 of 3 recorded replies differ",
        ],
    )
    status, lines, _ = drift(capsys, path, "--top", 1)
    assert (status, lines[4]) == (1, "        and 2 differences more (--top)")
    ignored = ("--ignore", "response.truncation", "--ignore", "response.*e*r")
    assert drift(capsys, path, *ignored)[:2] == (0, ["0 of 3 recorded replies differ"])


def test_one_reply_in_full(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, ASK)
    path = save(tmp_path / "a.yaml", [given, changed(given, truncation="auto")])
    assert drift(capsys, path, "--show", f"{path}#1")[0] == 0
    status, lines, _ = drift(capsys, "--show", f"{path}#2")
    assert status == 1
    assert lines == [
        f"{path}#2, recorded on 2026-11-27: 1 difference",
        'request without input: {"model":"gpt-5"}',
        "response.truncation",
        '    recorded  "auto"',
        '    ours      "disabled"',
        "",
    ]
    assert drift(capsys, "--show", f"{path}#3")[0] == 2


def events_changed(given: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    made = deepcopy(given)
    text = made["response"]["body"]["string"]
    assert old in text
    made["response"]["body"]["string"] = text.replace(old, new)
    return made


def test_the_order_of_events_and_their_members(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, {**ASK, "stream": True})
    frames = given["response"]["body"]["string"].split("\n\n")
    without = next(each for each in frames if "output_text.done" in each)
    path = save(
        tmp_path / "a.yaml",
        [
            events_changed(given, without + "\n\n", ""),
            events_changed(given, '"content_index":0,', '"content_index":0,"phase":"x",'),
        ],
    )
    status, lines, _ = drift(capsys, path)
    assert status == 1
    told = {line[8:] for line in lines if line.startswith("     1  ")}
    assert told == {
        "events after response.output_text.delta",
        "response.content_part.added: phase (only recorded)",
        "response.content_part.done: phase (only recorded)",
        "response.output_text.delta: phase (only recorded)",
        "response.output_text.done: phase (only recorded)",
    }
    shown = drift(capsys, path, "--show", f"{path}#1")[1]
    assert "    +response.output_text.done" in shown


def test_a_member_of_the_response_is_told_once_for_a_whole_stream(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, {**ASK, "stream": True})
    odd = events_changed(given, '"truncation":"disabled"', '"truncation":"auto"')
    lines = drift(capsys, save(tmp_path / "a.yaml", [odd]))[1]
    assert [line for line in lines if "truncation" in line] == ["     1  response.truncation"]


def test_deltas_may_be_cut_otherwise(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, {**ASK, "stream": True}, "One two three four.")
    frames = given["response"]["body"]["string"].split("\n\n")
    first = next(each for each in frames if '"response.output_text.delta"' in each)
    path = save(tmp_path / "a.yaml", [events_changed(given, first, f"{first}\n\n{first}")])
    assert drift(capsys, path)[0] == 0


def test_refusals(tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]) -> None:
    error = {"message": "No.", "type": "invalid_request_error", "param": "user", "code": "new"}
    given = recorded(service, ASK)
    accepted = deepcopy(given)
    accepted["request"]["body"] = json.dumps({**ASK, "max_output_tokens": 1})
    path = save(
        tmp_path / "a.yaml",
        [
            interaction(ASK, {"error": error}, status=400),
            interaction({**ASK, "max_output_tokens": 1}, {"error": error}, status=400),
            accepted,
            interaction(ASK, {"error": error}, status=429),
            interaction(ASK, {"error": error}, status=401),
        ],
    )
    status, lines, _ = drift(capsys, path)
    assert status == 1
    assert '          recorded  "400: No."' in lines
    assert '          ours      "200"' in lines
    assert "     1  error.code" in lines
    assert "     1  error.param" in lines
    assert lines[-3:] == [
        "3 of 3 recorded replies differ",
        "left out: 1, refused with 401, which does not depend on the request",
        "left out: 1, refused with 429, which does not depend on the request",
    ]


def test_what_is_younger_than_a_recording_is_no_difference(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = changed(recorded(service, ASK), tool_usage="absent")
    old = changed(lacking, created_at=OLD)
    assert drift(capsys, save(tmp_path / "old.yaml", [old])) == (
        0,
        [
            "0 of 1 recorded replies differ",
            "not counted: 1 difference due to the recordings' age",
        ],
        [],
    )
    lines = drift(capsys, save(tmp_path / "new.yaml", [lacking]))[1]
    assert lines[0] == "     1  response.tool_usage (only ours)"


def test_usage_is_compared_when_asked(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, ASK)
    usage = json.loads(given["response"]["body"]["string"])["usage"]
    path = save(tmp_path / "a.yaml", [given, changed(given, usage={**usage, "input_tokens": 999})])
    assert drift(capsys, path)[0] == 0
    status, lines, _ = drift(capsys, path, "--usage")
    assert (status, lines[0]) == (1, "     1  response.usage.input_tokens")


def test_secrets_are_not_shown(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = {**ASK, "metadata": {"note": KEY}, "instructions": f"Use {KEY}"}
    given = changed(recorded(service, ask), truncation=KEY, leaked={"token": KEY})
    path = save(tmp_path / "a.yaml", [given])
    for arguments in ((path,), ("--show", f"{path}#1")):
        status, lines, _ = drift(capsys, *arguments)
        assert status == 1
        assert "response.leaked" in "\n".join(lines)
        assert KEY[8:] not in "\n".join(lines)
        assert "instructions" not in "\n".join(lines).replace('"instructions":', "")


def test_replies_without_their_requests(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = {
        **ASK,
        "stream": True,
        "tools": [WEATHER],
        "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "reasoning": {"effort": "low", "summary": "detailed"},
        "metadata": {"a": "b"},
        "input": "JSON, please",
    }
    body = recorded(service, ask, [CALL])["response"]["body"]["string"].encode()
    lines = [event.data for event in events(body)]
    path = tmp_path / "two.chunks.txt"
    path.write_text("\n".join([*lines, *lines]))
    assert drift(capsys, path)[:2] == (0, ["0 of 2 recorded replies differ"])
    odd = "\n".join(lines).replace('"truncation":"disabled"', '"truncation":"auto"')
    path.write_text("\n".join([*lines, odd]))
    assert drift(capsys, path)[0] == 0  # A truncation may have been asked for,
    odd = "\n".join(lines).replace('"object":"response"', '"object":"reply"')
    path.write_text("\n".join([*lines, odd]))  # but not this.
    status, told, _ = drift(capsys, path)
    assert (status, told[0]) == (1, "     1  response.object")
    assert told[3].endswith("two.chunks.txt#1 reply 2")
    body_alone = tmp_path / "alone.json"
    body_alone.write_text(json.dumps(json.loads(lines[-1])["response"]))
    assert drift(capsys, body_alone)[1][-1] == "1 of 1 recorded replies differ"


def test_turns_of_a_websocket(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    body = recorded(service, {**ASK, "stream": True})["response"]["body"]["string"].encode()
    sent = [SocketMessage("server", 1.0, event.data) for event in events(body)]
    asked = SocketMessage("client", 0.0, json.dumps({"type": "response.create", **ASK}))
    odd = SocketMessage("server", 1.0, sent[-1].data.replace('"disabled"', '"auto"'))
    conversation = Interaction(
        RecordedRequest("GET", "/v1/responses"),
        RecordedResponse(
            101, "Switching Protocols", messages=(asked, *sent, asked, *sent[:-1], odd)
        ),
    )
    path = tmp_path / "socket.yaml"
    append_interactions(path, [conversation])
    status, lines, _ = drift(capsys, path)
    assert (status, lines[0], lines[-1]) == (
        1,
        "     1  response.truncation",
        "1 of 2 recorded replies differ",
    )
    assert f"{path}#1 turn 2" in lines[3]


def test_what_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = "mockserver: there is no recorded reply to compare"
    text = tmp_path / "notes.yaml"
    text.write_text("these are my notes")
    status, _, errors = drift(capsys, text)
    assert status == 2
    assert errors[0].startswith(str(text))
    assert errors[-1] == nothing
    scripted = tmp_path / "scripted.yaml"
    scripted.write_text("interactions:\n- reply: hi\n")
    status, _, errors = drift(capsys, scripted)
    assert status == 2
    assert "it is scripted, where only recordings are read" in errors[0]
    empty = save(tmp_path / "empty.yaml", [])
    assert drift(capsys, empty) == (2, ["0 of 0 recorded replies differ"], [nothing])
    assert drift(capsys)[0] == 2
    assert drift(capsys, tmp_path / "gone.yaml")[0] == 2
    other = save(tmp_path / "other.yaml", [interaction(ASK, "<html>"), interaction(ASK, {"a": 1})])
    status, lines, _ = drift(capsys, other)
    assert (status, lines[1:]) == (
        2,
        ["left out: 1, no JSON in the reply", "left out: 1, the reply holds no Response"],
    )


def test_a_stream_that_was_cut_is_left_out(
    tmp_path: Path, service: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    given = recorded(service, {**ASK, "stream": True})
    body = given["response"]["body"]["string"].partition("event: response.completed")[0]
    cut = interaction({**ASK, "stream": True}, body.encode())
    lines = drift(capsys, save(tmp_path / "a.yaml", [given, cut]))[1]
    assert lines == ["0 of 1 recorded replies differ", "left out: 1, the stream was cut"]


@pytest.mark.parametrize(
    ("item", "path", "ours"),
    [
        ({"type": "message", "contend": "x"}, "the output (only ours)", "cannot be sent"),
        ({"type": "message", "id": "msg_1", "role": "assistant", "content": 5}, "status", "500"),
    ],
)
def test_an_output_that_cannot_be_sent_is_a_difference(
    tmp_path: Path,
    service: MockServer,
    capsys: pytest.CaptureFixture[str],
    item: dict[str, Any],
    path: str,
    ours: str,
) -> None:
    given = changed(recorded(service, ASK), output=[item])
    status, lines, _ = drift(capsys, save(tmp_path / "a.yaml", [given]))
    assert (status, lines[0]) == (1, f"     1  {path}")
    assert ours in "\n".join(lines)
