"""What a test's author writes for tools that the server runs, named after the API's items."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mockserver.api.json import Json
from mockserver.names import strict_arguments, without_none
from mockserver.script.builders import as_list, item


@strict_arguments
def web_search_call(
    query: str | None = None,
    *,
    queries: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    action: Mapping[str, Any] | None = None,
    status: str | None = None,
    id: str | None = None,
) -> Json:
    """A search on the web; `sources` are URLs. For opened pages, give the whole `action`."""
    found = None if sources is None else [{"type": "url", "url": url} for url in sources]
    searched = without_none(type="search", query=query, queries=as_list(queries), sources=found)
    return item(
        "web_search_call", id=id, status=status, action=searched if action is None else dict(action)
    )


@strict_arguments
def file_search_call(
    *queries: str,
    results: Sequence[Mapping[str, Any]] | None = None,
    status: str | None = None,
    id: str | None = None,
) -> Json:
    """A search in files: its queries, and its results (`{file_id, filename, score, text,
    attributes}`).
    """
    return item(
        "file_search_call", id=id, queries=list(queries), results=as_list(results), status=status
    )


@strict_arguments
def code_interpreter_call(
    code: str,
    *,
    logs: str | None = None,
    outputs: Sequence[Mapping[str, Any]] | None = None,
    container_id: str | None = None,
    status: str | None = None,
    id: str | None = None,
) -> Json:
    """Code that ran: what it printed (`logs`), or all its outputs."""
    printed = [{"type": "logs", "logs": logs}] if logs is not None else as_list(outputs)
    return item(
        "code_interpreter_call",
        id=id,
        code=code,
        outputs=printed,
        container_id=container_id,
        status=status,
    )


@strict_arguments
def image_generation_call(
    result: str | None = None,
    *,
    revised_prompt: str | None = None,
    size: str | None = None,
    quality: str | None = None,
    background: str | None = None,
    output_format: str | None = None,
    status: str | None = None,
    id: str | None = None,
) -> Json:
    """A picture: `result` is base64; without it the server draws one."""
    return item(
        "image_generation_call",
        id=id,
        result=result,
        revised_prompt=revised_prompt,
        size=size,
        quality=quality,
        background=background,
        output_format=output_format,
        status=status,
    )


@strict_arguments
def mcp_call(
    server_label: str,
    name: str,
    arguments: Mapping[str, Any] | str | None = None,
    *,
    output: str | None = None,
    error: Mapping[str, Any] | None = None,
    approval_request_id: str | None = None,
    id: str | None = None,
) -> Json:
    """A call of a tool of an MCP server, with its output or its error."""
    return item(
        "mcp_call",
        id=id,
        server_label=server_label,
        name=name,
        arguments=_arguments(arguments),
        output=output,
        error=error,
        status="failed" if error is not None else None,
        approval_request_id=approval_request_id,
    )


@strict_arguments
def mcp_list_tools(
    server_label: str,
    *tools: str | Mapping[str, Any],
    error: str | None = None,
    id: str | None = None,
) -> Json:
    """The tools of an MCP server: names, or whole descriptions."""
    listed = [
        {
            "annotations": None,
            "description": None,
            "input_schema": {"type": "object", "properties": {}},
            "name": tool,
        }
        if isinstance(tool, str)
        else dict(tool)
        for tool in tools
    ]
    return item("mcp_list_tools", id=id, server_label=server_label, tools=listed, error=error)


@strict_arguments
def mcp_approval_request(
    server_label: str,
    name: str,
    arguments: Mapping[str, Any] | str | None = None,
    *,
    id: str | None = None,
) -> Json:
    """A request for leave to call a tool of an MCP server."""
    return item(
        "mcp_approval_request",
        id=id,
        server_label=server_label,
        name=name,
        arguments=_arguments(arguments),
    )


@strict_arguments
def tool_search_call(
    arguments: Mapping[str, Any] | None = None,
    *,
    execution: Literal["server", "client"] | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """A search for tools; run by the server unless `execution` says otherwise."""
    return item(
        "tool_search_call",
        id=id,
        arguments=dict(arguments or {}),
        execution=execution,
        call_id=call_id,
    )


@strict_arguments
def additional_tools(
    *tools: Mapping[str, Any], role: str | None = None, id: str | None = None
) -> Json:
    """Tools that come in during the conversation."""
    return item("additional_tools", id=id, tools=list(map(dict, tools)), role=role)


@strict_arguments
def program(code: str, *, call_id: str | None = None, id: str | None = None) -> Json:
    """A program that calls tools."""
    return item("program", id=id, code=code, call_id=call_id)


@strict_arguments
def multi_agent_call(
    action: str = "spawn_agent",
    arguments: Mapping[str, Any] | str | None = None,
    *,
    agent: str | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """What an agent of the service does with another. agent: its name, as `/root`."""
    return item(
        "multi_agent_call",
        id=id,
        action=action,
        arguments=_arguments(arguments),
        agent=_agent(agent),
        call_id=call_id,
    )


@strict_arguments
def agent_message(
    *content: str | Mapping[str, Any],
    author: str | None = None,
    recipient: str | None = None,
    agent: str | None = None,
    id: str | None = None,
) -> Json:
    """What an agent of the service says to another."""
    return item(
        "agent_message",
        id=id,
        content=list(content),
        author=author,
        recipient=recipient,
        agent=_agent(agent),
    )


@strict_arguments
def compaction(encrypted_content: str | None = None, *, id: str | None = None) -> Json:
    """The conversation so far, in a form that only the service reads."""
    return item("compaction", id=id, encrypted_content=encrypted_content)


def _agent(name: str | None) -> Json | None:
    return None if name is None else {"agent_name": name}


def _arguments(value: Mapping[str, Any] | str | None) -> Any:
    return value if value is None or isinstance(value, str) else dict(value)


# What these tools gave back.


@strict_arguments
def shell_call_output(
    stdout: str = "",
    stderr: str = "",
    *,
    exit_code: int = 0,
    max_output_length: int | None = None,
    call_id: str | None = None,
    id: str | None = None,
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


@strict_arguments
def tool_search_output(
    *tools: Mapping[str, Any],
    execution: Literal["server", "client"] | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """The tools that a search found."""
    return item(
        "tool_search_output",
        id=id,
        tools=list(map(dict, tools)),
        execution=execution,
        call_id=call_id,
    )


@strict_arguments
def program_output(result: str, *, call_id: str | None = None, id: str | None = None) -> Json:
    """What a program returned."""
    return item("program_output", id=id, result=result, call_id=call_id)


@strict_arguments
def multi_agent_call_output(
    *output: str | Mapping[str, Any],
    action: str = "spawn_agent",
    agent: str | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """What came of an action with an agent."""
    return item(
        "multi_agent_call_output",
        id=id,
        action=action,
        output=list(output),
        agent=_agent(agent),
        call_id=call_id,
    )
