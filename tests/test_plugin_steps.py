"""What the plugin tells of the steps themselves: that cannot be, that came too late, that were never
finished.
"""

from pathlib import Path

import pytest

from suites import Run, runner

pytest_plugins = "pytester"

CALL = """
        def test_call(mockserver):
            mockserver.script(
                function_call("no_such_tool"),
            )
            ask()
"""
TELL = ("-W", "default::mockserver.ImpossibleStepWarning")


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    return runner(pytester)


def test_an_impossible_step_is_a_warning_at_its_place(run: Run) -> None:
    result = run(CALL, *TELL)
    result.assert_outcomes(passed=1, warnings=1)
    line = _line_of(result, "mockserver.script(")
    result.stdout.fnmatch_lines(
        [
            "test_it.py::test_call",
            f"*test_it.py:{line}: ImpossibleStepWarning: mockserver: test_it.py:{line}: reply *",
            "*output[[]0[]].name: expected no call: none is offered, got *no_such_tool*",
            "*strict_steps=off*",
            "*November 2027*",
        ]
    )


def test_the_warning_can_be_filtered_by_its_category(run: Run) -> None:
    result = run(CALL, "-W", "ignore::mockserver.ImpossibleStepWarning")
    result.assert_outcomes(passed=1, warnings=0)
    result = run(CALL, "-W", "error::mockserver.ImpossibleStepWarning")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ImpossibleStepWarning: mockserver: test_it.py:*"])


def test_a_test_that_fails_tells_of_impossible_steps_too(run: Run) -> None:
    result = run(
        """
        def test_call(mockserver):
            mockserver.script(function_call("no_such_tool"))
            assert ask() == "something"
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- mockserver -*", "mockserver: test_it.py:*cannot answer this request in reality*"]
    )


def test_an_impossible_step_fails_its_test_where_that_is_asked_for(run: Run) -> None:
    result = run(
        """
        def test_call(mockserver):
            mockserver.script(function_call("no_such_tool"))
            assert ask_quietly() is None
        """,
        "--mockserver-strict-steps=fail",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "mockserver: test_it.py:*: reply * cannot answer this request in reality (model *",
            "  output[[]0[]].name: expected no call: none is offered, got *no_such_tool*",
            "Do: change that step or the request so that they agree*",
        ]
    )
    result.stdout.no_fnmatch_line("*not used*")


def test_servers_of_the_factory_warn_as_well(run: Run) -> None:
    result = run(
        """
        def test_call(mockserver_factory):
            with mockserver_factory() as server:
                server.script(function_call("no_such_tool"))
                server.client().responses.create(model="gpt-5", input="x")
        """,
        *TELL,
    )
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*test_it.py:*: ImpossibleStepWarning: *"])


@pytest.mark.parametrize("how", ["fail", "warn", "ignore"])
def test_a_stub_without_a_reply_fails_its_test(run: Run, how: str) -> None:
    result = run(
        """
        def test_begun(mockserver):
            mockserver.when(model="gpt-5").reply("Hello")
            mockserver.when(input="Rome")
            assert ask() == "Hello"
        """,
        f"--mockserver-on-unused={how}",
    )
    result.assert_outcomes(failed=1)
    line = _line_of(result, 'when(input="Rome")')
    result.stdout.fnmatch_lines(
        [
            "mockserver: 1 stub was begun and never given a reply*",
            f'  test_it.py:{line}: when(input: "Rome")',
            "Do: go on with .reply(…), .error(…), .generated() or .respond(…), or take it out.",
        ]
    )


def test_a_script_without_a_step_is_an_error(run: Run) -> None:
    result = run(
        """
        def test_empty(mockserver):
            mockserver.script()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *test_it.py:*: a script without a step. Give it what answers the next requests*"]
    )


def test_a_request_before_the_script_is_named(run: Run) -> None:
    result = run(
        """
        def test_early(mockserver):
            ask("Too early")
            mockserver.script("Hello")
        """
    )
    result.assert_outcomes(failed=1)
    line = _line_of(result, "mockserver.script(")
    result.stdout.fnmatch_lines(
        [
            "mockserver: 1 scripted step was not used:",
            f'  test_it.py:{line}: reply "Hello"',
            "1 request came:",
            "  1. POST /v1/responses, *Too early* → made-up reply",
            f"Request 1 came before test_it.py:{line} was scripted. Do: script first, then *",
        ]
    )


def test_a_request_to_the_root_of_the_server_is_named(run: Run) -> None:
    result = run(
        """
        def test_root(mockserver):
            mockserver.script("Hello")
            root = mockserver.base_url.partition("/s/")[0]
            openai.OpenAI(base_url=f"{root}/v1").responses.create(model="gpt-5", input="Lost")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "mockserver: 1 scripted step was not used:",
            "No request came to this session. 1 request went to the server's root instead:",
            "  1. POST /v1/responses, *Lost* → made-up reply",
            "Do: give the client the base_url of this session*",
        ]
    )


def _line_of(result: pytest.RunResult, text: str) -> int:
    """The line of the suite on which a text stands."""
    rootdir = next(line for line in result.outlines if line.startswith("rootdir: "))
    lines = Path(rootdir.removeprefix("rootdir: "), "test_it.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
