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
from mockserver.names import strict_arguments, without_none

Text: TypeAlias = str | Sequence[str]
Phase: TypeAlias = Literal["commentary", "final_answer"]


# Messages and reasoning.


@strict_arguments
def text(
    text: str,
    *,
    annotations: Sequence[Mapping[str, Any]] | None = None,
    logprobs: Sequence[Mapping[str, Any]] | None = None,
    phase: Phase | None = None,
    id: str | None = None,
) -> Json:
    """A message of the assistant with one text."""
    part = without_none(
        type="output_text", text=text, annotations=as_list(annotations), logprobs=as_list(logprobs)
    )
    return message(part if len(part) > 2 else text, phase=phase, id=id)


@strict_arguments
def message(
    *content: str | Mapping[str, Any],
    phase: Phase | None = None,
    status: str | None = None,
    id: str | None = None,
) -> Json:
    """A message of the assistant with several parts: strings, `output_text` and `refusal` parts."""
    parts = content[0] if len(content) == 1 and isinstance(content[0], str) else list(content)
    return item("message", id=id, content=parts, phase=phase, status=status)


@strict_arguments
def refusal(refusal: str, *, id: str | None = None) -> Json:
    """A message of the assistant that refuses."""
    return item("message", id=id, content=[{"type": "refusal", "refusal": refusal}])


@strict_arguments
def url_citation(
    url: str, title: str = "", *, start_index: int | None = None, end_index: int | None = None
) -> Json:
    """An annotation for `text`: the page that a text, or the part of it between the indices, comes
    from.
    """
    return without_none(
        type="url_citation", url=url, title=title, start_index=start_index, end_index=end_index
    )


@strict_arguments
def reasoning(
    *summary: str,
    content: Text | None = None,
    encrypted_content: str | None = None,
    id: str | None = None,
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


@strict_arguments
def custom_tool_call(
    name: str, input: str = "", *, call_id: str | None = None, id: str | None = None
) -> Json:
    """A call of a custom tool, whose input is free text."""
    return item("custom_tool_call", id=id, name=name, input=input, call_id=call_id)


@strict_arguments
def computer_call(
    *actions: Mapping[str, Any], call_id: str | None = None, id: str | None = None
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


@strict_arguments
def local_shell_call(
    *command: str,
    env: Mapping[str, str] | None = None,
    working_directory: str | None = None,
    timeout_ms: int | None = None,
    user: str | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """A command for the client's shell, as its words."""
    place = without_none(timeout_ms=timeout_ms, user=user, working_directory=working_directory)
    action = {"type": "exec", "command": list(command), "env": dict(env or {}), **place}
    return item("local_shell_call", id=id, action=action, call_id=call_id)


@strict_arguments
def shell_call(
    *commands: str,
    timeout_ms: int | None = None,
    max_output_length: int | None = None,
    environment: Mapping[str, Any] | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """Commands for a shell."""
    action = {
        "commands": list(commands),
        "max_output_length": max_output_length,
        "timeout_ms": timeout_ms,
    }
    return item("shell_call", id=id, action=action, environment=environment, call_id=call_id)


@strict_arguments
def apply_patch_call(
    path: str,
    diff: str | None = None,
    *,
    operation: Literal["create_file", "update_file", "delete_file"] | None = None,
    call_id: str | None = None,
    id: str | None = None,
) -> Json:
    """A change to one file: an update by a diff; without a diff, its deletion."""
    kind = operation or ("delete_file" if diff is None else "update_file")
    done = (
        {"type": kind, "path": path}
        if kind == "delete_file"
        else {"type": kind, "diff": diff or "", "path": path}
    )
    return item("apply_patch_call", id=id, operation=done, call_id=call_id)


# What builders share.


def item(kind: str, *, id: str | None, **fields: Any) -> Json:
    return {"type": kind, **without_none(id=id, **fields)}


def as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else list(value)
