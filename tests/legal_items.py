"""Strategies for everything that a reply may put out: all item types, written short and written
out.
"""

from typing import Any

from hypothesis import strategies as st

texts = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "Hello there, world.",
            "naïve 日本語 👩‍👩‍👧 ",
            "a\n\nb\t",
            '{"x": 1}',
            "ﷺ‮reversed",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
json_objects = st.dictionaries(
    names, st.one_of(texts, st.integers(-9, 9), st.none(), st.booleans()), max_size=3
)
arguments = json_objects | st.just("{}")
whole_numbers = st.integers(0, 99)


def item(
    kind: str, optional: dict[str, st.SearchStrategy[Any]] | None = None, **required: Any
) -> Any:
    """A strategy of items of one type; those of the optional keys that are drawn are written."""
    return st.fixed_dictionaries({"type": st.just(kind), **required}, optional=optional or {})


_ON_A_STRETCH = (
    {"type": "url_citation", "url": "https://example.com/", "title": "T"},
    {
        "type": "container_file_citation",
        "container_id": "cntr_1",
        "file_id": "file-1",
        "filename": "a.txt",
    },
)
_AT_A_POINT = (
    {"type": "file_citation", "file_id": "file-1", "filename": "a.txt"},
    {"type": "file_path", "file_id": "file-1"},
)


@st.composite
def annotations(draw: st.DrawFn, length: int) -> list[dict[str, Any]]:
    """Notes in the order of the places that they annotate."""
    ends = sorted(draw(st.lists(st.integers(0, length), max_size=3)))
    notes: list[dict[str, Any]] = []
    for end in ends:
        start = draw(st.integers(0, end))
        stretches = [{**note, "start_index": start, "end_index": end} for note in _ON_A_STRETCH]
        notes.append(
            draw(st.sampled_from([*stretches, *({**note, "index": end} for note in _AT_A_POINT)]))
        )
    return notes


@st.composite
def logprobs(draw: st.DrawFn, text: str) -> list[dict[str, Any]]:
    """One entry for each of the portions of a text."""
    size = draw(st.integers(1, 5))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    entries = [{"token": piece, "bytes": list(piece.encode()), "logprob": -0.5} for piece in pieces]
    return [{**entry, "top_logprobs": [entry] * draw(st.integers(0, 2))} for entry in entries]


@st.composite
def output_texts(draw: st.DrawFn) -> dict[str, Any]:
    """A text part, annotated, with log probabilities, or neither."""
    text = draw(texts)
    part: dict[str, Any] = {"type": "output_text", "text": text}
    if draw(st.booleans()):
        part["annotations"] = draw(annotations(len(text)))
    elif draw(st.booleans()):
        part["logprobs"] = draw(logprobs(text))
    return part


parts = st.one_of(texts, output_texts(), st.builds(lambda text: {"refusal": text}, texts))
tools = st.lists(
    st.just(
        {
            "type": "function",
            "name": "f",
            "parameters": {"type": "object"},
            "strict": False,
            "description": None,
        }
    ),
    max_size=2,
)
shell_results = st.fixed_dictionaries(
    {}, optional={"stdout": texts, "stderr": texts, "outcome": st.just({"type": "timeout"})}
)

SCREENSHOT = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="}

BY_TYPE: dict[str, Any] = {
    "message": item(
        "message", {"phase": st.just("final_answer")}, content=texts | st.lists(parts, max_size=3)
    ),
    "reasoning": item(
        "reasoning",
        {"content": st.lists(texts, max_size=2), "encrypted_content": st.just("gAAA")},
        summary=st.lists(texts, max_size=3),
    ),
    "function_call": item("function_call", {"namespace": names}, name=names, arguments=arguments),
    "custom_tool_call": item("custom_tool_call", name=names, input=texts),
    "web_search_call": item(
        "web_search_call",
        {"status": st.just("failed")},
        action=st.one_of(
            st.builds(lambda text: {"query": text}, texts),
            st.just({"type": "open_page", "url": "https://example.com/"}),
            st.just({"type": "find_in_page", "url": "https://example.com/", "pattern": "x"}),
        ),
    ),
    "file_search_call": item(
        "file_search_call", {"results": st.just([])}, queries=st.lists(texts, max_size=2)
    ),
    "code_interpreter_call": item(
        "code_interpreter_call", {"outputs": st.just([{"type": "logs", "logs": "42"}])}, code=texts
    ),
    "image_generation_call": item(
        "image_generation_call", {"revised_prompt": texts, "result": st.just("iVBORw0=")}
    ),
    "computer_call": item(
        "computer_call",
        action=st.sampled_from(
            [{"type": "screenshot"}, {"type": "click", "button": "left", "x": 1, "y": 2}]
        ),
    ),
    "mcp_list_tools": item("mcp_list_tools", {"error": texts}, server_label=names),
    "mcp_call": item(
        "mcp_call",
        {"error": texts, "output": texts},
        server_label=names,
        name=names,
        arguments=arguments,
    ),
    "mcp_approval_request": item(
        "mcp_approval_request", server_label=names, name=names, arguments=arguments
    ),
    "local_shell_call": item("local_shell_call", action=st.just({"command": ["ls"]})),
    "shell_call": item(
        "shell_call",
        action=st.builds(lambda given: {"commands": given}, st.lists(texts, max_size=3)),
    ),
    "shell_call_output": item(
        "shell_call_output", output=st.lists(texts | shell_results, max_size=3)
    ),
    "apply_patch_call": item(
        "apply_patch_call",
        operation=st.one_of(
            st.builds(lambda diff: {"type": "update_file", "diff": diff, "path": "a.txt"}, texts),
            st.builds(lambda diff: {"type": "create_file", "diff": diff, "path": "a.txt"}, texts),
            st.just({"type": "delete_file", "path": "a.txt"}),
        ),
    ),
    "apply_patch_call_output": item("apply_patch_call_output", {"output": texts}),
    "tool_search_call": item("tool_search_call", arguments=json_objects),
    "tool_search_output": item("tool_search_output", tools=tools),
    "additional_tools": item("additional_tools", tools=tools),
    "program": item("program", code=texts),
    "program_output": item("program_output", result=texts),
    "agent_message": item("agent_message", content=st.lists(texts, max_size=2)),
    "multi_agent_call": item("multi_agent_call", arguments=json_objects),
    "multi_agent_call_output": item("multi_agent_call_output", output=st.lists(texts, max_size=2)),
    "compaction": item("compaction", {"encrypted_content": st.just("gAAA")}),
    "function_call_output": item("function_call_output", output=texts),
    "custom_tool_call_output": item("custom_tool_call_output", output=texts),
    "computer_call_output": item(
        "computer_call_output",
        output=st.just(SCREENSHOT),
    ),
    "local_shell_call_output": item("local_shell_call_output", output=texts),
    "mcp_approval_response": item(
        "mcp_approval_response", approval_request_id=st.just("mcpr_1"), approve=st.booleans()
    ),
}
"""Items by their type."""

any_item = st.one_of(texts, *BY_TYPE.values())
outputs = st.lists(any_item, max_size=4)
