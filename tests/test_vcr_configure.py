"""`mockserver.vcr.configure`: our matching, reports and scrubbing for those who stay with vcrpy."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

import mockserver.vcr
from mockserver import MockServer
from mockserver.cassettes import CassetteError, load
from suites import PLAIN  # What suites import is imported there, once.

vcr = pytest.importorskip("vcr", reason="vcrpy is not installed here")
CannotOverwrite = vcr.errors.CannotOverwriteExistingCassetteException

SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"  # of nobody


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(on_miss="echo") as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml"


def machine(**options: Any) -> Any:
    """A VCR, configured."""
    made = vcr.VCR(record_mode="once")
    mockserver.vcr.configure(made, **options)
    return made


def ask(server: MockServer, text: str, **body: Any) -> str:
    asked = {"model": "gpt-5", "input": text, **body}
    headers = {"authorization": f"Bearer {SECRET}"}
    reply = httpx2.post(f"{server.base_url}/responses", json=asked, headers=headers)
    return str(reply.json()["output"][0]["content"][0]["text"])


def record(made: Any, path: Path, server: MockServer, *texts: str) -> None:
    with made.use_cassette(str(path)):
        for text in texts:
            ask(server, text)


def test_requests_are_told_apart_by_their_bodies(path: Path, server: MockServer) -> None:
    made = machine()
    record(made, path, server, "one", "two")
    with made.use_cassette(str(path)) as cassette:
        assert [ask(server, "two"), ask(server, "one")] == ["two", "one"]
        assert cassette.all_played


def test_the_layout_of_json_does_not_count(path: Path, server: MockServer) -> None:
    made = machine()
    record(made, path, server, "one")
    url = f"{server.base_url}/responses"
    with made.use_cassette(str(path)):
        spread = json.dumps({"input": "one", "stream": False, "model": "gpt-5"}, indent=2)
        kind = {"content-type": "application/json"}
        assert httpx2.post(url, content=spread, headers=kind).status_code == 200


@pytest.mark.parametrize(
    "body", [b"ab", "ab", bytearray(b"ab"), io.BytesIO(b"ab"), iter([b"a", "b"]), iter(b"ab")]
)
def test_a_body_has_many_forms(body: Any) -> None:
    asked = [
        vcr.request.Request("POST", "https://a.example/", each, {}) for each in (body, b"ab", None)
    ]
    matches = machine().matchers["mockserver"]
    assert matches(*asked[:2]) is None
    with pytest.raises(AssertionError, match="body: recorded null, this request"):
        matches(asked[0], asked[2])


def test_a_cassette_in_json(tmp_path: Path, server: MockServer) -> None:
    path = tmp_path / "chat.json"
    made = machine()
    made.serializer = "json"
    record(made, path, server, f"My key is {SECRET}")
    assert SECRET not in path.read_text()
    assert json.loads(path.read_text())["interactions"]
    with made.use_cassette(str(path)):
        assert ask(server, f"My key is {SECRET}") == "My key is SCRUBBED-API-KEY"


def test_what_nothing_answers_is_told_with_its_differences(
    path: Path, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = machine()
    record(made, path, server, "What is the weather in Rome?")
    with (
        made.use_cassette(str(path)),
        pytest.raises(CannotOverwrite) as caught,
        caplog.at_level(logging.WARNING, "mockserver"),
    ):
        ask(server, "What is the weather in Paris?", temperature=1)
    (told,) = caplog.messages
    question = '"What is the weather in Paris?"'
    first, nearest, *differences, advice = told.splitlines()
    assert first.endswith(f"answers POST /responses (model gpt-5, input {question}).")
    assert nearest.endswith("chat.yaml#1. It differs in:")
    assert [line.split(":")[0].strip() for line in differences] == ["input", "temperature"]
    assert advice.startswith("Do: correct the request, or record again")
    assert 'input: recorded "What is the weather in Rome?"' in str(caught.value)


def test_the_advice_is_in_words_of_vcrpy(
    path: Path, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = machine()
    record(made, path, server, "one")
    with made.use_cassette(str(path)), pytest.raises(CannotOverwrite):
        ask(server, "one", metadata={"run": "7"})
    assert "`mockserver.vcr.configure(vcr, match_ignore=['metadata" in caplog.text
    caplog.clear()
    with made.use_cassette(str(path)):
        ask(server, "one")
        with pytest.raises(CannotOverwrite):
            ask(server, "one")
    assert "which fits, but has been used." in caplog.text
    assert "`allow_playback_repeats=True`" in caplog.text
    caplog.clear()
    with (
        made.use_cassette("elsewhere.yaml", record_mode="none"),
        pytest.raises(CannotOverwrite),
    ):
        ask(server, "one")
    assert "Do: record elsewhere.yaml, which is not there yet" in caplog.text


def test_a_request_that_comes_again_is_told_once(
    path: Path, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = machine()
    record(made, path, server, "one")
    with made.use_cassette(str(path)):
        for _ in range(2):
            with pytest.raises(CannotOverwrite):
                ask(server, "two")
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    ("options", "text", "more"),
    [
        ({"match_ignore": "metadata"}, "on 2026-01-01", {"metadata": {"a": "b"}}),
        ({"match_normalise": ["dates"]}, "on 2027-03-04", {}),
        ({"match_normalise": "dates", "match_ignore": ["user"]}, "on 1 May 2026", {"user": "x"}),
    ],
)
def test_what_does_not_count(
    path: Path, server: MockServer, options: Any, text: str, more: Any
) -> None:
    made = machine(**options)
    record(made, path, server, "on 2026-01-01")
    with made.use_cassette(str(path)):
        assert ask(server, text, **more) == "on 2026-01-01"


def test_another_host_is_another_request_unless_hosts_do_not_count(
    path: Path, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    record(machine(), path, server, "one")
    elsewhere = "https://api.openai.com/v1/responses"
    asked = {"model": "gpt-5", "input": "one"}
    with machine().use_cassette(str(path)), pytest.raises(CannotOverwrite):
        httpx2.post(elsewhere, json=asked)
    assert 'host: recorded "127.0.0.1", this request "api.openai.com"' in caplog.text
    with machine(match_ignore=["host"]).use_cassette(str(path)):
        assert httpx2.post(elsewhere, json=asked).status_code == 200


def test_matchers_of_the_users_choice_stay(
    path: Path, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = vcr.VCR(match_on=["method", "path"])
    mockserver.vcr.configure(made)
    assert made.match_on == ["method", "path"]
    record(made, path, server, "one")
    with made.use_cassette(str(path)):
        assert ask(server, "something else") == "one"

    def polite(live: Any, recorded: Any) -> None:
        assert b"please" in live.body + recorded.body, "say please"

    made.register_matcher("polite", polite)
    with (
        made.use_cassette(str(path), match_on=["body", "polite", "headers", "scheme"]),
        pytest.raises(CannotOverwrite),
    ):
        ask(server, "two")
    lines = caplog.messages[-1].splitlines()
    assert lines[2:-1] == [
        '  input: recorded "one", this request "two"',
        "  polite: say please",
    ]
    assert lines[-1].startswith("Do: correct the request; or leave body, polite out of match_on")


def test_no_secret_is_written(path: Path, server: MockServer) -> None:
    made = machine(scrub=["hush-[a-z]+"])
    record(made, path, server, f"My key is {SECRET}, and hush-hush")
    written = path.read_text()
    assert SECRET not in written
    assert "hush-hush" not in written
    assert "authorization" not in written
    (interaction,) = load(path)
    assert b"SCRUBBED-API-KEY" in interaction.request.body
    with made.use_cassette(str(path)):
        text = ask(server, f"My key is {SECRET}, and hush-hush")
    assert text == "My key is SCRUBBED-API-KEY, and SCRUBBED-SECRET"


def test_requests_are_compared_without_secrets_by_every_matcher(
    path: Path, server: MockServer
) -> None:
    made = machine()
    made.match_on = ("method", "body", "headers")
    record(made, path, server, f"My key is {SECRET}")
    with made.use_cassette(str(path)):
        assert ask(server, f"My key is {SECRET}") == "My key is SCRUBBED-API-KEY"


def test_hooks_of_the_user_run_as_well(path: Path, server: MockServer) -> None:
    def rename(request: Any) -> Any:
        request.uri = request.uri.replace("/v1/", "/v2/")
        return request

    made = vcr.VCR(before_record_request=rename, filter_headers=["accept"])
    mockserver.vcr.configure(made)
    mockserver.vcr.configure(made)
    record(made, path, server, SECRET)
    (interaction,) = load(path)
    assert "/v2/" in interaction.request.uri
    assert [name for name, _ in interaction.request.headers] == ["content-type"]
    assert SECRET not in path.read_text()


def test_headers_are_kept_that_are_asked_for(path: Path, server: MockServer) -> None:
    made = machine(keep_header="Server")
    with made.use_cassette(str(path)):
        server.when(method="GET", path="/v1/x").respond(
            text="x", headers={"Server": "mine", "Set-Cookie": "a=b", "Location": "/y"}
        )
        httpx2.get(f"{server.base_url}/x")
    (interaction,) = load(path)
    names = {name for name, _ in interaction.response.headers}
    assert {"server", "location"} <= names
    assert "set-cookie" not in names


def test_secrets_are_found_in_compressed_bodies(path: Path, server: MockServer) -> None:
    import gzip

    packed = gzip.compress(f"key={SECRET}".encode())
    server.when(method="GET", path="/v1/x").respond(
        body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"}
    )
    with machine().use_cassette(str(path)):
        assert SECRET in httpx2.get(f"{server.base_url}/x").text
    (interaction,) = load(path)
    assert interaction.response.body == b"key=SCRUBBED-API-KEY"
    with machine().use_cassette(str(path)):
        assert httpx2.get(f"{server.base_url}/x").text == "key=SCRUBBED-API-KEY"


def test_what_vcrpy_does_not_know_stays_in_a_cassette(path: Path, server: MockServer) -> None:
    """Times and conversations that mockserver recorded, in a cassette that vcrpy adds to."""
    stream = f'data: {{"text": "{SECRET}"}}\n\n'
    timed: dict[str, Any] = {
        "request": {"method": "GET", "uri": "https://a.example/x", "body": "", "headers": {}},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": ["text/event-stream"]},
            "body": {"string": stream},
            "mockserver": {"recorded_at": "2026-01-01T00:00:00Z", "chunks": [[5.0, len(stream)]]},
        },
    }
    asked = {"method": "GET", "uri": "wss://a.example/v1/responses", "body": "", "headers": {}}
    socket = {
        "request": asked,
        "response": {
            "status": {"code": 101, "message": "Switching Protocols"},
            "headers": {},
            "body": {"string": ""},
            "mockserver": {
                "websocket": [{"from": "client", "offset_ms": 0, "data": f"key={SECRET}"}]
            },
        },
    }
    path.write_text(yaml.safe_dump({"interactions": [timed, socket], "version": 1}))
    made = machine()
    with made.use_cassette(str(path), record_mode="new_episodes"):
        ask(server, "more")
    first, second, _ = load(path)
    assert SECRET not in path.read_text()
    assert first.recorded_at == "2026-01-01T00:00:00Z"
    assert first.response.chunks == ((5.0, len(first.response.body or b"")),)
    assert second.response.messages is not None
    assert second.response.messages[0].data == "key=SCRUBBED-API-KEY"


def test_an_expression_that_does_not_end_writes_nothing(path: Path, server: MockServer) -> None:
    made = machine(scrub=["(a|a)+$"])
    before = httpx2.HTTPTransport.handle_request
    context = made.use_cassette(str(path))
    for _ in range(2):
        with pytest.raises(CassetteError, match="so nothing is written"), context:
            ask(server, "a" * 40 + "!")
        # vcrpy would leave what it patched as it is.
        assert httpx2.HTTPTransport.handle_request is before
    assert not path.exists()


def test_the_module_stands_for_its_own_machine(path: Path, server: MockServer) -> None:
    default = vcr.default_vcr
    before = dict(vars(default)), dict(default.matchers)
    try:
        mockserver.vcr.configure(vcr)
        with vcr.use_cassette(str(path)):
            ask(server, "one")
        with vcr.use_cassette(str(path)), pytest.raises(CannotOverwrite):
            ask(server, "two")
    finally:
        vars(default).clear()
        vars(default).update(before[0])
        default.matchers = before[1]


def test_a_decorated_function(
    path: Path, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = machine()
    record(made, path, server, "one")

    @made.use_cassette(str(path))  # type: ignore[untyped-decorator]
    def play(text: str) -> str:
        return ask(server, text)

    assert play("one") == "one"
    with pytest.raises(CannotOverwrite):
        play("two")
    assert 'input: recorded "one", this request "two"' in caplog.text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"match_ignore": ["a b["]}, "is no path"),
        ({"match_normalise": ["date"]}, "is no normaliser"),
        ({"scrub": ["("]}, "is no regular expression"),
    ],
)
def test_what_cannot_be_is_told_at_once(options: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        machine(**options)


def test_only_a_machine_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match=r"expected a vcr\.VCR, or the module vcr, not 5"):
        mockserver.vcr.configure(5)
    monkeypatch.setattr("mockserver.vcr.internals.version", lambda _: "7.0.0")
    with pytest.raises(RuntimeError, match=r"vcrpy 7\.0\.0 is too old: before 8\.2\.1"):
        machine()


def test_a_hook_of_pytest_recording(
    pytester: pytest.Pytester, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    pytester.makeconftest(
        """
        import mockserver.vcr

        def pytest_recording_configure(config, vcr):
            mockserver.vcr.configure(vcr)
        """
    )
    pytester.makepyfile(
        """
        import openai, pytest

        @pytest.mark.vcr
        @pytest.mark.parametrize("text", ["one"])
        def test_asks(text):
            with openai.OpenAI() as client:
                assert client.responses.create(model="gpt-5", input=text).output_text == text
        """
    )
    args = (*PLAIN, "-p", "no:asyncio")
    for more in (["--record-mode=once"], [], ["--mockserver-vcr"]):
        pytester.runpytest_inprocess(*args, *more).assert_outcomes(passed=1)
    (written,) = pytester.path.rglob("*.yaml")
    assert SECRET not in written.read_text()
    written.write_text(written.read_text().replace('"one"', '"uno"'))
    for more in ([], ["--mockserver-vcr"]):
        result = pytester.runpytest_inprocess(*args, *more)
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(['*input: recorded "uno", this request "one"'])
