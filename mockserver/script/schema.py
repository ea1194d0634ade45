"""The JSON Schema of cassettes, for editors: what may stand where, from the tables that the loader
reads by.

What it refuses the loader refuses too; the loader, which reads texts and looks into other keys,
refuses more.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.api.json import Json
from mockserver.script.conditions import CONDITION_KEYS, TRANSPORTS
from mockserver.script.delivery import PACE_KEYS
from mockserver.script.error_replies import NAMED_ERRORS
from mockserver.script.faults.base import FAULTS, Fault
from mockserver.script.generation import KEYS as GENERATION_KEYS
from mockserver.script.items import ITEM_KEYS
from mockserver.script.loader import PROMPT_KEYS, RECORDED_KEYS
from mockserver.script.matchers import MATCHER_WORDS
from mockserver.script.places import NUMBER, STATUS
from mockserver.script.replies import BESIDE, REASONS, RESPONSE_KEYS, STATUSES
from mockserver.script.routes import ROUTE_METHODS
from mockserver.script.steps import SCENARIO_KEYS, STEP_KEYS

_STEP_MEANINGS = {
    "when": "What a request must be like for this to answer it; by default any create request is.",
    "reply": "The answer: a text, an item, a list of texts and items, or fields of the Response.",
    "error": "An error instead of a reply: its name, its status, or both spelled out.",
    "generated": "Make the reply up from the request: its schema, its tools, its words.",
    "http": "A whole HTTP answer, to a request for any route.",
    "stream": "How the reply travels: its pace, and perhaps a fault.",
    "times": "How often it answers: 1 by default, or 'always'.",
    "scenario": "The state that it requires, and the one that it sets.",
    "template": "Whether the texts of the reply are Jinja templates.",
}
_CONDITION_MEANINGS = {
    "method": "The method of a request for any route; then `http` or `error` answers.",
    "path": "Its path: * is one segment, ** any number of them.",
    "model": "The model; * and ? as in file names.",
    "input": "The text of the input's last user message.",
    "instructions": "The instructions.",
    "item": "An input item that has these fields; or a list, each of which one must have.",
    "tool_outputs": "The outputs of tools, by the name of the tool.",
    "tools": "The names of the tools that are offered.",
    "previous_response_id": "The id of the response before.",
    "metadata": "Entries of the metadata.",
    "headers": "Header fields, in any case.",
    "stream": "Whether the reply is streamed.",
    "transport": "How the request came.",
    "json": "Values of the body by JSON path, such as $.input[0].content.",
    "predicate": "A function; in Python alone.",
}
_OF_ITEMS = ("type", "role", "content")
"""What tells an item from the fields of a Response."""
_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_FULL_TEXT: Json = {"type": "string", "minLength": 1}
_FIELDS: Json = {
    "type": ["object", "null"],
    "additionalProperties": {"type": ["string", "number"]},
}


def cassette_schema() -> Json:
    """The schema (draft 2020-12) of a cassette, scripted or recorded."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A cassette of mockserver",
        "description": "What answers requests to the Responses API: scripted steps, recordings.",
        **_object(
            {
                "version": {"const": 1},
                "seed": {"type": ["integer", "null"], "description": "What ids derive from."},
                "interactions": {"type": "array", "items": _any(_ref("step"), _ref("recording"))},
                "prompts": {
                    "description": "Stored prompts, by the id that a request's `prompt` names.",
                    "type": ["object", "null"],
                    "additionalProperties": {"$ref": "#/$defs/prompt"},
                },
            }
        ),
        **_with_one_of("interactions", "prompts"),
        "$defs": {
            "step": _step(),
            "recording": _recording(),
            "prompt": _prompt(),
            "when": _when(),
            "text": _matcher(_TEXT),
            "names": _matcher(_any(_TEXT, {"type": "array"})),
            "value": _matcher({"not": {"type": ["null", "object"]}}),
            "output": _any(_ref("item"), _TEXT, {"type": "array", "items": _content()}),
            "item": _item(),
            "response": _response(),
            "error": _error(),
            "http": _http(),
            "delivery": _delivery(),
            "fault": _fault(),
        },
    }


def _step() -> Json:
    parts: Mapping[str, Json] = {
        "when": _or_null(_ref("when")),
        "reply": _or_null(_reply()),
        "error": _or_null(_ref("error")),
        "generated": _any(_FLAG, _generation()),
        "http": _or_null(_ref("http")),
        "stream": _or_null(_ref("delivery")),
        "times": _any({"type": "integer", "minimum": 1}, {"const": "always"}),
        "scenario": _or_null(_scenario()),
        "template": _FLAG,
    }
    return {
        "title": "A scripted step",
        **_object(_explained(STEP_KEYS, parts, _STEP_MEANINGS)),
        **_with_one_of("reply", "error", "generated", "http", "stream"),
    }


def _reply() -> Json:
    """An item, where it looks like one, or else fields of the Response."""
    mapping = {"if": _with_one_of(*_OF_ITEMS), "then": _ref("item"), "else": _ref("response")}
    listed = {"type": "array", "items": _content()}
    return _any(_TEXT, listed, {"type": "object", **mapping})


def _content() -> Json:
    return _any(_TEXT, _ref("item"))


def _item() -> Json:
    """An item: whole, and then as it is, or an abbreviation, with the keys of its type."""
    kinds = [
        {
            "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
            "then": {"propertyNames": {"enum": sorted(keys | {"type"})}},
        }
        for kind, keys in ITEM_KEYS.items()
    ]
    is_whole = {"required": ["id"], "properties": {"id": {"type": ["string", "null"]}}}
    named = {"properties": {"type": {"enum": list(ITEM_KEYS)}}, "allOf": kinds}
    return {
        "type": "object",
        "properties": {"type": {"examples": list(ITEM_KEYS)}},
        "if": is_whole,
        "else": {"allOf": [named, _with_one_of(*_OF_ITEMS)]},
    }


def _response() -> Json:
    an_object = {"type": ["object", "null"]}
    known: dict[str, Json] = {
        "output": _ref("output"),
        "status": {"type": "string", "examples": list(STATUSES)},
        "incomplete_details": {
            **an_object,
            "properties": {"reason": {"examples": list(REASONS)}},
        },
        **dict.fromkeys(("error", "usage", "metadata", "reasoning", "text"), an_object),
        **dict.fromkeys(("id", "model", "object"), _TEXT),
    }
    fields = {name: known.get(name, {}) for name in sorted(RESPONSE_KEYS)}
    assert not RESPONSE_KEYS & set(BESIDE)
    return _object(fields)


def _error() -> Json:
    or_null = {"type": ["string", "null"]}
    kinds = {"enum": sorted(NAMED_ERRORS)}
    status = {**STATUS.schema, "minimum": 400}
    spelled = _object(
        {
            "kind": kinds,
            "status": status,
            "code": or_null,
            "type": _TEXT,
            "message": or_null,
            "param": or_null,
            "retry_after": {"type": ["number", "null"], "exclusiveMinimum": 0},
            "headers": _FIELDS,
        }
    )
    return _any(kinds, status, {**spelled, **_with_one_of("kind", "status", "code")})


def _http() -> Json:
    bodies = {"json": {}, "text": _TEXT, "body": _TEXT}
    return _object({"status": dict(STATUS.schema), "headers": _FIELDS, **bodies})


def _delivery() -> Json:
    pace = {name: dict(NUMBER.schema) for name in PACE_KEYS}
    return _object({**pace, "fault": _or_null(_ref("fault"))})


def _fault() -> Json:
    """A kind alone, or with its keys."""
    alone = [kind for kind, fault in FAULTS.items() if not fault.required_keys()]
    spelled = [_fault_of(kind, fault) for kind, fault in FAULTS.items()]
    return _any({"enum": alone}, *spelled)


def _fault_of(kind: str, fault: type[Fault]) -> Json:
    keys = {name: getattr(check, "schema", {}) for name, check in fault.checks().items()}
    return {
        "description": " ".join((fault.__doc__ or "").split()),
        **_object({"kind": {"const": kind}, **keys}),
        "required": ["kind", *fault.required_keys()],
    }


def _generation() -> Json:
    parts: dict[str, Json] = {
        "locale": {"type": ["string", "null"]},
        "providers": {"type": ["object", "null"], "additionalProperties": _TEXT},
    }
    return _object({key: parts[key] for key in GENERATION_KEYS})


def _scenario() -> Json:
    keys = _object(dict.fromkeys(SCENARIO_KEYS, _FULL_TEXT))
    return {**keys, **_with_one_of("requires", "sets")}


def _when() -> Json:
    texts = {"type": "object", "minProperties": 1, "additionalProperties": _ref("text")}
    values = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": r"^\$"},
        "additionalProperties": _ref("value"),
    }
    pattern = {"type": "object", "minProperties": 1}
    outputs = _any(texts, _object({"exists": _FLAG}))
    parts: Mapping[str, Json] = {
        "method": {"type": ["string", "null"], "examples": list(ROUTE_METHODS)},
        "path": {"type": ["string", "null"], "pattern": "^/"},
        **dict.fromkeys(("model", "input", "instructions", "previous_response_id"), _ref("text")),
        "item": _any(pattern, {"type": "array", "items": pattern}),
        "tool_outputs": outputs,
        "tools": _ref("names"),
        "metadata": texts,
        "headers": texts,
        "stream": _FLAG,
        "transport": {"enum": list(TRANSPORTS)},
        "json": values,
    }
    in_files = [key for key in CONDITION_KEYS if key != "predicate"]
    return _object(_explained(in_files, parts, _CONDITION_MEANINGS))


def _matcher(plain: Json) -> Json:
    words: dict[str, Json] = {name: {} for name in MATCHER_WORDS}
    mapping = _object({**words, "regex": _TEXT, "exists": _FLAG})
    return _any(plain, {**mapping, "minProperties": 1})


def _prompt() -> Json:
    parameters: dict[str, Json] = {key: {} for key in PROMPT_KEYS}
    return _object({**parameters, "version": {"type": ["string", "integer", "null"]}})


def _recording() -> Json:
    """A recorded interaction, of this or of another recorder."""
    return {
        "title": "A recorded exchange",
        "type": "object",
        "required": sorted(RECORDED_KEYS),
        "not": _with_one_of(*STEP_KEYS),
    }


def _explained(
    keys: Iterable[str], parts: Mapping[str, Json], meanings: Mapping[str, str]
) -> dict[str, Json]:
    return {key: {"description": meanings[key], **parts[key]} for key in keys}


def _object(properties: Mapping[str, Any]) -> Json:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _with_one_of(*keys: str) -> Json:
    """That one of these keys is there, or several."""
    return {"anyOf": [{"required": [key]} for key in keys]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _any(*schemas: Json) -> Json:
    return {"anyOf": list(schemas)}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}
