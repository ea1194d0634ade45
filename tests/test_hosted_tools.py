"""Hosted tools that nobody scripted: what `tool_choice` names is done, plausibly, and the same way
every time.
"""

import base64
import json
import re
import struct
import zlib
from typing import Any, ClassVar

import httpx2
import pytest

from conftest import Serve, Served

Json = dict[str, Any]
QUESTION = "What is the weather in Paris today?"


def post(server: Served, status: int = 200, **body: Any) -> Json:
    reply = httpx2.post(
        f"{server.url}/responses", json={"model": "gpt-4.1", "input": QUESTION, **body}
    )
    assert reply.status_code == status, reply.text
    answer: Json = reply.json()
    return answer


def use(server: Served, tool: Json, **body: Any) -> list[Json]:
    """The output of a request that must use this one tool."""
    output: list[Json] = post(server, **{"tools": [tool], "tool_choice": "required", **body})[
        "output"
    ]
    return output


def kinds(output: list[Json]) -> list[str]:
    return [item["type"] for item in output]


def text_of(item: Json) -> str:
    text: str = item["content"][0]["text"]
    return text


def streamed(server: Served, **body: Any) -> list[Json]:
    body = {"model": "gpt-4.1", "input": QUESTION, "stream": True, **body}
    reply = httpx2.post(f"{server.url}/responses", json=body)
    assert reply.status_code == 200, reply.text
    return [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]


TOOLS: dict[str, tuple[Json, list[str]]] = {
    "web_search": ({"type": "web_search"}, ["web_search_call", "message"]),
    "web_search_preview": ({"type": "web_search_preview"}, ["web_search_call", "message"]),
    "file_search": (
        {"type": "file_search", "vector_store_ids": ["vs_1"]},
        ["file_search_call", "message"],
    ),
    "code_interpreter": (
        {"type": "code_interpreter", "container": {"type": "auto"}},
        ["code_interpreter_call", "message"],
    ),
    "image_generation": ({"type": "image_generation"}, ["image_generation_call", "message"]),
    "computer": ({"type": "computer"}, ["computer_call"]),
    "computer_use_preview": (
        {
            "type": "computer_use_preview",
            "display_height": 768,
            "display_width": 1024,
            "environment": "browser",
        },
        ["computer_call"],
    ),
    "shell": ({"type": "shell", "environment": {"type": "local"}}, ["shell_call"]),
    "apply_patch": ({"type": "apply_patch"}, ["apply_patch_call"]),
    "programmatic_tool_calling": (
        {"type": "programmatic_tool_calling"},
        ["program", "program_output", "message"],
    ),
}


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("how", ["named", "required", "allowed"])
def test_a_demanded_tool_is_used(serve: Serve, name: str, how: str) -> None:
    tool, expected = TOOLS[name]
    reference = {
        "type": "web_search_preview" if name == "web_search" else name
    }  # a choice has no shorter name for it
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [reference]}
    choice = {"named": reference, "required": "required", "allowed": allowed}[how]
    assert kinds(post(serve(), tools=[tool], tool_choice=choice)["output"]) == expected


@pytest.mark.parametrize("name", TOOLS)
def test_streams_bring_the_same_items(serve: Serve, name: str) -> None:
    tool, expected = TOOLS[name]
    server = serve()
    events = streamed(server, tools=[tool], tool_choice="required")
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert kinds(done) == expected
    assert done == events[-1]["response"]["output"]
    again = use(server, tool)
    hidden = ("id", "call_id", "container_id", "fingerprint")
    bare = [{key: value for key, value in item.items() if key not in hidden} for item in done]
    assert bare == [
        {key: value for key, value in item.items() if key not in hidden} for item in again
    ]


def test_hosted_tools_are_left_alone_unless_demanded(serve: Serve) -> None:
    assert kinds(post(serve(), tools=[{"type": "web_search"}])["output"]) == ["message"]
    assert kinds(post(serve(), tools=[{"type": "web_search"}], tool_choice="none")["output"]) == [
        "message"
    ]


def test_of_several_hosted_tools_the_one_that_is_asked_for_is_used(serve: Serve) -> None:
    tools = [TOOLS[name][0] for name in ("web_search", "image_generation", "code_interpreter")]
    said = {
        "Search the web": "web_search_call",
        "Paint me an image": "image_generation_call",
        "Take the code interpreter": "code_interpreter_call",
    }
    for text, kind in said.items():
        output = post(serve(), tools=tools, tool_choice="required", input=text)["output"]
        assert kinds(output)[0] == kind


def test_functions_are_called_before_hosted_tools_are_used(serve: Serve) -> None:
    server, function = serve(), {"type": "function", "name": "ask"}
    tools = [{"type": "web_search"}, function]
    first = post(server, tools=tools, tool_choice="required")
    call = first["output"][0]
    assert call["type"] == "function_call"
    answer = {"type": "function_call_output", "call_id": call["call_id"], "output": "42"}
    more = {"previous_response_id": first["id"], "input": [answer]}
    assert kinds(use(server, {}, tools=tools, **more)) == ["web_search_call", "message"]


class TestWebSearch:
    def test_the_query_is_what_the_user_asks(self, serve: Serve) -> None:
        call = use(serve(), {"type": "web_search"})[0]
        assert call["action"] == {"type": "search", "queries": [QUESTION], "query": QUESTION}

    def test_citations_stand_where_they_say(self, serve: Serve) -> None:
        include = ["web_search_call.action.sources", "web_search_call.results"]
        call, message = use(serve(), {"type": "web_search"}, include=include)
        notes = message["content"][0]["annotations"]
        assert len(notes) == 2
        for note in notes:
            cited = text_of(message)[note["start_index"] : note["end_index"]]
            assert cited.startswith("([")
            assert cited.endswith(f"({note['url']}))")
        assert [source["url"] for source in call["action"]["sources"]] == [
            note["url"] for note in notes
        ]
        assert [result["url"] for result in call["results"]] == [note["url"] for note in notes]

    def test_allowed_domains_are_kept_to(self, serve: Serve) -> None:
        tool = {"type": "web_search", "filters": {"allowed_domains": ["who.int"]}}
        notes = use(serve(), tool)[1]["content"][0]["annotations"]
        assert all(note["url"].startswith("https://who.int/") for note in notes)

    def test_annotations_stream_behind_the_text_that_they_annotate(self, serve: Serve) -> None:
        text = ""
        for event in streamed(serve(), tools=[{"type": "web_search"}], tool_choice="required"):
            if event["type"] == "response.output_text.delta":
                text += event["delta"]
            elif event["type"] == "response.output_text.annotation.added":
                assert len(text) == event["annotation"]["end_index"]


class TestFileSearch:
    def test_results_come_when_included(self, serve: Serve) -> None:
        server, tool = (
            serve(),
            {"type": "file_search", "vector_store_ids": ["vs_1"], "max_num_results": 1},
        )
        call, message = use(server, tool, include=["file_search_call.results"])
        assert call["queries"] == [QUESTION]
        assert list(call["results"][0]) == ["attributes", "file_id", "filename", "score", "text"]
        assert len(call["results"]) == 1
        assert use(server, tool)[0]["results"] is None
        note = message["content"][0]["annotations"][0]
        assert note["file_id"] == call["results"][0]["file_id"]
        assert text_of(message)[: note["index"]].endswith(call["results"][0]["text"])


class TestCodeInterpreter:
    def test_the_logs_are_what_the_code_prints(
        self, serve: Serve, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tool = {"type": "code_interpreter", "container": {"type": "auto"}}
        call = use(serve(), tool, include=["code_interpreter_call.outputs"])[0]
        exec(call["code"], {})
        assert call["outputs"] == [{"type": "logs", "logs": capsys.readouterr().out}]
        assert re.fullmatch(r"cntr_[0-9a-f]{48}", call["container_id"])

    def test_a_container_may_be_given(self, serve: Serve) -> None:
        call = use(serve(), {"type": "code_interpreter", "container": "cntr_mine"})[0]
        assert (call["container_id"], call["outputs"]) == ("cntr_mine", None)


class TestImageGeneration:
    def test_the_picture_is_a_real_one(self, serve: Serve) -> None:
        call, message = use(serve(), {"type": "image_generation"}, input="Draw a cat.")
        data = base64.b64decode(call["result"])
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", data[16:24])
        start = data.index(b"IDAT") + 4
        assert len(zlib.decompress(data[start : data.index(b"IEND") - 8])) == height * (
            1 + 3 * width
        )
        assert call["revised_prompt"] == "Draw a cat."
        assert text_of(message) == ""

    def test_size_and_format_are_those_asked_for(self, serve: Serve) -> None:
        asked = {
            "size": "1536x1024",
            "output_format": "png",
            "quality": "high",
            "background": "transparent",
        }
        call = use(serve(), {"type": "image_generation", **asked})[0]
        assert {key: call[key] for key in asked} == asked


class TestMcp:
    TOOL: ClassVar[Json] = {
        "type": "mcp",
        "server_label": "docs",
        "server_url": "https://example.com/mcp",
    }

    def test_list_call_and_message(self, serve: Serve) -> None:
        listing, call, message = use(serve(), {**self.TOOL, "require_approval": "never"})
        assert kinds([listing, call, message]) == ["mcp_list_tools", "mcp_call", "message"]
        assert call["name"] in [tool["name"] for tool in listing["tools"]]
        assert json.loads(call["arguments"]) == {"query": QUESTION}
        assert (call["server_label"], text_of(message)) == ("docs", call["output"])

    def test_tools_are_listed_once(self, serve: Serve) -> None:
        server, tool = serve(), {**self.TOOL, "require_approval": "never"}
        first = post(server, tools=[tool], tool_choice="required")
        second = use(server, tool, previous_response_id=first["id"])
        assert kinds(second) == ["mcp_call", "message"]

    def test_allowed_and_named_tools(self, serve: Serve) -> None:
        tool = {**self.TOOL, "require_approval": "never", "allowed_tools": ["alpha", "beta"]}
        choice = {"type": "mcp", "server_label": "docs", "name": "beta"}
        listing, call, _ = use(serve(), tool, tool_choice=choice)
        assert [each["name"] for each in listing["tools"]] == ["alpha", "beta"]
        assert call["name"] == "beta"

    def test_a_server_is_chosen_by_its_label(self, serve: Serve) -> None:
        tools = [
            {**self.TOOL, "require_approval": "never", "server_label": label}
            for label in ("docs", "code")
        ]
        choice = {"type": "mcp", "server_label": "code"}
        output = post(serve(), tools=tools, tool_choice=choice)["output"]
        assert [item["server_label"] for item in output if item["type"] == "mcp_call"] == ["code"]

    @pytest.mark.parametrize("approve", [True, False])
    def test_a_call_waits_for_approval(self, serve: Serve, approve: bool) -> None:
        server = serve()
        first = post(server, tools=[self.TOOL], tool_choice="required")
        request = first["output"][-1]
        assert kinds(first["output"]) == ["mcp_list_tools", "mcp_approval_request"]
        response = {
            "type": "mcp_approval_response",
            "approval_request_id": request["id"],
            "approve": approve,
        }
        second = use(server, self.TOOL, previous_response_id=first["id"], input=[response])
        assert kinds(second) == (["mcp_call", "message"] if approve else ["message"])
        if approve:
            same = ("name", "arguments", "server_label")
            assert {key: second[0][key] for key in same} == {key: request[key] for key in same}
            assert second[0]["approval_request_id"] == request["id"]

    @pytest.mark.parametrize(
        ("required", "asks"),
        [
            ("always", True),
            ("never", False),
            ({"never": {"tool_names": ["search", "fetch"]}}, False),
            ({"never": {"tool_names": ["fetch"]}}, True),
            ({"always": {"tool_names": ["search", "fetch"]}}, True),
            ({"always": {"tool_names": ["other"]}}, False),
            ({"never": {"read_only": True}}, False),
        ],
    )
    def test_who_needs_approval(self, serve: Serve, required: Any, asks: bool) -> None:
        output = use(serve(), {**self.TOOL, "require_approval": required})
        assert ("mcp_approval_request" in kinds(output)) is asks


class TestClientRunTools:
    def test_a_computer_is_looked_at_first(self, serve: Serve) -> None:
        server, (tool, _) = serve(), TOOLS["computer_use_preview"]
        first = post(server, tools=[tool], tool_choice="required")
        call = first["output"][0]
        assert call["action"] == {"type": "screenshot"}
        picture = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="}
        output = {"type": "computer_call_output", "call_id": call["call_id"], "output": picture}
        assert kinds(use(server, tool, previous_response_id=first["id"], input=[output])) == [
            "message"
        ]

    def test_the_newer_computer_lists_its_actions(self, serve: Serve) -> None:
        call = use(serve(), {"type": "computer"})[0]
        assert call["actions"] == [{"type": "screenshot"}]
        assert "action" not in call

    def test_a_shell_runs_the_command_that_the_user_quotes(self, serve: Serve) -> None:
        server = serve()
        first = post(
            server, input="Run `ls -l` now.", tools=[TOOLS["shell"][0]], tool_choice="required"
        )
        call = first["output"][0]
        assert call["action"]["commands"] == ["ls -l"]
        output = {
            "type": "shell_call_output",
            "call_id": call["call_id"],
            "output": [{"stdout": "total 0"}],
        }
        output["output"][0] |= {"stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
        again = use(server, TOOLS["shell"][0], previous_response_id=first["id"], input=[output])
        assert kinds(again) == ["message"]

    def test_a_shell_in_a_container_answers_itself(self, serve: Serve) -> None:
        call, output, message = use(
            serve(), {"type": "shell", "environment": {"type": "container_auto"}}
        )
        assert call["environment"]["type"] == "container_reference"
        assert output["call_id"] == call["call_id"]
        assert output["output"][0]["stdout"].strip() in text_of(message)

    def test_a_local_shell(self, serve: Serve) -> None:
        call = use(serve(), {"type": "local_shell"}, input="Find the word sentinel")[0]
        assert call["action"]["command"] == ["bash", "-lc", "grep -rin -- sentinel ."]

    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ("Create src/app.py please.", "create_file"),
            ("Please fix src/app.py.", "update_file"),
            ("Delete src/app.py.", "delete_file"),
        ],
    )
    def test_patches(self, serve: Serve, said: str, kind: str) -> None:
        from agents import apply_diff

        operation = use(serve(), {"type": "apply_patch"}, input=said)[0]["operation"]
        assert (operation["type"], operation["path"]) == (kind, "src/app.py")
        if kind == "create_file":
            assert apply_diff("", operation["diff"], mode="create").strip()
        elif kind == "update_file":
            assert len(apply_diff("one\n", operation["diff"])) > len("one\n")


class TestCustomTools:
    def call(self, serve: Serve, **tool: Any) -> str:
        output = use(serve(), {"type": "custom", "name": "run", **tool})
        assert kinds(output) == ["custom_tool_call"]
        text: str = output[0]["input"]
        return text

    def test_text_is_what_the_user_says(self, serve: Serve) -> None:
        assert self.call(serve) == QUESTION

    def test_a_regular_expression(self, serve: Serve) -> None:
        definition = r"(?P<day>Mon|Tue) at \d{1,2}(?:am|pm)"
        written = self.call(
            serve, format={"type": "grammar", "syntax": "regex", "definition": definition}
        )
        assert re.fullmatch(definition, written)

    def test_a_lark_grammar(self, serve: Serve) -> None:
        definition = "\n".join(
            (
                "start: expr",
                "expr: term (SP ADD SP term)* -> add",
                'term: factor (SP MUL SP factor)* | "(" expr ")"',
                "factor: INT",
                'SP: " "',
                'ADD: "+"',
                'MUL: "*"',
                "%import common.INT",
            )
        )
        written = self.call(
            serve, format={"type": "grammar", "syntax": "lark", "definition": definition}
        )
        assert re.fullmatch(r"[\d+* ()]+", written)
        assert isinstance(eval(written), int)

    def test_a_grammar_that_ignores_spaces(self, serve: Serve) -> None:
        definition = (
            'start: "let" NAME "=" NUMBER ";"\nNAME: /[a-z]+/\n%import common (NUMBER, '
            "WS)\n%ignore WS\n"
        )
        written = self.call(
            serve, format={"type": "grammar", "syntax": "lark", "definition": definition}
        )
        assert re.fullmatch(r"let [a-z]+ = \d+ ;", written)

    def test_every_alternative_comes_at_some_time(self, serve: Serve) -> None:
        definition = 'start: word\nword.2: "yes" | "no" -> denied | ("may" "be")'
        tool = {"format": {"type": "grammar", "syntax": "lark", "definition": definition}}
        written = {self.call(serve, name=f"tool_{number}", **tool) for number in range(12)}
        assert written == {"yes", "no", "maybe"}

    def test_repetitions_keep_to_their_bounds(self, serve: Serve) -> None:
        definition = 'start: "a"? "b"+ "c"* "d" ~ 2 "e" ~ 1..2 ["f"] G\nG: "0".."3"'
        tool = {"format": {"type": "grammar", "syntax": "lark", "definition": definition}}
        written = {self.call(serve, name=f"tool_{number}", **tool) for number in range(12)}
        assert all(re.fullmatch("a?b+c*dde{1,2}f?[0-3]", text) for text in written)
        assert len(written) > 6

    @pytest.mark.parametrize(
        "definition", ["start: a\na: a", 'start: "x" ~ 9999999', "this is none", 'start: "x', ""]
    )
    def test_a_grammar_that_is_not_understood(self, serve: Serve, definition: str) -> None:
        tool = {"format": {"type": "grammar", "syntax": "lark", "definition": definition}}
        assert self.call(serve, **tool) == QUESTION


class TestDeferredTools:
    WEATHER: ClassVar[Json] = {
        "type": "function",
        "name": "get_weather",
        "defer_loading": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
    STOCKS: ClassVar[Json] = {"type": "function", "name": "get_stock_price", "defer_loading": True}

    @pytest.mark.parametrize("choice", ["auto", "required"])
    def test_the_server_searches_loads_and_calls(self, serve: Serve, choice: str) -> None:
        tools = [self.STOCKS, self.WEATHER, {"type": "tool_search"}]
        search, found, call = post(serve(), tools=tools, tool_choice=choice)["output"]
        assert (search["type"], search["execution"], search["call_id"]) == (
            "tool_search_call",
            "server",
            None,
        )
        assert search["arguments"] == {"paths": ["get_weather"]}
        assert found["type"] == "tool_search_output"
        assert [tool["name"] for tool in found["tools"]] == ["get_weather"]
        assert (call["type"], call["name"], call["namespace"]) == (
            "function_call",
            "get_weather",
            "get_weather",
        )

    def test_the_client_searches(self, serve: Serve) -> None:
        server = serve()
        search = {"type": "tool_search", "execution": "client", "parameters": None}
        tools = [self.STOCKS, self.WEATHER, search]
        first = post(server, tools=tools)
        call = first["output"][0]
        assert (kinds(first["output"]), call["arguments"]) == (
            ["tool_search_call"],
            {"query": QUESTION},
        )
        output = {"type": "tool_search_output", "call_id": call["call_id"], "execution": "client"}
        output["tools"] = [{**self.STOCKS, "defer_loading": False}]
        second = post(server, tools=tools, previous_response_id=first["id"], input=[output])
        assert [item.get("name") for item in second["output"]] == ["get_stock_price"]

    @pytest.mark.parametrize(
        ("model", "namespace"), [("gpt-5.4", "get_stock_price"), ("gpt-5.6", None)]
    )
    def test_what_the_client_found_is_called_before_what_was_there(
        self, serve: Serve, model: str, namespace: str | None
    ) -> None:
        """The fault: another function, though it fits the words better; a namespace where the model
        counts what was found among the offered ones.
        """
        server = serve()
        weather = {**self.WEATHER, "defer_loading": False}
        search = {"type": "tool_search", "execution": "client", "parameters": None}
        found = {**self.STOCKS, "defer_loading": False}
        items = [
            {"role": "user", "content": QUESTION},
            {
                "type": "tool_search_call",
                "call_id": "call_1",
                "execution": "client",
                "arguments": {"query": QUESTION},
            },
            {
                "type": "tool_search_output",
                "call_id": "call_1",
                "execution": "client",
                "tools": [found],
            },
        ]
        output = post(server, model=model, tools=[weather, search], input=items)["output"]
        (call,) = [item for item in output if item["type"] == "function_call"]
        assert (call["name"], call.get("namespace")) == ("get_stock_price", namespace)

    def test_what_the_input_brings_replaces_what_was_offered(self, serve: Serve) -> None:
        old = {**self.WEATHER, "defer_loading": False}
        schema = {"type": "object", "properties": {"zip": {"type": "integer"}}, "required": ["zip"]}
        brought = {"type": "additional_tools", "role": "developer"}
        items = [
            {**brought, "tools": [{**old, "parameters": schema}]},
            {"role": "user", "content": QUESTION},
        ]
        output = post(serve(), model="gpt-5.6", tools=[old], input=items)["output"]
        (call,) = [item for item in output if item["type"] == "function_call"]
        assert list(json.loads(call["arguments"])) == ["zip"]
        assert call.get("namespace") is None

    def test_functions_of_a_namespace(self, serve: Serve) -> None:
        tool = {
            "type": "namespace",
            "name": "crm",
            "description": "",
            "tools": [{"type": "function", "name": "find"}],
        }
        call = post(serve(), tools=[tool])["output"][0]
        assert (call["type"], call["name"], call["namespace"]) == ("function_call", "find", "crm")

    def test_nothing_to_search_for(self, serve: Serve) -> None:
        assert kinds(use(serve(), {"type": "tool_search"})) == ["message"]


def test_a_document_is_still_a_document(serve: Serve) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    text = {"format": {"type": "json_schema", "name": "x", "schema": schema}}
    message = use(serve(), {"type": "web_search"}, text=text)[1]
    assert isinstance(json.loads(text_of(message))["a"], int)
    assert message["content"][0]["annotations"] == []


class TestOpenResponses:
    """Its specification knows no hosted tools; what extends it is named `slug:type`."""

    def test_types_carry_a_slug(self, serve: Serve) -> None:
        server = serve(dialect_name="open-responses")
        response = post(server, tools=[{"type": "web_search"}], tool_choice="required")
        assert kinds(response["output"]) == ["openai:web_search_call", "message"]
        assert kinds(response["tools"]) == ["openai:web_search"]
        listed = httpx2.get(f"{server.url}/responses/{response['id']}").json()
        assert listed == response

    def test_events_carry_a_slug(self, serve: Serve) -> None:
        server = serve(dialect_name="open-responses")
        events = streamed(server, tools=[{"type": "openai:web_search"}], tool_choice="required")
        names = [event["type"] for event in events]
        assert names[3:6] == [
            f"openai:response.web_search_call.{at}"
            for at in ("in_progress", "searching", "completed")
        ]
        assert names[2] == "response.output_item.added"
        assert events[2]["item"]["type"] == "openai:web_search_call"
        assert kinds(events[-1]["response"]["output"]) == ["openai:web_search_call", "message"]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))

    def test_what_was_sent_can_be_sent_back(self, serve: Serve) -> None:
        server = serve(dialect_name="open-responses")
        tool = {
            "type": "openai:mcp",
            "server_label": "docs",
            "server_url": "https://example.com",
            "require_approval": "never",
        }
        choice = {"type": "openai:mcp", "server_label": "docs"}
        first = post(server, tools=[tool], tool_choice=choice)
        assert (kinds(first["output"])[0], first["tool_choice"]["type"]) == (
            "openai:mcp_list_tools",
            "openai:mcp",
        )
        again = [*first["output"], {"role": "user", "content": "And tomorrow?"}]
        assert kinds(post(server, input=again, tools=[tool], tool_choice=choice)["output"]) == [
            "openai:mcp_call",
            "message",
        ]
        listed = httpx2.get(f"{server.url}/responses/{first['id']}/input_items").json()
        assert kinds(listed["data"]) == ["message"]

    def test_functions_are_bare(self, serve: Serve) -> None:
        server = serve(dialect_name="open-responses")
        assert kinds(post(server, tools=[{"type": "function", "name": "f"}])["output"]) == [
            "function_call"
        ]


def test_results_of_hosted_calls_are_billed_as_input(serve: Serve) -> None:
    server, search = (
        serve(),
        {"type": "web_search_call", "action": {"type": "search", "query": "Paris"}},
    )
    call = {"type": "function_call", "name": "get_weather", "arguments": "{}"}
    server.script("Mild.", call, [search, "Mild."], [search, search, "Mild."])
    plain, called, once, twice = (post(server)["usage"]["input_tokens"] for _ in range(4))
    assert plain == called
    assert twice - once == once - plain > 0


def test_a_made_image_costs_what_the_model_reads_of_it(serve: Serve) -> None:
    """The fault: an image is free, or is counted as text that the model wrote."""
    served = serve()
    image = {"type": "image_generation_call", "result": "iVBORw0KGgo="}
    served.script("Here it is.", {"reply": {"output": [image, "Here it is."]}})
    plain, drawn = (post(served)["usage"] for _ in range(2))
    assert drawn["input_tokens"] - plain["input_tokens"] == 900
    assert drawn["output_tokens"] == plain["output_tokens"]
    assert drawn["total_tokens"] == drawn["input_tokens"] + drawn["output_tokens"]
