"""`mockserver convert`."""

import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cassette_samples import call, interaction, message, response, run, save, streamed
from mockserver.cassettes import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    differences,
    load,
    payload,
)
from mockserver.cli import script_text, to_script
from mockserver.script import loads


def scripted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *interactions: Any, options: Any = ()
) -> list[Any]:
    path = save(tmp_path / "a.yaml", interactions)
    assert run("convert", path, "--to", "scripted", *options) == 0
    text = capsys.readouterr().out
    assert len(loads(text, "converted.yaml").steps) == len(yaml.safe_load(text)["interactions"])
    steps: list[Any] = yaml.safe_load(text)["interactions"]
    return steps


def test_any_dialect_becomes_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml.gz"
    text = """requests:
- {method: post, uri: 'https://h/v1/responses', headers: {Content-Encoding: identity, A: b}, body: '{"input": "é"}'}
responses:
- {status: 200, headers: {content-encoding: gzip, X-Y: [1, 2]}, body: {string: !!binary %s}}
"""
    import base64

    path.write_bytes(
        gzip.compress((text % base64.b64encode(gzip.compress(b"{ }\n")).decode()).encode())
    )
    target = tmp_path / "b.yaml"
    assert run("convert", path, "-o", target) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    (before,), (after,) = load(path), load(target)
    assert differences(before.request, after.request) == []
    assert after.request.headers == (("a", "b"),)
    assert after.response.headers == (("x-y", "1"), ("x-y", "2"))
    assert payload(after.response) == payload(before.response) == b"{ }\n"
    assert yaml.safe_load(target.read_text())["version"] == 1


def test_single_interactions_in_the_order_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "a.yaml", [interaction({"n": n}, {}) for n in range(3)])
    target = tmp_path / "b.yaml"
    assert run("convert", f"{path}#3", f"{path}#1", "-o", target) == 0
    assert [json.loads(i.request.body)["n"] for i in load(target)] == [2, 0]
    assert run("convert", path, "-o", target) == 2
    assert "b.yaml: it exists already" in capsys.readouterr().err


def test_a_message_becomes_a_string(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask = {
        "model": "gpt-5",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
    }
    assert scripted(tmp_path, capsys, interaction(ask, response(message("Hello")))) == [
        {"when": {"model": "gpt-5", "input": "Hi"}, "reply": "Hello"}
    ]


def test_a_tool_call_and_its_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"role": "user", "content": "Weather?"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}
    steps = scripted(
        tmp_path,
        capsys,
        interaction({"model": "m", "input": [asked]}, response(call("get_weather", city="Paris"))),
        interaction(
            {"model": "m", "input": [asked, call("get_weather"), output]}, response(message("18"))
        ),
        interaction(
            {"model": "m", "previous_response_id": "resp_1", "input": [output]},
            response(message("18")),
        ),
    )
    assert steps[0]["reply"] == {
        "output": [{"type": "function_call", "name": "get_weather", "arguments": {"city": "Paris"}}]
    }
    assert steps[1]["when"] == {
        "model": "m",
        "input": "Weather?",
        "tool_outputs": {"get_weather": "18 °C"},
    }
    assert steps[2]["when"] == {"model": "m", "tool_outputs": {"get_weather": "18 °C"}}


def test_what_cannot_be_derived_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = call("f") | {"arguments": '{"a": 1}'}
    annotated = message("x")
    annotated["content"][0]["annotations"] = [
        {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}
    ]
    strange = {"type": "unheard_of", "id": "un_1", "status": "completed", "field": 1}
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    phase = message("y", phase="final_answer")
    (step,) = scripted(
        tmp_path, capsys, interaction({}, response(odd, annotated, strange, thought, phase))
    )
    kept = step["reply"]["output"]
    assert kept[0]["arguments"] == '{"a": 1}'
    assert kept[1]["content"] == annotated["content"]
    assert kept[2] == strange
    assert kept[3] == {"type": "reasoning"}
    assert kept[4] == {"type": "message", "phase": "final_answer", "content": "y"}


def test_ends_other_than_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    incomplete = response(
        message("Once"), status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    )
    failed = response(status="failed", error={"code": "server_error", "message": "Sorry"})
    error = {
        "error": {"type": "invalid_request_error", "code": None, "param": "x", "message": "No."}
    }
    body = streamed("pong").partition(b"event: response.output_item.done")[0]
    steps = scripted(
        tmp_path,
        capsys,
        interaction({}, incomplete),
        interaction({}, failed),
        interaction({}, error, status=400),
        interaction({}, "<html>", status=502),
        interaction(
            {},
            body,
            mockserver={"cut": True, "chunks": [[100, 10], [200, 20], [300, len(body) - 30]]},
        ),
    )
    assert steps[0]["reply"] == {
        "status": "incomplete",
        "incomplete_details": {"reason": "max_output_tokens"},
        "output": ["Once"],
    }
    assert steps[1]["reply"]["error"]["message"] == "Sorry"
    assert steps[2]["error"] == {
        "status": 400,
        "type": "invalid_request_error",
        "code": None,
        "param": "x",
        "message": "No.",
    }
    assert steps[3]["stream"]["fault"]["status"] == 502
    assert steps[4]["stream"] == {
        "ttft_ms": 100,
        "itl_ms": 100.0,
        "fault": {"kind": "drop", "after_events": 5},
    }


def test_long_texts_become_conditions_on_their_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (step,) = scripted(
        tmp_path, capsys, interaction({"input": "line\n" * 200}, response(message("a\nb\n")))
    )
    wanted = step["when"]["input"]["contains"]
    assert ("line\n" * 200).startswith(wanted)
    assert 300 < len(wanted) <= 400
    assert step["reply"] == "a\nb\n"


def test_exact_keeps_what_was_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = response(message("x"))
    (step,) = scripted(tmp_path, capsys, interaction({}, value), options=["--exact"])
    assert step["reply"]["id"] == "resp_1"
    assert step["reply"]["usage"] == value["usage"]
    assert step["reply"]["output"] == value["output"]


def test_what_the_server_answers_from_its_state_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(
        tmp_path / "a.yaml",
        [interaction(None, response(), uri="/v1/responses/resp_1", method="GET")],
    )
    assert run("convert", path, "--to", "scripted") == 0
    captured = capsys.readouterr()
    assert yaml.safe_load(captured.out) == {"interactions": []}
    assert f"left out {path}#1: GET https://api.openai.com/v1/responses/resp_1" in captured.err


def test_answers_without_requests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(response(message("x"))))
    assert run("convert", path, "--to", "scripted") == 0
    assert yaml.safe_load(capsys.readouterr().out) == {"interactions": [{"reply": "x"}]}
    assert run("convert", path) == 2
    assert "use --to scripted" in capsys.readouterr().err


TEXTS = st.text("ab \n\"':#{}-é😀\t\\", max_size=20)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    TEXTS,
    TEXTS,
    st.dictionaries(st.text("ab", min_size=1), TEXTS | st.integers() | st.none(), max_size=3),
)
def test_every_text_survives(asked: str, said: str, arguments: dict[str, Any]) -> None:
    value = response(message(said), call("f", **arguments))
    request = RecordedRequest(
        "POST", "/v1/responses", (), json.dumps({"model": "m", "input": asked}).encode()
    )
    steps, left = to_script([Interaction(request, RecordedResponse(200, value=value))])
    assert left == []
    (step,) = loads(script_text(steps), "a.yaml").steps
    assert step.reply is not None
    assert step.reply["output"][0] == said
    assert step.reply["output"][1]["arguments"] == arguments
