"""Control endpoints that look at what is scripted and asked, and change it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver import MockServer

ASKED: dict[str, Any] = {"model": "gpt-5", "input": "Hi"}


class Control:
    """Calls the control endpoints of a server, and its API."""

    def __init__(self, server: MockServer, http: httpx2.Client) -> None:
        self.server, self._http = server, http

    def __call__(self, method: str, path: str, value: Any = None) -> Any:
        """The JSON of a reply that must be fine."""
        reply = self.ask(method, path, value)
        assert reply.is_success, reply.text
        return reply.json()

    def ask(self, method: str, path: str, value: Any = None) -> httpx2.Response:
        body = {} if value is None else {"json": value}
        return self._http.request(method, f"{self.server.url}/__mockserver__{path}", **body)

    def text(self, **body: Any) -> str:
        url = f"{self.server.base_url}/responses"
        reply = self._http.post(url, json={**ASKED, **body})
        if reply.is_error or "stream" in body:
            return ""
        text: str = reply.json()["output"][0]["content"][0]["text"]
        return text


@pytest.fixture
def control() -> Iterator[Control]:
    with MockServer() as server, httpx2.Client(trust_env=False) as http:
        yield Control(server, http)


def test_steps_are_listed_with_how_often_they_answered(control: Control) -> None:
    script = ["one", {"reply": "two", "times": 2}, {"error": {"status": 429}}]
    assert control("POST", "/script", script)["ids"] == {"steps": [0, 1, 2], "stubs": []}
    assert [control.text(), control.text()] == ["one", "two"]
    first, second, third = control("GET", "/script")["data"]
    assert first == {
        "id": 0,
        "answer": 'reply "one"',
        "when": None,
        "times": 1,
        "used": 1,
        "spent": True,
        "source": "script#1",
    }
    assert (second["used"], second["spent"]) == (1, False)
    assert third["answer"] == "error 429 rate_limit_exceeded"
    assert control("GET", "/script/1") == second


def test_a_step_is_taken_out_or_changed_before_it_answers(control: Control) -> None:
    control("POST", "/script", ["one", "two", "three", "four"])
    assert control.text() == "one"
    assert control("DELETE", "/script/1") == {"id": 1, "removed": True}
    assert control("PUT", "/script/2", "other")["id"] == 4
    assert [control.text(), control.text()] == ["other", "four"]
    control("POST", "/script", "five")
    assert control("DELETE", "/script") == {"removed": 4}
    assert control("GET", "/script")["data"] == []


def test_a_step_that_was_used_may_be_put_there_anew(control: Control) -> None:
    control("POST", "/script", ["one", "two"])
    assert control.text() == "one"
    control("PUT", "/script/0", "one again")
    assert [control.text(), control.text()] == ["one again", "two"]


def test_stubs_are_listed_changed_and_taken_out(control: Control) -> None:
    control("POST", "/stubs", {"when": {"model": "gpt-5*"}, "reply": "any"})
    control("POST", "/stubs", {"when": {"model": "gpt-5", "input": "Hi"}, "reply": "specific"})
    assert control.text() == "specific"
    specific, other = control("GET", "/stubs")["data"]
    assert (specific["id"], specific["used"], specific["times"]) == (1, 1, "always")
    assert specific["when"] == 'model: "gpt-5", input: "Hi"'
    assert other["id"] == 0
    control("PUT", "/stubs/1", {"when": {"model": "gpt-5", "input": "Hi"}, "reply": "changed"})
    assert control.text() == "changed"
    control("DELETE", "/stubs/2")
    assert control.text() == "any"


@pytest.mark.parametrize(
    ("method", "path", "value", "status", "said"),
    [
        ("GET", "/script/7", None, 404, "No step has the id '7'. There are: 0."),
        ("DELETE", "/stubs/x", None, 404, "No stub has the id 'x'. There are: none."),
        ("GET", "/script/99999999999999999999", None, 404, "No step has the id"),
        ("PUT", "/script/0", ["a", "b"], 400, "One step takes the place of one, not 2."),
        ("PUT", "/script/0", {"reply": "a", "times": "always"}, 400, "Do: POST it to /stubs."),
        ("PUT", "/script/0", {"replay": "a"}, 400, "did you mean 'reply'?"),
        ("GET", "/requests/9", None, 404, "No request has the number 9"),
        ("POST", "/near-misses", {"number": 9}, 404, "No request has the number 9"),
        ("POST", "/near-misses", {"headers": 9}, 400, "'headers' must be an object, not 9."),
        ("POST", "/near-misses", {"path": 9}, 400, "'path' must be a string, not 9."),
        ("GET", "/requests/count?modell=x", None, 400, "did you mean 'model'?"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    method: str, path: str, value: Any, status: int, said: str, control: Control
) -> None:
    control("POST", "/script", "one")
    reply = control.ask(method, path, value)
    assert reply.status_code == status
    assert said in reply.json()["error"]["message"]


def test_the_journal_is_filtered_and_counted(control: Control) -> None:
    control("POST", "/stubs", {"when": {"model": "gpt-5"}, "reply": "x"})
    control.text(input="What is the weather?")
    control.text(model="gpt-4o")
    control.text(stream=True)
    for query, numbers in {
        "model=gpt-5": [1, 3],
        "answered_by=miss": [2],
        "status=200": [1, 3],
        "transport=sse": [3],
        "text=weather": [1],
        "model=gpt-5&limit=1": [3],
        "path=/v1/models": [],
    }.items():
        listed = control("GET", f"/requests?{query}")["data"]
        assert [each["number"] for each in listed] == numbers
        if "limit" not in query:
            assert control("GET", f"/requests/count?{query}") == {"count": len(numbers)}


def test_one_request_is_read_with_the_response_that_answered_it(control: Control) -> None:
    control("POST", "/script", "Hello!")
    control.text()
    control.text()
    read = control("GET", "/requests/1")
    assert read["response"]["output"][0]["content"][0]["text"] == "Hello!"
    assert read["response"]["id"] == read["response_id"]
    missed = control("GET", "/requests/2")
    assert missed["response"] is None
    assert missed["answered"]["error"].startswith("mockserver: no reply for this request")


def test_a_miss_is_told_with_what_came_near_and_where_it_differs(control: Control) -> None:
    control("POST", "/stubs", {"when": {"model": "gpt-4o"}, "reply": "far", "times": 3})
    control("POST", "/stubs", {"when": {"model": "gpt-5", "input": "Bye"}, "reply": "near"})
    control.text()
    told = control("POST", "/near-misses", {"number": 1})
    assert told["answered_by"] is None
    assert {each["answer"] for each in told["nearest"]} == {'reply "far"', 'reply "near"'}
    near = next(each for each in told["nearest"] if each["answer"] == 'reply "near"')
    assert near["differences"] == [{"path": "input", "expected": '"Bye"', "actual": "Hi"}]


def test_what_would_answer_is_told_and_nothing_is_used(control: Control) -> None:
    control("POST", "/script", "one")
    asked = {"body": ASKED}
    for _ in range(2):
        told = control("POST", "/near-misses", asked)
        assert told == {"answered_by": "step", "source": "script#1", "nearest": []}
    assert control("GET", "/requests/count") == {"count": 0}
    assert control.text() == "one"
    assert control("POST", "/near-misses", asked)["answered_by"] is None
    refused = control("POST", "/near-misses", {"body": {"model": "gpt-5", "input": 5}})
    assert "Invalid type for 'input'" in refused["refused"]


def test_the_openapi_document_describes_every_endpoint(control: Control) -> None:
    document = control("GET", "/openapi.json")
    assert document["openapi"] == "3.1.0"
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    listed = control("GET", "")["data"]
    assert described == {(each["method"], each["path"]) for each in listed}
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert all(each["summary"].endswith(".") for each in operations)
    requests = document["paths"]["/__mockserver__/requests"]["get"]["parameters"]
    assert {"model", "status", "limit"} <= {each["name"] for each in requests}
    (named,) = document["paths"]["/__mockserver__/stubs/{id}"]["put"]["parameters"]
    assert (named["name"], named["in"], named["required"]) == ("id", "path", True)


def statuses(control: Control, count: int) -> list[int]:
    url = f"{control.server.base_url}/responses"
    return [httpx2.post(url, json=ASKED).status_code for _ in range(count)]


def test_a_share_of_the_requests_fails_and_a_run_is_like_the_one_before(control: Control) -> None:
    control("POST", "/stubs", {"reply": "fine"})
    chaos = {"probability": 0.3, "error": {"status": 503}, "seed": 4}
    told = control("PUT", "/chaos", chaos)
    assert told == {"chaos": {"probability": 0.3, "seed": 4, "error": 503, "fault": None}}
    assert control("GET", "/chaos") == told
    first = statuses(control, 40)
    assert set(first) == {200, 503}
    assert 4 <= first.count(503) <= 20
    control("POST", "/reset")
    control("POST", "/stubs", {"reply": "fine"})
    control("PUT", "/chaos", chaos)
    assert statuses(control, 40) == first
    control("PUT", "/chaos", {**chaos, "seed": 5})
    assert statuses(control, 40) != first
    control("DELETE", "/chaos")
    assert statuses(control, 10) == [200] * 10


def test_what_is_scripted_waits_for_the_next_attempt(control: Control) -> None:
    control("POST", "/script", "Hello!")
    control("PUT", "/chaos", {"error": {"status": 500}})
    assert statuses(control, 2) == [500, 500]
    assert control("GET", "/requests/count?answered_by=chaos") == {"count": 2}
    control("DELETE", "/chaos")
    assert control.text() == "Hello!"


def test_chaos_may_be_a_fault(control: Control) -> None:
    control("PUT", "/chaos", {"stream": {"fault": {"kind": "reset"}}})
    with pytest.raises(httpx2.TransportError):
        statuses(control, 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "Chaos needs an 'error'"),
        (
            {"probability": 2, "error": {"status": 500}},
            "'probability' must be a number from 0 to 1, not 2.",
        ),
        ({"probability": "x", "error": {"status": 500}}, "must be a number from 0 to 1"),
        ({"seed": "x", "error": {"status": 500}}, "'seed' must be a whole number"),
        ({"eror": {"status": 500}}, "did you mean 'error'?"),
        ({"error": {"status": 5}}, "status"),
    ],
)
def test_chaos_that_cannot_be_is_refused(control: Control, body: dict[str, Any], said: str) -> None:
    reply = control.ask("PUT", "/chaos", body)
    assert (reply.status_code, said in reply.json()["error"]["message"]) == (400, True)


CASSETTE = "interactions:\n- when: {input: a}\n  reply: A\n- when: {input: b}\n  reply: B\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(CASSETTE)
    return tmp_path


def test_a_cassette_is_added_and_read_again_while_the_server_runs(
    control: Control, here: Path
) -> None:
    told = control("POST", "/cassettes", {"path": "a.yaml"})
    assert told == {"cassettes": ["a.yaml"], "interactions": 2}
    assert control.text(input="a") == "A"
    (here / "a.yaml").write_text(CASSETTE.replace("reply: B", "reply: Better"))
    assert control("POST", "/cassettes/reload")["interactions"] == 2
    assert [each["used"] for each in control("GET", "/cassettes")["data"]] == [1, 0]
    assert control.text(input="b") == "Better"
    assert [each["spent"] for each in control("GET", "/cassettes")["data"]] == [True, True]
    control("POST", "/reset")
    assert control("GET", "/cassettes")["data"] == []


def test_a_cassette_that_is_added_twice_answers_once(control: Control, here: Path) -> None:
    assert (here / "a.yaml").exists()
    for _ in range(2):
        assert control("POST", "/cassettes", {"path": "a.yaml"})["cassettes"] == ["a.yaml"]
    assert len(control("GET", "/cassettes")["data"]) == 2


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, "'path' must be the path of a cassette"),
        ({"path": 5}, 400, "'path' must be the path of a cassette"),
        ({"path": "/etc/passwd"}, 400, "below the working directory"),
        ({"path": "../a.yaml"}, 400, "below the working directory"),
        ({"path": "b.yaml"}, 400, "b.yaml"),
        ({"path": "broken.yaml"}, 400, "broken.yaml:2"),
        ({"file": "a.yaml"}, 400, "unknown key 'file'"),
    ],
)
def test_a_cassette_that_cannot_be_added_leaves_all_as_it_was(
    control: Control, here: Path, body: dict[str, Any], status: int, said: str
) -> None:
    (here / "broken.yaml").write_text("interactions:\n- replly: x\n")
    control("POST", "/cassettes", {"path": "a.yaml"})
    reply = control.ask("POST", "/cassettes", body)
    assert (reply.status_code, said.lower() in reply.json()["error"]["message"].lower()) == (
        status,
        True,
    )
    assert control.text(input="a") == "A"


def test_a_session_that_records_keeps_its_cassettes(here: Path) -> None:
    with (
        MockServer() as upstream,
        MockServer("r.yaml", record="all", upstream=upstream.base_url) as server,
        httpx2.Client(trust_env=False) as http,
    ):
        reply = Control(server, http).ask("POST", "/cassettes", {"path": "a.yaml"})
    assert (reply.status_code, here.is_dir()) == (409, True)
