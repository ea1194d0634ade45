"""The control endpoints: scripting and asking the server over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver import MockServer
from mockserver.settings import options_of

ASKED = {"model": "gpt-5", "input": "Hi"}


class Control:
    """Calls control endpoints of a session, and its API."""

    def __init__(self, url: str, http: httpx2.Client) -> None:
        self.url, self._http = url, http

    def post(self, path: str, value: Any = None) -> httpx2.Response:
        return self._http.post(f"{self.url}/__mockserver__{path}", json=value)

    def get(self, path: str) -> httpx2.Response:
        return self._http.get(f"{self.url}/__mockserver__{path}")

    def delete(self, path: str) -> httpx2.Response:
        return self._http.delete(f"{self.url}/__mockserver__{path}")

    def ask(self, **body: Any) -> httpx2.Response:
        return self._http.post(f"{self.url}/v1/responses", json={**ASKED, **body})

    def text(self, **body: Any) -> str:
        text: str = self.ask(**body).json()["output"][0]["content"][0]["text"]
        return text


@pytest.fixture(scope="module")
def http() -> "Any":
    with httpx2.Client(trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def own_server() -> "Any":
    with MockServer() as server:
        yield server


@pytest.fixture
def control(own_server: MockServer, http: httpx2.Client) -> Control:
    """The session without a name, begun anew."""
    control = Control(own_server.url, http)
    control.post("/reset")
    return control


def refusal(reply: httpx2.Response) -> tuple[int, str | None, str | None]:
    error = reply.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "mockserver_error"
    return reply.status_code, error["code"], error["param"]


@pytest.mark.parametrize(
    ("script", "counts"),
    [
        ("Hello!", (1, 0)),
        ({"reply": "Hello!"}, (1, 0)),
        (["Hello!", {"error": {"status": 429}}], (2, 0)),
        ({"interactions": [{"reply": "Hello!"}, {"reply": "x", "times": "always"}]}, (1, 1)),
        ({"type": "message", "content": "Hello!"}, (1, 0)),
    ],
)
def test_steps_are_added(control: Control, script: Any, counts: tuple[int, int]) -> None:
    reply = control.post("/script", script)
    added = reply.json()
    assert (reply.status_code, added["steps"], added["stubs"]) == (201, *counts)
    assert control.text() == "Hello!"


def test_stubs_are_added(control: Control) -> None:
    stub = {"when": {"model": "gpt-5*"}, "reply": "Always."}
    added = control.post("/stubs", stub).json()
    assert added == {"steps": 0, "stubs": 1, "ids": {"steps": [], "stubs": [0]}}
    control.post("/stubs", [{"when": {"input": "Twice"}, "reply": "Twice.", "times": 2}])
    assert [control.text() for _ in range(3)] == ["Always."] * 3
    assert [control.text(input="Twice") for _ in range(3)] == ["Twice.", "Twice.", "Always."]
    assert control.ask(model="other").json()["error"]["code"] == "mockserver_miss"


def test_what_is_scripted_makes_everything_else_a_miss(control: Control) -> None:
    assert control.ask().status_code == 200
    control.post("/script", "x")
    control.ask()
    missed = control.ask()
    assert missed.status_code == 422
    assert missed.headers["x-should-retry"] == "false"


def test_requests_are_listed(control: Control) -> None:
    control.post("/script", ["one", "two"])
    control.ask()
    control.ask(stream=True)
    control.ask(temperature=9)
    listed = control.get("/requests").json()
    assert listed["object"] == "list"
    first, second, third = listed["data"]
    assert first.pop("headers")["content-type"] == "application/json"
    assert first.pop("response_id").startswith("resp_")
    assert first.pop("usage")["output_tokens"] > 0
    assert first == {
        "number": 1,
        "method": "POST",
        "path": "/v1/responses",
        "transport": "http",
        "body": ASKED,
        "answered": {"by": "step", "source": "script#1", "status": 200, "error": ""},
    }
    assert (second["transport"], second["answered"]["source"]) == ("sse", "script#2")
    assert (third["answered"]["by"], third["answered"]["status"]) == ("refused", 400)
    assert third["response_id"] is None
    assert [each["number"] for each in control.get("/requests?limit=1").json()["data"]] == [3]
    assert [each["number"] for each in control.get("/requests?after=1&limit=5").json()["data"]] == [
        2,
        3,
    ]
    assert control.get("/requests?limit=0").json()["data"] == []


def test_assertions(control: Control) -> None:
    control.ask()
    for holds in ({}, {"times": 1}, {"input": "Hi"}, {"times": 0, "model": "other"}):
        assert control.post("/assert", holds).json() == {"ok": True}
    reply = control.post("/assert", {"times": 2, "input": {"contains": "weather"}})
    assert refusal(reply) == (422, "mockserver_assertion_failed", None)
    assert 'input: expected contains "weather", got "Hi"' in reply.json()["error"]["message"]
    assert reply.headers["x-should-retry"] == "false"


def test_verification(control: Control) -> None:
    assert control.get("/verify").json() == {"ok": True, "unplayed": [], "warnings": []}
    control.post("/script", [{"when": {"input": "other"}, "reply": "x"}])
    control.ask()
    reply = control.get("/verify")
    assert refusal(reply) == (422, "mockserver_verification_failed", None)
    message = reply.json()["error"]["message"]
    assert "no reply for this request" in message
    assert "1 scripted step was not used" in message
    control.post("/reset")
    assert control.get("/verify").json()["ok"]


def test_sessions_are_opened_listed_used_and_closed(control: Control, http: httpx2.Client) -> None:
    opened = control.post(
        "/sessions", {"name": "mine", "seed": 7, "dialect": "open-responses", "on_miss": "echo"}
    )
    assert opened.status_code == 201
    assert opened.json() == {
        "name": "mine",
        "base_url": f"{control.url}/s/mine/v1",
        "seed": 7,
        "dialect": "open-responses",
        "on_miss": "echo",
        "requests": 0,
        "misses": 0,
        "unused": 0,
        "memory": {
            kind: {"kept": 0, "bytes": 0, "forgotten": 0}
            for kind in ("responses", "conversations", "files", "requests")
        },
    }
    mine = Control(f"{control.url}/s/mine", http)
    assert mine.text() == "Hi"
    mine.post("/script", "Mine.")
    assert control.get("/requests").json()["data"] == []
    (listed,) = control.get("/sessions").json()["data"]
    assert (listed["name"], listed["requests"], listed["unused"]) == ("mine", 1, 1)
    mine.post("/reset")
    assert mine.text() == "Hi", "settings outlive a reset"
    assert refusal(control.post("/sessions", {"name": "mine"})) == (
        409,
        "mockserver_session_exists",
        "name",
    )
    assert control.delete("/sessions/mine").json() == {"name": "mine", "closed": True}
    assert refusal(mine.ask()) == (404, "mockserver_no_session", None)
    assert refusal(control.delete("/sessions/mine")) == (404, "mockserver_no_session", "name")


def test_a_session_without_a_name_gets_one(control: Control) -> None:
    names = [control.post("/sessions").json()["name"] for _ in range(2)]
    assert len(set(names)) == 2
    for name in names:
        control.delete(f"/sessions/{name}")


@pytest.mark.parametrize(
    ("call", "code", "param"),
    [
        (lambda c: c.post("/script?mode=x", "x"), "mockserver_unknown_parameter", "mode"),
        (lambda c: c.get("/requests?limi=1"), "mockserver_unknown_parameter", "limi"),
        (lambda c: c.get("/requests?limit=x"), "mockserver_invalid_value", "limit"),
        (lambda c: c.get("/sessions?x=1"), "mockserver_unknown_parameter", "x"),
        (lambda c: c.post("/script", {"repli": "x"}), "mockserver_script_error", None),
        (lambda c: c.post("/script", {"interactions": "x"}), "mockserver_script_error", None),
        (
            lambda c: c.post("/script", [{"reply": "x", "when": {"input": {"regex": "("}}}]),
            "mockserver_script_error",
            None,
        ),
        (
            lambda c: c.post("/stubs", {"when": {"modell": "x"}, "reply": "x"}),
            "mockserver_script_error",
            None,
        ),
        (
            lambda c: c.post("/stubs", {"when": {"predicate": "x"}, "reply": "x"}),
            "mockserver_script_error",
            None,
        ),
        (lambda c: c.post("/assert", {"modell": "x"}), "mockserver_script_error", None),
        (lambda c: c.post("/assert", {"times": -1}), "mockserver_invalid_value", "times"),
        (lambda c: c.post("/assert", [1]), "mockserver_invalid_value", None),
        (lambda c: c.post("/sessions", {"sed": 7}), "mockserver_unknown_key", "sed"),
        (lambda c: c.post("/sessions", {"name": "a/b"}), "mockserver_invalid_value", "name"),
        (lambda c: c.post("/sessions", {"seed": "x"}), "mockserver_invalid_value", "seed"),
        (lambda c: c.post("/sessions", {"dialect": "x"}), "mockserver_invalid_value", "dialect"),
        (lambda c: c.post("/sessions", {"on_miss": "x"}), "mockserver_invalid_value", "on_miss"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(
    control: Control, call: Callable[[Control], httpx2.Response], code: str, param: str | None
) -> None:
    reply = call(control)
    assert refusal(reply) == (400, code, param)
    if param is not None:
        assert param in reply.json()["error"]["message"]


SAID: dict[str, Any] = {
    "cassette": "cassettes/scripted/tool_loop.yaml",
    "seed": 7,
    "locale": "de_DE",
    "dialect": "open-responses",
    "on_miss": "echo",
    "strict_steps": "fail",
    "tokens": "estimate",
    "speed": 1.5,
    "repeat": "last",
    "match_order": True,
    "match_ignore": ["metadata"],
    "match_normalise": "dates",
    "strict_models": True,
    "strict_files": True,
    "allow_unknown": True,
    "examples": True,
    "api_keys": ["right"],
    "cors": ["http://localhost:3000"],
    "allowed_host": "mockserver",
    "max_body": 1,
    "store_limit": 5,
    "compute_seconds": 30,
    "store_size": 1,
    "journal_limit": 5,
    "journal_size": 1,
    "websocket_seconds": 60,
    "websocket_queue": 5,
    "webhook": "http://localhost:8000",
    "webhook_secret": "whsec_bW9jaw==",
    "verbose": True,
}


def test_a_session_takes_every_option_of_the_table(control: Control) -> None:
    assert list(SAID) == [option.name for option in options_of("sessions")], (
        "give each option that a session takes a value in SAID above, in the order of the table"
    )
    for name, value in SAID.items():
        reply = control.post("/sessions", {"name": "told", name: value})
        assert reply.status_code == 201, reply.text
        control.delete("/sessions/told")


def test_the_options_of_a_session_hold_there_alone(
    control: Control, http: httpx2.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chat.yaml").write_text("interactions:\n- reply: Unplayed.\n")
    told = {"name": "told", "cassette": "chat.yaml", "strict_models": True, "api_keys": ["right"]}
    control.post("/sessions", told)
    mine = Control(f"{control.url}/s/told", http)
    for _ in range(2):
        assert mine.ask().status_code == 401
        http.headers["authorization"] = "Bearer right"
        refused = mine.ask(model="gpt-unheard-of")
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "model_not_found")
        assert control.ask(model="gpt-unheard-of").status_code == 200
        assert mine.get("/verify").json()["unplayed"] == ["chat.yaml:2"]
        assert mine.post("/reset").status_code == 200
        del http.headers["authorization"]
    control.delete("/sessions/told")


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"record": "all"}, "mockserver_unknown_key", "must not spend the key"),
        ({"port": 1}, "mockserver_unknown_key", "they share the server's"),
        ({"max_body": 0}, "mockserver_invalid_value", "must be a whole number from 1 upwards"),
        ({"verbose": 1}, "mockserver_invalid_value", "must be true or false, not 1."),
        ({"api_keys": 1}, "mockserver_invalid_value", "must be a list of strings, not 1."),
        ({"on_miss": "x"}, "mockserver_invalid_value", "must be one of fail, generate, echo"),
        ({"match_normalise": "date"}, "mockserver_invalid_value", "'date' is no normaliser"),
        ({"cassette": "nowhere.yaml"}, "mockserver_invalid_value", "nowhere.yaml: it cannot be"),
        ({"cassette": "/etc/passwd"}, "mockserver_invalid_value", "below the working directory"),
        ({"cassette": "../x.yaml"}, "mockserver_invalid_value", "below the working directory"),
    ],
)
def test_a_session_that_cannot_be_is_not_opened(
    control: Control, body: dict[str, Any], code: str, said: str
) -> None:
    reply = control.post("/sessions", {"name": "refused", **body})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert said in reply.json()["error"]["message"]
    names = [each["name"] for each in control.get("/sessions").json()["data"]]
    assert "refused" not in names


def test_a_session_begins_with_what_its_server_was_given(
    http: httpx2.Client, tmp_path: Path
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text("interactions:\n- reply: From the cassette.\n")
    with MockServer(path, on_miss="echo", tokens="estimate") as server:
        control = Control(server.url, http)
        control.post("/sessions", {"name": "mine"})
        mine = Control(f"{server.url}/s/mine", http)
        assert [mine.text(), mine.text(), control.text()] == [
            "From the cassette.",
            "Hi",
            "From the cassette.",
        ]


def test_nothing_of_a_script_is_taken_when_a_part_of_it_is_wrong(control: Control) -> None:
    reply = control.post("/script", {"interactions": [{"reply": "a"}, {"repl": "b"}]})
    assert reply.json()["error"]["message"].startswith(
        "script#2: unknown key 'repl' in an interaction; did you mean"
    )
    assert control.get("/verify").json()["ok"]


def test_a_body_that_is_no_json_is_refused(control: Control, http: httpx2.Client) -> None:
    said = {"content-type": "application/json"}
    reply = http.post(f"{control.url}/__mockserver__/script", content=b"{", headers=said)
    assert refusal(reply) == (400, "mockserver_invalid_json", None)


def test_control_requests_stand_in_no_journal(control: Control) -> None:
    control.get("/health")
    control.get("/requests")
    assert control.get("/requests").json()["data"] == []


@pytest.mark.parametrize("path", ["", "/"])
def test_the_endpoints_are_listed(control: Control, path: str) -> None:
    listed = control.get(path).json()["data"]
    assert {
        "method": "GET",
        "path": "/__mockserver__/sessions",
        "about": listed[-3]["about"],
    } in listed
    paths = {each["path"].removeprefix("/__mockserver__") for each in listed}
    assert {"/health", "/script", "/stubs/{id}", "/requests", "/assert", "/sessions"} <= paths
    told = [(each["method"], each["path"]) for each in listed]
    assert len(told) == len(set(told))
    assert all(
        each["about"].endswith(".") and each["method"] in ("GET", "POST", "PUT", "DELETE")
        for each in listed
    )


def test_a_wrong_path_or_method_of_a_control_endpoint_is_told_with_the_right_one(
    control: Control,
) -> None:
    near = httpx2.get(f"{control.url}/__mokserver__/script", trust_env=False)
    assert refusal(near) == (404, "mockserver_unknown_endpoint", None)
    assert "below /__mokserver__; did you mean /__mockserver__?" in near.text
    reply = control.get("/scripts")
    assert refusal(reply) == (404, "mockserver_unknown_endpoint", None)
    assert (
        "Unknown control endpoint '/scripts'; did you mean '/script'? GET /__mockserver__ lists"
        in reply.json()["error"]["message"]
    )
    reply = control.delete("/prompts")
    assert refusal(reply) == (405, "mockserver_unknown_method", None)
    assert reply.json()["error"]["message"] == "/__mockserver__/prompts takes POST, not DELETE."
    assert (
        control.delete("/sessions")
        .json()["error"]["message"]
        .endswith("takes GET and POST, not DELETE.")
    )
    assert control.get("/verify").json()["ok"], "it is no miss"


def test_the_root_says_where_the_api_is(control: Control, http: httpx2.Client) -> None:
    control.post("/sessions", {"name": "rooted"})
    for url in (control.url, f"{control.url}/s/rooted"):
        reply = http.get(f"{url}/")
        assert refusal(reply) == (404, "mockserver_no_api", None)
        assert f"point base_url at {url}/v1;" in reply.json()["error"]["message"]
    control.delete("/sessions/rooted")


def test_a_session_shows_in_no_path_of_the_apis_errors(
    control: Control, http: httpx2.Client
) -> None:
    control.post("/sessions", {"name": "hidden"})
    reply = http.post(f"{control.url}/s/hidden/v1/chat/completions", json={})
    assert reply.json()["error"]["message"] == "Invalid URL (POST /v1/chat/completions)"
    control.delete("/sessions/hidden")


def test_a_misspelt_list_of_interactions_is_told_as_that(control: Control) -> None:
    reply = control.post("/script", {"interaction": [{"reply": "x"}]})
    assert refusal(reply) == (400, "mockserver_script_error", None)
    assert "did you mean 'interactions'?" in reply.json()["error"]["message"]
