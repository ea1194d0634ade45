"""What an author or a recording gave is sent, whatever the request includes or limits; what is made
up keeps to the request.
"""

from typing import Any

import httpx2
import pytest

from conftest import Serve, Served

Json = dict[str, Any]
LONG = "All happy families are alike; each unhappy family is unhappy in its own way. " * 4
LOGPROB = {"token": "Hi", "bytes": [72, 105], "logprob": -0.1, "top_logprobs": []}
SOURCES = [{"type": "url", "url": "https://example.com"}]

OPTIONAL: list[Json] = [
    {"type": "reasoning", "encrypted_content": "gAAAAAmine"},
    {"type": "reasoning", "encrypted_content": "gAAAAAmine", "summary": ["So."]},
    {"type": "file_search_call", "queries": ["q"], "results": [{"file_id": "file-1"}]},
    {"type": "web_search_call", "action": {"query": "q", "sources": SOURCES}},
    {"type": "web_search_call", "action": "q", "results": [{"type": "text_result"}]},
    {"type": "code_interpreter_call", "code": "1", "outputs": [{"type": "logs", "logs": "1"}]},
    {"type": "message", "content": [{"text": "Hi", "logprobs": [LOGPROB]}]},
]


def respond(server: Served, *reply: Any, **body: Any) -> Json:
    if reply:
        server.script(*reply)
    reply_of = httpx2.post(
        f"{server.url}/responses", json={"model": "gpt-5", "input": "Hello", **body}
    )
    assert reply_of.status_code == 200, reply_of.text
    answer: Json = reply_of.json()
    return answer


@pytest.mark.parametrize("given_id", [False, True])
@pytest.mark.parametrize("item", OPTIONAL, ids=lambda item: "-".join(map(str, item)))
def test_optional_data_of_an_author_needs_no_include(
    serve: Serve, item: Json, given_id: bool
) -> None:
    known = {"id": "x_1", "status": "completed"} if given_id else {}
    (sent,) = respond(serve(), [{**item, **known}])["output"]
    for key in item.keys() & {"encrypted_content", "results", "outputs"}:
        assert sent[key] == item[key]
    if item["type"] == "message":
        assert sent["content"][0]["logprobs"] == [LOGPROB]
    if isinstance(item.get("action"), dict):
        assert sent["action"]["sources"] == SOURCES


def test_limits_of_calls_leave_the_calls_of_an_author(serve: Serve) -> None:
    calls = [{"type": "function_call", "name": "f", "arguments": {}}] * 2
    searches = [{"type": "web_search_call"}] * 3
    tools = [{"type": "function", "name": "f"}]
    limits = {"parallel_tool_calls": False, "max_tool_calls": 1}
    output = respond(serve(), [*searches, *calls], tools=tools, **limits)["output"]
    assert [item["type"] for item in output] == ["web_search_call"] * 3 + ["function_call"] * 2


@pytest.mark.parametrize(
    "thinking",
    [{"type": "reasoning"}, {"type": "reasoning", "summary": [LONG]}],
    ids=["bare", "long"],
)
def test_thought_takes_no_room_of_the_text_of_an_author(serve: Serve, thinking: Json) -> None:
    for effort in ("low", "high"):
        answer = respond(
            serve(), [thinking, "Short."], max_output_tokens=40, reasoning={"effort": effort}
        )
        assert answer["status"] == "completed"
        assert answer["output"][-1]["content"][0]["text"] == "Short."
        assert answer["usage"]["output_tokens"] <= 40


def test_thought_that_says_nothing_costs_nothing_unless_it_is_made_up(serve: Serve) -> None:
    server = serve()
    server.script([{"type": "reasoning"}, "Hi"])
    assert respond(server)["usage"]["output_tokens_details"]["reasoning_tokens"] == 0
    made_up = respond(serve(), reasoning={"effort": "high"})
    assert made_up["usage"]["output_tokens_details"]["reasoning_tokens"] > 0


def test_a_text_longer_than_the_limit_is_cut_where_it_ends(serve: Serve) -> None:
    answer = respond(serve(), LONG, max_output_tokens=16)
    assert answer["incomplete_details"] == {"reason": "max_output_tokens"}
    assert answer["usage"]["output_tokens"] == 16


def test_a_copy_of_a_real_message_is_not_cut(serve: Serve) -> None:
    message = {"type": "message", "id": "msg_1", "status": "completed", "content": LONG}
    answer = respond(serve(), [message], max_output_tokens=16)
    assert answer["status"] == "completed"
    assert answer["output"][0]["content"][0]["text"] == LONG


def test_a_made_up_reply_keeps_to_the_limit(serve: Serve) -> None:
    answer = respond(serve(), max_output_tokens=16, reasoning={"effort": "high"})
    assert (answer["status"], [item["type"] for item in answer["output"]]) == (
        "incomplete",
        ["reasoning"],
    )


@pytest.mark.parametrize("include", [[], ["code_interpreter_call.outputs"]])
def test_made_up_outputs_are_there_where_they_are_asked_for(
    serve: Serve, include: list[str]
) -> None:
    tools = [{"type": "code_interpreter", "container": {"type": "auto"}}]
    body = {"tools": tools, "tool_choice": "required", "include": include}
    output = respond(serve(), model="gpt-4.1", **body)["output"]
    assert bool(output[0]["outputs"]) is bool(include)


def test_a_failed_reply_keeps_its_tier(serve: Serve) -> None:
    failed: Json = {"reply": {"status": "failed"}}
    server = serve()
    assert respond(server, failed, service_tier="flex")["service_tier"] == "flex"
    known = {"reply": {"status": "failed", "service_tier": "priority"}}
    assert respond(server, known, service_tier="flex")["service_tier"] == "priority"
    assert respond(server, failed)["service_tier"] == "auto"


# Sealed reasoning.


@pytest.mark.parametrize("reply", [[], [[{"type": "reasoning"}, "Hi"]]], ids=["made up", "written"])
def test_reasoning_is_sealed_unasked(serve: Serve, reply: list[Any]) -> None:
    thought = respond(serve(), *reply)["output"][0]
    assert list(thought) == ["id", "type", "content", "encrypted_content", "summary"]
    assert thought["encrypted_content"].startswith("gAAAAA")


def test_reasoning_is_sealed_on_request_alone_in_open_responses(serve: Serve) -> None:
    server = serve(dialect_name="open-responses")
    assert "encrypted_content" not in respond(server)["output"][0]
    asked = respond(server, include=["reasoning.encrypted_content"])["output"][0]
    assert asked["encrypted_content"].startswith("gAAAAA")


def test_a_copy_of_reasoning_is_sealed_only_on_request(serve: Serve) -> None:
    copy = {"type": "reasoning", "id": "rs_1", "summary": []}
    server = serve()
    assert "encrypted_content" not in respond(server, [copy, "Hi"])["output"][0]
    asked = respond(server, [copy, "Hi"], include=["reasoning.encrypted_content"])["output"][0]
    assert asked["encrypted_content"].startswith("gAAAAA")


# What tools used.


def test_pictures_cost_what_the_list_of_prices_says(serve: Serve) -> None:
    pictures = [
        {"type": "image_generation_call", "quality": "high", "size": "1536x1024"},
        {"type": "image_generation_call", "quality": "low", "revised_prompt": "A red fox"},
    ]
    usage = respond(serve(), [*pictures, "There."])["tool_usage"]["image_gen"]
    read = usage["input_tokens"]
    assert read == usage["input_tokens_details"]["text_tokens"] > 0
    assert usage["output_tokens"] == 6208 + 272
    assert usage["output_tokens_details"] == {"image_tokens": 6480, "text_tokens": 0}
    assert usage["total_tokens"] == read + 6480


def test_a_picture_that_failed_costs_nothing(serve: Serve) -> None:
    failed = {"type": "image_generation_call", "status": "failed", "result": None}
    answer = respond(serve(), [failed, "Sorry."])
    assert answer["tool_usage"]["image_gen"]["total_tokens"] == 0


# What the API sends of late.


def copied(created: str) -> list[Json]:
    """A message with an id of that time, in hexadecimal Unix seconds."""
    ident = f"msg_{'0' * 16}00{created}{'0' * 4}81a1{'0' * 16}"
    return [{"type": "message", "id": ident, "status": "completed", "content": "Hi"}]


@pytest.mark.parametrize(
    ("model", "asked", "granted"),
    [
        ("gpt-5-mini", {}, None),
        ("gpt-6-astra", {}, {"cyber": "standard"}),
        ("gpt-5-mini", {"cyber": "daybreak_blue"}, {"cyber": "daybreak_blue"}),
        ("gpt-6-astra", {"cyber": "daybreak_red"}, {"cyber": "daybreak_red"}),
    ],
)
@pytest.mark.parametrize("scripted", [False, True])
def test_access_programs_come_after_the_status(
    serve: Serve, model: str, asked: Json, granted: Json | None, scripted: bool
) -> None:
    body = {"access_programs": asked} if asked else {}
    answer = respond(serve(), *["Hi"] * scripted, model=model, **body)
    assert list(answer)[3:5] == ["status", "access_programs"]
    assert answer["access_programs"] == granted


def test_a_copy_has_the_keys_of_its_time(serve: Serve) -> None:
    server = serve()
    august, october = f"{1_787_000_000:08x}", f"{1_791_000_000:08x}"
    assert "access_programs" not in respond(server, copied(august))
    assert respond(server, copied(october))["access_programs"] is None
    assert respond(server, [*copied(august), *copied(october)])["access_programs"] is None
    older = copied(august)
    given = {"reply": {"output": older, "access_programs": None}}
    assert respond(server, given)["access_programs"] is None
    undated = [{**older[0], "id": "msg_1"}]
    assert "access_programs" not in respond(server, undated)
    dated = {"reply": {"output": undated, "created_at": 1_791_000_000}}
    answer = respond(server, dated)
    assert answer["access_programs"] is None
    assert answer["completed_at"] >= answer["created_at"] == 1_791_000_000
