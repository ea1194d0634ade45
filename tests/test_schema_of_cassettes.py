"""`mockserver schema`: what it refuses the loader refuses, and what is right it lets pass."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import ScriptError
from mockserver.cli import run_command
from mockserver.script import cassette_schema, load_steps, loads

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = ROOT / "docs" / "cassette.schema.json"
VALIDATOR = jsonschema_rs.Draft202012Validator(cassette_schema())
CASSETTES = sorted(
    path
    for folder in ("cassettes", "examples", "tests")
    for path in (ROOT / folder).rglob("*.yaml")
    if "interactions:" in path.read_text(encoding="utf-8")
)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def examples() -> Iterator[Any]:
    """The cassettes of the documentation."""
    for page in PAGES:
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            try:
                value = yaml.safe_load(block)
            except yaml.YAMLError:
                continue
            if isinstance(value, dict) and "interactions" in value:
                yield pytest.param(value, id=f"{page.name}:{block[:30]!r}")


def test_the_published_copy_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("schema") == 0
    printed = capsys.readouterr().out
    assert PUBLISHED.read_text(encoding="utf-8") == printed, (
        "run: mockserver schema > docs/cassette.schema.json"
    )
    jsonschema_rs.meta.validate(json.loads(printed))


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: str(path.relative_to(ROOT)))
def test_cassettes_pass(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("cassette", list(examples()))
def test_examples_of_the_documentation_pass(cassette: Any) -> None:
    assert list(VALIDATOR.iter_errors(cassette)) == []


MISTAKES = [
    "{interaction: []}",
    "{interactions: [], sede: 1}",
    "{interactions: [{replies: Hi}]}",
    "{interactions: [{reply: 5}]}",
    "{interactions: [{reply: Hi, times: 0}]}",
    "{interactions: [{reply: Hi, times: often}]}",
    "{interactions: [{reply: Hi, when: {modle: gpt-5}}]}",
    "{interactions: [{reply: Hi, when: {input: {contain: x}}}]}",
    "{interactions: [{reply: Hi, when: {headers: {}}}]}",
    "{interactions: [{reply: Hi, when: {json: {temperature: 1}}}]}",
    "{interactions: [{reply: Hi, when: {stream: sometimes}}]}",
    "{interactions: [{reply: Hi, when: {transport: ftp}}]}",
    "{interactions: [{reply: [{type: function_cal, name: f}]}]}",
    "{interactions: [{reply: [{type: function_call, nam: f}]}]}",
    "{interactions: [{reply: [{name: f}]}]}",
    "{interactions: [{reply: {outputs: [Hi]}}]}",
    "{interactions: [{reply: {status: 5}}]}",
    "{interactions: [{reply: {usage: 5}}]}",
    "{interactions: [{error: rate_limitt}]}",
    "{interactions: [{error: {status: 42}}]}",
    "{interactions: [{error: {mesage: x, status: 500}}]}",
    "{interactions: [{error: {message: x}}]}",
    "{interactions: [{http: {status: 99}}]}",
    "{interactions: [{http: {stauts: 200}}]}",
    "{interactions: [{reply: Hi, stream: {fault: dorp}}]}",
    "{interactions: [{reply: Hi, stream: {fault: {kind: drop, after_event: 1}}}]}",
    "{interactions: [{reply: Hi, stream: {fault: {kind: drop, after_events: -1}}}]}",
    "{interactions: [{reply: Hi, stream: {ttft: 5}}]}",
    "{interactions: [{reply: Hi, scenario: {name: x}}]}",
    "{interactions: [{reply: Hi, template: please}]}",
    "{interactions: [{when: {model: gpt-5}}]}",
    "{interactions: [{reply: Hi, request: {}, response: {}}]}",
    "{interactions: [{request: {}}]}",
    "{prompts: {pmpt_1: {instruction: x}}}",
    "{version: 2, interactions: []}",
    "{}",
]


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_refused_as_the_loader_refuses_them(text: str) -> None:
    assert not VALIDATOR.is_valid(yaml.safe_load(text))
    with pytest.raises(ScriptError):
        loads(text, "mistake.yaml")


RIGHT = """
version: 1
seed: 7
prompts:
  pmpt_1: {instructions: Be brief., version: 2}
interactions:
- when: {model: gpt-5*, input: {contains: [a, b]}, tools: [f], metadata: {k: v}, stream: true,
         transport: sse, headers: {x-a: {regex: b}}, json: {$.temperature: 1, $.a: {exists: false}},
         tool_outputs: {f: ok}, item: {type: message, content: [{text: {contains: x}}]},
         previous_response_id: {exists: false}, instructions: {equals: x}}
  reply:
  - Hello!
  - {type: function_call, name: f, arguments: {x: 1}}
  - {type: reasoning, summary: [Thinking.]}
  - {type: of_tomorrow, id: x_1, anything: [1]}
  - {role: assistant, content: Hi}
  times: always
  scenario: {name: s, requires: a, sets: b}
  template: true
  stream: {ttft_ms: 5, itl_ms: 0.5, jitter_ms: 1, keepalive_ms: 100,
           fault: {kind: drop, after_events: 3, probability: 0.5}}
- error: rate_limit
- error: 503
- error: {status: 429, code: rate_limit_exceeded, retry_after: 1, headers: {x-a: 1}, param: null}
- {generated: true, reply: {status: incomplete, incomplete_details: {reason: max_output_tokens}}}
- {when: {method: get, path: /v1/files/*}, http: {status: 200, json: {a: 1}, headers: {x-a: b}}}
- {stream: {fault: reset}}
- {reply: {type: message, content: Hi}, when: null, stream: null, scenario: null}
"""
ODD = st.sampled_from(
    [None, True, False, 0, 1, -1, 2.5, 10**12, "", "x", "/x", [], ["x"], {}, {"x": 1}, [[1]]]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where values stand."""
    yield path
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in members:
            yield from places(each, (*path, key))


BASE = yaml.safe_load(RIGHT)
PLACES = [path for path in places(BASE) if path]


def test_what_is_right_passes() -> None:
    assert list(VALIDATOR.iter_errors(BASE)) == []
    assert len(loads(RIGHT, "right.yaml").steps) == len(BASE["interactions"])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_the_schema_refuses_the_loader_refuses(data: st.DataObject) -> None:
    cassette = copy.deepcopy(BASE)
    *way, key = data.draw(st.sampled_from(PLACES))
    parent = cassette
    for step in way:
        parent = parent[step]
    change = data.draw(st.sampled_from(["replace", "remove", "rename", "add"]))
    if change == "replace" or isinstance(parent, list):
        parent[key] = data.draw(ODD)
    elif change == "add":
        parent[data.draw(st.sampled_from(["x", "type", "id", "output", "reply", "when"]))] = (
            data.draw(ODD)
        )
    else:
        value = parent.pop(key)
        if change == "rename":
            parent[f"{key}s"] = value
    if not VALIDATOR.is_valid(cassette):
        with pytest.raises(ScriptError):
            loads(json.dumps(cassette), "changed.json")


def test_steps_over_http_are_the_same_steps() -> None:
    for interaction in BASE["interactions"]:
        assert load_steps(interaction, "sent")
        assert VALIDATOR.is_valid({"interactions": [interaction]})
