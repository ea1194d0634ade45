"""Scripted cassettes: read strictly, with errors that name file, line, key and the nearest valid
key.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.requests import CreateRequest
from mockserver.data_files import Lines, parse_json, parse_yaml
from mockserver.errors import ScriptError
from mockserver.script.delivery import Delivery, Pace
from mockserver.script.faults.midstream import DropFault
from mockserver.script.loader import is_recorded, load, load_steps, loads
from mockserver.script.steps import to_step

CASSETTES = sorted((Path(__file__).parent.parent / "cassettes" / "scripted").glob("*.yaml"))

EXAMPLE = """\
interactions:
- when:                          # every condition must hold
    model: gpt-5*
    input: {contains: weather}
  reply:
    output:
    - type: function_call
      name: get_weather
      arguments: {city: Paris, day: 2026-01-01}
- reply: It is 18 °C in Paris.
- error: {status: 429, code: rate_limit_exceeded, retry_after: 0.01}
- reply: {status: incomplete, incomplete_details: {reason: max_output_tokens}, output: ["Once upon"]}
- reply: {output: ["a long answer"]}
  stream: {ttft_ms: 200, itl_ms: 20, fault: {kind: drop, after_events: 5}}
  times: 2
"""


def as_json(text: str) -> str:
    return json.dumps(yaml.safe_load(text), indent=1, default=str, ensure_ascii=False)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_example_says_what_it_says() -> None:
    first, second, third, fourth, fifth = loads(EXAMPLE, "c.yaml").steps
    request = CreateRequest({"model": "gpt-5-mini", "input": "the weather?"})
    assert first.when.differences(request) == []
    assert first.reply == {
        "output": [
            {
                "type": "function_call",
                "name": "get_weather",
                "arguments": {"city": "Paris", "day": "2026-01-01"},
            }
        ]
    }
    assert second.reply == {"output": ["It is 18 °C in Paris."]}
    assert third.error is not None
    assert third.error.headers["retry-after-ms"] == "10"
    assert fourth.reply is not None
    assert fourth.reply["incomplete_details"] == {"reason": "max_output_tokens"}
    assert (fifth.stream, fifth.times) == (
        Delivery(Pace(200, 20), DropFault(after_events=5)),
        2,
    )
    assert [step.source for step in (first, second, third, fourth, fifth)] == [
        f"c.yaml:{line}" for line in (2, 10, 11, 12, 13)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["model: gpt-5", "transport: tcp  # wrong"],
        ["model: gpt-5", "stream: maybe  # wrong"],
        ["model: gpt-5", "tools: 3  # wrong"],
        ["model: gpt-5", "metadata: 3  # wrong"],
        ["metadata:", "  a: x", "  b: 3  # wrong"],
        ["tool_outputs:", "  a: x", "  b:", "    regex: (  # wrong"],
        ["json:", "  $.a: x", "  temperature: 1  # wrong"],
        ["json:", "  $.a: x", "  $..b: 1  # wrong"],
        ["json:", "  $.a: x", "  $.b:", "    eq: 1  # wrong"],
        ["model: gpt-5", "input:", "  contains: 3  # wrong"],
        ["model: gpt-5", "input: 3  # wrong"],
        [
            "item:",
            "  type: message",
            "  content:",
            "  - text: x",
            "  - text:",
            "      contian: x  # wrong",
        ],
    ],
)
def test_a_condition_that_cannot_be_is_named_with_its_line(lines: list[str]) -> None:
    when = "\n".join("    " + line for line in lines)
    text = f"interactions:\n- when:\n{when}\n  reply: Hi\n"
    with pytest.raises(ScriptError) as caught:
        loads(text, "c.yaml")
    assert str(caught.value).startswith(f"c.yaml:{line_of(text, '# wrong')}: ")


def test_yaml_and_json_mean_the_same() -> None:
    text = as_json(EXAMPLE)
    from_yaml, from_json = loads(EXAMPLE, "c.yaml").steps, loads(text, "c.json").steps
    assert [(each.reply, each.stream, each.times, each.error) for each in from_json] == [
        (each.reply, each.stream, each.times, each.error) for each in from_yaml
    ]
    starts = [line for line, words in enumerate(text.splitlines(), 1) if words.startswith("  {")]
    assert [step.source for step in from_json] == [f"c.json:{line + 1}" for line in starts]


@pytest.mark.parametrize("extension", ["yaml", "json"])
@pytest.mark.parametrize(
    ("right", "wrong", "near"),
    [
        ("when:", "wenn:", "when"),
        ("model:", "modle:", "model"),
        ("input:", "inptu:", "input"),
        ("contains:", "contain:", "contains"),
        ("- reply: It", "- replay: It", "reply"),
        ("output:\n    -", "outputs:\n    -", "output"),
        ("arguments:", "argument:", "arguments"),
        ("retry_after:", "retry_afer:", "retry_after"),
        ("ttft_ms:", "ttft:", "ttft_ms"),
        ("kind: drop", "kind: dropp", "drop"),
        ("after_events:", "after_event:", "after_events"),
        ("times:", "time:", "times"),
        ("incomplete_details:", "incomplete_detail:", "incomplete_details"),
        ("type: function_call", "type: functioncall", "function_call"),
    ],
)
def test_an_unknown_key_is_named_with_file_line_and_nearest_key(
    extension: str, right: str, wrong: str, near: str
) -> None:
    assert EXAMPLE.count(right) == 1
    text = EXAMPLE.replace(right, wrong)
    word = (
        wrong.strip("- ").partition(":")[0]
        if ": d" not in wrong and ": f" not in wrong
        else wrong.split(": ")[1]
    )
    if extension == "json":
        text = as_json(text)
    with pytest.raises(ScriptError) as caught:
        loads(text, f"c.{extension}")
    said = str(caught.value)
    marked = f'"{word}"' if extension == "json" else word
    assert said.startswith(f"c.{extension}:{line_of(text, marked)}: ")
    assert f"'{word}'" in said
    assert f"did you mean '{near}'?" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "c.yaml: the cassette is empty"),
        ("5", "c.yaml: a cassette must be a mapping, not 5"),
        (
            "- reply: x",
            "c.yaml: a cassette must be a mapping, not a list. Put it below a line "
            "`interactions:`.",
        ),
        ("a: 1", "unknown key 'a' in the cassette"),
        ("seed: 1", "the cassette has no list 'interactions'"),
        ("interactions: {}", "c.yaml:1: the cassette has no list 'interactions'"),
        ("interactions:\n- just text", "c.yaml:2: an interaction must be a mapping"),
        ("interactions:\n- when: {}\n", "c.yaml:2: an interaction without 'reply'"),
        ("interactions:\n- reply: x\n  reply: y\n", "c.yaml:3: the key 'reply' stands twice"),
        ("interactions:\n- reply: [x\n", "not YAML"),
        ("interactions:\n- reply: x\n\ttimes: 1", "c.yaml:3: not YAML"),
        (
            "interactions: !!python/object:os.system {}",
            "c.yaml:1: not YAML: could not determine a constructor",
        ),
        ("interactions: []\n---\ninteractions: []", "not YAML"),
        ("interactions: []\nversion: 2", "c.yaml:2: 'version' must be 1, not 2"),
        ("interactions: []\nseed: x", "c.yaml:2: 'seed' must be a whole number"),
        ("interactions: []\nprompts: []", "c.yaml:2: 'prompts' must be a mapping"),
        (
            "interactions: []\nprompts:\n  p:\n    modle: x",
            "c.yaml:4: unknown key 'modle' in the prompt 'p'",
        ),
        ("interactions: []\nprompts:\n  p: x", "c.yaml:3: the prompt 'p' must be a mapping"),
        ("interactions: []\nprompts: {p: {version: [1]}}", "'version' must be a string"),
        (
            "interactions:\n- reply:\n    output:\n    - x\n    - 5\n",
            "c.yaml:5: an output holds strings and items",
        ),
        (
            "interactions:\n- reply:\n    output:\n    - type: mcp_call\n",
            "c.yaml:4: an item of type 'mcp_call'",
        ),
        ("interactions:\n- reply: '{{ x'\n  template: true", "c.yaml:2: the template"),
        ("interactions:\n- request: {}\n", "needs 'request' and 'response'"),
        (
            "interactions:\n- request: {}\n  response: {}\n  reply: x\n",
            "c.yaml:4: an interaction is recorded or",
        ),
        (
            "interactions:\n- reply: x\n  when: {predicate: 'lambda r: 1'}",
            "c.yaml:3: 'predicate' must be a Python",
        ),
        ("interactions:\n- reply: x\n  when: {1: y}", "c.yaml:3: when: the key 1 is not a string"),
        ("interactions:\n- reply: yes\n", "c.yaml:2: a reply is a text"),
        ("interactions:\n- reply: !!binary eA==\n", "c.yaml:2: binary has no place in JSON"),
        ("interactions:\n- reply: !!set {a}\n", "c.yaml:2: set has no place in JSON"),
        ("interactions:\n- reply:\n", "c.yaml:2: an interaction without 'reply'"),
    ],
)
def test_what_is_no_scripted_cassette(text: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        loads(text, "c.yaml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("c.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "c.json:1: not JSON"),
        ('{"interactions": [\n  {"reply": "x",}\n]}', "c.json:2: not JSON"),
        ('{"interactions": [], "interactions": []}', "the key 'interactions' stands twice"),
        ("[" * 5000, "c.json"),
        (
            '{"interactions": [\n {"reply": "\\"when\\": x",\n  "wenn": {}}]}',
            "c.json:3: unknown key 'wenn'",
        ),
    ],
)
def test_what_is_no_json_cassette(text: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        loads(text, "c.json")
    assert said in str(caught.value)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    with pytest.raises(ScriptError, match=r"cannot read the cassette: No such file"):
        load(path)
    with pytest.raises(ScriptError, match="cannot read the cassette"):
        load(tmp_path)
    path.write_bytes(b"interactions:\n- reply: caf\xe9\n")
    with pytest.raises(ScriptError, match="not UTF-8"):
        load(path)
    path.write_bytes("\ufeffinteractions:\n- reply: café\n".encode())
    assert load(path).steps[0].source == f"{path}:2"
    upper = tmp_path / "c.JSON"
    upper.write_text('{"interactions": [{"reply": "x"}]}', encoding="utf-8")
    assert load(upper).steps[0].reply == {"output": ["x"]}


def test_recorded_interactions_are_counted_and_left_to_others() -> None:
    text = "version: 1\ninteractions:\n- request: {method: GET}\n  response: {}\n- reply: x\n"
    cassette = loads(text, "c.yaml")
    assert (len(cassette.steps), len(cassette.recorded)) == (1, 1)
    assert is_recorded({"request": {}, "response": {}})
    assert not is_recorded({"reply": "x"})


def test_prompts_and_seed() -> None:
    text = """\
seed: 7
prompts:
  pmpt_1:
    version: 3
    model: gpt-5
    instructions: Talk like {{who}}.
"""
    cassette = loads(text, "c.yaml")
    assert (cassette.seed, cassette.steps) == (7, ())
    prompt = cassette.prompts["pmpt_1"]
    assert (prompt.id, prompt.version, prompt.source) == ("pmpt_1", "3", "c.yaml:3")
    assert prompt.parameters == {"model": "gpt-5", "instructions": "Talk like {{who}}."}


def test_anchors_and_merges() -> None:
    text = """\
interactions:
- &slow
  reply: x
  stream: {ttft_ms: 5}
- <<: *slow
  reply: y
- *slow
"""
    steps = loads(text, "c.yaml").steps
    assert [(step.reply, step.stream.pace.ttft_ms) for step in steps] == [
        ({"output": ["x"]}, 5),
        ({"output": ["y"]}, 5),
        ({"output": ["x"]}, 5),
    ]


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_the_cassettes_that_ship_can_be_read(path: Path) -> None:
    cassette = load(path)
    assert cassette.steps
    assert cassette.recorded == ()


def test_five_cassettes_ship() -> None:
    names = {"chat", "tool_loop", "structured_output", "errors", "streaming_faults"}
    assert {path.stem for path in CASSETTES} >= names


def test_steps_from_json_that_a_client_sent() -> None:
    assert [step.reply for step in load_steps("Hello", "control")] == [{"output": ["Hello"]}]
    steps = load_steps(["one", {"error": {"status": 500}}, ["a", "b"]], "control")
    assert [step.source for step in steps] == ["control#1", "control#2", "control#3"]
    assert steps[2].reply == {"output": ["a", "b"]}
    assert len(load_steps({"interactions": [{"reply": "x"}, {"reply": "y"}]}, "control")) == 2
    assert len(load_steps({"reply": "x"}, "control")) == 1
    for value, said in [
        ([{"repyl": "x"}], "control#1: unknown key 'repyl'"),
        ({"interactions": "x"}, "'interactions' must be a list"),
        ({"interactions": [], "sed": 1}, "unknown key 'sed'"),
        (["x", 5], "control#2: 5 is no step"),
    ]:
        with pytest.raises(ScriptError, match=said):
            load_steps(value, "control")


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_json_is_read_as_json_and_every_key_has_its_line(value: Any) -> None:
    text, lines = json.dumps(value, indent=1, ensure_ascii=False), Lines()
    found = parse_json(text, lines)
    assert found == value
    rows = text.split("\n")

    def visit(each: Any) -> None:
        if isinstance(each, dict):
            for key, member in each.items():
                row = rows[(lines.line(each, key) or 0) - 1]
                assert row.lstrip().startswith(json.dumps(key, ensure_ascii=False) + ":")
                visit(member)
        elif isinstance(each, list):
            for member in each:
                visit(member)

    visit(found)


@given(plain)
def test_what_yaml_writes_is_read_back_with_its_lines(value: Any) -> None:
    text, lines = yaml.safe_dump({"key": value}), Lines()
    found = parse_yaml(text, lines)
    assert found == {"key": value}
    assert lines.line(found, "key") == 1


@given(st.lists(st.text(max_size=20).filter(lambda text: text.isprintable()), max_size=5))
def test_any_texts_may_be_scripted(texts: list[str]) -> None:
    text = yaml.safe_dump({"interactions": [{"reply": text} for text in texts]}, allow_unicode=True)
    assert [step.reply for step in loads(text, "c.yaml").steps] == [
        {"output": [text]} for text in texts
    ]
    assert [to_step(text).reply for text in texts] == [{"output": [text]} for text in texts]
