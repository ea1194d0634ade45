"""What `mockserver` offers to import, and that importing it costs nothing."""

import subprocess
import sys
from collections.abc import Callable

import pytest

import mockserver
from mockserver.names import nearest

SURFACE = """
CassetteError CreateRequest ImpossibleStepWarning MockServer MockServerFactory Received ScriptError Step StepLike
additional_tools agent_message apply_patch_call code_interpreter_call compaction computer_call custom_tool_call error failed faults
file_search_call function_call generated image_generation_call incomplete local_shell_call
mcp_approval_request mcp_call mcp_list_tools message multi_agent_call multi_agent_call_output program program_output reasoning refusal reply
shell_call shell_call_output text tool_search_call tool_search_output url_citation web_search_call
"""

HEAVY = "asyncio faker httpx2 jinja2 jsonschema_rs openai pydantic starlette uvicorn vcr yaml"


def test_the_surface_is_what_was_decided() -> None:
    assert dir(mockserver) == SURFACE.split(), "a name that is to be public stands in SURFACE, too"
    found: dict[str, object] = {}
    exec("from mockserver import *", found)
    assert sorted(found.keys() - {"__builtins__"}) == SURFACE.split()


def test_every_name_is_there_and_documented() -> None:
    for name in dir(mockserver):
        value = getattr(mockserver, name)
        assert getattr(value, "__doc__", None) or getattr(type(value), "__doc__", None), name


def test_other_names_are_not() -> None:
    assert not hasattr(mockserver, "nonsense")


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (
            lambda: mockserver.funtion_call("f"),  # type: ignore[attr-defined]
            "module 'mockserver' has no attribute 'funtion_call'; did you mean 'function_call'?",
        ),
        (
            lambda: mockserver.nonsense,  # type: ignore[attr-defined]
            "module 'mockserver' has no attribute 'nonsense'",
        ),
        (
            lambda: mockserver.error.rate_limitt(),  # type: ignore[attr-defined]
            "unknown error 'rate_limitt'; did you mean 'rate_limit'?",
        ),
        (
            lambda: mockserver.error.rate_limit(retryafter=1),  # type: ignore[call-arg]
            "unknown argument 'retryafter' of error.rate_limit(); did you mean 'retry_after'?",
        ),
        (
            lambda: mockserver.error(429, cod="x"),  # type: ignore[call-arg]
            "unknown argument 'cod' of error(); did you mean 'code'?",
        ),
        (
            lambda: mockserver.faults.dorp(),  # type: ignore[attr-defined]
            "unknown fault 'dorp'; did you mean 'drop'?",
        ),
        (
            lambda: mockserver.faults.drop(after_event=5),  # type: ignore[call-arg]
            "unknown argument 'after_event' of drop(); did you mean 'after_events'?",
        ),
        (
            lambda: mockserver.text("x", anotations=[]),  # type: ignore[call-arg]
            "unknown argument 'anotations' of text(); did you mean 'annotations'?",
        ),
        (
            lambda: mockserver.MockServer(sead=7),  # type: ignore[call-arg]
            "MockServer() got an unexpected keyword argument 'sead'; did you mean 'seed'?",
        ),
        (
            lambda: mockserver.MockServer().scrpt("x"),  # type: ignore[attr-defined]
            "'MockServer' object has no attribute 'scrpt'; did you mean 'script'?",
        ),
        (
            lambda: mockserver.CreateRequest({}).inputtext,  # type: ignore[attr-defined]
            "'CreateRequest' object has no attribute 'inputtext'; did you mean 'input_text'?",
        ),
    ],
)
def test_a_misspelt_name_is_an_error_for_mypy_and_tells_the_nearest(
    use: Callable[[], object], said: str
) -> None:
    """mypy refuses a comment `type: ignore` that it does not need."""
    with pytest.raises((AttributeError, TypeError)) as caught:
        use()
    assert str(caught.value).startswith(said)


def test_what_mypy_refuses_is_refused_at_run_time() -> None:
    with mockserver.MockServer() as server:
        with pytest.raises(mockserver.ScriptError, match="5 is no step"):
            server.script(5)  # type: ignore[arg-type]
        with pytest.raises(AttributeError, match=r"no attribute 'replly'; did you mean 'reply'\?"):
            server.when(model="x").replly("x")  # type: ignore[attr-defined]
        steps: list[mockserver.StepLike] = ["a", ["b", {"type": "message", "content": "c"}]]
        steps += [mockserver.error.rate_limit(), lambda request: request.input_text]
        server.script(*steps)
        assert len(server.unused) == 4


@pytest.mark.parametrize(
    ("word", "words", "near"),
    [
        ("delay", ("model", "input"), None),
        ("choices", ("times", "seed"), None),
        ("/metrics", ("/verify", "/health"), None),
        ("output", ("input",), None),
        ("modle", ("model", "input"), "model"),
        ("Model", ("model",), "model"),
        ("retry", ("retry_after", "code"), "retry_after"),
        ("functioncall", ("function_call", "custom_tool_call"), "function_call"),
        (5, ("model",), None),
        ("", ("a", "b"), None),
    ],
)
def test_only_what_is_near_is_suggested(
    word: object, words: tuple[str, ...], near: str | None
) -> None:
    assert nearest(word, words) == near


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = tuple(HEAVY.split())
    code = (
        f"import sys, mockserver, pytest_mockserver.plugin; print([name for name in {heavy} if "
        "name in sys.modules])"
    )
    assert run("import pytest; " + code) in ("[]", "['asyncio']")


def test_generators_are_imported_once_something_is_made_up() -> None:
    code = "import sys; from mockserver import MockServer; MockServer().start().stop(); "
    assert run(code + "print('mockserver.schemas' in sys.modules)") == "False"


def test_the_class_waits_for_no_server() -> None:
    code = (
        "import sys; from mockserver import MockServer; "
        "print([name for name in sys.modules if name.startswith('mockserver.') and "
        "name.split('.')[1] in ('compose', 'cassettes', 'neighbours', 'schemas') "
        "or name in ('uvicorn', 'pydantic', 'starlette', 'mockserver.http.app')])"
    )
    assert run(code) == "[]"


def test_an_answer_does_not_import_what_only_some_need() -> None:
    unneeded = [
        *("yaml", "httpx2", "jinja2", "jsonschema_rs", "websockets", "mockserver.script.faults"),
        *("mockserver.cassettes.record", "mockserver.cassettes.upstream", "mockserver.schemas"),
        *("mockserver.http.control", "mockserver.http.api_routes", "mockserver.http.websocket"),
        *("mockserver.http.examples", "mockserver.http.forms"),
    ]
    code = (
        "import http.client, sys; from mockserver import MockServer; s = MockServer().start(); "
        "s.script('Hello!'); c = http.client.HTTPConnection(s.url.removeprefix('http://')); "
        'c.request(\'POST\', \'/v1/responses\', \'{"model": "gpt-5", "input": "Hi"}\'); '
        "assert b'Hello!' in c.getresponse().read(); s.stop(); "
        f"print([name for name in {unneeded} if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_openai_is_imported_for_clients_only() -> None:
    code = (
        "import sys; from mockserver import MockServer; MockServer().start().stop(); "
        "print('openai' in sys.modules)"
    )
    assert run(code) == "False"
