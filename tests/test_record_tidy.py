"""Recordings that differ from earlier ones only where the answers do."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.cassettes import RecordMode, load, scrub_rules
from upstream_double import World, reply, running_world

JSON = b'{\n  "id": "resp_1"\n}'
ASK = {"model": "gpt-5", "input": [{"role": "user", "content": "Grüß dich,\u2028 1.0"}], "n": 1.0}
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running_world() as world:
        yield world


def record(
    world: World, path: Path, ask: Any = None, mode: RecordMode = "all", **kept: Any
) -> None:
    """Record one answer, whose passing headers are those of no other."""
    number = next(_NUMBERS)
    extra = f"x-request-id: req_{number}\r\nopenai-processing-ms: {number}\r\nretry-after: 1\r\n"
    extra += f"x-ratelimit-remaining-tokens: {number}\r\n"
    world.play = reply(JSON, extra=extra, status=kept.pop("status", 200))
    with world.recording(path, mode, **{"verbatim": False, **kept}) as client:
        client.create(ASK if ask is None else ask)


def test_the_same_recorded_twice_is_the_same_file(world: World, tmp_path: Path) -> None:
    texts = []
    for name in "ab":
        record(world, tmp_path / f"{name}.yaml")
        text = (tmp_path / f"{name}.yaml").read_text()
        texts.append(text[: text.index("    mockserver:\n")])
    assert texts[0] == texts[1]
    assert "retry-after" in texts[0]


def test_a_request_is_laid_out_line_by_line(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    record(world, path)
    text = path.read_text()
    assert '    body: |-\n      {\n        "model": "gpt-5",\n        "input": [\n' in text
    assert '"content": "Grüß dich,\\u2028 1.0"\n' in text
    assert json.loads(load(path)[0].request.body) == ASK


def test_it_replays_exactly(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    record(world, path)
    with world.recording(path, "none") as client:
        answer = client.create(ASK)
    assert (answer.status_code, answer.content) == (200, JSON)


def test_vcrpy_plays_it(world: World, tmp_path: Path) -> None:
    vcr = pytest.importorskip("vcr", reason="vcrpy needs Python 3.11")
    path = tmp_path / "a.yaml"
    record(world, path)
    before = load(path)
    matched = ["method", "uri", "body"]
    with (
        vcr.use_cassette(str(path), record_mode="none", match_on=matched) as cassette,
        httpx2.Client(base_url=world.upstream_url + "/v1", trust_env=False, verify=False) as http,
    ):
        assert http.post("/responses", json=ASK).content == JSON
        cassette._save(force=True)
    assert load(path) == before


def fields(path: Path) -> list[set[str]]:
    """The names of each answer's passing headers."""
    names = ("x-request-id", "openai-processing-ms", "x-ratelimit-remaining-tokens")
    return [{name for name, _ in each.response.headers if name in names} for each in load(path)]


def test_verbatim_keeps_all_as_it_was_sent(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    record(world, path, verbatim=True)
    assert len(fields(path)[0]) == 3
    assert b"\n" not in load(path)[0].request.body


def test_a_cassette_stays_in_the_form_that_it_has(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    record(world, path, verbatim=True)
    record(world, path)
    assert [len(each) for each in fields(path)] == [3, 3]
    record(world, path, mode="rewrite")
    record(world, path)
    assert fields(path) == [set(), set()]


def test_headers_that_are_wanted_stay(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    record(world, path, rules=scrub_rules(headers=["x-request-id"]))
    assert fields(path) == [{"x-request-id"}]


def test_a_refusal_keeps_what_its_client_acts_on(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    record(world, path, status=429)
    assert "x-ratelimit-remaining-tokens" in fields(path)[0]


_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=st.dictionaries(_TEXT, _VALUES, max_size=4))
def test_whatever_is_asked_replays(world: World, tmp_path: Path, asked: dict[str, Any]) -> None:
    path = tmp_path / "a.yaml"
    path.unlink(missing_ok=True)
    record(world, path, asked)
    assert "    body: |" in path.read_text()
    with world.recording(path, "none") as client:
        assert client.create(asked).content == JSON
