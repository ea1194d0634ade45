"""`mockserver convert --to scripted` turns aimock's fixtures into a script that answers alike."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from openai import OpenAI

from cassette_samples import run
from mockserver import MockServer
from mockserver.script import loads


def convert(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *fixtures: Any
) -> tuple[list[Any], str]:
    """The scripted interactions, and what was said of those that were left out."""
    path = tmp_path / "aimock.json"
    path.write_text(json.dumps({"fixtures": fixtures}))
    assert run("convert", path, "--to", "scripted") == 0
    captured = capsys.readouterr()
    steps: list[Any] = yaml.safe_load(captured.out)["interactions"]
    assert len(loads(captured.out, "script.yaml").steps) == len(steps)
    return steps, captured.err


def test_the_script_answers_as_aimock_does(tmp_path: Path) -> None:
    call = {"id": "call_1", "name": "get_weather", "arguments": '{"city":"Paris"}'}
    fixtures = [
        {
            "match": {"toolCallId": "call_1", "toolResultContains": "18"},
            "response": {"content": "Mild."},
        },
        {"match": {"userMessage": "weather"}, "response": {"toolCalls": [call]}},
        {"match": {"userMessage": "Hi", "sequenceIndex": 0}, "response": {"content": "First."}},
        {"match": {"userMessage": "Hi", "sequenceIndex": 1}, "response": {"content": "Second."}},
    ]
    path, script = tmp_path / "aimock.json", tmp_path / "script.yaml"
    path.write_text(json.dumps({"fixtures": fixtures}))
    assert run("convert", path, "--to", "scripted", "-o", script) == 0
    tool = {"type": "function", "name": "get_weather", "parameters": {}, "strict": False}
    with MockServer(cassette=str(script)) as server:
        client = OpenAI(base_url=server.base_url, api_key="any")
        first = client.responses.create(
            model="gpt-5",
            input="The weather?",
            tools=[tool],  # type: ignore[list-item]
        )
        output = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}
        second = client.responses.create(
            model="gpt-5",
            previous_response_id=first.id,
            input=[output],  # type: ignore[list-item]
        )
        others = [client.responses.create(model="gpt-5", input="Hi").output_text for _ in "12"]
    assert first.output[0].type == "function_call"
    assert json.loads(first.output[0].arguments) == {"city": "Paris"}
    assert second.output_text == "Mild."
    assert others == ["First.", "Second."]


def test_the_example_of_the_docs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "formats.md"
    text = page.read_text(encoding="utf-8").partition("## aimock")[2].replace("\n", " ")
    quoted = text.partition("into a script: `")[2]
    fixture, _, rest = quoted.partition("` becomes `")
    steps, _ = convert(tmp_path, capsys, yaml.safe_load(fixture))
    assert steps == [yaml.safe_load(rest.partition("`")[0])]


@pytest.mark.parametrize(
    ("match", "when"),
    [
        ({"userMessage": "a"}, {"input": {"contains": "a"}}),
        ({"systemMessage": "a"}, {"instructions": {"contains": "a"}}),
        ({"toolName": "f"}, {"tools": {"contains": "f"}}),
        ({"model": "gpt-5"}, {"model": "gpt-5"}),
        ({"hasToolResult": False}, {"tool_outputs": {"exists": False}}),
        ({"responseFormat": "json_schema"}, {"json": {"$.text.format.type": "json_schema"}}),
        ({"toolCallId": "c"}, {"item": {"type": "function_call_output", "call_id": "c"}}),
    ],
)
def test_conditions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], match: Any, when: Any
) -> None:
    fixture = {"match": {**match, "endpoint": "chat"}, "response": {"content": "x"}}
    steps, _ = convert(tmp_path, capsys, fixture)
    assert steps == [{"when": when, "reply": "x", "times": "always"}]


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ({"content": {"a": 1}}, {"reply": '{"a":1}'}),
        (
            {"content": "x", "finishReason": "length"},
            {
                "reply": {
                    "status": "incomplete",
                    "incomplete_details": {"reason": "max_output_tokens"},
                    "output": ["x"],
                }
            },
        ),
        (
            {"error": {"message": "Slow", "type": "rate_limit_error"}, "status": 429},
            {"error": {"status": 429, "type": "rate_limit_error", "message": "Slow"}},
        ),
        (
            {"blocks": [{"type": "toolCall", "name": "f"}, {"type": "text", "text": "x"}]},
            {"reply": {"output": [{"type": "function_call", "name": "f", "arguments": {}}, "x"]}},
        ),
        (
            {"content": "x", "reasoning": "hm", "webSearches": ["q"]},
            {
                "reply": {
                    "output": [
                        {"type": "reasoning", "summary": ["hm"]},
                        {"type": "web_search_call", "action": {"type": "search", "query": "q"}},
                        "x",
                    ]
                }
            },
        ),
        (
            {"toolCalls": [{"name": "f", "arguments": "{ }"}]},
            {"reply": {"output": [{"type": "function_call", "name": "f", "arguments": "{ }"}]}},
        ),
    ],
    ids=["object", "length", "error", "blocks", "reasoning", "arguments"],
)
def test_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], response: Any, answer: Any
) -> None:
    steps, _ = convert(tmp_path, capsys, {"response": response})
    assert steps == [{**answer, "times": "always"}]


def test_the_pace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = {"streamingProfile": {"ttft": 200, "tps": 40}, "response": {"content": "x"}}
    steps, _ = convert(tmp_path, capsys, profile, {"latency": 5, "response": {"content": "x"}})
    assert [step["stream"] for step in steps] == [{"ttft_ms": 200, "itl_ms": 25.0}, {"itl_ms": 5}]


def test_what_no_script_can_say_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps, told = convert(
        tmp_path,
        capsys,
        {"match": {"inputText": "x"}, "response": {"content": "x"}},
        {"response": {"embedding": [1]}},
        {"response": {"content": "kept", "usage": {}}, "chaos": {}},
    )
    assert [step["reply"] for step in steps] == ["kept"]
    first, second, third = told.splitlines()
    assert first.endswith('aimock.json#1: `match.inputText: "x"` is no condition of a script')
    assert second.endswith("aimock.json#2: its response has embedding, which no Response holds")
    assert third.endswith("aimock.json#3: response.usage, chaos")


def test_an_order_that_changes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    always = {"match": {"userMessage": "a"}, "response": {"content": "x"}}
    once = {"match": {"turnIndex": 1}, "response": {"content": "y"}}
    steps, told = convert(tmp_path, capsys, always, once)
    assert [step.get("times") for step in steps] == ["always", None]
    assert "aimock.json#2: what answers once comes before the stubs above it" in told
    assert convert(tmp_path, capsys, once, always)[1] == ""


def test_what_is_no_fixture_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "aimock.json"
    path.write_text('{"fixtures": [{"match": {}}]}')
    assert run("convert", path, "--to", "scripted") == 2
    assert "aimock.json, fixture 1: this is no fixture of aimock" in capsys.readouterr().err


def test_a_recording_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "aimock.json"
    path.write_text('{"fixtures": []}')
    assert run("convert", path) == 2
    assert "mockserver convert --to scripted" in capsys.readouterr().err
