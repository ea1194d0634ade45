"""What a Response repeats of its request, with the defaults of its model filled in."""

from mockserver.api.dialects import Dialect
from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.compose.tool_echo import echo_tools

_IF_USED = ("access_programs", "prompt", "prompt_cache_options")
_OR_NULL = (
    *("instructions", "max_output_tokens", "max_tool_calls", "previous_response_id"),
    *("prompt_cache_key", "safety_identifier", "user"),
)
_TIERS = {"auto": "default", "fast": "priority"}


def echo(request: CreateRequest, dialect: Dialect) -> Json:
    """The echoed fields, in no particular order."""
    body, facts = request.body, model_facts(request.model)
    echoed: Json = {key: body[key] for key in _IF_USED if key in body}
    echoed |= {key: body.get(key) for key in _OR_NULL}
    retention = facts.retention if facts.known else dialect.unknown_model_retention
    if body.get("prompt_cache_retention") or retention:
        echoed["prompt_cache_retention"] = body.get("prompt_cache_retention") or retention
    if "image" in body:
        compression = body["image"].get("context_compression", "auto")
        echoed["image"] = {
            "context_compression": "disabled" if compression == "disabled" else "enabled"
        }
    if request.conversation_id:
        echoed["conversation"] = {"id": request.conversation_id}
    return {
        **echoed,
        "background": request.background,
        "frequency_penalty": float(body.get("frequency_penalty", 0)),
        "metadata": request.metadata,
        "model": facts.snapshot,
        "parallel_tool_calls": request.parallel_tool_calls,
        "presence_penalty": float(body.get("presence_penalty", 0)),
        "reasoning": _reasoning(request),
        "service_tier": service_tier(body.get("service_tier")),
        "store": request.store,
        "temperature": float(body.get("temperature", 1)),
        "text": _text(request),
        "tool_choice": _tool_choice(request),
        "tools": echo_tools(request.tools, request.input_items, merges=facts.merges_tools),
        "top_logprobs": request.top_logprobs,
        "top_p": float(body.get("top_p", facts.top_p)),
        "truncation": request.truncation,
    }


def service_tier(requested: str | None) -> str:
    """The tier that served a finished Response."""
    return _TIERS.get(requested or "auto", requested or "default")


def _reasoning(request: CreateRequest) -> Json:
    facts, asked = model_facts(request.model), request.reasoning
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
