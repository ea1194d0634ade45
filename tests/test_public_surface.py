"""What `mockserver` offers to import, and that importing it costs nothing."""

import subprocess
import sys

import pytest

import mockserver

SURFACE = """
CassetteError CreateRequest MockServer MockServerFactory Received ScriptError Step StepLike
additional_tools
apply_patch_call code_interpreter_call compaction computer_call custom_tool_call error failed faults
file_search_call function_call generated image_generation_call incomplete local_shell_call
mcp_approval_request mcp_call mcp_list_tools message program program_output reasoning refusal reply
shell_call shell_call_output text tool_search_call tool_search_output url_citation web_search_call
"""

HEAVY = "asyncio faker httpx2 jinja2 jsonschema_rs openai pydantic starlette uvicorn vcr yaml"


def test_the_surface_is_what_was_decided() -> None:
    assert dir(mockserver) == SURFACE.split()
    found: dict[str, object] = {}
    exec("from mockserver import *", found)
    assert sorted(found.keys() - {"__builtins__"}) == SURFACE.split()


def test_every_name_is_there_and_documented() -> None:
    for name in dir(mockserver):
        value = getattr(mockserver, name)
        assert getattr(value, "__doc__", None) or getattr(type(value), "__doc__", None), name


def test_other_names_are_not() -> None:
    assert not hasattr(mockserver, "nonsense")
    with pytest.raises(
        AttributeError, match=r"has no attribute 'funtion_call'; did you mean 'function_call'\?$"
    ):
        mockserver.funtion_call  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(AttributeError, match=r"has no attribute 'nonsense'$"):
        mockserver.nonsense  # type: ignore[attr-defined] # noqa: B018


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


def test_openai_is_imported_for_clients_only() -> None:
    code = (
        "import sys; from mockserver import MockServer; MockServer().start().stop(); "
        "print('openai' in sys.modules)"
    )
    assert run(code) == "False"
