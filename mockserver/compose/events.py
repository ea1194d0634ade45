"""The stream of a Response: its events, numbered and padded, as server-sent events or WebSocket
frames carry them.
"""

from collections.abc import Iterator

from mockserver.api.dialects import Dialect
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.compose.compaction import triggered
from mockserver.compose.identity import Identity
from mockserver.compose.item_events import Options, item_events

_WITHOUT_ITEM_ID = {
    "shell_call_command.added",
    "shell_call_command.delta",
    "shell_call_command.done",
}
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
        if padded and name.endswith(".delta") and isinstance(event["delta"], str):
            event["obfuscation"] = identity.padding(number, event["delta"])
        yield _in_wire_order(event)


def beginning(response: Json, status: str) -> Json:
    """A Response as its first events show it: nothing put out yet."""
    unfinished = {
        **response,
        "status": status,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "moderation": None,
        "output": [],
        "service_tier": "auto",
        "usage": None,
    }
    unfinished.pop("billing", None)
    return unfinished


def _unnumbered(
    response: Json, request: CreateRequest, identity: Identity, dialect: Dialect
) -> Iterator[tuple[str, Json]]:
    first = "queued" if request.background else "in_progress"
    yield "response.created", {"response": beginning(response, first)}
    if request.background:
        yield "response.queued", {"response": beginning(response, "queued")}
    yield "response.in_progress", {"response": beginning(response, "in_progress")}
    options = Options(
        reasoning_event=dialect.raw_reasoning.removeprefix("response."),
        partial_images=_partial_images(request),
        recipher=lambda text: identity.token(("added", text)),
        compacting=dialect.compacting and triggered(request),
    )
    for index, item in enumerate(response["output"]):
        for name, fields in item_events(item, options):
            if name in _WITHOUT_ITEM_ID:
                fields.pop("item_id")
            yield f"response.{name}", {**fields, "output_index": index}
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


def _partial_images(request: CreateRequest) -> int:
    wanted = (
        tool.get("partial_images")
        for tool in request.tools
        if tool.get("type") == "image_generation"
    )
    return next((count for count in wanted if isinstance(count, int)), 0)


def _in_wire_order(event: Json) -> Json:
    """`type` first, the other keys by the alphabet."""
    return {"type": event.pop("type"), **{key: event[key] for key in sorted(event)}}
