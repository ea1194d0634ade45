"""Recording from pytest: modes, paths, keys, what is reported. The upstream is a server of our
own.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from mockserver import MockServer, error
from suites import Run, runner

pytest_plugins = "pytester"

SOURCE = """
        def test_asks(mockserver):
            assert ask("one") == "ONE"
            assert ask("two") == "TWO"
"""


@pytest.fixture
def run(pytester: pytest.Pytester, upstream: MockServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs suites that record `upstream`."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real-key-of-the-user-0123456789")
    inner = runner(pytester)

    def with_upstream(source: str, *args: str, **options: object) -> pytest.RunResult:
        return inner(source, f"--mockserver-upstream={upstream.base_url}", *args, **options)

    return with_upstream


@pytest.fixture
def upstream(mockserver_factory: Callable[..., MockServer]) -> MockServer:
    server = mockserver_factory()
    server.when(headers={"authorization": "Bearer sk-real-key-of-the-user-0123456789"}).reply(
        lambda request: request.input_text.upper()
    )
    return server


@pytest.fixture
def cassette(pytester: pytest.Pytester) -> Path:
    return pytester.path / "cassettes" / "test_it" / "test_asks.yaml"


def test_the_end_of_a_run_says_what_was_taken_out(run: Run, upstream: MockServer) -> None:
    result = run(
        """
        def test_asks(mockserver):
            ask("My key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH.")
        """,
        "--mockserver-record=once",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["recorded 1 interaction in *.yaml; taken out of bodies and URLs: *key*"]
    )
    assert upstream.requests


def test_a_test_is_recorded_once_and_replayed_ever_after(
    run: Run, upstream: MockServer, cassette: Path
) -> None:
    result = run(SOURCE, "--mockserver-record=once")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["*= mockserver =*", "recorded 2 interactions in cassettes/test_it/test_asks.yaml"]
    )
    upstream.assert_requested(times=2)
    assert "sk-real-key" not in cassette.read_text()
    for args in (["--mockserver-record=once"], [], ["--mockserver-record=none"]):
        result = run(SOURCE, *args)
        result.assert_outcomes(passed=1)
        result.stdout.no_fnmatch_line("=* mockserver *=")
    upstream.assert_requested(times=2)
    again = run(
        SOURCE.replace('"two"', '"three"').replace("TWO", "THREE"), "--mockserver-record=once"
    )
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["*mockserver: no recorded interaction answers POST /responses*"])


def test_the_code_under_test_never_sees_the_real_key(run: Run) -> None:
    source = SOURCE + '            import os; assert "real" not in os.environ["OPENAI_API_KEY"]\n'
    run(source, "--mockserver-record=all").assert_outcomes(passed=1)


def test_a_key_of_its_own_goes_before_the_usual_one(
    run: Run, upstream: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSERVER_UPSTREAM_API_KEY", "sk-another-key-0123456789")
    upstream.when(headers={"authorization": "Bearer sk-another-key-0123456789"}).reply(
        lambda request: request.input_text.upper()
    )
    run(SOURCE, "--mockserver-record=all").assert_outcomes(passed=1)
    upstream.assert_requested(times=2, headers={"authorization": {"contains": "another"}})


@pytest.mark.parametrize("way", ["flag", "ini", "marker"])
def test_the_mode_is_given_in_each_way(run: Run, upstream: MockServer, way: str) -> None:
    mark = "        @pytest.mark.mockserver(record='all')\n" if way == "marker" else ""
    source = SOURCE.replace("        def", mark + "        def", 1)
    args = ["--mockserver-record=all"] if way == "flag" else []
    for _ in range(2):
        run(source, *args, ini="mockserver_record = all" if way == "ini" else "").assert_outcomes(
            passed=1
        )
    upstream.assert_requested(times=4)


@pytest.mark.parametrize("way", ["ini", "marker"])
def test_the_upstream_is_given_in_each_way(
    pytester: pytest.Pytester, upstream: MockServer, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real-key-of-the-user-0123456789")
    mark = (
        f"        @pytest.mark.mockserver(upstream={upstream.base_url!r})\n"
        if way == "marker"
        else ""
    )
    source = SOURCE.replace("        def", mark + "        def", 1)
    ini = f"mockserver_upstream = {upstream.base_url}" if way == "ini" else ""
    runner(pytester)(source, "--mockserver-record=all", ini=ini).assert_outcomes(passed=1)
    upstream.assert_requested(times=2)


def test_new_episodes_are_added(run: Run, upstream: MockServer, cassette: Path) -> None:
    run(SOURCE, "--mockserver-record=once")
    more = SOURCE + '            assert ask("three") == "THREE"\n'
    result = run(more, "--mockserver-record=new_episodes")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["recorded 1 interaction in *"])
    assert [request.input_text for request in upstream.requests] == ["one", "two", "three"]
    assert cassette.read_text().count("- request:") == 3


def test_a_rewrite_waits_for_the_test_to_pass(run: Run, cassette: Path) -> None:
    run(SOURCE, "--mockserver-record=once")
    before = cassette.read_text()
    failing = SOURCE.replace('"two"', '"three"')
    result = run(failing, "--mockserver-record=rewrite")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["kept cassettes/test_it/test_asks.yaml as it was: its test did not pass"]
    )
    assert cassette.read_text() == before
    result = run(failing.replace("TWO", "THREE"), "--mockserver-record=rewrite")
    result.assert_outcomes(passed=1)
    assert "three" in cassette.read_text()
    assert cassette.read_text().count("- request:") == 2


def test_a_test_that_leaves_steps_does_not_rewrite(run: Run, cassette: Path) -> None:
    run(SOURCE, "--mockserver-record=once")
    before = cassette.read_text()
    left = 'def test_asks(mockserver):\n    ask("one")\n    mockserver.script("never")\n'
    run(left, "--mockserver-record=rewrite").assert_outcomes(failed=1)
    assert cassette.read_text() == before


def test_none_means_that_nothing_else_answers(run: Run, upstream: MockServer) -> None:
    result = run(SOURCE, "--mockserver-record=none")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*mockserver: no reply for this request*"])
    assert upstream.requests == []


def test_a_test_that_scripts_is_not_recorded(
    run: Run, upstream: MockServer, cassette: Path
) -> None:
    result = run(
        'def test_asks(mockserver):\n    mockserver.script("own")\n    assert ask() == "own"\n',
        "--mockserver-record=once",
    )
    result.assert_outcomes(passed=1)
    assert upstream.requests == []
    assert not cassette.exists()


def test_streams_are_recorded_as_well(run: Run) -> None:
    source = """
        def test_stream(mockserver):
            with openai.OpenAI() as client:
                events = list(client.responses.create(model="gpt-5", input="one", stream=True))
            assert events[-1].response.output[0].content[0].text == "ONE"
            (request,) = mockserver.requests
            assert request.by == BY
            assert request.input_text == "one"
        """
    run(source.replace("BY", "'upstream'"), "--mockserver-record=once").assert_outcomes(passed=1)
    run(source.replace("BY", "'recorded'")).assert_outcomes(passed=1)


def test_an_explicit_cassette_is_recorded_where_it_is_said_to_be(
    run: Run, pytester: pytest.Pytester
) -> None:
    mark = "        @pytest.mark.mockserver(cassette='kept/chat.yaml')\n"
    source = SOURCE.replace("        def", mark + "        def", 1)
    run(source, "--mockserver-record=once").assert_outcomes(passed=1)
    assert (pytester.path / "kept" / "chat.yaml").exists()
    run(source).assert_outcomes(passed=1)
    result = run(
        source.replace("'kept/chat.yaml'", "['a.yaml', 'b.yaml']"), "--mockserver-record=once"
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*record mode 'once' needs one cassette, not 2*"])


def test_one_test_does_not_rewrite_what_belongs_to_all(run: Run) -> None:
    result = run(SOURCE, "--mockserver-record=rewrite", "--mockserver-cassette=shared.yaml")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*shared.yaml belongs to all tests*name it in a marker instead*"])


def test_default_paths_name_class_and_parameters(run: Run, pytester: pytest.Pytester) -> None:
    source = """
        class TestChat:
            @pytest.mark.parametrize("word", ["a/b", "c"])
            def test_asks(self, mockserver, word):
                assert ask(word) == word.upper()
        """
    run(source, "--mockserver-record=once").assert_outcomes(passed=2)
    names = sorted(path.name for path in (pytester.path / "cassettes" / "test_it").iterdir())
    assert names == ["TestChat.test_asks[a-b].yaml", "TestChat.test_asks[c].yaml"]
    result = run(source)
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("=* mockserver *=")


def test_unplayed_interactions_and_orphans_are_reported(
    run: Run, pytester: pytest.Pytester
) -> None:
    run(SOURCE, "--mockserver-record=once")
    folder = pytester.path / "cassettes"
    (folder / "test_it" / "test_gone.yaml").write_text("interactions: []\n")
    (folder / "test_away").mkdir()
    (folder / "test_away" / "test_x.yaml").write_text("interactions: []\n")
    result = run('def test_asks(mockserver):\n    assert ask("one") == "ONE"\n')
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_asks.yaml: 1 of 2 interactions not played (#2)",
            "*test_x.yaml: there is no *test_away.py, so no test plays it",
            "*test_gone.yaml: *test_it.py has no test test_gone, so no test plays it",
        ]
    )


@pytest.mark.parametrize("mode", ["once", "all", "rewrite", "new_episodes"])
def test_nothing_is_recorded_in_ci_unless_allowed(
    run: Run, upstream: MockServer, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("CI", "true")
    result = run(SOURCE, f"--mockserver-record={mode}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*CI is set, where nothing should be recorded unseen*--mockserver-allow-ci*"]
    )
    assert upstream.requests == []
    run(SOURCE, f"--mockserver-record={mode}", "--mockserver-allow-ci").assert_outcomes(passed=1)
    if mode in ("once", "new_episodes"):
        run(SOURCE, f"--mockserver-record={mode}").assert_outcomes(passed=1)
        upstream.assert_requested(times=2)


@pytest.mark.parametrize("way", ["ini", "marker"])
def test_recording_in_ci_is_allowed_in_each_way(
    run: Run, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("CI", "true")
    mark = "        @pytest.mark.mockserver(allow_ci=True)\n" if way == "marker" else ""
    source = SOURCE.replace("        def", mark + "        def", 1)
    ini = "mockserver_allow_ci = true" if way == "ini" else ""
    run(source, "--mockserver-record=all", ini=ini).assert_outcomes(passed=1)


@pytest.mark.skipif(find_spec("pytest_recording") is None, reason="pytest-recording is not here")
def test_the_mode_of_pytest_recording_is_the_default_where_that_is_installed(
    run: Run, upstream: MockServer
) -> None:
    # vcrpy may have been imported by other tests, of which pytest-recording warns.
    there = ("-p", "pytest_recording.plugin", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    run(SOURCE, *there, "--record-mode=all").assert_outcomes(passed=1)
    upstream.assert_requested(times=2)
    run(SOURCE, *there, "--record-mode=all", "--mockserver-record=none").assert_outcomes(passed=1)
    run(SOURCE, *there).assert_outcomes(passed=1)
    upstream.assert_requested(times=2)


def test_an_upstream_that_is_down_fails_the_test_and_leaves_no_file(
    pytester: pytest.Pytester, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real-key-of-the-user-0123456789")
    result = runner(pytester)(
        SOURCE, "--mockserver-record=once", "--mockserver-upstream=http://127.0.0.1:9/v1"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*→ refused, status 502: *cannot be reached*"])
    assert not cassette.exists()


def test_without_a_key_nothing_is_passed_on_and_the_variable_is_named(
    run: Run, upstream: MockServer, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    result = run(SOURCE, "--mockserver-record=once")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '  1. POST /v1/responses, model gpt-5, input "one" → refused, status 401: No key for '
            f"{upstream.base_url.partition('/s/')[0]}, as the client's is a stand-in. "
            "Do: set MOCKSERVER_UPSTREAM_API_KEY or OPENAI_API_KEY."
        ]
    )
    assert upstream.requests == []
    assert not cassette.exists()


def test_what_scripts_all_its_answers_needs_no_key(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    source = 'def test_asks(mockserver):\n    mockserver.script("own")\n    assert ask() == "own"\n'
    run(source, "--mockserver-record=once").assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["once", "all", "new_episodes"])
def test_a_recording_waits_for_the_test_to_pass(run: Run, cassette: Path, mode: str) -> None:
    failing = SOURCE.replace("TWO", "THREE")
    result = run(failing, f"--mockserver-record={mode}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["did not record cassettes/test_it/test_asks.yaml: its test did not pass"]
    )
    assert not cassette.exists()
    run(SOURCE, f"--mockserver-record={mode}").assert_outcomes(passed=1)
    assert cassette.read_text().count("- request:") == 2


def test_an_empty_cassette_is_recorded(run: Run, cassette: Path) -> None:
    """As it is by `mockserver record`."""
    cassette.parent.mkdir(parents=True)
    cassette.touch()
    run(SOURCE, "--mockserver-record=once").assert_outcomes(passed=1)
    assert cassette.read_text().count("- request:") == 2


LIMITED = """
        def test_asks(mockserver):
            assert [ask_quietly(), ask_quietly()] == [None, "HI"]
"""


def test_failures_are_left_out_of_a_recording(
    run: Run, upstream: MockServer, cassette: Path
) -> None:
    upstream.script(error(429))
    result = run(LIMITED, "--mockserver-record=once")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "recorded 1 interaction in *",
            "not recorded in *test_asks.yaml: POST /responses (status 429); "
            "--mockserver-record-errors records it",
        ]
    )
    assert cassette.read_text().count("- request:") == 1


@pytest.mark.parametrize("way", ["flag", "ini", "marker"])
def test_failures_are_recorded_where_that_is_wanted(
    run: Run, upstream: MockServer, cassette: Path, way: str
) -> None:
    upstream.script(error(429))
    mark = "        @pytest.mark.mockserver(record_errors=True)\n" if way == "marker" else ""
    source = LIMITED.replace("        def", mark + "        def", 1)
    args = ["--mockserver-record-errors"] if way == "flag" else []
    ini = "mockserver_record_errors = true" if way == "ini" else ""
    run(source, "--mockserver-record=once", *args, ini=ini).assert_outcomes(passed=1)
    assert cassette.read_text().count("- request:") == 2
    run(source).assert_outcomes(passed=1)
