"""When a test fails because of what was asked, or was not, and what its report says."""

import re

import pytest

from suites import Run, runner

pytest_plugins = "pytester"


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    return runner(pytester)


def test_a_first_test_passes_without_any_report(run: Run) -> None:
    result = run(
        """
        def test_greeting(mockserver):
            mockserver.script("Hello, Ann!")
            assert ask("I am Ann.") == "Hello, Ann!"
            assert mockserver.last_request.input_text == "I am Ann."
            mockserver.assert_requested(times=1, model="gpt-5")
        """
    )
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*mockserver*not*")
    result.stdout.no_fnmatch_line("=* mockserver *=")


def test_a_miss_that_the_app_swallows_fails_the_test_once_as_failed(run: Run) -> None:
    result = run(
        """
        def test_swallowed(mockserver):
            mockserver.when(input="Paris").reply("x")
            assert ask_quietly("Rome") is None
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ test_swallowed _*",
            'mockserver: no reply for this request (model gpt-5, input "Rome").',
            'Nearest: test_it.py:*: reply "x" (only when input: "Paris"). It differs in:',
            '  input: expected "Paris", got "Rome"',
            "Do: change that step*",
            "FAILED test_it.py::test_swallowed - mockserver: no reply for this request*",
        ],
        consecutive=False,
    )
    assert result.stdout.str().count("Nearest:") == 1


def test_leftovers_fail_a_passing_test(run: Run) -> None:
    result = run(
        """
        def test_left(mockserver):
            mockserver.script("one", "two", error.rate_limit(), function_call("f", a=1))
            assert ask() == "one"
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "mockserver: 3 scripted steps were not used:",
            '  test_it.py:*: reply "two"',
            "  test_it.py:*: error 429 rate_limit_exceeded",
            '  test_it.py:*: reply {"type":"function_call"*',
            "1 request came:",
            '  1. POST /v1/responses, model gpt-5, input "Hi" → step test_it.py:*',
            "Do: take out what is not needed*",
        ]
    )


def test_misses_and_leftovers_are_told_together(run: Run) -> None:
    result = run(
        """
        def test_both(mockserver):
            mockserver.script({"when": {"input": "a"}, "reply": "x"})
            ask_quietly("b")
            ask_quietly("b")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["mockserver: no reply*", "mockserver: 1 scripted step was not used:"]
    )
    assert result.stdout.str().count("Nearest:") == 1, "the same text is told once"


def test_a_test_that_fails_by_itself_shows_its_own_error_first(run: Run) -> None:
    result = run(
        """
        def test_own(mockserver):
            mockserver.script("one", "two")
            mockserver.when(input="x", model="other").reply("x")
            ask()
            ask_quietly()
            ask_quietly("x")
            assert 1 == 2, "my own"
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*AssertionError: my own",
            "*- mockserver -*",
            "Requests:",
            '  1. POST /v1/responses, model gpt-5, input "Hi" → step test_it.py:*',
            '  3. POST /v1/responses, model gpt-5, input "x" → nothing answered it, status 422',
            'mockserver: no reply for this request (model gpt-5, input "x").',
            "FAILED test_it.py::test_own - AssertionError: my own*",
        ]
    )
    result.stdout.no_fnmatch_line("*not used*")


def test_a_miss_that_raises_shows_the_authors_code_and_not_the_clients(run: Run) -> None:
    source = """
        def test_raises(mockserver):
            mockserver.when(input="other").reply("x")
            ask()
        """
    result = run(source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E*openai.UnprocessableEntityError: Error code: 422 - mockserver: no reply*"]
    )
    assert result.stdout.str().count("It differs in:") == 1, (
        "the report's section does not repeat it"
    )
    result.stdout.no_fnmatch_line("*_base_client.py*")
    assert "_base_client.py" in run(source, "--full-trace").stdout.str()


def test_an_app_that_crashes_is_reported_as_it_is(run: Run) -> None:
    result = run(
        """
        def test_crash(mockserver):
            mockserver.script("never")
            raise KeyError("crashed")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*KeyError: 'crashed'"])
    result.stdout.no_fnmatch_line("*not used*")


def test_xfail_is_left_intact(run: Run) -> None:
    result = run(
        """
        @pytest.mark.xfail(strict=True)
        def test_expected(mockserver):
            mockserver.script("never")
            assert ask_quietly("Hi") == "other"

        @pytest.mark.xfail(strict=True)
        def test_strict_but_passes(mockserver):
            mockserver.script("never")

        @pytest.mark.xfail(strict=False)
        def test_passes(mockserver):
            mockserver.script("never")

        @pytest.mark.xfail(False, reason="does not hold")
        def test_no_xfail(mockserver):
            mockserver.script("never")
        """,
        "-rxX",
    )
    result.assert_outcomes(xfailed=1, xpassed=1, failed=2)
    result.stdout.fnmatch_lines(["*XPASS(strict)*", "mockserver: 1 scripted step was not used:"])


def test_skips_and_errors_in_fixtures_are_left_intact(run: Run) -> None:
    result = run(
        """
        @pytest.fixture
        def broken(mockserver):
            mockserver.script("never")
            raise RuntimeError("broken fixture")

        def test_error(broken):
            pass

        def test_skip(mockserver):
            mockserver.script("never")
            pytest.skip("not today")
        """
    )
    result.assert_outcomes(errors=1, skipped=1)
    result.stdout.fnmatch_lines(["E*RuntimeError: broken fixture"])


def test_assert_requested_reads_well_in_a_report(run: Run) -> None:
    result = run(
        """
        def test_asserts(mockserver):
            mockserver.script("one")
            ask("How is Rome?" + " really" * 100)
            mockserver.assert_requested(times=2, input={"contains": "Paris"})
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>*mockserver.assert_requested(times=2, input={"contains": "Paris"})',
            'E*AssertionError: Expected 2 requests with input: contains "Paris"; 1 request came, '
            "and it does not fit.",
            'E*Nearest: 1. POST /v1/responses, model gpt-5, input "How is Rome? really *… → step*',
            'E*input: expected contains "Paris", got "How is Rome?*',
        ]
    )
    result.stdout.no_fnmatch_line("*mock_server.py*")


def test_json_of_requests_is_compared_path_by_path(run: Run) -> None:
    result = run(
        """
        def test_json(mockserver):
            ask("Rome " * 50, metadata={"a": "b"})
            assert mockserver.last_request.json == {"model": "gpt-4o", "input": "Rome " * 50, "metadata": {}}

        def test_reversed(mockserver):
            ask("Rome")
            assert {"model": "gpt-5"} == mockserver.last_request.body

        def test_equal(mockserver):
            ask("Rome")
            assert mockserver.last_request.json == {"model": "gpt-5", "input": "Rome"}
        """
    )
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "E*the JSON of the request is not as expected:",
            'E*model: expected "gpt-4o", got "gpt-5"',
            'E*metadata.a: expected nothing, got "b"',
            'E*input: expected nothing, got "Rome"',
        ]
    )


def test_a_client_made_too_early_is_the_likely_reason_when_nothing_came(run: Run) -> None:
    result = run(
        """
        def test_left(mockserver):
            mockserver.script("never")

        def test_own(mockserver):
            mockserver.script("never")
            assert False, "my own"
        """
    )
    result.assert_outcomes(failed=2)
    assert (
        result.stdout.str().count("No request came. Do: make the client while the test runs") == 2
    )


def test_a_path_that_is_not_served_fails_the_test(run: Run) -> None:
    result = run(
        """
        def test_chat(mockserver):
            mockserver.script("one")
            ask()
            with pytest.raises(openai.NotFoundError):
                mockserver.client().chat.completions.create(model="x", messages=[])
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["mockserver: nothing is served at POST /v1/chat/completions.*"])


def test_the_first_failure_stops_the_run_where_that_is_asked(run: Run) -> None:
    result = run(
        """
        def test_left(mockserver):
            mockserver.script("one")

        def test_never_run(mockserver):
            pass
        """,
        "-x",
    )
    result.assert_outcomes(failed=1)


def test_junit_reports_carry_the_text(run: Run, pytester: pytest.Pytester) -> None:
    run("def test_left(mockserver):\n    mockserver.script('one')\n", "--junitxml=out.xml")
    report = (pytester.path / "out.xml").read_text()
    assert 'failures="1"' in report
    assert "1 scripted step was not used" in report


def test_where_no_cassette_is_that_is_said(run: Run) -> None:
    source = """
        def test_it(mockserver):
            ask_quietly()
        """
    result = run(source, "--mockserver-record=none")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "No cassette at cassettes/test_it/test_it.yaml. Do: record it with "
            "--mockserver-record=once."
        ]
    )
    result = run(source, "--mockserver-on-miss=fail")
    result.stdout.fnmatch_lines(["Nothing is scripted. Do: script a reply*"])
    result.stdout.no_fnmatch_line("*every step has been used*")


def test_what_is_scripted_wrongly_is_shown_at_its_own_line_alone(run: Run) -> None:
    result = run(
        """
        def test_step(mockserver):
            mockserver.script({"repli": "x"})

        def test_condition(mockserver):
            mockserver.when(modell="x")

        def test_reply(mockserver):
            mockserver.when(model="x").reply("x", streem=1)

        def test_error(mockserver):
            mockserver.when(model="x").error("rate_limits")

        def test_asserted(mockserver):
            mockserver.assert_requested(modell="x")

        def test_builder(mockserver):
            error.rate_limit(retry=3)

        def test_arguments(mockserver):
            function_call("f", {"a": 1}, a=1)

        def test_server(mockserver_factory):
            mockserver_factory(cassette="nowhere.yaml")
        """
    )
    result.assert_outcomes(failed=8)
    text = result.stdout.str()
    assert set(re.findall(r"^(\S+\.py):\d+: ", text, re.MULTILINE)) == {"test_it.py"}
    assert "During handling" not in text
    assert "direct cause" not in text


def test_a_refused_request_is_listed_with_what_it_was_and_why(run: Run) -> None:
    result = run(
        """
        def test_refused(mockserver):
            ask("Rome", temperature=9)
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '  1. POST /v1/responses, model gpt-5, input "Rome" → refused, status 400: Invalid '
            "'temperature'*"
        ]
    )


def test_what_is_private_to_pytest_is_where_it_was() -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        pytest.fail("the reason", pytrace=False)
    crash = getattr(caught.getrepr(style="value"), "reprcrash", None)
    assert crash is not None, "pytest's representation of a failure has no `reprcrash` any more"
    for name in ("path", "lineno", "message"):
        assert hasattr(crash, name), f"pytest's `reprcrash` has no `{name}` any more"
