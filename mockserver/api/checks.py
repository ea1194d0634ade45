"""What the models cannot say: rules between parameters, and what a dialect or a model forbids."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from mockserver.api.dialects import Dialect
from mockserver.api.errors import ApiError, api_error, enumerated
from mockserver.api.expected import shortened
from mockserver.api.items import bringing_tools, item_type
from mockserver.api.json import Json
from mockserver.api.json_path import Path, join_path
from mockserver.api.models import is_known, model_facts
from mockserver.api.parameters import PARAMETERS
from mockserver.api.requests import REFERENCES, as_items, content_text
from mockserver.api.strict_schema import format_error, tool_error
from mockserver.api.tools import MCP_SERVERS, family

__all__ = [
    "check_create",
    "check_model",
    "check_other",
    "check_supported",
    "is_stream_id",
]

_Rules: TypeAlias = tuple[
    tuple[Callable[[Json, Dialect], Iterator[ApiError]], frozenset[str] | None], ...
]

_ID = re.compile(r"[A-Za-z0-9_-]+\Z")
_STREAM_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}\Z")
_NO_DOCUMENT = re.compile(
    r"\.(?:mp3|wav|m4a|aac|ogg|flac|opus|mp4|mov|avi|mkv|webm|mpe?g)(?:[?#]|\Z)", re.IGNORECASE
)


def check_create(body: Json, dialect: Dialect, *, strict_models: bool) -> Json:
    """Check a body whose types are right, by one rule after the other, in the API's order.

    What it refers to is looked up before the API asks what the model supports: then
    `check_supported` is left to who does that. Returns the body, mended where the dialect is
    lenient. Raises the first ApiError.
    """
    body = _judged(body, dialect, _RULES)
    if strict_models:
        body = dialect.judged(body, _unknown_model(body, dialect))
    if any(name in body for name in REFERENCES):
        return body
    return check_supported(body, dialect)


def check_supported(body: Json, dialect: Dialect) -> Json:
    """Check what comes after all that is looked up: whether there is any input, and what the model
    supports.

    Returns and raises as `check_create` does.
    """
    return _judged(body, dialect, _LATE_RULES)


def _judged(body: Json, dialect: Dialect, rules: _Rules) -> Json:
    for rule, parameters in rules:
        if parameters is None or _holds_any(body, parameters):
            body = dialect.judged(body, rule(body, dialect))
    return body


def _holds_any(body: Json, parameters: frozenset[str]) -> bool:
    """Whether a rule about these parameters has something to judge. An input that is one text has
    no parts that could be wrong.
    """
    held = parameters & body.keys()
    return bool(held) and (held != _INPUT or not isinstance(body["input"], str))


def check_other(body: Json, dialect: Dialect, *, needs_input: bool = False) -> Json:
    """The same for a body of another route, which has fewer parameters.

    needs_input: whether there must be something to go on.
    """
    for rule in (_wrong_ids, _mutually_exclusive, *((_nothing_given,) if needs_input else ())):
        body = dialect.judged(body, rule(body, dialect))
    return body


def check_model(body: Json) -> None:
    """Check that the table has the model. Raises ApiError 400 `model_not_found`."""
    for error in _unknown_model(body):
        raise error


def is_stream_id(value: object) -> bool:
    """Whether a lane of a WebSocket connection may be named so."""
    return isinstance(value, str) and _STREAM_ID.match(value) is not None


def _wrong_ids(body: Json, dialect: Dialect) -> Iterator[ApiError]:
    """How the ids of a body look, if the dialect cares."""
    if not dialect.typed_ids:
        return
    if "previous_response_id" in body:
        yield from _wrong_id("previous_response_id", body["previous_response_id"], "resp")
    conversation = body.get("conversation")
    if isinstance(conversation, dict):
        yield from _wrong_id("conversation.id", conversation["id"], "conv")
    elif conversation is not None:
        yield from _wrong_id("conversation", conversation, "conv")
    key = "input" if "input" in body else "items"
    for index, item in enumerate(_items(body, key)):
        kind = item_type(item.get("type") or ("message" if "role" in item else ""))
        # Only the first letters are looked at.
        if item.get("id") and kind.checks_id:
            yield from _wrong_id(f"{key}[{index}].id", item["id"], kind.prefix.removesuffix("_"))


def _items(body: Json, key: str = "input") -> Sequence[Json]:
    """The items of a body; none where the input is one text."""
    items = body.get(key)
    return items if isinstance(items, list) else ()


def _wrong_id(param: str, value: str, prefix: str) -> Iterator[ApiError]:
    if not value.startswith(prefix):
        yield api_error("invalid_id_prefix", param=param, id=value, prefix=prefix)
    if not _ID.match(value):
        yield api_error("invalid_id_characters", param=param, id=value)


def _beyond_dialect(body: Json, dialect: Dialect) -> Iterator[ApiError]:
    """Limits in which the dialects differ."""
    for index, tool in enumerate(body.get("tools") or ()):
        if tool["type"] == "function":
            yield from _too_long(f"tools[{index}].name", tool["name"], dialect.function_name_limit)
    for index, item in enumerate(_items(body)):
        yield from _too_long(
            f"input[{index}].encrypted_content",
            item.get("encrypted_content"),
            dialect.encrypted_content_limit,
        )
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        modes = dialect.allowed_tools_modes
        if choice["mode"] not in modes:
            yield api_error(
                "invalid_value",
                param="tool_choice.mode",
                got=choice["mode"],
                supported=enumerated(modes),
            )


def _not_strict(body: Json, _: Dialect) -> Iterator[ApiError]:
    """Schemas that are said to be strict must keep to the strict subset; tools come before text, as
    they do in the API's order of parameters.
    """
    for index, tool in enumerate(body.get("tools") or ()):
        if tool["type"] == "function" and tool.get("strict") and tool.get("parameters"):
            yield from _violation(tool_error(index, tool["name"], tool["parameters"]))
    wanted = (body.get("text") or {}).get("format") or {}
    if wanted.get("type") == "json_schema" and wanted.get("strict"):
        yield from _violation(format_error(wanted["name"], wanted["schema"]))


def _violation(broken: tuple[str, str, str] | None) -> Iterator[ApiError]:
    if broken is not None:
        message, param, code = broken
        yield ApiError(400, message, param=param, code=code, kind=code)


def _too_long(param: str, value: str | None, limit: int) -> Iterator[ApiError]:
    if value is not None and len(value) > limit:
        yield api_error("string_above_max_length", param=param, limit=limit, got=len(value))


def _empty_input(body: Json, dialect: Dialect) -> Iterator[ApiError]:
    """No text and no items, and nothing that stands in their place."""
    if (
        dialect.input_required
        and not body.get("input", True)
        and body.get("generate") is not False
        and not any(name in body for name in REFERENCES)
    ):
        yield api_error("nothing_given")


def _nothing_given(body: Json, dialect: Dialect) -> Iterator[ApiError]:
    if dialect.input_required and "input" not in body and "previous_response_id" not in body:
        yield api_error("missing_required_parameter", param="input")


def _mutually_exclusive(body: Json, _: Dialect) -> Iterator[ApiError]:
    """A body may continue one thing only."""
    if "previous_response_id" in body and "conversation" in body:
        names = map(shortened, ("previous_response_id", "conversation"))
        yield api_error("mutually_exclusive_parameters", place="", names=enumerated(names, "or"))


def _several_servers(body: Json, _: Dialect) -> Iterator[ApiError]:
    """An MCP tool has one server. Measured for each two of the three on 1 October 2026 (comment in
    the types of a client); none at all is refused too, but that was seen on Azure alone.
    """
    for index, tool in enumerate(body.get("tools") or ()):
        given = [name for name in MCP_SERVERS if tool.get(name) is not None]
        if tool["type"] == "mcp" and len(given) > 1:
            place = f"tools[{index}]"
            names = enumerated(given, "or")
            yield api_error("mutually_exclusive_parameters", param=place, place=place, names=names)


def _empty_model(body: Json, _: Dialect) -> Iterator[ApiError]:
    if body.get("model") == "":
        yield api_error("model_not_found", model="")


def _unknown_model(body: Json, _: Dialect | None = None) -> Iterator[ApiError]:
    """A model that the table lacks, where models are strict."""
    if "model" in body and not is_known(body["model"]):
        yield api_error("model_not_found", model=body["model"])


def _unsupported(body: Json, _: Dialect) -> Iterator[ApiError]:
    """Sampling is for models that do not reason (or are told not to), reasoning options for those
    that do.
    """
    if "model" not in body:
        return
    facts = model_facts(body["model"])
    reasoning = {
        key: value for key, value in (body.get("reasoning") or {}).items() if value is not None
    }
    effort = reasoning.get("effort", facts.effort)
    reasons = facts.reasoning and effort not in (None, "none")
    if reasons:
        for name, parameter in PARAMETERS.items():
            sent = body.get(name)
            if parameter.sampling and sent is not None and sent != parameter.default_for(facts):
                yield api_error("unsupported_sampling", param=name)
    if reasons and not facts.logprobs:
        if "message.output_text.logprobs" in body.get("include", ()):
            yield api_error("unsupported_logprobs", param="include")
        if body.get("top_logprobs"):
            yield api_error("unsupported_logprobs", param="top_logprobs")
    if facts.known and not facts.reasoning and reasoning:
        yield api_error("unsupported_parameter", param=f"reasoning.{next(iter(reasoning))}")
    # Models that no longer have it say that they never had.
    if "generate_summary" in reasoning and not facts.generate_summary:
        yield api_error("unsupported_summary")
    for param, value, supported in (
        ("reasoning.effort", reasoning.get("effort"), facts.efforts),
        ("text.verbosity", (body.get("text") or {}).get("verbosity"), facts.verbosities),
    ):
        if value is not None and supported and value not in supported:
            yield _unsupported_value(param, value, facts.snapshot, supported)
    retention = body.get("prompt_cache_retention")
    if retention and facts.retentions and retention not in facts.retentions:
        yield api_error("unsupported_retention", supported=" or ".join(facts.retentions))


def _unsupported_value(param: str, value: str, model: str, supported: tuple[str, ...]) -> ApiError:
    return api_error(
        "unsupported_value", param=param, got=value, model=model, supported=enumerated(supported)
    )


def _undeliverable(body: Json, _: Dialect) -> Iterator[ApiError]:
    if body.get("background") and body.get("store") is False:
        yield api_error(
            "unsupported_combination", param="background", condition="when 'store' is false"
        )
    if "stream_options" in body and not body.get("stream"):
        yield api_error("stream_options_without_stream")
    if not is_stream_id(body.get("stream_id", "default")):
        yield api_error("invalid_stream_id")


def _impossible_choice(body: Json, _: Dialect) -> Iterator[ApiError]:
    choice = body.get("tool_choice", "auto")
    # A stored prompt may bring tools of its own.
    if choice in ("auto", "none") or "prompt" in body:
        return
    declared = list(_declared(body))
    if isinstance(choice, str):
        # An empty list is what many clients send who have no tools; only its absence is refused.
        if not declared and "tools" not in body and _CONTINUED.isdisjoint(body):
            yield api_error("tool_choice_without_tools", choice=choice)
        return
    for wanted in choice["tools"] if choice["type"] == "allowed_tools" else [choice]:
        if not any(_names_tool(wanted, tool) for tool in declared):
            yield api_error("tool_choice_not_found", choice=wanted.get("type"))


def _declared(body: Json) -> Iterator[Json]:
    """Every tool in sight: those of the request, those in namespaces, those that items bring in."""
    brought = [item.get("tools") or () for item in bringing_tools(_items(body))]
    for tools in (body.get("tools") or (), *brought):
        for tool in tools:
            yield tool
            yield from tool.get("tools") or () if tool.get("type") == "namespace" else ()


def _names_tool(wanted: Json, tool: Json) -> bool:
    kind, declared = wanted.get("type"), tool.get("type")
    if kind == "mcp":
        return declared == "mcp" and tool["server_label"] == wanted.get("server_label")
    if kind in ("function", "custom", "namespace"):
        return declared == kind and tool.get("name") == wanted.get("name")
    return family(str(kind)) == family(str(declared))


def _json_not_asked_for(body: Json, _: Dialect) -> Iterator[ApiError]:
    if ((body.get("text") or {}).get("format") or {}).get("type") != "json_object":
        return
    if any(name in body for name in REFERENCES):
        return
    texts = (
        content_text(item.get("content"))
        for item in as_items(body.get("input"))
        if item["type"] == "message"
    )
    if not any("json" in text.lower() for text in texts):
        yield api_error("json_word_missing")


def _wrong_files(body: Json, _: Dialect) -> Iterator[ApiError]:
    for index, item in enumerate(_items(body)):
        for key in ("content", "output"):
            parts = item.get(key)
            for place, part in enumerate(parts if isinstance(parts, list) else ()):
                if isinstance(part, dict) and part.get("type") == "input_file":
                    yield from _wrong_file(part, ("input", index, key, place))


def _wrong_file(part: Json, path: Path) -> Iterator[ApiError]:
    if _NO_DOCUMENT.search(part.get("file_url") or ""):
        yield api_error("unsupported_file")
    data = part.get("file_data")
    if data is None:
        return
    param = join_path((*path, "file_data"))
    if not data.startswith("data:"):
        yield api_error("invalid_file_data", param=param, got="a value without the 'data:' prefix")
    media_type = data[5:100].partition(";")[0]
    if media_type.partition("/")[0] in ("audio", "video"):
        yield api_error(
            "invalid_file_data", param=param, got=f"unsupported MIME type '{media_type}'"
        )


_INPUT = frozenset({"input"})
_CONTINUED = frozenset({"previous_response_id", "conversation"})
_SAMPLING = frozenset(name for name, parameter in PARAMETERS.items() if parameter.sampling)
_CAPABILITIES = frozenset(
    {"include", "top_logprobs", "prompt_cache_retention", "reasoning", "text"}
)

_RULES: _Rules = (
    (_wrong_ids, _INPUT | _CONTINUED),
    (_beyond_dialect, _INPUT | {"tools", "tool_choice"}),
    (_not_strict, frozenset({"text", "tools"})),
    (_mutually_exclusive, _CONTINUED),
    (_several_servers, frozenset({"tools"})),
    (_empty_model, frozenset({"model"})),
)
"""In the order in which the API finds what is wrong; each yields the errors that it finds. Beside
each: the parameters without which it finds nothing, or None where it is about what is absent.
"""

_LATE_RULES: _Rules = (
    (_empty_input, None),
    (_unsupported, _SAMPLING | _CAPABILITIES),
    (_undeliverable, frozenset({"background", "stream_options", "stream_id"})),
    (_impossible_choice, frozenset({"tool_choice"})),
    (_json_not_asked_for, frozenset({"text"})),
    (_wrong_files, _INPUT),
)
"""The same, after what is looked up."""
