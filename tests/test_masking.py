"""No key is shown: not in the journal, not over HTTP, not in reports, not in logs."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver import MockServer
from mockserver.settings import Settings
from server_process import ServerProcess

KEY = "sk-proj-T3stAbCdEfGh1234567890_abcdefghijkl-XYZ"
PLAIN = "hunter2-is-no-shape-that-is-known"
ASKED = {"model": "gpt-5", "input": "Hi"}
HEADERS = [
    ("authorization", f"Bearer {PLAIN}"),
    ("Authorization", f"Basic {PLAIN}"),
    ("authorization", PLAIN),
    ("api-key", PLAIN),
    ("x-api-key", PLAIN),
    ("x-goog-api-key", PLAIN),
    ("ocp-apim-subscription-key", PLAIN),
    ("x-key", PLAIN),
    ("cookie", f"session={PLAIN}"),
    ("proxy-authorization", f"Bearer {PLAIN}"),
    ("helicone-auth", f"Bearer {PLAIN}"),
    ("x-amz-security-token", PLAIN),
    ("x-client-secret", PLAIN),
    ("sec-websocket-protocol", f"realtime, openai-insecure-api-key.{PLAIN}, other"),
    ("x-note", f"my key is {KEY}"),
]


@pytest.fixture(scope="module", name="run")
def _run() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture(name="server")
def _server(run: MockServer) -> Iterator[MockServer]:
    with run.session(on_miss="fail") as server:
        yield server


def ask(server: MockServer, headers: Any = (), **body: Any) -> httpx2.Response:
    reply: httpx2.Response = httpx2.post(
        f"{server.base_url}/responses", json={**ASKED, **body}, headers=dict(headers)
    )
    return reply


def listed(server: MockServer) -> httpx2.Response:
    reply: httpx2.Response = httpx2.get(f"{server.url}/__mockserver__/requests")
    return reply


def shows_none(*texts: object) -> None:
    for text in map(str, texts):
        assert PLAIN not in text
        assert PLAIN[::-1] not in text
        assert KEY not in text


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_keys_in_headers_are_masked_unless_python_asks_for_them(
    server: MockServer, name: str, value: str
) -> None:
    server.script("Hello!")
    ask(server, {name: value})
    headers = server.last_request.headers
    shows_none(headers, headers[name], headers.get(name), dict(headers), list(headers.values()))
    shows_none(listed(server).text, server.last_request, repr(server.last_request))
    assert headers.get(name, reveal=True) == value
    assert listed(server).json()["data"][0]["headers"][name.lower()] == headers[name]


def test_what_is_no_key_is_shown_as_it_is(server: MockServer) -> None:
    server.script("Hello!")
    sent = {
        "idempotency-key": "stainless-python-retry-1234567890",
        "x-tenant": "ann",
        "openai-organization": "org-ABCDEFGHIJKLMNOPQRST",
        "openai-project": "proj_ABCDEFGHIJKLMNOPQRST",
        "x-ratelimit-limit-tokens": "150000",
    }
    body = {"metadata": {"key": "value"}, "user": "user-1", "prompt_cache_key": "mine"}
    ask(server, sent, **body)
    headers = server.last_request.headers
    assert {name: headers[name] for name in sent} == sent
    [request] = listed(server).json()["data"]
    assert request["body"] == {**ASKED, **body}
    assert "x-missing" not in headers
    assert headers.get("x-missing") is None
    assert headers.get("x-missing", "none", reveal=True) == "none"
    with pytest.raises(KeyError):
        headers["x-missing"]


def test_the_ends_of_a_long_key_tell_which_it_is(server: MockServer) -> None:
    server.script("one", "two")
    ask(server, {"authorization": f"Bearer {KEY}"})
    ask(server, {"authorization": "Bearer short-key"})
    long, short = (each.headers["authorization"] for each in server.requests)
    assert (long[:11], long[-4:], set(long[11:-4])) == ("Bearer sk-p", KEY[-4:], {"*"})
    assert short == "Bearer *********"


def test_keys_in_bodies_are_masked_over_http_alone(server: MockServer) -> None:
    server.script("Hello!")
    tool = {
        "type": "mcp",
        "server_label": "a",
        "server_url": "https://a.example/mcp",
        "authorization": PLAIN,
        "headers": {"X-Mine": PLAIN},
    }
    reply = ask(server, input=f"Use {KEY}.", tools=[tool])
    assert reply.status_code == 200
    assert server.last_request.body["tools"] == [tool]
    assert KEY in server.last_request.input_text
    shows_none(listed(server).text, server.last_request)
    body = listed(server).json()["data"][0]["body"]
    assert body["tools"][0]["server_url"] == "https://a.example/mcp"


def test_bodies_that_are_no_json_are_masked_too(server: MockServer) -> None:
    httpx2.post(f"{server.base_url}/responses", content=f'{{"input": "{KEY}'.encode())
    shows_none(listed(server).text, server.last_request)


CONDITIONS: list[dict[str, Any]] = [
    {"headers": {"authorization": f"Bearer {PLAIN}"}},
    {"headers": {"Authorization": {"contains": PLAIN}}},
    {"headers": {"x-api-key": {"regex": PLAIN}}},
    {"headers": {"x-api-key": {"equals": PLAIN}}},
    {"json": {"$.tools[0].authorization": PLAIN}},
    {"input": KEY},
]


@pytest.mark.parametrize("conditions", CONDITIONS)
def test_neither_the_expected_nor_the_actual_key_stands_in_reports(
    server: MockServer, conditions: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    server.when(**conditions).reply("never")
    server.script({"when": conditions, "reply": "never"})
    sent = {"authorization": f"Bearer {PLAIN[::-1]}", "x-api-key": PLAIN[::-1]}
    with caplog.at_level(logging.DEBUG):
        missed = ask(server, sent, input=f"{KEY}0")
    assert missed.json()["error"]["code"] == "mockserver_miss"
    control = f"{server.url}/__mockserver__"
    verified = httpx2.get(f"{control}/verify")
    asserted = httpx2.post(f"{control}/assert", json={**conditions, "times": 7})
    assert (verified.status_code, asserted.status_code) == (422, 422)
    shows_none(missed.text, verified.text, asserted.text, caplog.text, listed(server).text)
    with pytest.raises(AssertionError) as failed:
        server.assert_requested(times=7, **conditions)
    shows_none(failed.value, server.unused_text(), server.requests_text(), server.misses[0].text)
    with pytest.raises(AssertionError) as failed:
        server.verify()
    shows_none(failed.value)


def test_conditions_still_see_the_key(server: MockServer) -> None:
    server.when(headers={"authorization": f"Bearer {PLAIN}"}).reply("right")
    assert ask(server, {"authorization": f"Bearer {PLAIN}"}).status_code == 200
    assert ask(server, {"authorization": f"Bearer {PLAIN[:-1]}?"}).status_code == 422
    server.assert_requested(times=1, headers={"authorization": f"Bearer {PLAIN}"})


def test_verbose_servers_and_settings_show_none() -> None:
    assert PLAIN not in repr(Settings(api_keys=(PLAIN,), scrub=(PLAIN,)))
    with ServerProcess("--verbose", "--api-key", PLAIN) as process:
        url = f"{process.url}/responses"
        for sent in (f"Bearer {PLAIN}", f"Bearer {KEY}"):
            httpx2.post(url, json={**ASKED, "input": KEY}, headers={"authorization": sent})
        process.process.terminate()
        _, errors = process.finish()
    assert "1. POST /v1/responses" in errors
    shows_none(errors)


def test_a_key_that_no_header_may_hold_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, variable = tmp_path / "a.yaml", "MOCKSERVER_UPSTREAM_API_KEY"
    monkeypatch.setenv(variable, f"{KEY}\n{KEY}")
    with pytest.raises(ValueError, match="line end") as refused:
        MockServer(path, record="all")
    shows_none(refused.value)
    monkeypatch.setenv(variable, f"{KEY}\n")
    with (
        MockServer() as upstream,
        MockServer(path, record="all", upstream=upstream.base_url) as server,
        caplog.at_level(logging.DEBUG),
    ):
        assert ask(server).status_code == 200
        sent = upstream.last_request.headers.get("authorization", reveal=True)
        assert sent == f"Bearer {KEY}"
        shows_none(caplog.text, listed(server).text)


def test_pictures_are_not_searched_for_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: a list of requests that takes seconds for each megabyte of their pictures."""
    from mockserver.session import masked

    searched: list[str] = []
    search = masked.mask_text

    def note(text: str) -> str:
        searched.append(text)
        return search(text)

    monkeypatch.setattr(masked, "mask_text", note)
    picture = "data:image/png;base64,iVBORw0KGgo" + "A1b2" * 50 + "=="
    texts = [f"{picture} and more", f"data:text/plain;base64,{'A1b2' * 9}"]
    parts: list[dict[str, str]] = [{"type": "input_image", "detail": "low", "image_url": picture}]
    parts += [{"type": "input_text", "text": text} for text in texts]
    with MockServer() as server:
        body = {"model": "gpt-4o", "input": [{"role": "user", "content": parts}]}
        assert httpx2.post(f"{server.base_url}/responses", json=body).is_success
        searched.clear()
        (told,) = httpx2.get(f"{server.url}/__mockserver__/requests").json()["data"]
    assert told["body"]["input"][0]["content"][0]["image_url"] == picture
    assert picture not in searched
    assert set(texts) <= set(searched)
