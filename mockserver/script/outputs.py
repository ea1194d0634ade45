"""Builders of what tools gave back, named after the API's items. Mostly seen in listings, seldom in
replies.
"""

from collections.abc import Mapping
from typing import Any, Literal

from mockserver.api.json import Json
from mockserver.script.parts import item


def function_call_output(output: Any, *, call_id: str | None = None, id: str | None = None) -> Json:  # noqa: A002
    """The output of a function call; what is no text is encoded as JSON."""
    return item("function_call_output", id=id, output=output, call_id=call_id)


def custom_tool_call_output(
    output: Any,
    *,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """The output of a custom tool."""
    return item("custom_tool_call_output", id=id, output=output, call_id=call_id)


def computer_call_output(
    image_url: str,
    *,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A screenshot, as a URL (`data:` as well)."""
    shot = {"type": "computer_screenshot", "image_url": image_url}
    return item("computer_call_output", id=id, output=shot, call_id=call_id)


def local_shell_call_output(output: str, *, id: str | None = None) -> Json:  # noqa: A002
    """What the client's shell printed."""
    return item("local_shell_call_output", id=id, output=output)


def shell_call_output(
    stdout: str = "",
    stderr: str = "",
    *,
    exit_code: int = 0,
    max_output_length: int | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """What one command printed, and how it ended."""
    ended = {
        "outcome": {"type": "exit", "exit_code": exit_code},
        "stderr": stderr,
        "stdout": stdout,
    }
    return item(
        "shell_call_output",
        id=id,
        output=[ended],
        max_output_length=max_output_length,
        call_id=call_id,
    )


def apply_patch_call_output(
    output: str | None = None,
    *,
    status: Literal["completed", "failed"] | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """Whether a change to a file could be made."""
    return item("apply_patch_call_output", id=id, output=output, status=status, call_id=call_id)


def mcp_approval_response(
    approval_request_id: str,
    approve: bool = True,
    *,
    reason: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """The answer to a request for leave."""
    return item(
        "mcp_approval_response",
        id=id,
        approval_request_id=approval_request_id,
        approve=approve,
        reason=reason,
    )


def tool_search_output(
    *tools: Mapping[str, Any],
    execution: Literal["server", "client"] | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """The tools that a search found."""
    return item(
        "tool_search_output",
        id=id,
        tools=list(map(dict, tools)),
        execution=execution,
        call_id=call_id,
    )


def program_output(result: str, *, call_id: str | None = None, id: str | None = None) -> Json:  # noqa: A002
    """What a program returned."""
    return item("program_output", id=id, result=result, call_id=call_id)
