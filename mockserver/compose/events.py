"""The stream of a Response: its events, numbered and padded, as server-sent events or WebSocket
frames carry them.
"""

from collections.abc import Iterator

from mockserver.api.dialects import Dialect
from mockserver.api.items import PADDED_EVENTS, item_type
from mockserver.api.items.streaming import EventFields, EventOptions
from mockserver.api.json import Json
from mockserver.api.models import model_facts
from mockserver.api.requests import CreateRequest
from mockserver.compose.compaction import triggered
from mockserver.compose.identity import Identity
from mockserver.compose.usage import tool_usage

_ERROR_TYPES = {
    "server_error": "server_error",
    "insufficient_quota": "insufficient_quota",
    "rate_limit_exceeded": "tokens",
}


def events(
    response: Json, request: CreateRequest, identity: Identity, dialect: Dialect
) -> Iterator[Json]:
    """Every event of a finished Response, in order, from `response.created` to the terminal one.

    A failed Response ends with a nested `error` and `response.failed`, as the API's own streams do.
    """
    padded = request.include_obfuscation and not request.background
    for number, (name, fields) in enumerate(_unnumbered(response, request, identity, dialect)):
        event = {"type": name, **fields, "sequence_number": number}
        if padded and name in PADDED_EVENTS and isinstance(event["delta"], str):
            event["obfuscation"] = identity.padding(number, event["delta"])
        yield _in_wire_order(event)


_START: Json = {
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "moderation": None,
    "output": [],
    "usage": None,
}
_LATE = ("billing", "prompt_cache_diagnostics")
"""What a Response has only when it has ended."""


def beginning(response: Json, request: CreateRequest, status: str) -> Json:
    """A Response as its first events show it: the state of the start, nothing put out yet."""
    unfinished = {
        **response,
        **_START,
        "status": status,
        "service_tier": request.asked_service_tier,
    }
    if "tool_usage" in response:
        # Recorded: no search has been made yet (40 of 40).
        unfinished["tool_usage"] = tool_usage()
    return {key: value for key, value in unfinished.items() if key not in _LATE}


def _unnumbered(
    response: Json, request: CreateRequest, identity: Identity, dialect: Dialect
) -> Iterator[tuple[str, Json]]:
    first = "queued" if request.background else "in_progress"
    yield "response.created", {"response": beginning(response, request, first)}
    if request.background:
        yield "response.queued", {"response": beginning(response, request, "queued")}
    yield "response.in_progress", {"response": beginning(response, request, "in_progress")}
    options = EventOptions(
        reasoning_event=dialect.raw_reasoning.removeprefix("response."),
        tools=request.tools,
        recipher=lambda text: identity.token(("added", text)),
        compacting=dialect.compacting and triggered(request),
        include=request.include,
        reasons=model_facts(request.model).reasoning,
    )
    for index, item in enumerate(response["output"]):
        of = {"agent": item["agent"]} if "agent" in item else {}
        for name, fields in _item_events(item, options):
            yield f"response.{name}", {**of, **fields, "output_index": index}
    yield from _ending(response)


def _ending(response: Json) -> Iterator[tuple[str, Json]]:
    status = response["status"]
    if status == "failed":
        error = response.get("error") or {}
        code = error.get("code") or "server_error"
        detail = {"type": _ERROR_TYPES.get(code, "invalid_request_error"), "code": code}
        yield "error", {"error": {**detail, "message": error.get("message") or "", "param": None}}
    name = "failed" if status == "cancelled" else status
    final = {key: value for key, value in response.items() if key != "billing"}
    yield f"response.{name}", {"response": final}


def _item_events(item: Json, options: EventOptions) -> Iterator[EventFields]:
    """All events of an item: `output_item.added`, those of its type, `output_item.done`."""
    kind = item_type(item["type"])
    about = {"item_id": item.get("id", "")} if kind.events_name_item else {}
    yield "output_item.added", {"item": _opened(item, options)}
    for name, fields in kind.events(item, options):
        yield name, {**about, **fields}
    yield "output_item.done", {"item": item}


def _opened(item: Json, options: EventOptions) -> Json:
    """The item as `output_item.added` shows it: begun, and empty of what its events will bring."""
    kind = item_type(item["type"])
    opened = kind.opening(item, options) if kind.opening else item
    opened = {**opened, **{key: value for key, value in kind.opens_as.items() if key in item}}
    if "status" in item and not kind.opens_completed:
        opened["status"] = "in_progress"
    for key in kind.opens_without:
        opened.pop(key, None)
    for key in ("encrypted_content", "fingerprint"):
        if isinstance(item.get(key), str):
            opened[key] = options.recipher(item[key])
    return opened


def _in_wire_order(event: Json) -> Json:
    """`type` first, the other keys by the alphabet."""
    return {"type": event.pop("type"), **{key: event[key] for key in sorted(event)}}
