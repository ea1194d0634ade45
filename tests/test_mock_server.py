"""`MockServer`, with and without pytest."""

import asyncio
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

from mockserver import CreateRequest, MockServer, ScriptError, error, function_call, incomplete
from mockserver.cassettes import KEY_VARIABLE, load

Make = Callable[..., MockServer]

_NUMBERS = count()


class Event(BaseModel):
    name: str


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    """The server that those of all tests live in."""
    with MockServer() as server:
        yield server


@pytest.fixture
def make(running: MockServer) -> Make:
    """What makes servers, each in a session of its own."""
    return lambda *cassette, **options: running.session(
        f"made-{next(_NUMBERS)}", *cassette, **options
    )


def ask(server: MockServer, text: str = "Hi", **body: Any) -> str:
    reply: str = server.client().responses.create(model="gpt-5", input=text, **body).output_text
    return reply


def test_it_serves_for_the_length_of_a_with() -> None:
    with MockServer(seed=7) as server:
        server.script("Hello!")
        url = server.base_url
        client = openai.OpenAI(base_url=url, api_key="any", max_retries=0)
        assert client.responses.create(model="gpt-5", input="Hi").output_text == "Hello!"
        client.close()
    assert [request.input_text for request in server.requests] == ["Hi"]
    server.assert_requested(times=1)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url + "/models")
    with pytest.raises(RuntimeError, match="not running"):
        server.script("Too late.")


async def async_lifetime() -> str:
    async with MockServer() as server:
        server.script("Hello!")
        client = server.async_client()
        response = await client.responses.create(model="gpt-5", input="Hi")
        return response.output_text


def test_it_serves_for_the_length_of_an_async_with() -> None:
    assert asyncio.run(async_lifetime()) == "Hello!"


def test_starting_and_stopping_twice_is_harmless() -> None:
    server = MockServer()
    assert repr(server) == "<MockServer not running>"
    server.stop()
    with pytest.raises(RuntimeError, match="never started"):
        server.requests  # noqa: B018
    assert server.start() is server.start()
    server.stop()
    server.stop()
    with server:
        assert ask(server)


def test_a_port_can_be_chosen_and_is_free_afterwards(make: Make) -> None:
    with MockServer() as server:
        port = int(server.url.rpartition(":")[2])
    with MockServer(port=port) as server:
        assert server.base_url == f"http://127.0.0.1:{port}/v1"
        with pytest.raises(OSError, match=r"listen|in use"):
            MockServer(port=port).start()
    assert "/s/made-" in make().url


def test_steps_are_whatever_an_author_writes(make: Make) -> None:
    def computed(request: CreateRequest) -> str:
        return request.input_text.upper()

    with make() as server:
        server.script(
            "text",
            function_call("f", a=1),
            ["two", "messages"],
            {"reply": {"output": ["mapping"]}},
            Event(name="Fair"),
            computed,
            incomplete("half"),
            error.rate_limit(),
        )
        client = server.client(max_retries=0)
        replies = [client.responses.create(model="gpt-5", input="shout") for _ in range(7)]
        with pytest.raises(openai.RateLimitError):
            client.responses.create(model="gpt-5", input="x")
        assert [reply.output_text for reply in replies] == [
            "text",
            "",
            "twomessages",
            "mapping",
            '{"name":"Fair"}',
            "SHOUT",
            "half",
        ]
        assert server.unused == []
        server.verify()


def test_what_cannot_mean_anything_is_refused_where_it_is_written(make: Make) -> None:
    with make() as server:
        with pytest.raises(ScriptError, match=r"test_mock_server\.py:\d+: unknown key 'repli'"):
            server.script({"repli": "x"})
        with pytest.raises(
            ScriptError,
            match=r"test_mock_server\.py:\d+: unknown key 'modell' in when; did you mean",
        ):
            server.when(modell="gpt-5")
        with pytest.raises(ScriptError, match="unknown key 'tims' in when; did you mean 'times'"):
            server.assert_requested(tims=1)
        with pytest.raises(ScriptError, match="bad regular expression"):
            server.assert_requested(input={"regex": "("})


def test_stubs(make: Make) -> None:
    with make(on_miss="echo") as server:
        server.when(input="a").reply("stub")
        server.when(input="b").error(404, code="gone")
        server.when(input="c").error("rate_limit", times=1)
        server.when(input="d").error(error.context_length_exceeded())
        server.when(input="e").reply(lambda request: f"<{request.input_text}>")
        server.when(input="f").reply(
            "half", status="incomplete", incomplete_details={"reason": "content_filter"}
        )
        server.when(input="g").generated()
        server.when(input="h").reply("first", scenario={"requires": "started", "sets": "later"})
        server.when(input="h").reply("second", scenario={"requires": "later"})
        client = server.client(max_retries=0)

        def get(text: str) -> Any:
            return client.responses.create(model="gpt-5", input=text)

        assert [get("a").output_text, get("a").output_text] == ["stub", "stub"]
        with pytest.raises(openai.NotFoundError):
            get("b")
        with pytest.raises(openai.RateLimitError):
            get("c")
        assert get("c").output_text == "c"
        with pytest.raises(openai.BadRequestError):
            get("d")
        assert get("e").output_text == "<e>"
        assert get("f").incomplete_details.reason == "content_filter"
        assert get("g").output_text
        assert [get("h").output_text for _ in range(3)] == ["first", "second", "second"]


def test_a_step_may_script_further_steps(make: Make) -> None:
    with make() as server:

        def more(_: CreateRequest) -> str:
            server.script("second")
            return "first"

        server.script(more)
        assert [ask(server), ask(server)] == ["first", "second"]


def test_an_unscripted_server_makes_replies_up_until_something_is_scripted(make: Make) -> None:
    with make() as server:
        assert ask(server)
        server.when(input="other").reply("x")
        with pytest.raises(openai.UnprocessableEntityError, match="no reply for this request"):
            ask(server)
        server.reset()
        assert ask(server)
        assert len(server.requests) == 1


@pytest.mark.parametrize(("on_miss", "reply"), [("echo", "Hi"), ("generate", None)])
def test_on_miss(make: Make, on_miss: str, reply: str | None) -> None:
    with make(on_miss=on_miss) as server:
        server.script("x")
        ask(server)
        assert reply in (None, ask(server))
        assert server.misses == []
    with make(on_miss="fail") as server, pytest.raises(openai.UnprocessableEntityError):
        ask(server)


def test_verify_tells_of_misses_and_of_steps_that_are_left(make: Make) -> None:
    with make() as server:
        server.script("one", {"reply": "two", "times": 3})
        ask(server)
        ask(server)
        server.when(model="other").reply("x")
        with pytest.raises(AssertionError) as caught:
            server.verify()
        assert "1 scripted step was not used" in str(caught.value)
        assert ': reply "two", used 1 of 3 times' in str(caught.value)
        assert "2 requests came:\n  1. POST /v1/responses, model" in str(caught.value)
        assert "\nDo: take out what is not needed" in str(caught.value)
        ask(server)
        ask(server)
        with pytest.raises(openai.UnprocessableEntityError):
            ask(server)
        with pytest.raises(AssertionError, match="mockserver: no reply for this request") as caught:
            server.verify()
        assert "not used" not in str(caught.value)


CASSETTE = """
seed: 5
interactions:
- when: {input: Hi}
  reply: From the cassette.
- reply: Always.
  times: always
"""


def test_a_cassette_answers_and_begins_anew_after_a_reset(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text(CASSETTE)
    with make(path) as server:
        assert server.unplayed == [f"{path}:4"]
        assert [ask(server), ask(server)] == ["From the cassette.", "Always."]
        assert server.unplayed == []
        first = server.requests[0].response_id
        server.reset()
        assert ask(server) == "From the cassette."
        assert server.requests[0].response_id == first
    with make([path], seed=6) as other:
        ask(other)
        assert other.requests[0].response_id != first


def test_a_recorded_cassette_is_matched_as_told(make: Make) -> None:
    path = Path("cassettes/recorded/capital.yaml")
    if not path.exists():
        pytest.skip(f"there is no {path}")
    with make(path) as server:
        assert f"{path}#1" in server.unplayed
        with pytest.raises(
            openai.UnprocessableEntityError, match="no recorded interaction answers"
        ):
            ask(server)
    with make(path, match_order=True, repeat="last") as server:
        assert ask(server) == "The capital of France is Paris."
        assert (server.last_request.by, server.last_request.source) == ("recorded", f"{path}#1")
        assert f"{path}#1" not in server.unplayed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"on_miss": "fial"}, "unknown on_miss 'fial'; did you mean 'fail'"),
        ({"repeat": "lst"}, "unknown repeat 'lst'; did you mean 'last'"),
        ({"dialect": "opnai"}, "opnai"),
        ({"match_normalise": ["date"]}, "'date' is no normaliser"),
        ({"cassette": "nowhere.yaml"}, r"nowhere\.yaml"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_once(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        MockServer(**options)


def test_rules_hold_for_one_session_alone(make: Make) -> None:
    with make(strict_models=True) as strict, make() as lax, make(api_keys=["right"]) as locked:
        with pytest.raises(openai.APIStatusError):
            strict.client().responses.create(model="gpt-unheard-of", input="x")
        assert lax.client().responses.create(model="gpt-unheard-of", input="x").output_text
        with pytest.raises(openai.AuthenticationError):
            ask(locked)
        assert locked.client(api_key="right").responses.create(model="gpt-5", input="x")
    with make(dialect="open-responses") as server:
        assert (
            "max_tool_calls" in server.client().responses.create(model="gpt-5", input="x").to_dict()
        )


def test_the_same_seed_gives_the_same_bytes_in_any_session(make: Make) -> None:
    def answer(**options: Any) -> tuple[bytes, str]:
        with make(**options) as server:
            reply = httpx2.post(
                server.base_url + "/responses", json={"model": "gpt-5", "input": "x"}
            )
            return reply.content, reply.headers["x-request-id"]

    assert answer(seed=3) == answer(seed=3)
    assert answer(seed=3) != answer(seed=4)


def test_a_request_under_way_cannot_use_what_is_scripted_after_a_reset(make: Make) -> None:
    with make() as server:
        entered, go_on = threading.Event(), threading.Event()
        server.script({"reply": "old", "stream": {"ttft_ms": 50}})
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(ask, server)
            while not server.requests:
                entered.wait(0.001)
            go_on.set()
            server.reset()
            server.script("new")
            assert late.result() == "old"
            assert server.requests == []
            assert ask(server) == "new"


def test_a_closed_session_says_so(make: Make) -> None:
    with make() as server:
        url = server.base_url
    reply = httpx2.post(url + "/responses", json={"model": "gpt-5", "input": "x"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "mockserver_no_session")
    assert reply.headers["x-should-retry"] == "false"


def test_threads_may_script_and_ask(make: Make) -> None:
    with make() as server:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(server.script, map(str, range(50))))
            texts = list(pool.map(lambda _: ask(server), range(50)))
        assert sorted(texts, key=int) == list(map(str, range(50)))
        server.assert_requested(times=50)


async def many(server: MockServer) -> None:
    client = server.async_client()
    replies = await asyncio.gather(
        *(client.responses.create(model="gpt-5", input=str(n)) for n in range(20))
    )
    assert all(reply.output_text for reply in replies)


def test_async_clients_leave_nothing_behind_in_a_loop_that_ends(make: Make) -> None:
    with make() as server:
        asyncio.run(many(server))
        asyncio.run(many(server))
    gc.collect()


def test_clients_take_the_options_of_their_class(make: Make) -> None:
    with make() as server:
        assert server.client(timeout=3, max_retries=0).max_retries == 0
        own = httpx2.Client()
        assert server.client(http_client=own)._client is own


def test_processes_that_a_test_starts_find_the_server(make: Make) -> None:
    code = (
        "import os, urllib.request as u; print(u.urlopen(os.environ['OPENAI_BASE_URL'] + "
        "'/models').status)"
    )
    with make() as server:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **server.env},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "200\n"
        assert server.last_request.path == "/v1/models"
        assert (server.last_request.body, server.last_request.content) == (None, b"")


def test_a_miss_is_logged_by_a_server_of_ones_own(caplog: pytest.LogCaptureFixture) -> None:
    with MockServer(on_miss="fail") as server, pytest.raises(openai.UnprocessableEntityError):
        ask(server)
    assert [record.message for record in caplog.records if record.name == "mockserver"] == [
        server.misses[0].text
    ]


def test_a_path_that_is_not_served_is_a_miss_once_something_is_scripted(make: Make) -> None:
    with make() as server:
        for scripted in (False, True):
            if scripted:
                server.when().reply("x")
            with pytest.raises(openai.NotFoundError):
                server.client().chat.completions.create(model="gpt-5", messages=[])
        (miss,) = server.misses
        assert miss.text.startswith("mockserver: nothing is served at POST /v1/chat/completions.")


def recorded_by(server: MockServer, path: Path, **options: Any) -> MockServer:
    return MockServer(path, upstream=server.base_url, record="all", **options)


def test_it_records_what_nothing_else_answers(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-own")
    path = tmp_path / "a.yaml"
    with make(on_miss="echo") as upstream, recorded_by(upstream, path) as server:
        server.script("scripted")
        assert [ask(server), ask(server, "recorded")] == ["scripted", "recorded"]
        with server.session("other") as other:
            assert ask(other)
        assert len(upstream.requests) == 1
    with make(path) as server:
        assert ask(server, "recorded") == "recorded"
        assert server.unplayed == []


def test_without_a_key_it_passes_on_what_has_one_of_its_own(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (KEY_VARIABLE, "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "a.yaml"
    with make(on_miss="echo") as upstream, recorded_by(upstream, path) as server:
        with pytest.raises(openai.AuthenticationError, match=KEY_VARIABLE):
            ask(server)
        assert upstream.requests == []
        with openai.OpenAI(base_url=server.base_url, api_key="sk-clients-own") as client:
            assert client.responses.create(model="gpt-5", input="Hi").output_text == "Hi"
    assert len(load(path)) == 1


def test_it_records_nothing_in_ci_unless_that_is_allowed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv(KEY_VARIABLE, "sk-own")
    path = tmp_path / "a.yaml"
    with make(on_miss="echo") as upstream:
        with pytest.raises(ValueError, match="or say allow_ci=True"):
            recorded_by(upstream, path)
        empty = tmp_path / "empty.yaml"
        empty.touch()
        with pytest.raises(ValueError, match="or say allow_ci=True"):
            MockServer(empty, upstream=upstream.base_url, record="once")
        with recorded_by(upstream, path, allow_ci=True) as server:
            assert ask(server) == "Hi"
        for mode in ("once", "new_episodes"):
            with MockServer(path, upstream=upstream.base_url, record=mode) as server:
                assert ask(server) == "Hi"
        assert len(upstream.requests) == 1
    with pytest.raises(ValueError, match="record mode 'all' needs one cassette, not 0"):
        MockServer(record="all")


def test_a_session_shares_the_address_of_its_server(make: Make) -> None:
    with make() as server, pytest.raises(TypeError, match="'port': they share the server's"):
        server.session("x", port=1)
