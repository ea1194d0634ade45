"""`--mockserver-vcr`: tests of pytest-recording, played through the server, without touching them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import mockserver.vcr.replay  # noqa: F401
from mockserver import MockServer, error
from suites import PLAIN, Run  # What suites import is imported there, once.

SUITE = Path(__file__).parent / "vcr_suite"
OPTION = "--mockserver-vcr"

# Counts the connections to this machine, which vcrpy alone makes none of.
COUNTING = """
import socket
import pytest

CONNECTIONS = []

@pytest.fixture(autouse=True)
def counted(monkeypatch):
    real = socket.socket.connect
    def connect(connection, place):
        CONNECTIONS.append(place)
        return real(connection, place)
    monkeypatch.setattr(socket.socket, "connect", connect)

def pytest_terminal_summary(terminalreporter):
    terminalreporter.line(f"connections: {len(CONNECTIONS)}")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, own_pytest: Path) -> Run:
    """Runs pytest on files that are there, in a process of its own, since pytest-asyncio leaves loops
    open; or on one that a source makes.
    """
    for name in ("OPENAI_BASE_URL", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")

    def run(*args: str, source: str = "", ini: str = "") -> pytest.RunResult:
        lines = ["[pytest]", "asyncio_default_fixture_loop_scope = function"]
        # vcrpy may have been imported by other tests, of which pytest-recording warns.
        warnings = ("error", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")
        lines += ["filterwarnings =", *(f"    {each}" for each in warnings)]
        pytester.makeini("\n".join([*lines, ini]))
        if source:
            pytester.makepyfile(test_it=source)
        if source:
            return pytester.runpytest_inprocess(*PLAIN, *args)
        return pytester.run(own_pytest, *PLAIN, *args)

    return run


def write(pytester: pytest.Pytester, name: str, *interactions: dict[str, Any]) -> Path:
    path = pytester.path / "cassettes" / "test_it" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"interactions": list(interactions), "version": 1}))
    return path


def get(
    path: str, text: str, *, kind: str = "text/plain", **additions: Any
) -> dict[str, dict[str, Any]]:
    response = {
        "status": {"code": 200, "message": "Fine"},
        "headers": {"Content-Type": [kind], "X-Own": ["a", "b"]},
        "body": {"string": text},
    }
    request = {"method": "GET", "uri": f"https://api.openai.com{path}", "body": "", "headers": {}}
    return {"request": request, "response": response | additions}


@pytest.mark.parametrize(
    "args",
    [
        [],
        [OPTION],
        [OPTION, "--block-network"],
        [OPTION, "--mockserver-speed=1", "--record-mode=none"],
        [OPTION, "--record-mode=once", "--allowed-hosts=127.0.0.2", "--block-network"],
    ],
    ids=" ".join,
)
def test_a_suite_runs_as_it_is(run: Run, pytester: pytest.Pytester, args: list[str]) -> None:
    shutil.copytree(SUITE, pytester.path, dirs_exist_ok=True)
    before = {path: path.read_bytes() for path in pytester.path.rglob("*.yaml")}
    recorded_again = "--record-mode=once" in args
    chosen = ["-k", "not no_network"] if recorded_again else []
    result = run("vcr_suite.py", *args, *chosen)
    result.assert_outcomes(passed=26 - len(chosen) // 2, deselected=len(chosen) // 2)
    assert {path: path.read_bytes() for path in pytester.path.rglob("*.yaml")} == before


@pytest.mark.parametrize("way", ["flag", "ini", "environment"])
def test_the_option_is_given_in_each_way(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    shutil.copytree(SUITE, pytester.path, dirs_exist_ok=True)
    counting = (SUITE / "conftest.py").read_text() + COUNTING
    (pytester.path / "conftest.py").write_text(counting)
    chosen = ["vcr_suite.py", "-k", "an_answer or a_stream or other_hosts"]
    run(*chosen).stdout.fnmatch_lines(["connections: 0"])
    if way == "environment":
        monkeypatch.setenv("MOCKSERVER_VCR", "true")
    args = [OPTION] if way == "flag" else []
    result = run(*chosen, *args, ini="mockserver_vcr = true" if way == "ini" else "")
    # What requests asks for comes from vcrpy.
    result.stdout.fnmatch_lines(["connections: 8"])
    result.assert_outcomes(passed=7, deselected=19)


@pytest.mark.parametrize("library", ["httpx2", "httpx"])
def test_an_answer_is_as_vcrpy_gives_it(run: Run, pytester: pytest.Pytester, library: str) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed here")
    write(pytester, "test_exact", get("/health", "é"), get("/__mockserver__/health", "own"))
    source = """
        import LIBRARY, pytest

        @pytest.mark.vcr
        def test_exact():
            response = LIBRARY.get("https://api.openai.com/health")
            assert (response.status_code, response.reason_phrase) == (200, "Fine")
            assert response.headers.multi_items() == [
                ("content-type", "text/plain"), ("x-own", "a"), ("x-own", "b")]
            assert response.text == "é"
            assert str(response.url) == "https://api.openai.com/health"
            assert LIBRARY.get("https://api.openai.com/__mockserver__/health").text == "own"
    """.replace("LIBRARY", library)
    for args in ([], [OPTION]):
        run(*args, source=source).assert_outcomes(passed=1)


def test_a_body_stays_compressed(run: Run, pytester: pytest.Pytester) -> None:
    import gzip

    packed = get("/v1/models", "")
    packed["response"]["body"]["string"] = gzip.compress(b'{"a": 1}')
    packed["response"]["headers"]["Content-Encoding"] = ["gzip"]
    write(pytester, "test_packed", packed)
    source = """
        import httpx2, pytest

        @pytest.mark.vcr
        def test_packed():
            with httpx2.stream("GET", "https://api.openai.com/v1/models") as response:
                raw = b"".join(response.iter_raw())
            assert raw[:2] == bytes([31, 139])
            assert response.headers["content-encoding"] == "gzip"
    """
    for args in ([], [OPTION]):
        run(*args, source=source).assert_outcomes(passed=1)


STREAM = "event: a\ndata: 1\n\nevent: b\ndata: 2\n\n"


def test_a_stream_plays_in_its_own_time(run: Run, pytester: pytest.Pytester) -> None:
    timed = {"chunks": [[0.0, 18], [400.0, 18]]}
    interaction = get("/v1/x", STREAM, kind="text/event-stream", mockserver=timed)
    write(pytester, "test_timed", interaction)
    source = """
        import httpx2, pytest

        @pytest.mark.vcr
        def test_timed(pytestconfig):
            with httpx2.stream("GET", "https://api.openai.com/v1/x") as response:
                parts = list(response.iter_raw())
            assert b"".join(parts) == STREAM
            assert len(parts) == (2 if pytestconfig.getoption("mockserver_speed") else 1)

        @pytest.mark.vcr
        @pytest.mark.default_cassette("test_timed")
        def test_patience():
            with httpx2.Client(timeout=0.05) as client:
                with client.stream("GET", "https://api.openai.com/v1/x") as response:
                    with pytest.raises(httpx2.ReadTimeout):
                        list(response.iter_raw())
    """.replace("STREAM", repr(STREAM.encode()))
    run(source=source).assert_outcomes(passed=1, failed=1)
    run(OPTION, source=source).assert_outcomes(passed=1, failed=1)
    run(OPTION, "--mockserver-speed=1", source=source).assert_outcomes(passed=2)


def test_a_stream_that_was_cut_breaks_off(run: Run, pytester: pytest.Pytester) -> None:
    write(
        pytester,
        "test_cut",
        get("/v1/x", STREAM, kind="text/event-stream", mockserver={"cut": True}),
    )
    source = """
        import httpx2, pytest

        @pytest.mark.vcr
        def test_cut():
            with httpx2.stream("GET", "https://api.openai.com/v1/x") as response:
                with pytest.raises(httpx2.RemoteProtocolError):
                    list(response.iter_raw())
    """
    run(OPTION, source=source).assert_outcomes(passed=1)


def test_times_that_are_not_those_of_the_body_count_for_nothing(
    run: Run, pytester: pytest.Pytester
) -> None:
    edited = {"chunks": [[0.0, 5]]}
    interaction = get("/v1/x", STREAM, kind="text/event-stream", mockserver=edited)
    write(pytester, "test_edited", interaction)
    source = f"""
        import httpx2, pytest

        @pytest.mark.vcr
        def test_edited():
            assert httpx2.get("https://api.openai.com/v1/x").content == {STREAM.encode()!r}
    """
    run(OPTION, "--mockserver-speed=1", source=source).assert_outcomes(passed=1)


# What is recorded.

ASKING = """
    import asyncio
    import openai
    import pytest

    def ask(text, **options):
        with openai.OpenAI(max_retries=0) as client:
            return client.responses.create(model="gpt-5", input=text, **options)

    @pytest.mark.vcr
    def test_asks():
        assert ask("one").output_text == "one"
        with openai.OpenAI(max_retries=0) as client:
            with client.responses.create(model="gpt-5", input="two", stream=True) as events:
                assert list(events)[-1].response.output_text == "two"

    @pytest.mark.vcr
    def test_asks_async():
        async def stream():
            async with openai.AsyncOpenAI(max_retries=0) as client:
                events = await client.responses.create(model="gpt-5", input="three", stream=True)
                return [event.type async for event in events][-1]
        assert asyncio.run(stream()) == "response.completed"
"""


@pytest.fixture
def api(
    mockserver_factory: Callable[..., MockServer],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> MockServer:
    """A server in the place of the real API, to record."""
    request.getfixturevalue("run")  # It takes the variables of the user out first.
    server = mockserver_factory(on_miss="echo")
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    return server


def written(pytester: pytest.Pytester) -> dict[str, Any]:
    """What the cassettes hold, without the times that streams took, and the date."""
    found = {}
    for path in (pytester.path / "cassettes").rglob("*.yaml"):
        content = yaml.safe_load(path.read_text())
        for interaction in content["interactions"]:
            interaction["response"].pop("mockserver", None)
            interaction["response"]["headers"].pop("date", None)
            interaction["response"]["headers"].pop("x-request-id", None)
            interaction["response"]["body"].pop("string")
        found[path.name] = content
    return found


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all", "rewrite"])
@pytest.mark.parametrize("begun", [False, True], ids=["new", "begun"])
def test_a_mode_records_what_it_records_without(
    run: Run, pytester: pytest.Pytester, api: MockServer, mode: str, begun: bool
) -> None:
    outcomes, files, asked = [], [], []
    for args in ([], [OPTION]):
        shutil.rmtree(pytester.path / "cassettes", ignore_errors=True)
        if begun:
            run("--record-mode=once", "-k", "test_asks", source=ASKING)
            first = ASKING.replace('"one"', '"another"', 2)
            result = run(f"--record-mode={mode}", *args, source=first)
        else:
            result = run(f"--record-mode={mode}", *args, source=ASKING)
        outcomes.append(result.parseoutcomes() | {"seconds": 0})
        files.append(written(pytester))
        asked.append([each.input_text for each in api.requests])
        api.reset()
    assert outcomes[0] == outcomes[1]
    assert files[0] == files[1]
    assert asked[0] == asked[1]


def test_streams_are_recorded_with_their_times(
    run: Run, pytester: pytest.Pytester, api: MockServer
) -> None:
    run("--record-mode=once", OPTION, source=ASKING).assert_outcomes(passed=2)
    for name, place in (("test_asks", 1), ("test_asks_async", 0)):
        path = pytester.path / "cassettes" / "test_it" / f"{name}.yaml"
        response = yaml.safe_load(path.read_text())["interactions"][place]["response"]
        sizes = [size for _, size in response["mockserver"]["chunks"]]
        assert sum(sizes) == len(response["body"]["string"].encode())
    count = len(api.requests)
    for args in ([], [OPTION, "--mockserver-speed=1"]):
        run(*args, source=ASKING).assert_outcomes(passed=2)
    assert len(api.requests) == count


def test_times_are_left_out_where_a_hook_has_changed_the_body(
    run: Run, pytester: pytest.Pytester, api: MockServer
) -> None:
    api.when(input="two").reply("two")
    hook = """
    @pytest.fixture
    def vcr_config():
        def shorten(response):
            response["body"]["string"] = response["body"]["string"].replace(b"mock", b"m")
            response["body"]["string"] += b": a comment\\n\\n"
            return response
        return {"before_record_response": shorten}
    """
    run("--record-mode=once", OPTION, source=ASKING + hook).assert_outcomes(passed=2)
    path = pytester.path / "cassettes" / "test_it" / "test_asks.yaml"
    assert "chunks" not in path.read_text()


def test_an_error_of_the_upstream_reaches_the_test(run: Run, api: MockServer) -> None:
    api.script(error(429))
    source = (
        ASKING
        + """
    @pytest.mark.vcr
    def test_fails():
        with pytest.raises(openai.RateLimitError):
            ask("x")
    """
    )
    for args in (["--record-mode=once"], []):
        run(OPTION, "-k", "test_fails", *args, source=source).assert_outcomes(
            passed=1, deselected=2
        )


# What is told.


def test_a_request_that_nothing_answers_is_told_with_its_differences(
    run: Run, pytester: pytest.Pytester
) -> None:
    path = write(pytester, "test_misses", get("/v1/models/gpt-5", "{}"))
    source = """
        import httpx2, pytest

        @pytest.mark.vcr
        def test_misses():
            httpx2.get("https://api.openai.com/v1/models/gpt-4?a=1")
    """
    result = run(OPTION, source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- mockserver -*",
            "mockserver: no recorded interaction answers GET /models/gpt-4.",
            "Nearest: cassettes/test_it/test_misses.yaml#1. It differs in:",
            '  path: recorded "/models/gpt-5", this request "/models/gpt-4"',
            '  query.a: recorded (absent), this request "1"',
            "Do: correct the request; or leave path, query out of match_on, *",
        ]
    )
    path.unlink()
    result = run(OPTION, source=source)
    result.stdout.fnmatch_lines(
        [
            "None is near it.",
            "Do: record cassettes/test_it/test_misses.yaml, which is not there yet (record mode "
            "once).",
        ]
    )


def test_tests_that_are_not_marked_are_left_alone(run: Run) -> None:
    source = """
        import httpx2, openai, pytest

        HANDLER = httpx2.HTTPTransport.handle_request

        def test_other(mockserver):
            mockserver.script("Hello!")
            with openai.OpenAI() as client:
                assert client.responses.create(model="gpt-5", input="Hi").output_text == "Hello!"
            assert httpx2.HTTPTransport.handle_request is HANDLER

        @pytest.mark.vcr
        def test_marked():
            assert httpx2.HTTPTransport.handle_request is not HANDLER

        def test_after():
            assert httpx2.HTTPTransport.handle_request is HANDLER
    """
    run(OPTION, source=source).assert_outcomes(passed=3)


def test_where_recording_is_off_nothing_plays(run: Run, api: MockServer) -> None:
    run(OPTION, "--disable-recording", source=ASKING).assert_outcomes(passed=2)
    assert [each.input_text for each in api.requests] == ["one", "two", "three"]


def test_what_is_missing_is_told_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(OPTION, "-p", "no:recording", source="def test(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*which is not installed, or turned off*Do: pip install *"])
    monkeypatch.setattr("mockserver.vcr.internals.version", lambda _: "8.1.0")
    result = run(OPTION, source="def test(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*vcrpy 8.1.0 is too old: before 8.2.1 it lets calls of httpx2*"])
