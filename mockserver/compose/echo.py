"""What a Response repeats of its request: the defaults of its model filled in; its tools
normalised, completed, secrets masked, in the API's order.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

from mockserver.api.dialects import Dialect
from mockserver.api.items import HOSTED_TOOLS, bringing_tools
from mockserver.api.json import Json
from mockserver.api.models import ModelFacts, model_facts
from mockserver.api.parameters import PARAMETERS
from mockserver.api.requests import CreateRequest
from mockserver.api.strict_schema import make_strict
from mockserver.api.tools import family

_TIERS = {"auto": "default", "fast": "priority"}


def echo(request: CreateRequest, dialect: Dialect) -> Json:
    """The echoed fields, in no particular order."""
    facts = model_facts(request.model)
    echoed: Json = {}
    for name, default in _echoed_defaults(request.model):
        echoed[name] = copy(default) if isinstance(default, dict | list) else default
    for name, value in request.body.items():
        parameter = PARAMETERS.get(name)
        if parameter is not None and parameter.echo != "never" and value is not None:
            echoed[name] = float(value) if isinstance(parameter.default, float) else value
    usual = facts.retention if facts.known else dialect.unknown_model_retention
    retention = request.body.get("prompt_cache_retention") or usual
    if retention:
        echoed["prompt_cache_retention"] = retention
    if "image" in request.body:
        compression = request.body["image"].get("context_compression", "auto")
        echoed["image"] = {
            "context_compression": "disabled" if compression == "disabled" else "enabled"
        }
    if request.conversation_id:
        echoed["conversation"] = {"id": request.conversation_id}
    tools: list[Json] = []
    if request.tools or not request.is_only_text:
        tools = echo_tools(request.tools, request.input_items, merges=facts.merges_tools)
    return {
        **echoed,
        "access_programs": _access_programs(request, facts),
        "model": facts.snapshot,
        "reasoning": _reasoning(request, facts),
        "service_tier": service_tier(request.body.get("service_tier")),
        "text": _text(request),
        "tool_choice": _tool_choice(request),
        "tools": tools,
    }


@lru_cache(maxsize=256)
def _echoed_defaults(model: str) -> Sequence[tuple[str, Any]]:
    """The parameters that a model's Responses always hold, where the request says nothing."""
    facts = model_facts(model)
    defaults: list[tuple[str, Any]] = []
    for name, parameter in PARAMETERS.items():
        if parameter.echo == "always":
            value = parameter.default_for(facts)
            defaults.append((name, float(value) if isinstance(parameter.default, float) else value))
    return defaults


def service_tier(requested: str | None) -> str:
    """The tier that served a finished Response."""
    return _TIERS.get(requested or "auto", requested or "default")


def _access_programs(request: CreateRequest, facts: ModelFacts) -> Json | None:
    """The programs asked for, else those of the model, else null."""
    asked = request.body.get("access_programs")
    cyber = (asked or {}).get("cyber") or facts.cyber_program
    if cyber is None and asked is None:
        return None
    return {"cyber": cyber or "standard"}


def _reasoning(request: CreateRequest, facts: ModelFacts) -> Json:
    asked = request.reasoning
    effort = asked.get("effort") or facts.effort
    if facts.minimal_is_low and effort == "minimal":
        effort = "low"
    context = asked.get("context") or facts.context
    if context == "auto":
        context = facts.context
    mode = asked.get("mode") or facts.mode
    summary = asked.get("summary") or asked.get("generate_summary")
    if summary == "auto":
        summary = "detailed"
    return {
        "context": context,
        "effort": effort,
        **({"mode": mode} if mode else {}),
        "summary": summary,
    }


def _text(request: CreateRequest) -> Json:
    asked = request.body.get("text") or {}
    wanted = request.text_format
    if wanted["type"] == "json_schema":
        wanted = {
            "description": None,
            # Recorded: 17 of 17 formats without `strict` are echoed as strict.
            "strict": True,
            **{k: v for k, v in wanted.items() if v is not None},
        }
        wanted = {
            "type": wanted["type"],
            **{key: wanted[key] for key in sorted(wanted) if key != "type"},
        }
    return {"format": wanted, "verbosity": asked.get("verbosity") or "medium"}


def _tool_choice(request: CreateRequest) -> str | Json:
    chosen = request.tool_choice
    return chosen if isinstance(chosen, str) else {key: chosen[key] for key in sorted(chosen)}


# Recorded: programmatic tool calling comes before the functions (6 of 6).
_RANKS = {"programmatic_tool_calling": 0, "function": 1, "namespace": 3}
_HOSTED_RANK = 2


def echo_tools(tools: Sequence[Json], items: Iterable[Json], *, merges: bool) -> list[Json]:
    """The echoed list: programmatic tool calling, functions in request order, other hosted tools,
    namespaces.

    items: the request's own input, which may bring in functions (`additional_tools`,
    `tool_search_output`); these stand for those offered under the same name. merges: whether the
    model counts functions that the client brought in among the offered ones; else each appears as a
    namespace of its own.
    """
    offered = {tool["name"]: tool for tool in tools if tool["type"] == "function"}
    brought = [(item, tool) for item in bringing_tools(items) for tool in item["tools"]]
    names = {tool["name"] for _, tool in brought if tool["type"] == "function"}
    others = [tool for tool in tools if not (tool["type"] == "function" and tool["name"] in names)]
    loaded = [
        _loaded(
            tool,
            offered.get(tool.get("name", "")),
            item["type"],
            merged=merges and item.get("execution") != "server",
        )
        for item, tool in brought
    ]
    return sorted(map(echo_tool, (*others, *loaded)), key=_rank)


def _loaded(tool: Json, offered: Json | None, brought_by: str, *, merged: bool) -> Json:
    """A tool that an item of the input brought in, as it is offered from then on.

    offered: what the request itself offers under the same name.
    """
    if tool["type"] != "function":
        return tool
    function = {key: value for key, value in tool.items() if key != "defer_loading"}
    if offered is not None:
        # Recorded: the offered definition says whether the function is strict (2 of 2).
        function["strict"] = offered.get("strict")
    if brought_by == "additional_tools":
        function["parameters"] = _with_required(function.get("parameters"))
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


def _with_required(parameters: Json | None) -> Json | None:
    """Recorded: a schema without properties that `additional_tools` brings in gets an empty
    `required` (1 of 1).
    """
    if parameters is None or parameters.get("properties") != {} or "required" in parameters:
        return parameters
    return {**parameters, "required": []}


def _rank(tool: Json) -> int:
    return _RANKS.get(tool["type"], _HOSTED_RANK)


def _function(tool: Json) -> Json:
    parameters = tool.get("parameters")
    strict = tool.get("strict")
    if strict is None:
        # Recorded: 50 of 50, whatever the schema.
        strict = True
        parameters = make_strict(parameters) if parameters else parameters
    return {
        **tool,
        "description": tool.get("description") or None,
        "output_schema": tool.get("output_schema"),
        "parameters": parameters,
        "strict": strict,
    }


def _custom(tool: Json) -> Json:
    # Recorded: 3 of 3 tools without a format take text.
    return {"format": {"type": "text"}, **tool}


def _namespace(tool: Json) -> Json:
    return {**tool, "tools": [echo_tool(each) for each in tool.get("tools", ())]}


_ECHOES: dict[str, Callable[[Json], Json]] = {
    "function": _function,
    "custom": _custom,
    "namespace": _namespace,
}
