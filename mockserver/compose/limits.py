"""What a request forbids or hides in an answer: calls beyond its limits, data that `include` did
not ask for.
"""

from collections.abc import Callable, Sequence

from mockserver.api.calls import CLIENT_CALLS
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.compose.identity import Identity

_HOSTED_CALLS = {
    *("web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call"),
    *(
        "mcp_call",
        "computer_call",
        "shell_call",
        "local_shell_call",
        "apply_patch_call",
        "tool_search_call",
    ),
}


def permitted(items: Sequence[Json], request: CreateRequest) -> list[Json]:
    """The items without the calls that the request's limits rule out.

    `parallel_tool_calls: false` leaves one function call; `max_tool_calls` counts the calls of
    built-in tools.
    """
    kept: list[Json] = []
    for item in items:
        calls = sum(other["type"] in CLIENT_CALLS for other in kept)
        if item["type"] in CLIENT_CALLS and calls and not request.parallel_tool_calls:
            continue
        hosted = sum(other["type"] in _HOSTED_CALLS for other in kept)
        if (
            item["type"] in _HOSTED_CALLS
            and request.max_tool_calls is not None
            and hosted >= request.max_tool_calls
        ):
            continue
        kept.append(item)
    return kept


def shown(
    items: Sequence[Json],
    include: frozenset[str],
    identity: Identity,
    logprobs: Callable[[str], list[Json]],
) -> list[Json]:
    """The items with the optional data that `include` names, and without the rest of it.

    logprobs: makes the log probabilities of a text whose author gave none.
    """
    return [_shown(item, include, identity, logprobs) for item in items]


def _shown(
    item: Json, include: frozenset[str], identity: Identity, logprobs: Callable[[str], list[Json]]
) -> Json:
    kind = item["type"]
    if kind == "reasoning":
        return _reasoning(item, "reasoning.encrypted_content" in include, identity)
    if kind == "message":
        return _message(item, "message.output_text.logprobs" in include, logprobs)
    if kind == "file_search_call" and "file_search_call.results" not in include:
        return {**item, "results": None}
    if kind == "code_interpreter_call" and "code_interpreter_call.outputs" not in include:
        return {**item, "outputs": None}
    if kind == "web_search_call":
        return _web_search(item, include)
    return item


def _reasoning(item: Json, encrypted: bool, identity: Identity) -> Json:
    if not encrypted:
        return {key: value for key, value in item.items() if key != "encrypted_content"}
    if item.get("encrypted_content"):
        return item
    summary = item["summary"]
    rest = {
        key: value for key, value in item.items() if key not in ("summary", "encrypted_content")
    }
    return {**rest, "encrypted_content": identity.token(item["id"]), "summary": summary}


def _message(item: Json, wanted: bool, logprobs: Callable[[str], list[Json]]) -> Json:
    parts = []
    for part in item["content"]:
        if part["type"] == "output_text" and (wanted or part.get("logprobs")):
            part = {
                **part,
                "logprobs": (part.get("logprobs") or logprobs(part["text"])) if wanted else [],
            }
        parts.append(part)
    return {**item, "content": parts}


def _web_search(item: Json, include: frozenset[str]) -> Json:
    if "web_search_call.results" not in include:
        item = {key: value for key, value in item.items() if key != "results"}
    action = item.get("action")
    if (
        isinstance(action, dict)
        and "sources" in action
        and "web_search_call.action.sources" not in include
    ):
        item["action"] = {key: value for key, value in action.items() if key != "sources"}
    return item
