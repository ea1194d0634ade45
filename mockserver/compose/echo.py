"""What a Response repeats of its request, with the defaults of its model filled in."""

from mockserver.api.dialects import Dialect
from mockserver.api.json import Json
from mockserver.api.models import ModelFacts, model_facts
from mockserver.api.parameters import PARAMETERS
from mockserver.api.requests import CreateRequest
from mockserver.compose.tool_echo import echo_tools

_TIERS = {"auto": "default", "fast": "priority"}


def echo(request: CreateRequest, dialect: Dialect) -> Json:
    """The echoed fields, in no particular order."""
    facts = model_facts(request.model)
    echoed: Json = {}
    for name, parameter in PARAMETERS.items():
        if parameter.echo == "never" or (parameter.echo == "if sent" and name not in request.body):
            continue
        value = request.body.get(name)
        if value is None:
            value = parameter.default_for(facts)
        echoed[name] = float(value) if isinstance(parameter.default, float) else value
    retention = facts.retention if facts.known else dialect.unknown_model_retention
    if request.body.get("prompt_cache_retention") or retention:
        echoed["prompt_cache_retention"] = request.body.get("prompt_cache_retention") or retention
    if "image" in request.body:
        compression = request.body["image"].get("context_compression", "auto")
        echoed["image"] = {
            "context_compression": "disabled" if compression == "disabled" else "enabled"
        }
    if request.conversation_id:
        echoed["conversation"] = {"id": request.conversation_id}
    return {
        **echoed,
        "model": facts.snapshot,
        "reasoning": _reasoning(request, facts),
        "service_tier": service_tier(request.body.get("service_tier")),
        "text": _text(request),
        "tool_choice": _tool_choice(request),
        "tools": echo_tools(request.tools, request.input_items, merges=facts.merges_tools),
    }


def service_tier(requested: str | None) -> str:
    """The tier that served a finished Response."""
    return _TIERS.get(requested or "auto", requested or "default")


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
    asked, wanted = request.body.get("text") or {}, request.text_format
    if wanted["type"] == "json_schema":
        wanted = {
            "description": None,
            "strict": False,
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
