"""Every item type, streamed: the order of its events, their numbers and padding, and what they add
up to.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from conftest import Serve, Served
from mockserver.api import ITEM_TYPES
from mockserver.http import Background, create_app, listen, url_of
from mockserver.session import Sessions
from patience import SECONDS
from sockets import Socket

ITEMS: dict[str, Any] = {
    "message": {
        "type": "message",
        "content": ["Hello there, world.", {"refusal": "I cannot help with that."}],
    },
    "reasoning": {
        "type": "reasoning",
        "summary": ["First this.", "Then that."],
        "content": ["Raw thoughts."],
    },
    "function_call": {
        "type": "function_call",
        "name": "get_weather",
        "arguments": {"city": "Paris"},
    },
    "custom_tool_call": {"type": "custom_tool_call", "name": "run", "input": "print(1)"},
    "web_search_call": {"type": "web_search_call", "action": {"query": "weather in Paris"}},
    "file_search_call": {"type": "file_search_call", "queries": ["weather"]},
    "code_interpreter_call": {"type": "code_interpreter_call", "code": "print(40 + 2)"},
    "image_generation_call": {"type": "image_generation_call"},
    "computer_call": {"type": "computer_call", "action": {"type": "screenshot"}},
    "mcp_list_tools": {"type": "mcp_list_tools", "server_label": "docs"},
    "mcp_call": {
        "type": "mcp_call",
        "server_label": "docs",
        "name": "ask",
        "arguments": {"q": "x"},
        "output": "42",
    },
    "mcp_approval_request": {"type": "mcp_approval_request", "server_label": "docs", "name": "ask"},
    "local_shell_call": {"type": "local_shell_call", "action": {"command": ["ls"]}},
    "shell_call": {"type": "shell_call", "action": {"commands": ["ls -l", "pwd"]}},
    "shell_call_output": {"type": "shell_call_output", "output": ["total 0"]},
    "apply_patch_call": {
        "type": "apply_patch_call",
        "operation": {"type": "update_file", "diff": "@@\n-a\n+b", "path": "a.txt"},
    },
    "apply_patch_call_output": {"type": "apply_patch_call_output"},
    "tool_search_call": {"type": "tool_search_call", "arguments": {"paths": ["crm"]}},
    "tool_search_output": {"type": "tool_search_output"},
    "additional_tools": {"type": "additional_tools"},
    "program": {"type": "program", "code": "1 + 1"},
    "program_output": {"type": "program_output", "result": "2"},
    "compaction": {"type": "compaction"},
    "agent_message": {"type": "agent_message", "content": ["Done."], "author": "/root/a"},
    "multi_agent_call": {"type": "multi_agent_call", "arguments": {"task_name": "a"}},
    "multi_agent_call_output": {"type": "multi_agent_call_output", "output": ["started"]},
    "function_call_output": {"type": "function_call_output", "output": "42"},
    "custom_tool_call_output": {"type": "custom_tool_call_output", "output": "42"},
    "computer_call_output": {
        "type": "computer_call_output",
        "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="},
    },
    "local_shell_call_output": {"type": "local_shell_call_output", "output": "total 0"},
    "mcp_approval_response": {
        "type": "mcp_approval_response",
        "approval_request_id": "mcpr_1",
        "approve": True,
    },
}

BETWEEN: dict[str, list[str]] = {
    "message": [
        *("content_part.added", "output_text.delta", "output_text.done", "content_part.done"),
        *("content_part.added", "refusal.delta", "refusal.done", "content_part.done"),
    ],
    "reasoning": [
        *(
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
        ),
        *(
            "reasoning_summary_part.done",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
        ),
        *("reasoning_summary_text.done", "reasoning_summary_part.done"),
        *("content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done"),
    ],
    "function_call": ["function_call_arguments.delta", "function_call_arguments.done"],
    "custom_tool_call": ["custom_tool_call_input.delta", "custom_tool_call_input.done"],
    "web_search_call": [
        f"web_search_call.{stage}" for stage in ("in_progress", "searching", "completed")
    ],
    "file_search_call": [
        f"file_search_call.{stage}" for stage in ("in_progress", "searching", "completed")
    ],
    "code_interpreter_call": [
        *(
            "code_interpreter_call.in_progress",
            "code_interpreter_call_code.delta",
            "code_interpreter_call_code.done",
        ),
        *("code_interpreter_call.interpreting", "code_interpreter_call.completed"),
    ],
    "image_generation_call": [
        *("image_generation_call.in_progress", "image_generation_call.generating"),
        *("image_generation_call.partial_image", "image_generation_call.completed"),
    ],
    "mcp_list_tools": ["mcp_list_tools.in_progress", "mcp_list_tools.completed"],
    "mcp_call": [
        *(
            "mcp_call.in_progress",
            "mcp_call_arguments.delta",
            "mcp_call_arguments.done",
            "mcp_call.completed",
        ),
    ],
    "shell_call": [
        *("shell_call_command.added", "shell_call_command.delta", "shell_call_command.done")
    ]
    * 2,
    "shell_call_output": ["shell_call_output_content.delta", "shell_call_output_content.done"],
    "apply_patch_call": [
        "apply_patch_call_operation_diff.delta",
        "apply_patch_call_operation_diff.done",
    ],
}


def events_of(url: str, **body: Any) -> list[dict[str, Any]]:
    reply = httpx2.post(
        f"{url}/responses", json={"model": "gpt-5.5", "input": "x", "stream": True, **body}
    )
    assert reply.status_code == 200, reply.text
    return [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]


def names(events: list[dict[str, Any]]) -> list[str]:
    """Types of events without their prefix, runs of deltas as one."""
    shown: list[str] = []
    for event in events:
        name = event["type"].removeprefix("response.")
        if not (shown and shown[-1] == name and name.endswith(("delta", "partial_image"))):
            shown.append(name)
    return shown


def test_no_item_type_is_forgotten() -> None:
    assert ITEMS.keys() >= set(ITEM_TYPES), (
        "give each a sample in ITEMS above, and in BETWEEN the events that it has"
    )


@pytest.mark.parametrize("kind", ITEMS)
def test_order_of_events(serve: Serve, kind: str) -> None:
    server = serve()
    server.script([ITEMS[kind]])
    tools = [{"type": "image_generation", "partial_images": 2}]
    got = events_of(server.url, tools=tools)
    between = BETWEEN.get(kind, [])
    frame = ["output_item.added", *between, "output_item.done"]
    assert names(got) == ["created", "in_progress", *frame, "completed"]
    assert [event["sequence_number"] for event in got] == list(range(len(got)))
    assert got[-2]["item"] == got[-1]["response"]["output"][0]


@pytest.mark.parametrize("kind", ITEMS)
def test_added_item_is_the_done_one_before_its_time(serve: Serve, kind: str) -> None:
    server = serve()
    server.script([ITEMS[kind]])
    got = events_of(server.url)
    added, done = (
        next(e["item"] for e in got if e["type"] == f"response.output_item.{at}")
        for at in ("added", "done")
    )
    assert (added["id"], added["type"], added.get("call_id")) == (
        done["id"],
        done["type"],
        done.get("call_id"),
    )
    if kind not in (
        "shell_call_output",
        "apply_patch_call_output",
        "computer_call_output",
        "program_output",
    ):
        assert added.get("status") in (None, "in_progress")
    assert done.get("status") in (None, "completed")


def test_padding_rounds_deltas_to_sixteen_characters(serve: Serve) -> None:
    server = serve()
    server.script(["A reply of several words, naïve café and 日本語 included."])
    deltas = [event for event in events_of(server.url) if event["type"].endswith(".delta")]
    assert len(deltas) > 5
    assert all(len(event["delta"] + event["obfuscation"]) % 16 == 0 for event in deltas)


def test_padding_can_be_turned_off(serve: Serve) -> None:
    got = events_of(serve().url, stream_options={"include_obfuscation": False})
    assert not any("obfuscation" in event for event in got)


def test_first_events_show_a_response_without_output(serve: Serve) -> None:
    for event in events_of(serve().url)[:2]:
        response = event["response"]
        assert (response["status"], response["output"], response["usage"]) == (
            "in_progress",
            [],
            None,
        )
        assert (response["completed_at"], response["service_tier"]) == (None, "auto")


@pytest.mark.parametrize("tier", ["auto", "default", "flex", "fast"])
def test_first_events_show_the_tier_that_was_asked_for(serve: Serve, tier: str) -> None:
    got = events_of(serve().url, service_tier=tier)
    assert [event["response"]["service_tier"] for event in got[:2]] == [tier, tier]


def test_first_events_show_no_use_of_tools(serve: Serve) -> None:
    server = serve()
    server.script([{"type": "web_search_call"}, {"type": "image_generation_call"}, "Found."])
    got = events_of(server.url)
    started, ended = got[0]["response"]["tool_usage"], got[-1]["response"]["tool_usage"]
    assert (started["web_search"], ended["web_search"]) == (
        {"num_requests": 0},
        {"num_requests": 1},
    )
    assert started["image_gen"]["total_tokens"] == 0 < ended["image_gen"]["total_tokens"]


def added_item(server: Served, item: dict[str, Any], **body: Any) -> dict[str, Any]:
    server.script([item])
    opened: dict[str, Any] = events_of(server.url, **body)[2]["item"]
    return opened


@pytest.mark.parametrize(("model", "shown"), [("gpt-4.1", {"type": "search"}), ("gpt-5", None)])
def test_a_search_opens_with_its_kind_where_models_do_not_reason(
    serve: Serve, model: str, shown: object
) -> None:
    search = {"type": "web_search_call", "action": "weather"}
    opened = added_item(serve(), search, model=model)
    assert opened.get("action") == shown
    keys = ["id", "type", "status"] + ["action"] * (shown is not None)
    assert list(opened) == keys


@pytest.mark.parametrize(
    ("include", "shown"), [(["code_interpreter_call.outputs"], []), ([], None)]
)
def test_code_opens_with_the_outputs_that_are_asked_for(
    serve: Serve, include: list[str], shown: object
) -> None:
    outputs = [{"type": "logs", "logs": "1"}]
    run = {"type": "code_interpreter_call", "code": "print(1)", "outputs": outputs}
    opened = added_item(serve(), run, include=include)
    assert (opened["code"], opened["outputs"]) == ("", shown)


def test_sealed_reasoning_is_sealed_from_the_start(serve: Serve) -> None:
    server = serve()
    server.script([{"type": "reasoning"}, "Hi"])
    got = events_of(server.url)
    added, done = got[2]["item"], got[3]["item"]
    assert added["encrypted_content"].startswith("gAAAAA")
    assert added["encrypted_content"] != done["encrypted_content"]
    assert done == got[-1]["response"]["output"][0]


def test_refusals_are_not_padded(serve: Serve) -> None:
    server = serve()
    server.script({"type": "message", "content": [{"refusal": "I cannot help with that."}]})
    deltas = [e for e in events_of(server.url) if e["type"] == "response.refusal.delta"]
    assert len(deltas) > 2
    assert not any("obfuscation" in event for event in deltas)


def test_files_of_a_container_are_cited_after_the_text(serve: Serve) -> None:
    server = serve()
    file = {"type": "container_file_citation", "container_id": "cntr_1", "file_id": "cfile_1"}
    note = {**file, "filename": "a.csv", "start_index": 0, "end_index": 5}
    server.script(
        {"type": "message", "content": {"text": "Hello there and so on.", "annotations": [note]}}
    )
    kinds = [event["type"].removeprefix("response.output_text.") for event in events_of(server.url)]
    assert kinds.index("annotation.added") == kinds.index("done") - 1


def test_annotations_come_after_the_text_that_they_annotate(serve: Serve) -> None:
    server = serve()
    note = {
        "type": "url_citation",
        "url": "https://example.com",
        "title": "T",
        "start_index": 0,
        "end_index": 11,
    }
    server.script(
        {"type": "message", "content": {"text": "Hello there and so on.", "annotations": [note]}}
    )
    got = events_of(server.url)
    place = next(
        i for i, event in enumerate(got) if event["type"] == "response.output_text.annotation.added"
    )
    before = "".join(
        event["delta"] for event in got[:place] if event["type"] == "response.output_text.delta"
    )
    assert before == "Hello there"
    assert got[place]["annotation"] == note


def test_logprobs_stand_everywhere_but_in_the_part_done(serve: Serve) -> None:
    got = events_of(
        serve().url,
        model="gpt-4o",
        include=["message.output_text.logprobs"],
        top_logprobs=2,
        tools=[],
    )
    deltas = [event for event in got if event["type"] == "response.output_text.delta"]
    done = next(event for event in got if event["type"] == "response.output_text.done")
    assert all(len(entry["top_logprobs"]) == 2 for event in deltas for entry in event["logprobs"])
    assert [entry for event in deltas for entry in event["logprobs"]] == done["logprobs"]
    assert "".join(entry["token"] for entry in done["logprobs"]) == done["text"]
    part = next(event["part"] for event in got if event["type"] == "response.content_part.done")
    assert part["logprobs"] == []
    assert got[-1]["response"]["output"][0]["content"][0]["logprobs"] == done["logprobs"]


def test_a_failure_ends_with_a_nested_error_and_a_failed_response(serve: Serve) -> None:
    server = serve()
    server.script(
        {
            "reply": {
                "status": "failed",
                "error": {"code": "server_error", "message": "Sorry."},
                "output": [],
            }
        }
    )
    error, failed = events_of(server.url)[-2:]
    assert error["error"] == {
        "type": "server_error",
        "code": "server_error",
        "message": "Sorry.",
        "param": None,
    }
    assert failed["type"] == "response.failed"
    assert failed["response"]["usage"] is None
    assert failed["response"]["service_tier"] == "auto"


@pytest.mark.parametrize(
    ("dialect", "ending", "name"),
    [
        ("openai", "}\n\n", "response.reasoning_text.delta"),
        ("open-responses", "data: [DONE]\n\n", "response.reasoning.delta"),
    ],
)
def test_dialects_differ_in_the_end_and_in_raw_reasoning(
    serve: Serve, dialect: str, ending: str, name: str
) -> None:
    server = serve(dialect_name=dialect)
    server.script([{"type": "reasoning", "content": ["Hm."]}, "Done."])
    reply = httpx2.post(
        f"{server.url}/responses", json={"model": "gpt-5", "input": "x", "stream": True}
    )
    assert reply.text.endswith(ending)
    assert f"event: {name}\n" in reply.text
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"


class Slow:
    """An application on a slow connection: after what ends an answer has left, no more is taken
    until the test says so.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.left = threading.Event()
        self.go_on = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def slow(message: Any) -> None:
            await send(message)
            sent = message.get("body") or (message.get("text") or "").encode()
            if scope.get("method") != "GET" and re.search(rb'"completed_at": ?\d', sent):
                self.left.set()
                await asyncio.get_running_loop().run_in_executor(None, self.go_on.wait, SECONDS)

        await self._app(scope, receive, slow)


@pytest.fixture
def slow() -> Iterator[tuple[Slow, str]]:
    app = Slow(create_app(Sessions()))
    sock = listen("127.0.0.1", 0)
    background = Background(app, sock)
    background.start()
    yield app, url_of(sock) + "/v1"
    app.go_on.set()
    background.stop()


def over_websocket(url: str, body: Any) -> None:
    with Socket(url) as socket:
        socket.create(body["input"])
        socket.turn()


def over_http(url: str, body: Any) -> None:
    assert httpx2.post(f"{url}/responses", json=body).status_code == 200


@pytest.mark.parametrize(
    ("ask", "body"),
    [
        (over_http, {}),
        (over_http, {"stream": True}),
        (over_websocket, {}),
    ],
    ids=["json", "sse", "websocket"],
)
@pytest.mark.parametrize("stream", [{}, {"itl_ms": 1}], ids=["at once", "paced"])
def test_a_response_is_stored_before_its_last_byte_leaves(
    slow: tuple[Slow, str], ask: Callable[[str, Any], None], body: Any, stream: Any
) -> None:
    """The fault: a client that has read an answer asks for it, or goes on from it, before the
    server has stored it.
    """
    app, url = slow
    step = {"reply": {"id": "resp_last", "output": ["Hello"]}, "stream": stream}
    httpx2.post(f"{url.removesuffix('/v1')}/__mockserver__/script", json=[step])
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, url, {"model": "gpt-4.1", "input": "x", **body})
        assert app.left.wait(SECONDS)
        assert httpx2.get(f"{url}/responses/resp_last").status_code == 200
        app.go_on.set()
        asked.result()
