"""The `tools` of a request as the Response echoes them: normalised, completed, secrets masked, in
the API's order.
"""

from collections.abc import Callable, Iterable, Sequence

from mockserver.api.items import HOSTED_TOOLS, item_type
from mockserver.api.json import Json
from mockserver.api.strict_schema import make_strict
from mockserver.api.tools import family

_HOSTED, _NAMESPACE = 1, 2


def echo_tools(tools: Sequence[Json], items: Iterable[Json], *, merges: bool) -> list[Json]:
    """The echoed list: functions in request order, then hosted tools, then namespaces.

    items: the request's own input, which may bring in functions (`additional_tools`,
    `tool_search_output`); these stand for those offered under the same name. merges: whether the
    model counts functions that the client brought in among the offered ones; else each appears as a
    namespace of its own.
    """
    brought = [
        (item, tool)
        for item in items
        if item_type(item.get("type")).brings_tools
        for tool in item["tools"]
    ]
    names = {tool["name"] for _, tool in brought if tool["type"] == "function"}
    offered = [tool for tool in tools if not (tool["type"] == "function" and tool["name"] in names)]
    loaded = [
        _loaded(tool, merged=merges and item.get("execution") != "server") for item, tool in brought
    ]
    return sorted(map(echo_tool, (*offered, *loaded)), key=_rank)


def _loaded(tool: Json, *, merged: bool) -> Json:
    """A tool that the input brought in, as it is offered from then on."""
    if tool["type"] != "function":
        return tool
    function = {key: value for key, value in tool.items() if key != "defer_loading"}
    if merged:
        return function
    about = {"name": tool["name"], "description": tool.get("description") or ""}
    return {"type": "namespace", **about, "tools": [function]}


def echo_tool(tool: Json) -> Json:
    """One tool with the keys that the API fills in, `type` first and the rest by the alphabet."""
    kind = family(tool["type"])
    complete = HOSTED_TOOLS[kind].echo if kind in HOSTED_TOOLS else _ECHOES.get(kind, dict)
    echo = complete({key: value for key, value in tool.items() if value is not None})
    return {"type": tool["type"], **{key: echo[key] for key in sorted(echo) if key != "type"}}


def _rank(tool: Json) -> int:
    return {"function": 0, "namespace": _NAMESPACE}.get(tool["type"], _HOSTED)


def _function(tool: Json) -> Json:
    parameters, strict = tool.get("parameters"), tool.get("strict")
    if strict is None:
        rewritten = make_strict(parameters) if parameters else None
        parameters, strict = (parameters, False) if rewritten is None else (rewritten, True)
    return {
        **tool,
        "description": tool.get("description") or None,
        "output_schema": tool.get("output_schema"),
        "parameters": parameters,
        "strict": strict,
    }


def _namespace(tool: Json) -> Json:
    return {**tool, "tools": [echo_tool(each) for each in tool.get("tools", ())]}


_ECHOES: dict[str, Callable[[Json], Json]] = {"function": _function, "namespace": _namespace}
