"""What a test author writes in Python, named after the API's items.

Every function returns plain JSON, the same that a cassette holds; what is left out, the server
completes. Arguments of a tool are keyword arguments; the few names that belong to the item itself
end in an underscore:

    function_call("get_weather", city="Paris")
    function_call("get_weather", {"city": "Paris"}, call_id_="call_1")
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from mockserver.api.json import Json
from mockserver.names import without_none

Text: TypeAlias = str | Sequence[str]
Phase: TypeAlias = Literal["commentary", "final_answer"]


# Messages and reasoning.


def text(
    text: str,
    *,
    annotations: Sequence[Mapping[str, Any]] | None = None,
    logprobs: Sequence[Mapping[str, Any]] | None = None,
    phase: Phase | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A message of the assistant with one text."""
    part = without_none(
        type="output_text", text=text, annotations=as_list(annotations), logprobs=as_list(logprobs)
    )
    return message(part if len(part) > 2 else text, phase=phase, id=id)


def message(
    *content: str | Mapping[str, Any],
    phase: Phase | None = None,
    status: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A message of the assistant with several parts: strings, `output_text` and `refusal` parts."""
    parts = content[0] if len(content) == 1 and isinstance(content[0], str) else list(content)
    return item("message", id=id, content=parts, phase=phase, status=status)


def refusal(refusal: str, *, id: str | None = None) -> Json:  # noqa: A002
    """A message of the assistant that refuses."""
    return item("message", id=id, content=[{"type": "refusal", "refusal": refusal}])


def url_citation(
    url: str, title: str = "", *, start_index: int | None = None, end_index: int | None = None
) -> Json:
    """An annotation for `text`: the page that a text, or the part of it between the indices, comes
    from.
    """
    return without_none(
        type="url_citation", url=url, title=title, start_index=start_index, end_index=end_index
    )


def reasoning(
    *summary: str,
    content: Text | None = None,
    encrypted_content: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A reasoning item: the paragraphs of its summary, and perhaps its raw content."""
    return item(
        "reasoning",
        id=id,
        summary=list(summary),
        content=as_list(content),
        encrypted_content=encrypted_content,
    )


# Tools that the client runs.


def function_call(
    name: str,
    arguments: Mapping[str, Any] | str | None = None,
    /,
    *,
    call_id_: str | None = None,
    id_: str | None = None,
    status_: str | None = None,
    namespace_: str | None = None,
    **kwargs: Any,
) -> Json:
    """A call of a function. Its arguments are keywords, or one mapping, or a text that is sent as
    it is.

    A name that ends in an underscore belongs to the item; give an argument of such a name in a
    mapping.
    """
    __tracebackhide__ = True
    if arguments is not None and kwargs:
        raise TypeError("function_call: give the arguments as a mapping or as keywords, not both")
    given = kwargs if arguments is None else arguments
    encoded = given if isinstance(given, str) else dict(given)
    return item(
        "function_call",
        id=id_,
        name=name,
        arguments=encoded,
        call_id=call_id_,
        status=status_,
        namespace=namespace_,
    )


def custom_tool_call(
    name: str,
    input: str = "",  # noqa: A002
    *,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A call of a custom tool, whose input is free text."""
    return item("custom_tool_call", id=id, name=name, input=input, call_id=call_id)


def computer_call(
    *actions: Mapping[str, Any],
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """Actions at a computer (`{"type": "click", …}`): one stands in `action`, several in
    `actions`.
    """
    done = (
        {"action": dict(actions[0])}
        if len(actions) == 1
        else {"actions": [dict(action) for action in actions]}
    )
    return item("computer_call", id=id, call_id=call_id, **done)


def local_shell_call(
    *command: str,
    env: Mapping[str, str] | None = None,
    working_directory: str | None = None,
    timeout_ms: int | None = None,
    user: str | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A command for the client's shell, as its words."""
    place = without_none(timeout_ms=timeout_ms, user=user, working_directory=working_directory)
    action = {"type": "exec", "command": list(command), "env": dict(env or {}), **place}
    return item("local_shell_call", id=id, action=action, call_id=call_id)


def shell_call(
    *commands: str,
    timeout_ms: int | None = None,
    max_output_length: int | None = None,
    environment: Mapping[str, Any] | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """Commands for a shell."""
    action = {
        "commands": list(commands),
        "max_output_length": max_output_length,
        "timeout_ms": timeout_ms,
    }
    return item("shell_call", id=id, action=action, environment=environment, call_id=call_id)


def apply_patch_call(
    path: str,
    diff: str | None = None,
    *,
    operation: Literal["create_file", "update_file", "delete_file"] | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A change to one file: an update by a diff; without a diff, its deletion."""
    kind = operation or ("delete_file" if diff is None else "update_file")
    done = (
        {"type": kind, "path": path}
        if kind == "delete_file"
        else {"type": kind, "diff": diff or "", "path": path}
    )
    return item("apply_patch_call", id=id, operation=done, call_id=call_id)


# Tools that the server runs.


def web_search_call(
    query: str | None = None,
    *,
    queries: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    action: Mapping[str, Any] | None = None,
    status: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A search on the web; `sources` are URLs. For opened pages, give the whole `action`."""
    found = None if sources is None else [{"type": "url", "url": url} for url in sources]
    searched = without_none(type="search", query=query, queries=as_list(queries), sources=found)
    return item(
        "web_search_call", id=id, status=status, action=searched if action is None else dict(action)
    )


def file_search_call(
    *queries: str,
    results: Sequence[Mapping[str, Any]] | None = None,
    status: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A search in files: its queries, and its results (`{file_id, filename, score, text,
    attributes}`).
    """
    return item(
        "file_search_call", id=id, queries=list(queries), results=as_list(results), status=status
    )


def code_interpreter_call(
    code: str,
    *,
    logs: str | None = None,
    outputs: Sequence[Mapping[str, Any]] | None = None,
    container_id: str | None = None,
    status: str | None = None,
    id: str | None = None,  # noqa: A002
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


def image_generation_call(
    result: str | None = None,
    *,
    revised_prompt: str | None = None,
    size: str | None = None,
    quality: str | None = None,
    background: str | None = None,
    output_format: str | None = None,
    status: str | None = None,
    id: str | None = None,  # noqa: A002
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


def mcp_call(
    server_label: str,
    name: str,
    arguments: Mapping[str, Any] | str | None = None,
    *,
    output: str | None = None,
    error: Mapping[str, Any] | None = None,
    approval_request_id: str | None = None,
    id: str | None = None,  # noqa: A002
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


def mcp_list_tools(
    server_label: str,
    *tools: str | Mapping[str, Any],
    error: str | None = None,
    id: str | None = None,  # noqa: A002
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


def mcp_approval_request(
    server_label: str,
    name: str,
    arguments: Mapping[str, Any] | str | None = None,
    *,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A request for leave to call a tool of an MCP server."""
    return item(
        "mcp_approval_request",
        id=id,
        server_label=server_label,
        name=name,
        arguments=_arguments(arguments),
    )


def tool_search_call(
    arguments: Mapping[str, Any] | None = None,
    *,
    execution: Literal["server", "client"] | None = None,
    call_id: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """A search for tools; run by the server unless `execution` says otherwise."""
    return item(
        "tool_search_call",
        id=id,
        arguments=dict(arguments or {}),
        execution=execution,
        call_id=call_id,
    )


def additional_tools(
    *tools: Mapping[str, Any],
    role: str | None = None,
    id: str | None = None,  # noqa: A002
) -> Json:
    """Tools that come in during the conversation."""
    return item("additional_tools", id=id, tools=list(map(dict, tools)), role=role)


def program(code: str, *, call_id: str | None = None, id: str | None = None) -> Json:  # noqa: A002
    """A program that calls tools."""
    return item("program", id=id, code=code, call_id=call_id)


def compaction(encrypted_content: str | None = None, *, id: str | None = None) -> Json:  # noqa: A002
    """The conversation so far, in a form that only the service reads."""
    return item("compaction", id=id, encrypted_content=encrypted_content)


def _arguments(value: Mapping[str, Any] | str | None) -> Any:
    return value if value is None or isinstance(value, str) else dict(value)


# What tools gave back that the server runs.


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


def item(kind: str, *, id: str | None, **fields: Any) -> Json:  # noqa: A002
    return {"type": kind, **without_none(id=id, **fields)}


def as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else list(value)
