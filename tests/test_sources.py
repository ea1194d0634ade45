"""One session that scripts some answers, replays some, and records the rest."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from mockserver import CreateRequest, MockServer
from mockserver.cassettes import load

PROBES = ["/", "/health", "/healthz", "/favicon.ico", "/robots.txt"]


@pytest.fixture
def upstream() -> Iterator[MockServer]:
    with MockServer(on_miss="echo") as server:
        yield server


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "recorded.yaml"


@pytest.fixture
def recording(upstream: MockServer, cassette: Path) -> Iterator[MockServer]:
    with MockServer(cassette, record="all", upstream=upstream.base_url) as server:
        yield server


def ask(server: MockServer, model: str, text: str) -> str:
    body = {"model": model, "input": text}
    reply = httpx2.post(f"{server.base_url}/responses", json=body).raise_for_status()
    return str(reply.json()["output"][0]["content"][0]["text"])


def test_what_is_not_scripted_is_recorded_still(
    recording: MockServer, upstream: MockServer, cassette: Path
) -> None:
    recording.when(model="gpt-4o").reply("scripted")
    recording.script({"when": {"input": "once"}, "reply": "queued"})
    assert ask(recording, "gpt-5", "first") == "first"
    assert ask(recording, "gpt-4o", "mine") == "scripted"
    assert ask(recording, "gpt-5", "once") == "queued"
    assert ask(recording, "gpt-5", "last") == "last"
    assert [each.input_text for each in upstream.requests] == ["first", "last"]
    assert [each.by for each in recording.requests] == ["upstream", "stub", "step", "upstream"]
    assert recording.finish_recording() == 2
    assert len(load(cassette)) == 2


def test_the_cassette_answers_before_the_upstream(upstream: MockServer, cassette: Path) -> None:
    with MockServer(cassette, record="all", upstream=upstream.base_url) as server:
        ask(server, "gpt-5", "known")
    with MockServer(cassette, record="new_episodes", upstream=upstream.base_url) as server:
        server.when(model="gpt-4o").reply("scripted")
        assert ask(server, "gpt-5", "known") == "known"
        assert ask(server, "gpt-5", "new") == "new"
        assert ask(server, "gpt-4o", "known") == "scripted"
        assert [each.by for each in server.requests] == ["recorded", "upstream", "stub"]
    assert [each.input_text for each in upstream.requests] == ["known", "new"]


def test_what_was_scripted_is_read_here_and_not_upstream(
    recording: MockServer, upstream: MockServer
) -> None:
    recording.script("mine")
    body = {"model": "gpt-5", "input": "Hi"}
    scripted = httpx2.post(f"{recording.base_url}/responses", json=body).json()
    stored = httpx2.get(f"{recording.base_url}/responses/{scripted['id']}")
    assert stored.json()["id"] == scripted["id"]
    assert upstream.requests == []
    assert httpx2.get(f"{recording.base_url}/responses/resp_unknown").status_code == 404
    assert [each.path for each in upstream.requests] == ["/v1/responses/resp_unknown"]


@pytest.mark.parametrize("probe", PROBES)
def test_probes_never_reach_the_upstream(
    recording: MockServer, upstream: MockServer, cassette: Path, probe: str
) -> None:
    for method in ("GET", "HEAD"):
        httpx2.request(method, recording.url + probe)
    assert upstream.requests == []
    assert recording.finish_recording() == 0
    assert not cassette.exists()


def test_control_requests_never_reach_the_upstream(
    recording: MockServer, upstream: MockServer, cassette: Path
) -> None:
    control = f"{recording.url}/__mockserver__"
    assert httpx2.get(f"{control}/health").status_code == 200
    assert httpx2.post(f"{control}/script", json="Hello!").status_code == 201
    assert httpx2.get(f"{control}/requests").json()["data"] == []
    assert httpx2.get(f"{control}/nonsense").status_code == 404
    assert upstream.requests == []
    assert recording.finish_recording() == 0
    assert not cassette.exists()


def test_a_refused_request_is_recorded_all_the_same(
    recording: MockServer, upstream: MockServer, cassette: Path
) -> None:
    reply = httpx2.post(f"{recording.base_url}/responses", json={"input": 5})
    assert reply.status_code == 400
    assert len(upstream.requests) == 1
    assert recording.finish_recording() == 1
    assert [each.response.status for each in load(cassette)] == [400]


def test_conditions_are_asked_once_where_there_are_recordings(
    upstream: MockServer, cassette: Path
) -> None:
    with MockServer(cassette, record="all", upstream=upstream.base_url) as server:
        ask(server, "gpt-4o", "recorded")
    asked: list[str] = []

    def never(request: CreateRequest) -> bool:
        asked.append(request.input_text)
        return False

    with MockServer(cassette, on_miss="echo") as server:
        server.script({"when": {"predicate": never}, "reply": "never"})
        assert ask(server, "gpt-4o", "recorded") == "recorded"
        assert ask(server, "gpt-4o", "unknown") == "unknown"
    assert asked == ["recorded", "unknown"]
