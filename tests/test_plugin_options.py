"""Every option of the plugin: on the command line, in the ini file, in the marker, in the
environment, in the project's configuration.
"""

import json
from collections.abc import Callable

import pytest

from mockserver.settings import options_of
from suites import Run, runner

pytest_plugins = "pytester"

WAYS = ("flag", "ini", "marker", "variable", "file")
Configure = Callable[..., pytest.RunResult]


@pytest.fixture
def configured(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """A function that runs a suite with one setting, given in one of five ways. MARK stands where
    the marker goes.
    """
    run = runner(pytester)

    def configure(way: str, name: str, value: object, source: str, *args: str) -> pytest.RunResult:
        given = [] if way != "flag" else [_flag(name, value)]
        file = pytester.path / "mockserver.toml"
        file.write_text(f"{name} = {json.dumps(value)}" if way == "file" else "")
        ini = (
            f"mockserver_{name} = {str(value).lower() if value is True else value}"
            if way == "ini"
            else ""
        )
        mark = f"@pytest.mark.mockserver({name}={value!r})" if way == "marker" else ""
        with monkeypatch.context() as patch:
            if way == "variable":
                patch.setenv(f"MOCKSERVER_{name.upper()}", str(value))
            return run(source.replace("MARK", mark), *given, *args, ini=ini)

    return configure


def _flag(name: str, value: object) -> str:
    flag = "--mockserver-" + name.replace("_", "-")
    return flag if value is True else f"{flag}={value}"


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    return runner(pytester)


ways = pytest.mark.parametrize("way", WAYS)


@ways
def test_seed(configured: Configure, way: str) -> None:
    source = """
MARK
def test_seed(mockserver):
    ask()
    with MockServer(seed=SEED) as other:
        other.client().responses.create(model="gpt-5", input="Hi")
        assert (other.last_request.response_id == mockserver.last_request.response_id) is SAME
"""
    configured(way, "seed", 7, source.replace("SEED", "7").replace("SAME", "True")).assert_outcomes(
        passed=1
    )
    configured(
        way, "seed", 7, source.replace("SEED", "8").replace("SAME", "False")
    ).assert_outcomes(passed=1)


@ways
def test_dialect(configured: Configure, way: str) -> None:
    source = """
MARK
def test_dialect(mockserver):
    import httpx2

    body = {"model": "gpt-5", "input": "Hi", "stream": True}
    assert httpx2.post(mockserver.base_url + "/responses", json=body).text.endswith("data: [DONE]\\n\\n")
"""
    configured(way, "dialect", "open-responses", source).assert_outcomes(passed=1)
    configured(way, "dialect", "openai", source).assert_outcomes(failed=1)


@ways
@pytest.mark.parametrize(("value", "reply"), [("fail", "None"), ("echo", "'Hi'")])
def test_on_miss(configured: Configure, way: str, value: str, reply: str) -> None:
    source = f"""
MARK
def test_on_miss(mockserver):
    assert ask_quietly() == {reply}
"""
    outcome = {"failed": 1} if value == "fail" else {"passed": 1}
    configured(way, "on_miss", value, source).assert_outcomes(**outcome)


def test_on_miss_generates_even_when_something_is_scripted_where_that_is_said(
    configured: Configure,
) -> None:
    source = """
def test_on_miss(mockserver):
    mockserver.when(input="other").reply("x")
    assert ask()
"""
    configured("ini", "on_miss", "generate", source).assert_outcomes(passed=1)


@ways
@pytest.mark.parametrize(
    ("value", "outcome"),
    [("fail", {"failed": 1}), ("warn", {"passed": 1, "warnings": 1}), ("ignore", {"passed": 1})],
)
def test_on_unused(configured: Configure, way: str, value: str, outcome: dict[str, int]) -> None:
    source = """
MARK
def test_on_unused(mockserver):
    mockserver.script("never")
"""
    result = configured(way, "on_unused", value, source, "-W", "default")
    result.assert_outcomes(**outcome)
    told = "1 scripted step was not used" in result.stdout.str()
    assert told is (value != "ignore")


def test_a_warning_that_is_an_error_fails_the_test(configured: Configure) -> None:
    source = """
def test_on_unused(mockserver):
    mockserver.script("never")
"""
    result = configured("ini", "on_unused", "warn", source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*PytestWarning: mockserver: 1 scripted step was not used*"])


@ways
def test_cassette(configured: Configure, way: str, pytester: pytest.Pytester) -> None:
    (pytester.path / "chat.yaml").write_text(
        "interactions:\n- reply: From the cassette.\n- reply: Unplayed.\n"
    )
    source = """
MARK
def test_cassette(mockserver):
    assert ask() == "From the cassette."
"""
    result = configured(way, "cassette", "chat.yaml", source)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*chat.yaml: 1 of 2 interactions not played (:3)"])


def test_several_cassettes(run: Run, pytester: pytest.Pytester) -> None:
    for name in ("a", "b"):
        (pytester.path / f"{name}.yaml").write_text(f"interactions:\n- reply: {name}\n")
    source = "def test_it(mockserver):\n    assert [ask(), ask()] == ['a', 'b']\n"
    run(source, "--mockserver-cassette=a.yaml", "--mockserver-cassette=b.yaml").assert_outcomes(
        passed=1
    )
    run(source, ini="mockserver_cassette =\n  a.yaml\n  b.yaml").assert_outcomes(passed=1)
    run("@pytest.mark.mockserver(cassette=['a.yaml', 'b.yaml'])\n" + source).assert_outcomes(
        passed=1
    )


def test_cassettes_are_looked_for_beside_the_test_and_in_the_root(
    run: Run, pytester: pytest.Pytester
) -> None:
    folder = pytester.mkdir("inner")
    (folder / "near.yaml").write_text("interactions:\n- reply: near\n")
    (pytester.path / "far.yaml").write_text("interactions:\n- reply: far\n")
    (folder / "test_in.py").write_text(
        "import pytest\n"
        "def ask(server):\n"
        "    return server.client().responses.create(model='gpt-5', input='x').output_text\n"
        "@pytest.mark.mockserver(cassette='near.yaml')\n"
        "def test_near(mockserver):\n    assert ask(mockserver) == 'near'\n"
        "@pytest.mark.mockserver(cassette='far.yaml')\n"
        "def test_far(mockserver):\n    assert ask(mockserver) == 'far'\n"
    )
    run("", "inner").assert_outcomes(passed=2)


def test_what_is_unplayed_in_a_failed_test_is_not_told(
    configured: Configure, pytester: pytest.Pytester
) -> None:
    (pytester.path / "chat.yaml").write_text("interactions:\n- reply: Unplayed.\n")
    source = "def test_cassette(mockserver):\n    assert False\n"
    result = configured("ini", "cassette", "chat.yaml", source)
    result.stdout.no_fnmatch_line("*not played*")


RECORDED = """
version: 1
interactions:
"""
INTERACTION = """
- request: {{method: POST, uri: 'https://api.openai.com/v1/responses', headers: {{}}, body: '{{"model": "gpt-5", \
"input": "{input}"}}'}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{content-type: [application/json]}}
    body: {{string: '{{"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "gpt-5", \
"output": [{{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": \
[{{"type": "output_text", "text": "{text}", "annotations": []}}]}}], "tools": [], "parallel_tool_calls": true, \
"tool_choice": "auto"}}'}}
"""


def recorded(pytester: pytest.Pytester, *pairs: tuple[str, str]) -> None:
    text = RECORDED + "".join(
        INTERACTION.format(input=question, text=answer) for question, answer in pairs
    )
    (pytester.path / "recorded.yaml").write_text(text)


@ways
@pytest.mark.parametrize(("value", "replies"), [("last", "aaa"), ("loop", "aaa"), ("fail", "a")])
def test_repeat(
    configured: Configure, pytester: pytest.Pytester, way: str, value: str, replies: str
) -> None:
    recorded(pytester, ("Hi", "a"))
    source = f"""
MARK
def test_repeat(mockserver_factory, mockserver, request):
    assert "".join(filter(None, [ask_quietly() for _ in range(3)])) == "{replies}"
"""
    result = configured(way, "repeat", value, source, "--mockserver-cassette=recorded.yaml")
    result.assert_outcomes(**({"failed": 1} if value == "fail" else {"passed": 1}))
    assert ("which fits, but has been used" in result.stdout.str()) is (value == "fail")


@ways
def test_match_order(configured: Configure, pytester: pytest.Pytester, way: str) -> None:
    recorded(pytester, ("one", "a"), ("two", "b"))
    source = """
MARK
def test_match_order(mockserver):
    assert [ask("something"), ask("else")] == ["a", "b"]
"""
    args = "--mockserver-cassette=recorded.yaml"
    configured(way, "match_order", True, source, args).assert_outcomes(passed=1)
    configured("flag", "seed", 0, source, args).assert_outcomes(failed=1)


@ways
def test_match_ignore(configured: Configure, pytester: pytest.Pytester, way: str) -> None:
    recorded(pytester, ("Hi", "a"))
    source = """
MARK
def test_match_ignore(mockserver):
    assert ask("Hi", metadata={"run": "42"}) == "a"
"""
    args = "--mockserver-cassette=recorded.yaml"
    configured(way, "match_ignore", "metadata", source, args).assert_outcomes(passed=1)
    result = configured("flag", "seed", 0, source, args)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*metadata: recorded (absent), this request *run*42*"])


@ways
def test_match_normalise(configured: Configure, pytester: pytest.Pytester, way: str) -> None:
    recorded(pytester, ("Today is 2025-01-01.", "a"))
    source = """
MARK
def test_match_normalise(mockserver):
    assert ask("Today is 2026-07-31.") == "a"
"""
    args = "--mockserver-cassette=recorded.yaml"
    configured(way, "match_normalise", "dates", source, args).assert_outcomes(passed=1)
    result = configured("flag", "seed", 0, source, args)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*--match-normalise dates*"])


@ways
def test_speed(configured: Configure, way: str) -> None:
    source = """
MARK
def test_speed(mockserver):
    assert mockserver.settings.speed == 0.5
"""
    configured(way, "speed", 0.5, source).assert_outcomes(passed=1)


@ways
def test_strict_models(configured: Configure, way: str) -> None:
    source = """
MARK
def test_strict_models(mockserver):
    assert ask_quietly() and ask("Hi", model="gpt-nine")
"""
    configured(way, "strict_models", True, source).assert_outcomes(failed=1)
    configured("flag", "seed", 0, source).assert_outcomes(passed=1)


@ways
def test_allow_unknown(configured: Configure, way: str) -> None:
    source = """
MARK
def test_allow_unknown(mockserver):
    assert ask("Hi", extra_body={"nonsense": 1})
"""
    configured(way, "allow_unknown", True, source).assert_outcomes(passed=1)
    configured("flag", "seed", 0, source).assert_outcomes(failed=1)


@pytest.mark.parametrize("way", ["flag", "ini"])
def test_usage(configured: Configure, way: str) -> None:
    source = """
def test_usage(mockserver):
    ask()
    ask(model="gpt-4o-mini")
"""
    result = configured(way, "usage", True, source)
    result.stdout.fnmatch_lines(
        ["model * responses * input tokens * output tokens", "gpt-4o-mini*1*", "gpt-5*1*"]
    )


def test_the_marker_goes_before_the_command_line_and_that_before_the_ini_file(run: Run) -> None:
    source = """
        @pytest.mark.mockserver(on_miss="echo")
        def test_marked(mockserver):
            assert ask_quietly() == "Hi"

        def test_unmarked(mockserver):
            assert ask_quietly() is None
        """
    result = run(source, "--mockserver-on-miss=fail", ini="mockserver_on_miss = echo")
    result.assert_outcomes(passed=1, failed=1)
    run(source, ini="mockserver_on_miss = echo").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("sed=7", "takes no 'sed'; did you mean 'seed'?"),
        ("usage=True", "takes no 'usage'"),
        ("'chat.yaml'", "takes keyword arguments only, such as cassette='chat.yaml'"),
        ("on_miss='fial'", "'fial' is none of fail, generate, echo; did you mean 'fail'?"),
        ("seed='x'", "'x' is no int"),
        ("strict_models=1", "1 is no bool"),
        (
            "cassette='nowhere.yaml'",
            "there is no cassette 'nowhere.yaml', neither beside test_it.py nor in",
        ),
        ("match_normalise='date'", "'date' is no normaliser"),
    ],
)
def test_a_marker_that_cannot_be_is_an_error_that_says_why(run: Run, mark: str, said: str) -> None:
    result = run(f"@pytest.mark.mockserver({mark})\ndef test_it(mockserver):\n    pass\n")
    result.assert_outcomes(errors=1)
    assert said in result.stdout.str()
    assert "server.py" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_misspelt_variable_is_warned_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_SEDE", "7")
    result = run("def test_it(mockserver):\n    pass\n", "-Wdefault")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*MOCKSERVER_SEDE is not read; did you mean MOCKSERVER_SEED?"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "mockserver_on_miss = fial",
            "ini key mockserver_on_miss: 'fial' is none of fail, generate, echo",
        ),
        ("mockserver_seed = x", "ini key mockserver_seed: *"),
        ("mockserver_guard = perhaps", "ini key mockserver_guard: *"),
        ("mockserver_strict_models = perhaps", "ini key mockserver_strict_models: *"),
    ],
)
def test_an_ini_key_that_cannot_be_is_a_usage_error(run: Run, line: str, said: str) -> None:
    result = run("def test_it():\n    pass\n", ini=line)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}*"])


def test_the_command_line_refuses_what_cannot_be(run: Run) -> None:
    result = run("", "--mockserver-on-miss=fial")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*invalid choice: 'fial'*"])


def test_help_says_what_every_option_does(run: Run) -> None:
    text = run("", "--help").stdout.str()
    assert text.count("mockserver (the marker takes the same words and goes first):") == 1
    for option in options_of("plugin"):
        assert _flag(option.name, True) in text
        assert f"mockserver_{option.name}" in text


def test_markers_are_explained(run: Run) -> None:
    result = run("", "--markers")
    result.stdout.fnmatch_lines(
        ["@pytest.mark.mockserver(cassette=…, seed=…,*): settings of the fixture*"]
    )


def test_fixtures_are_explained(run: Run) -> None:
    result = run("", "--fixtures", "-v")
    result.stdout.fnmatch_lines(
        ["mockserver -- *", "    A server of the OpenAI Responses API for this test*"]
    )
    text = result.stdout.str()
    assert all(word in text for word in ("script(", "when(", "requests", "assert_requested("))
    result.stdout.fnmatch_lines(["mockserver_factory [[]session scope[]] -- *"])


def test_record_mode_is_not_registered(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("--record-mode", "nobody has it") == "nobody has it"
